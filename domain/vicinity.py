"""Vicinity: the rows of a world that a call is about, the closest first, as many as there is room for."""

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from weakref import WeakKeyDictionary

from domain.directory import texts
from domain.schema import follow
from domain.simulated import Asked
from domain.values import FrozenDict, compact
from domain.world import Base

MOST_ROWS = 60
MOST_CHARACTERS = 24_000
"""Of all rows together, as JSON."""
_WIDE = 20
"""Rows that hold an argument's text, and whose own references are followed."""
_SAMPLES = 3
"""Rows of the tool's own table beside those that are close: they show the form of a key."""
_HOLDERS: "WeakKeyDictionary[Base, dict[str, list[tuple[str, str]]]]" = WeakKeyDictionary()

Place = tuple[str, str]
"""Table and key."""


class Near(NamedTuple):
    """One row."""

    table: str
    key: str
    row: FrozenDict


class Vicinity(NamedTuple):
    """What there was room for."""

    rows: tuple[Near, ...]
    left_out: int
    """Rows that may matter as well."""


def vicinity(asked: Asked, most_rows: int = MOST_ROWS, most_characters: int = MOST_CHARACTERS) -> Vicinity:
    """Rows that the arguments name, those that these refer to, those that hold what the arguments say, and what points to any of them."""
    found: list[Near] = []
    left_out, room = 0, most_characters
    for table, key in dict.fromkeys(_places(asked)):
        row = asked.world.row(table, key)
        if row is None:
            continue
        size = len(compact(row))
        if len(found) == most_rows or size > room:
            left_out += 1
            continue
        room -= size
        found.append(Near(table, key, row))
    return Vicinity(tuple(found), left_out)


def named_tables(asked: Asked) -> list[str]:
    """Tables whose name, or its singular, stands in the tool's name."""
    said = asked.tool.name.lower()
    return [name for name in asked.schema.tables if name in said or name.removesuffix("s").removesuffix("ie") in said]


def _places(asked: Asked) -> Iterator[Place]:
    told = [text for field, text in texts(dict(asked.arguments)) if field and text.strip()]
    named = [(table, text) for text in told for table in asked.schema.tables if asked.world.row(table, text) is not None]
    holding = _holding(asked, told)
    yield from named
    for place in named:
        yield from _referred(asked, place)
    yield from holding
    for place in holding[:_WIDE]:
        yield from _referred(asked, place)
    for place in [*named, *holding[:_WIDE]]:
        yield from _pointing(asked, place)
    close = {table for table, _ in [*named, *holding]}
    for table in named_tables(asked):
        shown = None if table not in close else _SAMPLES if asked.tool.writes else 0
        yield from ((table, key) for key, _ in islice(asked.world.rows(table), shown))


def _holding(asked: Asked, told: list[str]) -> list[Place]:
    """Rows in which texts of the call stand; those with most of them first."""
    base = asked.world.base
    holders = _HOLDERS.get(base)
    if holders is None:
        holders = _HOLDERS[base] = _index(base)
    changed = {(table, key): now for table, key, _, now in asked.world.changed()}
    found: dict[Place, int] = {}
    for text in dict.fromkeys(text.strip().casefold() for text in told):
        places = [place for place in holders.get(text, ()) if place not in changed]
        places += [place for place, row in changed.items() if row is not None and text in _leaves(row)]
        for place in places:
            found[place] = found.get(place, 0) + 1
    return sorted(found, key=lambda place: -found[place])


def _index(base: Base) -> dict[str, list[Place]]:
    """Text, in small letters -> rows in which it stands; made once for each base."""
    found: dict[str, list[Place]] = {}
    for table, rows in base.tables.items():
        for key, row in rows.items():
            for text in _leaves(row):
                found.setdefault(text, []).append((table, key))
    return found


def _leaves(row: FrozenDict) -> dict[str, None]:
    return {text.strip().casefold(): None for _, text in texts(row)}


def _referred(asked: Asked, place: Place) -> Iterator[Place]:
    """Rows that a row refers to."""
    row, shape = asked.world.row(*place), asked.schema.tables.get(place[0])
    for path, target in shape.references.items() if shape else ():
        yield from ((target, str(value)) for value in follow(row, path.split(".")) if value is not None)


def _pointing(asked: Asked, place: Place) -> Iterator[Place]:
    """Rows that refer to a row by a field of their own."""
    for name, shape in asked.schema.tables.items():
        for path, target in shape.references.items():
            if target == place[0] and path in shape.columns:
                yield from ((name, key) for key, _ in asked.world.where(name, path, place[1]))
