"""Scripts about flights: how one stands, other flights or another cabin for a reservation, and booking a new one."""

from collections.abc import Mapping
from typing import Any, NoReturn

from domain.skill import LookupRefused, Script
from scenarios.airline import choice, terms, words
from scenarios.airline.changes import BAG_FEE, INSURANCE_FEE
from scenarios.airline.scripts.shared import about, find_payment, find_reservation, find_route, profile, refuse_flown, say_difference


def flight_status(s: Script) -> NoReturn:
    """Say how a flight stands on a day."""
    number, date = s.need("flight_number"), s.need("date")
    values = {"flight_number": number, "date": words.say_day(date)}
    try:
        status = s.look("get_flight_status", flight_number=number, date=date)
    except LookupRefused:
        s.decline("flight_status.not_found", **values)
    s.tell("flight_status.told", **values, status=status)


def _search(s: Script, origin: str, destination: str, date: str, cabin: str, people: int) -> list[choice.Option]:
    """What can be booked; flights with a stop are looked for only where none goes without."""
    route = {"origin": origin, "destination": destination, "date": date}
    direct = s.look("search_direct_flight", **route)
    found = choice.options_of(direct, [], date, cabin, people)
    return found or choice.options_of([], s.look("search_onestop_flight", **route), date, cabin, people)


def _pick(s: Script, options: list[choice.Option], cabin: str) -> choice.Option:
    """The option that the user prefers; only where there are several are they asked."""
    if len(options) == 1:
        return options[0]
    listed = [f"{words.say_flights(option)} at {words.money(choice.price_of(option, cabin))}" for option in options[:4]]
    return choice.choose(options, s.need("preference", options="; ".join(listed)), cabin)


def change_flights(s: Script) -> NoReturn:
    """Fly on another day."""
    reservation = find_reservation(s)
    cabin, people = reservation["cabin"], len(reservation["passengers"])
    if cabin == "basic_economy":
        s.decline("change_flights.basic", **about(reservation))
    refuse_flown(s, reservation)
    legs = terms.legs(reservation)
    place = 0 if len(legs) == 1 or s.need("leg", flights=words.say_flights(reservation["flights"])) == "there" else 1
    old, date = legs[place], s.need("date")
    values = {"reservation_id": reservation["reservation_id"], "old": words.say_flights(old), "date": words.say_day(date)}
    if len(legs) > 1 and not (date <= legs[1][0]["date"] if place == 0 else legs[0][-1]["date"] <= date):
        s.decline("change_flights.order", **values)
    options = _search(s, old[0]["origin"], old[-1]["destination"], date, cabin, people)
    if not options:
        s.decline("change_flights.none", **values, cabin=words.say_cabin(cabin))
    new = _pick(s, options, cabin)
    wanted: list[Mapping[str, Any]] = [flight for number, leg in enumerate(legs) for flight in (new if number == place else leg)]
    price = people * (choice.price_of(new, cabin) - sum(flight["price"] for flight in old))
    method = find_payment(s, price)
    values |= {"new": words.say_flights(new), "difference": say_difference(price)}
    values |= {"method": words.name_payment(method, profile(s)["payment_methods"])}
    s.confirm("change_flights.confirm", **values)
    s.act(
        "update_reservation_flights",
        reservation_id=reservation["reservation_id"],
        cabin=cabin,
        flights=choice.numbers(wanted),
        payment_id=method,
    )
    s.tell("change_flights.done", **values)


def change_cabin(s: Script) -> NoReturn:
    """Fly in another cabin."""
    reservation = find_reservation(s)
    refuse_flown(s, reservation)
    cabin, people = s.need("cabin"), len(reservation["passengers"])
    values = {**about(reservation), "new": words.say_cabin(cabin)}
    if cabin == reservation["cabin"]:
        s.decline("change_cabin.same", **values)
    total = 0
    for flight in reservation["flights"]:
        found = s.look("search_direct_flight", origin=flight["origin"], destination=flight["destination"], date=flight["date"])
        fitting = [
            other for other in found if other["flight_number"] == flight["flight_number"] and choice.has_seats([other], cabin, people)
        ]
        if not fitting:
            s.decline("change_cabin.none", **values, flight=words.say_flight(flight))
        total += people * (fitting[0]["prices"][cabin] - flight["price"])
    method = find_payment(s, total)
    values |= {"difference": say_difference(total), "method": words.name_payment(method, profile(s)["payment_methods"])}
    s.confirm("change_cabin.confirm", **values)
    s.act(
        "update_reservation_flights",
        reservation_id=reservation["reservation_id"],
        cabin=cabin,
        flights=choice.numbers(reservation["flights"]),
        payment_id=method,
    )
    s.tell("change_cabin.done", **values)


def book_flight(s: Script) -> NoReturn:
    """Book a new reservation, from the type of trip to the payment."""
    user = profile(s)
    trip, (origin, destination) = s.need("trip"), find_route(s)
    date = s.need("date")
    back = s.need("return_date") if trip == "round_trip" else None
    cabin, persons = s.need("cabin"), _passengers(s, user)
    flights = _flights(s, origin, destination, date, cabin, len(persons))
    if back is not None:
        flights = [*flights, *_flights(s, destination, origin, back, cabin, len(persons))]
    bags, insurance = s.need("bags"), s.need("insurance")
    extra = terms.extra_bags(bags, user["membership"], cabin, len(persons))
    each = choice.price_of(flights, cabin) + (INSURANCE_FEE if insurance == "yes" else 0)
    total = each * len(persons) + BAG_FEE * extra
    payments = _payments(s, total, user["payment_methods"])
    values = {
        "flights": words.say_flights(flights),
        "cabin": words.say_cabin(cabin),
        "people": words.people(persons),
        "bags": words.plural(bags, "checked bag"),
        "insured": "with insurance" if insurance == "yes" else "without insurance",
        "total": words.money(total),
        "payments": words.join(
            [
                f"{words.money(paid['amount'])} from your {words.name_payment(paid['payment_id'], user['payment_methods'])}"
                for paid in payments
            ]
        ),
    }
    s.confirm("book_flight.confirm", **values)
    booked = s.act(
        "book_reservation",
        user_id=s.user,
        origin=origin,
        destination=destination,
        flight_type=trip,
        cabin=cabin,
        flights=choice.numbers(flights),
        passengers=persons,
        payment_methods=payments,
        total_baggages=bags,
        nonfree_baggages=extra,
        insurance=insurance,
    )
    s.tell("book_flight.done", **values, reservation_id=booked["reservation_id"])


def _passengers(s: Script, user: Mapping[str, Any]) -> list[dict[str, str]]:
    persons = words.read_people(s.need("passengers"), user)
    if not persons:
        s.ask_again("passengers", "passengers.unclear")
    if len(persons) > terms.MOST_PASSENGERS:
        s.decline("book_flight.too_many_people")
    return persons


def _flights(s: Script, origin: str, destination: str, date: str, cabin: str, people: int) -> choice.Option:
    options = _search(s, origin, destination, date, cabin, people)
    if not options:
        s.decline("book_flight.none", origin=origin, destination=destination, date=words.say_day(date), cabin=words.say_cabin(cabin))
    return _pick(s, options, cabin)


def _payments(s: Script, total: int, methods: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What each payment method pays, in the order in which the user names them."""
    named = s.need("payments", total=words.money(total))
    try:
        picked = words.pick_payments(named, methods)
    except words.Unclear as unclear:
        s.ask_again("payments", "payments.which", methods=unclear.candidates)
    if not picked:
        s.ask_again("payments", "payments.not_found", methods=words.name_payments(methods))
    for source, most in terms.MOST_PAYMENTS.items():
        if sum(methods[name]["source"] == source for name in picked) > most:
            s.decline("book_flight.too_many_payments", most=words.plural(most, source.replace("_", " ")))
    shares = words.share_out(total, picked, methods)
    if shares is None:
        s.decline("book_flight.short", total=words.money(total))
    return shares
