"""The rules of the desk as checks; the same sentences stand in ``policy.md``."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from domain.policy import Call, Memory, Rule
from domain.world import World
from scenarios.airline import terms
from scenarios.airline.tables import departure_id
from scenarios.airline.tools import TOOLS

_WRITES = frozenset(tool.name for tool in TOOLS if tool.writes)
_UPDATES = frozenset({"update_reservation_baggages", "update_reservation_flights", "update_reservation_passengers"})
_OF_RESERVATIONS = _UPDATES | {"cancel_reservation"}
_FLIGHTS, _BOOK = frozenset({"update_reservation_flights"}), frozenset({"book_reservation"})
_Row = Mapping[str, Any]


def _user(memory: Memory) -> str | None:
    """Id of the user whose profile was looked up."""
    profile = memory.last_answer("get_user_details")
    return profile.get("user_id") if isinstance(profile, dict) else None


def _reservation(call: Call, world: World) -> _Row | None:
    return world.row("reservations", str(call.arguments.get("reservation_id", "")))


def _one_at_a_time(memory: Memory, call: Call, _world: World) -> bool:
    return memory.calls_in_step[call.agent] <= 1


def _user_known(memory: Memory, _call: Call, _world: World) -> bool:
    return _user(memory) is not None


def _same_user(memory: Memory, call: Call, _world: World) -> bool:
    return _user(memory) in (None, call.arguments["user_id"])


def _own_data(memory: Memory, call: Call, world: World) -> bool:
    if "user_id" in call.arguments:
        return bool(call.arguments["user_id"] == _user(memory))
    row = _reservation(call, world)
    return row is None or row["user_id"] == _user(memory)


def _looked_up(memory: Memory, call: Call, _world: World) -> bool:
    return memory.answers["get_reservation_details"].last("reservation_id", call.arguments["reservation_id"]) is not None


def _confirmed(memory: Memory, _call: Call, _world: World) -> bool:
    return memory.confirmed


def _stands(_memory: Memory, call: Call, world: World) -> bool:
    row = _reservation(call, world)
    return row is None or row["status"] != "cancelled"


def _statuses(row: _Row, world: World) -> list[str]:
    found = [world.row("departures", departure_id(flight["flight_number"], flight["date"])) for flight in row["flights"]]
    return [departure["status"] for departure in found if departure is not None]


def _not_flown(_memory: Memory, call: Call, world: World) -> bool:
    row = _reservation(call, world)
    return row is None or not any(status in terms.FLOWN for status in _statuses(row, world))


def _may_cancel(_memory: Memory, call: Call, world: World) -> bool:
    # what the user gives as a reason is not on record as such: of insured reservations the rule believes it
    row = _reservation(call, world)
    return row is None or terms.ground_to_cancel(row, _statuses(row, world), None) is not None


def _basic_stays(_memory: Memory, call: Call, world: World) -> bool:
    row = _reservation(call, world)
    if row is None or row["cabin"] != "basic_economy":
        return True
    wanted = [(flight["flight_number"], flight["date"]) for flight in call.arguments["flights"]]
    return wanted == [(flight["flight_number"], flight["date"]) for flight in row["flights"]]


def _fits(call: Call, trip: _Row, world: World) -> bool:
    rows = [world.row("flights", flight["flight_number"]) for flight in call.arguments["flights"]]
    ends = [(row["origin"], row["destination"]) for row in rows if row is not None]
    return len(ends) < len(rows) or terms.fits_route(ends, trip["origin"], trip["destination"], trip["flight_type"])


def _same_trip(_memory: Memory, call: Call, world: World) -> bool:
    row = _reservation(call, world)
    return row is None or _fits(call, row, world)


def _booked_trip(_memory: Memory, call: Call, world: World) -> bool:
    return _fits(call, call.arguments, world)


def _bags_added(_memory: Memory, call: Call, world: World) -> bool:
    row = _reservation(call, world)
    return row is None or call.arguments["total_baggages"] >= row["total_baggages"]


def _bags_paid(_memory: Memory, call: Call, world: World) -> bool:
    trip = _reservation(call, world) or call.arguments
    user = world.row("users", str(trip.get("user_id", "")))
    if user is None:
        return True
    extra = terms.extra_bags(call.arguments["total_baggages"], user["membership"], trip["cabin"], len(trip["passengers"]))
    paid = trip["nonfree_baggages"] if call.tool in _UPDATES else 0
    return bool(call.arguments["nonfree_baggages"] == max(extra, paid))


def _few_passengers(_memory: Memory, call: Call, _world: World) -> bool:
    return 1 <= len(call.arguments["passengers"]) <= terms.MOST_PASSENGERS


def _same_number(_memory: Memory, call: Call, world: World) -> bool:
    row = _reservation(call, world)
    return row is None or len(call.arguments["passengers"]) == len(row["passengers"])


def _payment_mix(_memory: Memory, call: Call, world: World) -> bool:
    user: _Row = world.row("users", call.arguments["user_id"]) or {}
    methods = user.get("payment_methods", {})
    sources = Counter(methods.get(paid["payment_id"], {}).get("source") for paid in call.arguments["payment_methods"])
    return all(sources[source] <= most for source, most in terms.MOST_PAYMENTS.items())


def _due(memory: Memory, user: _Row, world: World) -> Iterator[int]:
    """Dollars for each reservation of a user that was looked up and gives cause for a gesture."""
    seen = {arguments["reservation_id"]: row for arguments, row in reversed(memory.answers["get_reservation_details"])}
    touched = [memory.effects[tool] for tool in ("cancel_reservation", "update_reservation_flights")]
    for name, row in seen.items():  # as it was first seen: after a change its delayed flight may be gone
        if row["user_id"] != user["user_id"] or not terms.is_favoured(user["membership"], row):
            continue
        statuses = _statuses(row, world)
        if "cancelled" in statuses:
            yield terms.FOR_CANCELLED * len(row["passengers"])
        elif "delayed" in statuses and (row["status"] == "cancelled" or any(calls.last("reservation_id", name) for calls in touched)):
            yield terms.FOR_DELAYED * len(row["passengers"])


def _deserved(memory: Memory, call: Call, world: World) -> bool:
    user = world.row("users", call.arguments["user_id"])
    if user is None:
        return True
    left = Counter(_due(memory, user, world)) - Counter(arguments["amount"] for arguments, _ in memory.effects["send_certificate"])
    return left[call.arguments["amount"]] > 0


RULES = [
    Rule("one-call-at-a-time", "Make one tool call at a time.", _one_at_a_time, frozenset(tool.name for tool in TOOLS)),
    Rule(
        "user-first",
        "Get the user id from the user and look up the profile before any reservation is looked up, made or changed.",
        _user_known,
        _WRITES | {"get_reservation_details"},
    ),
    Rule(
        "one-user",
        "Serve one user a conversation; requests about anybody else's profile are denied.",
        _same_user,
        frozenset({"get_user_details"}),
    ),
    Rule(
        "own-data-only",
        "Look up and change only what belongs to this user.",
        _own_data,
        _WRITES | {"get_reservation_details"},
    ),
    Rule("look-first", "Look a reservation up before changing or cancelling it.", _looked_up, _OF_RESERVATIONS),
    Rule("still-stands", "A cancelled reservation can be neither changed nor cancelled again.", _stands, _OF_RESERVATIONS),
    Rule(
        "not-flown",
        "Once any of its flights has been flown, a reservation can neither be cancelled nor get other flights or another cabin.",
        _not_flown,
        _FLIGHTS | {"cancel_reservation"},
    ),
    Rule(
        "ground-to-cancel",
        "A reservation is cancelled if it was booked within the last 24 hours, if the airline has cancelled a flight of it, if it is in "
        "business class, or if it is insured and the reason is health or weather; otherwise not.",
        _may_cancel,
        frozenset({"cancel_reservation"}),
    ),
    Rule("basic-economy-stays", "The flights of a basic economy reservation cannot be changed.", _basic_stays, _FLIGHTS),
    Rule("same-trip", "Other flights must keep origin, destination and type of trip.", _same_trip, _FLIGHTS),
    Rule(
        "flights-fit",
        "Flights that are booked must lead from the origin to the destination, and back for a round trip.",
        _booked_trip,
        _BOOK,
    ),
    Rule(
        "bags-only-added",
        "Checked bags can be added, not taken off.",
        _bags_added,
        frozenset({"update_reservation_baggages"}),
    ),
    Rule(
        "extra-bags-paid",
        "A bag beyond the free ones costs 50 dollars; free ones cost nothing.",
        _bags_paid,
        _BOOK | {"update_reservation_baggages"},
    ),
    Rule("five-passengers", "A reservation has one to five passengers.", _few_passengers, _BOOK),
    Rule(
        "passengers-fixed",
        "Names can be corrected and passengers replaced, but their number stays as it is; not even a person at the desk can change it.",
        _same_number,
        frozenset({"update_reservation_passengers"}),
    ),
    Rule(
        "payment-mix",
        "A booking is paid with at most one travel certificate, one credit card and three gift cards, all from the profile.",
        _payment_mix,
        _BOOK,
    ),
    Rule(
        "gesture-deserved",
        "A certificate is sent only for a cancelled or delayed flight, in the amount below, and once.",
        _deserved,
        frozenset({"send_certificate"}),
    ),
    Rule(
        "confirm-first",
        "List the details of a booking, a change, a cancellation or a certificate and get an explicit yes first.",
        _confirmed,
        _WRITES,
    ),
]
