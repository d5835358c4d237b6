"""Worlds one step from where the desk has to say no: a minute more than a day since the booking, a flight that has just left."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from domain.values import FrozenDict
from domain.wishes import Brink
from domain.world import World
from events.tools import Change
from scenarios.airline import terms
from scenarios.airline.tables import departure_id

_DAY_MINUTES = 24 * 60


def _booked(world: World, rng: Random, minutes: int, kind: str) -> Brink | None:
    """A reservation that nothing but the time since its booking lets be cancelled."""
    found = [row for _, row in world.rows("reservations") if row["status"] is None and _stays(world, row)]
    if not found:
        return None
    row = rng.choice(found)
    at = (datetime.fromisoformat(terms.NOW) - timedelta(minutes=minutes)).isoformat()
    key = row["reservation_id"]
    change = Change(table="reservations", key=key, field="created_at", before=row["created_at"], after=at)
    return Brink((change,), row["user_id"], kind, "ground-to-cancel", frozenset({key}))


def _stays(world: World, row: FrozenDict) -> bool:
    """Whether, once it is a day old, it must not be cancelled, whatever the reason."""
    statuses = _statuses(world, row)
    old = {**row, "created_at": "2000-01-01T00:00:00"}
    return set(statuses) == {"available"} and terms.ground_to_cancel(old, statuses, None) is None


def _left(world: World, rng: Random) -> Brink | None:
    """A reservation of which the first flight has just taken off."""
    found = [row for _, row in world.rows("reservations") if row["status"] is None and set(_statuses(world, row)) == {"available"}]
    if not found:
        return None
    row = rng.choice(found)
    first = row["flights"][0]
    key = departure_id(first["flight_number"], first["date"])
    change = Change(table="departures", key=key, field="status", before="available", after="flying")
    return Brink((change,), row["user_id"], "cancel_flown", "not-flown", frozenset({row["reservation_id"]}))


def _statuses(world: World, row: FrozenDict) -> list[str]:
    keys = [departure_id(flight["flight_number"], flight["date"]) for flight in row["flights"]]
    return [departure["status"] for key in keys if (departure := world.row("departures", key)) is not None]


BRINKS: dict[str, Callable[[World, Random], Brink | None]] = {
    "within-a-day": lambda world, rng: _booked(world, rng, _DAY_MINUTES, "cancel"),
    "a-minute-late": lambda world, rng: _booked(world, rng, _DAY_MINUTES + 1, "cancel_without_ground"),
    "just-left": _left,
}
