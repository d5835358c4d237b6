"""Which questions lead to what a task of tau2-bench wants said: the task names the answer, a user has to ask for it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from domain.goal import Action, Task
from domain.world import World


def questions_for(told: Sequence[str], user: Mapping[str, Any] | None, changed: Collection[str], world: World) -> Iterator[Task]:
    """
    Questions whose answers hold what must be told, as far as one can be found.

    Args:
        told: Texts that the user must have been told in the end.
        user: The customer; None where the task does not say who.
        changed: Ids of orders that the user's other requests are about; those speak of totals themselves.
    """
    orders = [row for order_id in (user or {}).get("orders", ()) if (row := world.row("orders", order_id)) is not None]
    for text in told:
        asked = _about_order(text, told, orders, changed) or _about_product(text, world)
        if asked is not None:
            yield asked


def _about_order(text: str, told: Sequence[str], orders: Sequence[Mapping[str, Any]], changed: Collection[str]) -> Task | None:
    for order in orders:
        tracking = [number for sent in order["fulfillments"] for number in sent["tracking_id"]]
        total = f"{sum(item['price'] for item in order['items']):.2f}"
        if text in tracking or (text == total and order["order_id"] not in changed):
            return _status(order)
    if any(char.isalpha() for char in text):
        best = max(orders, key=lambda order: len(_options(order).intersection(told)), default=None)
        if best is not None and text in _options(best):
            return _status(best)
    return None


def _about_product(text: str, world: World) -> Task | None:
    """A price is that of the cheapest variant of some product that can be had."""
    for _, product in world.rows("products"):
        prices = [variant["price"] for variant in product["variants"].values() if variant["available"]]
        if prices and text == f"{min(prices):.2f}":
            return Task(skill="product_question", known={"product": product["name"]})
    return None


def _status(order: Mapping[str, Any]) -> Task:
    return Task(skill="order_status", known={"order_id": order["order_id"]})


def _options(order: Mapping[str, Any]) -> set[str]:
    return {value for item in order["items"] for value in item["options"].values()}


def user_of(action: Action, world: World) -> Mapping[str, Any] | None:
    """The customer whom a call is about."""
    given = action.arguments
    if action.tool == "find_user_id_by_email":
        return next((user for _, user in world.rows("users") if user["email"].lower() == str(given.get("email")).lower()), None)
    if action.tool == "find_user_id_by_name_zip":
        wanted = tuple(str(given.get(part)).lower() for part in ("first_name", "last_name", "zip"))
        return next((user for _, user in world.rows("users") if _names(user) == wanted), None)
    if "user_id" in given:
        return world.row("users", str(given["user_id"]))
    order = world.row("orders", str(given.get("order_id", "")))
    return None if order is None else world.row("users", order["user_id"])


def _names(user: Mapping[str, Any]) -> tuple[str, str, str]:
    return user["name"]["first_name"].lower(), user["name"]["last_name"].lower(), user["address"]["zip"]


def user_in(text: str, world: World) -> Mapping[str, Any] | None:
    """The customer whom a text names, by email, or by full name and zip code."""
    for _, user in world.rows("users"):
        name = f"{user['name']['first_name']} {user['name']['last_name']}"
        if user["email"] in text or (name in text and user["address"]["zip"] in text):
            return user
    return None
