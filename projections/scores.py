"""Mechanical scores: what the log alone says on the axes that judges score; no words are read.

Each begins at 10 and loses points for what is recorded; 1 is the least. The log cannot tell how something is said or
whether a thought is sound, so ``communication_quality``, ``consistency`` and ``reasoning_quality`` have none.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from statistics import fmean
from typing import Any, NamedTuple

from domain.agents import USER
from domain.team import kind_of
from domain.values import canonical
from events.conversation import ConversationStarted, UserSpoke
from events.log import Recorded
from events.run import ConversationFinished
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.transcript import observation_text

_IDENTIFIER = re.compile(r"[\w#@.-]*\d[\w@.-]*\w")
_LEAST = 1


def mechanical(contents: Contents, records: Sequence[Recorded], finished: ConversationFinished) -> dict[str, int]:
    """Axis -> score, of the axes on which the log has something to say; ``error_handling`` only where a call failed."""
    events = [record.event for record in records if not _of_user(record)]
    called = {event.call_id: event for event in events if isinstance(event, ToolCalled)}
    refused = [event for event in events if isinstance(event, ToolRefused)]
    against = sum(event.code.startswith("policy:") for event in refused)
    made_up, thought_up = _made_up(contents, [record for record in records if not _of_user(record)])
    lost = {
        "goal_achievement": 0 if finished.accepted else 3 * max(1, len(finished.findings)),
        "tool_usage": 4 * against + len(refused) - against + 3 * _repeated(records),
        "tool_call_hallucination": 5 * made_up,
        "reasoning_hallucination": 5 * thought_up,
    }
    if any(isinstance(event, ToolRefused | ToolFaulted) for event in events):
        lost["error_handling"] = 4 * _given_up(records, called)
    return {axis: max(_LEAST, 10 - points) for axis, points in lost.items()}


def _of_user(record: Recorded) -> bool:
    """Whether it is about a call of the user's own."""
    return isinstance(record.event, ToolCalled | ToolAnswered | ToolRefused | ToolFaulted) and record.event.agent == USER


def _repeated(records: Sequence[Recorded]) -> int:
    """Calls with arguments that were answered before, with no change since, be it one of the user's."""
    delegated = {record.event.call_id for record in records if isinstance(record.event, SubagentStarted)}
    answered: set[tuple[str, str, bytes]] = set()
    keys: dict[str, tuple[str, str, bytes]] = {}
    times = 0
    for record in records:
        event = record.event
        if isinstance(event, ToolCalled) and event.call_id not in delegated and not _of_user(record):
            keys[event.call_id] = key = (kind_of(event.agent), event.tool, canonical(event.arguments))
            times += key in answered
        elif isinstance(event, ToolAnswered) and event.changes:
            answered.clear()
        elif isinstance(event, ToolAnswered) and event.call_id in keys:
            answered.add(keys[event.call_id])
    return times


def _made_up(contents: Contents, records: Sequence[Recorded]) -> tuple[int, int]:
    """How many identifiers in arguments, and in reasonings, stand nowhere in what was said and shown before: by exact look-up."""
    heard: list[str] = []
    delegated = {record.event.call_id for record in records if isinstance(record.event, SubagentStarted)}
    arguments: set[str] = set()
    thoughts: set[str] = set()
    for record in records:
        event = record.event
        if isinstance(event, ConversationStarted):
            heard += [contents.text(event.policy).lower(), contents.text(event.toolset).lower(), event.clock.lower()]
        elif isinstance(event, UserSpoke):
            heard.append(event.content.lower())
        elif isinstance(event, ToolAnswered) and event.call_id not in delegated:
            heard.append(observation_text(event).lower())
        reasoning = getattr(event, "reasoning", None)
        if isinstance(event, ToolCalled):
            arguments.update(_absent(_texts(event.arguments), heard))
        thoughts.update(_absent(_IDENTIFIER.findall(reasoning or ""), heard))
    return len(arguments), len(thoughts)


def _absent(words: Sequence[str] | Iterator[str], heard: Sequence[str]) -> Iterator[str]:
    for word in words:
        if any(map(str.isdigit, word)) and " " not in word and not any(word.lower() in text for text in heard):
            yield word


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def _given_up(records: Sequence[Recorded], called: Mapping[str, ToolCalled]) -> int:
    """Failed calls after which the same agent had no call answered before the user spoke again."""
    open_: dict[str, int] = {}
    given_up = 0
    for record in records:
        event = record.event
        if isinstance(event, ToolRefused | ToolFaulted) and event.call_id in called:
            open_[event.agent] = open_.get(event.agent, 0) + 1
        elif isinstance(event, ToolAnswered):
            open_.pop(event.agent, None)
        elif isinstance(event, UserSpoke):
            given_up += sum(open_.values())
            open_.clear()
    return given_up + sum(open_.values())


class Comparison(NamedTuple):
    """Two scores of the same conversations on one axis."""

    conversations: int
    bias: float
    """By how much the first is higher, in points."""
    correlation: float | None
    """Pearson's; None where one of them never varies."""


def compare(pairs: Sequence[tuple[float, float]]) -> Comparison | None:
    """Compare two scores, given as pairs; None where there are no pairs."""
    if not pairs:
        return None
    ours, theirs = (fmean(side) for side in zip(*pairs, strict=True))
    both = sum((one - ours) * (other - theirs) for one, other in pairs)
    spread = sqrt(sum((one - ours) ** 2 for one, _ in pairs) * sum((other - theirs) ** 2 for _, other in pairs))
    return Comparison(len(pairs), ours - theirs, both / spread if spread else None)
