"""What decides whether a wish fits: limits, stock, lanes, delays."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from domain.values import FrozenDict
from scenarios.supply_chain.areas.customs import missing_documents
from scenarios.supply_chain.areas.logistics import price_cents
from scenarios.supply_chain.areas.shared import stock_id
from scenarios.supply_chain.policy import CARRIER_PERCENT, owed_cents
from scenarios.supply_chain.wishes.plan import Desk


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


def around(desk: Desk, order: FrozenDict) -> frozenset[str]:
    """The order and all that changes or is refused with it."""
    shipments = [key for key, _ in desk.world.where("shipments", "order_id", order["order_id"])]
    return frozenset({order["order_id"], *shipments, *(line["product_id"] for line in order["lines"])})


def other_site(desk: Desk, going: FrozenDict | None) -> FrozenDict | None:
    """Another site of the company than where something goes."""
    if going is None:
        return None
    sites: list[Any] = [row for row in desk.own("sites") if row["site_id"] != going["site_id"]]
    return desk.rng.choice(sites) if sites else None


def cheapest_carrier(desk: Desk, order: FrozenDict, service: str) -> str:
    """Who would carry an order for the least money."""
    weight = sum(line["quantity"] * desk.row("products", line["product_id"])["weight_kg"] for line in order["lines"])
    return str(min((price_cents(row, round(weight, 1), service), row["carrier_id"]) for row in lanes(desk, order))[1])


def hold_on(desk: Desk, *missing: int, status: str | None = None) -> FrozenDict | None:
    """A hold on a shipment of the company, by how many documents it lacks."""
    own = {row["shipment_id"] for row in desk.own("shipments", "customs_hold")}
    holds = [row for _, row in desk.world.rows("customs_holds") if row["shipment_id"] in own and row["status"] != "released"]
    holds = [row for row in holds if len(missing_documents(row)) in missing and status in (None, row["status"])]
    return desk.pick(holds, "shipment_id")
