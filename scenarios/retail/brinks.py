"""Worlds one step from where the desk has to say no: a cent on a gift card, an order that has just been sent."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from domain.values import FrozenDict
from domain.wishes import Brink
from domain.world import World
from events.tools import Change


def _gift(world: World, rng: Random, cents: int, kind: str) -> Brink | None:
    """A gift card that holds what a pending order costs, but for a few cents."""
    found = [
        (user, order, card)
        for _, user in world.rows("users")
        for order in _orders(world, user, "pending")
        for card, method in user["payment_methods"].items()
        if method["source"] == "gift_card" and card != order["payment_history"][0]["payment_method_id"]
    ]
    if not found:
        return None
    user, order, card = rng.choice(found)
    balance = round(order["payment_history"][0]["amount"] + cents / 100, 2)
    methods = {name: dict(method) for name, method in user["payment_methods"].items()}
    methods[card]["balance"] = balance
    changes = (_set("users", user["user_id"], "payment_methods", user["payment_methods"], methods),)
    return Brink(changes, user["user_id"], kind, None, frozenset({order["order_id"], card}))


def _moved_on(world: World, rng: Random, before: str, after: str, kind: str, rule: str) -> Brink | None:
    """An order whose status has just changed."""
    found = [(user, order) for _, user in world.rows("users") for order in _orders(world, user, before)]
    if not found:
        return None
    user, order = rng.choice(found)
    key = order["order_id"]
    return Brink((_set("orders", key, "status", before, after),), user["user_id"], kind, rule, frozenset({key}))


def _orders(world: World, user: FrozenDict, status: str) -> Iterator[FrozenDict]:
    rows = (world.row("orders", key) for key in user["orders"])
    return (row for row in rows if row is not None and row["status"] == status)


def _set(table: str, key: str, field: str, before: Any, after: Any) -> Change:
    return Change(table=table, key=key, field=field, before=before, after=after)


BRINKS: dict[str, Callable[[World, Random], Brink | None]] = {
    "cent-short": lambda world, rng: _gift(world, rng, -1, "poor_gift_card"),
    "cent-enough": lambda world, rng: _gift(world, rng, 0, "repay"),
    "just-sent": lambda world, rng: _moved_on(world, rng, "pending", "processed", "late_cancel", "pending-only"),
    "just-delivered": lambda world, rng: _moved_on(world, rng, "processed", "delivered", "return", "delivered-only"),
    "not-there-yet": lambda world, rng: _moved_on(world, rng, "delivered", "processed", "early_return", "delivered-only"),
}
