"""Audit: each checkable claim of each agent's message, against what that agent had observed at that moment."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from domain.agents import ASSISTANT, parent_of
from domain.claims.calls import CallFinding, invented_arguments, unknown_tool, untold
from domain.claims.check import claims_of, score
from domain.claims.claim import Claim
from domain.claims.known import Known, Made, is_error
from domain.claims.text import plain_content
from events.conversation import ConversationStarted
from events.forks import whole
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.errors import RecordError
from projections.many import Over, over, unwatched
from projections.transcript import agent_prompt, system_prompt, told


class Call(NamedTuple):
    """A call of a message."""

    id: str
    tool: str
    arguments: Mapping[str, Any]
    writes: bool | None = None
    """Whether it changed something; None where only the tool's name can tell."""


class Turn(NamedTuple):
    """A message as the audit needs it: who, what, and where it stands."""

    role: str
    content: str
    at: int
    """Position of the event, or index of the message."""
    calls: tuple[Call, ...] = ()
    call_id: str = ""
    error: bool = False


class Finding(NamedTuple):
    """One thing wrong, at one place."""

    conversation: str
    at: int
    """Position of the event in the conversation, or index of the message."""
    agent: str
    kind: str
    verdict: str
    code: str
    severity: str
    party: str
    """Who is at fault: what an agent says or asks for is the assistant's."""
    text: str
    detail: str
    about: str = ""


class Checked(NamedTuple):
    """A claim and the message that makes it."""

    at: int
    agent: str
    claim: Claim
    text: str


@dataclass
class Audited:
    """What was found in one conversation, or in many."""

    conversations: int = 0
    claims: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(kind, verdict) -> claims."""
    findings: list[Finding] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    """Of each conversation, 0 to 10."""
    failed: list[str] = field(default_factory=list)
    """What could not be read, and why."""

    def take(self, other: "Audited") -> None:
        """Take in what was found elsewhere."""
        self.conversations += other.conversations
        self.claims.update(other.claims)
        self.findings += other.findings
        self.scores += other.scores
        self.failed += other.failed


def audit_turns(
    turns: Sequence[Turn], system: str, tools: Mapping[str, Any] | None, agent: str = ASSISTANT
) -> tuple[list[Checked], list[Finding]]:
    """
    All claims of one agent, and what is wrong with its calls.

    Args:
        turns: All that the agent saw and wrote, in order.
        system: What it was told before.
        tools: Name -> specification; None where nobody knows which it has.

    Returns:
        Claims with their verdicts, and the findings about calls and effects, of a conversation without a name.
    """
    walk = _Walk(Known(system, tools), agent)
    for turn in turns:
        if turn.role == "assistant" and turn.content.strip():
            text = plain_content(turn.content)
            walk.checked += [Checked(turn.at, agent, claim, text) for claim in claims_of(walk.known, turn.content)]
        walk.take(turn)
    if agent == ASSISTANT:
        walk.findings += _untold(walk.known, turns, agent)
    return walk.checked, walk.findings


def follow(turns: Sequence[Turn], system: str, tools: Mapping[str, Any] | None) -> Known:
    """What an agent knows after some turns."""
    walk = _Walk(Known(system, tools), ASSISTANT)
    for turn in turns:
        walk.take(turn)
    return walk.known


@dataclass
class _Walk:
    """One agent's way through a conversation."""

    known: Known
    agent: str
    checked: list[Checked] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    _made: dict[str, Made] = field(default_factory=dict)
    _waiting: list[Made] = field(default_factory=list)

    def take(self, turn: Turn) -> None:
        """Take in what was said, called or shown."""
        if turn.role == "user":
            self.known.observe_user(turn.content)
        elif turn.role == "tool":
            self._answer(turn)
        elif turn.role == "assistant":
            if turn.content.strip():
                self.known.said.append(plain_content(turn.content))
            for wanted in turn.calls:
                call = Made(wanted.tool, wanted.arguments, wanted.id, turn.at)
                self.findings += [_of_call(found, turn.at, self.agent) for found in invented_arguments(self.known, call)]
                self.known.observe_call(call, wanted.writes)
                self._made[wanted.id] = call
                self._waiting.append(call)

    def _answer(self, turn: Turn) -> None:
        call = self._made.get(turn.call_id) or (self._waiting[0] if self._waiting else None)
        if call is not None:
            self._waiting = [other for other in self._waiting if other is not call]
            missing = unknown_tool(self.known, call, turn.content)
            self.findings += [_of_call(missing, call.at, self.agent)] if missing else []
        self.known.observe_answer(call, turn.content, error=turn.error or is_error(turn.content))


def _untold(known: Known, turns: Sequence[Turn], agent: str) -> Iterator[Finding]:
    for effect in known.effects():
        later = [turn.content for turn in turns if turn.role == "assistant" and turn.at > effect.at and turn.content.strip()]
        found = untold(effect, later) if later else None
        if found is not None:
            yield _of_call(found, effect.at, agent)


def _of_call(found: CallFinding, at: int, agent: str) -> Finding:
    verdict = "contradicted" if found.code == "unknown-tool" else "unsupported"
    severity = "info" if found.kind == "effect" else "error"
    return Finding("", at, agent, found.kind, verdict, found.code, severity, "assistant", found.value, found.detail)


def audited(conversation: str, parts: Iterable[tuple[list[Checked], list[Finding]]]) -> Audited:
    """One conversation's claims and findings together."""
    result = Audited(1)
    for checked, findings in parts:
        result.claims.update((each.claim.kind, each.claim.verdict) for each in checked)
        result.claims.update((found.kind, found.verdict) for found in findings)
        result.findings += [_of_claim(conversation, each) for each in checked if each.claim.bad]
        result.findings += [found._replace(conversation=conversation) for found in findings]
    result.findings.sort(key=lambda found: (found.at, found.agent, found.text, found.code))
    result.scores.append(score(found.severity for found in result.findings))
    return result


def _of_claim(conversation: str, each: Checked) -> Finding:
    claim = each.claim
    said = " ".join(each.text[claim.start : claim.end].split())
    about = (claim.kind, claim.verdict, claim.code, claim.severity)
    return Finding(conversation, each.at, each.agent, *about, "assistant", said, claim.detail, claim.about)


def audit_log(
    log: Contents, streams: Sequence[str], folder: Path | None, watch: Callable[[int], None] = unwatched, spread: Over = over
) -> Audited:
    """Audit conversations of a log, forks among them; ``folder`` lets other processes help, as in ``many.over``."""
    total = Audited()
    for found in spread(streams, audit_streams, log, folder, watch):
        total.take(found)
    return total


def audit_streams(contents: Contents, streams: Sequence[str]) -> Audited:
    """Some conversations of a log."""
    total = Audited()
    for stream in streams:
        total.take(audited(stream, audit_stream(contents, stream)))
    return total


def audit_stream(contents: Contents, stream: str) -> Iterator[tuple[list[Checked], list[Finding]]]:
    """Each agent of one conversation, with its own view."""
    for view in views(contents, stream):
        yield audit_turns(view.turns, view.system, view.tools, view.agent)


class View(NamedTuple):
    """What one agent was told before, saw and wrote."""

    agent: str
    system: str
    tools: dict[str, Any]
    turns: list[Turn]


def views(contents: Contents, stream: str) -> Iterator[View]:
    """
    One view for each agent of a conversation, the assistant's first.

    Raises:
        RecordError: The stream is not a conversation's.
    """
    events = [(record.position, record.event) for record in whole(contents.store, stream)]
    started = events[0][1] if events else None
    if not isinstance(started, ConversationStarted):
        raise RecordError(f"{stream} is no conversation, so it cannot be audited; `worldloom log` lists those that there are")
    begun = [event for _, event in events if isinstance(event, SubagentStarted)]
    wrote = _writing(events, begun)
    failed = {event.call_id for _, event in events if isinstance(event, ToolRefused | ToolFaulted)}
    system = system_prompt(contents, started)
    yield View(ASSISTANT, system, _tools(contents, started.toolset), _turns(events, ASSISTANT, wrote, failed))
    for event in begun:
        system = agent_prompt(contents, started, event)
        yield View(event.agent, system, _tools(contents, event.toolset), _turns(events, event.agent, wrote, failed))


def _tools(contents: Contents, digest: str) -> dict[str, Any]:
    return _specs(contents.text(digest))


@lru_cache(256)
def _specs(toolset: str) -> dict[str, Any]:
    return {spec["function"]["name"]: spec["function"] for spec in orjson.loads(toolset)}


def _writing(events: Sequence[tuple[int, Any]], begun: Sequence[SubagentStarted]) -> set[str]:
    """Calls that changed something, by themselves or through an agent that they put to work."""
    caller = {event.agent: event.call_id for event in begun}
    found = set()
    for _, event in events:
        if isinstance(event, ToolAnswered) and event.changes:
            found.add(event.call_id)
            agent: str | None = event.agent
            while agent in caller:
                found.add(caller[agent])
                agent = parent_of(agent)
    return found


def _turns(events: Sequence[tuple[int, Any]], agent: str, wrote: set[str], failed: set[str]) -> list[Turn]:
    turns = []
    called = {event.call_id: event.arguments for _, event in events if isinstance(event, ToolCalled)}
    for line in told(events, agent):
        message = line.message
        calls = tuple(Call(call.id, call.function.name, called[call.id], call.id in wrote) for call in message.tool_calls or ())
        call_id = message.tool_call_id or ""
        turns.append(Turn(message.role, message.content, line.first, calls, call_id, call_id in failed))
    return turns
