"""Inventory's tools for products and stock."""

from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Transaction
from scenarios.supply_chain.areas.shared import fetch, fetch_stock, free_units, stock_id


@tool
def find_product(world: Transaction, text: str) -> list[dict[str, Any]]:
    """
    Products whose name or number contains a text.

    Args:
        text: Such as ``hydraulic`` or ``HX-204``.
    """
    wanted = text.strip().lower()
    return [
        {"product_id": key, "name": row["name"], "unit_price_cents": row["unit_price_cents"], "weight_kg": row["weight_kg"]}
        for key, row in world.rows("products")
        if wanted in row["name"] or wanted in key.lower()
    ]


@tool
def list_warehouses(world: Transaction) -> list[dict[str, Any]]:
    """All warehouses with city and country."""
    return [dict(row) for _, row in world.rows("warehouses")]


@tool
def check_stock(world: Transaction, product_id: str) -> dict[str, Any]:
    """
    What each warehouse has of a product. Free means neither reserved nor safety stock.

    Args:
        product_id: Such as ``HX-204``.
    """
    product = fetch(world, "products", product_id)
    rows = [
        {
            "warehouse_id": row["warehouse_id"],
            "city": fetch(world, "warehouses", row["warehouse_id"])["city"],
            "on_hand": row["on_hand"],
            "reserved": row["reserved"],
            "safety_stock": row["safety_stock"],
            "free": max(0, free_units(row)),
        }
        for _, row in world.where("stock", "product_id", product_id)
    ]
    return {"product_id": product_id, "name": product["name"], "warehouses": rows, "free_in_all": sum(row["free"] for row in rows)}


@tool(writes=True)
def transfer_stock(world: Transaction, product_id: str, from_warehouse_id: str, to_warehouse_id: str, quantity: int) -> dict[str, Any]:
    """
    Move units of a product from one warehouse to another.

    Args:
        product_id: Such as ``HX-204``.
        from_warehouse_id: Such as ``WH-RTM``.
        to_warehouse_id: Such as ``WH-LYS``.
        quantity: Units, at least 1; units that are reserved cannot move.
    """
    if quantity < 1:
        raise Refusal("bad-quantity", "At least one unit has to move.")
    if from_warehouse_id == to_warehouse_id:
        raise Refusal("same-warehouse", "The stock is in that warehouse already.")
    source = fetch_stock(world, stock_id(from_warehouse_id, product_id))
    target = fetch_stock(world, stock_id(to_warehouse_id, product_id))
    unreserved = source["on_hand"] - source["reserved"]
    if quantity > unreserved:
        raise Refusal("short", f"Only {unreserved} units of {product_id} in {from_warehouse_id} are not reserved.")
    world.update("stock", source["stock_id"], on_hand=source["on_hand"] - quantity)
    world.update("stock", target["stock_id"], on_hand=target["on_hand"] + quantity)
    return {
        "product_id": product_id,
        "quantity": quantity,
        "left_at_source": source["on_hand"] - quantity,
        "now_at_target": target["on_hand"] + quantity,
    }


TOOLS = (find_product, list_warehouses, check_stock, transfer_stock)
