"""A case read once: what was known when, which calls came out how, and what was said in each turn."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from math import floor
from typing import Any, NamedTuple

import orjson

from domain.agents import ASSISTANT, USER
from projections.case import Case, Seen, observation

_TOKEN = re.compile(r"[\w#@][\w#@.,:/+-]*\w|\w")
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w-])|(?<![\w.,-])\d+(?:\.\d+)?(?![\w-])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]*"
_DATE = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b|\b{_MONTH} (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b", re.IGNORECASE)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?(?:percent\b|%)")
_LEAST_SHARED = 100
_PLAIN = re.compile(r"[^a-z0-9]+")


class Finding(NamedTuple):
    """One thing to object to."""

    axis: str
    weight: int
    """Points that it costs."""
    reason: str
    evidence: tuple[int, ...]
    """Positions; the first is where it happened."""


class Made(NamedTuple):
    """A call with its outcome."""

    call: Seen
    outcome: Seen | None
    """None where there is none, or another agent was put to work that gave up."""

    @property
    def positions(self) -> tuple[int, ...]:
        """Of the call and its outcome."""
        return (self.call.position, *((self.outcome.position,) if self.outcome else ()))

    @property
    def failed(self) -> bool:
        """Whether it was refused or broke."""
        return self.outcome is not None and self.outcome.kind in ("refusal", "fault")


class Reading:
    """A case, prepared for rules."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._first: dict[str, int] = {}
        """Token or number -> position from which on it is known."""
        self._heard: list[tuple[int, str]] = []
        beforehand, plain = _told_beforehand(case.policy, case.summary, orjson.dumps(dict(case.tools)))
        self._first.update(dict.fromkeys(beforehand, 0))
        self._heard.append((0, plain))
        self._year = case.clock[:4]
        self._shares = [float(match) / 100 for match in _PERCENT.findall(case.policy)]
        """Shares that the policy names: what is so much of a figure is known with it."""
        self._learn(case.clock, 0)
        handed = {seen.call_id for seen in case.seen if seen.kind == "asked"}
        for seen in case.seen:
            if seen.kind == "user" or (seen.kind == "answer" and seen.agent != USER and seen.call_id not in handed):
                self._learn(seen.text, seen.position)
        self.handed = frozenset(handed)
        """Calls that other agents worked on."""

    def _learn(self, text: str, position: int) -> None:
        figures = numbers(text)
        parts = [share * figure for share in self._shares for figure in figures if figure >= _LEAST_SHARED]
        for known in (*tokens(text), *map(_named, figures), *(_named(floor(part)) for part in parts), *self._dates(text)):
            self._first.setdefault(known, position)
        self._heard.append((position, _PLAIN.sub("", text.lower())))

    def _dates(self, text: str) -> Iterator[str]:
        """Dates in words, as they are written in records; said without a year, it is this one or the next."""
        for match in _DATE.finditer(text):
            day, month = match[1] or match[4], _MONTHS.index((match[2] or match[3])[:3].lower()) + 1
            for year in (int(self._year), int(self._year) + 1) if self._year.isdigit() else ():
                yield f"{year}-{month:02d}-{int(day):02d}"

    def knows(self, token: str, position: int) -> bool:
        """Whether a token was told or shown before a position; however it was spaced or dotted."""
        if self._first.get(token, position) < position:
            return True
        plain = _PLAIN.sub("", token)
        return len(plain) > 3 and any(at < position and plain in heard for at, heard in self._heard)

    def knows_number(self, number: float, position: int) -> bool:
        """Whether a number was told or shown before: as it is, in hundredths, or in hundreds."""
        values = [number, round(number * 100, 4), *([number / 100] if number % 100 == 0 else [])]
        return any(self._first.get(_named(value), position) < position for value in values)

    def unknown(self, text: str, position: int) -> list[str]:
        """Tokens with a digit in a text that were not told or shown before."""
        return [
            token
            for token in dict.fromkeys(tokens(text))
            if not self.knows(token, position) and not any(self.knows_number(number, position) for number in numbers(token))
        ]

    @cached_property
    def figures(self) -> Sequence[float]:
        """All numbers that were told or shown, at any time."""
        return [float(name[1:]) for name in self._first if name.startswith("=")]

    @cached_property
    def made(self) -> list[Made]:
        """All calls of the assistant and those who work for it, oldest first; the user's own are not judged."""
        outcomes = {seen.call_id: seen for seen in self.case.seen if seen.kind in ("answer", "refusal", "fault")}
        return [Made(seen, outcomes.get(seen.call_id)) for seen in self.case.seen if seen.kind == "calls" and seen.agent != USER]

    @cached_property
    def messages(self) -> list[Seen]:
        """What the user was told."""
        return [seen for seen in self.case.seen if seen.kind == "says" and seen.agent == ASSISTANT]

    @cached_property
    def effects(self) -> list[Seen]:
        """Answers that changed the world."""
        return [seen for seen in self.case.seen if seen.effects]

    def effect_between(self, after: int, before: int) -> bool:
        """Whether anything was changed between two positions."""
        return any(after < seen.position < before for seen in self.effects)

    @cached_property
    def said(self) -> list[tuple[int, float]]:
        """(position, number) of the numbers that the user said."""
        return [(seen.position, number) for seen in self.case.seen if seen.kind == "user" for number in numbers(seen.text)]

    @cached_property
    def _answers(self) -> list[Seen]:
        """What tools showed the assistant and those who work for it."""
        return [seen for seen in self.case.seen if seen.kind == "answer" and seen.agent != USER and seen.call_id not in self.handed]

    @cached_property
    def named(self) -> list[tuple[int, str, float]]:
        """(position, name, figure) of what answers show with a name of its own, such as an item and its price."""
        return [(seen.position, *figure) for seen in self._answers for figure in _figures(observation(seen))]

    @cached_property
    def shown(self) -> list[tuple[int, str, str, Any]]:
        """(position, record, field, value) of all that answers show of records, oldest first."""
        return [(seen.position, *fact) for seen in self._answers for fact in _facts(observation(seen))]


@lru_cache(64)
def _told_beforehand(policy: str, summary: str, tools: bytes) -> tuple[frozenset[str], str]:
    """What every conversation of a setting begins with: tokens and numbers, and the letters and digits of all of it."""
    text = "\n".join((policy, summary, tools.decode()))
    return frozenset((*tokens(text), *map(_named, numbers(text)))), _PLAIN.sub("", text.lower())


def tokens(text: str) -> list[str]:
    """Words with a digit in them, in small letters: identifiers, dates, codes and numbers."""
    found = (match.strip(".,:/+-").lstrip("#").lower() for match in _TOKEN.findall(text))
    return [token for token in found if any(map(str.isdigit, token))]


def numbers(text: str) -> list[float]:
    """Numbers that stand alone in a text."""
    return [float(match.replace(",", "")) for match in _NUMBER.findall(text)]


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """(name, value) of all texts and numbers in a JSON value; what stands in a list has the list's name."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item, name)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield name, value


def _named(number: float) -> str:
    return f"={number:.4f}"


def _facts(value: Any) -> Iterator[tuple[str, str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _facts(item)
    if not isinstance(value, Mapping):
        return
    about = next((item for name, item in value.items() if str(name).endswith("_id") and isinstance(item, str)), None)
    for name, item in value.items():
        if isinstance(item, Mapping | list):
            yield from _facts(item)
        elif about is not None:
            yield about, str(name), item


def _figures(value: Any) -> Iterator[tuple[str, float]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(item, float | int) and not isinstance(item, bool) and isinstance(value.get("name"), str):
                yield value["name"], float(item)
            yield from _figures(item) if name != "name" else ()
    elif isinstance(value, list):
        for item in value:
            yield from _figures(item)
