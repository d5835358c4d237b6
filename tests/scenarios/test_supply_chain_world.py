"""The drawn supply chain is consistent, the same for the same seed, and has rows for everybody."""

import time
from random import Random
from typing import Any

import pytest

from domain.errors import WorldError
from domain.world import Base, World
from scenarios.load import load
from scenarios.supply_chain.catalogue import SITE_CITIES, TODAY, WAREHOUSES
from scenarios.supply_chain.world import SCHEMA, draw_world
from tests.scenarios.supply_chain_desk import changed, first, row, world


@pytest.mark.parametrize("seed", range(8))
def test_drawn_world_is_sound(seed: int) -> None:
    """Every row fits its table, its references and all invariants."""
    SCHEMA.check_all(World(Base(draw_world(Random(seed)), SCHEMA.sets)))


def test_same_seed_draws_same_world() -> None:
    """The drawing depends on its generator alone."""
    assert World(Base(draw_world(Random(3)))).digest == World(Base(draw_world(Random(3)))).digest
    assert World(Base(draw_world(Random(3)))).digest != World(Base(draw_world(Random(4)))).digest


def test_drawing_is_cheap() -> None:
    """Well below 50 ms; three times that is granted on a busy machine."""
    costs = []
    for seed in range(5):
        began = time.process_time()
        draw_world(Random(seed))
        costs.append(time.process_time() - began)
    assert min(costs) < 0.15


@pytest.mark.parametrize(
    ("table", "field"), [("orders", "status"), ("shipments", "status"), ("purchase_orders", "status"), ("invoices", "status"), ("customs_holds", "status")]
)
def test_every_status_is_there(table: str, field: str) -> None:
    """Goals of each kind find their rows."""
    declared = SCHEMA.tables[table].columns[field]["enum"]
    assert {found[field] for _, found in world().rows(table)} == set(declared)


def test_sizes() -> None:
    """As large as a desk's day, and not larger."""
    counts = {table: len(list(world().rows(table))) for table in ("orders", "shipments", "purchase_orders", "customs_holds", "invoices", "contacts")}
    assert counts == {"orders": 200, "shipments": 120, "purchase_orders": 50, "customs_holds": 30, "invoices": 120, "contacts": 40}


def test_cities_tell_sites_from_warehouses() -> None:
    """A city that a user names is either a site's or a warehouse's."""
    assert not set(SITE_CITIES) & {city for city, _ in WAREHOUSES.values()}
    assert {found["city"] for _, found in world().rows("sites")} <= set(SITE_CITIES)


def test_clock_is_the_catalogues_today() -> None:
    """Dates are drawn around the day on which conversations take place."""
    assert load("supply_chain").clock.startswith(TODAY)


def _incomplete_hold() -> str:
    holds = world().rows("customs_holds")
    return next(key for key, hold in holds if hold["status"] == "open" and len(hold["submitted_documents"]) < len(hold["required_documents"]))


def _broken() -> list[tuple[str, str, str, dict[str, Any]]]:
    order, held, delivered = first("orders", status="ready"), first("shipments", status="customs_hold"), first("shipments", status="delivered")
    stock = first("stock")
    invoice, paid = first("invoices", status="open"), first("invoices", status="paid")
    purchase, hold = first("purchase_orders", status="sent"), _incomplete_hold()
    lines = [{**line, "allocated": line["quantity"] + 1} for line in row("orders", order)["lines"]]
    fewer = [{**line, "allocated": 0} for line in row("orders", order)["lines"]]
    foreign = next(key for key, site in world().rows("sites") if site["company_id"] != row("orders", order)["company_id"])
    return [
        ("stock-covers", "stock", stock, {"reserved": row("stock", stock)["on_hand"] + 1}),
        ("stock-reserved", "stock", stock, {"on_hand": 10_000, "reserved": row("stock", stock)["reserved"] + 1}),
        ("order-reserved", "orders", order, {"status": "cancelled", "lines": fewer}),
        ("order-reserved", "orders", order, {"lines": lines}),
        ("order-total", "orders", order, {"total_cents": 1}),
        ("order-site", "orders", order, {"site_id": foreign}),
        ("shipment-held", "shipments", held, {"status": "in_transit"}),
        ("shipment-delivered", "shipments", delivered, {"delivered_on": None}),
        ("hold-documents", "customs_holds", hold, {"status": "release_requested"}),
        ("hold-shipment", "customs_holds", first("customs_holds", status="released"), {"status": "open"}),
        ("purchase-received", "purchase_orders", purchase, {"received": 10_000}),
        ("purchase-total", "purchase_orders", purchase, {"quantity": 1}),
        ("invoice-total", "invoices", invoice, {"total_cents": 1}),
        ("invoice-settled", "invoices", paid, {"credited_cents": 1}),
        ("invoice-credits", "invoices", invoice, {"credited_cents": 1}),
    ]


@pytest.mark.parametrize("case", range(15))
def test_invariant_catches(case: int) -> None:
    """A change that breaks a declared invariant does not pass."""
    name, table, key, fields = _broken()[case]
    with pytest.raises(WorldError, match=rf"\[{name}\]"):
        SCHEMA.check_row(changed(table, key, **fields), table, key, row(table, key, changed(table, key, **fields)))
