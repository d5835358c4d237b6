"""Patterns: what an event has to be like, as data. Nothing in one is executed, and no regular expression can hang."""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple

import jsonschema_rs
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, field_validator

from domain.patch import ABSENT
from domain.values import canonical, compact
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, UserSpoke
from events.subagents import SubagentStarted
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

Kind = Literal["called", "answered", "refused", "faulted", "user", "assistant", "subagent", "ended"]
KINDS: Mapping[type[Event], Kind] = {
    ToolCalled: "called",
    ToolAnswered: "answered",
    ToolRefused: "refused",
    ToolFaulted: "faulted",
    UserSpoke: "user",
    AssistantSpoke: "assistant",
    SubagentStarted: "subagent",
    ConversationEnded: "ended",
}
_LONGEST = 1000
"""Characters of a regular expression."""
_LARGEST = 1 << 20
"""Bytes of a compiled one."""


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Glob = Annotated[str, Field(min_length=1, max_length=200)]
Globs = Annotated[tuple[Glob, ...], BeforeValidator(_listed)]


class Data(BaseModel):
    """What a file of rules consists of."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Test(Data):
    """What a value has to be: all that is given holds."""

    __test__ = False
    equals: JsonValue = None
    one_of: tuple[JsonValue, ...] | None = None
    text: str | None = None
    """Regular expression that is found in it."""
    above: float | None = None
    below: float | None = None

    @field_validator("text")
    @classmethod
    def _can_be_searched(cls, text: str | None) -> str | None:
        return text if text is None else checked(text)

    def holds(self, value: Any) -> bool:
        """Whether a value, or ABSENT, is so."""
        if value is ABSENT:
            return False
        given = self.model_fields_set
        if "equals" in given and not alike(value, self.equals):
            return False
        if self.one_of is not None and not any(alike(value, one) for one in self.one_of):
            return False
        if self.text is not None and not found_in(self.text, value if isinstance(value, str) else shown(value)):
            return False
        if self.above is None and self.below is None:
            return True
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return (self.above is None or value > self.above) and (self.below is None or value < self.below)


def _tested(value: Any) -> Any:
    return value if isinstance(value, dict | Test) else {"equals": value}


Tested = Annotated[Test, BeforeValidator(_tested)]


class Changed(Data):
    """A change of a tool: one field of one row; a row that appears or disappears changes all its fields."""

    table: Globs
    key: Globs | None = None
    field: Globs | None = None
    before: Tested | None = None
    after: Tested | None = None

    def matches(self, changes: tuple[Change, ...]) -> bool:
        """Whether any of the changes is so."""
        return any(self._fits(change) for change in changes if _named(self.table, change.table) and _named(self.key, change.key))

    def _fits(self, change: Change) -> bool:
        return any(
            _named(self.field, field)
            and (self.before is None or self.before.holds(before))
            and (self.after is None or self.after.holds(after))
            for field, before, after in _fields(change)
        )


def _fields(change: Change) -> Iterator[tuple[str, Any, Any]]:
    if change.field is not None:
        yield (
            change.field,
            ABSENT if change.absent == "before" else change.before,
            ABSENT if change.absent == "after" else change.after,
        )
        return
    before, after = (side if isinstance(side, dict) else {} for side in (change.before, change.after))
    for field in dict.fromkeys([*before, *after]):
        yield field, before.get(field, ABSENT), after.get(field, ABSENT)


class Moment(NamedTuple):
    """One event, and what has to be known to look at it."""

    position: int
    turn: int
    """Turns of the user so far."""
    event: Event
    call: ToolCalled | None
    """The call that it is, that it is the outcome of, or that put a sub-agent to work."""


class Pattern(Data):
    """What an event has to be like: all that is given holds."""

    kind: Annotated[tuple[Kind, ...], Field(min_length=1), BeforeValidator(_listed)]
    tool: Globs | None = None
    agent: Globs | None = None
    code: Globs | None = None
    """Of a refusal; the kind of a fault; the reason of an end."""
    arguments: dict[str, Tested] = {}
    """Name or JSON pointer -> what that argument of the call has to be."""
    text: str | None = None
    """Regular expression that is found in what was said, asked, shown or given as a reason."""
    changed: Changed | None = None

    @field_validator("text")
    @classmethod
    def _can_be_searched(cls, text: str | None) -> str | None:
        return text if text is None else checked(text)

    @field_validator("arguments")
    @classmethod
    def _are_places(cls, arguments: dict[str, Test]) -> dict[str, Test]:
        if "" in arguments:
            raise ValueError("an argument needs a name or a JSON pointer")
        return arguments

    def matches(self, moment: Moment) -> bool:
        """Whether an event is so."""
        event, call = moment.event, moment.call
        return (
            KINDS.get(type(event)) in self.kind
            and (self.tool is None or (call is not None and _named(self.tool, call.tool)))
            and (self.agent is None or _named(self.agent, getattr(event, "agent", "")))
            and (self.code is None or _named(self.code, _code(event)))
            and all(test.holds(argument(call, place)) for place, test in self.arguments.items())
            and (self.changed is None or self.changed.matches(getattr(event, "changes", ())))
            and (self.text is None or found_in(self.text, _text(event)))
        )


def argument(call: ToolCalled | None, place: str) -> Any:
    """An argument of a call by its name or JSON pointer; ABSENT where there is none."""
    value: Any = ABSENT if call is None else call.arguments
    steps = [step.replace("~1", "/").replace("~0", "~") for step in place[1:].split("/")] if place.startswith("/") else [place]
    for step in steps:
        if isinstance(value, dict):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and step.isdecimal() and len(step) < 9:
            value = value[int(step)] if int(step) < len(value) else ABSENT
        else:
            return ABSENT
    return value


def alike(one: Any, other: Any) -> bool:
    """Whether two values are equal as JSON: 25 equals 25.0, true is not 1."""
    try:
        return canonical(one) == canonical(other)
    except ValueError:  # integers beyond 64 bits
        return bool(one == other)


def shown(value: Any) -> str:
    """A value as agents see it."""
    try:
        return value if isinstance(value, str) else compact(value)
    except TypeError:  # integers beyond 64 bits
        return str(value)


def checked(expression: str) -> str:
    """A regular expression that can be searched for in time that grows with the text alone.

    Raises:
        ValueError: It is none, too long, or needs to look around or back.
    """
    if len(expression) > _LONGEST:
        raise ValueError(f"the regular expression has {len(expression)} characters; it can have {_LONGEST}")
    try:
        _searcher(expression)
    except ValueError as error:
        raise ValueError(
            f"{expression!r} is no regular expression that can be searched for in bounded time: no look-around, no back-references"
        ) from error
    return expression


def found_in(expression: str, text: str) -> bool:
    """Whether a regular expression is found in a text."""
    return bool(_searcher(expression).is_valid(text))


@lru_cache(256)
def _searcher(expression: str) -> Any:
    """Rust's engine, which has no way to backtrack; it comes with the validator of arguments."""
    options = jsonschema_rs.RegexOptions(size_limit=_LARGEST)
    return jsonschema_rs.validator_for({"type": "string", "pattern": expression}, pattern_options=options)


def _named(globs: tuple[str, ...] | None, name: str) -> bool:
    return globs is None or any(glob == name or fnmatchcase(name, glob) for glob in globs)


def _code(event: Event) -> str:
    match event:
        case ToolRefused():
            return event.code
        case ToolFaulted():
            return event.kind
        case ConversationEnded():
            return event.reason
    return ""


def _text(event: Event) -> str:
    match event:
        case UserSpoke() | AssistantSpoke():
            return event.content
        case ToolCalled():
            return event.content or ""
        case ToolAnswered():
            return shown(event.observation)
        case SubagentStarted():
            return event.request
        case ToolRefused() | ToolFaulted() | ConversationEnded():
            return event.reason
    return ""
