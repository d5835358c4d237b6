"""Temporal rules: what may never happen before, after or without something else; data, to be run over any recorded conversation.

::

    - id: authenticate-before-refund
      sentence: No refund before the customer is known.
      never: {kind: called, tool: return_delivered_order_items}
      before: {kind: answered, tool: find_user_id_*}
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, NamedTuple, Self

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from domain.errors import SettingError
from domain.patch import ABSENT
from domain.patterns import Data, Moment, Pattern, argument
from domain.values import canonical
from events.base import Event
from events.conversation import UserSpoke
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused


class Within(Data):
    """How far apart two events may be to count; 0 turns is the same turn of the user."""

    turns: Annotated[int, Field(ge=0)] | None = None
    events: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.turns is None) == (self.events is None):
            raise ValueError("within takes either turns or events")
        return self

    def reaches(self, one: Moment, other: Moment) -> bool:
        """Whether they are that near."""
        if self.turns is not None:
            return abs(one.turn - other.turn) <= self.turns
        return abs(one.position - other.position) <= (self.events or 0)


class TemporalRule(Data):
    """One sentence of a policy over time. An event of ``never`` breaks it where what else is given holds."""

    id: Annotated[str, Field(min_length=1, max_length=100)]
    sentence: Annotated[str, Field(min_length=1)]
    never: Pattern
    before: Pattern | None = None
    """It breaks the rule unless such an event came earlier."""
    after: Pattern | None = None
    """It breaks the rule only if such an event came earlier."""
    unless: Pattern | None = None
    """It breaks the rule unless there is such an event, earlier or later."""
    same: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Arguments, by name or JSON pointer, that must be equal in both; with ``at_most`` alone, in all that are counted."""
    at_most: Annotated[int, Field(ge=0)] = 0
    """So many of them are free."""
    within: Within | None = None
    """How near the other event must be to count; with ``at_most`` alone, the span in which is counted."""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        given = [name for name in ("before", "after", "unless") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} stand in one rule; write a rule for each")
        if not given and not self.at_most and (self.same or self.within):
            raise ValueError("same and within compare two events; give before, after, unless or at_most as well")
        return self

    @property
    def other(self) -> Pattern | None:
        """The pattern of the other event."""
        return self.before or self.after or self.unless


class Violation(NamedTuple):
    """The event that breaks a rule."""

    rule: str
    position: int


_RULES = TypeAdapter(tuple[TemporalRule, ...])


def rules_of(document: Any, where: str) -> tuple[TemporalRule, ...]:
    """Rules from a list of mappings, as a YAML file holds it.

    Args:
        where: What to name in an error.

    Raises:
        SettingError: It is no such list, or two rules have one id.
    """
    try:
        rules = _RULES.validate_python(document)
    except (ValidationError, RecursionError) as error:
        if isinstance(error, RecursionError):
            raise SettingError(f"{where}: values are nested too deeply; make them flatter") from error
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise SettingError(f"{where}: {place}: {first['msg']}; docs/history.md says what a rule consists of") from error
    ids = [rule.id for rule in rules]
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        raise SettingError(f"{where}: two rules are called {twice!r}; give each an id of its own")
    return rules


def violations(rules: Sequence[TemporalRule], events: Iterable[tuple[int, Event]]) -> list[Violation]:
    """The events of one conversation that break rules, by position and then in the order of the rules.

    Args:
        events: All events with their positions, in order.
    """
    found: list[tuple[int, int, str]] = []
    places: list[tuple[list[Moment], list[Moment]]] = [([], []) for _ in rules]
    for moment in moments(events):
        for rule, (never, other) in zip(rules, places, strict=True):
            if rule.never.matches(moment):
                never.append(moment)
            if rule.other is not None and rule.other.matches(moment):
                other.append(moment)
    for number, (rule, (never, other)) in enumerate(zip(rules, places, strict=True)):
        found += ((moment.position, number, rule.id) for moment in _broken(rule, never, other))
    return [Violation(rule, position) for position, _, rule in sorted(found)]


def moments(events: Iterable[tuple[int, Event]]) -> Iterator[Moment]:
    """Each event with its turn and its call."""
    calls: dict[str, ToolCalled] = {}
    turn = 0
    for position, event in events:
        turn += isinstance(event, UserSpoke)
        call = None
        if isinstance(event, ToolCalled):
            call = calls[event.call_id] = event
        elif isinstance(event, ToolAnswered | ToolRefused | ToolFaulted | SubagentStarted):
            call = calls.get(event.call_id)
        yield Moment(position, turn, event, call)


def _broken(rule: TemporalRule, never: Sequence[Moment], other: Sequence[Moment]) -> Iterator[Moment]:
    """Which of the events that a rule is about break it."""
    if rule.other is not None:
        never = list(_conditioned(rule, never, other))
    if not rule.at_most:
        yield from never
        return
    counted: dict[bytes, list[Moment]] = defaultdict(list)
    span = rule.within if rule.other is None else None
    same = rule.same if rule.other is None else ()
    for moment in never:
        key = _key(same, moment)
        if key is None:
            continue
        counted[key] = [earlier for earlier in counted[key] if span is None or span.reaches(earlier, moment)]
        counted[key].append(moment)
        if len(counted[key]) > rule.at_most:
            yield moment


def _conditioned(rule: TemporalRule, never: Sequence[Moment], other: Sequence[Moment]) -> Iterator[Moment]:
    """Those for which the other event is there, or is missing, as the rule says."""
    by_key: dict[bytes, list[Moment]] = defaultdict(list)
    for moment in other:
        key = _key(rule.same, moment)
        if key is not None:
            by_key[key].append(moment)
    positions = {key: [moment.position for moment in held] for key, held in by_key.items()}
    for moment in never:
        key = _key(rule.same, moment)
        held, at = (by_key.get(key, []), positions.get(key, [])) if key is not None else ([], [])
        near = held[max(0, bisect_left(at, moment.position) - 1) : bisect_left(at, moment.position)]
        if rule.unless is not None:
            near += held[bisect_right(at, moment.position) : bisect_right(at, moment.position) + 1]
        is_there = any(rule.within is None or rule.within.reaches(moment, one) for one in near)
        if is_there == (rule.after is not None):
            yield moment


def _key(same: Sequence[str], moment: Moment) -> bytes | None:
    """What has to be equal; None where an argument is missing, which equals nothing."""
    values = [argument(moment.call, place) for place in same]
    if any(value is ABSENT for value in values):
        return None
    try:
        return canonical(values)
    except ValueError:  # integers beyond 64 bits
        return repr(values).encode()
