"""Wishes about flights: how one stands, other flights or another cabin for a reservation, and a new booking."""

import datetime
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from scenarios.airline import choice, terms, words
from scenarios.airline.changes import BAG_FEE, INSURANCE_FEE
from scenarios.airline.tables import CABINS
from scenarios.airline.wishes.caller import Caller, Row, Wish, denied, single
from scenarios.airline.world import draw_person

_LAST_DAY = "2024-06-01"


def status(c: Caller) -> Wish:
    """Ask how a flight stands, most often one of today."""
    rows = [row for _, row in c.world.rows("departures")]
    today = [row for row in rows if row["date"] == terms.NOW[:10]]
    row = c.rng.choice(today if c.rng.random() < 0.7 else rows)
    known = {"flight_number": row["flight_number"], "date": words.say_day(row["date"])}
    sentence = f"You want to know how flight {known['flight_number']} on {known['date']} stands."
    return single("flight_status", known, sentence, None, [row["status"]])


def change_day(c: Caller) -> Wish | None:
    """Fly on another day, there or back."""
    reservation = c.take(lambda row: row["cabin"] != "basic_economy" and not c.flown(row))
    if reservation is None:
        return None
    legs = terms.legs(reservation)
    place = c.rng.randrange(len(legs))
    old, cabin, people = legs[place], reservation["cabin"], len(reservation["passengers"])
    date = _other_day(c, legs, place)
    options = c.search(old[0]["origin"], old[-1]["destination"], date, cabin, people) if date else []
    if date is None or not options:
        return None
    preference = c.rng.choice(choice.PREFERENCES)
    new = choice.choose(options, preference, cabin)
    price = people * (choice.price_of(new, cabin) - sum(flight["price"] for flight in old))
    method = c.payer(price)
    if method is None:
        return None
    name = reservation["reservation_id"]
    known = {**c.known(reservation), "date": words.say_day(date), "preference": f"the {preference} one", "payment": c.name(method)}
    if len(legs) > 1:
        known["leg"] = ("outbound flight", "return flight")[place]
    flights = choice.numbers([flight for number, leg in enumerate(legs) for flight in (new if number == place else leg)])
    action = c.act("update_reservation_flights", reservation_id=name, cabin=cabin, flights=flights, payment_id=method)
    sentence = f"You want to fly {words.say_flights(old)} on {known['date']} instead ({known['preference']}, reservation {name})."
    return single("change_flights", known, sentence, action, [new[0]["flight_number"], *([words.money(price)] if price else [])])


def _other_day(c: Caller, legs: Sequence[Sequence[Row]], place: int) -> str | None:
    first = (
        datetime.date.fromisoformat(terms.NOW[:10]) + timedelta(days=1) if place == 0 else datetime.date.fromisoformat(legs[0][-1]["date"])
    )
    last = datetime.date.fromisoformat(legs[1][0]["date"] if place == 0 and len(legs) > 1 else _LAST_DAY)
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    others = [day for day in days if day > terms.NOW[:10] and day != legs[place][0]["date"]]
    return c.rng.choice(others) if others else None


def change_basic(c: Caller) -> Wish | None:
    """Fly on another day with a basic economy reservation."""
    reservation = c.take(lambda row: row["cabin"] == "basic_economy" and not c.flown(row))
    if reservation is None:
        return None
    date = datetime.date.fromisoformat(reservation["flights"][0]["date"]) + timedelta(days=1)
    known = {**c.known(reservation), "date": words.say_day(date.isoformat()), "preference": "the cheapest one"}
    return denied("change_flights", known, f"You want to fly reservation {reservation['reservation_id']} a day later.")


def _cabin_change(c: Caller) -> tuple[Row, str, int] | None:
    """A reservation, a cabin that it can have, and what that costs."""
    reservation = c.take(lambda row: set(c.statuses(row)) == {"available"})
    if reservation is None:
        return None
    people = len(reservation["passengers"])
    cabin = c.rng.choice([name for name in CABINS if name != reservation["cabin"]])
    price = 0
    for flight in reservation["flights"]:
        options = c.search(flight["origin"], flight["destination"], flight["date"], cabin, people)
        same = [option[0] for option in options if option[0]["flight_number"] == flight["flight_number"]]
        if not same:
            return None
        price += people * (same[0]["prices"][cabin] - flight["price"])
    return reservation, cabin, price


def change_cabin(c: Caller) -> Wish | None:
    """Fly in another cabin."""
    found = _cabin_change(c)
    method = c.payer(found[2]) if found else None
    if found is None or method is None:
        return None
    reservation, cabin, price = found
    name = reservation["reservation_id"]
    known = {**c.known(reservation), "cabin": words.say_cabin(cabin), "payment": c.name(method)}
    flights = choice.numbers(reservation["flights"])
    action = c.act("update_reservation_flights", reservation_id=name, cabin=cabin, flights=flights, payment_id=method)
    sentence = f"You want to fly reservation {name} in {known['cabin']}, paid by or given back to your {known['payment']}."
    return single("change_cabin", known, sentence, action, [known["cabin"], *([words.money(price)] if price else [])])


def cabin_by_certificate(c: Caller) -> Wish | None:
    """Pay a change with a certificate."""
    certificates = [name for name, method in c.methods.items() if method["source"] == "certificate"]
    found = _cabin_change(c) if certificates else None
    if found is None:
        return None
    reservation, cabin, _ = found
    known = {**c.known(reservation), "cabin": words.say_cabin(cabin), "payment": c.name(c.rng.choice(certificates))}
    return denied("change_cabin", known, f"You want reservation {reservation['reservation_id']} in {known['cabin']}, by certificate.")


def _trip(c: Caller) -> dict[str, Any] | None:
    """Flights that somebody may want to book, with who flies; None where there are none for them."""
    route = c.rng.choice([(row["origin"], row["destination"]) for _, row in c.world.rows("flights")])
    cabin, preference = c.rng.choice(CABINS), c.rng.choice(choice.PREFERENCES)
    me = {**c.user["name"], "dob": c.user["dob"]}
    persons = c.rng.choice(([me], [me], [me, *c.user["saved_passengers"]], [me, draw_person(c.rng)], [draw_person(c.rng)]))
    first = datetime.date.fromisoformat(terms.NOW[:10]) + timedelta(days=c.rng.randint(1, 12))
    dates = [first.isoformat()]
    if c.rng.random() < 0.5:
        dates.append((first + timedelta(days=c.rng.randint(1, 5))).isoformat())
    flights: choice.Option = []
    for date, ends in zip(dates, (route, route[::-1]), strict=False):
        options = c.search(*ends, date, cabin, len(persons))
        if not options:
            return None
        flights = [*flights, *choice.choose(options, preference, cabin)]
    people = [dict(person) for person in persons]
    return {"route": route, "cabin": cabin, "preference": preference, "persons": people, "dates": dates, "flights": flights}


def _booking(c: Caller, trip: dict[str, Any], payments: str, bags: int, insurance: str) -> dict[str, str]:
    """What the user knows of a booking."""
    known = {
        "route": c.say_route(*trip["route"]),
        "trip": "round trip" if len(trip["dates"]) > 1 else "one way",
        "date": words.say_day(trip["dates"][0]),
        "cabin": words.say_cabin(trip["cabin"]),
        "passengers": words.say_people(trip["persons"], c.user),
        "preference": f"the {trip['preference']} one",
        "bags": words.plural(bags, "checked bag") if bags else "no checked bags",
        "insurance": "with insurance" if insurance == "yes" else "without insurance",
        "payments": payments,
    }
    return known | ({"return_date": words.say_day(trip["dates"][1])} if len(trip["dates"]) > 1 else {})


def book(c: Caller) -> Wish | None:
    """Book something new."""
    trip = _trip(c)
    if trip is None:
        return None
    people, bags, insurance = len(trip["persons"]), c.rng.choice((0, 1, 1, 2)), c.rng.choice(("yes", "no"))
    extra = terms.extra_bags(bags, c.user["membership"], trip["cabin"], people)
    insured = INSURANCE_FEE if insurance == "yes" else 0
    total = people * (choice.price_of(trip["flights"], trip["cabin"]) + insured) + BAG_FEE * extra
    picked = _purse(c)
    shares = words.share_out(total, picked, c.methods)
    if shares is None:
        return None
    known = _booking(c, trip, words.join([c.name(name) for name in picked]), bags, insurance)
    action = c.act(
        "book_reservation",
        user_id=c.user_id,
        origin=trip["route"][0],
        destination=trip["route"][1],
        flight_type="round_trip" if len(trip["dates"]) > 1 else "one_way",
        cabin=trip["cabin"],
        flights=choice.numbers(trip["flights"]),
        passengers=trip["persons"],
        payment_methods=shares,
        total_baggages=bags,
        nonfree_baggages=extra,
        insurance=insurance,
    )
    return single("book_flight", known, f"You want to book a flight: {_listed(known)}.", action, [words.money(total)])


def _purse(c: Caller) -> list[str]:
    """Payment methods in the order in which they pay: a certificate, gift cards, a credit card, or some of these."""
    certificates, gifts, cards = (
        [name for name, method in c.methods.items() if method["source"] == source] for source in ("certificate", "gift_card", "credit_card")
    )
    picked = certificates[:1] if c.rng.random() < 0.5 else []
    picked += gifts[: c.rng.randint(0, 2)]
    return [*picked, c.rng.choice(cards)] if cards else picked


def book_with_two_certificates(c: Caller) -> Wish | None:
    """Pay a booking with more certificates than may be used."""
    certificates = [name for name, method in c.methods.items() if method["source"] == "certificate"]
    trip = _trip(c) if len(certificates) > 1 else None
    if trip is None:
        return None
    known = _booking(c, trip, words.join([c.name(name) for name in certificates[:2]]), 0, "no")
    return denied("book_flight", known, f"You want to book a flight: {_listed(known)}.")


def _listed(known: dict[str, str]) -> str:
    return ", ".join(f"{slot.replace('_', ' ')} {value}" for slot, value in known.items())
