"""What the shop's world looks like, and a world of its own to run in."""

from collections.abc import Mapping
from itertools import product as combinations
from random import Random
from typing import Any

from domain.schema import Invariant, Schema, Table
from domain.values import FrozenDict
from domain.world import Tables, World
from scenarios.retail import content

USERS, ORDERS = 60, 150

_TEXT: Mapping[str, Any] = {"type": "string"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": _TEXT}
_MAYBE_TEXT: Mapping[str, Any] = {"type": ["string", "null"]}
_MAYBE_TEXTS: Mapping[str, Any] = {"type": ["array", "null"], "items": _TEXT}
_PRICE: Mapping[str, Any] = {"type": "number", "minimum": 0}
_OPTIONS: Mapping[str, Any] = {"type": "object", "additionalProperties": _TEXT}
STATUSES = ("pending", "pending (item modified)", "processed", "delivered", "cancelled", "return requested", "exchange requested")


def _object(optional: tuple[str, ...] = (), /, **fields: Mapping[str, Any]) -> Mapping[str, Any]:
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


_ADDRESS = _object(**dict.fromkeys(("address1", "address2", "city", "country", "state", "zip"), _TEXT))


def _pays_by_own_method(order: FrozenDict, world: World) -> bool:
    owner = world.row("users", order["user_id"])
    return owner is None or all(paid["payment_method_id"] in owner["payment_methods"] for paid in order["payment_history"])


SCHEMA = Schema(
    tables={
        "users": Table(
            key="user_id",
            columns={
                "user_id": _TEXT,
                "name": _object(first_name=_TEXT, last_name=_TEXT),
                "address": _ADDRESS,
                "email": _TEXT,
                "payment_methods": {
                    "type": "object",
                    "additionalProperties": _object(
                        ("brand", "last_four", "balance"),
                        source={"enum": ["credit_card", "paypal", "gift_card"]},
                        id=_TEXT,
                        brand=_TEXT,
                        last_four=_TEXT,
                        balance=_PRICE,
                    ),
                },
                "orders": _TEXTS,
            },
            references={"orders[]": "orders"},
        ),
        "orders": Table(
            key="order_id",
            columns={
                "order_id": _TEXT,
                "user_id": _TEXT,
                "address": _ADDRESS,
                "items": {
                    "type": "array",
                    "items": _object(name=_TEXT, product_id=_TEXT, item_id=_TEXT, price=_PRICE, options=_OPTIONS),
                },
                "status": {"enum": list(STATUSES)},
                "fulfillments": {"type": "array", "items": _object(tracking_id=_TEXTS, item_ids=_TEXTS)},
                "payment_history": {
                    "type": "array",
                    "items": _object(transaction_type={"enum": ["payment", "refund"]}, amount=_PRICE, payment_method_id=_TEXT),
                },
                "cancel_reason": _MAYBE_TEXT,
                "exchange_items": _MAYBE_TEXTS,
                "exchange_new_items": _MAYBE_TEXTS,
                "exchange_payment_method_id": _MAYBE_TEXT,
                "exchange_price_difference": {"type": ["number", "null"]},
                "return_items": _MAYBE_TEXTS,
                "return_payment_method_id": _MAYBE_TEXT,
            },
            references={"user_id": "users", "items[].product_id": "products"},
        ),
        "products": Table(
            key="product_id",
            columns={
                "name": _TEXT,
                "product_id": _TEXT,
                "variants": {
                    "type": "object",
                    "additionalProperties": _object(item_id=_TEXT, options=_OPTIONS, available={"type": "boolean"}, price=_PRICE),
                },
            },
        ),
    },
    invariants=(Invariant("own-payment-method", "orders", "An order is paid by payment methods of its customer.", _pays_by_own_method),),
)

UNSET = tuple(field for field in SCHEMA.tables["orders"].columns if field.startswith(("cancel_", "exchange_", "return_")))
"""What is null of an order until something is done to it; tau2-bench's file lacks it until then."""


def draw_world(rng: Random) -> Tables:
    """
    Draw a shop: 60 customers, 150 orders, 20 products.

    Returns:
        Tables whose references all hold; the same for the same state of ``rng``.
    """
    products = _draw_products(rng)
    users = _draw_users(rng)
    orders: dict[str, dict[str, Any]] = {}
    owners = [*users, *rng.choices(list(users), k=ORDERS - len(users))]
    for user_id in owners:
        order = _draw_order(rng, _fresh(rng, orders, "#W", 7), users[user_id], products)
        orders[order["order_id"]] = order
        users[user_id]["orders"].append(order["order_id"])
    return {"users": users, "orders": orders, "products": products}


def draw_address(rng: Random) -> dict[str, str]:
    """An address in the country that the shop delivers to."""
    city, state, area = rng.choice(content.CITIES)
    return {
        "address1": f"{rng.randint(2, 989)} {rng.choice(content.STREETS)} {rng.choice(content.ROADS)}",
        "address2": f"Suite {rng.randint(101, 989)}",
        "city": city,
        "country": "USA",
        "state": state,
        "zip": f"{area}{rng.randint(1, 99):02d}",
    }


def _fresh(rng: Random, taken: Mapping[str, Any], prefix: str, digits: int) -> str:
    while (name := f"{prefix}{rng.randint(10 ** (digits - 1), 10**digits - 1)}") in taken:
        pass
    return name


def _draw_products(rng: Random) -> dict[str, dict[str, Any]]:
    products: dict[str, dict[str, Any]] = {}
    used: dict[str, None] = {}
    for name, (price, options) in content.PRODUCTS.items():
        kinds = [dict(zip(options, values, strict=True)) for values in combinations(*options.values())]
        variants = {}
        for kind in rng.sample(kinds, min(len(kinds), rng.randint(8, 14))):
            item_id = _fresh(rng, used, "", 10)
            used[item_id] = None
            cost = round(price * rng.uniform(0.85, 1.2), 2)
            variants[item_id] = {"item_id": item_id, "options": kind, "available": rng.random() < 0.75, "price": cost}
        product_id = _fresh(rng, products, "", 10)
        products[product_id] = {"name": name, "product_id": product_id, "variants": variants}
    return products


def _draw_users(rng: Random) -> dict[str, dict[str, Any]]:
    users: dict[str, dict[str, Any]] = {}
    names = rng.sample([(first, last) for first in content.FIRST_NAMES for last in content.LAST_NAMES], USERS)
    for first, last in names:
        user_id = _fresh(rng, users, f"{first}_{last}_".lower(), 4)
        methods: dict[str, dict[str, Any]] = {}
        for source in rng.sample(("credit_card", "credit_card", "paypal", "gift_card"), rng.randint(1, 3)):
            method = _draw_method(rng, _fresh(rng, methods, f"{source}_", 7), source)
            methods[method["id"]] = method
        users[user_id] = {
            "user_id": user_id,
            "name": {"first_name": first, "last_name": last},
            "address": draw_address(rng),
            "email": f"{first}.{last}{rng.randint(10, 99)}@{rng.choice(content.MAIL_HOSTS)}".lower(),
            "payment_methods": methods,
            "orders": [],
        }
    return users


def _draw_method(rng: Random, method_id: str, source: str) -> dict[str, Any]:
    if source == "credit_card":
        brand = rng.choice(("visa", "mastercard"))
        return {"source": source, "id": method_id, "brand": brand, "last_four": f"{rng.randint(0, 9999):04d}"}
    if source == "gift_card":
        return {"source": source, "id": method_id, "balance": float(rng.randint(0, 500))}
    return {"source": source, "id": method_id}


def _draw_order(rng: Random, order_id: str, user: Mapping[str, Any], products: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    items = []
    for product_id in rng.sample(list(products), rng.choice((1, 1, 2, 2, 3, 4))):
        variant = rng.choice(list(products[product_id]["variants"].values()))
        item = {"name": products[product_id]["name"], "product_id": product_id, "item_id": variant["item_id"]}
        items.append({**item, "price": variant["price"], "options": variant["options"]})
    status = rng.choices(("pending", "delivered", "processed", "cancelled"), (40, 40, 12, 8))[0]
    total = round(sum(item["price"] for item in items), 2)
    paid = {"transaction_type": "payment", "amount": total, "payment_method_id": rng.choice(list(user["payment_methods"]))}
    sent = [{"tracking_id": [str(rng.randint(10**11, 10**12 - 1))], "item_ids": [item["item_id"] for item in items]}]
    cancelled = status == "cancelled"
    return {
        "order_id": order_id,
        "user_id": user["user_id"],
        "address": user["address"] if rng.random() < 0.7 else draw_address(rng),
        "items": items,
        "status": status,
        "fulfillments": sent if status in ("processed", "delivered") else [],
        "payment_history": [paid, {**paid, "transaction_type": "refund"}] if cancelled else [paid],
        "cancel_reason": rng.choice(("no longer needed", "ordered by mistake")) if cancelled else None,
        "exchange_items": None,
        "exchange_new_items": None,
        "exchange_payment_method_id": None,
        "exchange_price_difference": None,
        "return_items": None,
        "return_payment_method_id": None,
    }
