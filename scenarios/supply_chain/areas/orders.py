"""Inventory's tools for customers' orders: look them up, move their delivery, split and cancel them."""

from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from scenarios.supply_chain.areas.shared import fetch, fetch_stock, hand_back, later, real_date, stock_id, today, weight_kg

_NOT_SENT = ("open", "ready")
_LONGEST_WAIT_DAYS = 120


@tool
def get_order(world: Transaction, order_id: str) -> dict[str, Any]:
    """
    An order with its lines, delivery site, requested date and shipments.

    Args:
        order_id: Such as ``SO-48213``.
    """
    order = fetch(world, "orders", order_id)
    site = fetch(world, "sites", order["site_id"])
    shipments = [key for key, row in world.where("shipments", "order_id", order_id) if row["status"] != "cancelled"]
    lines = [{**line, "name": fetch(world, "products", line["product_id"])["name"]} for line in order["lines"]]
    return {
        **{field: order[field] for field in ("order_id", "company_id", "status", "ordered_on", "requested_on", "warehouse_id")},
        "warehouse": fetch(world, "warehouses", order["warehouse_id"])["city"],
        "site_id": order["site_id"],
        "site_city": site["city"],
        "site_country": site["country"],
        "lines": lines,
        "total_cents": order["total_cents"],
        "weight_kg": weight_kg(world, order),
        "shipments": shipments,
    }


@tool
def list_orders(world: Transaction, company_id: str, product_id: str | None = None) -> list[dict[str, Any]]:
    """
    A company's orders that are not delivered or cancelled, newest first.

    Args:
        company_id: Such as ``C-104``.
        product_id: Only orders that contain this product.
    """
    fetch(world, "companies", company_id)
    found = [
        {
            "order_id": key,
            "status": row["status"],
            "ordered_on": row["ordered_on"],
            "requested_on": row["requested_on"],
            "total_cents": row["total_cents"],
        }
        for key, row in world.where("orders", "company_id", company_id)
        if row["status"] not in ("delivered", "cancelled")
        and (product_id is None or any(line["product_id"] == product_id for line in row["lines"]))
    ]
    return sorted(found, key=lambda row: (row["ordered_on"], row["order_id"]), reverse=True)


@tool(writes=True)
def cancel_order(world: Transaction, order_id: str) -> dict[str, Any]:
    """
    Cancel an order that has not been shipped; what it had reserved becomes free, a booked shipment is called off.

    Args:
        order_id: Such as ``SO-48213``.
    """
    order = fetch(world, "orders", order_id)
    if order["status"] not in (*_NOT_SENT, "booked"):
        raise Refusal("too-late", f"Order {order_id} is {order['status']}, so it cannot be cancelled.")
    lines = hand_back(world, order)
    called_off = []
    for key, shipment in list(world.where("shipments", "order_id", order_id)):
        if shipment["status"] == "booked":
            world.update("shipments", key, status="cancelled")
            called_off.append(key)
    world.update("orders", order_id, status="cancelled", lines=lines)
    return {"order_id": order_id, "status": "cancelled", "shipments_cancelled": called_off}


@tool(writes=True)
def change_delivery_site(world: Transaction, order_id: str, site_id: str) -> dict[str, Any]:
    """
    Deliver an order to another registered site of the same company; only before a shipment is booked.

    Args:
        order_id: Such as ``SO-48213``.
        site_id: Such as ``SI-2210``; get_company lists them.
    """
    order = _unsent(world, order_id)
    site = fetch(world, "sites", site_id)
    if site["company_id"] != order["company_id"]:
        raise Refusal("foreign-site", f"Site {site_id} does not belong to the company of order {order_id}.")
    if site_id == order["site_id"]:
        raise Refusal("same-site", f"Order {order_id} goes to {site['city']} already.")
    world.update("orders", order_id, site_id=site_id)
    return {"order_id": order_id, "site_id": site_id, "address": site["address"]}


@tool(writes=True)
def change_delivery_date(world: Transaction, order_id: str, requested_on: str) -> dict[str, Any]:
    """
    Move the requested delivery date of an order; only before a shipment is booked.

    Args:
        order_id: Such as ``SO-48213``.
        requested_on: New date, ISO 8601, such as ``2026-03-31``; from today on, at most 120 days ahead.
    """
    order = _unsent(world, order_id)
    wanted = real_date(requested_on)
    if wanted <= today(world):
        raise Refusal("in-the-past", f"{wanted} is not after today, {today(world)}.")
    if wanted > later(today(world), _LONGEST_WAIT_DAYS):
        raise Refusal("too-far-ahead", f"{wanted} is more than {_LONGEST_WAIT_DAYS} days ahead.")
    before = order["requested_on"]
    world.update("orders", order_id, requested_on=wanted)
    return {"order_id": order_id, "requested_on": wanted, "was": before}


@tool(writes=True)
def split_order(world: Transaction, order_id: str, product_id: str, quantity: int) -> dict[str, Any]:
    """
    Move some units of one line into an order of their own, with the same site and date.

    Args:
        order_id: Such as ``SO-48213``.
        product_id: The line's product, such as ``HX-204``.
        quantity: Units that move; fewer than the line has, or all of it where the order has other lines.
    """
    order = _unsent(world, order_id)
    line = next((item for item in order["lines"] if item["product_id"] == product_id), None)
    if line is None:
        raise Refusal("not-in-order", f"Order {order_id} has no line with {product_id}.")
    most = line["quantity"] - (len(order["lines"]) == 1)
    if not 1 <= quantity <= most:
        raise Refusal("bad-quantity", f"Between 1 and {most} units of {product_id} can be split off order {order_id}, not {quantity}.")
    new_id = _part_id(world, order_id)
    moved_allocated = max(0, line["allocated"] - (line["quantity"] - quantity))
    moved = {**line, "quantity": quantity, "allocated": moved_allocated}
    rest = {**line, "quantity": line["quantity"] - quantity, "allocated": line["allocated"] - moved_allocated}
    kept = [rest if item is line else item for item in order["lines"]]
    kept = [item for item in kept if item["quantity"]]
    world.update("orders", order_id, lines=kept, total_cents=_total(kept), status=_status(kept))
    world.insert(
        "orders",
        new_id,
        {**order, "order_id": new_id, "lines": [moved], "total_cents": _total([moved]), "status": _status([moved])},
    )
    return {"order_id": order_id, "new_order_id": new_id, "product_id": product_id, "quantity": quantity}


@tool(writes=True)
def reserve_stock(world: Transaction, order_id: str) -> dict[str, Any]:
    """
    Reserve in the order's warehouse whatever the order still lacks; all of it or nothing.

    Args:
        order_id: Such as ``SO-48213``.
    """
    order = fetch(world, "orders", order_id)
    if order["status"] != "open":
        raise Refusal("not-open", f"Order {order_id} is {order['status']}; only an open order lacks stock.")
    for line in order["lines"]:
        missing = line["quantity"] - line["allocated"]
        key = stock_id(order["warehouse_id"], line["product_id"])
        stock = fetch_stock(world, key)
        if missing > stock["on_hand"] - stock["reserved"]:
            free = stock["on_hand"] - stock["reserved"]
            where = f"{free} are free in {order['warehouse_id']}"
            raise Refusal("short", f"Order {order_id} lacks {missing} of {line['product_id']}, but only {where}.")
        world.update("stock", key, reserved=stock["reserved"] + missing)
    lines = [{**line, "allocated": line["quantity"]} for line in order["lines"]]
    world.update("orders", order_id, lines=lines, status="ready")
    return {"order_id": order_id, "status": "ready"}


@tool(writes=True)
def release_stock(world: Transaction, order_id: str) -> dict[str, Any]:
    """
    Give up what an order has reserved; the order stays open.

    Args:
        order_id: Such as ``SO-48213``.
    """
    order = _unsent(world, order_id)
    released = sum(line["allocated"] for line in order["lines"])
    if not released:
        raise Refusal("nothing-reserved", f"Order {order_id} has nothing reserved.")
    world.update("orders", order_id, lines=hand_back(world, order), status="open")
    return {"order_id": order_id, "status": "open", "units_released": released}


def _unsent(world: Transaction, order_id: str) -> Row:
    order = fetch(world, "orders", order_id)
    if order["status"] not in _NOT_SENT:
        raise Refusal("too-late", f"Order {order_id} is {order['status']}, so it can no longer be changed.")
    return order


def _part_id(world: Transaction, order_id: str) -> str:
    root, part = order_id.partition(".")[0], 2
    while world.find("orders", f"{root}.{part}") is not None:
        part += 1
    return f"{root}.{part}"


def _total(lines: list[dict[str, Any]]) -> int:
    return sum(line["quantity"] * line["unit_price_cents"] for line in lines)


def _status(lines: list[dict[str, Any]]) -> str:
    return "ready" if all(line["allocated"] == line["quantity"] for line in lines) else "open"


TOOLS = (get_order, list_orders, cancel_order, change_delivery_site, change_delivery_date, split_order, reserve_stock, release_stock)
