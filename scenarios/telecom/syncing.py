"""What passes between the company's records and the phone, at the end of every call that changes something."""

from collections.abc import Mapping
from typing import Any

from domain.transaction import Row, Transaction
from scenarios.telecom.tables import PHONE


def owner_of(world: Transaction, line_id: str) -> Mapping[str, Any] | None:
    """The customer with a line."""
    return next((row for _, row in world.rows("customers") if line_id in row["line_ids"]), None)


def sync(world: Transaction) -> None:
    """Tell the phone how its line stands and what is to be paid, and the records what the user has paid."""
    around = world.find("surroundings", PHONE)
    number = around["phone_number"] if around is not None else None
    line = next((row for _, row in world.where("lines", "phone_number", number)), None) if number is not None else None
    if around is None or line is None:
        return
    plan = world.get("plans", line["plan_id"])
    exceeded = line["data_used_gb"] > plan["data_limit_gb"] + line["data_refueling_gb"]
    request = _paid(world, around) or around["payment_request"]
    request = None if request and request["paid"] else request or _due(world, line)
    now = {
        "line_active": line["status"] == "Active",
        "roaming_allowed": line["roaming_enabled"],
        "mobile_data_usage_exceeded": exceeded,
        "payment_request": request,
    }
    if any(around[field] != value for field, value in now.items()):
        world.update("surroundings", PHONE, **now)


def _paid(world: Transaction, around: Row) -> Mapping[str, Any] | None:
    """The request that the user has just paid; its bill is paid from then on."""
    request: Mapping[str, Any] | None = around["payment_request"]
    if request is None or not request["paid"]:
        return None
    world.update("bills", request["bill_id"], status="Paid")
    return request


def _due(world: Transaction, line: Row) -> dict[str, Any] | None:
    owner = owner_of(world, line["line_id"])
    bills = [world.get("bills", bill_id) for bill_id in owner["bill_ids"]] if owner is not None else []
    waiting = next((bill for bill in bills if bill["status"] == "Awaiting Payment"), None)
    return None if waiting is None else {"bill_id": waiting["bill_id"], "amount_due": waiting["total_due"], "paid": False}
