"""Procurement's tools: suppliers and purchase orders."""

from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from scenarios.supply_chain.areas.shared import fetch, fetch_stock, later, steady_id, stock_id, today


@tool
def find_suppliers(world: Transaction, product_id: str) -> list[dict[str, Any]]:
    """
    Who sells a product, cheapest first.

    Args:
        product_id: Such as ``HX-204``.
    """
    fetch(world, "products", product_id)
    offers = [
        {
            "supplier_id": key,
            "name": row["name"],
            "unit_cost_cents": row["offers"][product_id],
            "lead_time_days": row["lead_time_days"],
            "minimum_order_cents": row["minimum_order_cents"],
        }
        for key, row in world.rows("suppliers")
        if product_id in row["offers"]
    ]
    if not offers:
        raise Refusal("no-supplier", f"No supplier offers {product_id}.")
    return sorted(offers, key=lambda offer: (offer["unit_cost_cents"], offer["supplier_id"]))


@tool
def get_purchase_order(world: Transaction, purchase_order_id: str) -> dict[str, Any]:
    """
    A purchase order.

    Args:
        purchase_order_id: Such as ``PO-55120``.
    """
    order = fetch(world, "purchase_orders", purchase_order_id)
    return {
        **dict(order),
        "supplier": fetch(world, "suppliers", order["supplier_id"])["name"],
        "product": fetch(world, "products", order["product_id"])["name"],
        "warehouse": fetch(world, "warehouses", order["warehouse_id"])["city"],
    }


@tool
def list_purchase_orders(world: Transaction, product_id: str) -> list[dict[str, Any]]:
    """
    Purchase orders of a product that are still to come in, soonest first.

    Args:
        product_id: Such as ``HX-204``.
    """
    fetch(world, "products", product_id)
    found = [
        {
            "purchase_order_id": key,
            "status": row["status"],
            "warehouse_id": row["warehouse_id"],
            "outstanding": row["quantity"] - row["received"],
            "expected_on": row["expected_on"],
        }
        for key, row in world.where("purchase_orders", "product_id", product_id)
        if row["status"] in ("sent", "confirmed", "shipped")
    ]
    return sorted(found, key=lambda row: (row["expected_on"], row["purchase_order_id"]))


@tool(writes=True)
def create_purchase_order(world: Transaction, supplier_id: str, product_id: str, warehouse_id: str, quantity: int) -> dict[str, Any]:
    """
    Order a product from a supplier into a warehouse, at the supplier's price.

    Args:
        supplier_id: Such as ``SU-204``; find_suppliers lists who offers the product.
        product_id: Such as ``HX-204``.
        warehouse_id: Where the goods are to arrive, such as ``WH-RTM``.
        quantity: Units, at least 1.
    """
    supplier = fetch(world, "suppliers", supplier_id)
    fetch(world, "products", product_id)
    fetch(world, "warehouses", warehouse_id)
    cost = supplier["offers"].get(product_id)
    if cost is None:
        raise Refusal("not-offered", f"{supplier['name']} does not sell {product_id}.")
    if quantity < 1 or quantity * cost < supplier["minimum_order_cents"]:
        least = -(-supplier["minimum_order_cents"] // cost)
        raise Refusal("below-minimum", f"{supplier['name']} takes orders of {product_id} from {least} units on.")
    key = steady_id(world, "purchase_orders", "PO", supplier_id, product_id, warehouse_id, quantity)
    row = {
        "purchase_order_id": key,
        "supplier_id": supplier_id,
        "warehouse_id": warehouse_id,
        "product_id": product_id,
        "status": "sent",
        "quantity": quantity,
        "received": 0,
        "unit_cost_cents": cost,
        "total_cents": quantity * cost,
        "ordered_on": today(world),
        "expected_on": later(today(world), supplier["lead_time_days"]),
    }
    world.insert("purchase_orders", key, row)
    return {"purchase_order_id": key, "total_cents": row["total_cents"], "expected_on": row["expected_on"]}


@tool(writes=True)
def amend_purchase_order(world: Transaction, purchase_order_id: str, quantity: int) -> dict[str, Any]:
    """
    Change the quantity of a purchase order that the supplier has not confirmed yet.

    Args:
        purchase_order_id: Such as ``PO-55120``.
        quantity: New number of units.
    """
    order = fetch(world, "purchase_orders", purchase_order_id)
    if order["status"] != "sent":
        raise Refusal("already-confirmed", f"Purchase order {purchase_order_id} is {order['status']}; its quantity is fixed.")
    supplier = fetch(world, "suppliers", order["supplier_id"])
    if quantity == order["quantity"]:
        raise Refusal("same-quantity", f"Purchase order {purchase_order_id} is for {quantity} units already.")
    total = quantity * order["unit_cost_cents"]
    if quantity < 1 or total < supplier["minimum_order_cents"]:
        least = -(-supplier["minimum_order_cents"] // order["unit_cost_cents"])
        raise Refusal("below-minimum", f"{supplier['name']} takes orders of {order['product_id']} from {least} units on.")
    world.update("purchase_orders", purchase_order_id, quantity=quantity, total_cents=total)
    return {"purchase_order_id": purchase_order_id, "quantity": quantity, "total_cents": total}


@tool(writes=True)
def cancel_purchase_order(world: Transaction, purchase_order_id: str) -> dict[str, Any]:
    """
    Cancel a purchase order that the supplier has not shipped yet.

    Args:
        purchase_order_id: Such as ``PO-55120``.
    """
    order = fetch(world, "purchase_orders", purchase_order_id)
    if order["status"] not in ("sent", "confirmed"):
        raise Refusal("too-late", f"Purchase order {purchase_order_id} is {order['status']}, so it cannot be cancelled.")
    world.update("purchase_orders", purchase_order_id, status="cancelled")
    return {"purchase_order_id": purchase_order_id, "status": "cancelled"}


@tool(writes=True)
def receive_goods(world: Transaction, purchase_order_id: str, quantity: int) -> dict[str, Any]:
    """
    Book units of a shipped purchase order into its warehouse.

    Args:
        purchase_order_id: Such as ``PO-55120``.
        quantity: Units that arrived; at most what is outstanding.
    """
    order = fetch(world, "purchase_orders", purchase_order_id)
    outstanding = _outstanding(order)
    if not 1 <= quantity <= outstanding:
        raise Refusal("bad-quantity", f"{outstanding} units of {purchase_order_id} are outstanding; {quantity} cannot be received.")
    received = order["received"] + quantity
    status = "received" if received == order["quantity"] else "shipped"
    stock = fetch_stock(world, stock_id(order["warehouse_id"], order["product_id"]))
    world.update("purchase_orders", purchase_order_id, received=received, status=status)
    world.update("stock", stock["stock_id"], on_hand=stock["on_hand"] + quantity)
    return {"purchase_order_id": purchase_order_id, "status": status, "outstanding": outstanding - quantity}


def _outstanding(order: Row) -> int:
    if order["status"] != "shipped":
        key = order["purchase_order_id"]
        raise Refusal("not-shipped", f"Purchase order {key} is {order['status']}; only goods that were shipped can be received.")
    return int(order["quantity"] - order["received"])


TOOLS = (
    find_suppliers,
    get_purchase_order,
    list_purchase_orders,
    create_purchase_order,
    amend_purchase_order,
    cancel_purchase_order,
    receive_goods,
)
