"""What one agent has been told and shown so far, kept so that a value is found in it at once.

What an agent said or asked itself is not in here: a value that it made up is not grounded by its having used it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from domain.provenance.figures import Figures
from domain.provenance.reading import (
    ANY_YEAR,
    bare,
    counted,
    dates,
    escaped,
    field_of,
    figure,
    is_telling,
    may_hold_values,
    normal,
    numbers,
    shifts,
    tokens,
)

SAID = ("user", "request")
"""Kinds of what was said to an agent in the conversation."""
_LONG = 60
"""Characters from which on a text that was shown is searched as a text, and not compared as one value."""
_DIGITS = re.compile(r"\d+")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) ?(?:%|percent\b)")
_MONEY = re.compile(r"(?:\$|\b(?:eur|usd) ?)(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?) ?(?:dollars?|euros?|eur|usd)\b")
_PLURAL = re.compile(r"[a-z].*\ds$")
"""More than one of what a code names."""
_LEAST_ALIKE = 4
"""Characters that a value needs at least to be found by its letters and digits alone."""


class Source(NamedTuple):
    """One place that a value comes from."""

    kind: str
    """``user``, ``request`` (of the parent), ``observation`` or ``instructions``."""
    event: int
    """Position in the conversation; 0 for what stood before it."""
    where: str
    """In a text ``first:last`` characters, in an observation a JSON pointer."""


class Text(NamedTuple):
    """Something that was said."""

    kind: str
    event: int
    where: str
    folded: str
    """As it was written, in small letters."""
    words: str
    """Normalised."""


@dataclass
class Rows:
    """The rows that a value was shown in."""

    all: int = 0
    times: Counter[str] = field(default_factory=Counter)
    """Name of an id -> in how many of them a row around it had one."""
    owners: dict[str, set[str]] = field(default_factory=dict)
    """Name of an id -> which ones."""


class Known:
    """All of it, for one agent.

    Args:
        today: The day on which the conversation takes place, for dates without a year.
        before: What it was told before anything else; shared with others who were told the same.
    """

    def __init__(self, today: date | None = None, before: "Known | None" = None) -> None:
        self.today, self._before = today, before
        self.texts: list[Text] = []
        self.numbers: dict[float, Source] = {}
        self.dates: dict[date, Source] = {}
        self.said: dict[float, Source] = {}
        """Numbers of the user's, or of the parent's request."""
        self.figures = Figures()
        self.counts: dict[int, Source] = {}
        """Length of a list that was shown -> the list."""
        self.percents: dict[float, Source] = dict(before.percents) if before else {}
        self.shifts: dict[int, Source] = {}
        """Days by which a text moves a date."""
        self.fees: dict[float, Source] = dict(before.fees) if before else {}
        """Amounts of money that instructions tell."""
        self._fields: dict[tuple[str, float], Source] = {}
        self._values: dict[str, Source] = {}
        self._tokens: dict[str, Source] = {}
        self._alike: dict[str, Source] = {}
        self._rows: dict[str, Rows] = {}
        self._owners: dict[str, set[str]] = {}

    def tell(self, kind: str, event: int, text: str, *, but: Set[str] = frozenset()) -> None:
        """Take in what was said to the agent.

        Args:
            but: Values that the text only repeats.
        """
        self._read(Source(kind, event, ""), text, but)

    def show(self, event: int, observation: Any, *, but: Set[str] = frozenset()) -> None:
        """Take in what a tool showed.

        Args:
            but: Values that the call itself brought in, and nobody else: that they come back proves nothing.
        """
        self.figures.show(event, observation, but)
        self._walk(event, observation, "", {}, but)

    def find(self, text: str) -> Source | None:
        """Where a value stands, as a whole."""
        words = normal(text)
        if not words:
            return None
        found = [source for source in (self._values.get(words), self._tokens.get(words)) if source is not None]
        if found:
            return self._placed(min(found, key=lambda source: source.event), words)
        for said in self.texts:
            if _place(said.words, words) is not None:
                return self._placed(Source(said.kind, said.event, said.where), words)
        return self._before.find(text) if self._before else None

    def number(self, value: float, field: str = "") -> Source | None:
        """Where a number stands: rather where it was said, or shown as the same field, than anywhere else."""
        found = self.said.get(value) or self._fields.get((field, value)) or self.numbers.get(value)
        return found or (self._before.number(value) if self._before else None)

    def every_number(self) -> Iterator[tuple[float, Source]]:
        """All numbers, those that were said and shown first."""
        yield from self.numbers.items()
        if self._before is not None:
            yield from self._before.every_number()

    def day(self, day: date) -> Source | None:
        """Where a date stands; where nobody knows what day it is, also one without a year."""
        anyhow = self.dates.get(day.replace(year=ANY_YEAR)) if self.today is None else None
        return self.dates.get(day) or anyhow or (self._before.day(day) if self._before else None)

    def alike(self, text: str) -> Source | None:
        """Where a value stands that differs by marks, blanks and capitals only."""
        letters = bare(normal(text))
        if len(letters) < _LEAST_ALIKE:
            return None
        return self._alike.get(letters) or (self._before.alike(text) if self._before else None)

    def ending(self, text: str) -> Source | None:
        """Where a value stands that ends with this, such as with the last digits of a card."""
        letters = bare(normal(text))
        if len(letters) < _LEAST_ALIKE:
            return None
        return next((source for alike, source in self._alike.items() if alike.endswith(letters)), None)

    def token(self, token: str) -> Source | None:
        """Where a word of a text stands."""
        return self._tokens.get(token) or self._values.get(token) or (self._before.token(token) if self._before else None)

    def foreign(self, text: str, name: str, owner: str) -> str | None:
        """Whose a value is, where it was only ever shown as part of rows with another ``name`` than ``owner``.

        So an item of one order is told from an item of another, though both were seen. An owner who was never shown with anything
        of the kind is rather where it is to go: a shipment is sent to another site.
        """
        rows, wanted = self._rows.get(normal(text)), normal(owner)
        owners = rows.owners.get(name, ()) if rows else ()
        if rows is None or not owners or wanted in owners or rows.times[name] < rows.all or wanted not in self._owners.get(name, ()):
            return None
        shape = _DIGITS.sub("0", normal(text))
        if not any(wanted in row.owners.get(name, ()) and _DIGITS.sub("0", words) == shape for words, row in self._rows.items()):
            return None
        return sorted(owners)[0]

    def _placed(self, source: Source, words: str) -> Source:
        """With the span in what was said."""
        if source.where or source.kind == "observation":
            return source
        said = next((text for text in self.texts if (text.kind, text.event) == source[:2] and words in text.words), None)
        at = said.folded.find(words) if said else -1
        return source._replace(where=f"{at}:{at + len(words)}" if at >= 0 else "")

    def _read(self, source: Source, text: str, but: Set[str]) -> None:
        words = normal(text)
        self.texts.append(Text(*source, text.casefold(), _without(words, but)))
        for token in set(tokens(words)) - but:
            self._tokens.setdefault(token, source)
            if not token.isalpha():
                one = token.partition("'")[0]
                self._tokens.setdefault(one[:-1] if _PLURAL.search(one) else one, source)
                self._alike.setdefault(bare(token), source)
        if not may_hold_values(words):
            return
        for number in (*numbers(text), *(counted(words) if source.kind != "instructions" else ())):
            if figure(number) not in but:
                self.numbers.setdefault(number, source)
                if source.kind in SAID:
                    self.said.setdefault(number, source)
        if source.kind == "instructions":
            for match in _MONEY.finditer(words):
                self.fees.setdefault(float(match[1] or match[2]), source)
        for days in shifts(words, self.today) if source.kind in SAID else ():
            self.shifts.setdefault(days, source)
        for match in _PERCENT.finditer(words):
            self.percents.setdefault(float(match[1]), source)
        for day in dates(text, self.today):
            if day.isoformat() not in but:
                self.dates.setdefault(day, source)

    def _walk(self, event: int, value: Any, path: str, owners: Mapping[str, str], but: Set[str]) -> None:
        if isinstance(value, Mapping):
            named = {key: normal(item) for key, item in value.items() if isinstance(item, str) and key.endswith("id")}
            owners = {**owners, **named}
            for name, owner in named.items():
                self._owners.setdefault(name, set()).add(owner)
            for key, item in value.items():
                below = f"{path}/{escaped(key)}"
                if isinstance(item, Mapping | list) and is_telling(str(key)):
                    self._value(event, str(key), below, owners, but)
                self._walk(event, item, below, owners, but)
        elif isinstance(value, list | tuple):
            self.counts.setdefault(len(value), Source("observation", event, path))
            for number, item in enumerate(value):
                self._walk(event, item, f"{path}/{number}", owners, but)
        elif value is not None and not isinstance(value, bool):
            self._value(event, value, path, owners, but)

    def _value(self, event: int, value: Any, path: str, owners: Mapping[str, str], but: Set[str]) -> None:
        source = Source("observation", event, path)
        if isinstance(value, int | float):
            if figure(value) not in but:
                self.numbers.setdefault(float(value), source)
                self._fields.setdefault((field_of(path), float(value)), source)
                self._values.setdefault(figure(value), source)
            return
        words = normal(value)
        if words in but:
            return
        self._own(words, owners)
        if words in self._values:
            return
        if len(words) > _LONG or "\n" in value:
            self._read(source, value, but)
            return
        self._values[words] = source
        self._alike.setdefault(bare(words), source)
        one = " " not in words
        for token in () if one else tokens(words):
            if token not in but:
                self._tokens.setdefault(token, source)
        if words[:1].isdigit() or not one:
            for number in () if one and not words.isdigit() else numbers(words):
                self.numbers.setdefault(number, source)
            for day in dates(words, self.today) if not one or "-" in words else ():
                self.dates.setdefault(day, source)

    def _own(self, words: str, owners: Mapping[str, str]) -> None:
        if is_telling(words):
            rows = self._rows.setdefault(words, Rows())
            rows.all += 1
            for name, owner in owners.items():
                rows.times[name] += 1
                rows.owners.setdefault(name, set()).add(owner)


def _place(text: str, words: str) -> int | None:
    """Where a value stands in a text, not in the middle of a word."""
    at = text.find(words)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(words) : at + len(words) + 1]
        if not (before.isalnum() and words[0].isalnum()) and not (after.isalnum() and words[-1].isalnum()):
            return at
        at = text.find(words, at + 1)
    return None


def _without(words: str, but: Set[str]) -> str:
    if not but:
        return words
    either = "|".join(map(re.escape, sorted(but, key=lambda value: (-len(value), value))))
    return re.sub(rf"(?<!\w)(?:{either})(?!\w)", " ", words)
