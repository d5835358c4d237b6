"""Small things that the drawing of all tables needs."""

from datetime import date, timedelta
from random import Random
from typing import Any

from scenarios.supply_chain.catalogue import TODAY

Row = dict[str, Any]
Rows = dict[str, Row]


def day(offset: int) -> str:
    """A date so many days from today."""
    return (date.fromisoformat(TODAY) + timedelta(days=offset)).isoformat()


def numbers(rng: Random, prefix: str, count: int, digits: int = 5) -> list[str]:
    """So many different identifiers, in ascending order."""
    return [f"{prefix}-{number}" for number in sorted(rng.sample(range(10 ** (digits - 1), 10**digits), count))]
