"""What tools of all areas use: rows by identifier, today's date, steady new identifiers."""

from collections.abc import Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from domain.errors import Refusal
from domain.transaction import Row, Transaction
from domain.values import canonical

OWING = ("open", "overdue", "disputed")
_CALLED = {
    "orders": "order",
    "shipments": "shipment",
    "invoices": "invoice",
    "purchase_orders": "purchase order",
    "customs_holds": "customs hold",
    "companies": "company",
    "contacts": "contact",
    "products": "product",
    "warehouses": "warehouse",
    "sites": "delivery site",
    "carriers": "carrier",
    "suppliers": "supplier",
}


def fetch(world: Transaction, table: str, key: str) -> Row:
    """A row that must be there.

    Raises:
        Refusal: ``unknown-<thing>``, such as ``unknown-order``.
    """
    row = world.find(table, key)
    if row is None:
        thing = _CALLED[table]
        raise Refusal(f"unknown-{thing.replace(' ', '-')}", f"There is no {thing} {key}.")
    return row


def today(world: Transaction) -> str:
    """The date inside the world; rows hold no finer time, so two ways to the same end leave the same world."""
    return world.now[:10]


def later(start: str, days: int) -> str:
    """The date so many days after another."""
    return (date.fromisoformat(start) + timedelta(days=days)).isoformat()


def real_date(text: str) -> str:
    """A date that the calendar has.

    Raises:
        Refusal: ``not-a-date``.
    """
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise Refusal("not-a-date", f"{text!r} is not a date; dates look like 2026-03-31.") from error


def steady_id(world: Transaction, table: str, prefix: str, *about: Any) -> str:
    """A new identifier that follows from what it is for.

    It does not depend on when in a conversation the row is made: whoever books the same thing, by whatever
    detour, ends in the same world. A second row about the same thing gets another number.
    """
    number = 0
    while True:
        drawn = blake2b(canonical([table, *about, number]), digest_size=8).digest()
        name = f"{prefix}-{10_000 + int.from_bytes(drawn) % 90_000}"
        if world.find(table, name) is None:
            return name
        number += 1


def stock_id(warehouse_id: str, product_id: str) -> str:
    """Key of what a warehouse has of a product."""
    return f"{warehouse_id}/{product_id}"


def free_units(stock: Mapping[str, Any]) -> int:
    """What is neither reserved nor needed as safety stock; may be negative."""
    return int(stock["on_hand"] - stock["reserved"] - stock["safety_stock"])


def balance_cents(invoice: Mapping[str, Any]) -> int:
    """What is still to be paid."""
    return int(invoice["total_cents"] - invoice["credited_cents"] - invoice["paid_cents"])


def weight_kg(world: Transaction, order: Row) -> float:
    """Gross weight of all that an order asks for."""
    weight = sum(line["quantity"] * fetch(world, "products", line["product_id"])["weight_kg"] for line in order["lines"])
    return round(float(weight), 1)


def hand_back(world: Transaction, order: Row) -> list[dict[str, Any]]:
    """Release all that an order has reserved; returns its lines with nothing allocated."""
    for line in order["lines"]:
        if line["allocated"]:
            key = stock_id(order["warehouse_id"], line["product_id"])
            world.update("stock", key, reserved=fetch_stock(world, key)["reserved"] - line["allocated"])
    return [{**line, "allocated": 0} for line in order["lines"]]


def fetch_stock(world: Transaction, key: str) -> Row:
    """What a warehouse has of a product.

    Raises:
        Refusal: ``not-stocked``.
    """
    row = world.find("stock", key)
    if row is None:
        warehouse_id, _, product_id = key.partition("/")
        raise Refusal("not-stocked", f"Warehouse {warehouse_id} does not stock {product_id}.")
    return row
