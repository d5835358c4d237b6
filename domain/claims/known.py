"""Known: what an agent had observed at a moment, to be asked for identifiers, amounts, records and effects."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from domain.claims.facts import Facts, Record, facts_of
from domain.claims.prose import Prose, prose_of

_READS = re.compile(
    r"^(?:get|find|list|search|check|look|lookup|read|show|view|verify|calculate|calculator|think|track|quote|fetch|describe|count|"
    r"query|retrieve|run_speed|can|is|has|validate|authenticate|todo|goto|respond|transfer_to_human)(?:_|$)"
)
_ERROR = re.compile(r"^\s*(?:\W?error\b|\W*tool .{0,40} not found|exception\b|traceback|unknown (?:action|tool))", re.IGNORECASE)
_COUNTS = 1200
"""Cents up to which a bare number of the user is a count rather than money."""
_CLOCK = re.compile(r"\b(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)")


@dataclass
class Made:
    """A call and how it came out."""

    tool: str
    arguments: Mapping[str, Any]
    call_id: str
    at: int
    """Where it stands: index of the message, or position of the event."""
    facts: Facts | None = None
    answered: bool = False
    writes: bool = False
    """Whether it changed something, as far as can be told."""
    said: str = ""
    """Its arguments in small letters."""

    @property
    def effective(self) -> bool:
        """Whether it was answered and changed something."""
        return self.writes and self.answered


def reads_only(tool: str) -> bool:
    """Whether a tool's name says that it changes nothing."""
    return bool(_READS.match(tool))


def is_error(text: str) -> bool:
    """Whether an observation is a failure's."""
    return bool(_ERROR.match(text))


@dataclass
class Known:
    """A fold over what one agent was told and shown; ``observe_*`` take in the next thing."""

    system: str = ""
    """What it was told before: policy and all."""
    tools: Mapping[str, Any] | None = None
    """Name -> specification of its tools; None where nobody knows which it has."""
    seen: list[Facts] = field(default_factory=list)
    calls: list[Made] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    """The user's turns, in small letters."""
    said: list[str] = field(default_factory=list)
    """Its own messages."""
    _by_id: dict[str, list[Record]] = field(default_factory=dict)
    _by_name: dict[str, list[Record]] = field(default_factory=dict)
    _amounts: set[int] = field(default_factory=set)
    _tokens: set[str] = field(default_factory=set)
    _numbers: set[int] = field(default_factory=set)
    _user_facts: list[Facts] = field(default_factory=list)
    _met: set[int] = field(default_factory=set)

    @cached_property
    def prose(self) -> Prose:
        """What it was told before, sentence by sentence."""
        return prose_of(self.system)

    @cached_property
    def now(self) -> datetime | None:
        """The time that it was told, without zone."""
        match = _CLOCK.search(self.system)
        return datetime.fromisoformat(f"{match[1]}T{match[2]}") if match else None

    def observe_user(self, text: str) -> None:
        """The user spoke."""
        self.users.append(text.lower())
        self._user_facts.append(Facts(text))

    def observe_call(self, made: Made, writes: bool | None = None) -> None:
        """It called a tool; ``writes`` where it is known whether that changed something."""
        made.writes = not reads_only(made.tool) if writes is None else writes
        made.said = str(dict(made.arguments)).lower()
        self.calls.append(made)

    def observe_answer(self, made: Made | None, text: str, *, error: bool) -> None:
        """It was shown an outcome."""
        facts = facts_of(text)
        if made is not None:
            made.facts, made.answered = facts, not error
        self.seen.append(facts)
        if id(facts) in self._met:
            self._again(facts)
            return
        self._met.add(id(facts))
        self._amounts |= facts.amounts
        self._tokens |= facts.tokens
        self._numbers |= facts.numbers
        self._again(facts)

    def _again(self, facts: Facts) -> None:
        for name, records in facts.by_id.items():
            self._by_id.setdefault(name, []).extend(records)
        for name, records in facts.by_name.items():
            self._by_name.setdefault(name, []).extend(records)

    @property
    def user_text(self) -> str:
        """All that the user said."""
        return "\n".join(self.users)

    def has_token(self, token: str) -> bool:
        """Whether an identifier was shown, told, or stands in its instructions."""
        token = token.lower().lstrip("#")
        if token in self._tokens:
            return True
        if any(token in facts.tokens for facts in self._user_facts) or token in self.prose.facts.tokens:
            return True
        return any(token in text for text in self.users) or any(token in facts.lower for facts in self.seen) or token in self.prose.lower

    def observed(self, words: str) -> bool:
        """Whether a text was shown, told, or stands in the instructions."""
        return any(words in facts.lower for facts in self.seen) or any(words in text for text in self.users) or words in self.prose.lower

    def has_amount(self, cents: int) -> bool:
        """Whether an amount was shown."""
        return cents in self._amounts

    def told_amount(self, cents: int) -> bool:
        """Whether the user or the instructions named an amount."""
        return cents in self.prose.amounts or any(
            cents in facts.amounts or (cents // 100 in facts.numbers and cents > _COUNTS) for facts in self._user_facts
        )

    def has_number(self, number: int) -> bool:
        """Whether a whole number was shown or told."""
        return number in self._numbers or number in self.prose.facts.numbers or any(number in facts.numbers for facts in self._user_facts)

    def has_figure(self, figure: float) -> bool:
        """Whether a number, whole or not, was shown or told."""
        return any(figure in facts.figures for facts in (*self.seen, *self._user_facts, self.prose.facts))

    @property
    def amounts(self) -> set[int]:
        """All that were shown."""
        return self._amounts

    @property
    def things(self) -> Mapping[str, list[Record]]:
        """Identifier in small letters -> what was shown under it, the latest last."""
        return self._by_id

    def records(self, id: str) -> list[Record]:
        """What was shown under an identifier, the latest last."""
        return self._by_id.get(id.lower().lstrip("#"), [])

    def named(self, text: str) -> Iterator[tuple[str, int, list[Record]]]:
        """(name, where, records) of what a text in small letters names."""
        for name, records in self._by_name.items():
            at = text.find(name)
            if at >= 0 and len(name) > 3:
                yield name, at, records

    def field(self, id: str, key: str) -> list[Any]:
        """Values of a field that were shown of something, the latest last."""
        return [record.fields[key] for record in self.records(id) if key in record.fields]

    def has_date(self, month: int, day: int, year: int | None) -> bool:
        """Whether a day was shown, told, or stands in the instructions."""
        wanted = (month, day)
        for facts in (*self.seen, *self._user_facts, self.prose.facts):
            if wanted in facts.dates and (year is None or any((d.month, d.day) == wanted and d.year in (None, year) for d in facts.days)):
                return True
        told = f"{month:02}-{day:02}"
        return any(told in made.said for made in self.calls if made.answered)

    def methods(self) -> list[Record]:
        """Ways of paying that a profile showed, each once, as shown last."""
        found: dict[str, Record] = {}
        for facts in reversed(self.seen):
            for record in facts.methods:
                found.setdefault(record.id, record)
        return list(found.values())

    def effects(self) -> Iterator[Made]:
        """Calls that changed something, the latest first."""
        return (made for made in reversed(self.calls) if made.effective)
