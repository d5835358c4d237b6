"""Ways of reckoning: all numbers that each of them leads to, from figures that belong together."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations, islice, product
from math import ceil, floor
from typing import Any, NamedTuple

from domain.provenance.figures import Figure
from domain.provenance.known import SAID, Known, Source
from domain.provenance.reading import field_of, is_telling, leaves, normal, tokens

_DAY = re.compile(r"\d{4}-\d\d-\d\d.*")
_CENTS = 100
"""From which on a percentage of whole numbers is rounded to one, up or down."""
_FEW, _MANY = 8, 60  # rows of a list of which parts are summed; figures of one field of which two are
_TENTH = 10
"""So many times as much as another is a number, at the most, that is more or less by it."""
_MOST_FEES = 3
"""So many times as much as without its fees a sum comes to at most."""
_OFTEN = 12
"""How often something is taken at most; also figures of a row that are looked at."""
_MOST = 20_000
"""Results of a way, above which it would lead anywhere."""
_ROW = 2
"""Steps of a JSON pointer from a list to a field of one of its rows."""


class Result(NamedTuple):
    """What one way of reckoning comes to."""

    value: float
    rule: str
    """``format``, ``sum``, ``difference``, ``product`` or ``percentage``."""
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Question:
    """A number that is asked for: what its agent knows, and what it is for.

    Args:
        path: JSON pointer in the arguments of a call; empty for a number in a text.
        arguments: All of the call.
    """

    known: Known
    path: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    _results: dict["Way", list[Result]] = field(default_factory=dict, init=False)

    @classmethod
    def in_text(cls, known: Known, words: str) -> "Question":
        """Of a number in a normalised text: the codes in it are what it is about."""
        return cls(known, "", {token: token for token in tokens(words) if is_telling(token)})

    @property
    def field(self) -> str:
        """Its name."""
        return field_of(self.path)

    def results(self, way: "Way") -> list[Result]:
        """All that a way leads to, by value; nothing where that is so much that it would lead anywhere."""
        if way not in self._results:
            found = list(islice(way(self), _MOST + 1))
            self._results[way] = sorted(found, key=lambda result: result.value) if len(found) <= _MOST else []
        return self._results[way]

    @cached_property
    def texts(self) -> Set[str]:
        """Of the call: rows with the codes among them are what it is about."""
        return frozenset(normal(leaf) for _, leaf in leaves(self.arguments) if isinstance(leaf, str))

    @cached_property
    def codes(self) -> Set[str]:
        """Those of them with digits."""
        return frozenset(filter(is_telling, self.texts))

    @cached_property
    def rows(self) -> list[tuple[Figure, ...]]:
        """The rows that share most with the call, for each of its codes; of what they have by kinds, the kinds that the call names.

        A day is no code of a row, but tells two rows with the same codes apart.
        """
        best: dict[str, int] = {}
        meeting = [(row, self.shared(row[0]), len(row[0].names & self.codes)) for row in self.known.figures.rows] if self.codes else []
        for _, codes, shared in meeting:
            for code in codes:
                best[code] = max(best.get(code, 0), shared)
        found = [row for row, codes, shared in meeting if any(shared == best[code] for code in codes)]
        return [tuple(one for one in row if one.key in self.texts) or row for row in found]

    def shared(self, one: Figure) -> frozenset[str]:
        """Codes of a figure's row that the call names."""
        return frozenset(code for code in one.names & self.codes if not _DAY.fullmatch(code))

    @cached_property
    def bases(self) -> list[Result]:
        """The figures of each other field, one of each row that the call names; of rows with the same codes, of each in turn."""
        fields: dict[str, dict[frozenset[str], dict[float, Result]]] = {}
        for one in (one for row in self.rows for one in row if self.field and one.field != self.field):
            fields.setdefault(one.field, {}).setdefault(self.shared(one), {}).setdefault(one.value, _result(one))
        ways = (some for rows in fields.values() for some in islice(product(*(values.values() for values in rows.values())), _MANY))
        return [Result(sum(one.value for one in some), "sum", tuple(source for one in some for source in one.sources)) for some in ways]

    @cached_property
    def times(self) -> list[int]:
        """Lengths of the lists in the call, and once."""
        return sorted({1, *(len(leaf) for leaf in self.arguments.values() if isinstance(leaf, list) and leaf)})

    @cached_property
    def beside(self) -> float:
        """Sum of the numbers of the same field in the rows beside the one that it stands in."""
        _, name, *below = self.path.split("/") if self.path else ("", "")
        rows = self.arguments.get(name)
        if len(below) != _ROW or not isinstance(rows, list):
            return 0.0
        others = (row.get(below[1]) for place, row in enumerate(rows) if str(place) != below[0] and isinstance(row, Mapping))
        return float(sum(other for other in others if isinstance(other, int | float)))

    @cached_property
    def said(self) -> list[tuple[float, Source]]:
        """Numbers that were said, without one, which is said of anything."""
        return [(number, source) for number, source in self.known.said.items() if number > 1]


Way = Callable[[Question], Iterator[Result]]


def other_units(asked: Question) -> Iterator[Result]:
    """Cents of what was said or shown in whole units, where cents are asked for; and the other way round."""
    in_cents = "cents" in asked.field
    for one, source in asked.known.every_number():
        if in_cents or source.kind in SAID:
            yield Result(one * 100, "format", (source,))
        if not in_cents:
            yield Result(one / 100, "format", (source,))
    for fee, source in asked.known.fees.items():
        yield Result(fee * 100, "format", (source,))


def totals(asked: Question) -> Iterator[Result]:
    """Of a field in all rows of a list."""
    for column in asked.known.figures.columns:
        yield Result(sum(one.value for one in column), "sum", tuple(map(source_of, column)))


def changed_by(asked: Question) -> Iterator[Result]:
    """So many more or fewer than the rows have that it is about."""
    for row in asked.rows:
        for one, (many, source) in product(row, asked.known.said.items()):
            if one.field == asked.field and many * _TENTH >= one.value:
                yield from _sums(_result(one), Result(many, "", (source,)))


def each(asked: Question) -> Iterator[Result]:
    """What the rows that it is about come to, for each that the call lists; less what its list has beside it."""
    for base, many in product(asked.bases, asked.times):
        yield Result(base.value * many - asked.beside, "product" if many > 1 else "sum", base.sources)


def each_and_fee(asked: Question) -> Iterator[Result]:
    """The same with a fee of the policy, which is not the larger part, for each as well."""
    for base, (fee, told), many in product(asked.bases, asked.known.fees.items(), asked.times):
        if base.value >= fee:
            yield Result((base.value + fee) * many - asked.beside, "product" if many > 1 else "sum", (*base.sources, told))


def each_and_fees(asked: Question) -> Iterator[Result]:
    """The same, or without, and a fee as often as the call says."""
    often = sorted({value for _, value in leaves(asked.arguments) if isinstance(value, int) and 1 <= value <= _OFTEN})
    for base, (fee, told), many, times in product(asked.bases, asked.known.fees.items(), asked.times, often):
        for other, source in ((0.0, told), *asked.known.fees.items()):
            total = (base.value + other) * many + fee * times
            if base.value * many >= total / _MOST_FEES:
                yield Result(total - asked.beside, "sum", (*base.sources, *dict.fromkeys((source, told))))


def two_of_its_rows(asked: Question) -> Iterator[Result]:
    """From the rows that it is about: of one row two figures, of all of them those of one field."""
    for row in asked.rows:
        yield from _of_row(row)
    yield from _of_fields(asked.rows)


def fees(asked: Question) -> Iterator[Result]:
    """A fee of the policy as many times as was said, or as a list is long."""
    often = [*asked.said, *((float(many), source) for many, source in asked.known.counts.items())]
    for (fee, told), (many, source) in product(asked.known.fees.items(), often):
        if 1 < many <= _OFTEN and many == int(many):
            yield Result(fee * many, "product", (told, source))


def two_that_were_said(asked: Question) -> Iterator[Result]:
    """Neither of them a trifle beside the other."""
    for (one, first), (other, second) in combinations(asked.said, 2):
        if max(one, other) <= _TENTH * min(one, other):
            yield from _both(Result(one, "", (first,)), Result(other, "", (second,)))


def percentages(asked: Question) -> Iterator[Result]:
    """So many percent, as a text tells, of the rows that it is about, or else of any number; of cents and other whole numbers,
    rounded up or down.
    """
    shown = [(one.value, source_of(one)) for row in asked.rows for one in row] or list(asked.known.every_number())
    for (percent, told), (one, source) in product(asked.known.percents.items(), shown):
        part = one * percent / 100
        if one and part != one:
            is_whole = one == int(one) and part >= _CENTS
            for rounded in {floor(part), ceil(part)} if is_whole else {round(part, 2)}:
                yield Result(float(rounded), "percentage", (source, told))


def anywhere(asked: Question) -> Iterator[Result]:
    """From any row, and from figures of one field wherever they were shown."""
    rows = asked.known.figures.rows
    for row in rows:
        yield from _of_row(row)
    yield from _of_fields(rows)
    often = [(many, source) for many, source in asked.said if many <= _OFTEN and many == int(many)]
    for one, (many, source) in product((one for row in rows for one in row), often):
        yield Result(one.value * many, "product", (source_of(one), source))


def parts(asked: Question) -> Iterator[Result]:
    """Some rows of a list."""
    for column in asked.known.figures.columns:
        for size in range(3, len(column)) if len(column) <= _FEW else ():
            for some in combinations(column, size):
                yield Result(sum(one.value for one in some), "sum", tuple(map(source_of, some)))


def _of_row(row: Sequence[Figure]) -> Iterator[Result]:
    for one, other in combinations(row[:_OFTEN], 2):
        yield from _both(_result(one), _result(other))


def _of_fields(rows: Iterable[Sequence[Figure]]) -> Iterator[Result]:
    """Sums and differences of two figures of the same field."""
    fields: dict[str, dict[float, Result]] = {}
    for one in (one for row in rows for one in row):
        fields.setdefault(one.field, {}).setdefault(one.value, _result(one))
    for figures in fields.values():
        for left, right in combinations(list(figures.values())[-_MANY:], 2):
            yield from _sums(left, right)


def _both(one: Result, other: Result) -> Iterator[Result]:
    yield from _sums(one, other)
    if 1 < min(one.value, other.value) <= _OFTEN:
        yield Result(one.value * other.value, "product", (*one.sources, *other.sources))


def _sums(one: Result, other: Result) -> Iterator[Result]:
    sources = (*one.sources, *other.sources)
    yield Result(one.value + other.value, "sum", sources)
    yield Result(one.value - other.value, "difference", sources)
    yield Result(other.value - one.value, "difference", sources)


def _result(one: Figure) -> Result:
    return Result(one.value, "", (source_of(one),))


def source_of(one: Figure) -> Source:
    """Where a figure was shown."""
    return Source("observation", one.event, one.where)
