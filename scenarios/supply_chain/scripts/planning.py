"""What planners ask for: stock, transfers, purchase orders. Anybody may ask for stock."""

from typing import Any, NoReturn

from domain.skill import LookupRefused, Script
from scenarios.supply_chain.scripts.shared import look_up, money, planner_only, product_id, warehouse_of, words


def check_stock(s: Script) -> NoReturn:
    """How many units are free, and where."""
    stock = s.look("check_stock", product_id=product_id(s))
    places = [f"{row['free']} in {row['city']}" for row in stock["warehouses"] if row["free"]]
    values = {"product_id": stock["product_id"], "name": stock["name"], "total": str(stock["free_in_all"])}
    s.tell("check_stock.told" if places else "check_stock.none", **values, places=places or ["none"])


def transfer_stock(s: Script) -> NoReturn:
    """Move stock, above the safety stock."""
    planner_only(s)
    stock = s.look("check_stock", product_id=product_id(s))
    count = s.need("quantity")
    source = warehouse_of(stock["warehouses"], s.need("from_warehouse"))
    target = warehouse_of(stock["warehouses"], s.need("to_warehouse"))
    values: dict[str, Any] = {"product_id": stock["product_id"], "name": stock["name"], "count": str(count)}
    values |= {"source": source["city"], "target": target["city"]}
    if source is target:
        s.decline("transfer_stock.same", **values)
    if count > source["free"]:
        s.decline("transfer_stock.short", **values, free=str(source["free"]), safety=str(source["safety_stock"]))
    s.confirm("transfer_stock.confirm", **values)
    done = s.act(
        "transfer_stock",
        product_id=stock["product_id"],
        from_warehouse_id=source["warehouse_id"],
        to_warehouse_id=target["warehouse_id"],
        quantity=count,
    )
    s.tell("transfer_stock.done", **values, left=str(done["left_at_source"]), now_there=str(done["now_at_target"]))


def purchase_status(s: Script) -> NoReturn:
    """Where a purchase order stands."""
    order = _purchase(s)
    s.tell("purchase_status.told", **_values(order))


def incoming(s: Script) -> NoReturn:
    """What is still to come in of a product."""
    planner_only(s)
    product = product_id(s)
    orders = s.look("list_purchase_orders", product_id=product)
    rows = [f"{row['purchase_order_id']}: {row['outstanding']} units, expected on {row['expected_on']}" for row in orders]
    s.tell("incoming.told" if rows else "incoming.none", product_id=product, rows=rows or ["none"])


def create_purchase(s: Script) -> NoReturn:
    """Buy from the cheapest supplier, within the planner's spend limit."""
    planner_only(s)
    product = product_id(s)
    count = s.need("quantity")
    city = s.need("to_warehouse")
    try:
        warehouses, offers = s.look_all(("list_warehouses", {}), ("find_suppliers", {"product_id": product}))
    except LookupRefused as refused:
        s.decline("create_purchase.nobody", reason=refused.reason)
    warehouse, best = warehouse_of(warehouses, city), offers[0]
    total = count * best["unit_cost_cents"]
    values: dict[str, Any] = {"product_id": product, "count": str(count), "city": city, "supplier": best["name"]}
    values |= {"total": money(total), "unit_cost": money(best["unit_cost_cents"])}
    if total < best["minimum_order_cents"]:
        s.decline("create_purchase.too_small", **values, least=money(best["minimum_order_cents"]))
    if total > s.user["spend_limit_cents"]:
        s.decline("spend_limit", **values, limit=money(s.user["spend_limit_cents"]))
    s.confirm("create_purchase.confirm", **values)
    done = s.act(
        "create_purchase_order",
        supplier_id=best["supplier_id"],
        product_id=product,
        warehouse_id=warehouse["warehouse_id"],
        quantity=count,
    )
    s.tell("create_purchase.done", **values, number=done["purchase_order_id"], expected=done["expected_on"])


def amend_purchase(s: Script) -> NoReturn:
    """Another quantity, while the supplier has not confirmed."""
    order = _purchase(s)
    if order["status"] != "sent":
        s.decline("amend_purchase.fixed", **_values(order))
    count = s.need("quantity")
    total = count * order["unit_cost_cents"]
    values = {**_values(order), "count": str(count), "new_total": money(total)}
    if total > s.user["spend_limit_cents"]:
        s.decline("spend_limit", **{**values, "total": money(total)}, limit=money(s.user["spend_limit_cents"]))
    s.confirm("amend_purchase.confirm", **values)
    s.act("amend_purchase_order", purchase_order_id=order["purchase_order_id"], quantity=count)
    s.tell("amend_purchase.done", **values)


def cancel_purchase(s: Script) -> NoReturn:
    """Call a purchase order off before it is shipped."""
    order = _purchase(s)
    if order["status"] not in ("sent", "confirmed"):
        s.decline("cancel_purchase.too_late", **_values(order))
    s.confirm("cancel_purchase.confirm", **_values(order))
    s.act("cancel_purchase_order", purchase_order_id=order["purchase_order_id"])
    s.tell("cancel_purchase.done", **_values(order))


def receive_goods(s: Script) -> NoReturn:
    """Book what has come in."""
    order = _purchase(s)
    if order["status"] != "shipped":
        s.decline("receive_goods.not_shipped", **_values(order))
    count = s.need("quantity")
    outstanding = order["quantity"] - order["received"]
    values = {**_values(order), "count": str(count), "outstanding": str(outstanding)}
    if count > outstanding:
        s.decline("receive_goods.too_many", **values)
    s.confirm("receive_goods.confirm", **values)
    done = s.act("receive_goods", purchase_order_id=order["purchase_order_id"], quantity=count)
    s.tell("receive_goods.done", **values, left=str(done["outstanding"]))


def _purchase(s: Script) -> Any:
    planner_only(s)
    return look_up(s, "get_purchase_order", "purchase_order_id")


def _values(order: Any) -> dict[str, Any]:
    return {
        "purchase_order_id": order["purchase_order_id"],
        "status": words(order["status"]),
        "units": str(order["quantity"]),
        "received": str(order["received"]),
        "name": order["product"],
        "supplier": order["supplier"],
        "city": order["warehouse"],
        "total": money(order["total_cents"]),
        "expected": order["expected_on"],
    }
