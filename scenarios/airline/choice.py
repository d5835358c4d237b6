"""Which of the flights that a search found to take: the same choice for the desk's scripts and for what is drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

Option = list[Mapping[str, Any]]
"""Flights that lead from one place to another, as a search shows them, each with its date."""
PREFERENCES = ("cheapest", "earliest", "latest")


def options_of(direct: Sequence[Mapping[str, Any]], stops: Sequence[Option], date: str, cabin: str, people: int) -> list[Option]:
    """What there are seats for, of the flights without a stop, or of those with one where none goes without."""
    found: list[Option] = [[{**flight, "date": date}] for flight in direct]
    fitting = [option for option in found if has_seats(option, cabin, people)]
    return fitting or [list(option) for option in stops if has_seats(option, cabin, people)]


def has_seats(option: Option, cabin: str, people: int) -> bool:
    """Whether so many can fly together."""
    return all(flight["available_seats"][cabin] >= people for flight in option)


def choose(options: Sequence[Option], preference: str, cabin: str) -> Option:
    """The one that is preferred; of equals the one that leaves first."""
    leaves = [(option[0]["date"], option[0]["scheduled_departure_time_est"]) for option in options]
    prices = [price_of(option, cabin) for option in options]
    places = range(len(options))
    if preference == "cheapest":
        return options[min(places, key=lambda place: (prices[place], leaves[place]))]
    return options[max(places, key=lambda place: leaves[place]) if preference == "latest" else min(places, key=lambda place: leaves[place])]


def price_of(option: Sequence[Mapping[str, Any]], cabin: str) -> int:
    """What one passenger pays for all of it."""
    return sum(flight["prices"][cabin] for flight in option)


def numbers(flights: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Flights as the tools take them."""
    return [{"flight_number": flight["flight_number"], "date": flight["date"]} for flight in flights]
