"""The airline as the first tau-bench has it: what its transcripts are run again in."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

from domain.errors import Refusal
from domain.setting import Dialect
from domain.tools import tool
from domain.transaction import Transaction
from domain.world import Tables, World
from scenarios.airline import convert
from scenarios.airline.changes import BAG_FEE, INSURANCE_FEE, after_paying, charged, check_payments
from scenarios.airline.lookups import bookable, departure_of, flight_of, reservation_of, user_of
from scenarios.airline.tables import SCHEMA, departure_id
from scenarios.airline.terms import NOW
from scenarios.airline.tools import TOOLS
from scenarios.tau1 import UNKNOWN, lowered, spoken, think, unchecked

_LAST = "HATHAV"
_NEW_RESERVATIONS = ("HATHAT", "HATHAU", _LAST)
_NAMED = re.compile(r"\A(User|Reservation) .* not found\Z", re.DOTALL)


@tool
def list_all_airports(world: Transaction) -> dict[str, str]:
    """List all airports, each code with its city."""
    return {code: row["city"] for code, row in world.rows("airports")}


@tool
def get_reservation_details(world: Transaction, reservation_id: str) -> dict[str, Any]:
    """
    Look up a reservation; where there is none, it is the user who is not found.

    Args:
        reservation_id: Six letters and digits.
    """
    found = world.find("reservations", reservation_id)
    if found is None:
        raise Refusal("not-found", "User not found")
    return dict(found)


@tool
def search_direct_flight(world: Transaction, origin: str, destination: str, date: str) -> list[dict[str, Any]]:
    """
    Search for flights without a stop.

    Args:
        origin: Code of an airport.
        destination: Code of an airport.
        date: Of departure.
    """
    return [_without_date(found) for found in bookable(world, date, origin, destination)]


@tool
def search_onestop_flight(world: Transaction, origin: str, destination: str, date: str) -> list[list[dict[str, Any]]]:
    """
    Search for pairs of flights with one stop in between.

    Args:
        origin: Code of an airport.
        destination: Code of an airport.
        date: Of the first departure.
    """
    return list(_pairs(world, origin, destination, date))


def _pairs(world: Transaction, origin: str, destination: str, date: str) -> Iterator[list[dict[str, Any]]]:
    for first in bookable(world, date, origin):
        overnight = "+1" in first["scheduled_arrival_time_est"]
        day = (datetime.date.fromisoformat(date) + datetime.timedelta(days=1)).isoformat() if overnight else date
        for second in bookable(world, day, first["destination"], destination):
            if first["scheduled_arrival_time_est"] <= second["scheduled_departure_time_est"]:
                # seats and prices are those of the first day: recordings hold us to that
                yield [first, {**second, **_seats(world, second["flight_number"], date)}]


def _seats(world: Transaction, flight_number: str, date: str) -> dict[str, Any]:
    departure = world.find("departures", departure_id(flight_number, date))
    shown = ("status", "available_seats", "prices")
    return {field: departure[field] for field in shown if field in departure} if departure is not None else {}


@tool(writes=True)
def book_reservation(
    world: Transaction,
    user_id: str,
    origin: str,
    destination: str,
    flight_type: str,
    cabin: str,
    flights: list[dict[str, Any]],
    passengers: list[dict[str, Any]],
    payment_methods: list[dict[str, Any]],
    total_baggages: int,
    nonfree_baggages: int,
    insurance: str,
) -> dict[str, Any]:
    """
    Book a reservation; no seats are taken, and a fourth one replaces the third.

    Args:
        user_id: Who books.
        origin: Code of an airport.
        destination: Code of an airport.
        flight_type: ``round_trip`` or ``one_way``.
        cabin: For all.
        flights: Number and date of each.
        passengers: All who fly.
        payment_methods: Id and amount of each.
        total_baggages: All bags.
        nonfree_baggages: Those that are paid for.
        insurance: ``yes`` or ``no``.
    """
    user = user_of(world, user_id)
    reservation_id = next((name for name in _NEW_RESERVATIONS if world.find("reservations", name) is None), _LAST)
    booked = [{**flight, **_seat(world, flight, cabin, len(passengers))} for flight in flights]
    per_passenger = sum(flight["price"] for flight in booked) + INSURANCE_FEE * (insurance == "yes")
    check_payments(user["payment_methods"], payment_methods, per_passenger * len(passengers) + BAG_FEE * nonfree_baggages)
    reservation = {
        "reservation_id": reservation_id,
        "user_id": user_id,
        "origin": origin,
        "destination": destination,
        "flight_type": flight_type,
        "cabin": cabin,
        "flights": booked,
        "passengers": passengers,
        "payment_history": payment_methods,
        "created_at": NOW,
        "total_baggages": total_baggages,
        "nonfree_baggages": nonfree_baggages,
        "insurance": insurance,
        "status": None,
    }
    methods = after_paying(user["payment_methods"], payment_methods)
    world.update("users", user_id, payment_methods=methods, reservations=[*user["reservations"], reservation_id])
    if world.find("reservations", reservation_id) is None:
        world.insert("reservations", reservation_id, reservation)
    else:
        world.update("reservations", reservation_id, **reservation)
    return reservation


@tool(writes=True)
def update_reservation_flights(
    world: Transaction, reservation_id: str, cabin: str, flights: list[dict[str, Any]], payment_id: str
) -> dict[str, Any]:
    """
    Give a reservation other flights; its cabin stays what it was, whatever is paid for.

    Args:
        reservation_id: Six letters and digits.
        cabin: What the flights are priced for.
        flights: Number and date of each.
        payment_id: Pays or receives the difference.
    """
    reservation = reservation_of(world, reservation_id)
    people = len(reservation["passengers"])
    kept = {(old["flight_number"], old["date"]): old for old in reversed(reservation["flights"])} if cabin == reservation["cabin"] else {}
    new = []
    for flight in flights:
        old = kept.get((flight["flight_number"], flight["date"]))
        new.append({**flight, **({"price": old["price"], **_ends(old)} if old else _seat(world, flight, cabin, people))})
    price = people * (sum(flight["price"] for flight in new) - sum(flight["price"] for flight in reservation["flights"]))
    history = charged(world, reservation, payment_id, price)
    world.update("reservations", reservation_id, flights=new, payment_history=history)
    return dict(reservation_of(world, reservation_id))


@tool(writes=True)
def update_reservation_passengers(world: Transaction, reservation_id: str, passengers: list[dict[str, Any]]) -> dict[str, Any]:
    """
    Change who flies.

    Args:
        reservation_id: Six letters and digits.
        passengers: As many as before, as they are given.
    """
    if len(passengers) != len(reservation_of(world, reservation_id)["passengers"]):
        raise Refusal("passengers-fixed", "Number of passengers does not match")
    world.update("reservations", reservation_id, passengers=passengers)
    return dict(reservation_of(world, reservation_id))


def _seat(world: Transaction, flight: dict[str, Any], cabin: str, people: int) -> dict[str, Any]:
    """Price and ends of a flight on its day; a refusal where there are not that many seats."""
    number, date = flight["flight_number"], flight["date"]
    route, departure = flight_of(world, number), departure_of(world, number, date)
    if departure["status"] != "available":
        raise Refusal("not-available", f"Flight {number} not available on date {date}")
    if departure["available_seats"][cabin] < people:
        raise Refusal("no-seats", f"Not enough seats on flight {number}")
    return {"price": departure["prices"][cabin], **_ends(route)}


def _ends(flight: Any) -> dict[str, Any]:
    return {"origin": flight["origin"], "destination": flight["destination"]}


def _without_date(value: Any) -> Any:
    return {field: item for field, item in value.items() if field != "date"}


def tables(content: dict[str, Any]) -> Tables:
    """Flights apart from their departures, and users with their ids."""
    db = content["agent"]
    users = {key: {"user_id": key, **row} for key, row in db["users"].items()}
    return convert.tables({"agent": {**db, "users": users}})


def shown(value: Any) -> Any:
    """A row as this benchmark shows it: no user's id, and no status of a reservation that has none."""
    if not isinstance(value, dict):
        return value
    if "saved_passengers" in value:
        return {field: item for field, item in value.items() if field != "user_id"}
    return {field: item for field, item in value.items() if field != "status" or item is not None}


def document(world: World) -> dict[str, Any]:
    """A world as transcripts of this benchmark write it."""
    return {"agent": {table: {key: shown(row) for key, row in rows.items()} for table, rows in convert.document(world)["agent"].items()}}


def _said(reason: str) -> str:
    named = _NAMED.match(reason)
    return lowered(f"{named[1]} not found" if named else reason)


_OWN = (
    think,
    get_reservation_details,
    list_all_airports,
    search_direct_flight,
    search_onestop_flight,
    book_reservation,
    update_reservation_flights,
    update_reservation_passengers,
)
TAU1 = Dialect(toolset=spoken((*TOOLS, *_OWN), shown, _said), schema=unchecked(SCHEMA), tables=tables, document=document, unknown=UNKNOWN)
