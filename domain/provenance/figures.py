"""Figures: the numbers that an agent was shown, by field, row and list, for arithmetic that stays among what belongs together.

Sums of any two numbers make any third one, so a number only follows from figures of one row, of one field, or of the rows that
a call names. Nothing is laid out before a number is asked for that stands nowhere as it is.
"""

import re
from collections.abc import Iterator, Mapping, Set
from math import isfinite
from typing import Any, NamedTuple

from domain.provenance.reading import escaped, figure, is_telling, normal
from domain.values import is_number

_PLAIN = re.compile(r"-?(?:\$\d+(?:\.\d+)?|\d+\.\d+)")
"""Texts of digits alone are codes."""
_NONE: frozenset[str] = frozenset()


class Figure(NamedTuple):
    """One number that was shown."""

    value: float
    field: str
    """What it is a figure of: its key, or that of the object that holds nothing but numbers, such as ``prices``."""
    event: int
    where: str
    """JSON pointer."""
    names: Set[str]
    """Codes of its row."""

    @property
    def key(self) -> str:
        """Its own, such as ``economy`` of ``prices``."""
        return self.where.rpartition("/")[2]


class Figures:
    """All of them, in the order in which they were shown."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, Any, Set[str]]] = []
        self._rows: list[tuple[Figure, ...]] = []
        self._columns: list[tuple[Figure, ...]] = []

    def show(self, event: int, observation: Any, but: Set[str]) -> None:
        """Take in what a tool showed.

        Args:
            but: Values that the call itself brought in.
        """
        self._waiting.append((event, observation, but))

    @property
    def rows(self) -> list[tuple[Figure, ...]]:
        """The numbers of each object, with those of objects in it that hold nothing else."""
        self._lay_out()
        return self._rows

    @property
    def columns(self) -> list[tuple[Figure, ...]]:
        """The numbers of one field in all objects of a list, of two or more."""
        self._lay_out()
        return self._columns

    def _lay_out(self) -> None:
        for event, observation, but in self._waiting:
            self._walk(_Place(event, but), observation, "", "", _NONE)
        self._waiting.clear()

    def _walk(self, at: "_Place", value: Any, path: str, field: str, names: Set[str]) -> None:
        if isinstance(value, Mapping):
            own = names | _names(value)
            row = tuple(_figures(at, value, path, field, own))
            if row:
                self._rows.append(row)
            for key, item in value.items():
                if isinstance(item, Mapping | list | tuple):
                    inner = {normal(str(key))} if is_telling(str(key)) else _NONE
                    self._walk(at, item, f"{path}/{escaped(key)}", str(key), inner)
        elif isinstance(value, list | tuple):
            first = len(self._rows)
            for number, item in enumerate(value):
                self._walk(at, item, f"{path}/{number}", field, names)
            self._column(self._rows[first:], path)
            plain = tuple(_listed(at, value, path, field, names))
            if len(plain) > 1:
                self._columns.append(plain)

    def _column(self, rows: list[tuple[Figure, ...]], path: str) -> None:
        """The fields of the objects that stand in a list themselves."""
        found: dict[str, list[Figure]] = {}
        for row in rows:
            for one in row:
                _, _, below = one.where.removeprefix(f"{path}/").partition("/")
                if below and "/" not in below:
                    found.setdefault(below, []).append(one)
        self._columns += [tuple(column) for column in found.values() if len(column) > 1]


class _Place(NamedTuple):
    event: int
    but: Set[str]


def _names(row: Mapping[str, Any]) -> Set[str]:
    return frozenset(normal(value) for value in row.values() if isinstance(value, str) and " " not in value and is_telling(value))


def _figures(at: _Place, row: Mapping[str, Any], path: str, field: str, names: Set[str]) -> Iterator[Figure]:
    """Of one object, and of those right in it that hold numbers alone."""
    numbers = {str(key): _number(value) for key, value in row.items()}
    alike = len(numbers) > 1 and None not in numbers.values()
    for key, number in numbers.items():
        if number is not None and figure(number) not in at.but:
            yield Figure(number, field if alike and field else key, at.event, f"{path}/{escaped(key)}", names)
    for key, inner in row.items():
        if isinstance(inner, Mapping) and len(inner) > 1 and all(_number(value) is not None for value in inner.values()):
            yield from _figures(at, inner, f"{path}/{escaped(key)}", str(key), names)


def _listed(at: _Place, values: Any, path: str, field: str, names: Set[str]) -> Iterator[Figure]:
    for place, value in enumerate(values):
        number = _number(value)
        if number is not None and figure(number) not in at.but:
            yield Figure(number, field, at.event, f"{path}/{place}", names)


def _number(value: Any) -> float | None:
    """Of a number, or of a text that is one and nothing else."""
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        value = float(value.replace("$", ""))
    return float(value) if is_number(value) and isfinite(value) else None
