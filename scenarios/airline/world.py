"""A world of the airline's own: cities with made-up names, hubs and spokes between them, and people who fly there."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise, permutations
from random import Random
from typing import Any

from domain.world import Tables
from scenarios.airline import content
from scenarios.airline.changes import BAG_FEE, INSURANCE_FEE
from scenarios.airline.tables import CABINS, SCHEMA, departure_id
from scenarios.airline.terms import NOW, extra_bags

__all__ = ["SCHEMA", "draw_person", "draw_world"]

CITIES, HUBS, USERS, RESERVATIONS = 10, 2, 50, 150
_TODAY = date.fromisoformat(NOW[:10])
_DAYS = [_TODAY + timedelta(days=number) for number in range(-7, 18)]
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

Rows = dict[str, dict[str, Any]]


def draw_world(rng: Random) -> Tables:
    """
    Draw an airline: 10 airports, some 50 flights over 25 days, 50 users, 150 reservations.

    Returns:
        Tables whose references all hold; the same for the same state of ``rng``.
    """
    airports = _draw_airports(rng)
    flights = _draw_flights(rng, list(airports))
    departures = {row["departure_id"]: row for flight in flights.values() for row in _draw_departures(rng, flight)}
    users = _draw_users(rng)
    routes = _Routes(flights, departures)
    reservations: Rows = {}
    for user_id in [*users, *rng.choices(list(users), k=RESERVATIONS - len(users))]:
        reservation = _draw_reservation(rng, _fresh_code(rng, reservations), users[user_id], routes)
        reservations[reservation["reservation_id"]] = reservation
        users[user_id]["reservations"].append(reservation["reservation_id"])
    return {"airports": airports, "flights": flights, "departures": departures, "users": users, "reservations": reservations}


def draw_person(rng: Random) -> dict[str, str]:
    """Somebody who may fly."""
    born = date(1945, 1, 1) + timedelta(days=rng.randint(0, 22_000))
    return {"first_name": rng.choice(content.FIRST_NAMES), "last_name": rng.choice(content.LAST_NAMES), "dob": born.isoformat()}


def _draw_airports(rng: Random) -> Rows:
    airports: Rows = {}
    for beginning in rng.sample(content.CITY_BEGINNINGS, CITIES):
        city = beginning + rng.choice(content.CITY_ENDINGS)
        letters = [letter.upper() for letter in city]
        code = next("".join(pick) for pick in _codes(letters) if "".join(pick) not in airports)
        airports[code] = {"iata": code, "city": city}
    return airports


def _codes(letters: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Codes of three letters that begin as the city does, in the order of its letters first."""
    for rest in permutations(letters[1:], 2):
        yield (letters[0], *rest)


def _draw_flights(rng: Random, codes: Sequence[str]) -> Rows:
    hubs, spokes = codes[:HUBS], codes[HUBS:]
    pairs = [(hub, spoke) for hub in hubs for spoke in spokes if rng.random() < 0.75 or hub == hubs[0]] + list(permutations(hubs, 2))
    routes = [route for pair in pairs for route in ({pair, pair[::-1]} if pair[1] in spokes else {pair})]
    flights: Rows = {}
    for origin, destination in sorted(routes):
        hours = sorted(rng.sample(range(6, 22), rng.choice((1, 2, 2))))
        length = timedelta(minutes=30 * rng.randint(2, 9))
        for hour in hours:
            number = f"{content.CARRIER}{101 + len(flights)}"
            leaves = datetime.fromisoformat(f"{_TODAY}T{hour:02d}:00:00")
            arrives = leaves + length
            flights[number] = {
                "flight_number": number,
                "origin": origin,
                "destination": destination,
                "scheduled_departure_time_est": f"{leaves:%H:%M:%S}",
                "scheduled_arrival_time_est": f"{arrives:%H:%M:%S}{'+1' if arrives.day != leaves.day else ''}",
            }
    return flights


def _draw_departures(rng: Random, flight: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    base = rng.randint(50, 110)
    for day in _DAYS:
        about = {"flight_number": flight["flight_number"], "date": day.isoformat()}
        yield {"departure_id": departure_id(**about), **about, **_draw_status(rng, flight, day, base)}


def _draw_status(rng: Random, flight: Mapping[str, Any], day: date, base: int) -> dict[str, Any]:
    leaves = datetime.fromisoformat(f"{day}T{flight['scheduled_departure_time_est']}")
    lands = datetime.fromisoformat(f"{day}T{flight['scheduled_arrival_time_est'][:8]}")
    lands += timedelta(days=flight["scheduled_arrival_time_est"].endswith("+1"))
    now = datetime.fromisoformat(NOW)
    if rng.random() < 0.05:
        return {"status": "cancelled"}
    if day > now.date():
        prices = {"basic_economy": base, "economy": base + rng.randint(25, 70), "business": base * 3 + rng.randint(0, 120)}
        seats = {cabin: rng.choice((0, 2, 4, 7, 9, 12, 15, 18)) for cabin in CABINS}
        return {
            "status": "available",
            "available_seats": seats,
            "prices": {name: price + rng.randint(0, 30) for name, price in prices.items()},
        }
    late = timedelta(minutes=rng.randint(-15, 25))
    if leaves > now:
        delayed = rng.random() < 0.5
        late = timedelta(minutes=rng.randint(60, 240)) if delayed else late
        return {"status": "delayed" if delayed else "on time", **_times(leaves + late, lands + late, "estimated", "estimated")}
    if lands + late > now:
        return {"status": "flying", **_times(leaves, lands + late, "actual", "estimated")}
    return {"status": "landed", **_times(leaves + late, lands + late, "actual", "actual")}


def _times(leaves: datetime, lands: datetime, first: str, second: str) -> dict[str, str]:
    return {f"{first}_departure_time_est": leaves.isoformat(), f"{second}_arrival_time_est": lands.isoformat()}


def _draw_users(rng: Random) -> Rows:
    users: Rows = {}
    taken: dict[str, None] = {}
    names = rng.sample([(first, last) for first in content.FIRST_NAMES for last in content.LAST_NAMES], USERS)
    for first, last in names:
        user_id = f"{first}_{last}_{rng.randint(1000, 9999)}".lower()
        sources = ["credit_card", *rng.sample(("credit_card", "gift_card", "gift_card", "certificate", "certificate"), rng.randint(1, 3))]
        sums = rng.sample(range(50, 600, 25), len(sources))  # all different, so that a user can tell one card from the other
        methods = [_draw_method(rng, taken, source, amount) for source, amount in zip(sources, sums, strict=True)]
        users[user_id] = {
            "user_id": user_id,
            "name": {"first_name": first, "last_name": last},
            "address": _draw_address(rng),
            "email": f"{first}.{last}{rng.randint(10, 99)}@{rng.choice(content.MAIL_HOSTS)}".lower(),
            "dob": draw_person(rng)["dob"],
            "payment_methods": {method["id"]: method for method in methods},
            "saved_passengers": [draw_person(rng) for _ in range(rng.randint(0, 2))],
            "membership": rng.choice(("regular", "silver", "gold")),
            "reservations": [],
        }
    return users


def _draw_address(rng: Random) -> dict[str, str]:
    return {
        "address1": f"{rng.randint(2, 989)} {rng.choice(content.STREETS)} {rng.choice(content.ROADS)}",
        "address2": f"Suite {rng.randint(101, 989)}",
        "city": rng.choice(content.CITY_BEGINNINGS) + rng.choice(content.CITY_ENDINGS),
        "country": "USA",
        "state": rng.choice(content.STATES),
        "zip": f"{rng.randint(10_000, 99_999)}",
    }


def _draw_method(rng: Random, taken: dict[str, None], source: str, amount: int) -> dict[str, Any]:
    while (name := f"{source}_{rng.randint(1_000_000, 9_999_999)}") in taken:
        pass
    taken[name] = None
    if source == "credit_card":
        return {"source": source, "id": name, "brand": rng.choice(("visa", "mastercard")), "last_four": f"{rng.randint(0, 9999):04d}"}
    return {"source": source, "id": name, "amount": float(amount)}


def _fresh_code(rng: Random, taken: Mapping[str, Any]) -> str:
    """Six letters and digits, a digit first: no flight number looks like it."""
    while (code := str(rng.randint(1, 9)) + "".join(rng.choices(_LETTERS + "23456789", k=5))) in taken or code.isdecimal():
        pass
    return code


class _Routes:
    """Which flights lead where, with a stop or without."""

    def __init__(self, flights: Rows, departures: Rows) -> None:
        self._departures = departures
        self.direct: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for flight in flights.values():
            self.direct.setdefault((flight["origin"], flight["destination"]), []).append(flight)

    def draw(self, rng: Random) -> list[dict[str, Any]]:
        """Flights from somewhere to somewhere else, most often one."""
        (origin, middle), flights = rng.choice(list(self.direct.items()))
        onward = [pair for pair in self.direct if pair[0] == middle and pair[1] != origin and (origin, pair[1]) not in self.direct]
        first = rng.choice(flights)
        if onward and rng.random() < 0.2:
            later = [flight for flight in self.direct[rng.choice(onward)] if _connects(first, flight)]
            return [first, rng.choice(later)] if later else [first]
        return [first]

    def back(self, rng: Random, there: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Flights that lead the same way back."""
        return [rng.choice(self.direct[flight["destination"], flight["origin"]]) for flight in reversed(there)]

    def status(self, flight: Mapping[str, Any], day: date) -> str:
        """How a flight stands on a day."""
        return str(self._departures[departure_id(flight["flight_number"], day.isoformat())]["status"])


def _connects(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return bool(first["scheduled_arrival_time_est"] <= second["scheduled_departure_time_est"])


def _draw_reservation(rng: Random, code: str, user: Mapping[str, Any], routes: _Routes) -> dict[str, Any]:
    cabin, insured, passengers = rng.choice(CABINS), rng.random() < 0.4, _draw_passengers(rng, user)
    there, back = _draw_trip(rng, {"basic_economy": 70, "economy": 130, "business": 320}[cabin], routes)
    bags = rng.choice((0, 0, 1, 1, 2, 3))
    extra = extra_bags(bags, user["membership"], cabin, len(passengers))
    price = (sum(flight["price"] for flight in (*there, *back)) + INSURANCE_FEE * insured) * len(passengers) + BAG_FEE * extra
    kept = [name for name, method in user["payment_methods"].items() if method["source"] != "certificate"]
    booked = min(datetime.fromisoformat(NOW), datetime.fromisoformat(there[0]["date"])) - _booked_before(rng)
    return {
        "reservation_id": code,
        "user_id": user["user_id"],
        "origin": there[0]["origin"],
        "destination": there[-1]["destination"],
        "flight_type": "round_trip" if back else "one_way",
        "cabin": cabin,
        "flights": [*there, *back],
        "passengers": passengers,
        "payment_history": [{"payment_id": rng.choice(kept), "amount": price}],
        "created_at": booked.isoformat(),
        "total_baggages": bags,
        "nonfree_baggages": extra,
        "insurance": "yes" if insured else "no",
        "status": None,
    }


def _draw_trip(rng: Random, fare: int, routes: _Routes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Flights there, and for a round trip those back, with what a seat in them cost."""
    there = routes.draw(rng)
    leaves = _draw_day(rng, there, routes)
    returns = leaves + timedelta(days=rng.randint(1, 6))
    back = routes.back(rng, there) if rng.random() < 0.45 and returns in _DAYS else []
    back = back if all(_connects(*pair) for pair in pairwise(back)) else []
    return [_seat(rng, flight, leaves, fare) for flight in there], [_seat(rng, flight, returns, fare) for flight in back]


def _seat(rng: Random, flight: Mapping[str, Any], day: date, fare: int) -> dict[str, Any]:
    about = {field: flight[field] for field in ("flight_number", "origin", "destination")}
    return {**about, "date": day.isoformat(), "price": fare + rng.randint(0, 60)}


def _draw_day(rng: Random, there: Sequence[Mapping[str, Any]], routes: _Routes) -> date:
    """Mostly days to come, and more often than chance would have it one on which something goes wrong."""
    ahead = [day for day in _DAYS if day > _TODAY]
    wrong = [day for day in [_TODAY, *ahead] if any(routes.status(flight, day) in ("cancelled", "delayed") for flight in there)]
    if wrong and rng.random() < 0.3:
        return rng.choice(wrong)
    return rng.choice(ahead) if rng.random() < 0.85 else rng.choice(_DAYS)


def _draw_passengers(rng: Random, user: Mapping[str, Any]) -> list[dict[str, str]]:
    me = {**user["name"], "dob": user["dob"]}
    others = [*user["saved_passengers"], draw_person(rng)]
    number = rng.choice((0, 0, 0, 1, 1, 2))
    return [me, *others[:number]]


def _booked_before(rng: Random) -> timedelta:
    return timedelta(minutes=rng.randint(30, 1300) if rng.random() < 0.15 else rng.randint(1500, 20_000))
