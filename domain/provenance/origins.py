"""The fold: what every agent knows grows event by event, and each call's arguments are looked up in it as the call is made."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from domain.agents import ASSISTANT, USER
from domain.provenance.arithmetic import derive_number, is_by_chance, shown_beside
from domain.provenance.deriving import derive_text, missing
from domain.provenance.known import Known, Source
from domain.provenance.reading import figure, is_telling, leaves, normal, tokens
from domain.provenance.reckoning import Question
from events.base import Event
from events.conversation import AssistantSpoke, UserSpoke
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

DERIVED, DECLARED, UNGROUNDED = "derived", "declared", "ungrounded"
BY_MODEL = "model"
"""Found nowhere, but a model that was asked named where it follows from."""
_QUOTED = re.compile(r"['\"`]([^'\"`]{2,40})['\"`]")
_ONE_OF = re.compile(r"one of\b", re.IGNORECASE)
_PLAIN = re.compile(r"[0-9]{1,18}(\.[0-9]{1,18})?")
_SMALL = 12
"""Up to which numbers stand everywhere."""
_BELONGS = "it belongs to"
_NAMED = re.compile(r"/(?!new_)\w*ids?(/|$)")
"""Arguments that name rows; ``new_item_ids`` names what is in nobody's row yet."""


class Origin(NamedTuple):
    """Where one leaf of a call's arguments comes from."""

    path: str
    """JSON pointer into the arguments."""
    value: Any
    kind: str
    """``user``, ``request``, ``observation``, ``instructions``, ``derived``, ``declared`` (a choice that the tool itself offers)
    or ``ungrounded``; ``model`` where only a model that was asked could tell."""
    sources: tuple[Source, ...] = ()
    rule: str = ""
    """How it is derived; of what is ungrounded, what is known about it."""


class CallOrigins(NamedTuple):
    """The origins of a whole call."""

    position: int
    agent: str
    call_id: str
    tool: str
    origins: tuple[Origin, ...]


class Origins:
    """A fold over a conversation.

    Args:
        clock: Time inside the world when the conversation begins, ISO 8601; empty where there is none.
        names: What codes of a setting are called by people, such as ``SEA`` -> (``Seattle``,).
    """

    def __init__(self, clock: str = "", names: Mapping[str, Sequence[str]] | None = None) -> None:
        self._today = date.fromisoformat(clock[:10]) if clock else None
        self._names = names or {}
        self._known: dict[str, Known] = {}
        self._specs: dict[str, Mapping[str, Any]] = {}
        self._invented: dict[str, frozenset[str]] = {}

    def brief(self, agent: str, instructions: str, specs: Sequence[Mapping[str, Any]] = ()) -> None:
        """Take in what an agent is told, and the specifications of its tools, before it does anything."""
        self._known[agent] = Known(self._today, _told(instructions, self._today))
        self._specs[agent] = {spec["function"]["name"]: spec for spec in specs}

    def known(self, agent: str) -> Known:
        """What an agent has been told and shown so far."""
        return self._of(agent)

    def observe(self, position: int, event: Event) -> CallOrigins | None:
        """Take in one event; of a call, its origins."""
        match event:
            case UserSpoke(content=content):
                self._of(ASSISTANT).tell("user", position, content)
            case AssistantSpoke(agent=agent, content=content) if agent == ASSISTANT:
                self._of(USER).tell("user", position, content)
            case SubagentStarted(agent=agent, request=request):
                self._of(agent).tell("request", position, request)
            case ToolCalled():
                found = self.of(position, event)
                self._invented[event.call_id] = frozenset(_echoes(found.origins))
                return found
            case ToolAnswered():
                self._of(event.agent).show(position, event.observation, but=self._invented.pop(event.call_id, frozenset()))
            case ToolRefused() | ToolFaulted():
                but = self._invented.pop(event.call_id, frozenset())
                self._of(event.agent).tell("observation", position, event.reason, but=but)
        return None

    def knows(self, agent: str, word: str) -> bool:
        """Whether an agent has been told or shown a number, identifier or date."""
        known = self._of(agent)
        return known.find(word) is not None or (_PLAIN.fullmatch(word) is not None and known.number(float(word)) is not None)

    def _of(self, agent: str) -> Known:
        if agent not in self._known:
            self._known[agent] = Known(self._today)
        return self._known[agent]

    def of(self, position: int, called: ToolCalled) -> CallOrigins:
        """The origins of a call, by what its agent knows now; nothing is taken in."""
        known, spec = self._of(called.agent), self._specs.get(called.agent, {}).get(called.tool, {})
        shapes = spec.get("function", {}).get("parameters", {}).get("properties", {})
        found = tuple(
            self._origin(known, f"/{name}{path}", value, shapes.get(name, {}), called.arguments)
            for name, argument in called.arguments.items()
            for path, value in leaves(argument)
        )
        return CallOrigins(position, called.agent, called.call_id, called.tool, found)

    def _origin(self, known: Known, path: str, value: Any, shape: Mapping[str, Any], arguments: Mapping[str, Any]) -> Origin:
        """A leaf's origin; a code that comes from nowhere may have been called by its name."""
        origin = origin_of(known, path, value, shape, arguments)
        if origin.kind == UNGROUNDED and isinstance(value, str):
            for name in self._names.get(value, ()):
                found = known.find(name)
                if found is not None:
                    return Origin(path, value, DERIVED, (found,), "name")
        return origin


def origin_of(known: Known, path: str, value: Any, shape: Mapping[str, Any], arguments: Mapping[str, Any]) -> Origin:
    """Where one leaf comes from: what stands somewhere as it is first, then what the tool declares, then what can be derived.

    Args:
        shape: JSON schema of the argument that it belongs to.
        arguments: All of the call.
    """
    if value is None or isinstance(value, bool):
        return Origin(path, value, DECLARED)
    if isinstance(value, int | float):
        return _number(known, path, value, shape, arguments)
    if not value.strip():
        return Origin(path, value, DECLARED)
    foreign = _foreign(known, path, value, arguments)
    if foreign is not None:
        return Origin(path, value, UNGROUNDED, rule=foreign)
    found = known.find(value)
    if found is not None:
        return Origin(path, value, found.kind, (found,))
    if normal(value) in _declared(shape):
        return Origin(path, value, DECLARED)
    derived = derive_text(value, known)
    if derived is not None:
        return Origin(path, value, DERIVED, derived.sources, derived.rule)
    return Origin(path, value, UNGROUNDED, rule=", ".join(missing(value, known)))


@lru_cache(64)
def _told(instructions: str, today: date | None) -> Known:
    """What instructions say; read once for all conversations that begin with them."""
    known = Known(today)
    known.tell("instructions", 0, instructions)
    return known


def _number(known: Known, path: str, value: float, shape: Mapping[str, Any], arguments: Mapping[str, Any]) -> Origin:
    """A number that was shown as something else, in a row that the call does not name, stands there by chance, unless it is small."""
    asked = Question(known, path, arguments)
    found = known.number(float(value), asked.field)
    if found is not None and abs(value) > _SMALL and is_by_chance(found, asked):
        found = shown_beside(float(value), asked)
    if found is not None:
        return Origin(path, value, found.kind, (found,))
    if value in (0, shape.get("default")) or value in (shape.get("enum") or ()):
        return Origin(path, value, DECLARED)
    derived = derive_number(float(value), asked)
    return Origin(path, value, DERIVED, derived.sources, derived.rule) if derived else Origin(path, value, UNGROUNDED)


def _foreign(known: Known, path: str, value: str, arguments: Mapping[str, Any]) -> str | None:
    """Whether a value belongs to another row than the one that the call names beside it."""
    if not _NAMED.match(path) or not is_telling(value):
        return None
    for name, owner in arguments.items():
        if isinstance(owner, str) and owner != value and name.endswith("id"):
            whose = known.foreign(value, name, owner)
            if whose is not None:
                return f"{_BELONGS} {name} {whose}"
    return None


def _declared(shape: Mapping[str, Any]) -> set[str]:
    """Values that a parameter offers: its enum, its default, and alternatives that its description quotes; of codes no examples."""
    parts = [shape, shape.get("items", {}), *shape.get("anyOf", ())]
    offered = {normal(str(value)) for part in parts for value in (*(part.get("enum") or ()), part.get("default"), part.get("const"))}
    for part in parts:
        description = str(part.get("description", ""))
        has_codes = _ONE_OF.match(description) is not None
        offered |= {normal(text) for text in _QUOTED.findall(description) if has_codes or not is_telling(text)}
    return offered - {normal(str(None))}


def _echoes(origins: Iterable[Origin]) -> Iterator[str]:
    """Values of a call that come from nowhere: where its outcome repeats them, they still do."""
    for origin in origins:
        if origin.kind == UNGROUNDED and not origin.rule.startswith(_BELONGS):
            if isinstance(origin.value, str):
                yield normal(origin.value)
                yield from (token for token in tokens(normal(origin.value)) if is_telling(token))
            else:
                yield figure(origin.value)
