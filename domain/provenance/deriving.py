"""Values that stand nowhere as they are, but follow from what does: other formats, sums, counts, dates, texts put together."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import combinations, product
from typing import Any, NamedTuple

from domain.provenance.known import Known, Source
from domain.provenance.reading import dates, is_telling, normal, numbers, tokens, undated

_CLOSE = 0.005
"""Half a cent."""
_HALF = 0.5
_TEXT_WORDS = 7
"""Words from which on a text counts as written by the agent: only the values in it must come from somewhere."""
_FEE = 100
"""The largest amount that is taken for a fee of the policy."""
_ROW = 2
"""Steps of a JSON pointer from a list to a field of one of its rows."""
_FEW = 12
"""Rows of a list of which parts are summed; more would make any number a sum of some."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_TIMES = 12
"""How often something is taken at most."""
_PLAIN_SMALL = re.compile(r"[12]?\d|3[01]")
_ITS_OWN = re.compile(r"\d{1,2}:\d\d(?::\d\d)?|\b\d{1,2} ?(?:am|pm|a\.m|p\.m)\b|(?:^|\s)\(?\d{1,2}[.)](?=\s)|#\d{1,2}\b|\bstep \d{1,2}\b")
"""Times, and the numbers of a list's entries, which say nothing of the world."""
_SMALL = re.compile(r"[12]?\d(?:st|nd|rd|th|h|d|x)?|3[01](?:st)?|\d{4}-\d\d-\d\d(?:t[\d:]+)?|\d{1,2}[:/-]\d\d?|(?:19|20)\d\d")
"""Hours, days and ordinals, which a text has of its own; dates are looked at as dates."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_EXPRESSION = re.compile(r"[\d\s.+\-*/()%$,]+")


class Derived(NamedTuple):
    """How a value follows."""

    rule: str
    """``format``, ``pieces``, ``text``, ``date``, ``count``, ``sum``, ``difference``, ``product``, ``percentage`` or
    ``expression``."""
    sources: tuple[Source, ...]


def derive_text(text: str, known: Known) -> Derived | None:
    """A text from what is known; None where a part of it comes from nowhere."""
    words = normal(text)
    if _ISO.match(words):
        return _date(words, known)
    if any(char.isdigit() for char in words) and _EXPRESSION.fullmatch(words):
        return _all("expression", [_number(number, known) for number in numbers(words)])
    found = known.alike(text)
    if found is not None:
        return Derived("format", (found,))
    parts = list(tokens(words))
    if len(parts) < 2 and len(text.split()) < 2:
        return None
    if len(parts) >= _TEXT_WORDS or len(text) > 60:
        return _text(words, known)
    return _all("pieces", [known.token(part) for part in parts])


def derive_number(value: float, known: Known) -> Derived | None:
    """A number by one step of arithmetic from numbers that stand together."""
    if value == int(value) and int(value) in known.counts:
        return Derived("count", (known.counts[int(value)],))
    for group in known.groups:
        rule = next((rule for rule, result in _results(group.values) if abs(result - value) < _CLOSE), None)
        if rule is not None:
            return Derived(rule, (Source("observation", group.event, group.where),))
    return _pair(value, known)


def derive_share(value: float, known: Known, path: str, arguments: Mapping[str, Any]) -> Derived | None:
    """A number that is what is known for each of the people or things that the call lists, or the rest that others in its list leave.

    Args:
        path: JSON pointer of the number in the arguments.
        arguments: All of the call.
    """
    times = {1, *(len(argument) for argument in arguments.values() if isinstance(argument, list) and argument)}
    fees = [0.0, *(fee for fee, source in known.every_number() if source.kind == "instructions" and 1 < fee <= _FEE)]
    for total in {value, value + _beside(value, path, arguments)}:
        for many, fee in product(sorted(times), fees):
            each = round(total / many - fee, 2)
            if each <= 0 or (many, fee, total) == (1, 0.0, value) or abs((each + fee) * many - total) >= _CLOSE:
                continue
            found = known.number(each)
            sources = (found,) if found is not None else getattr(_pair(each, known), "sources", None)
            if sources:
                return Derived("product" if many > 1 else "sum", sources)
    return None


def _beside(value: float, path: str, arguments: Mapping[str, Any]) -> float:
    """Sum of the numbers of the same field in the rows beside the one that a number stands in."""
    _, name, *below = path.split("/")
    rows = arguments.get(name)
    if len(below) != _ROW or not isinstance(rows, list):
        return 0.0
    beside = [row[below[1]] for row in rows if isinstance(row, Mapping) and isinstance(row.get(below[1]), int | float)]
    return float(sum(beside)) - value


def _results(values: tuple[float, ...]) -> Iterator[tuple[str, float]]:
    """What numbers that belong together give: their sum, sums of some of them, differences of two."""
    yield "sum", sum(values)
    for a, b in combinations(values[:50], 2):
        yield "difference", a - b
        yield "difference", b - a
        yield "sum", a + b
    if len(values) <= _FEW:
        for size in range(3, len(values)):
            for some in combinations(values, size):
                yield "sum", sum(some)


def _pair(value: float, known: Known) -> Derived | None:
    """The difference, sum or product of two numbers that were said or shown, the second of a product being small."""
    for one, source in known.numbers.items():
        for rule, other in (("difference", one - value), ("sum", value - one)):
            found = known.numbers.get(round(other, 2))
            if found is not None and other > 0 and other != one:
                return Derived(rule, (source, found))
        times = value / one if one else 0.0
        if 1 < times <= _TIMES and abs(times - round(times)) * abs(one) < _CLOSE and float(round(times)) in known.numbers:
            return Derived("product", (source, known.numbers[float(round(times))]))
    for one, source in known.every_number():
        if one and (abs(value * 100 - one) < _CLOSE or abs(value - one * 100) < _CLOSE):
            return Derived("format", (source,))
    return _percentage(value, known)


def _percentage(value: float, known: Known) -> Derived | None:
    """So many percent of a number, as a text tells; of cents and other whole numbers, rounded."""
    for percent, told in known.percents.items():
        for one, source in known.every_number():
            near = _HALF if value == int(value) and one == int(one) else _CLOSE
            if one and one != value and abs(one * percent / 100 - value) <= near:
                return Derived("percentage", (source, told))
    return None


def _text(words: str, known: Known) -> Derived | None:
    """What an agent wrote itself, such as a summary: its words are its own, the codes, amounts and dates in it are not."""
    return _all("text", [source for _, source in _parts(words, known)])


def missing(text: str, known: Known) -> list[str]:
    """The values of a text that come from nowhere."""
    words = normal(text)
    return [part for part, source in _parts(words, known) if source is None] if len(list(tokens(words))) > 1 else []


def supported(text: str, known: Known) -> set[str]:
    """The values of a text that come from somewhere: codes, amounts, dates."""
    return {part for part, source in _parts(normal(text), known) if source is not None}


def _parts(words: str, known: Known) -> Iterator[tuple[str, Source | None]]:
    """(value, where it stands) of each value in a text."""
    for day in dates(words, known.today):
        yield day.isoformat(), known.day(day)
    for part in tokens(_THOUSANDS.sub("", words)):
        if is_telling(part) and not _SMALL.fullmatch(part):
            yield part, known.token(part) or _telling(part, known)
    for part in tokens(_ITS_OWN.sub(" ", undated(words))):
        if _PLAIN_SMALL.fullmatch(part):
            yield part, known.token(part) or _number(float(part), known)


def _number(value: float, known: Known) -> Source | None:
    return known.number(value) or known.counts.get(int(value) if value == int(value) else -1)


def _telling(part: str, known: Known) -> Source | None:
    """A value inside a text that the agent wrote, in another format or by arithmetic."""
    found = known.alike(part) or known.ending(part)
    for number in numbers(part) if found is None else ():
        derived = derive_number(number, known)
        found = known.number(number) or (derived.sources[0] if derived else None)
    return found


def _date(words: str, known: Known) -> Derived | None:
    day = next(dates(words, None), date.min)
    found = known.day(day)
    return Derived("date", (found,)) if found else None


def _all(rule: str, sources: list[Source | None]) -> Derived | None:
    found = [source for source in sources if source is not None]
    return Derived(rule, tuple(dict.fromkeys(found))) if len(found) == len(sources) else None
