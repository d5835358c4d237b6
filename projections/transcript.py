"""Transcript: what each agent saw and said, as the chat messages that models are trained on.

One step of a model is one assistant message, however many tools it calls; every outcome is one tool message.
A transcript is told from one agent's view: its own words are the assistant's, those of whoever it serves the user's.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.agents import ASSISTANT, USER
from domain.values import compact
from events.base import Event
from events.conversation import AssistantSpoke, ConversationStarted, ModelReplied, ReplyRejected, UserSpoke
from events.log import Recorded
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents

Outcome = ToolAnswered | ToolRefused | ToolFaulted


class Function(BaseModel):
    """What is called; ``arguments`` is a JSON text, so that no reader can add a key to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: str


class ToolCall(BaseModel):
    """One tool call of an assistant message."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    type: Literal["function"] = "function"
    function: Function


class Message(BaseModel):
    """One message, OpenAI style. ``content`` is always a text: some chat templates fail on null."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    reasoning_content: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    tool_call_id: str | None = None
    name: str | None = None
    """Tool that a tool message comes from."""
    train: bool = False
    """Whether the agent whose transcript this is authored it."""


class Line(NamedTuple):
    """A message and the events that it comes from, by position."""

    message: Message
    first: int
    last: int


def observation_text(outcome: Outcome) -> str:
    """All that an agent sees of an outcome: a text as it is, other values as compact JSON, a no as an error."""
    if not isinstance(outcome, ToolAnswered):
        return f"Error: {outcome.reason}"
    return outcome.observation if isinstance(outcome.observation, str) else json_text(outcome.observation)


def json_text(value: Any) -> str:
    """Compact JSON; integers of any size."""
    try:
        return compact(value)
    except TypeError:  # beyond 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def system_prompt(contents: Contents, started: ConversationStarted) -> str:
    """What the assistant is told before the conversation."""
    return assistant_is_told(contents.summary(started.scenario), contents.text(started.policy), started.clock)


def agent_prompt(contents: Contents, started: ConversationStarted, begun: SubagentStarted) -> str:
    """What a sub-agent is told before its request."""
    return subagent_is_told(contents.text(begun.prompt), started.clock)


def assistant_is_told(summary: str, policy: str, clock: str) -> str:
    """Where it works, what time it is, and the policy."""
    return _paragraphs(" ".join(summary.split()), f"It is {clock}." if clock else "", policy.strip())


def subagent_is_told(prompt: str, clock: str) -> str:
    """What it is, and what time it is."""
    return _paragraphs(prompt.strip(), f"It is {clock}." if clock else "")


def _paragraphs(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def transcript(records: Iterable[Recorded], agent: str = ASSISTANT) -> Iterator[Line]:
    """The messages that an agent saw and wrote, without the system prompt.

    Args:
        records: Of one stream, from its start; all of them, or those that ``by_agent`` gives.
        agent: Path, such as ``assistant``, ``assistant/billing`` or ``user``.
    """
    return told(((record.position, record.event) for record in records), agent)


def told(events: Iterable[tuple[int, Event]], agent: str) -> Iterator[Line]:
    """The same of events with their positions: all of a stream, or those that the agent saw."""
    tools: dict[str, str] = {}
    step: list[tuple[int, ToolCalled]] = []
    for position, event in events:
        if step and _ends_step(event, agent):
            yield _calls(step)
            step = []
        if isinstance(event, ToolCalled) and event.agent == agent:
            tools[event.call_id] = event.tool
            step.append((position, event))
            continue
        message = _message(event, agent, tools)
        if message is not None:
            yield Line(message, position, position)
    if step:
        yield _calls(step)


def _ends_step(event: Event, agent: str) -> bool:
    """A model's calls are one append, so whatever the agent sees next, or its next reply, ends them."""
    own = getattr(event, "agent", None) == agent
    return (own and not isinstance(event, ToolCalled)) or isinstance(event, UserSpoke | AssistantSpoke)


def _message(event: Event, agent: str, tools: dict[str, str]) -> Message | None:
    match event:
        case ModelReplied() | ReplyRejected():
            return None
        case UserSpoke() if agent == USER:
            return Message(role="assistant", content=event.content, train=True)
        case UserSpoke() if agent == ASSISTANT:
            return Message(role="user", content=event.content)
        case SubagentStarted() if event.agent == agent:
            return Message(role="user", content=event.request)
        case AssistantSpoke() if event.agent == agent:
            return Message(role="assistant", content=event.content, reasoning_content=event.reasoning, train=True)
        case AssistantSpoke() if agent == USER and event.agent == ASSISTANT:
            return Message(role="user", content=event.content)
        case ToolAnswered() | ToolRefused() | ToolFaulted() if event.agent == agent:
            return Message(role="tool", content=observation_text(event), tool_call_id=event.call_id, name=tools.get(event.call_id))
    return None


def _calls(step: list[tuple[int, ToolCalled]]) -> Line:
    first = step[0][1]
    calls = tuple(ToolCall(id=event.call_id, function=Function(name=event.tool, arguments=json_text(event.arguments))) for _, event in step)
    message = Message(role="assistant", content=first.content or "", reasoning_content=first.reasoning, tool_calls=calls, train=True)
    return Line(message, step[0][0], step[-1][0])
