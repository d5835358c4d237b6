"""The supply chain's schema: its tables, and what must hold in them after every change."""

from collections.abc import Iterable

from domain.schema import Invariant, Schema
from domain.values import FrozenDict
from domain.world import World
from scenarios.supply_chain.drawing.everything import draw_world
from scenarios.supply_chain.tables import FLOWS, PLACES

__all__ = ["SCHEMA", "draw_world"]

HOLDING = ("open", "ready", "booked")
"""Statuses of an order whose allocated quantity still lies reserved in the warehouse."""


def _sum(rows: Iterable[FrozenDict], field: str) -> int:
    return sum(row[field] for row in rows)


def _reserved_for_orders(stock: FrozenDict, world: World) -> bool:
    held = sum(
        line["allocated"]
        for _, order in world.where("orders", "warehouse_id", stock["warehouse_id"])
        if order["status"] in HOLDING
        for line in order["lines"]
        if line["product_id"] == stock["product_id"]
    )
    return bool(stock["reserved"] == held)


def _stock_agrees(order: FrozenDict, world: World) -> bool:
    rows = [world.row("stock", f"{order['warehouse_id']}/{line['product_id']}") for line in order["lines"]]
    return all(row is not None and _reserved_for_orders(row, world) for row in rows)


def _order_total(order: FrozenDict, _: World) -> bool:
    return bool(order["total_cents"] == sum(line["quantity"] * line["unit_price_cents"] for line in order["lines"]))


def _own_site(row: FrozenDict, world: World) -> bool:
    site = world.row("sites", row["site_id"])
    return site is not None and site["company_id"] == row["company_id"]


def _held(shipment: FrozenDict, world: World) -> bool:
    holds = world.where("customs_holds", "shipment_id", shipment["shipment_id"])
    held = any(hold["status"] != "released" for _, hold in holds)
    return bool(held == (shipment["status"] == "customs_hold"))


def _holds_shipment(hold: FrozenDict, world: World) -> bool:
    shipment = world.row("shipments", hold["shipment_id"])
    return hold["status"] == "released" or (shipment is not None and shipment["status"] == "customs_hold")


def _documents_complete(hold: FrozenDict, _: World) -> bool:
    submitted, required = set(hold["submitted_documents"]), set(hold["required_documents"])
    return submitted <= required and (hold["status"] == "open" or submitted == required)


INVARIANTS = (
    Invariant("stock-covers", "stock", "What is reserved is on hand.", lambda row, _: row["reserved"] <= row["on_hand"]),
    Invariant("stock-reserved", "stock", "What is reserved is what open orders have allocated there.", _reserved_for_orders),
    Invariant("order-reserved", "orders", "What an open order has allocated is reserved in its warehouse.", _stock_agrees),
    Invariant(
        "order-allocated",
        "orders",
        "A line has at most its quantity allocated.",
        lambda row, _: all(line["allocated"] <= line["quantity"] for line in row["lines"]),
    ),
    Invariant(
        "order-ready",
        "orders",
        "An order that is ready, booked, shipped or delivered is fully allocated.",
        lambda row, _: row["status"] in ("open", "cancelled") or all(line["allocated"] == line["quantity"] for line in row["lines"]),
    ),
    Invariant("order-total", "orders", "An order's total is the sum of its lines.", _order_total),
    Invariant("order-site", "orders", "An order goes to a site of its company.", _own_site),
    Invariant("shipment-site", "shipments", "A shipment goes to a site of its company.", _own_site),
    Invariant("shipment-held", "shipments", "A shipment is on customs hold exactly while a hold is not released.", _held),
    Invariant(
        "shipment-delivered",
        "shipments",
        "A shipment has a delivery date exactly when it is delivered.",
        lambda row, _: (row["status"] == "delivered") == (row["delivered_on"] is not None),
    ),
    Invariant("hold-documents", "customs_holds", "No release is asked for before all documents are there.", _documents_complete),
    Invariant("hold-shipment", "customs_holds", "A hold that is not released holds its shipment.", _holds_shipment),
    Invariant(
        "purchase-received",
        "purchase_orders",
        "Not more is received than was ordered.",
        lambda row, _: row["received"] <= row["quantity"],
    ),
    Invariant(
        "purchase-total",
        "purchase_orders",
        "A purchase order's total is its quantity times its unit cost.",
        lambda row, _: row["total_cents"] == row["quantity"] * row["unit_cost_cents"],
    ),
    Invariant(
        "invoice-total",
        "invoices",
        "An invoice's total is the sum of its lines.",
        lambda row, _: row["total_cents"] == _sum(row["lines"], "amount_cents"),
    ),
    Invariant(
        "invoice-settled",
        "invoices",
        "Payments and credits never exceed an invoice's total.",
        lambda row, _: row["credited_cents"] + row["paid_cents"] <= row["total_cents"],
    ),
    Invariant(
        "invoice-credits",
        "invoices",
        "What is credited and paid is the sum of the invoice's credits and payments.",
        lambda row, world: (
            row["credited_cents"] == _sum((credit for _, credit in world.where("credits", "invoice_id", row["invoice_id"])), "amount_cents")
            and row["paid_cents"] == _sum((paid for _, paid in world.where("payments", "invoice_id", row["invoice_id"])), "amount_cents")
        ),
    ),
)

SCHEMA = Schema({**PLACES, **FLOWS}, INVARIANTS)
