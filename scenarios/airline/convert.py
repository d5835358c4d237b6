"""Between the tables of the airline and the shape in which tau2-bench writes its state: there, flights have their dates inside."""

from typing import Any

from domain.errors import SettingError
from domain.world import Tables, World
from scenarios.airline.tables import departure_id

AIRPORTS = {
    "SFO": "San Francisco", "JFK": "New York", "LAX": "Los Angeles", "ORD": "Chicago", "DFW": "Dallas", "DEN": "Denver",
    "SEA": "Seattle", "ATL": "Atlanta", "MIA": "Miami", "BOS": "Boston", "PHX": "Phoenix", "IAH": "Houston", "LAS": "Las Vegas",
    "MCO": "Orlando", "EWR": "Newark", "CLT": "Charlotte", "MSP": "Minneapolis", "DTW": "Detroit", "PHL": "Philadelphia",
    "LGA": "LaGuardia",
}  # fmt: skip
"""Code -> name, in the order in which the airports are listed: the folder does not say them."""


def document(world: World) -> dict[str, Any]:
    """A world as recordings of tau2-bench write it: the agent's side alone, the user has none here."""
    flights: dict[str, Any] = {key: {**row, "dates": {}} for key, row in world.rows("flights")}
    for _, row in world.rows("departures"):
        about = {field: value for field, value in row.items() if field not in ("departure_id", "flight_number", "date")}
        flights[row["flight_number"]]["dates"][row["date"]] = about
    return {"agent": {"flights": flights, **{table: dict(world.rows(table)) for table in ("users", "reservations")}}}


def tables(content: dict[str, Any]) -> Tables:
    """
    The way back from ``document``; what lies in ``db.json`` is its ``agent``.

    Raises:
        SettingError: A flight's dates are not what they should be.
    """
    db = content["agent"]
    flights: dict[str, Any] = {}
    departures: dict[str, Any] = {}
    for number, flight in db["flights"].items():
        dates = flight.get("dates")
        if not isinstance(dates, dict) or not all(isinstance(row, dict) for row in dates.values()):
            raise SettingError(f"flights.{number}.dates must be an object of objects by day")
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
        "users": db["users"],
        "reservations": {key: {"status": None, **row} for key, row in db["reservations"].items()},
    }
