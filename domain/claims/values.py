"""Amounts, dates, times, numbers and identifiers in a text, normalised, each with where it stands."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_MONEY = re.compile(
    r"(?:US)?[$€£]\s?(\d[\d,]*(?:\.\d+)?)(?![\d%])|\b(?:EUR|USD|GBP) (\d[\d,]*(?:\.\d+)?)|\b(\d[\d,]*(?:\.\d+)?) ?(?:dollars?|"
    r"euros?|USD|EUR)\b",
    re.IGNORECASE,
)
_MONTHS = {
    name: number for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug", "september sep sept",
         "october oct", "november nov", "december dec"), start=1) for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(\d{{4}})-(\d{{2}})-(\d{{2}})(?!\d)|\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?!:\d)(?:,? (\d{{4}}))?"
    rf"|\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b(?:,? (\d{{4}}))?",
    re.IGNORECASE,
)
_ID = re.compile(
    r"(?<![\w$€£.\-@/#])(#?(?:[A-Za-z]{1,4}-?\d{3,}|[A-Z]{2,4}-\d{2,}|[a-z]+(?:_[a-z]+)*_\d{3,}|#[A-Za-z0-9]{4,}|\d{6,}|"
    r"(?=[A-Z0-9]*\d)(?=[A-Z0-9]*[A-Z])[A-Z0-9]{6}))"
    r"(?![\w@]|-\d|\.\d|:\d)"
)
_ENDING = re.compile(r"\bending (?:in|with)[ *`:]*(\d{4,})", re.IGNORECASE)
_NUMBER_WORDS = "zero one two three four five six seven eight nine ten eleven twelve"
_NUMBERS = {word: n for n, word in enumerate(_NUMBER_WORDS.split())}
_NUMBER = re.compile(rf"(?<![\w$€£.,:/#-])(\d{{1,3}}(?:,\d{{3}})+|\d+|{'|'.join(_NUMBERS)})(?![\w%:/]|[.,]\d|-\d)", re.IGNORECASE)


class Date(NamedTuple):
    """A day; the year where it was named."""

    year: int | None
    month: int
    day: int


def amounts_in(text: str) -> Iterator[tuple[int, int, int]]:
    """(cents, start, end) of each amount of money."""
    if not any(sign in text for sign in ("$", "€", "£", "EUR", "USD", "GBP", "dollar", "euro")):
        return
    for match in _MONEY.finditer(text):
        yield cents(match[1] or match[2] or match[3]), match.start(), match.end()


def cents(number: str) -> int:
    """Cents of a number as it is written, such as ``1,900.00``."""
    return round(float(number.replace(",", "").rstrip(".")) * 100)


def dates_in(text: str) -> Iterator[tuple[Date, int, int]]:
    """(date, start, end) of each day."""
    for match in _DATE.finditer(text):
        if match[1]:
            date = Date(int(match[1]), int(match[2]), int(match[3]))
        elif match[4]:
            date = Date(int(match[6]) if match[6] else None, _MONTHS[match[4].lower()], int(match[5]))
        else:
            date = Date(int(match[9]) if match[9] else None, _MONTHS[match[8].lower()], int(match[7]))
        if 1 <= date.month <= 12 and 1 <= date.day <= 31:
            yield date, match.start(), match.end()


def identifiers_in(text: str) -> Iterator[tuple[str, int, int]]:
    """(identifier without its number sign, start, end), and last digits of one, such as after ``ending in``."""
    for match in _ID.finditer(text):
        yield match[1].lstrip("#"), match.start(1), match.end(1)


def endings_in(text: str) -> Iterator[tuple[str, int, int]]:
    """(digits, start, end) after ``ending in``."""
    if "ending" in text:
        for match in _ENDING.finditer(text):
            yield match[1], match.start(1), match.end(1)


def numbers_in(text: str) -> Iterator[tuple[int, int, int]]:
    """(number, start, end) of whole numbers, written in digits or, up to twelve, as words."""
    for match in _NUMBER.finditer(text):
        word = match[1].lower()
        yield _NUMBERS[word] if word in _NUMBERS else int(word.replace(",", "")), match.start(1), match.end(1)
