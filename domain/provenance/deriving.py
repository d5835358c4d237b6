"""Values that stand nowhere as they are, but follow from what does: other formats, sums, counts, dates, texts put together."""

import re
from collections.abc import Iterator
from datetime import timedelta

from domain.provenance.arithmetic import Derived, derive_number
from domain.provenance.known import Known, Source
from domain.provenance.reading import dates, is_telling, normal, numbers, tokens, undated

_TEXT_WORDS = 7
"""Words from which on a text counts as written by the agent: only the values in it must come from somewhere."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_PLAIN_SMALL = re.compile(r"[12]?\d|3[01]")
_ITS_OWN = re.compile(r"\d{1,2}:\d\d(?::\d\d)?|\b\d{1,2} ?(?:am|pm|a\.m|p\.m)\b|(?:^|\s)\(?\d{1,2}[.)](?=\s)|#\d{1,2}\b|\bstep \d{1,2}\b")
"""Times, and the numbers of a list's entries, which say nothing of the world."""
_SMALL = re.compile(r"[12]?\d(?:st|nd|rd|th|h|d|x)?|3[01](?:st)?|\d{4}-\d\d-\d\d(?:t[\d:]+)?|\d{1,2}[:/-]\d\d?|(?:19|20)\d\d")
"""Hours, days and ordinals, which a text has of its own; dates are looked at as dates."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_EXPRESSION = re.compile(r"(?=.*\d\s*\)*\s*[+*/-]\s*\(*\$?\d|\$?\d+\.\d+$)(?!.*\d-\d+-)[\d\s.+\-*/()%$,]+")
"""Arithmetic; numbers with hyphens between them all are a telephone number."""
_OPERAND = re.compile(r"\d+(?:\.\d+)?")


def derive_text(text: str, known: Known) -> Derived | None:
    """A text from what is known; None where a part of it comes from nowhere."""
    words = normal(text)
    if _ISO.match(words) or not undated(words).strip():
        return _date(words, known)
    if _EXPRESSION.fullmatch(words):
        return _all("expression", [_operand(float(number), known) for number in _OPERAND.findall(_THOUSANDS.sub("", words))])
    found = known.alike(text)
    if found is not None:
        return Derived("format", (found,))
    parts = list(tokens(words))
    if len(parts) < 2 and len(text.split()) < 2:
        return None
    if len(parts) >= _TEXT_WORDS or len(text) > 60:
        return _text(words, known)
    return _all("pieces", [known.token(part) for part in parts])


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


def _operand(value: float, known: Known) -> Source | None:
    derived = derive_number(value, known) if _number(value, known) is None else None
    return derived.sources[0] if derived else _number(value, known)


def _telling(part: str, known: Known) -> Source | None:
    """A value inside a text that the agent wrote, in another format or by arithmetic."""
    found = known.alike(part) or known.ending(part)
    for number in numbers(part) if found is None else ():
        derived = derive_number(number, known)
        found = known.number(number) or (derived.sources[0] if derived else None)
    return found


def _date(words: str, known: Known) -> Derived | None:
    """A day that was named in another format, or as so many days from one that was."""
    day = next(dates(words, None), None)
    if day is None:
        return None
    found = known.day(day)
    if found is not None:
        return Derived("date", (found,))
    for days, told in known.shifts.items():
        found = known.day(day - timedelta(days=days)) if days else None
        if found is not None:
            return Derived("date", (found, told))
    return None


def _all(rule: str, sources: list[Source | None]) -> Derived | None:
    found = [source for source in sources if source is not None]
    return Derived(rule, tuple(dict.fromkeys(found))) if len(found) == len(sources) else None
