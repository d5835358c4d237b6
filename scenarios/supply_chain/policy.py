"""The policy's rules as predicates; policy.md says the same in prose."""

from collections.abc import Mapping
from typing import Any

from domain.policy import Call, Memory, Rule
from domain.world import World
from scenarios.supply_chain.areas.customs import missing_documents
from scenarios.supply_chain.areas.logistics import express_extra_cents, price_cents
from scenarios.supply_chain.areas.shared import OWING, balance_cents, free_units, stock_id
from scenarios.supply_chain.tools import AREAS, TOOLS

CREDIT_CEILING_CENTS = 50_000
CREDIT_PERCENT = 5
LATE_DAYS = 2
"""A delivery is late from one day more than this on."""
EXTENSION_DAYS = {"standard": 14, "priority": 30}
CARRIER_PERCENT = 120

OPEN_TO_ALL = frozenset({"find_contact", "verify_contact"})
"""Calls that come before it is known who is calling."""
PLANNERS_ONLY = frozenset({"transfer_stock", *(tool.name for tool in AREAS["procurement"])})
CUSTOMERS_ONLY = frozenset(tool.name for tool in TOOLS if tool.writes) - PLANNERS_ONLY - {"escalate_to_person"}

_RECORDS = {"order_id": "orders", "shipment_id": "shipments", "invoice_id": "invoices", "company_id": "companies"}
_LOOKUPS = {
    "order_id": "get_order",
    "shipment_id": "track_shipment",
    "invoice_id": "get_invoice",
    "hold_id": "get_hold",
    "purchase_order_id": "get_purchase_order",
}


def caller(memory: Memory) -> Mapping[str, Any] | None:
    """The contact whose access code was verified last."""
    answer = memory.last_answer("verify_contact")
    return answer if isinstance(answer, Mapping) and answer.get("verified") else None


def company_of(call: Call, world: World) -> str | None:
    """Whose record a call is about; None where there is no such record or it is nobody's."""
    for argument, table in _RECORDS.items():
        if argument in call.arguments:
            row = world.row(table, str(call.arguments[argument]))
            return None if row is None else str(row["company_id"])
    hold = world.row("customs_holds", str(call.arguments.get("hold_id")))
    shipment = world.row("shipments", hold["shipment_id"]) if hold else None
    return None if shipment is None else str(shipment["company_id"])


def owed_cents(world: World, company_id: str) -> int:
    """What a company still has to pay."""
    return sum(balance_cents(row) for _, row in world.where("invoices", "company_id", company_id) if row["status"] in OWING)


def _identified(memory: Memory, _: Call, __: World) -> bool:
    return caller(memory) is not None


def _one_call(memory: Memory, call: Call, _: World) -> bool:
    return memory.calls_in_step[call.agent] <= 1


def _own_company(memory: Memory, call: Call, world: World) -> bool:
    who, owner = caller(memory), company_of(call, world)
    return who is None or owner is None or who["role"] == "planner" or who["company_id"] == owner


def _planner(memory: Memory, _: Call, __: World) -> bool:
    who = caller(memory)
    return who is None or who["role"] == "planner"


def _customer(memory: Memory, _: Call, __: World) -> bool:
    who = caller(memory)
    return who is None or who["role"] == "customer"


def _own_ticket(memory: Memory, call: Call, _: World) -> bool:
    who = caller(memory)
    return who is None or who["contact_id"] == call.arguments.get("contact_id")


def _looked_up(memory: Memory, call: Call, _: World) -> bool:
    for argument, lookup in _LOOKUPS.items():
        if argument in call.arguments:
            return memory.answers[lookup].last(argument, call.arguments[argument]) is not None
    return True


def _confirmed(memory: Memory, _: Call, __: World) -> bool:
    return memory.confirmed


def _within_credit(_: Memory, call: Call, world: World) -> bool:
    order = world.row("orders", str(call.arguments.get("order_id")))
    company = world.row("companies", order["company_id"]) if order else None
    if order is None or company is None:
        return True
    return owed_cents(world, order["company_id"]) + int(order["total_cents"]) <= int(company["credit_limit_cents"])


def _within_ceiling(_: Memory, call: Call, world: World) -> bool:
    shipment = world.row("shipments", str(call.arguments.get("shipment_id")))
    if shipment is None:
        return True
    company, site = world.row("companies", shipment["company_id"]), world.row("sites", shipment["site_id"])
    if company is None or site is None:
        return True
    lane = world.row("lanes", f"{shipment['warehouse_id']}/{site['country']}/{shipment['carrier_id']}")
    return express_extra_cents(shipment, lane) <= int(company["expedite_ceiling_cents"])


def _carrier_affordable(_: Memory, call: Call, world: World) -> bool:
    shipment = world.row("shipments", str(call.arguments.get("shipment_id")))
    site = world.row("sites", shipment["site_id"]) if shipment else None
    if shipment is None or site is None:
        return True
    lane = world.row("lanes", f"{shipment['warehouse_id']}/{site['country']}/{call.arguments.get('carrier_id')}")
    if lane is None:
        return True
    price = price_cents(lane, shipment["weight_kg"], shipment["service"])
    return price * 100 <= int(shipment["cost_cents"]) * CARRIER_PERCENT


def _not_shipped(_: Memory, call: Call, world: World) -> bool:
    order = world.row("orders", str(call.arguments.get("order_id")))
    return order is None or order["status"] not in ("shipped", "delivered")


def _documents_there(_: Memory, call: Call, world: World) -> bool:
    hold = world.row("customs_holds", str(call.arguments.get("hold_id")))
    return hold is None or not missing_documents(hold)


def _above_safety(_: Memory, call: Call, world: World) -> bool:
    arguments = call.arguments
    stock = world.row("stock", stock_id(str(arguments.get("from_warehouse_id")), str(arguments.get("product_id"))))
    return stock is None or arguments.get("quantity", 0) <= free_units(stock)


def _within_spend(memory: Memory, call: Call, world: World) -> bool:
    who, arguments = caller(memory), call.arguments
    if "purchase_order_id" in arguments:
        order = world.row("purchase_orders", str(arguments["purchase_order_id"]))
        cost = order["unit_cost_cents"] if order else 0
    else:
        supplier = world.row("suppliers", str(arguments.get("supplier_id")))
        cost = supplier["offers"].get(arguments.get("product_id"), 0) if supplier else 0
    return who is None or arguments.get("quantity", 0) * cost <= who["spend_limit_cents"]


def credit_cents(total_cents: int) -> int:
    """The credit for a late delivery on an invoice of this total."""
    return min(total_cents * CREDIT_PERCENT // 100, CREDIT_CEILING_CENTS)


def _credit_due(memory: Memory, call: Call, _: World) -> bool:
    if call.arguments.get("reason") != "late_delivery":
        return False
    seen = memory.answers["get_invoice"].last("invoice_id", call.arguments["invoice_id"])
    if seen is None:
        return False
    late, total = seen[1]["delivered_days_late"], seen[1]["total_cents"]
    return late is not None and late > LATE_DAYS and call.arguments.get("amount_cents", 0) <= credit_cents(total)


def _extension_fits(_: Memory, call: Call, world: World) -> bool:
    invoice = world.row("invoices", str(call.arguments.get("invoice_id")))
    company = world.row("companies", invoice["company_id"]) if invoice else None
    return company is None or call.arguments.get("days", 0) <= EXTENSION_DAYS[company["tier"]]


_ALL = frozenset(tool.name for tool in TOOLS)

RULES = (
    Rule("one-call-at-a-time", "Make one tool call at a time.", _one_call, _ALL),
    Rule("identify-first", "Identify the contact by access code before anything else.", _identified, _ALL - OPEN_TO_ALL),
    Rule(
        "own-company",
        "A customer's contact sees and changes records of their own company only.",
        _own_company,
        _ALL - OPEN_TO_ALL - PLANNERS_ONLY,
    ),
    Rule("planners-only", "Purchase orders and stock transfers are for planners only.", _planner, PLANNERS_ONLY),
    Rule(
        "customers-decide",
        "Orders, shipments, holds and invoices are changed for the customer's own contacts only.",
        _customer,
        CUSTOMERS_ONLY,
    ),
    Rule("own-ticket", "A ticket is opened for the contact who is calling.", _own_ticket, frozenset({"escalate_to_person"})),
    Rule("look-first", "Look a record up before changing it.", _looked_up),
    Rule("confirm-first", "State what will be changed and get an explicit yes before every change.", _confirmed),
    Rule(
        "credit-limit",
        "Stock is reserved and shipments are booked only while the order and what the company owes stay within its credit limit.",
        _within_credit,
        frozenset({"reserve_stock", "book_shipment"}),
    ),
    Rule(
        "expedite-ceiling",
        "Express may not add more than the company's expedite ceiling.",
        _within_ceiling,
        frozenset({"expedite_shipment"}),
    ),
    Rule(
        "carrier-cost",
        f"A change of carrier may cost at most {CARRIER_PERCENT} percent of the booked price.",
        _carrier_affordable,
        frozenset({"change_carrier"}),
    ),
    Rule("not-once-shipped", "An order that was shipped is not cancelled.", _not_shipped, frozenset({"cancel_order"})),
    Rule(
        "documents-first",
        "Release of a customs hold is requested only when all its documents are there.",
        _documents_there,
        frozenset({"request_release"}),
    ),
    Rule(
        "safety-stock",
        "A transfer leaves the source warehouse its safety stock.",
        _above_safety,
        frozenset({"transfer_stock"}),
    ),
    Rule(
        "spend-limit",
        "A purchase order stays within the planner's spend limit.",
        _within_spend,
        frozenset({"create_purchase_order", "amend_purchase_order"}),
    ),
    Rule(
        "late-credit",
        f"A credit is given only for a delivery more than {LATE_DAYS} days late, "
        f"at most {CREDIT_PERCENT} percent of the invoice and EUR {CREDIT_CEILING_CENTS // 100}.",
        _credit_due,
        frozenset({"issue_credit"}),
    ),
    Rule(
        "extension-limit",
        "A due date is extended by at most 14 days, for priority companies 30.",
        _extension_fits,
        frozenset({"extend_due_date"}),
    ),
)
