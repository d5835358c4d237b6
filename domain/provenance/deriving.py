"""Values that stand nowhere as they are, but follow from what does: other formats, sums, counts, dates, texts put together."""

import re
from collections.abc import Iterator
from datetime import date

from domain.provenance.arithmetic import Derived, derive_number
from domain.provenance.known import Known, Source
from domain.provenance.reading import dates, is_telling, normal, numbers, tokens, undated
from domain.provenance.reckoning import Question

_TEXT_WORDS = 7
"""Words from which on a text counts as written by the agent: only the values in it must come from somewhere."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?")
_PLAIN_SMALL = re.compile(r"[12]?\d|3[01]")
_ITS_OWN = re.compile(r"\d{1,2}:\d\d(?::\d\d)?|\b\d{1,2} ?(?:am|pm|a\.m|p\.m)\b|(?:^|\s)\(?\d{1,2}[.)](?=\s)|#\d{1,2}\b|\bstep \d{1,2}\b")
"""Times, and the numbers of a list's entries, which say nothing of the world."""
_SMALL = re.compile(r"[12]?\d(?:st|nd|rd|th|h|d|x)?|3[01](?:st)?|\d{4}-\d\d-\d\d(?:t[\d:]+)?|\d{1,2}[:/-]\d\d?|(?:19|20)\d\d")
"""Hours, days and ordinals, which a text has of its own; dates are looked at as dates."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_EXPRESSION = re.compile(r"(?=.*\d\s*\)*\s*[+*/-]\s*\(*\$?\d|\$?\d+\.\d+$)(?!.*\d-\d+-)[\d\s.+\-*/()%$,]+")
"""Arithmetic; numbers with hyphens between them all are a telephone number."""
_OPERAND = re.compile(r"\d{1,300}(?:\.\d+)?")


def derive_text(text: str, known: Known) -> Derived | None:
    """A text from what is known; None where a part of it comes from nowhere."""
    words = normal(text)
    if _ISO.fullmatch(words) or not undated(words).strip():
        return _date(words, known)
    found = known.alike(text)
    if found is not None:
        return Derived("format", (found,))
    if _EXPRESSION.fullmatch(words):
        asked = Question(known)
        return _all("expression", [_operand(float(number), asked) for number in _OPERAND.findall(_THOUSANDS.sub("", words))])
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
    asked = Question.in_text(known, words)
    for day in dates(words, known.today):
        yield day.isoformat(), known.day(day)
    for part in tokens(_THOUSANDS.sub("", words)):
        if is_telling(part) and not _SMALL.fullmatch(part):
            yield part, known.token(part) or _telling(part, asked)
    for part in tokens(_ITS_OWN.sub(" ", undated(words))):
        if _PLAIN_SMALL.fullmatch(part):
            yield part, known.token(part) or _number(float(part), known)


def _number(value: float, known: Known) -> Source | None:
    return known.number(value) or known.counts.get(int(value) if value == int(value) else -1)


def _operand(value: float, asked: Question) -> Source | None:
    found = _number(value, asked.known)
    derived = derive_number(value, asked) if found is None else None
    return derived.sources[0] if derived else found


def _telling(part: str, asked: Question) -> Source | None:
    """A value inside a text that the agent wrote, in another format or by arithmetic."""
    found = asked.known.alike(part) or asked.known.ending(part)
    for number in numbers(part) if found is None else ():
        derived = derive_number(number, asked)
        found = asked.known.number(number) or (derived.sources[0] if derived else None)
    return found


def _date(words: str, known: Known) -> Derived | None:
    """Days that were named in another format, or as so many days from one that was."""
    days = set(dates(words, None)) if _ISO.fullmatch(words) is None else {next(dates(words, None), date.max)}
    found = [known.day(day) for day in sorted(days)]
    if any(found) and (all(found) or "/" in words):  # of 3/4, the third of April or the fourth of March
        return Derived("date", tuple(dict.fromkeys(filter(None, found))))
    return _moved(min(days), known) if len(days) == 1 else None


def _moved(day: date, known: Known) -> Derived | None:
    for days, told in known.shifts.items():
        ordinal = day.toordinal() - days
        found = known.day(date.fromordinal(ordinal)) if days and 0 < ordinal <= date.max.toordinal() else None
        if found is not None:
            return Derived("date", (found, told))
    return None


def _all(rule: str, sources: list[Source | None]) -> Derived | None:
    found = [source for source in sources if source is not None]
    return Derived(rule, tuple(dict.fromkeys(found))) if len(found) == len(sources) else None
