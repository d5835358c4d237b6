"""Shipments, customs and freight quotes."""

from typing import Any, NoReturn

from domain.skill import LookupRefused, Script
from scenarios.supply_chain.policy import CARRIER_PERCENT
from scenarios.supply_chain.scripts.shared import customer_only, look_up, money, own_site, warehouse_of, words


def track_shipment(s: Script) -> NoReturn:
    """Where a shipment is."""
    shipment = look_up(s, "track_shipment", "shipment_id")
    values = _values(shipment)
    if shipment["status"] == "delivered":
        s.tell("track_shipment.delivered", **values, date=shipment["delivered_on"])
    if shipment["hold_id"]:
        s.tell("track_shipment.held", **values, hold_id=shipment["hold_id"])
    s.tell("track_shipment.told", **values)


def expedite(s: Script) -> NoReturn:
    """Upgrade to express, within the company's ceiling."""
    customer_only(s)
    shipment = look_up(s, "track_shipment", "shipment_id")
    try:
        quote = s.look("quote_expedite", shipment_id=shipment["shipment_id"])
    except LookupRefused as refused:
        s.decline("expedite.impossible", reason=refused.reason)
    company = s.look("get_company", company_id=shipment["company_id"])
    values = {"shipment_id": shipment["shipment_id"], "extra": money(quote["extra_cents"]), "eta": quote["eta"], "old": quote["eta_now"]}
    if quote["extra_cents"] > company["expedite_ceiling_cents"]:
        s.decline("expedite.too_dear", **values, ceiling=money(company["expedite_ceiling_cents"]))
    s.confirm("expedite.confirm", **values)
    s.act("expedite_shipment", shipment_id=shipment["shipment_id"])
    s.tell("expedite.done", **values)


def reroute(s: Script) -> NoReturn:
    """Send a shipment to another site."""
    customer_only(s)
    shipment = look_up(s, "track_shipment", "shipment_id")
    if shipment["status"] not in ("booked", "in_transit"):
        s.decline("reroute.too_late", **_values(shipment))
    city = s.need("site_city")
    site = own_site(s, city)
    if site["site_id"] == shipment["site_id"]:
        s.decline("site.same", city=city, number=shipment["shipment_id"])
    s.confirm("reroute.confirm", **_values(shipment), address=site["address"])
    done = s.act("reroute_shipment", shipment_id=shipment["shipment_id"], site_id=site["site_id"])
    s.tell("reroute.done", shipment_id=shipment["shipment_id"], address=site["address"], eta=done["eta"])


def change_carrier(s: Script) -> NoReturn:
    """Give a booked shipment to another carrier."""
    customer_only(s)
    shipment = look_up(s, "track_shipment", "shipment_id")
    if shipment["status"] != "booked":
        s.decline("change_carrier.picked_up", **_values(shipment))
    wanted = s.need("carrier")
    if wanted == shipment["carrier"]:
        s.decline("change_carrier.same", **_values(shipment))
    quotes = s.look("quote_lane", warehouse_id=shipment["warehouse_id"], country=shipment["site_country"], weight_kg=shipment["weight_kg"])
    quote = next((quote for quote in quotes if quote["carrier"] == wanted), None)
    if quote is None:
        s.decline("change_carrier.no_lane", new_carrier=wanted, country=shipment["site_country"], offers=[q["carrier"] for q in quotes])
    price = quote[f"{shipment['service']}_cents"]
    values = {"new_carrier": wanted, "price": money(price), "old_price": money(shipment["cost_cents"])}
    if price * 100 > shipment["cost_cents"] * CARRIER_PERCENT:
        s.decline("change_carrier.too_dear", **_values(shipment), **values)
    s.confirm("change_carrier.confirm", **_values(shipment), **values)
    done = s.act("change_carrier", shipment_id=shipment["shipment_id"], carrier_id=quote["carrier_id"])
    s.tell("change_carrier.done", **{**_values(shipment), **values, "eta": done["eta"]})


def hold_status(s: Script) -> NoReturn:
    """Why customs hold a shipment."""
    shipment = look_up(s, "track_shipment", "shipment_id")
    if not shipment["hold_id"]:
        s.tell("hold_status.none", **_values(shipment))
    hold = s.look("get_hold", hold_id=shipment["hold_id"])
    values = {**_values(shipment), "hold_id": hold["hold_id"], "reason": hold["reason"], "opened": hold["opened_on"]}
    if hold["status"] == "release_requested":
        s.tell("hold_status.requested", **values)
    if hold["missing_documents"]:
        s.tell("hold_status.missing", **values, missing=hold["missing_documents"])
    s.tell("hold_status.complete", **values)


def clear_customs(s: Script) -> NoReturn:
    """Pass on a document, and ask for release once nothing is missing."""
    customer_only(s)
    shipment = look_up(s, "track_shipment", "shipment_id")
    if not shipment["hold_id"]:
        s.decline("hold_status.none", **_values(shipment))
    hold = s.look("get_hold", hold_id=shipment["hold_id"])
    values = {**_values(shipment), "hold_id": hold["hold_id"]}
    if hold["status"] == "release_requested":
        s.decline("hold_status.requested", **values, reason=hold["reason"], opened=hold["opened_on"])
    missing = hold["missing_documents"]
    if not missing:
        s.confirm("clear_customs.confirm_release", **values)
        s.act("request_release", hold_id=hold["hold_id"])
        s.tell("clear_customs.requested", **values)
    if not s.has("document") and s.unknown("document"):
        s.decline("clear_customs.documents_first", **values, missing=missing)
    document = s.need("document", missing=missing)
    if document not in missing:
        s.decline("clear_customs.not_needed", **values, paper=document, missing=missing)
    rest = [item for item in missing if item != document]
    if rest:
        s.confirm("clear_customs.confirm_document", **values, paper=document, missing=rest)
        s.act("submit_document", hold_id=hold["hold_id"], document=document)
        s.tell("clear_customs.submitted", **values, paper=document, missing=rest)
    s.confirm("clear_customs.confirm_both", **values, paper=document)
    s.act("submit_document", hold_id=hold["hold_id"], document=document)
    s.act("request_release", hold_id=hold["hold_id"])
    s.tell("clear_customs.done", **values, paper=document)


def quote_freight(s: Script) -> NoReturn:
    """What a lane costs."""
    city, country, weight = s.need("from_warehouse"), s.need("country"), s.need("weight")
    warehouse = warehouse_of(s.look("list_warehouses"), city)
    try:
        quotes = s.look("quote_lane", warehouse_id=warehouse["warehouse_id"], country=country, weight_kg=weight)
    except LookupRefused as refused:
        s.decline("quote_freight.none", reason=refused.reason)
    best = quotes[0]
    s.tell(
        "quote_freight.told",
        city=city,
        to=country,
        kilos=f"{weight:g}",
        carrier_name=best["carrier"],
        price=money(best["standard_cents"]),
        transit=str(best["standard_days"]),
        express_price=money(best["express_cents"]),
        express_transit=str(best["express_days"]),
        others=[f"{quote['carrier']} {money(quote['standard_cents'])}" for quote in quotes[1:]] or ["nobody else"],
    )


def _values(shipment: Any) -> dict[str, Any]:
    return {
        "shipment_id": shipment["shipment_id"],
        "status": words(shipment["status"]),
        "eta": shipment["eta"],
        "carrier_name": shipment["carrier"],
        "city": shipment["site_city"],
        "seen": shipment["last_seen"],
    }
