"""Logistics' tools: track, quote, book, speed up and redirect shipments."""

from collections.abc import Mapping
from typing import Any, Literal

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from scenarios.supply_chain.areas.shared import fetch, later, steady_id, today, weight_kg

Service = Literal["standard", "express"]


@tool
def track_shipment(world: Transaction, shipment_id: str) -> dict[str, Any]:
    """
    Where a shipment is, when it is expected, who carries it, and a customs hold if there is one.

    Args:
        shipment_id: Such as ``SH-70412``.
    """
    shipment = fetch(world, "shipments", shipment_id)
    site = fetch(world, "sites", shipment["site_id"])
    holds = [key for key, row in world.where("customs_holds", "shipment_id", shipment_id) if row["status"] != "released"]
    fields = ("order_id", "company_id", "status", "service", "booked_on", "promised_on", "eta", "delivered_on", "cost_cents", "last_seen")
    return {
        "shipment_id": shipment_id,
        **{field: shipment[field] for field in fields},
        "carrier_id": shipment["carrier_id"],
        "carrier": fetch(world, "carriers", shipment["carrier_id"])["name"],
        "warehouse_id": shipment["warehouse_id"],
        "site_id": shipment["site_id"],
        "site_city": site["city"],
        "site_country": site["country"],
        "weight_kg": shipment["weight_kg"],
        "hold_id": holds[0] if holds else None,
    }


@tool
def quote_lane(world: Transaction, warehouse_id: str, country: str, weight_kg: float) -> list[dict[str, Any]]:
    """
    What each carrier asks from a warehouse to a country, cheapest standard price first.

    Args:
        warehouse_id: Such as ``WH-RTM``.
        country: Country's name, such as ``Norway``.
        weight_kg: Gross weight in kilograms.
    """
    fetch(world, "warehouses", warehouse_id)
    if weight_kg <= 0:
        raise Refusal("bad-weight", "The weight has to be more than nothing.")
    quotes = [
        {
            "carrier_id": lane["carrier_id"],
            "carrier": fetch(world, "carriers", lane["carrier_id"])["name"],
            "standard_cents": price_cents(lane, weight_kg, "standard"),
            "standard_days": lane["standard_days"],
            "express_cents": price_cents(lane, weight_kg, "express"),
            "express_days": lane["express_days"],
        }
        for _, lane in world.where("lanes", "warehouse_id", warehouse_id)
        if lane["country"].lower() == country.strip().lower()
    ]
    if not quotes:
        raise Refusal("no-lane", f"No carrier goes from {warehouse_id} to {country}.")
    return sorted(quotes, key=lambda quote: (quote["standard_cents"], quote["carrier_id"]))


@tool(writes=True)
def book_shipment(world: Transaction, order_id: str, carrier_id: str, service: Service) -> dict[str, Any]:
    """
    Book the shipment of an order whose stock is fully reserved.

    Args:
        order_id: Such as ``SO-48213``.
        carrier_id: Such as ``CA-NOR``; quote_lane shows who serves the lane.
        service: Standard or express.
    """
    order = fetch(world, "orders", order_id)
    if order["status"] != "ready":
        raise Refusal("not-ready", f"Order {order_id} is {order['status']}; only an order with all stock reserved can be shipped.")
    site = fetch(world, "sites", order["site_id"])
    lane = _lane(world, order["warehouse_id"], site["country"], carrier_id)
    weight = weight_kg(world, order)
    shipment_id = steady_id(world, "shipments", "SH", order_id)
    eta = later(today(world), lane[f"{service}_days"])
    row = {
        "shipment_id": shipment_id,
        "order_id": order_id,
        "company_id": order["company_id"],
        "site_id": order["site_id"],
        "warehouse_id": order["warehouse_id"],
        "carrier_id": carrier_id,
        "service": service,
        "status": "booked",
        "booked_on": today(world),
        "promised_on": eta,
        "eta": eta,
        "delivered_on": None,
        "weight_kg": weight,
        "cost_cents": price_cents(lane, weight, service),
        "last_seen": f"{fetch(world, 'warehouses', order['warehouse_id'])['city']} warehouse",
    }
    world.insert("shipments", shipment_id, row)
    world.update("orders", order_id, status="booked")
    return {"shipment_id": shipment_id, "order_id": order_id, "eta": eta, "cost_cents": row["cost_cents"]}


@tool
def quote_expedite(world: Transaction, shipment_id: str) -> dict[str, Any]:
    """
    What express service would add to a shipment's cost, and the date it would arrive.

    Args:
        shipment_id: Such as ``SH-70412``.
    """
    shipment = _upgradable(world, shipment_id)
    extra, eta = _express(world, shipment)
    return {"shipment_id": shipment_id, "extra_cents": extra, "eta": eta, "eta_now": shipment["eta"]}


@tool(writes=True)
def expedite_shipment(world: Transaction, shipment_id: str) -> dict[str, Any]:
    """
    Upgrade a booked or moving shipment to express.

    Args:
        shipment_id: Such as ``SH-70412``.
    """
    shipment = _upgradable(world, shipment_id)
    extra, eta = _express(world, shipment)
    world.update("shipments", shipment_id, service="express", eta=eta, cost_cents=shipment["cost_cents"] + extra)
    return {"shipment_id": shipment_id, "service": "express", "eta": eta, "extra_cents": extra}


@tool(writes=True)
def reroute_shipment(world: Transaction, shipment_id: str, site_id: str) -> dict[str, Any]:
    """
    Send a shipment to another registered site of the same company; adds two days.

    Args:
        shipment_id: Such as ``SH-70412``.
        site_id: Such as ``SI-2210``; get_company lists them.
    """
    shipment = fetch(world, "shipments", shipment_id)
    if shipment["status"] not in ("booked", "in_transit"):
        raise Refusal("cannot-reroute", f"Shipment {shipment_id} is {_words(shipment['status'])}, so it cannot be rerouted.")
    site = fetch(world, "sites", site_id)
    if site["company_id"] != shipment["company_id"]:
        raise Refusal("foreign-site", f"Site {site_id} does not belong to the company of shipment {shipment_id}.")
    if site_id == shipment["site_id"]:
        raise Refusal("same-site", f"Shipment {shipment_id} goes to {site['city']} already.")
    eta = later(shipment["eta"], 2)
    world.update("shipments", shipment_id, site_id=site_id, eta=eta)
    return {"shipment_id": shipment_id, "site_id": site_id, "address": site["address"], "eta": eta}


@tool(writes=True)
def change_carrier(world: Transaction, shipment_id: str, carrier_id: str) -> dict[str, Any]:
    """
    Give a shipment that is not picked up yet to another carrier, at that carrier's price and transit time.

    Args:
        shipment_id: Such as ``SH-70412``.
        carrier_id: Such as ``CA-NOR``; quote_lane shows who serves the lane.
    """
    shipment = fetch(world, "shipments", shipment_id)
    if shipment["status"] != "booked":
        raise Refusal("picked-up", f"Shipment {shipment_id} is {_words(shipment['status'])}; only a booked shipment can change carrier.")
    if carrier_id == shipment["carrier_id"]:
        raise Refusal("same-carrier", f"Shipment {shipment_id} is with {carrier_id} already.")
    site = fetch(world, "sites", shipment["site_id"])
    lane = _lane(world, shipment["warehouse_id"], site["country"], carrier_id)
    eta = later(today(world), lane[f"{shipment['service']}_days"])
    cost = price_cents(lane, shipment["weight_kg"], shipment["service"])
    world.update("shipments", shipment_id, carrier_id=carrier_id, eta=eta, cost_cents=cost)
    return {"shipment_id": shipment_id, "carrier_id": carrier_id, "eta": eta, "cost_cents": cost}


def express_extra_cents(shipment: Mapping[str, Any], lane: Mapping[str, Any] | None) -> int:
    """What express adds to a shipment's cost; as much again where its carrier no longer serves the lane."""
    return int(shipment["cost_cents"] * (100 if lane is None else lane["express_percent"]) // 100)


def price_cents(lane: Mapping[str, Any], weight_kg: float, service: str) -> int:
    """Price of a weight on a lane."""
    standard = int(lane["base_cents"] + round(lane["per_kg_cents"] * weight_kg))
    return standard + standard * lane["express_percent"] // 100 if service == "express" else standard


def _lane(world: Transaction, warehouse_id: str, country: str, carrier_id: str) -> Row:
    fetch(world, "carriers", carrier_id)
    lane = world.find("lanes", f"{warehouse_id}/{country}/{carrier_id}")
    if lane is None:
        raise Refusal("no-lane", f"{carrier_id} does not go from {warehouse_id} to {country}.")
    return lane


def _upgradable(world: Transaction, shipment_id: str) -> Row:
    shipment = fetch(world, "shipments", shipment_id)
    if shipment["service"] == "express":
        raise Refusal("already-express", f"Shipment {shipment_id} travels express already.")
    if shipment["status"] not in ("booked", "in_transit"):
        raise Refusal("cannot-expedite", f"Shipment {shipment_id} is {_words(shipment['status'])}, so it cannot be made faster.")
    return shipment


def _express(world: Transaction, shipment: Row) -> tuple[int, str]:
    country = fetch(world, "sites", shipment["site_id"])["country"]
    lane = world.find("lanes", f"{shipment['warehouse_id']}/{country}/{shipment['carrier_id']}")
    saved = 1 if lane is None else lane["standard_days"] - lane["express_days"]
    eta = max(later(today(world), 1), later(shipment["eta"], -saved))
    return express_extra_cents(shipment, lane), eta


def _words(status: str) -> str:
    return status.replace("_", " ").replace("customs hold", "on customs hold")


TOOLS = (track_shipment, quote_lane, book_shipment, quote_expedite, expedite_shipment, reroute_shipment, change_carrier)
