"""The shop as the first tau-bench has it: what its transcripts are run again in."""

from typing import Any

from domain.errors import Refusal
from domain.setting import Dialect
from domain.tools import tool
from domain.transaction import Row, Transaction
from domain.values import thaw
from domain.world import Tables, World
from scenarios.retail import changes
from scenarios.retail.changes import charge, covers, payment
from scenarios.retail.lookups import order_of, payment_method_of
from scenarios.retail.tools import TOOLS
from scenarios.retail.world import SCHEMA, UNSET
from scenarios.tau1 import UNKNOWN, lowered, spoken, think, unchecked

_TABLES = ("users", "orders", "products")
_WORDS = {
    "Payment method should be the original payment method": "payment method should be either the original payment method or a gift card",
}


@tool(writes=True)
def modify_pending_order_address(
    world: Transaction, order_id: str, address1: str, address2: str, city: str, state: str, country: str, zip: str
) -> dict[str, Any]:
    """
    Send a pending order to another address; not once its items were changed.

    Args:
        order_id: With its number sign.
        address1: Street and number.
        address2: Flat or suite.
        city: City.
        state: Two letters.
        country: Country.
        zip: Zip code.
    """
    _pending(order_of(world, order_id))
    given = {"order_id": order_id, "address1": address1, "address2": address2, "city": city, "state": state, "country": country, "zip": zip}
    return dict(changes.modify_pending_order_address.run(world, given))


@tool(writes=True)
def modify_pending_order_payment(world: Transaction, order_id: str, payment_method_id: str) -> dict[str, Any]:
    """
    Pay a pending order otherwise; not once its items were changed.

    Args:
        order_id: With its number sign.
        payment_method_id: From the customer's profile.
    """
    _pending(order_of(world, order_id))
    given = {"order_id": order_id, "payment_method_id": payment_method_id}
    return dict(changes.modify_pending_order_payment.run(world, given))


@tool(writes=True)
def modify_pending_order_items(
    world: Transaction, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
) -> dict[str, Any]:
    """
    Change items of a pending order to other variants, or to themselves.

    Args:
        order_id: With its number sign.
        item_ids: Items to change.
        new_item_ids: What each becomes.
        payment_method_id: From the customer's profile.
    """
    order = _pending(order_of(world, order_id))
    difference = _difference(world, order, item_ids, new_item_ids)
    if not covers(payment_method_of(world, order["user_id"], payment_method_id), difference):
        raise Refusal("insufficient-balance", "Insufficient gift card balance to pay for the new item")
    paid = payment("payment" if difference > 0 else "refund", abs(difference), payment_method_id)
    charge(world, order["user_id"], payment_method_id, difference)
    items = thaw(order["items"])
    for old_id, new_id in zip(item_ids, new_item_ids, strict=True):
        item = next(item for item in items if item["item_id"] == old_id)
        new = _variants(world, item)[new_id]
        item.update(item_id=new_id, price=new["price"], options=thaw(new["options"]))
    history = [*order["payment_history"], paid]
    world.update("orders", order_id, items=items, payment_history=history, status="pending (item modified)")
    return dict(order_of(world, order_id))


@tool(writes=True)
def exchange_delivered_order_items(
    world: Transaction, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
) -> dict[str, Any]:
    """
    Exchange items of a delivered order for other variants.

    Args:
        order_id: With its number sign.
        item_ids: Items to send back.
        new_item_ids: What comes for each.
        payment_method_id: From the customer's profile.
    """
    order = order_of(world, order_id)
    if order["status"] != "delivered":
        raise Refusal("not-delivered", "Non-delivered order cannot be exchanged")
    difference = round(_difference(world, order, item_ids, new_item_ids), 2)
    if not covers(payment_method_of(world, order["user_id"], payment_method_id), difference):
        raise Refusal("insufficient-balance", "Insufficient gift card balance to pay for the price difference")
    world.update(
        "orders",
        order_id,
        status="exchange requested",
        exchange_items=sorted(item_ids),
        exchange_new_items=sorted(new_item_ids),
        exchange_payment_method_id=payment_method_id,
        exchange_price_difference=difference,
    )
    return dict(order_of(world, order_id))


def _pending(order: Row) -> Row:
    if order["status"] != "pending":
        raise Refusal("not-pending", "Non-pending order cannot be modified")
    return order


def _difference(world: Transaction, order: Row, item_ids: list[str], new_item_ids: list[str]) -> float:
    """Dollars by which the new items cost more; refusals in the order in which the benchmark looks."""
    ordered = [item["item_id"] for item in order["items"]]
    for item_id in item_ids:
        if item_ids.count(item_id) > ordered.count(item_id):
            raise Refusal("not-found", f"{item_id} not found")
    if len(item_ids) != len(new_item_ids):
        raise Refusal("length-mismatch", "The number of items to be exchanged should match")
    difference = 0.0
    for old_id, new_id in zip(item_ids, new_item_ids, strict=True):
        item = next(item for item in order["items"] if item["item_id"] == old_id)
        variants = _variants(world, item)
        if new_id not in variants or not variants[new_id]["available"]:
            raise Refusal("not-available", f"New item {new_id} not found or available")
        difference += variants[new_id]["price"] - item["price"]
    return difference


def _variants(world: Transaction, item: dict[str, Any]) -> dict[str, dict[str, Any]]:
    product = world.find("products", item["product_id"])
    return product["variants"] if product is not None else {}


def tables(document: dict[str, Any]) -> Tables:
    """Rows with the fields that they show only later, and users with their ids."""
    db = document["agent"]
    return {
        "users": {key: {"user_id": key, **row} for key, row in db["users"].items()},
        "orders": {key: {**dict.fromkeys(UNSET), **row} for key, row in db["orders"].items()},
        "products": db["products"],
    }


def shown(value: Any) -> Any:
    """A row as this benchmark shows it: no user's id, and no field of an order that was never set."""
    if not isinstance(value, dict):
        return value
    if "payment_methods" in value:
        return {field: item for field, item in value.items() if field != "user_id"}
    return {field: item for field, item in value.items() if field not in UNSET or item is not None}


def document(world: World) -> dict[str, Any]:
    """A world as transcripts of this benchmark write it."""
    return {"agent": {table: {key: shown(row) for key, row in world.rows(table)} for table in _TABLES}}


_OWN = (think, modify_pending_order_address, modify_pending_order_payment, modify_pending_order_items, exchange_delivered_order_items)
TAU1 = Dialect(
    toolset=spoken((*TOOLS, *_OWN), shown, lambda reason: _WORDS.get(reason) or lowered(reason)),
    schema=unchecked(SCHEMA),
    tables=tables,
    document=document,
    unknown=UNKNOWN,
)
