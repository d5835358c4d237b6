"""Arithmetic: numbers that stand nowhere as they are, but follow in a step or two from figures that belong together.

The simplest way is named. A way that would lead to the numbers around just as well proves nothing, and is not taken.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from itertools import combinations, islice, product
from typing import Any, NamedTuple

from domain.provenance.figures import Figure
from domain.provenance.known import SAID, Known, Source
from domain.provenance.reading import field_of, is_telling, leaves, normal

_DAY = re.compile(r"\d{4}-\d\d-\d\d.*")
CLOSE = 0.005
"""Half a cent."""
_HALF, _CENTS = 0.5, 100
"""How far a number is rounded, from which on."""
_AROUND = 100
"""Units, or cents where there are any, on either side of a number that are looked at beside it."""
_CROWD = 4
"""Results of one way of reckoning among those, above which it would lead anywhere."""
_FEW, _MANY = 8, 60
"""Rows of a list of which parts are summed; figures of one field of which two are."""
_TENTH = 10
"""So many times as much as another is a number, at the most, that is more or less by it."""
_MOST_FEES = 3
"""So many times as much as without its fees a sum comes to at most."""
_TIMES = 12
"""How often something is taken at most."""
_ROW = 2
"""Steps of a JSON pointer from a list to a field of one of its rows."""


class Derived(NamedTuple):
    """How a value follows."""

    rule: str
    """``format``, ``pieces``, ``text``, ``date``, ``count``, ``sum``, ``difference``, ``product``, ``percentage`` or
    ``expression``."""
    sources: tuple[Source, ...]


class Result(NamedTuple):
    """What one way of reckoning comes to."""

    value: float
    rule: str
    sources: tuple[Source, ...]


class Argument(NamedTuple):
    """What a number is for."""

    path: str = ""
    """JSON pointer in the arguments; empty for a number in a text."""
    arguments: Mapping[str, Any] = {}
    """All of the call."""
    codes: Set[str] = frozenset()
    """That stand beside it: rows with these are what it is about."""
    words: Set[str] = frozenset()
    """What else the call says in a word."""

    @classmethod
    def of(cls, path: str, arguments: Mapping[str, Any]) -> "Argument":
        """Of a call."""
        texts = frozenset(normal(leaf) for _, leaf in leaves(arguments) if isinstance(leaf, str))
        return cls(path, arguments, frozenset(filter(is_telling, texts)), frozenset(text for text in texts if not is_telling(text)))

    @property
    def field(self) -> str:
        """Its name."""
        return field_of(self.path)

    @property
    def times(self) -> list[int]:
        """Lengths of the lists in the call, and once."""
        return sorted({1, *(len(leaf) for leaf in self.arguments.values() if isinstance(leaf, list) and leaf)})

    @property
    def beside(self) -> float:
        """Sum of the numbers of the same field in the rows beside the one that it stands in."""
        _, name, *below = self.path.split("/") if self.path else ("", "")
        rows = self.arguments.get(name)
        if len(below) != _ROW or not isinstance(rows, list):
            return 0.0
        others = (row.get(below[1]) for place, row in enumerate(rows) if str(place) != below[0] and isinstance(row, Mapping))
        return float(sum(other for other in others if isinstance(other, int | float)))


NO_ARGUMENT = Argument()
"""Of a number in a text."""
Way = Callable[[float, Known, Argument], Iterator[Result]]


def derive_number(value: float, known: Known, argument: Argument = NO_ARGUMENT) -> Derived | None:
    """How a number follows from what is known, in the first way that leads to it and hardly anywhere near."""
    if value == int(value) and int(value) in known.counts:
        return Derived("count", (known.counts[int(value)],))
    for way, crowd in _WAYS.items():
        found = _singled_out(value, way(value, known, argument), crowd)
        if found is not None:
            return Derived(found.rule, found.sources)
    return None


def shown_beside(value: float, known: Known, argument: Argument) -> Source | None:
    """Where a number was shown in a row that the call names."""
    return next((_source(one) for row in _rows(known, argument) for one in row if one.value == value), None)


def is_by_chance(source: Source, argument: Argument) -> bool:
    """Whether a number was shown as something else than it is given for, by a call that names what it is about."""
    return bool(argument.codes) and source.kind == "observation" and field_of(source.where) not in ("", argument.field)


def can_follow(value: float, known: Known, argument: Argument) -> bool:
    """Whether a number can be reckoned by whoever knows how, of rows that the call names or by the policy; many others may be as well."""
    ways = (way for way in _WAYS if way not in (_about, _told, _anywhere, _parts))
    return any(abs(result.value - value) < CLOSE for way in ways for result in way(value, known, argument))


def _singled_out(value: float, results: Iterable[Result], crowd: int) -> Result | None:
    """The result that is the number, unless too many are close by."""
    step = 1.0 if value == int(value) else 0.01
    found, near = None, set[float]()
    for result in results:
        apart = abs(result.value - value)
        if apart < CLOSE:
            found = found or result
        elif apart <= _AROUND * step and (step < 1 or result.value == int(result.value)):
            near.add(round(result.value, 2))
    return found if len(near) <= crowd else None


def _other_units(_: float, known: Known, argument: Argument) -> Iterator[Result]:
    """Cents of what was said or shown in whole units, where cents are asked for; and the other way round."""
    in_cents = "cents" in argument.field
    for one, source in known.every_number():
        if in_cents or source.kind in SAID:
            yield Result(one * 100, "format", (source,))
        if not in_cents:
            yield Result(one / 100, "format", (source,))
    for fee, source in known.fees.items():
        yield Result(fee * 100, "format", (source,))


def _totals(_: float, known: Known, _argument: Argument) -> Iterator[Result]:
    """Of a field in all rows of a list."""
    for column in known.figures.columns:
        yield Result(sum(one.value for one in column), "sum", tuple(map(_source, column)))


def _percentages(value: float, known: Known, _argument: Argument) -> Iterator[Result]:
    """So many percent of a number, as a text tells; of cents and other whole numbers, rounded."""
    for percent, told in known.percents.items():
        for one, source in known.every_number():
            near = _HALF if value >= _CENTS and value == int(value) and one == int(one) else CLOSE
            if one and one != value and abs(one * percent / 100 - value) <= near:
                yield Result(value, "percentage", (source, told))


def _about(_: float, known: Known, argument: Argument) -> Iterator[Result]:
    """From the rows that it is about: of one row two figures, of all of them those of one field."""
    rows = _rows(known, argument)
    for row in rows:
        yield from _of_row(row)
    yield from _of_fields(rows)


def _more(_: float, known: Known, argument: Argument) -> Iterator[Result]:
    """So many more or fewer than the rows have that it is about."""
    for row in _rows(known, argument):
        for one, (many, source) in product(row, known.said.items()):
            if one.field == argument.field and many * _TENTH >= one.value:
                yield from (result for result in _both(_result(one), Result(many, "", (source,))) if result.rule != "product")


def _each(_: float, known: Known, argument: Argument) -> Iterator[Result]:
    """What the rows that it is about come to, for each that the call lists; less what its list has beside it."""
    for base, many in product(_bases(known, argument), argument.times):
        yield Result(base.value * many - argument.beside, "product" if many > 1 else base.rule, base.sources)


def _each_and_fee(_: float, known: Known, argument: Argument) -> Iterator[Result]:
    """The same with a fee of the policy, which is not the larger part, for each as well."""
    for base, (fee, told), many in product(_bases(known, argument), known.fees.items(), argument.times):
        if base.value >= fee:
            yield Result((base.value + fee) * many - argument.beside, "product" if many > 1 else "sum", (*base.sources, told))


def _each_and_fees(_: float, known: Known, argument: Argument) -> Iterator[Result]:
    """The same, or without, and a fee as often as the call says."""
    often = sorted({value for _, value in leaves(argument.arguments) if isinstance(value, int) and 1 <= value <= _TIMES})
    for base, (fee, told), many, times in product(_bases(known, argument), known.fees.items(), argument.times, often):
        for other, source in ((0.0, told), *known.fees.items()):
            total = (base.value + other) * many + fee * times
            if base.value * many >= total / _MOST_FEES:
                yield Result(total - argument.beside, "sum", (*base.sources, *dict.fromkeys((source, told))))


def _bases(known: Known, argument: Argument) -> list[Result]:
    """The figures of each other field, one of each row that the call names; of rows with the same codes, of each in turn."""
    fields: dict[str, dict[frozenset[str], dict[float, Result]]] = {}
    for row in _rows(known, argument):
        for one in row if argument.field else ():
            if one.field != argument.field:
                fields.setdefault(one.field, {}).setdefault(_codes(one, argument), {}).setdefault(one.value, _result(one))
    found: list[Result] = []
    for alternatives in fields.values():
        for some in islice(product(*(figures.values() for figures in alternatives.values())), _MANY):
            found.append(Result(sum(one.value for one in some), "sum", tuple(source for one in some for source in one.sources)))
    return found


def _fees(_: float, known: Known, _argument: Argument) -> Iterator[Result]:
    """A fee of the policy as many times as was said, or as a list is long."""
    often = [*_said(known), *((float(many), source) for many, source in known.counts.items())]
    for (fee, told), (many, source) in product(known.fees.items(), often):
        if 1 < many <= _TIMES and many == int(many):
            yield Result(fee * many, "product", (told, source))


def _told(_: float, known: Known, _argument: Argument) -> Iterator[Result]:
    """From two numbers that were said, neither of them a trifle beside the other."""
    for (one, first), (other, second) in combinations(_said(known), 2):
        if max(one, other) <= _TENTH * min(one, other):
            yield from _both(Result(one, "", (first,)), Result(other, "", (second,)))


def _anywhere(_: float, known: Known, _argument: Argument) -> Iterator[Result]:
    """From any row, and from figures of one field wherever they were shown."""
    for row in known.figures.rows:
        yield from _of_row(row)
    yield from _of_fields(known.figures.rows)
    often = [(many, source) for many, source in _said(known) if many <= _TIMES and many == int(many)]
    for row in known.figures.rows:
        for one, (many, source) in product(row, often):
            yield Result(one.value * many, "product", (_source(one), source))


def _parts(_: float, known: Known, _argument: Argument) -> Iterator[Result]:
    """Some rows of a list."""
    for column in known.figures.columns:
        for size in range(3, len(column)) if len(column) <= _FEW else ():
            for some in combinations(column, size):
                yield Result(sum(one.value for one in some), "sum", tuple(map(_source, some)))


_WAYS: Mapping[Way, int] = {
    _other_units: _CROWD,
    _totals: _CROWD,
    _more: 2 * _CROWD,
    _each: _CROWD,
    _about: _CROWD,
    _fees: _CROWD,
    _told: _CROWD,
    _each_and_fee: _CROWD,
    _each_and_fees: 3 * _CROWD,
    _percentages: _CROWD,
    _anywhere: _CROWD,
    _parts: _CROWD,
}
"""Ways of reckoning, the simplest first, each with how many of its results may be close by; more where less is known to begin with."""


def _of_row(row: Sequence[Figure]) -> Iterator[Result]:
    for one, other in combinations(row[:_TIMES], 2):
        yield from _both(_result(one), _result(other))


def _of_fields(rows: Iterable[Sequence[Figure]]) -> Iterator[Result]:
    """Sums and differences of two figures of the same field."""
    fields: dict[str, dict[float, Result]] = {}
    for row in rows:
        for one in row:
            fields.setdefault(one.field, {}).setdefault(one.value, _result(one))
    for figures in fields.values():
        for left, right in combinations(list(figures.values())[-_MANY:], 2):
            yield from (result for result in _both(left, right) if result.rule != "product")


def _both(one: Result, other: Result) -> Iterator[Result]:
    sources = (*one.sources, *other.sources)
    yield Result(one.value + other.value, "sum", sources)
    yield Result(abs(one.value - other.value), "difference", sources)
    if 1 < min(one.value, other.value) <= _TIMES:
        yield Result(one.value * other.value, "product", sources)


def _rows(known: Known, argument: Argument) -> list[tuple[Figure, ...]]:
    """The rows that share most with the call, for each of its codes; of what they have by kinds, the kinds that the call names.

    A day is no code of a row, but tells two rows with the same codes apart.
    """
    best: dict[str, int] = {}
    meeting = [(row, _codes(row[0], argument), len(row[0].names & argument.codes)) for row in known.figures.rows]
    for _, codes, shared in meeting:
        for code in codes:
            best[code] = max(best.get(code, 0), shared)
    found = [row for row, codes, shared in meeting if any(shared == best[code] for code in codes)]
    return [tuple(one for one in row if one.key in argument.words) or row for row in found]


def _codes(one: Figure, argument: Argument) -> frozenset[str]:
    return frozenset(code for code in one.names & argument.codes if not _DAY.fullmatch(code))


def _said(known: Known) -> list[tuple[float, Source]]:
    """Without one, which is said of anything."""
    return [(number, source) for number, source in known.said.items() if number > 1]


def _result(one: Figure) -> Result:
    return Result(one.value, "", (_source(one),))


def _source(one: Figure) -> Source:
    return Source("observation", one.event, one.where)
