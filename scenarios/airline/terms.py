"""The airline's terms as functions of rows: what is free, what may be cancelled, whom it compensates."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

NOW = "2024-05-15T15:00:00"
"""The time at the desk, as the policy states it; the same as the clock in ``scenario.yaml``."""
MOST_PASSENGERS = 5
MOST_PAYMENTS = {"certificate": 1, "credit_card": 1, "gift_card": 3}
COVERED = ("health", "weather")
"""Reasons for which travel insurance pays."""
FLOWN = ("flying", "landed")
FOR_CANCELLED, FOR_DELAYED = 100, 50
"""Dollars a passenger."""
_FREE_BAGS = {
    "regular": {"basic_economy": 0, "economy": 1, "business": 2},
    "silver": {"basic_economy": 1, "economy": 2, "business": 3},
    "gold": {"basic_economy": 2, "economy": 3, "business": 4},
}

Reservation = Mapping[str, Any]
Segment = Mapping[str, Any]


def extra_bags(total: int, membership: str, cabin: str, passengers: int) -> int:
    """How many of so many checked bags are not free."""
    return max(0, total - _FREE_BAGS[membership][cabin] * passengers)


def is_recent(reservation: Reservation) -> bool:
    """Whether it was booked within the last 24 hours."""
    return datetime.fromisoformat(NOW) - datetime.fromisoformat(reservation["created_at"]) <= timedelta(hours=24)


def ground_to_cancel(reservation: Reservation, statuses: Collection[str], reason: str | None) -> str | None:
    """Why a reservation may be cancelled, or None.

    Args:
        statuses: Of its flights.
        reason: The user's, as a word of ``COVERED`` or another; None where it is unknown, and taken for a covered one.
    """
    if is_recent(reservation):
        return "recent"
    if "cancelled" in statuses:
        return "airline"
    if reservation["cabin"] == "business":
        return "business"
    return "insured" if reservation["insurance"] == "yes" and (reason is None or reason in COVERED) else None


def is_favoured(membership: str, reservation: Reservation) -> bool:
    """Whether the airline makes a gesture to this user for this reservation at all."""
    return membership in ("silver", "gold") or reservation["insurance"] == "yes" or reservation["cabin"] == "business"


def legs(reservation: Reservation) -> list[list[Segment]]:
    """The flights of the way there, and for a round trip those of the way back."""
    there: list[Segment] = []
    back: list[Segment] = []
    for flight in reservation["flights"]:
        arrived = bool(there) and there[-1]["destination"] == reservation["destination"]
        (back if arrived and reservation["flight_type"] == "round_trip" else there).append(flight)
    return [leg for leg in (there, back) if leg]


def fits_route(ends: Sequence[tuple[str, str]], origin: str, destination: str, flight_type: str) -> bool:
    """Whether flights from airport to airport lead from an origin to a destination, and back where it is a round trip."""
    if not ends or ends[0][0] != origin or any(one[1] != other[0] for one, other in pairwise(ends)):
        return False
    if flight_type == "one_way":
        return ends[-1][1] == destination
    return ends[-1][1] == origin and destination in [end for _, end in ends]
