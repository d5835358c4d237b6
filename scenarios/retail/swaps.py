"""Tools that swap items of an order for other variants of the same products."""

from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from domain.values import thaw
from scenarios.retail.changes import charge, covers, payment
from scenarios.retail.lookups import order_of, payment_method_of, product_of


@tool(writes=True)
def modify_pending_order_items(
    world: Transaction, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
) -> dict[str, Any]:
    """
    Change items of a pending order to other variants of the same products. Possible once an order.

    List the details to the customer and get an explicit yes first.

    Args:
        order_id: With its number sign, e.g. ``#W0000000``.
        item_ids: Items to change; an item that was ordered twice may be named twice.
        new_item_ids: What each becomes, in the same order.
        payment_method_id: Pays the price difference, or receives it; from the customer's profile.
    """
    order = order_of(world, order_id)
    if order["status"] != "pending":
        raise Refusal("not-pending", "Non-pending order cannot be modified")
    for item_id in item_ids:
        if _too_many(order, item_ids, item_id):
            raise Refusal("not-found", f"{item_id} not found")
    if len(item_ids) != len(new_item_ids):
        raise Refusal("length-mismatch", "The number of items to be exchanged should match")
    items = thaw(order["items"])
    difference = 0.0
    for old_id, new_id in zip(item_ids, new_item_ids, strict=True):
        if old_id == new_id:
            raise Refusal("same-item", "The new item id should be different from the old item id")
        difference += _new_variant(world, order, old_id, new_id)["price"] - _ordered(order, old_id)["price"]
    method = payment_method_of(world, order["user_id"], payment_method_id)
    if not covers(method, difference):
        raise Refusal("insufficient-balance", "Insufficient gift card balance to pay for the new item")
    for old_id, new_id in zip(item_ids, new_item_ids, strict=True):
        # tau2-bench gives price and options of the last new item to all of them; recordings of it hold us to that
        last = _new_variant(world, order, item_ids[-1], new_item_ids[-1])
        item = next(item for item in items if item["item_id"] == old_id)
        item.update(item_id=new_id, price=last["price"], options=thaw(last["options"]))
    paid = payment("payment" if difference > 0 else "refund", abs(difference), payment_method_id)
    charge(world, order["user_id"], payment_method_id, difference)
    history = [*order["payment_history"], paid]
    world.update("orders", order_id, items=items, payment_history=history, status="pending (item modified)")
    return dict(order_of(world, order_id))


@tool(writes=True)
def exchange_delivered_order_items(
    world: Transaction, order_id: str, item_ids: list[str], new_item_ids: list[str], payment_method_id: str
) -> dict[str, Any]:
    """
    Exchange items of a delivered order for other variants of the same products. Possible once an order.

    List the details to the customer and get an explicit yes first.

    Args:
        order_id: With its number sign, e.g. ``#W0000000``.
        item_ids: Items to send back; an item that was ordered twice may be named twice.
        new_item_ids: What comes for each, in the same order.
        payment_method_id: Pays the price difference, or receives it; from the customer's profile.
    """
    order = order_of(world, order_id)
    if order["status"] != "delivered":
        raise Refusal("not-delivered", "Non-delivered order cannot be exchanged")
    for item_id in item_ids:
        if _too_many(order, item_ids, item_id):
            raise Refusal("not-found", f"Number of {item_id} not found.")
    if len(item_ids) != len(new_item_ids):
        raise Refusal("length-mismatch", "The number of items to be exchanged should match.")
    difference = 0.0
    for old_id, new_id in zip(item_ids, new_item_ids, strict=True):
        difference += _new_variant(world, order, old_id, new_id)["price"] - _ordered(order, old_id)["price"]
    difference = round(difference, 2)
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


def _too_many(order: Row, item_ids: list[str], item_id: str) -> bool:
    ordered = [item["item_id"] for item in order["items"]]
    return item_ids.count(item_id) > ordered.count(item_id)


def _ordered(order: Row, item_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in order["items"] if item["item_id"] == item_id)
    return found


def _new_variant(world: Transaction, order: Row, old_id: str, new_id: str) -> dict[str, Any]:
    """The variant that is to come for an item; a refusal where it is another product's, unknown or sold out."""
    variants: dict[str, dict[str, Any]] = product_of(world, _ordered(order, old_id)["product_id"])["variants"]
    if new_id not in variants:
        raise Refusal("not-found", "Variant not found")
    if not variants[new_id]["available"]:
        raise Refusal("not-available", f"New item {new_id} not found or available")
    return variants[new_id]
