"""What codes are called by people, by the world's tables that say nothing else."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from domain.world import Base

_MOST_CODES, _NAMES = 500, 3
"""Rows of a table of codes, and fields of a row of it, at the most."""


@lru_cache(8)
def reference_names(base: Base) -> dict[str, tuple[str, ...]]:
    """Code -> its names, such as ``SEA`` -> (``Seattle``,).

    An agent that was told the name knows the code: everybody does.
    """
    tables = (rows for rows in base.tables.values() if 0 < len(rows) <= _MOST_CODES)
    named = (rows for rows in tables if all(len(row) <= _NAMES and _are_texts(row.values()) for row in rows.values()))
    return {key: tuple(value for value in row.values() if value != key) for rows in named for key, row in rows.items()}


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)
