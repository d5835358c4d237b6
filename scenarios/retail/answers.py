"""Scripts of the offline assistant: questions about one item, and about all of a customer's orders."""

from typing import NoReturn

from domain.skill import LookupRefused, Script
from scenarios.retail import words
from scenarios.retail.scripts import profile


def item_question(s: Script) -> NoReturn:
    """Say what an item is, what it costs, and whether it can be had."""
    item_id = s.need("item_id")
    try:
        item = s.look("get_item_details", item_id=item_id)
    except LookupRefused:
        s.ask_again("item_id", "item_question.not_found", wrong=item_id)
    about = {"item_id": item_id, "kind": words.describe_options(item["options"]), "price": words.money(item["price"])}
    s.tell("item_question.told" if item["available"] else "item_question.gone", **about)


def order_sum(s: Script) -> NoReturn:
    """Say what all orders of the customer come to."""
    orders = [s.look("get_order_details", order_id=order_id) for order_id in profile(s)["orders"]]
    standing = [order for order in orders if order["status"] != "cancelled"]
    if not standing:
        s.tell("order_sum.none")
    total = s.look("calculate", expression=" + ".join(f"{order['payment_history'][0]['amount']:.2f}" for order in standing))
    s.tell("order_sum.told", total=words.money(float(total)), orders=[order["order_id"] for order in standing])
