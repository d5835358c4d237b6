"""Customers' orders."""

from typing import Any, NoReturn

from domain.skill import Script
from scenarios.supply_chain.scripts.shared import customer_only, money, own_order, own_site, product_id, within_credit, words

_NOT_SENT = ("open", "ready")


def order_status(s: Script) -> NoReturn:
    """Where an order stands."""
    order = own_order(s)
    lines = [f"{line['quantity']} x {line['name']} ({line['allocated']} reserved)" for line in order["lines"]]
    values = {
        "order_id": order["order_id"],
        "status": words(order["status"]),
        "requested_on": order["requested_on"],
        "city": order["site_city"],
        "lines": lines,
        "total": money(order["total_cents"]),
    }
    if not order["shipments"]:
        s.tell("order_status.told", **values)
    tracking = [("track_shipment", {"shipment_id": shipment_id}) for shipment_id in order["shipments"]]
    *tracked, invoices = s.look_all(*tracking, ("list_invoices", {"company_id": order["company_id"]}))
    values["where"] = [_on_its_way(shipment) for shipment in tracked]
    invoice = next((row for row in invoices if row["order_id"] == order["order_id"]), None)
    if invoice is None:
        s.tell("order_status.with_shipment", **values)
    owed = {"invoice_id": invoice["invoice_id"], "balance": money(invoice["balance_cents"]), "due": invoice["due_on"]}
    s.tell("order_status.with_invoice", **values, **owed)


def _on_its_way(shipment: Any) -> str:
    if shipment["delivered_on"]:
        return f"{shipment['shipment_id']}, delivered on {shipment['delivered_on']}"
    return f"{shipment['shipment_id']} {words(shipment['status'])}, expected on {shipment['eta']}"


def cancel_order(s: Script) -> NoReturn:
    """Cancel what has not been shipped."""
    customer_only(s)
    order = own_order(s)
    values = {"order_id": order["order_id"], "total": money(order["total_cents"]), "status": words(order["status"])}
    if order["status"] in ("shipped", "delivered", "cancelled"):
        s.decline("cancel_order.too_late", **values)
    s.confirm("cancel_order.confirm_booked" if order["shipments"] else "cancel_order.confirm", **values)
    s.act("cancel_order", order_id=order["order_id"])
    s.tell("cancel_order.done", **values)


def change_site(s: Script) -> NoReturn:
    """Deliver an order to another site."""
    order = _changeable(s)
    city = s.need("site_city", order_id=order["order_id"])
    site = own_site(s, city)
    if site["site_id"] == order["site_id"]:
        s.decline("site.same", city=city, number=order["order_id"])
    s.confirm("change_site.confirm", order_id=order["order_id"], address=site["address"], old_city=order["site_city"])
    s.act("change_delivery_site", order_id=order["order_id"], site_id=site["site_id"])
    s.tell("change_site.done", order_id=order["order_id"], address=site["address"])


def change_date(s: Script) -> NoReturn:
    """Move an order's requested date."""
    order = _changeable(s)
    date = s.need("new_date", order_id=order["order_id"])
    s.confirm("change_date.confirm", order_id=order["order_id"], new=date, old=order["requested_on"])
    s.act("change_delivery_date", order_id=order["order_id"], requested_on=date)
    s.tell("change_date.done", order_id=order["order_id"], new=date)


def split_order(s: Script) -> NoReturn:
    """Move some units into an order of their own."""
    order = _changeable(s)
    product = product_id(s)
    line = next((line for line in order["lines"] if line["product_id"] == product), None)
    if line is None:
        s.decline("split_order.not_in_order", order_id=order["order_id"], product_id=product)
    count = s.need("quantity", order_id=order["order_id"])
    values: dict[str, Any] = {"order_id": order["order_id"], "product_id": product, "count": str(count)}
    values |= {"total_count": str(line["quantity"]), "name": line["name"]}
    if count > line["quantity"] - (len(order["lines"]) == 1):
        s.decline("split_order.too_many", **values)
    s.confirm("split_order.confirm", **values)
    done = s.act("split_order", order_id=order["order_id"], product_id=product, quantity=count)
    s.tell("split_order.done", **values, new_order_id=done["new_order_id"])


def reserve_stock(s: Script) -> NoReturn:
    """Reserve what an order lacks."""
    customer_only(s)
    order = own_order(s)
    if order["status"] != "open":
        s.decline("reserve_stock.not_open", order_id=order["order_id"], status=words(order["status"]))
    within_credit(s, order)
    lacking = []
    short_lines = [line for line in order["lines"] if line["quantity"] > line["allocated"]]
    stocks = s.look_all(*(("check_stock", {"product_id": line["product_id"]}) for line in short_lines))
    for line, stock in zip(short_lines, stocks, strict=True):
        missing = line["quantity"] - line["allocated"]
        here = next(row for row in stock["warehouses"] if row["warehouse_id"] == order["warehouse_id"])
        free = here["on_hand"] - here["reserved"]
        if free < missing:
            short = {"name": line["name"], "missing": str(missing), "free": str(free), "warehouse": order["warehouse"]}
            s.decline("reserve_stock.short", order_id=order["order_id"], **short)
        lacking.append(f"{missing} x {line['name']}")
    s.confirm("reserve_stock.confirm", order_id=order["order_id"], lacking=lacking, warehouse=order["warehouse"])
    s.act("reserve_stock", order_id=order["order_id"])
    s.tell("reserve_stock.done", order_id=order["order_id"], lacking=lacking, warehouse=order["warehouse"])


def release_stock(s: Script) -> NoReturn:
    """Give up what an order has reserved."""
    order = _changeable(s)
    units = sum(line["allocated"] for line in order["lines"])
    if not units:
        s.decline("release_stock.nothing", order_id=order["order_id"])
    s.confirm("release_stock.confirm", order_id=order["order_id"], count=str(units), warehouse=order["warehouse"])
    s.act("release_stock", order_id=order["order_id"])
    s.tell("release_stock.done", order_id=order["order_id"], count=str(units), warehouse=order["warehouse"])


def book_shipment(s: Script) -> NoReturn:
    """Ship an order whose stock is reserved, with the cheapest carrier for the service."""
    customer_only(s)
    order = own_order(s)
    if order["status"] != "ready":
        s.decline("book_shipment.not_ready", order_id=order["order_id"], status=words(order["status"]))
    within_credit(s, order)
    service = s.need("service")
    quotes = s.look("quote_lane", warehouse_id=order["warehouse_id"], country=order["site_country"], weight_kg=order["weight_kg"])
    best = min(quotes, key=lambda quote: (quote[f"{service}_cents"], quote["carrier_id"]))
    values = {
        "order_id": order["order_id"],
        "carrier_name": best["carrier"],
        "price": money(best[f"{service}_cents"]),
        "transit": str(best[f"{service}_days"]),
        "service_name": service,
        "city": order["site_city"],
    }
    s.confirm("book_shipment.confirm", **values)
    done = s.act("book_shipment", order_id=order["order_id"], carrier_id=best["carrier_id"], service=service)
    s.tell("book_shipment.done", **values, shipment=done["shipment_id"], eta=done["eta"])


def _changeable(s: Script) -> Any:
    customer_only(s)
    order = own_order(s)
    if order["status"] not in _NOT_SENT:
        s.decline("order.fixed", order_id=order["order_id"], status=words(order["status"]))
    return order
