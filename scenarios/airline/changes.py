"""Tools that book a reservation, change it or cancel it, and the one that sends a certificate."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import TypedDict

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from domain.values import thaw
from scenarios.airline.lookups import departure_of, flight_of, reservation_of, user_of
from scenarios.airline.terms import NOW

BAG_FEE, INSURANCE_FEE = 50, 30
"""Dollars: a bag that is not free, and a passenger's insurance."""
_NEW_RESERVATIONS = ("HATHAT", "HATHAU", "HATHAV")
_NEW_CERTIFICATES = ("certificate_3221322", "certificate_3221323", "certificate_3221324")
"""What is new gets one of three ids, in tau2-bench; recordings of it hold us to that."""

Cabin = Literal["business", "economy", "basic_economy"]


@with_config(ConfigDict(extra="allow"))
class FlightInfo(TypedDict):
    """One flight of a reservation."""

    flight_number: Annotated[str, Field(description="E.g. ``KTW101``.")]
    date: Annotated[str, Field(description="Of its departure, e.g. ``2024-05-20``.")]


@with_config(ConfigDict(extra="allow"))
class Passenger(TypedDict):
    """Somebody who flies."""

    first_name: Annotated[str, Field(description="Given name, e.g. ``Mira``.")]
    last_name: Annotated[str, Field(description="Family name, e.g. ``Holt``.")]
    dob: Annotated[str, Field(description="Date of birth, e.g. ``1990-04-05``.")]


@with_config(ConfigDict(extra="allow"))
class Payment(TypedDict):
    """A part of what is paid."""

    payment_id: Annotated[str, Field(description="Of a payment method in the user's profile.")]
    amount: Annotated[int, Field(description="Dollars.")]


@tool(writes=True)
def book_reservation(
    world: Transaction,
    user_id: str,
    origin: str,
    destination: str,
    flight_type: Literal["round_trip", "one_way"],
    cabin: Cabin,
    flights: list[FlightInfo],
    passengers: list[Passenger],
    payment_methods: list[Payment],
    total_baggages: int,
    nonfree_baggages: int,
    insurance: Literal["yes", "no"],
) -> dict[str, Any]:
    """
    Book a reservation and charge for it.

    List the details to the user and get an explicit yes first.

    Args:
        user_id: Who books, e.g. ``mira_holt_2041``.
        origin: Code of the airport to leave from, three letters.
        destination: Code of the airport to fly to, three letters.
        flight_type: Whether the flights come back to the origin.
        cabin: For all flights and passengers.
        flights: All flights, in their order; those of the way back too.
        passengers: All who fly, at most five.
        payment_methods: What is paid by which method; must come to the whole price.
        total_baggages: Checked bags, free ones included.
        nonfree_baggages: Those of them that are paid for.
        insurance: Travel insurance for all passengers.
    """
    user = user_of(world, user_id)
    reservation_id = next((name for name in _NEW_RESERVATIONS if world.find("reservations", name) is None), None)
    if reservation_id is None:
        raise Refusal("too-many", "Too many reservations")
    booked = [_seat(world, flight, cabin, len(passengers)) for flight in flights]
    per_passenger = sum(flight["price"] for flight in booked) + INSURANCE_FEE * (insurance == "yes")
    total = per_passenger * len(passengers) + BAG_FEE * nonfree_baggages
    payments = [{"payment_id": paid["payment_id"], "amount": paid["amount"]} for paid in payment_methods]
    check_payments(user["payment_methods"], payments, total)
    reservation = {
        "reservation_id": reservation_id,
        "user_id": user_id,
        "origin": origin,
        "destination": destination,
        "flight_type": flight_type,
        "cabin": cabin,
        "flights": booked,
        "passengers": _people(passengers),
        "payment_history": payments,
        "created_at": NOW,
        "total_baggages": total_baggages,
        "nonfree_baggages": nonfree_baggages,
        "insurance": insurance,
        "status": None,
    }
    for flight in booked:
        departure = departure_of(world, flight["flight_number"], flight["date"])
        seats = departure["available_seats"]
        world.update("departures", departure["departure_id"], available_seats={**seats, cabin: seats[cabin] - len(passengers)})
    methods = after_paying(user["payment_methods"], payments)
    world.update("users", user_id, payment_methods=methods, reservations=[*user["reservations"], reservation_id])
    world.insert("reservations", reservation_id, reservation)
    return reservation


@tool(writes=True)
def cancel_reservation(world: Transaction, reservation_id: str) -> dict[str, Any]:
    """
    Cancel a whole reservation; what was paid goes back the way it came, within 5 to 7 business days.

    Whether it may be cancelled is not checked here. List the details to the user and get an explicit yes first.

    Args:
        reservation_id: Six letters and digits, e.g. ``4TQ82M``.
    """
    history = reservation_of(world, reservation_id)["payment_history"]
    refunds = [{"payment_id": paid["payment_id"], "amount": -paid["amount"]} for paid in history]
    world.update("reservations", reservation_id, payment_history=[*history, *refunds], status="cancelled")
    return dict(reservation_of(world, reservation_id))


@tool(writes=True)
def update_reservation_baggages(
    world: Transaction, reservation_id: str, total_baggages: int, nonfree_baggages: int, payment_id: str
) -> dict[str, Any]:
    """
    Set how many checked bags a reservation has, and charge for those that are new and not free.

    List the details to the user and get an explicit yes first.

    Args:
        reservation_id: Six letters and digits, e.g. ``4TQ82M``.
        total_baggages: Checked bags from now on, free ones included.
        nonfree_baggages: Those of them that are paid for.
        payment_id: A gift card or credit card in the user's profile.
    """
    reservation = reservation_of(world, reservation_id)
    price = BAG_FEE * max(0, nonfree_baggages - reservation["nonfree_baggages"])
    history = charged(world, reservation, payment_id, price)
    world.update("reservations", reservation_id, payment_history=history, total_baggages=total_baggages, nonfree_baggages=nonfree_baggages)
    return dict(reservation_of(world, reservation_id))


@tool(writes=True)
def update_reservation_flights(
    world: Transaction, reservation_id: str, cabin: Cabin, flights: list[FlightInfo], payment_id: str
) -> dict[str, Any]:
    """
    Give a reservation other flights, another cabin or both, and charge or refund the difference.

    Flights that stay as they are in the same cabin keep their price. Whether the rules allow the change is not checked
    here. List the details to the user and get an explicit yes first.

    Args:
        reservation_id: Six letters and digits, e.g. ``4TQ82M``.
        cabin: For all flights, the present one where it is to stay.
        flights: All flights of the reservation, in their order; those that stay as they are too.
        payment_id: A gift card or credit card in the user's profile, which pays or receives the difference.
    """
    reservation = reservation_of(world, reservation_id)
    people = len(reservation["passengers"])
    kept = {(old["flight_number"], old["date"]): old for old in reversed(reservation["flights"])} if cabin == reservation["cabin"] else {}
    new = [kept.get((flight["flight_number"], flight["date"])) or _seat(world, flight, cabin, people) for flight in flights]
    price = people * (sum(flight["price"] for flight in new) - sum(flight["price"] for flight in reservation["flights"]))
    history = charged(world, reservation, payment_id, price)
    world.update("reservations", reservation_id, cabin=cabin, flights=new, payment_history=history)
    return dict(reservation_of(world, reservation_id))


@tool(writes=True)
def update_reservation_passengers(world: Transaction, reservation_id: str, passengers: list[Passenger]) -> dict[str, Any]:
    """
    Change who flies or how a name is written; as many passengers as before.

    List the details to the user and get an explicit yes first.

    Args:
        reservation_id: Six letters and digits, e.g. ``4TQ82M``.
        passengers: All passengers, those who stay as they are too.
    """
    if len(passengers) != len(reservation_of(world, reservation_id)["passengers"]):
        raise Refusal("passengers-fixed", "Number of passengers does not match")
    world.update("reservations", reservation_id, passengers=_people(passengers))
    return dict(reservation_of(world, reservation_id))


@tool(writes=True)
def send_certificate(world: Transaction, user_id: str, amount: int) -> str:
    """
    Send a user a travel certificate. Use it with care: it is as good as money.

    Args:
        user_id: Who gets it, e.g. ``mira_holt_2041``.
        amount: Dollars.
    """
    methods = user_of(world, user_id)["payment_methods"]
    name = next((name for name in _NEW_CERTIFICATES if name not in methods), None)
    if name is None:
        raise Refusal("too-many", "Too many certificates")
    world.update("users", user_id, payment_methods={**methods, name: {"source": "certificate", "id": name, "amount": amount}})
    return f"Certificate {name} added to user {user_id} with amount {amount}."


def _seat(world: Transaction, flight: FlightInfo, cabin: str, people: int) -> dict[str, Any]:
    """A flight as a reservation has it, at today's price; a refusal where there are not that many seats."""
    number, date = flight["flight_number"], flight["date"]
    departure, route = departure_of(world, number, date), flight_of(world, number)
    if departure["status"] != "available":
        raise Refusal("not-available", f"Flight {number} not available on date {date}")
    if departure["available_seats"][cabin] < people:
        raise Refusal("no-seats", f"Not enough seats on flight {number}")
    about = {"flight_number": number, "origin": route["origin"], "destination": route["destination"]}
    return {**about, "date": date, "price": departure["prices"][cabin]}


def _people(passengers: Sequence[Passenger]) -> list[dict[str, str]]:
    return [{"first_name": one["first_name"], "last_name": one["last_name"], "dob": one["dob"]} for one in passengers]


def check_payments(methods: dict[str, dict[str, Any]], payments: Sequence[dict[str, Any]], total: int) -> None:
    """Refuse what cannot be paid so: an unknown method, one with too little on it, a wrong total."""
    for paid in payments:
        name = paid["payment_id"]
        if name not in methods:
            raise Refusal("not-found", f"Payment method {name} not found")
        if methods[name]["source"] != "credit_card" and methods[name]["amount"] < paid["amount"]:
            raise Refusal("insufficient-balance", f"Not enough balance in payment method {name}")
    paid_in_all = sum(paid["amount"] for paid in payments)
    if paid_in_all != total:
        raise Refusal("wrong-total", f"Payment amount does not add up, total price is {total}, but paid {paid_in_all}")


def after_paying(methods: dict[str, dict[str, Any]], payments: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The payment methods with less on the gift cards, and without the certificates that were used."""
    left: dict[str, dict[str, Any]] = thaw(methods)
    for paid in payments:
        method = left.get(paid["payment_id"], {})
        if method.get("source") == "gift_card":
            method["amount"] -= paid["amount"]
        elif method.get("source") == "certificate":
            del left[paid["payment_id"]]
    return left


def charged(world: Transaction, reservation: Row, payment_id: str, price: int) -> list[dict[str, Any]]:
    """The payment history after a change that costs so much, or brings it back where it is negative."""
    methods = user_of(world, reservation["user_id"])["payment_methods"]
    if payment_id not in methods:
        raise Refusal("not-found", "Payment method not found")
    method = methods[payment_id]
    if method["source"] == "certificate":
        raise Refusal("certificate", "Certificate cannot be used to update reservation")
    if method["source"] == "gift_card":
        if method["amount"] < price:
            raise Refusal("insufficient-balance", "Gift card balance is not enough")
        paid = {**methods, payment_id: {**method, "amount": method["amount"] - price}}
        world.update("users", reservation["user_id"], payment_methods=paid)
    history = list(reservation["payment_history"])
    return [*history, {"payment_id": payment_id, "amount": price}] if price else history
