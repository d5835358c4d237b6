"""Supported: what messages say that comes from what was said and shown, and whether it still does where some of that is left out.

A code, an amount or a date is supported wherever it stands or follows from. A word that a tool showed as a value, such as
``delivered``, stands in many rows: in a message it is supported by the outcome that showed it last, or by one that showed just
the same; in a call by any that showed it, or by a user who said it. What an agent thinks beside its words counts as they do.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

import orjson

from domain.agents import ASSISTANT
from domain.provenance.deriving import supported
from domain.provenance.origins import UNGROUNDED, CallOrigins, Origins
from domain.provenance.reading import leaves, normal, tokens
from domain.values import canonical
from events.base import Event
from events.conversation import AssistantSpoke, UserSpoke
from events.tools import ToolAnswered, ToolCalled

_JSON = re.compile(r"[\[{]")
_SHORTEST, _LONGEST = 3, 60
"""Characters of a text that counts as one value."""


class Support(NamedTuple):
    """What is supported in a conversation, or in what is kept of it."""

    values: Mapping[int, AbstractSet[str]]
    """Position of a message or call -> the codes, amounts and dates in its words that come from somewhere."""
    arguments: Mapping[int, AbstractSet[str]]
    """Position of a call -> JSON pointers of its arguments that come from somewhere."""

    told: AbstractSet[str]
    """All such values that the user was told."""

    def covers(self, other: "Support") -> bool:
        """Whether all that is supported in the whole is supported here, in each message and call that is here, and told at all."""
        mine = ((mine, theirs) for mine, theirs in ((self.values, other.values), (self.arguments, other.arguments)))
        return all(theirs[place] <= found for mine, theirs in mine for place, found in mine.items()) and other.told <= self.told


class Supported:
    """What is supported in a conversation, and whether it still is in what is kept of it.

    Args:
        origins: Begins the fold over it: what its agents know before.
    """

    def __init__(self, events: Sequence[Event], origins: Callable[[], Origins]) -> None:
        self._events, self._origins = events, origins
        self._shown = list(_shown(events))
        self._whole = self.support(frozenset(range(1, len(events) + 1)))

    def holds(self, kept: AbstractSet[int]) -> bool:
        """Whether whatever was supported still is, in what is kept; and whether all that the user was told is still told."""
        for position, outcomes in self._shown:
            if position in kept and not any(outcome in kept for outcome in outcomes):
                return False
        return self.support(kept).covers(self._whole)

    def support(self, kept: AbstractSet[int]) -> Support:
        """What is supported in what is kept."""
        origins = self._origins()
        values: dict[int, AbstractSet[str]] = {}
        arguments: dict[int, AbstractSet[str]] = {}
        told: set[str] = set()
        for position, event in enumerate(self._events, 1):
            if position in kept:
                found = origins.observe(position, event)
                if found is not None:
                    arguments[position] = _grounded(found)
                if isinstance(event, AssistantSpoke | ToolCalled):
                    known = origins.known(event.agent)
                    values[position] = supported(f"{event.content or ''}\n{event.reasoning or ''}", known)
                    if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT:
                        told |= supported(event.content, known)
        return Support(values, arguments, told)


def _grounded(call: CallOrigins) -> set[str]:
    return {origin.path for origin in call.origins if origin.kind != UNGROUNDED}


def _shown(events: Sequence[Event]) -> Iterator[tuple[int, Sequence[int]]]:
    """(position of a message or call of the assistant's, outcomes of which one must stay for a word in it)."""
    latest: dict[str, list[int]] = {}
    every: dict[str, list[int]] = {}
    equal: dict[bytes, list[int]] = {}
    heard = " "
    calls: dict[str, ToolCalled] = {}
    for position, event in enumerate(events, 1):
        if isinstance(event, UserSpoke):
            heard += _spaced(event.content)
        elif isinstance(event, ToolAnswered) and event.agent == ASSISTANT and event.call_id in calls:
            called = calls[event.call_id]
            same = equal.setdefault(canonical([called.tool, called.arguments, event.observation]), [])
            same.append(position)
            for word in set(_words(event.observation)):
                latest[word] = same
                every.setdefault(word, []).append(position)
        elif isinstance(event, AssistantSpoke | ToolCalled) and event.agent == ASSISTANT:
            said = _spaced(_text(event))
            if isinstance(event, ToolCalled):
                calls[event.call_id] = event
                found = [every[word] for word in every if f" {word} " in said and f" {word} " not in heard]
            else:
                found = [latest[word] for word in latest if f" {word} " in said]
            yield from ((position, outcomes) for outcomes in sorted({tuple(outcomes) for outcomes in found}))


def _text(event: AssistantSpoke | ToolCalled) -> str:
    """All that an agent wrote in a message or call."""
    arguments = (str(value) for _, value in leaves(event.arguments)) if isinstance(event, ToolCalled) else ()
    return "\n".join([event.content or "", event.reasoning or "", *arguments])


def _spaced(text: str) -> str:
    return f" {' '.join(tokens(normal(text)))} "


def _words(observation: Any) -> Iterator[str]:
    """Texts without digits that an observation shows as values; also those of records that another agent passed on."""
    begins = _JSON.search(observation) if isinstance(observation, str) else None
    if begins:
        try:
            observation = orjson.loads(observation[begins.start() :])
        except ValueError:
            return
    for _, value in leaves(observation):
        if isinstance(value, str) and _SHORTEST <= len(value) <= _LONGEST and not any(map(str.isdigit, value)):
            yield " ".join(tokens(normal(value)))
