"""What customers' contacts want of shipments, customs and freight."""

from scenarios.supply_chain.areas.customs import missing_documents
from scenarios.supply_chain.areas.logistics import express_extra_cents, price_cents
from scenarios.supply_chain.wishes.facts import affordable, hold_on, lane_of, lanes, other_site
from scenarios.supply_chain.wishes.plan import Desk, Wish

_OWN_SHIPMENTS = ("booked", "in_transit", "customs_hold", "out_for_delivery", "delivered")


def track_shipment(desk: Desk) -> Wish | None:
    """Where is it?"""
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


def expedite(desk: Desk) -> Wish | None:
    """Within the ceiling."""
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
    """To another site, while that is possible."""
    shipment = desk.pick(desk.own("shipments", "booked", "in_transit"), "shipment_id")
    site = other_site(desk, shipment)
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
    """To one that policy can afford."""
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
    """Why is it held?"""
    hold = hold_on(desk, 0, 1, 2)
    if hold is None:
        return None
    key = hold["shipment_id"]
    told = tuple(missing_documents(hold)) if hold["status"] == "open" else ()
    prose = f"know why customs hold shipment {key}"
    return Wish("hold_status", {"shipment_id": key}, prose, outputs=told or (hold["hold_id"],), about=frozenset({key}))


def clear_customs(desk: Desk) -> Wish | None:
    """Hand in one document, and ask for release if it was the last."""
    hold = hold_on(desk, 0, 1, 2, status="open")
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
    """What does a lane cost?"""
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
