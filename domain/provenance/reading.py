"""Values as people and tools write them: tokens, numbers and dates in a text, leaves of a JSON value."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import isfinite
from typing import Any

_TELLING = re.compile(r"[\d@]")
_PLAIN = str.maketrans("’‘‑–—", "''---")
_TOKEN = re.compile(r"[#@\w](?:[\w.@+\-'’/]*\w)?")
_NUMBER = re.compile(r"(?<![\w.])[-−]?\$?\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\w.#-])[-−]?\$?\d+(?:\.\d+)?(?![\w-])")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if month != "may" else "may" for month in _MONTHS)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})")
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_MONTH})\b\.?(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})(?:/(\d{4}|\d{2}))?\b")
_RELATIVE = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "day after tomorrow": 2}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WORDS = {"a": 1, "an": 1, "single": 1, "once": 1, "twice": 2, "both": 2, "couple": 2, "pair": 2, "no": 0, "none": 0}
_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WORDS |= {word: number for number, word in enumerate(_COUNTED)}
_MANY_DAYS = "|".join(("a", "couple of", *_COUNTED[1:]))
_DURATION = re.compile(
    rf"\b(?P<many>\d{{1,3}}|{_MANY_DAYS})[ -](?:(?:business|working|calendar|full|more) )?(?P<unit>day|week)s?\b"
    r"(?: (?P<way>later|after|from|ahead|before|earlier|sooner)\b)?"
)
_AFTER, _BEFORE = ("next day", "following day", "day after", "day later"), ("previous day", "day before", "day earlier")
_EARLIER = ("before", "ahead", "earlier", "sooner")
_HOLDING = re.compile(r"\d|day|tonight|tomorrow|yesterday|\b(?:" + "|".join(_WORDS) + r")\b")


def normal(text: str) -> str:
    """A text for comparing: small letters, one space at a time, plain quotes and hyphens."""
    if not text.isascii():
        text = text.translate(_PLAIN)
    return " ".join(text.casefold().split())


def tokens(text: str) -> list[str]:
    """Words, numbers and codes of a normalised text: ``#w1001``, ``ina.lo@example.com``, ``19122``."""
    return _TOKEN.findall(text)


def is_telling(token: str) -> bool:
    """Whether a token is a value rather than a word: one with a digit, or an address."""
    return _TELLING.search(token) is not None


def may_hold_values(words: str) -> bool:
    """Whether there may be a number or a date in a normalised text; cheap, and right whenever it says no."""
    return _HOLDING.search(words) is not None


def numbers(text: str) -> Iterator[float]:
    """Numbers of a text, as digits; those that are too long to be any are none."""
    found = (float(match[0].replace(",", "").replace("$", "").replace("−", "-")) for match in _NUMBER.finditer(text))
    yield from filter(isfinite, found)


def counted(text: str) -> Iterator[float]:
    """Small numbers that are told by words, such as ``two``; of a normalised text."""
    return (float(_WORDS[word]) for word in tokens(text) if word in _WORDS)


ANY_YEAR = 4
"""Year of a date that is told without one, where nobody knows what day it is; it has a 29 February."""


def counted_as(number: float, words: str) -> Iterator[str]:
    """What a small number counts that a normalised text tells by words alone, such as ``checked bags`` of ``two checked bags``."""
    named = "|".join(word for word, value in _WORDS.items() if value == number)
    return (match[1] for match in re.finditer(rf"\b(?:{named})\b((?: [a-z]+){{1,3}})", words)) if named else iter(())


def dates(text: str, today: date | None) -> Iterator[date]:
    """Dates of a text, however they are written; without a year, the year of ``today``, and relative to it."""
    year = today.year if today else ANY_YEAR
    found: list[tuple[int, int, int]] = [(int(m[1]), int(m[2]), int(m[3])) for m in _ISO.finditer(text)]
    found += [(int(m[3] or year), _month(m[1]), int(m[2])) for m in _MONTH_DAY.finditer(text)]
    found += [(int(m[3] or year), _month(m[2]), int(m[1])) for m in _DAY_MONTH.finditer(text)]
    for m in _SLASHED.finditer(text):
        whole = int(m[3]) + (2000 if len(m[3]) == 2 else 0) if m[3] else year
        found += [(whole, int(m[1]), int(m[2])), (whole, int(m[2]), int(m[1]))]
    for parts in found:
        try:
            yield date(*parts)
        except ValueError:
            continue
    if today is not None:
        yield from _relative(text.casefold(), today)


def shifts(words: str, today: date | None) -> Iterator[int]:
    """Days by which a normalised text moves a date that is named elsewhere, such as 1 for ``the day after``, or 14 for ``two weeks``."""
    if any(phrase in words for phrase in (*_AFTER, *(() if today else ("tomorrow",)))):
        yield 1
    if any(phrase in words for phrase in (*_BEFORE, *(() if today else ("yesterday",)))):
        yield -1
    for match in _DURATION.finditer(words):
        many, way = match["many"], match["way"]
        days = (int(many) if many.isdigit() else _WORDS[many.split()[0]]) * (7 if match["unit"] == "week" else 1)
        if way is not None or many != "a":  # a nice day is no day more
            yield from (days, -days) if way is None else (-days if way in _EARLIER else days,)


def undated(text: str) -> str:
    """A text without the dates that are written out in it."""
    for pattern in (_ISO, _MONTH_DAY, _DAY_MONTH, _SLASHED):
        text = pattern.sub(" ", text)
    return text


def _relative(text: str, today: date) -> Iterator[date]:
    for words, days in _RELATIVE.items():
        if words in text:
            yield today + timedelta(days=days)
    for number, name in enumerate(_WEEKDAYS):
        if name in text:
            ahead = (number - today.weekday()) % 7
            yield from (today + timedelta(days=days) for days in (ahead, ahead + 7, ahead - 7))


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3].casefold()))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """(JSON pointer, value) of each leaf."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}/{escaped(key)}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from leaves(item, f"{path}/{number}")
    else:
        yield path, value


def figure(number: float) -> str:
    """A number as a text, the same for 25 and 25.0."""
    return str(int(number)) if number == int(number) else repr(float(number))


def escaped(key: Any) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


def field_of(path: str) -> str:
    """Name of what a JSON pointer leads to: its last step that is no place in a list."""
    return next((step for step in reversed(path.split("/")) if step and not step.isdigit()), "")


def bare(text: str) -> str:
    """Letters and digits of a normalised text, for values that are written with other marks: ``w1001``, ``5551234``."""
    return text if text.isalnum() else "".join(filter(str.isalnum, text))
