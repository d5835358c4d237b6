"""The rules of the desk as checks; the same sentences stand in ``policy.md``."""

from collections.abc import Mapping
from typing import Any

from domain.policy import Call, Memory, Rule
from domain.world import World
from scenarios.telecom.scripts import MOST_GB, TODAY
from scenarios.telecom.tools import SERVICE_TOOLS

_FIND = frozenset({"get_customer_by_phone", "get_customer_by_id", "get_customer_by_name"})
_ASKS = frozenset({"send_payment_request", "refuel_data", "suspend_line"})
_ALL = frozenset(tool.name for tool in SERVICE_TOOLS)
_RECORDS = _ALL - _FIND - {"transfer_to_human_agents"}
_OPEN = ("Overdue", "Awaiting Payment")


def customers(memory: Memory) -> list[Mapping[str, Any]]:
    """Those who were looked up last; by name there may be several."""
    found = memory.last_answer(*_FIND)
    return [row for row in (found if isinstance(found, list) else [found]) if isinstance(row, Mapping)]


def _one_at_a_time(memory: Memory, call: Call, _world: World) -> bool:
    return memory.calls_in_step[call.agent] <= 1


def _customer_known(memory: Memory, _call: Call, _world: World) -> bool:
    return bool(customers(memory))


def _own_data(memory: Memory, call: Call, world: World) -> bool:
    known = {row["customer_id"] for row in customers(memory)}
    if "customer_id" in call.arguments:
        return call.arguments["customer_id"] in known
    asked = call.arguments["id"]
    rows = [row for row in (world.row("customers", customer_id) for customer_id in known) if row is not None]
    lines = [line_id for row in rows for line_id in row["line_ids"]]
    devices = {line["device_id"] for line in (world.row("lines", line_id) for line_id in lines) if line is not None}
    mine = {*known, *lines, *devices, *(bill_id for row in rows for bill_id in row["bill_ids"])}
    kept = any(world.row(table, asked) is not None for table in ("customers", "lines", "devices", "bills"))
    return asked in mine or not kept


def _is_overdue(_memory: Memory, call: Call, world: World) -> bool:
    bill = world.row("bills", call.arguments["bill_id"])
    return bill is None or bill["status"] == "Overdue"


def _nothing_open(_memory: Memory, call: Call, world: World) -> bool:
    customer: Mapping[str, Any] = world.row("customers", call.arguments["customer_id"]) or {}
    bills = [world.row("bills", bill_id) for bill_id in customer.get("bill_ids", ())]
    return not any(bill is not None and bill["status"] in _OPEN for bill in bills)


def _contract_runs(_memory: Memory, call: Call, world: World) -> bool:
    line = world.row("lines", call.arguments["line_id"])
    return line is None or (line["contract_end_date"] or TODAY) >= TODAY


def _little(_memory: Memory, call: Call, _world: World) -> bool:
    return bool(call.arguments["gb_amount"] <= MOST_GB)


def _confirmed(memory: Memory, _call: Call, _world: World) -> bool:
    return memory.confirmed


RULES = [
    Rule("one-call-at-a-time", "Make one tool call at a time.", _one_at_a_time, _ALL),
    Rule(
        "customer-first",
        "Find out who the customer is before anything in the records is looked up or changed.",
        _customer_known,
        _RECORDS,
    ),
    Rule("own-data-only", "Look up and change only what belongs to this customer.", _own_data, _RECORDS),
    Rule("overdue-only", "A payment request is sent only for a bill that is overdue.", _is_overdue, frozenset({"send_payment_request"})),
    Rule(
        "bills-paid-first",
        "A line is resumed only when none of the customer's bills is overdue or awaits payment.",
        _nothing_open,
        frozenset({"resume_line"}),
    ),
    Rule("contract-runs", "A line whose contract has ended is not resumed.", _contract_runs, frozenset({"resume_line"})),
    Rule("two-gigabytes", "At most two gigabytes are added at a time.", _little, frozenset({"refuel_data"})),
    Rule(
        "confirm-first",
        "Say what it would cost, and get an explicit yes, before a payment request is sent, data is added or a line is suspended.",
        _confirmed,
        _ASKS,
    ),
]
