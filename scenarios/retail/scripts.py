"""Scripts of the offline assistant: cancelling, addresses, payment, and questions."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn

from domain.skill import LookupRefused, Script
from scenarios.retail import words
from scenarios.retail.changes import REASONS, covers

_NAMED_VARIANTS = 5


def profile(s: Script) -> Mapping[str, Any]:
    """The customer's profile as it stands."""
    found: Mapping[str, Any] = s.look("get_user_details", user_id=s.user)
    return found


def find_order(s: Script) -> Mapping[str, Any]:
    """The order that the request is about; where its id is unknown, the only one with the items that were named."""
    if s.unknown("order_id") and not s.has("order_id"):
        return _guess_order(s)
    order_id = s.need("order_id")
    try:
        order: Mapping[str, Any] = s.look("get_order_details", order_id=order_id)
        return order
    except LookupRefused as refused:
        if refused.code.startswith("policy:"):
            s.decline("order.not_yours", order_id=order_id)
        s.ask_again("order_id", "order.not_found", wrong=order_id)


def _guess_order(s: Script) -> Mapping[str, Any]:
    orders = [s.look("get_order_details", order_id=order_id) for order_id in profile(s)["orders"]]
    fitting = [order for order in orders if _named_in(s.said, order)]
    if len(orders) == 1 or len(fitting) == 1:
        guessed: Mapping[str, Any] = (fitting or orders)[0]
        return guessed
    s.decline("order.which", orders=[order["order_id"] for order in orders])


def _named_in(said: str, order: Mapping[str, Any]) -> bool:
    try:
        return bool(words.pick_items(said, order["items"]))
    except words.Unclear:
        return True


def payment_method(s: Script, methods: Mapping[str, Mapping[str, Any]], original: str) -> str:
    """Id of the payment method that the customer names; asks again where they have none like it, or several."""
    named = s.need("payment_method")
    try:
        picked = words.pick_payment(named, methods, original)
    except words.Unclear as unclear:
        s.ask_again("payment_method", "payment_method.which", methods=unclear.candidates)
    if picked is None:
        mine = [words.name_payment(method_id, methods) for method_id in methods]
        s.ask_again("payment_method", "payment_method.not_found", wrong=named, methods=mine)
    return picked


def when(method_id: str, methods: Mapping[str, Mapping[str, Any]]) -> str:
    """How long a refund takes."""
    gift = methods[method_id]["source"] == "gift_card"
    return "immediately" if gift else "within 5 to 7 business days"


def cancel_order(s: Script) -> NoReturn:
    """Cancel a pending order."""
    order = find_order(s)
    about = {"order_id": order["order_id"], "status": order["status"]}
    if order["status"] != "pending":
        s.decline("cancel_order.declined", **about)
    reason = s.need("reason")
    if reason not in REASONS:
        s.decline("cancel_order.bad_reason", **about)
    methods = profile(s)["payment_methods"]
    paid = order["payment_history"][0]["payment_method_id"]
    items = words.name_items([item["item_id"] for item in order["items"]], order["items"])
    total = words.money(sum(entry["amount"] for entry in order["payment_history"]))
    method = words.name_payment(paid, methods)
    s.confirm("cancel_order.confirm", order_id=order["order_id"], items=items, total=total, method=method, reason=reason)
    after = s.act("cancel_pending_order", order_id=order["order_id"], reason=reason)
    refunded = words.money(after["payment_history"][-1]["amount"])
    s.tell("cancel_order.done", order_id=order["order_id"], status=after["status"], total=refunded, method=method, when=when(paid, methods))


def _new_address(s: Script) -> dict[str, str]:
    address = words.read_address(s.need("address"))
    if address is None:
        s.ask_again("address", "address.incomplete")
    return address


def modify_address(s: Script) -> NoReturn:
    """Send a pending order elsewhere."""
    order = find_order(s)
    if not order["status"].startswith("pending"):
        s.decline("modify_address.declined", order_id=order["order_id"], status=order["status"])
    address = _new_address(s)
    about = {"order_id": order["order_id"], "new_address": words.say_address(address)}
    s.confirm("modify_address.confirm", **about, old_address=words.say_address(order["address"]))
    after = s.act("modify_pending_order_address", order_id=order["order_id"], **address)
    s.tell("modify_address.done", order_id=order["order_id"], new_address=words.say_address(after["address"]))


def change_default_address(s: Script) -> NoReturn:
    """Change the address in the customer's profile."""
    address = _new_address(s)
    old = words.say_address(profile(s)["address"])
    s.confirm("change_default_address.confirm", new_address=words.say_address(address), old_address=old)
    after = s.act("modify_user_address", user_id=s.user, **address)
    s.tell("change_default_address.done", new_address=words.say_address(after["address"]))


def modify_payment(s: Script) -> NoReturn:
    """Pay a pending order another way."""
    order = find_order(s)
    about = {"order_id": order["order_id"]}
    if not order["status"].startswith("pending"):
        s.decline("modify_payment.declined", **about, status=order["status"])
    methods = profile(s)["payment_methods"]
    if len(order["payment_history"]) != 1:
        s.decline("modify_payment.settled", **about)
    paid = order["payment_history"][0]
    picked = payment_method(s, methods, paid["payment_method_id"])
    names = {"method": words.name_payment(picked, methods), "old_method": words.name_payment(paid["payment_method_id"], methods)}
    total = words.money(paid["amount"])
    if picked == paid["payment_method_id"]:
        s.decline("modify_payment.same", **about, **names)
    if not covers(dict(methods[picked]), paid["amount"]):
        s.decline("modify_payment.insufficient", **about, balance=words.money(methods[picked]["balance"]), total=total)
    s.confirm("modify_payment.confirm", **about, **names, total=total)
    s.act("modify_pending_order_payment", order_id=order["order_id"], payment_method_id=picked)
    s.tell("modify_payment.done", **about, **names, total=total, when=when(paid["payment_method_id"], methods))


def order_status(s: Script) -> NoReturn:
    """Say how an order stands."""
    order = find_order(s)
    about = {
        "order_id": order["order_id"],
        "status": order["status"],
        "items": words.join([words.full_name(item) for item in order["items"]]),
        "total": words.money(sum(item["price"] for item in order["items"])),
        "address": words.say_address(order["address"]),
    }
    tracking = [number for sent in order["fulfillments"] for number in sent["tracking_id"]]
    if tracking:
        s.tell("order_status.sent", **about, tracking=words.join(tracking))
    s.tell("order_status.told", **about)


def product_question(s: Script) -> NoReturn:
    """Say what there is of a product, and what it costs."""
    names = s.look("list_all_product_types")
    said = _letters(s.said)
    named = next((name for name in sorted(names, key=len, reverse=True) if _letters(name) in said), None)
    if named is None:
        if s.has("product"):
            s.decline("product_question.not_found", products=words.join(sorted(names)))
        s.need("product")
    product = s.look("get_product_details", product_id=names[named])
    wanted = words.said_options(s.said, product)
    available = sorted(words.variants_like(product, {}, wanted), key=lambda variant: variant["price"])
    about = {"product": named, "number": len(available), "kinds": len(product["variants"]), "wanted": words.describe_options(wanted)}
    if not available:
        s.tell("product_question.none", **about)
    prices = {"low": words.money(available[0]["price"]), "high": words.money(available[-1]["price"])}
    cheapest = words.describe_options(available[0]["options"])
    if wanted or len(available) == 1:
        listed = [f"{words.describe_options(variant['options'])} for {words.money(variant['price'])}" for variant in available]
        s.tell("product_question.matching", **about, **prices, variants="; ".join(listed[:_NAMED_VARIANTS]))
    s.tell("product_question.told", **about, **prices, cheapest=cheapest)


@lru_cache(maxsize=1024)
def _letters(text: str) -> str:
    """A text without its spaces and hyphens, so that "t shirt" is a T-Shirt."""
    return re.sub(r"[\W_]+", "", text).lower()


def hand_over(s: Script) -> NoReturn:
    """Give the conversation to a person."""
    s.look("transfer_to_human_agents", summary=f"The customer {s.user} needs help that goes beyond the desk: {s.said[:300].strip()}")
    s.hand_over("hand_over.done")
