"""What policy must decline; nothing may change."""

from collections.abc import Mapping

from domain.values import FrozenDict
from scenarios.supply_chain.areas.customs import missing_documents
from scenarios.supply_chain.areas.logistics import express_extra_cents
from scenarios.supply_chain.areas.shared import free_units
from scenarios.supply_chain.policy import EXTENSION_DAYS, LATE_DAYS
from scenarios.supply_chain.wishes import facts, planners
from scenarios.supply_chain.wishes.plan import Desk, Kind, Wish


def cancel_shipped(desk: Desk) -> Wish | None:
    """Too late."""
    order = desk.pick(desk.own("orders", "shipped", "delivered"), "order_id")
    return _no("cancel_order", {"order_id": order["order_id"]}, f"cancel your order {order['order_id']}") if order else None


def cancel_of_others(desk: Desk) -> Wish | None:
    """Another company's order."""
    order = _of_others(desk, "orders", "open", "ready")
    return _no("cancel_order", {"order_id": order["order_id"]}, f"cancel order {order['order_id']}") if order else None


def track_for_others(desk: Desk) -> Wish | None:
    """Another company's shipment."""
    shipment = _of_others(desk, "shipments", "in_transit")
    key = shipment["shipment_id"] if shipment else ""
    return _no("track_shipment", {"shipment_id": key}, f"know where shipment {key} is") if shipment else None


def reserve_beyond_credit(desk: Desk) -> Wish | None:
    """Over the credit limit."""
    order = desk.pick([row for row in desk.own("orders", "open") if not facts.in_credit(desk, row)], "order_id")
    key = order["order_id"] if order else ""
    return _no("reserve_stock", {"order_id": key}, f"have the missing stock reserved for order {key}") if order else None


def book_beyond_credit(desk: Desk) -> Wish | None:
    """Over the credit limit."""
    order = desk.pick([row for row in desk.own("orders", "ready") if not facts.in_credit(desk, row)], "order_id")
    known = {"order_id": order["order_id"], "service": "standard"} if order else {}
    return _no("book_shipment", known, f"have the transport of order {order['order_id']} booked") if order else None


def expedite_too_dear(desk: Desk) -> Wish | None:
    """Over the ceiling."""
    ceiling = desk.company["expedite_ceiling_cents"]
    moving = [row for row in desk.own("shipments", "booked", "in_transit") if row["service"] == "standard"]
    dear = [row for row in moving if express_extra_cents(row, facts.lane_of(desk, row)) > ceiling]
    shipment = desk.pick(dear, "shipment_id")
    key = shipment["shipment_id"] if shipment else ""
    return _no("expedite", {"shipment_id": key}, f"have shipment {key} arrive faster") if shipment else None


def carrier_too_dear(desk: Desk) -> Wish | None:
    """Over 120 percent of the booked price."""
    shipment = desk.pick(desk.own("shipments", "booked"), "shipment_id")
    if shipment is None:
        return None
    offers = [row for row in facts.lanes(desk, shipment) if row["carrier_id"] != shipment["carrier_id"]]
    dear = [row for row in offers if not facts.affordable(shipment, row)]
    if not dear:
        return None
    key, carrier = shipment["shipment_id"], desk.row("carriers", desk.rng.choice(dear)["carrier_id"])["name"]
    return _no("change_carrier", {"shipment_id": key, "carrier": carrier}, f"have shipment {key} carried by {carrier} instead")


def release_without_documents(desk: Desk) -> Wish | None:
    """The contact has none of those that are missing."""
    own = {row["shipment_id"] for row in desk.own("shipments", "customs_hold")}
    holds = [row for _, row in desk.world.rows("customs_holds") if row["shipment_id"] in own and row["status"] == "open"]
    hold = desk.pick([row for row in holds if missing_documents(row)], "shipment_id")
    key = hold["shipment_id"] if hold else ""
    prose = f"have shipment {key} released by customs; you do not have any documents"
    return _no("clear_customs", {"shipment_id": key}, prose) if hold else None


def credit_without_delay(desk: Desk) -> Wish | None:
    """Delivered in time, or hardly late."""
    fitting = [row for row in desk.own("invoices", "open", "overdue") if (facts.days_late(desk, row) or 0) <= LATE_DAYS]
    invoice = desk.pick(fitting, "invoice_id")
    key = invoice["invoice_id"] if invoice else ""
    return _no("claim_credit", {"invoice_id": key}, f"get a credit on invoice {key}") if invoice else None


def extend_too_long(desk: Desk) -> Wish | None:
    """More days than the tier gets."""
    invoice = desk.pick([row for row in desk.own("invoices", "open") if not row["extended"]], "invoice_id")
    if invoice is None:
        return None
    key, most = invoice["invoice_id"], EXTENSION_DAYS[desk.company["tier"]]
    days = str(desk.rng.randint(most + 1, 90))
    return _no("extend_due_date", {"invoice_id": key, "days": days}, f"get {days} more days to pay invoice {key}")


def extend_twice(desk: Desk) -> Wish | None:
    """It was extended before."""
    invoice = desk.pick([row for row in desk.own("invoices", "open") if row["extended"]], "invoice_id")
    key = invoice["invoice_id"] if invoice else ""
    known = {"invoice_id": key, "days": "7"}
    return _no("extend_due_date", known, f"get 7 more days to pay invoice {key}") if invoice else None


def reroute_held(desk: Desk) -> Wish | None:
    """Held, or out for delivery."""
    shipment = desk.pick(desk.own("shipments", "customs_hold", "out_for_delivery"), "shipment_id")
    sites = [row for row in desk.own("sites") if shipment and row["site_id"] != shipment["site_id"]]
    if shipment is None or not sites:
        return None
    key, city = shipment["shipment_id"], desk.rng.choice(sites)["city"]
    return _no("reroute", {"shipment_id": key, "site_city": city}, f"have shipment {key} rerouted to {city}")


def site_not_registered(desk: Desk) -> Wish | None:
    """A city where the company has no site."""
    order = desk.pick(desk.own("orders", "open", "ready"), "order_id")
    mine = {row["city"] for row in desk.own("sites")}
    others = sorted({row["city"] for _, row in desk.world.rows("sites")} - mine)
    if order is None:
        return None
    key, city = order["order_id"], desk.rng.choice(others)
    return _no("change_site", {"order_id": key, "site_city": city}, f"have order {key} delivered to {city} instead")


def transfer_below_safety(desk: Desk) -> Wish | None:
    """Unreserved, but needed as safety stock."""
    rows = [row for _, row in desk.world.rows("stock") if row["on_hand"] - row["reserved"] > max(0, free_units(row))]
    source = desk.pick(rows, "product_id")
    if source is None:
        return None
    least, most = max(0, free_units(source)) + 1, source["on_hand"] - source["reserved"]
    return planners.transfer(desk, source, desk.rng.randint(least, most), allowed=False)


def purchase_beyond_limit(desk: Desk) -> Wish | None:
    """Over the spend limit."""
    product = desk.pick([row for _, row in desk.world.rows("products")], "product_id")
    offer = planners.cheapest_offer(desk, product["product_id"]) if product else None
    if product is None or offer is None:
        return None
    key = product["product_id"]
    most = desk.contact["spend_limit_cents"] // offer["offers"][key]
    return planners.purchase(desk, key, offer["supplier_id"], most + desk.rng.randint(1, most // 2 + 10), allowed=False)


def amend_confirmed(desk: Desk) -> Wish | None:
    """The supplier has confirmed or shipped it."""
    order = planners.pick_purchase(desk, "confirmed", "shipped")
    key = order["purchase_order_id"] if order else ""
    known = {"purchase_order_id": key, "quantity": str(order["quantity"] + 10) if order else ""}
    return _no("amend_purchase", known, f"change the quantity of purchase order {key} to {known['quantity']}") if order else None


def cancel_shipped_purchase(desk: Desk) -> Wish | None:
    """The supplier has shipped it."""
    order = planners.pick_purchase(desk, "shipped", "received")
    key = order["purchase_order_id"] if order else ""
    return _no("cancel_purchase", {"purchase_order_id": key}, f"cancel purchase order {key}") if order else None


def receive_too_many(desk: Desk) -> Wish | None:
    """More than is outstanding."""
    order = planners.pick_purchase(desk, "shipped")
    if order is None:
        return None
    key, count = order["purchase_order_id"], str(order["quantity"] - order["received"] + desk.rng.randint(1, 20))
    return _no("receive_goods", {"purchase_order_id": key, "quantity": count}, f"have {count} units booked in for purchase order {key}")


def _no(skill: str, known: Mapping[str, str], prose: str) -> Wish:
    return Wish(skill, known, prose, about=frozenset(known.values()))


def _of_others(desk: Desk, table: str, *statuses: str) -> FrozenDict | None:
    key = {"orders": "order_id", "shipments": "shipment_id"}[table]
    mine = desk.contact["company_id"]
    return desk.pick([row for _, row in desk.world.rows(table) if row["status"] in statuses and row["company_id"] != mine], key)


OF_CUSTOMERS: tuple[Kind, ...] = (
    cancel_shipped,
    cancel_of_others,
    track_for_others,
    reserve_beyond_credit,
    book_beyond_credit,
    expedite_too_dear,
    carrier_too_dear,
    release_without_documents,
    credit_without_delay,
    extend_too_long,
    extend_twice,
    reroute_held,
    site_not_registered,
)
OF_PLANNERS: tuple[Kind, ...] = (
    transfer_below_safety,
    purchase_beyond_limit,
    amend_confirmed,
    cancel_shipped_purchase,
    receive_too_many,
)
