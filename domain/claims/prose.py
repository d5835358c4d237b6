"""Prose: a policy as sentences under their headings, with what they forbid and limit."""

import re
from functools import cached_property, lru_cache
from typing import NamedTuple

from domain.claims.facts import Facts
from domain.claims.text import units_of
from domain.claims.values import amounts_in, numbers_in
from domain.claims.words import stems

_FORBIDS = re.compile(
    r"\b(?:cannot|can not|can't|must not|may not|should not|shouldn't|not (?:be )?(?:allowed|possible|supported|permitted|"
    r"refundable|eligible|offered)|"
    r"are not able to|is not able to|unable to|never|do not|don't|no longer be|not \w+able)\b",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:at most|up to|no more than|a maximum of|maximum of|only|not more than|max(?:imum)?) (\w+) ((?:[a-z\-]+ ){0,2}[a-z]+)",
    re.IGNORECASE,
)


class Sentence(NamedTuple):
    """One sentence of a policy."""

    text: str
    stems: frozenset[str]
    """Of its words."""
    around: frozenset[str]
    """Of its words and those of the lines that it stands under."""
    forbids: bool
    amounts: frozenset[int]
    """Cents that it names."""


class Limit(NamedTuple):
    """At most so many of something."""

    most: int
    what: tuple[str, ...]
    """Stems; the last is the noun."""
    sentence: str


class Prose:
    """What an agent was told before the conversation."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lower = text.lower()
        self.facts = Facts(text, {})

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """All, in order."""
        found = []
        for unit in units_of(self.text):
            own = frozenset(stems(unit.lower))
            around = own.union(*(stems(parent.lower) for parent in unit.parents))
            named = frozenset(value for value, _, _ in unit.amounts)
            heading = self.text[: unit.start].rpartition("\n")[2].lstrip().startswith("#")
            found.append(Sentence(unit.text, own, around, not heading and bool(_FORBIDS.search(unit.text)), named))
        return tuple(found)

    @cached_property
    def words(self) -> frozenset[str]:
        """Stems of all its words."""
        return frozenset[str]().union(*(sentence.stems for sentence in self.sentences))

    @cached_property
    def amounts(self) -> frozenset[int]:
        """Cents that it names."""
        return frozenset(value for value, _, _ in amounts_in(self.text))

    @cached_property
    def percents(self) -> frozenset[float]:
        """Percentages that it names."""
        return frozenset(float(number) for number in re.findall(r"(\d+(?:\.\d+)?) ?(?:%|per ?cent)", self.lower))

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """What may be had at most so often."""
        found = []
        for sentence in self.sentences:
            for match in _LIMIT.finditer(sentence.text):
                number = next((value for value, _, _ in numbers_in(match[1])), None)
                what = tuple(stems(match[2].lower()))
                if number is not None and what:
                    found.append(Limit(number, what, sentence.text))
        return tuple(found)

    @cached_property
    def days(self) -> frozenset[int]:
        """Numbers before ``days`` or ``hours``, in hours."""
        return frozenset(durations(self.lower))


_DURATION = re.compile(r"\b(\d+)(?:\s?(?:-|–|to)\s?(\d+))?[- ](?:business |working |calendar )?(day|hour|week|month)s?\b")
_HOURS = {"day": 24, "hour": 1, "week": 168, "month": 720}


def durations(text: str) -> list[int]:
    """Hours of each duration that a text in small letters names in digits."""
    return [int(number) * _HOURS[match[3]] for match in _DURATION.finditer(text) for number in (match[1], match[2]) if number]


@lru_cache(512)
def prose_of(text: str) -> Prose:
    """The same object for the same text."""
    return Prose(text)
