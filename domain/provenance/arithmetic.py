"""Arithmetic: numbers that stand nowhere as they are, but follow in a step or two from figures that belong together.

The simplest way is named. A way that would lead to the numbers around just as well proves nothing, and is not taken.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from domain.provenance import reckoning
from domain.provenance.known import Source
from domain.provenance.reading import field_of
from domain.provenance.reckoning import Question, Result, Way, source_of

_CLOSE = 0.005
"""Half a cent."""
_AROUND = 100
"""Units, or cents where there are any, on either side of a number that are looked at beside it."""
_CROWD = 4
"""Results of one way of reckoning among those, above which it would lead anywhere."""
_SMALL = 12
"""Up to which a number may be that of the rows in a list, whatever it is for."""


class Derived(NamedTuple):
    """How a value follows."""

    rule: str
    """``format``, ``pieces``, ``text``, ``date``, ``count``, ``sum``, ``difference``, ``product``, ``percentage`` or
    ``expression``."""
    sources: tuple[Source, ...]


_NARROW: tuple[Way, ...] = (
    reckoning.other_units,
    reckoning.totals,
    reckoning.changed_by,
    reckoning.each,
    reckoning.fees,
    reckoning.each_and_fee,
    reckoning.each_and_fees,
    reckoning.percentages,
)
"""Of which whoever knows what they are after picks the one that is meant."""
_WAYS: Mapping[Way, int] = {
    reckoning.other_units: _CROWD,
    reckoning.totals: _CROWD,
    reckoning.changed_by: 2 * _CROWD,
    reckoning.each: _CROWD,
    reckoning.two_of_its_rows: _CROWD,
    reckoning.fees: _CROWD,
    reckoning.two_that_were_said: _CROWD,
    reckoning.each_and_fee: _CROWD,
    reckoning.each_and_fees: 3 * _CROWD,
    reckoning.percentages: _CROWD,
    reckoning.anywhere: _CROWD,
    reckoning.parts: _CROWD,
}
"""Ways of reckoning, the simplest first, each with how many of its results may be close by; more where less is known to begin with."""


def derive_number(value: float, asked: Question) -> Derived | None:
    """How a number follows from what is known, in the first way that leads to it and hardly anywhere near."""
    counts = asked.known.counts
    if value in counts and (value <= _SMALL or not asked.path):
        return Derived("count", (counts[int(value)],))
    for way, crowd in _WAYS.items():
        found = _singled_out(value, asked.results(way), crowd)
        if found is not None:
            return Derived(found.rule, found.sources)
    return None


def shown_beside(value: float, asked: Question) -> Source | None:
    """Where a number was shown in a row that the call names."""
    return next((source_of(one) for row in asked.rows for one in row if one.value == value), None)


def is_by_chance(source: Source, asked: Question) -> bool:
    """Whether a number was shown as something else than it is given for, by a call that names what it is about."""
    return bool(asked.codes) and source.kind == "observation" and field_of(source.where) not in ("", asked.field)


def can_follow(value: float, asked: Question) -> bool:
    """Whether a number can be reckoned in a narrow way, however many others could be as well."""
    return any(abs(result.value - value) < _CLOSE for way in _NARROW for result in asked.results(way))


def _singled_out(value: float, results: Sequence[Result], crowd: int) -> Result | None:
    """The result that is the number, unless too many are close by.

    Args:
        results: In order of their values.
    """
    step = 1.0 if value == int(value) else 0.01
    found, near = None, set[float]()
    for result in islice(results, bisect_left(results, value - _AROUND * step, key=_value), None):
        if result.value > value + _AROUND * step:
            break
        if abs(result.value - value) < _CLOSE:
            found = found or result
        elif step < 1 or result.value == int(result.value):
            near.add(round(result.value, 2))
    return found if len(near) <= crowd else None


def _value(result: Result) -> float:
    return result.value
