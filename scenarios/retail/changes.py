"""Tools that change an order or a customer's address."""

from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Transaction
from domain.values import thaw
from scenarios.retail.lookups import order_of, payment_method_of, user_of

REASONS = ("no longer needed", "ordered by mistake")


def payment(kind: str, amount: float, payment_method_id: str) -> dict[str, Any]:
    """One line of an order's payment history; ``kind`` is ``payment`` or ``refund``."""
    return {"transaction_type": kind, "amount": amount, "payment_method_id": payment_method_id}


def charge(world: Transaction, user_id: str, payment_method_id: str, amount: float) -> None:
    """Take an amount from a gift card, or with a negative one give it back; other methods keep no balance here."""
    methods = thaw(user_of(world, user_id)["payment_methods"])
    card = methods[payment_method_id]
    if card["source"] == "gift_card":
        card["balance"] = round(card["balance"] - amount, 2)
        world.update("users", user_id, payment_methods=methods)


def covers(method: dict[str, Any], amount: float) -> bool:
    """Whether a payment method can pay an amount; only a gift card can be too poor."""
    return bool(method["source"] != "gift_card" or method["balance"] >= amount)


@tool(writes=True)
def cancel_pending_order(world: Transaction, order_id: str, reason: str) -> dict[str, Any]:
    """
    Cancel a pending order and refund it the way it was paid.

    A gift card is refunded at once, anything else within 5 to 7 business days. List the details to the customer
    and get an explicit yes first.

    Args:
        order_id: With its number sign, e.g. ``#W0000000``.
        reason: Either ``no longer needed`` or ``ordered by mistake``.
    """
    order = order_of(world, order_id)
    if order["status"] != "pending":
        raise Refusal("not-pending", "Non-pending order cannot be cancelled")
    if reason not in REASONS:
        raise Refusal("invalid-reason", "Invalid reason")
    refunds = [payment("refund", paid["amount"], paid["payment_method_id"]) for paid in order["payment_history"]]
    for refund in refunds:
        charge(world, order["user_id"], refund["payment_method_id"], -refund["amount"])
    history = [*order["payment_history"], *refunds]
    world.update("orders", order_id, status="cancelled", cancel_reason=reason, payment_history=history)
    return dict(order_of(world, order_id))


@tool(writes=True)
def modify_pending_order_address(
    world: Transaction,
    order_id: str,
    address1: str,
    address2: str,
    city: str,
    state: str,
    country: str,
    zip: str,
) -> dict[str, Any]:
    """
    Send a pending order to another address.

    List the details to the customer and get an explicit yes first.

    Args:
        order_id: With its number sign, e.g. ``#W0000000``.
        address1: Street and number, e.g. ``12 Alder Way``.
        address2: Flat or suite, e.g. ``Suite 204``; empty where there is none.
        city: E.g. ``Chicago``.
        state: Two letters, e.g. ``IL``.
        country: E.g. ``USA``.
        zip: E.g. ``60614``.
    """
    order = order_of(world, order_id)
    if not order["status"].startswith("pending"):
        raise Refusal("not-pending", "Non-pending order cannot be modified")
    world.update("orders", order_id, address=_address(address1, address2, city, state, country, zip))
    return dict(order_of(world, order_id))


@tool(writes=True)
def modify_user_address(
    world: Transaction,
    user_id: str,
    address1: str,
    address2: str,
    city: str,
    state: str,
    country: str,
    zip: str,
) -> dict[str, Any]:
    """
    Change a customer's default address.

    List the details to the customer and get an explicit yes first.

    Args:
        user_id: E.g. ``mira_holt_2041``.
        address1: Street and number, e.g. ``12 Alder Way``.
        address2: Flat or suite, e.g. ``Suite 204``; empty where there is none.
        city: E.g. ``Chicago``.
        state: Two letters, e.g. ``IL``.
        country: E.g. ``USA``.
        zip: E.g. ``60614``.
    """
    user_of(world, user_id)
    world.update("users", user_id, address=_address(address1, address2, city, state, country, zip))
    return dict(user_of(world, user_id))


@tool(writes=True)
def modify_pending_order_payment(world: Transaction, order_id: str, payment_method_id: str) -> dict[str, Any]:
    """
    Pay a pending order by another of the customer's payment methods; the old one is refunded.

    List the details to the customer and get an explicit yes first.

    Args:
        order_id: With its number sign, e.g. ``#W0000000``.
        payment_method_id: From the customer's profile, e.g. ``gift_card_0000000``.
    """
    order = order_of(world, order_id)
    if not order["status"].startswith("pending"):
        raise Refusal("not-pending", "Non-pending order cannot be modified")
    new = payment_method_of(world, order["user_id"], payment_method_id)
    history = order["payment_history"]
    if len(history) != 1 or history[0]["transaction_type"] != "payment":
        raise Refusal("paid-more-than-once", "There should be exactly one payment for a pending order")
    old_id, amount = history[0]["payment_method_id"], history[0]["amount"]
    if old_id == payment_method_id:
        raise Refusal("same-payment-method", "The new payment method should be different from the current one")
    if not covers(new, amount):
        raise Refusal("insufficient-balance", "Insufficient gift card balance to pay for the order")
    charge(world, order["user_id"], payment_method_id, amount)
    charge(world, order["user_id"], old_id, -amount)
    moved = [payment("payment", amount, payment_method_id), payment("refund", amount, old_id)]
    world.update("orders", order_id, payment_history=[*history, *moved])
    return dict(order_of(world, order_id))


@tool(writes=True)
def return_delivered_order_items(world: Transaction, order_id: str, item_ids: list[str], payment_method_id: str) -> dict[str, Any]:
    """
    Take back items of a delivered order; the customer gets an email on how to send them.

    List the details to the customer and get an explicit yes first.

    Args:
        order_id: With its number sign, e.g. ``#W0000000``.
        item_ids: What comes back; an item that was ordered twice may be named twice.
        payment_method_id: Where the refund goes: the original payment method, or a gift card of the customer.
    """
    order = order_of(world, order_id)
    if order["status"] != "delivered":
        raise Refusal("not-delivered", "Non-delivered order cannot be returned")
    method = payment_method_of(world, order["user_id"], payment_method_id)
    if method["source"] != "gift_card" and payment_method_id != order["payment_history"][0]["payment_method_id"]:
        raise Refusal("wrong-payment-method", "Payment method should be the original payment method")
    ordered = [item["item_id"] for item in order["items"]]
    if any(item_ids.count(item_id) > ordered.count(item_id) for item_id in item_ids):
        raise Refusal("not-found", "Some item not found")
    world.update("orders", order_id, status="return requested", return_items=sorted(item_ids), return_payment_method_id=payment_method_id)
    return dict(order_of(world, order_id))


def _address(address1: str, address2: str, city: str, state: str, country: str, code: str) -> dict[str, str]:
    return {"address1": address1, "address2": address2, "city": city, "country": country, "state": state, "zip": code}
