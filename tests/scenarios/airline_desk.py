"""An airline of a few rows, and short ways to call its tools."""

from pathlib import Path
from typing import Any

from domain.conversation import Conversation
from domain.outcome import Environment, outcome
from domain.policy import Memory, Policy
from domain.tools import Toolset
from domain.world import Base, World
from events.base import Event
from events.tools import ToolCalled
from scenarios.airline.tables import SCHEMA
from scenarios.airline.tools import TOOLS

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "tau2" / "airline"
"""Somebody else's data, where there is any."""

MIRA = {"first_name": "Mira", "last_name": "Holt", "dob": "1990-04-05"}
OMAR = {"first_name": "Omar", "last_name": "Becker", "dob": "1980-01-02"}
_ADDRESS = {"address1": "12 Alder Way", "address2": "Suite 204", "city": "Madison", "country": "USA", "state": "WI", "zip": "53703"}
_ROUTES = {
    "KTW101": ("ALD", "BRM", "08:00:00", "10:00:00"),
    "KTW102": ("ALD", "BRM", "22:30:00", "00:30:00+1"),
    "KTW103": ("BRM", "ALD", "12:00:00", "14:00:00"),
    "KTW104": ("BRM", "CAL", "11:00:00", "12:00:00"),
    "KTW105": ("BRM", "CAL", "09:00:00", "10:00:00"),
}
_STATUSES = {
    ("KTW101", "2024-05-14"): "landed",
    ("KTW101", "2024-05-15"): "delayed",
    ("KTW103", "2024-05-21"): "cancelled",
}


def _departure(number: str, date: str) -> dict[str, Any]:
    about = {"departure_id": f"{number}/{date}", "flight_number": number, "date": date}
    status = _STATUSES.get((number, date), "available")
    if status != "available":
        return {**about, "status": status}
    seats, prices = {"basic_economy": 1, "economy": 5, "business": 3}, {"basic_economy": 60, "economy": 100, "business": 300}
    return {**about, "status": status, "available_seats": seats, "prices": prices}


def booked(number: str, date: str, price: int = 90) -> dict[str, Any]:
    """A flight as a reservation has it."""
    return {"flight_number": number, "origin": _ROUTES[number][0], "destination": _ROUTES[number][1], "date": date, "price": price}


def _reservation(name: str, cabin: str, *flights: dict[str, Any], **more: Any) -> dict[str, Any]:
    round_trip = len(flights) > 1 and flights[-1]["destination"] == flights[0]["origin"]
    return {
        "reservation_id": name,
        "user_id": "mira_holt_2041",
        "origin": flights[0]["origin"],
        "destination": flights[0]["destination"] if round_trip else flights[-1]["destination"],
        "flight_type": "round_trip" if round_trip else "one_way",
        "cabin": cabin,
        "flights": list(flights),
        "passengers": [MIRA, OMAR],
        "payment_history": [{"payment_id": "gift_card_1", "amount": 180 * len(flights)}],
        "created_at": "2024-05-01T10:00:00",
        "total_baggages": 1,
        "nonfree_baggages": 0,
        "insurance": "no",
        "status": None,
        **more,
    }


def _user(user_id: str, person: dict[str, str], membership: str, methods: list[dict[str, Any]], *reservations: str) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "name": {"first_name": person["first_name"], "last_name": person["last_name"]},
        "address": _ADDRESS,
        "email": f"{person['first_name']}@example.com".lower(),
        "dob": person["dob"],
        "payment_methods": {method["id"]: method for method in methods},
        "saved_passengers": [OMAR],
        "membership": membership,
        "reservations": list(reservations),
    }


RESERVATIONS = {
    "1ECONO": _reservation("1ECONO", "economy", booked("KTW101", "2024-05-20")),
    "2BASIC": _reservation("2BASIC", "basic_economy", booked("KTW101", "2024-05-20", 50)),
    "3ROUND": _reservation("3ROUND", "economy", booked("KTW101", "2024-05-20"), booked("KTW103", "2024-05-21")),
    "4FLOWN": _reservation("4FLOWN", "business", booked("KTW101", "2024-05-14"), booked("KTW103", "2024-05-22")),
    "5DELAY": _reservation("5DELAY", "business", booked("KTW101", "2024-05-15")),
    "6OMARS": _reservation("6OMARS", "economy", booked("KTW101", "2024-05-20"), user_id="omar_becker_7", payment_history=[]),
}


def desk() -> World:
    """Two users; mira, a silver member, has five reservations, omar one."""
    mira = [
        {"source": "gift_card", "id": "gift_card_1", "amount": 200.0},
        {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "1111"},
        {"source": "certificate", "id": "certificate_1", "amount": 150.0},
        {"source": "certificate", "id": "certificate_2", "amount": 50.0},
    ]
    mine = [name for name, row in RESERVATIONS.items() if row["user_id"] == "mira_holt_2041"]
    dates = ("2024-05-14", "2024-05-15", "2024-05-20", "2024-05-21", "2024-05-22")
    fields = ("origin", "destination", "scheduled_departure_time_est", "scheduled_arrival_time_est")
    tables = {
        "airports": {
            code: {"iata": code, "city": city} for code, city in (("ALD", "Alderport"), ("BRM", "Brackmere"), ("CAL", "Calderwick"))
        },
        "flights": {number: {"flight_number": number, **dict(zip(fields, ends, strict=True))} for number, ends in _ROUTES.items()},
        "departures": {f"{number}/{date}": _departure(number, date) for number in _ROUTES for date in dates},
        "users": {
            "mira_holt_2041": _user("mira_holt_2041", MIRA, "silver", mira, *mine),
            "omar_becker_7": _user("omar_becker_7", OMAR, "regular", [], "6OMARS"),
        },
        "reservations": RESERVATIONS,
    }
    return World(Base(tables, SCHEMA.sets))


def call(world: World, tool: str, **arguments: Any) -> Event:
    """How a call of a tool comes out, with no policy in its way."""
    called = ToolCalled(agent="assistant", call_id="c1", tool=tool, arguments=arguments)
    return outcome(Conversation(world), called, Environment.of(Toolset(TOOLS), Policy("", ()), SCHEMA), Memory())
