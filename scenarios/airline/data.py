"""Running on a data folder of tau2-bench instead of the drawn world; the folder's flights have their dates inside."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import SettingError
from domain.goal import Goal
from domain.setting import OutsideData
from domain.world import Tables, World
from scenarios.airline.tasks import goal_of
from scenarios.airline.tools import TOOLS
from scenarios.airline.tables import SCHEMA, departure_id
from scenarios.tau2 import read_goals, read_tables

_TABLES = ("users", "flights", "reservations")
AIRPORTS = {
    "SFO": "San Francisco", "JFK": "New York", "LAX": "Los Angeles", "ORD": "Chicago", "DFW": "Dallas", "DEN": "Denver",
    "SEA": "Seattle", "ATL": "Atlanta", "MIA": "Miami", "BOS": "Boston", "PHX": "Phoenix", "IAH": "Houston", "LAS": "Las Vegas",
    "MCO": "Orlando", "EWR": "Newark", "CLT": "Charlotte", "MSP": "Minneapolis", "DTW": "Detroit", "PHL": "Philadelphia",
    "LGA": "LaGuardia",
}  # fmt: skip
"""Code -> name, in the order in which the airports are listed: the folder does not say them."""


def read(folder: Path) -> Tables:
    """
    The tables in ``db.json``.

    Raises:
        SettingError: The file is not there, is not JSON, or its rows do not fit the airline's schema.
    """
    return read_tables(folder, _TABLES, lambda content: _converted(content, f"{folder / 'db.json'}"), SCHEMA)


def goals(folder: Path, world: World) -> list[Goal]:
    """
    The folder's tasks as goals, in their order.

    Raises:
        SettingError: There is no task file, or a task in it is malformed or names an unknown tool.
    """
    return read_goals(folder, [tool.name for tool in TOOLS], lambda task: goal_of(task, world))


def document(world: World) -> dict[str, Any]:
    """A world as recordings of tau2-bench write it: the agent's side alone, the user has none here."""
    flights: dict[str, Any] = {key: {**row, "dates": {}} for key, row in world.rows("flights")}
    for _, row in world.rows("departures"):
        about = {field: value for field, value in row.items() if field not in ("departure_id", "flight_number", "date")}
        flights[row["flight_number"]]["dates"][row["date"]] = about
    return {"agent": {"flights": flights, **{table: dict(world.rows(table)) for table in ("users", "reservations")}}}


DATA = OutsideData(read=read, goals=goals, document=document)


def _converted(content: Mapping[str, Any], where: str) -> dict[str, Any]:
    flights: dict[str, Any] = {}
    departures: dict[str, Any] = {}
    for number, flight in content["flights"].items():
        dates = flight.get("dates")
        if not isinstance(dates, dict) or not all(isinstance(row, dict) for row in dates.values()):
            raise SettingError(f"{where}: flights.{number}.dates must be an object of objects by day")
        flights[number] = {field: value for field, value in flight.items() if field != "dates"}
        for date, row in dates.items():
            key = departure_id(number, date)
            departures[key] = {"departure_id": key, "flight_number": number, "date": date, **row}
    served = {str(flight.get(end)) for flight in flights.values() for end in ("origin", "destination")}
    names = {**AIRPORTS, **{code: code for code in sorted(served - AIRPORTS.keys())}}
    airports = {code: {"iata": code, "city": city} for code, city in names.items()}
    return {
        "airports": airports,
        "flights": flights,
        "departures": departures,
        "users": content["users"],
        "reservations": {key: {"status": None, **row} for key, row in content["reservations"].items()},
    }
