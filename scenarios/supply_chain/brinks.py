"""Worlds one step from where the desk has to say no: a cent over a limit, a delivery that is late by just enough days."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from domain.values import FrozenDict
from domain.wishes import Brink
from domain.world import World
from events.tools import Change
from scenarios.supply_chain.areas.logistics import express_extra_cents
from scenarios.supply_chain.areas.shared import balance_cents
from scenarios.supply_chain.policy import LATE_DAYS, owed_cents
from scenarios.supply_chain.wishes import facts
from scenarios.supply_chain.wishes.plan import Desk


def _credit(world: World, rng: Random, status: str, cents: int, kind: str) -> Brink | None:
    """A company whose credit limit is just what it owes with one more order, but for a few cents."""
    desk, rows = _of_customers(world, rng, "orders", status)
    row = desk.pick([row for row in rows if status != "open" or not facts.short(desk, row)], "order_id")
    if row is None:
        return None
    limit = owed_cents(world, row["company_id"]) + row["total_cents"] + cents
    change = _set("companies", row["company_id"], "credit_limit_cents", desk.row("companies", row["company_id"]), limit)
    return Brink((change,), _who(world, rng, row), kind, "credit-limit", frozenset({row["order_id"]}))


def _express(world: World, rng: Random, cents: int, kind: str) -> Brink | None:
    """A company whose ceiling is just what express would add for one shipment, but for a few cents."""
    desk, rows = _of_customers(world, rng, "shipments", "booked", "in_transit")
    row = desk.pick([row for row in rows if row["service"] == "standard" and facts.lane_of(desk, row) is not None], "shipment_id")
    if row is None:
        return None
    ceiling = express_extra_cents(row, facts.lane_of(desk, row)) + cents
    change = _set("companies", row["company_id"], "expedite_ceiling_cents", desk.row("companies", row["company_id"]), ceiling)
    return Brink((change,), _who(world, rng, row), kind, "expedite-ceiling", frozenset({row["shipment_id"]}))


def _late(world: World, rng: Random, days: int, kind: str) -> Brink | None:
    """An invoice whose delivery was late by so many days."""
    desk, rows = _of_customers(world, rng, "invoices", "open", "overdue")
    found = [(row, shipment) for row in rows if not row["credited_cents"] and balance_cents(row) for shipment in _delivered(world, row)]
    if not found:
        return None
    row, shipment = desk.rng.choice(found)
    on = (date.fromisoformat(shipment["promised_on"]) + timedelta(days=days)).isoformat()
    change = _set("shipments", shipment["shipment_id"], "delivered_on", shipment, on)
    return Brink((change,), _who(world, rng, row), kind, "late-credit", frozenset({row["invoice_id"]}))


def _delivered(world: World, invoice: FrozenDict) -> Iterator[FrozenDict]:
    """The one delivery of an invoice's order; none where there were several."""
    done = [row for _, row in world.where("shipments", "order_id", invoice["order_id"]) if row["status"] == "delivered"]
    return iter(done if len(done) == 1 else ())


def _of_customers(world: World, rng: Random, table: str, *statuses: str) -> tuple[Desk, list[FrozenDict]]:
    """Rows of companies that have a contact who may write."""
    contacts = [row for _, row in world.rows("contacts") if row["role"] == "customer"]
    companies = {row["company_id"] for row in contacts}
    rows = [row for _, row in world.rows(table) if row["status"] in statuses and row["company_id"] in companies]
    return Desk(world, contacts[0], rng), rows


def _who(world: World, rng: Random, row: FrozenDict) -> str:
    contacts = [key for key, other in world.rows("contacts") if other["company_id"] == row["company_id"] and other["role"] == "customer"]
    return rng.choice(contacts)


def _set(table: str, key: str, field: str, row: FrozenDict, after: Any) -> Change:
    return Change(table=table, key=key, field=field, before=row[field], after=after)


BRINKS: dict[str, Callable[[World, Random], Brink | None]] = {
    "reserve-within": lambda world, rng: _credit(world, rng, "open", 0, "reserve_stock"),
    "reserve-beyond": lambda world, rng: _credit(world, rng, "open", -1, "reserve_beyond_credit"),
    "book-within": lambda world, rng: _credit(world, rng, "ready", 0, "book_shipment"),
    "book-beyond": lambda world, rng: _credit(world, rng, "ready", -1, "book_beyond_credit"),
    "express-within": lambda world, rng: _express(world, rng, 0, "expedite"),
    "express-beyond": lambda world, rng: _express(world, rng, -1, "expedite_too_dear"),
    "late-enough": lambda world, rng: _late(world, rng, LATE_DAYS + 1, "claim_credit"),
    "not-late-enough": lambda world, rng: _late(world, rng, LATE_DAYS, "credit_without_delay"),
}
