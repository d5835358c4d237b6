"""What several scripts need: the user's profile, the reservation that it is about, how its flights stand, who pays."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from domain.skill import LookupRefused, Script
from scenarios.airline import words
from scenarios.airline.terms import FLOWN

Row = Mapping[str, Any]


def profile(s: Script) -> Row:
    """The user's profile as it stands."""
    found: Row = s.look("get_user_details", user_id=s.user)
    return found


def find_reservation(s: Script, *, standing: bool = True) -> Row:
    """The reservation that the request is about; where its id is unknown, the only one that goes where the user says.

    Args:
        standing: Whether the request makes no sense for a cancelled one.
    """
    if s.unknown("reservation_id") and not s.has("reservation_id"):
        reservation = _by_route(s)
    else:
        name = s.need("reservation_id")
        try:
            reservation = s.look("get_reservation_details", reservation_id=name)
        except LookupRefused as refused:
            if refused.code.startswith("policy:"):
                s.decline("reservation.not_yours", reservation_id=name)
            s.ask_again("reservation_id", "reservation.not_found", wrong=name)
    if standing and reservation["status"] == "cancelled":
        s.decline("reservation.cancelled", reservation_id=reservation["reservation_id"])
    return reservation


def _by_route(s: Script) -> Row:
    origin, destination = find_route(s)
    mine = [s.look("get_reservation_details", reservation_id=name) for name in profile(s)["reservations"]]
    fitting = [row for row in mine if (row["origin"], row["destination"], row["status"]) == (origin, destination, None)]
    if len(fitting) != 1:
        s.decline("reservation.which", reservations=[row["reservation_id"] for row in fitting or mine])
    found: Row = fitting[0]
    return found


def find_route(s: Script) -> tuple[str, str]:
    """Codes of the airports between which the user wants to fly."""
    origin, _, destination = s.need("route").partition(" to ")
    airports = s.look("list_all_airports")
    ends = words.find_airport(origin, airports), words.find_airport(destination, airports)
    if ends[0] is None or ends[1] is None:
        s.ask_again("route", "route.not_found", cities=[airport["city"] for airport in airports])
    return ends[0], ends[1]


def statuses(s: Script, reservation: Row) -> list[str]:
    """How each flight of a reservation stands."""
    return [s.look("get_flight_status", flight_number=flight["flight_number"], date=flight["date"]) for flight in reservation["flights"]]


def refuse_flown(s: Script, reservation: Row) -> list[str]:
    """How its flights stand; the conversation goes to a person where one of them has been flown."""
    found = statuses(s, reservation)
    if any(status in FLOWN for status in found):
        transfer(s, "reservation.flown", reservation_id=reservation["reservation_id"])
    return found


def transfer(s: Script, phrase: str, **values: Any) -> NoReturn:
    """Give the conversation to a person, with a summary."""
    s.look("transfer_to_human_agents", summary=f"User {s.user} needs help that goes beyond the desk: {s.said[:300].strip()}")
    s.hand_over(phrase, **values)


def hand_over(s: Script) -> NoReturn:
    """Give the conversation to a person because the user asks for one."""
    transfer(s, "hand_over.done")


def find_payment(s: Script, amount: int) -> str:
    """Id of the gift card or credit card that pays or receives a difference, as the user names it."""
    methods = profile(s)["payment_methods"]
    named = s.need("payment", amount=words.money(amount))
    try:
        picked = words.pick_payment(named, methods)
    except words.Unclear as unclear:
        s.ask_again("payment", "payment.which", methods=unclear.candidates)
    if picked is None:
        s.ask_again("payment", "payment.not_found", wrong=named, methods=words.name_payments(methods))
    if methods[picked]["source"] == "certificate":
        s.decline("payment.certificate", method=words.name_payment(picked, methods))
    if methods[picked]["source"] == "gift_card" and methods[picked]["amount"] < amount:
        s.decline("payment.short", balance=words.money(methods[picked]["amount"]), amount=words.money(amount))
    return picked


def any_payment(reservation: Row, methods: Mapping[str, Row]) -> str | None:
    """Where nothing is to be paid: the card that paid before, else the first one."""
    paid = [entry["payment_id"] for entry in reservation["payment_history"]]
    return next((name for name in [*paid, *methods] if name in methods and methods[name]["source"] != "certificate"), None)


def say_difference(amount: int) -> str:
    """What a change costs or brings back."""
    if amount == 0:
        return "nothing to pay"
    return f"an extra charge of {words.money(amount)}" if amount > 0 else f"a refund of {words.money(amount)}"


def about(reservation: Row, flights: Sequence[Row] | None = None) -> dict[str, Any]:
    """Values by which phrases speak of a reservation."""
    return {
        "reservation_id": reservation["reservation_id"],
        "flights": words.say_flights(flights if flights is not None else reservation["flights"]),
        "cabin": words.say_cabin(reservation["cabin"]),
        "people": words.people(reservation["passengers"]),
    }
