"""What the airline's world looks like: airports, flights, their departures day by day, users and reservations."""

from collections.abc import Mapping
from typing import Any

from domain.schema import Invariant, Schema, Table
from domain.values import FrozenDict
from domain.world import World

CABINS = ("basic_economy", "economy", "business")
STATUSES = ("available", "on time", "delayed", "flying", "landed", "cancelled")

_TEXT: Mapping[str, Any] = {"type": "string"}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": _TEXT}
_WHOLE: Mapping[str, Any] = {"type": "integer"}
_AMOUNT: Mapping[str, Any] = {"type": "number"}
_SEATS: Mapping[str, Any] = {"type": "integer", "minimum": 0}


def _object(optional: tuple[str, ...] = (), /, **fields: Mapping[str, Any]) -> Mapping[str, Any]:
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _list(**fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "array", "items": _object(**fields)}


_TIMES = ("actual_departure_time_est", "actual_arrival_time_est", "estimated_departure_time_est", "estimated_arrival_time_est")
_PERSON = dict.fromkeys(("first_name", "last_name", "dob"), _TEXT)
_METHOD = _object(
    ("brand", "last_four", "amount"),
    source={"enum": ["credit_card", "gift_card", "certificate"]},
    id=_TEXT,
    brand=_TEXT,
    last_four=_TEXT,
    amount=_AMOUNT,
)


def departure_id(flight_number: str, date: str) -> str:
    """Key of a flight's departure on one day, such as ``KTW101/2024-05-20``."""
    return f"{flight_number}/{date}"


def _pays_by_own_method(reservation: FrozenDict, world: World) -> bool:
    """Certificates are gone from the profile once they are spent."""
    owner = world.row("users", reservation["user_id"])
    paid = [entry["payment_id"] for entry in reservation["payment_history"]]
    return owner is None or all(name in owner["payment_methods"] or name.startswith("certificate_") for name in paid)


def _is_listed(reservation: FrozenDict, world: World) -> bool:
    owner = world.row("users", reservation["user_id"])
    return owner is None or reservation["reservation_id"] in owner["reservations"]


def _no_debts(user: FrozenDict, _world: World) -> bool:
    cards = [method for method in user["payment_methods"].values() if method["source"] == "gift_card"]
    return all(card["amount"] >= 0 for card in cards)


SCHEMA = Schema(
    tables={
        "airports": Table(key="iata", columns={"iata": _TEXT, "city": _TEXT}),
        "flights": Table(
            key="flight_number",
            columns={
                "flight_number": _TEXT,
                "origin": _TEXT,
                "destination": _TEXT,
                "scheduled_departure_time_est": _TEXT,
                "scheduled_arrival_time_est": _TEXT,
            },
            references={"origin": "airports", "destination": "airports"},
        ),
        "departures": Table(
            key="departure_id",
            columns={
                "departure_id": _TEXT,
                "flight_number": _TEXT,
                "date": _TEXT,
                "status": {"enum": list(STATUSES)},
                "available_seats": _object(**dict.fromkeys(CABINS, _SEATS)),
                "prices": _object(**dict.fromkeys(CABINS, _SEATS)),
                **dict.fromkeys(_TIMES, _TEXT),
            },
            optional=frozenset({"available_seats", "prices", *_TIMES}),
            references={"flight_number": "flights"},
        ),
        "users": Table(
            key="user_id",
            columns={
                "user_id": _TEXT,
                "name": _object(first_name=_TEXT, last_name=_TEXT),
                "address": _object(**dict.fromkeys(("address1", "address2", "city", "country", "state", "zip"), _TEXT)),
                "email": _TEXT,
                "dob": _TEXT,
                "payment_methods": {"type": "object", "additionalProperties": _METHOD},
                "saved_passengers": _list(**_PERSON),
                "membership": {"enum": ["regular", "silver", "gold"]},
                "reservations": _TEXTS,
            },
            references={"reservations[]": "reservations"},
        ),
        "reservations": Table(
            key="reservation_id",
            columns={
                "reservation_id": _TEXT,
                "user_id": _TEXT,
                "origin": _TEXT,
                "destination": _TEXT,
                "flight_type": {"enum": ["round_trip", "one_way"]},
                "cabin": {"enum": list(CABINS)},
                "flights": _list(flight_number=_TEXT, origin=_TEXT, destination=_TEXT, date=_TEXT, price=_SEATS),
                "passengers": _list(**_PERSON),
                "payment_history": _list(payment_id=_TEXT, amount=_AMOUNT),
                "created_at": _TEXT,
                "total_baggages": _WHOLE,
                "nonfree_baggages": _WHOLE,
                "insurance": {"enum": ["yes", "no"]},
                "status": {"enum": ["cancelled", None]},
            },
            references={"user_id": "users", "flights[].flight_number": "flights"},
        ),
    },
    invariants=(
        Invariant("own-payment-method", "reservations", "A reservation is paid by payment methods of its user.", _pays_by_own_method),
        Invariant("listed", "reservations", "A reservation stands in the profile of its user.", _is_listed),
        Invariant("no-debts", "users", "No gift card holds less than nothing.", _no_debts),
    ),
)
