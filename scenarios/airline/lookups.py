"""Tools that look something up, and the one that gives the conversation away."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from scenarios.airline.tables import departure_id

_NEXT_DAY = "+1"
"""Ends the scheduled arrival of a flight that lands on the day after."""


def user_of(world: Transaction, user_id: str) -> Row:
    """A user, or a refusal."""
    return _known(world.find("users", user_id), f"User {user_id} not found")


def reservation_of(world: Transaction, reservation_id: str) -> Row:
    """A reservation, or a refusal."""
    return _known(world.find("reservations", reservation_id), f"Reservation {reservation_id} not found")


def flight_of(world: Transaction, flight_number: str) -> Row:
    """A flight, or a refusal."""
    return _known(world.find("flights", flight_number), f"Flight {flight_number} not found")


def departure_of(world: Transaction, flight_number: str, date: str) -> Row:
    """A flight's departure on one day, or a refusal."""
    flight_of(world, flight_number)
    found = world.find("departures", departure_id(flight_number, date))
    return _known(found, f"Flight {flight_number} not found on date {date}")


def _known(row: Row | None, reason: str) -> Row:
    if row is None:
        raise Refusal("not-found", reason)
    return row


@tool
def get_user_details(world: Transaction, user_id: str) -> dict[str, Any]:
    """
    Look up a user's profile: name, membership, payment methods, saved passengers and reservation ids.

    Args:
        user_id: As the user gives it, e.g. ``mira_holt_2041``.
    """
    return dict(user_of(world, user_id))


@tool
def get_reservation_details(world: Transaction, reservation_id: str) -> dict[str, Any]:
    """
    Look up a reservation: flights, cabin, passengers, bags, insurance and payments.

    Args:
        reservation_id: Six letters and digits, e.g. ``4TQ82M``.
    """
    return dict(reservation_of(world, reservation_id))


@tool
def list_all_airports(world: Transaction) -> list[dict[str, str]]:
    """List all airports that the airline flies to, each with its code and its city."""
    return [dict(row) for _, row in world.rows("airports")]


@tool
def get_flight_status(world: Transaction, flight_number: str, date: str) -> str:
    """
    Look up how a flight stands on one day.

    Args:
        flight_number: E.g. ``KTW101``.
        date: Of its departure, as year, month and day, e.g. ``2024-05-20``.
    """
    return str(departure_of(world, flight_number, date)["status"])


@tool
def search_direct_flight(world: Transaction, origin: str, destination: str, date: str) -> list[dict[str, Any]]:
    """
    Search for flights without a stop that can be booked, with seats and prices per cabin.

    Args:
        origin: Code of the airport to leave from, three letters.
        destination: Code of the airport to arrive at, three letters.
        date: Of departure, as year, month and day, e.g. ``2024-05-20``.
    """
    return [{**found, "date": None} for found in bookable(world, date, origin, destination)]


@tool
def search_onestop_flight(world: Transaction, origin: str, destination: str, date: str) -> list[list[dict[str, Any]]]:
    """
    Search for pairs of flights with one stop in between that can be booked, with seats and prices per cabin.

    Args:
        origin: Code of the airport to leave from, three letters.
        destination: Code of the airport to arrive at, three letters.
        date: Of the first departure, as year, month and day, e.g. ``2024-05-20``.
    """
    found = []
    for first in bookable(world, date, origin):
        overnight = _NEXT_DAY in first["scheduled_arrival_time_est"]
        for second in bookable(world, _day_after(date) if overnight else date, first["destination"], destination):
            # times are compared as they are written, an arrival after midnight included: recordings hold us to that
            if first["scheduled_arrival_time_est"] <= second["scheduled_departure_time_est"]:
                found.append([first, second])
    return found


def bookable(world: Transaction, date: str, origin: str, destination: str | None = None) -> Iterator[dict[str, Any]]:
    """Flights from an airport that can be booked on a day, with seats and prices per cabin."""
    for number, flight in world.rows("flights"):
        if flight["origin"] != origin or destination not in (None, flight["destination"]):
            continue
        departure = world.find("departures", departure_id(number, date))
        if departure is not None and departure["status"] == "available":
            seats, prices = departure["available_seats"], departure["prices"]
            yield {**flight, "status": "available", "date": date, "available_seats": seats, "prices": prices}


def _day_after(date: str) -> str:
    return f"{datetime.fromisoformat(date) + timedelta(days=1):%Y-%m-%d}"
