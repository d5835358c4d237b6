"""Tools of the desk: they look up and change the company's records."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from domain.values import FrozenDict
from scenarios.telecom.syncing import sync

_TABLES = {"L": "lines", "D": "devices", "B": "bills", "C": "customers", "P": "plans"}
"""First letter of an id -> where it is looked for."""


def customer_of(world: Transaction, customer_id: str) -> Row:
    """A customer, or a refusal."""
    return _known(world.find("customers", customer_id), f"Customer with ID {customer_id} not found")


def line_of(world: Transaction, customer_id: str, line_id: str) -> Row:
    """A customer's line, or a refusal."""
    owned = line_id in customer_of(world, customer_id)["line_ids"]
    return _known(world.find("lines", line_id) if owned else None, f"Line {line_id} not found for customer {customer_id}")


def _known(row: Row | None, reason: str) -> Row:
    if row is None:
        raise Refusal("not-found", reason)
    return row


@tool
def get_customer_by_phone(world: Transaction, phone_number: str) -> dict[str, Any]:
    """
    Find a customer by their own number or that of one of their lines.

    Args:
        phone_number: As the customer gives it, e.g. ``555-201-4417``.
    """
    lines = {line_id for line_id, _ in world.where("lines", "phone_number", phone_number)}
    for _, row in world.rows("customers"):
        if row["phone_number"] == phone_number or not lines.isdisjoint(row["line_ids"]):
            return dict(row)
    raise Refusal("not-found", f"Customer with phone number {phone_number} not found")


@tool
def get_customer_by_id(world: Transaction, customer_id: str) -> dict[str, Any]:
    """
    Look up a customer.

    Args:
        customer_id: E.g. ``C2041``.
    """
    return dict(customer_of(world, customer_id))


@tool
def get_customer_by_name(world: Transaction, full_name: str, dob: str) -> list[dict[str, Any]]:
    """
    Find customers by name and date of birth; there may be none, or several.

    Args:
        full_name: First and last name.
        dob: Date of birth as year, month and day, e.g. ``1984-03-09``.
    """
    name = full_name.lower()
    return [dict(row) for _, row in world.rows("customers") if row["full_name"].lower() == name and row["date_of_birth"] == dob]


@tool
def get_details_by_id(world: Transaction, id: str) -> dict[str, Any]:
    """
    Look up a customer, line, device, bill or plan by its id.

    Args:
        id: E.g. ``L2041``; the first letter says what it is.
    """
    table = _TABLES.get(id[:1])
    if table is None:
        raise Refusal("not-found", f"Unknown ID format or type: {id}")
    return dict(_known(world.find(table, id), f"{table.removesuffix('s').capitalize()} with ID {id} not found"))


@tool(writes=True)
def suspend_line(world: Transaction, customer_id: str, line_id: str, reason: str) -> dict[str, Any]:  # noqa: ARG001
    """
    Suspend a line that is active, for six months at most.

    Args:
        customer_id: Of the customer who has the line.
        line_id: Of the line.
        reason: Why it is suspended.
    """
    if line_of(world, customer_id, line_id)["status"] != "Active":
        raise Refusal("not-active", "Line must be active to suspend")
    world.update("lines", line_id, status="Suspended", suspension_start_date=_today(world))
    sync(world)
    return {"message": "Line suspended successfully", "line": dict(world.get("lines", line_id))}


@tool(writes=True)
def resume_line(world: Transaction, customer_id: str, line_id: str) -> dict[str, Any]:
    """
    Resume a line that is suspended or waits to be activated.

    Args:
        customer_id: Of the customer who has the line.
        line_id: Of the line.
    """
    if line_of(world, customer_id, line_id)["status"] not in ("Suspended", "Pending Activation"):
        raise Refusal("not-suspended", "Line must be suspended to resume")
    world.update("lines", line_id, status="Active", suspension_start_date=None)
    sync(world)
    return {"message": "Line resumed successfully", "line": dict(world.get("lines", line_id))}


def bills_of(world: Transaction, customer_id: str) -> Iterator[Row]:
    """A customer's bills, or a refusal where there is no such customer."""
    for bill_id in customer_of(world, customer_id)["bill_ids"]:
        yield world.get("bills", bill_id)


@tool
def get_bills_for_customer(world: Transaction, customer_id: str, limit: int = 12) -> list[dict[str, Any]]:
    """
    List a customer's bills, the latest first.

    Args:
        customer_id: Of the customer.
        limit: How many at most.
    """
    bills = sorted(bills_of(world, customer_id), key=lambda bill: str(bill["issue_date"]), reverse=True)
    return [dict(bill) for bill in bills[:limit]]


@tool(writes=True)
def send_payment_request(world: Transaction, customer_id: str, bill_id: str) -> str:
    """
    Send a customer a request to pay a bill; only one bill of a customer can wait for payment. That the bill is due is not checked.

    Args:
        customer_id: Of the customer who has the bill.
        bill_id: Of the bill.
    """
    bills = {bill["bill_id"]: bill for bill in bills_of(world, customer_id)}
    if bill_id not in bills:
        raise Refusal("not-found", f"Bill {bill_id} not found for customer {customer_id}")
    if any(bill["status"] == "Awaiting Payment" for bill in bills.values()):
        raise Refusal("one-at-a-time", "A bill is already awaiting payment for this customer")
    world.update("bills", bill_id, status="Awaiting Payment")
    sync(world)
    return f"Payment request sent to the customer for bill {bill_id}"


@tool
def get_data_usage(world: Transaction, customer_id: str, line_id: str) -> dict[str, str]:
    """
    Look up a line's data in this billing cycle: what was used, the plan's limit, what was added, and when the cycle ends.

    Args:
        customer_id: Of the customer who has the line.
        line_id: Of the line.
    """
    line = line_of(world, customer_id, line_id)
    today = date.fromisoformat(_today(world))
    return {
        "line_id": line_id,
        "data_used_gb": str(line["data_used_gb"]),
        "data_limit_gb": str(world.get("plans", line["plan_id"])["data_limit_gb"]),
        "data_refueling_gb": str(line["data_refueling_gb"]),
        "cycle_end_date": today.replace(day=monthrange(today.year, today.month)[1]).isoformat(),
    }


@tool(writes=True)
def enable_roaming(world: Transaction, customer_id: str, line_id: str) -> str:
    """
    Allow a line to be used abroad.

    Args:
        customer_id: Of the customer who has the line.
        line_id: Of the line.
    """
    return _roam(world, customer_id, line_id, allowed=True)


@tool(writes=True)
def disable_roaming(world: Transaction, customer_id: str, line_id: str) -> str:
    """
    No longer allow a line to be used abroad.

    Args:
        customer_id: Of the customer who has the line.
        line_id: Of the line.
    """
    return _roam(world, customer_id, line_id, allowed=False)


def _roam(world: Transaction, customer_id: str, line_id: str, *, allowed: bool) -> str:
    state = "enabled" if allowed else "disabled"
    if line_of(world, customer_id, line_id)["roaming_enabled"] == allowed:
        return f"Roaming was already {state}"
    world.update("lines", line_id, roaming_enabled=allowed)
    sync(world)
    return f"Roaming {state} successfully"


@tool(writes=True)
def refuel_data(world: Transaction, customer_id: str, line_id: str, gb_amount: float) -> dict[str, str]:
    """
    Add data to an active line; what it costs, by the plan's price, goes on the customer's next bill.

    Args:
        customer_id: Of the customer who has the line.
        line_id: Of the line.
        gb_amount: How many gigabytes.
    """
    line = line_of(world, customer_id, line_id)
    if line["status"] != "Active":
        raise Refusal("not-active", "Line must be active to refuel data")
    if gb_amount <= 0:
        raise Refusal("not-positive", "Refuel amount must be positive")
    price = world.get("plans", line["plan_id"])["data_refueling_price_per_gb"]
    charge = gb_amount * price
    total = line["data_refueling_gb"] + gb_amount
    world.update("lines", line_id, data_refueling_gb=total)
    _charge(world, customer_id, charge, f"Data refueling: {gb_amount} GB at ${price}/GB")
    sync(world)
    message = f"Successfully added {gb_amount} GB of data for line {line_id} for ${charge:.2f}"
    return {"message": message, "new_data_refueling_gb": str(total), "charge": str(charge)}


def _charge(world: Transaction, customer_id: str, amount: float, description: str) -> None:
    """Put an amount on the customer's draft bill; where there is none, one is begun."""
    today = _today(world)
    item = {"description": description, "amount": amount, "date": today, "item_type": "Charge"}
    draft = next((bill for bill in bills_of(world, customer_id) if bill["status"] == "Draft"), None)
    if draft is not None:
        world.update("bills", draft["bill_id"], total_due=draft["total_due"] + amount, line_items=[*draft["line_items"], item])
        return
    bill_id = world.fresh_id("bills", "B", 7)
    world.insert("bills", bill_id, _begun(bill_id, customer_id, date.fromisoformat(today), item))
    world.update("customers", customer_id, bill_ids=[*customer_of(world, customer_id)["bill_ids"], bill_id])


def _begun(bill_id: str, customer_id: str, today: date, item: dict[str, Any]) -> FrozenDict:
    """A draft bill for the month after this one."""
    month = today.month % 12 + 1
    first = date(today.year + (month == 1), month, 1)
    return FrozenDict(
        bill_id=bill_id,
        customer_id=customer_id,
        period_start=first.isoformat(),
        period_end=first.replace(day=monthrange(first.year, month)[1]).isoformat(),
        issue_date=first.isoformat(),
        total_due=item["amount"],
        due_date=first.replace(day=15).isoformat(),
        line_items=[item],
        status="Draft",
    )


def _today(world: Transaction) -> str:
    return world.now[:10]
