"""What customers' contacts want of orders, shipments and invoices."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from domain.values import FrozenDict
from scenarios.supply_chain.areas.customs import missing_documents
from scenarios.supply_chain.areas.logistics import express_extra_cents, price_cents
from scenarios.supply_chain.areas.shared import balance_cents, stock_id
from scenarios.supply_chain.catalogue import TODAY
from scenarios.supply_chain.policy import CARRIER_PERCENT, EXTENSION_DAYS, LATE_DAYS, credit_cents, owed_cents
from scenarios.supply_chain.slots import REASONS
from scenarios.supply_chain.wishes.plan import Desk, Kind, Wish

_OWN_SHIPMENTS = ("booked", "in_transit", "customs_hold", "out_for_delivery", "delivered")


def track_shipment(desk: Desk) -> Wish | None:
    shipment = desk.pick(desk.own("shipments", *_OWN_SHIPMENTS), "shipment_id")
    if shipment is None:
        return None
    key = shipment["shipment_id"]
    return Wish(
        "track_shipment",
        {"shipment_id": key},
        f"know where shipment {key} is and when it arrives",
        outputs=(shipment["delivered_on"] or shipment["eta"],),
        about=frozenset({key}),
    )


def order_status(desk: Desk) -> Wish | None:
    order = desk.pick(desk.own("orders", "open", "ready", "booked", "shipped"), "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"know how {called(known)} is coming along and for which date it is planned"
    return Wish("order_status", known, prose, outputs=(order["requested_on"],), about=frozenset({key}))


def cancel_order(desk: Desk) -> Wish | None:
    order = desk.pick(desk.own("orders", "open", "ready", "booked"), "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"cancel {called(known)}"
    return Wish("cancel_order", known, prose, (("cancel_order", {"order_id": key}),), about=_around(desk, order))


def change_site(desk: Desk) -> Wish | None:
    order = desk.pick(desk.own("orders", "open", "ready"), "order_id")
    site = _other_site(desk, order)
    if order is None or site is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    return Wish(
        "change_site",
        {**known, "site_city": site["city"]},
        f"have {called(known)} delivered to your site in {site['city']} instead",
        (("change_delivery_site", {"order_id": key, "site_id": site["site_id"]}),),
        about=frozenset({key}),
    )


def change_date(desk: Desk) -> Wish | None:
    order = desk.pick(desk.own("orders", "open", "ready"), "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    day = (date.fromisoformat(TODAY) + timedelta(days=desk.rng.randint(7, 70))).isoformat()
    if day == order["requested_on"]:
        return None
    return Wish(
        "change_date",
        {**known, "new_date": desk.say_date(day)},
        f"have {called(known)} delivered on {day}",
        (("change_delivery_date", {"order_id": key, "requested_on": day}),),
        outputs=(day,),
        about=frozenset({key}),
    )


def split_order(desk: Desk) -> Wish | None:
    order = desk.pick([row for row in desk.own("orders", "open", "ready") if row["lines"][0]["quantity"] > 3], "order_id")
    if order is None:
        return None
    key, line = order["order_id"], order["lines"][0]
    count = desk.rng.randint(1, line["quantity"] - 1)
    return Wish(
        "split_order",
        {"order_id": key, "product": desk.product(line["product_id"]), "quantity": str(count)},
        f"have {count} units of {line['product_id']} taken out of order {key} into an order of their own",
        (("split_order", {"order_id": key, "product_id": line["product_id"], "quantity": count}),),
        outputs=(f"{key.partition('.')[0]}.2",),
        about=frozenset({key}),
    )


def reserve_stock(desk: Desk) -> Wish | None:
    order = desk.pick([row for row in desk.own("orders", "open") if in_credit(desk, row) and not short(desk, row)], "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"have the missing stock reserved for {called(known)}"
    return Wish("reserve_stock", known, prose, (("reserve_stock", {"order_id": key}),), about=_around(desk, order))


def release_stock(desk: Desk) -> Wish | None:
    held = [row for row in desk.own("orders", "open", "ready") if any(line["allocated"] for line in row["lines"])]
    order = desk.pick(held, "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"give up the stock reserved for {called(known)}, but keep the order"
    return Wish("release_stock", known, prose, (("release_stock", {"order_id": key}),), about=_around(desk, order))


def book_shipment(desk: Desk) -> Wish | None:
    order = desk.pick([row for row in desk.own("orders", "ready") if in_credit(desk, row)], "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    service = desk.rng.choice(["standard", "express"])
    carrier = _cheapest(desk, order, service)
    arguments = {"order_id": key, "carrier_id": carrier, "service": service}
    prose = f"have the transport of {called(known)} booked, with {service} service"
    return Wish("book_shipment", {**known, "service": service}, prose, (("book_shipment", arguments),), about=_around(desk, order))


def expedite(desk: Desk) -> Wish | None:
    moving = [row for row in desk.own("shipments", "booked", "in_transit") if row["service"] == "standard"]
    ceiling = desk.company["expedite_ceiling_cents"]
    shipment = desk.pick([row for row in moving if express_extra_cents(row, lane_of(desk, row)) <= ceiling], "shipment_id")
    if shipment is None:
        return None
    key = shipment["shipment_id"]
    prose = f"have shipment {key} arrive faster"
    about = frozenset({key, shipment["order_id"]})
    return Wish("expedite", {"shipment_id": key}, prose, (("expedite_shipment", {"shipment_id": key}),), about=about)


def reroute(desk: Desk) -> Wish | None:
    shipment = desk.pick(desk.own("shipments", "booked", "in_transit"), "shipment_id")
    site = _other_site(desk, shipment)
    if shipment is None or site is None:
        return None
    key = shipment["shipment_id"]
    return Wish(
        "reroute",
        {"shipment_id": key, "site_city": site["city"]},
        f"have shipment {key} rerouted to your site in {site['city']}",
        (("reroute_shipment", {"shipment_id": key, "site_id": site["site_id"]}),),
        about=frozenset({key, shipment["order_id"]}),
    )


def change_carrier(desk: Desk) -> Wish | None:
    shipment = desk.pick(desk.own("shipments", "booked"), "shipment_id")
    if shipment is None:
        return None
    key = shipment["shipment_id"]
    offers = [row for row in lanes(desk, shipment) if row["carrier_id"] != shipment["carrier_id"] and affordable(shipment, row)]
    if not offers:
        return None
    lane = desk.rng.choice(offers)
    carrier = desk.row("carriers", lane["carrier_id"])["name"]
    return Wish(
        "change_carrier",
        {"shipment_id": key, "carrier": carrier},
        f"have shipment {key} carried by {carrier} instead",
        (("change_carrier", {"shipment_id": key, "carrier_id": lane["carrier_id"]}),),
        about=frozenset({key, shipment["order_id"]}),
    )


def hold_status(desk: Desk) -> Wish | None:
    hold = _hold(desk, 0, 1, 2)
    if hold is None:
        return None
    key = hold["shipment_id"]
    told = tuple(missing_documents(hold)) if hold["status"] == "open" else ()
    prose = f"know why customs hold shipment {key}"
    return Wish("hold_status", {"shipment_id": key}, prose, outputs=told or (hold["hold_id"],), about=frozenset({key}))


def clear_customs(desk: Desk) -> Wish | None:
    hold = _hold(desk, 0, 1, 2, status="open")
    if hold is None:
        return None
    key, missing, target = hold["shipment_id"], missing_documents(hold), {"hold_id": hold["hold_id"]}
    known, actions = {"shipment_id": key}, []
    if missing:
        known["document"] = desk.rng.choice(missing)
        actions.append(("submit_document", {**target, "document": known["document"]}))
    if len(missing) < 2:
        actions.append(("request_release", target))
    what = f"pass on the {known['document']}" if missing else "ask for release"
    prose = f"get shipment {key} through customs: {what}"
    return Wish("clear_customs", known, prose, tuple(actions), about=frozenset({key}))


def quote_freight(desk: Desk) -> Wish | None:
    lane = desk.rng.choice([row for _, row in desk.world.rows("lanes")])
    kilos = desk.rng.randrange(50, 2400, 10)
    city = desk.row("warehouses", lane["warehouse_id"])["city"]
    same = [row for _, row in desk.world.where("lanes", "warehouse_id", lane["warehouse_id"]) if row["country"] == lane["country"]]
    cheapest = min(price_cents(row, kilos, "standard") for row in same)
    return Wish(
        "quote_freight",
        {"from_warehouse": city, "country": lane["country"], "weight": str(kilos)},
        f"know what the freight of {kilos} kg from {city} to {lane['country']} costs",
        outputs=(f"{cheapest / 100:.2f}",),
        about=frozenset({"quote"}),
    )


def invoice_status(desk: Desk) -> Wish | None:
    invoice = desk.pick(desk.own("invoices", "open", "overdue", "disputed"), "invoice_id")
    if invoice is None:
        return None
    key = invoice["invoice_id"]
    prose = f"know how much of invoice {key} is still to be paid, and by when"
    told = (f"{balance_cents(invoice) / 100:.2f}", invoice["due_on"])
    return Wish("invoice_status", {"invoice_id": key}, prose, outputs=told, about=frozenset({key}))


def dispute_invoice(desk: Desk) -> Wish | None:
    invoice = desk.pick(desk.own("invoices", "open", "overdue"), "invoice_id")
    if invoice is None:
        return None
    key, reason = invoice["invoice_id"], desk.rng.choice(list(REASONS))
    return Wish(
        "dispute_invoice",
        {"invoice_id": key, "dispute_reason": desk.rng.choice(REASONS[reason])},
        f"dispute invoice {key}: {reason.replace('_', ' ')}",
        (("dispute_invoice", {"invoice_id": key, "reason": reason}),),
        about=frozenset({key}),
    )


def claim_credit(desk: Desk) -> Wish | None:
    fitting = [row for row in desk.own("invoices", "open", "overdue", "disputed") if (days_late(desk, row) or 0) > LATE_DAYS]
    invoice = desk.pick([row for row in fitting if not row["credited_cents"] and balance_cents(row)], "invoice_id")
    if invoice is None:
        return None
    key, amount = invoice["invoice_id"], min(credit_cents(invoice["total_cents"]), balance_cents(invoice))
    return Wish(
        "claim_credit",
        {"invoice_id": key},
        f"get a credit on invoice {key}, as the delivery was late",
        (("issue_credit", {"invoice_id": key, "amount_cents": amount, "reason": "late_delivery"}),),
        outputs=(f"{amount / 100:.2f}",),
        about=frozenset({key}),
    )


def extend_due_date(desk: Desk) -> Wish | None:
    invoice = desk.pick([row for row in desk.own("invoices", "open") if not row["extended"]], "invoice_id")
    if invoice is None:
        return None
    key, days = invoice["invoice_id"], desk.rng.randint(3, EXTENSION_DAYS[desk.company["tier"]])
    due = (date.fromisoformat(invoice["due_on"]) + timedelta(days=days)).isoformat()
    return Wish(
        "extend_due_date",
        {"invoice_id": key, "days": str(days)},
        f"get {days} more days to pay invoice {key}",
        (("extend_due_date", {"invoice_id": key, "days": days}),),
        outputs=(due,),
        about=frozenset({key}),
    )


def callback(desk: Desk) -> Wish | None:
    table, field, area = desk.rng.choice(
        [("orders", "order_id", "inventory"), ("shipments", "shipment_id", "logistics"), ("invoices", "invoice_id", "billing")]
    )
    row = desk.pick(desk.own(table), field)
    if row is None:
        return None
    arguments = {"contact_id": desk.contact["contact_id"], "area": area, "about": row[field]}
    prose = f"be called back by a colleague about {row[field]}"
    return Wish("callback", {"reference": row[field]}, prose, (("escalate_to_person", arguments),), about=frozenset({row[field]}))


def called(known: Mapping[str, str]) -> str:
    """An order as the contact thinks of it."""
    return f"your order {known['order_id']}" if "order_id" in known else f"your order with {known['product']} on it"


def in_credit(desk: Desk, order: FrozenDict) -> bool:
    """Whether an order fits into the company's credit limit."""
    return bool(owed_cents(desk.world, order["company_id"]) + order["total_cents"] <= desk.company["credit_limit_cents"])


def short(desk: Desk, order: FrozenDict) -> bool:
    """Whether the warehouse lacks something that the order needs."""
    for line in order["lines"]:
        stock = desk.row("stock", stock_id(order["warehouse_id"], line["product_id"]))
        if line["quantity"] - line["allocated"] > stock["on_hand"] - stock["reserved"]:
            return True
    return False


def lanes(desk: Desk, shipment: FrozenDict) -> list[FrozenDict]:
    """Who could carry a shipment."""
    country = desk.row("sites", shipment["site_id"])["country"]
    return [row for _, row in desk.world.where("lanes", "warehouse_id", shipment["warehouse_id"]) if row["country"] == country]


def lane_of(desk: Desk, shipment: FrozenDict) -> FrozenDict | None:
    """The lane that a shipment is on."""
    return next((row for row in lanes(desk, shipment) if row["carrier_id"] == shipment["carrier_id"]), None)


def affordable(shipment: FrozenDict, lane: FrozenDict) -> bool:
    """Whether policy allows the lane's price for a shipment."""
    return price_cents(lane, shipment["weight_kg"], shipment["service"]) * 100 <= int(shipment["cost_cents"]) * CARRIER_PERCENT


def days_late(desk: Desk, invoice: FrozenDict) -> int | None:
    """By how many days the delivery of an invoice's order missed its promise."""
    done = [row for _, row in desk.world.where("shipments", "order_id", invoice["order_id"]) if row["status"] == "delivered"]
    gaps = [(date.fromisoformat(row["delivered_on"]) - date.fromisoformat(row["promised_on"])).days for row in done]
    return max(0, *gaps) if gaps else None


def _around(desk: Desk, order: FrozenDict) -> frozenset[str]:
    """The order and all that changes or is refused with it."""
    shipments = [key for key, _ in desk.world.where("shipments", "order_id", order["order_id"])]
    return frozenset({order["order_id"], *shipments, *(line["product_id"] for line in order["lines"])})


def _other_site(desk: Desk, going: FrozenDict | None) -> FrozenDict | None:
    if going is None:
        return None
    sites: list[Any] = [row for row in desk.own("sites") if row["site_id"] != going["site_id"]]
    return desk.rng.choice(sites) if sites else None


def _cheapest(desk: Desk, order: FrozenDict, service: str) -> str:
    weight = sum(line["quantity"] * desk.row("products", line["product_id"])["weight_kg"] for line in order["lines"])
    return str(min((price_cents(row, round(weight, 1), service), row["carrier_id"]) for row in lanes(desk, order))[1])


def _hold(desk: Desk, *missing: int, status: str | None = None) -> FrozenDict | None:
    own = {row["shipment_id"] for row in desk.own("shipments", "customs_hold")}
    holds = [row for _, row in desk.world.rows("customs_holds") if row["shipment_id"] in own and row["status"] != "released"]
    holds = [row for row in holds if len(missing_documents(row)) in missing and status in (None, row["status"])]
    return desk.pick(holds, "shipment_id")


READS: tuple[Kind, ...] = (track_shipment, order_status, hold_status, quote_freight, invoice_status)
WRITES: tuple[Kind, ...] = (
    cancel_order,
    change_site,
    change_date,
    split_order,
    reserve_stock,
    release_stock,
    book_shipment,
    expedite,
    reroute,
    change_carrier,
    clear_customs,
    dispute_invoice,
    claim_credit,
    extend_due_date,
    callback,
)
