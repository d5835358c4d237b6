"""Shipments and the customs holds on them."""

from random import Random

from scenarios.supply_chain import catalogue as names
from scenarios.supply_chain.drawing.common import Row, Rows, day, numbers

_ON_THE_WAY = ("in_transit", "in_transit", "customs_hold", "in_transit", "customs_hold", "out_for_delivery", "customs_hold")
_HOLD_COUNT = 30


def draw_shipments(tables: dict[str, Rows], rng: Random) -> Rows:
    """One for each order that was booked or went out, and some that were called off."""
    ready = [key for key, row in tables["orders"].items() if row["status"] == "ready"]
    cancelled = set(rng.sample(ready, 10))
    moved = [key for key, row in tables["orders"].items() if row["status"] in ("booked", "shipped", "delivered") or key in cancelled]
    return {
        shipment_id: _shipment(shipment_id, tables["orders"][order_id], number, tables, rng)
        for number, (shipment_id, order_id) in enumerate(zip(numbers(rng, "SH", len(moved)), moved, strict=True))
    }


def _shipment(shipment_id: str, order: Row, number: int, tables: dict[str, Rows], rng: Random) -> Row:
    warehouse, site = tables["warehouses"][order["warehouse_id"]], tables["sites"][order["site_id"]]
    status = {"booked": "booked", "delivered": "delivered", "ready": "cancelled"}.get(
        order["status"], _ON_THE_WAY[number % len(_ON_THE_WAY)]
    )
    way = (order["warehouse_id"], site["country"])
    lane = rng.choice([lane for lane in tables["lanes"].values() if (lane["warehouse_id"], lane["country"]) == way])
    weight = round(sum(line["quantity"] * names.PRODUCTS[line["product_id"]][2] for line in order["lines"]), 1)
    express = rng.random() < 0.25
    cost = lane["base_cents"] + round(lane["per_kg_cents"] * weight)
    cost += cost * lane["express_percent"] // 100 if express else 0
    booked = {"booked": rng.randint(-3, 0), "delivered": rng.randint(-24, -16)}.get(status, rng.randint(-10, -4))
    promised = booked + lane["express_days" if express else "standard_days"]
    late = rng.choice([0, 0, 0, 1, 3, 4, 6])
    eta = promised + (late if status == "delivered" else rng.choice([0, 0, 1, 3]))
    if status in ("in_transit", "out_for_delivery", "customs_hold"):
        eta = max(eta, 0 if status == "out_for_delivery" else 2)
    places = {"booked": f"{warehouse['city']} warehouse", "delivered": site["city"], "out_for_delivery": f"{site['city']} depot"}
    return {
        "shipment_id": shipment_id,
        "order_id": order["order_id"],
        "company_id": order["company_id"],
        "site_id": order["site_id"],
        "warehouse_id": order["warehouse_id"],
        "carrier_id": lane["carrier_id"],
        "service": "express" if express else "standard",
        "status": status,
        "booked_on": day(booked),
        "promised_on": day(promised),
        "eta": day(eta),
        "delivered_on": day(eta) if status == "delivered" else None,
        "weight_kg": weight,
        "cost_cents": cost,
        "last_seen": places.get(status) or rng.choice(names.TRANSIT_POINTS),
    }


def draw_holds(shipments: Rows, rng: Random) -> Rows:
    """On every shipment that is held, and released ones on some that were delivered."""
    held = [key for key, row in shipments.items() if row["status"] == "customs_hold"]
    past = [key for key, row in shipments.items() if row["status"] == "delivered"]
    chosen = [(key, False) for key in held] + [(key, True) for key in rng.sample(past, max(0, _HOLD_COUNT - len(held)))]
    holds = {}
    for number, (hold_id, (shipment_id, released)) in enumerate(zip(numbers(rng, "CH", len(chosen), 4), chosen, strict=True)):
        required = rng.sample(names.DOCUMENTS, rng.randint(2, 3))
        missing = 0 if released else (1, 1, 2, 1, 0)[number % 5]
        asked = missing == 0 and not released and number % 2 == 0
        holds[hold_id] = {
            "hold_id": hold_id,
            "shipment_id": shipment_id,
            "status": "released" if released else "release_requested" if asked else "open",
            "reason": "documents missing" if missing else rng.choice(names.HOLD_REASONS[1:]),
            "required_documents": required,
            "submitted_documents": required[missing:],
            "opened_on": day(rng.randint(-14, -8) if released else rng.randint(-4, -1)),
        }
    return holds
