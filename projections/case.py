"""Case: all that a judge may know of a conversation, and nothing more.

A judge sees what was said, thought, called, observed and changed, what the user wanted in prose, the policy and the
tools. It does not see the goal's gold actions, the verdict, or what was planted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from domain.agents import ASSISTANT, USER
from domain.blueprints.blueprint import goal_in
from domain.judgement import AXES, Axis
from domain.slips import in_words
from domain.team import kind_of
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, ConversationStarted, UserSlipped, UserSpoke
from events.errors import CorruptLog
from events.log import Recorded
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.errors import RecordError
from projections.transcript import json_text, observation_text
from projections.turns import beginnings


class Seen(NamedTuple):
    """One event as a judge sees it."""

    position: int
    """In the conversation's stream: by this it is named as evidence."""
    turn: int
    """Turn of the user that it belongs to, counted from 1."""
    agent: str
    kind: str
    """``user``, ``says``, ``asked``, ``calls``, ``answer``, ``refusal``, ``fault``, ``gives-up`` or ``ended``."""
    text: str = ""
    """What was said, observed, or given as a reason."""
    reasoning: str | None = None
    tool: str = ""
    arguments: Mapping[str, Any] = {}
    call_id: str = ""
    code: str = ""
    effects: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Case:
    """One conversation to be judged."""

    conversation: str
    events: int
    digest: str
    summary: str
    clock: str
    policy: str
    wanted: str
    """The user's instruction, in prose."""
    tools: Mapping[str, Sequence[Mapping[str, Any]]]
    """Kind of agent, such as ``assistant/billing`` -> specifications of its tools; ``user``, where they have any of their own."""
    axes: tuple[Axis, ...]
    seen: tuple[Seen, ...]

    @cached_property
    def turns(self) -> dict[int, list[int]]:
        """Turn -> positions of its events."""
        found: dict[int, list[int]] = {}
        for seen in self.seen:
            found.setdefault(seen.turn, []).append(seen.position)
        return found

    @property
    def text(self) -> str:
        """The transcript, a numbered line an event."""
        return "\n".join(map(line, self.seen))


def case_of(contents: Contents, records: Sequence[Recorded]) -> Case:
    """The case of a conversation that has ended.

    Raises:
        RecordError: The stream is not a conversation's.
        CorruptLog: A content is damaged.
    """
    started = records[0].event if records else None
    if not isinstance(started, ConversationStarted):
        raise RecordError(f"{records[0].stream if records else 'an empty stream'} is no conversation, so it cannot be judged")
    goal = goal_in(contents.json(started.goal))
    tools = {ASSISTANT: contents.json(started.toolset)}
    if started.user_toolset is not None:
        tools[USER] = contents.json(started.user_toolset)
    for record in records:
        if isinstance(record.event, SubagentStarted):
            tools.setdefault(kind_of(record.event.agent), contents.json(record.event.toolset))
    return Case(
        conversation=records[0].stream,
        events=len(records),
        digest=records[-1].link.hex(),
        summary=contents.summary(started.scenario),
        clock=started.clock,
        policy=contents.text(started.policy).strip(),
        wanted=" ".join([str(goal.get("instruction", "")), *_slips(records)]),
        tools=tools,
        axes=(*AXES, *axes_of(contents, started.scenario)),
        seen=tuple(_seen(records)),
    )


def _slips(records: Sequence[Recorded]) -> list[str]:
    """What the user got wrong or no longer wanted, as they said or could see themselves."""
    return [in_words(record.event) for record in records if isinstance(record.event, UserSlipped)]


def axes_of(contents: Contents, scenario: str) -> tuple[Axis, ...]:
    """The axes that a setting added to the eight, as its ``scenario.yaml`` in the log says.

    Raises:
        CorruptLog: It cannot be read.
    """
    try:
        axes = contents.scenario(scenario).get("axes", {})
        return tuple(Axis(name, str(axis["asks"]), rules=tuple(axis.get("rules", ()))) for name, axis in axes.items())
    except (AttributeError, KeyError, TypeError) as error:
        raise CorruptLog(f"content {scenario[:12]}: its axes cannot be read ({error!r}); restore the log from a copy") from error


def line(seen: Seen) -> str:
    """One line of the transcript, such as ``[12] turn 3: assistant calls ...``; nothing that was said can begin another."""
    parts = [f"[{seen.position}] turn {seen.turn}: {seen.agent} {_what(seen)}".replace("\n", "\n    ")]
    if seen.reasoning:
        parts.append(f"    thinking: {seen.reasoning}".replace("\n", "\n    "))
    parts += [f"    changes {_change(change)}" for change in seen.effects]
    return "\n".join(parts)


def _what(seen: Seen) -> str:
    match seen.kind:
        case "calls":
            beside = f"says: {seen.text}\nand " if seen.text else ""
            return f"{beside}calls {seen.tool}({json_text(dict(seen.arguments))}), call {seen.call_id}"
        case "answer":
            return f"sees, for call {seen.call_id}: {seen.text}"
        case "refusal" | "fault":
            return f"sees, for call {seen.call_id}, a {seen.kind} ({seen.code}): {seen.text}"
        case "asked":
            return f"is asked: {seen.text}"
        case "gives-up":
            return f"gives up: {seen.text}"
        case "ended":
            return f"{seen.text}"
    return f"says: {seen.text}"


def _change(change: Change) -> str:
    place = ".".join(part for part in (change.table, change.key, change.field) if part)
    return f"{place}: {json_text(change.before)} -> {json_text(change.after)}"


def _seen(records: Sequence[Recorded]) -> Iterator[Seen]:
    turn, begins = 0, frozenset(beginnings(records))
    for record in records:
        turn += record.position in begins
        fields = _fields(record.event)
        if fields is not None:
            yield Seen(record.position, max(turn, 1), **fields)


def _fields(event: Event) -> dict[str, Any] | None:
    match event:
        case UserSpoke():
            return {"agent": event.agent, "kind": "user", "text": event.content}
        case AssistantSpoke():
            return {"agent": event.agent, "kind": "says", "text": event.content, "reasoning": event.reasoning}
        case SubagentStarted():
            return {"agent": event.agent, "kind": "asked", "text": event.request, "call_id": event.call_id}
        case SubagentFinished() if event.reason:
            return {"agent": event.agent, "kind": "gives-up", "text": event.reason}
        case ToolCalled():
            about = {"tool": event.tool, "arguments": event.arguments, "call_id": event.call_id}
            return {"agent": event.agent, "kind": "calls", "text": event.content or "", "reasoning": event.reasoning, **about}
        case ToolAnswered():
            seen = {"agent": event.agent, "kind": "answer", "text": observation_text(event)}
            return {**seen, "call_id": event.call_id, "effects": event.changes}
        case ToolRefused():
            return {"agent": event.agent, "kind": "refusal", "text": event.reason, "call_id": event.call_id, "code": event.code}
        case ToolFaulted():
            return {"agent": event.agent, "kind": "fault", "text": event.reason, "call_id": event.call_id, "code": event.kind}
        case ConversationEnded():
            return {"agent": "the conversation", "kind": "ended", "text": f"ended with {event.reason}", "code": event.reason}
    return None


def observation(seen: Seen) -> Any:
    """The observation of an answer as a JSON value; a text that is none stays a text."""
    try:
        return orjson.loads(seen.text)
    except ValueError:
        return seen.text
