"""Examples for supervised fine-tuning: what one agent saw and wrote in one conversation, and where it comes from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.agents import ASSISTANT, USER
from domain.blueprints.blueprint import Blueprint, goal_in
from domain.conversation import amended
from domain.world import World
from events.conversation import ConversationForked, ConversationStarted
from events.log import Log, Recorded
from events.run import ConversationFinished
from events.subagents import SubagentStarted
from events.tools import ToolAnswered
from projections.contents import Contents
from projections.errors import RecordError
from projections.runs import RunView, mismatch, read_run
from projections.transcript import Line, Message, agent_prompt, system_prompt, transcript

VERSION = "sft.v3"
"""Changes whenever equal logs would give other rows."""


class Example(BaseModel):
    """One training record. All but ``messages`` and ``tools`` is lineage."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    conversation: str
    """Name of its stream in the log."""
    messages: tuple[Message, ...]
    tools: str
    """JSON text of the tool specifications, as the agent was offered them."""
    run: str
    setting: str
    agent: str
    """Path of the agent whose messages are trained on."""
    parent_call: str
    """For a sub-agent, the call of its parent that it answers; else empty."""
    goal: str
    seed: int
    model: str
    """Model that played the agent."""
    first_event: int
    last_event: int
    """Events that the messages come from, counted from 1, both included."""
    stream_digest: str
    """Digest of the whole stream."""
    projection: str
    world_digest: str
    """Digest of the world at the end."""
    accepted: bool
    findings: tuple[str, ...]
    """Why it is not accepted."""
    persona: str
    """JSON text of the user's persona."""
    blueprint: str = ""
    """Name of the blueprint that the conversation was held from; empty where it was not held from one."""
    parts: tuple[str, ...] = ()
    """Names of the blueprints that it was recombined from; rows that share a name belong in one split."""


def examples(store: Log, *, accepted_only: bool = False, run: RunView | None = None) -> Iterator[Example]:
    """One example for each agent that wrote something in a finished conversation; one conversation in memory at a time.

    Conversations are sorted by name; in each the assistant comes first, then its sub-agents as they were put to work.

    Raises:
        RecordError: The log holds no run, or a conversation is not the one that the run recorded.
        CorruptLog: A stream or a content is damaged.
    """
    run = run or read_run(store)
    ends = map(run.finished.__getitem__, sorted(run.finished))
    return examples_for(Contents(store), (end for end in ends if end.accepted or not accepted_only))


def examples_for(contents: Contents, ends: Iterable[ConversationFinished]) -> Iterator[Example]:
    """The examples of some finished conversations, in the order given; raises as ``examples`` does."""
    for finished in ends:
        records = list(contents.store.read(finished.stream))
        wrong = mismatch(records, finished)
        if records and wrong:
            raise RecordError(f"stream {finished.stream}: {wrong}; restore the log from a copy")
        yield from examples_of(contents, records, finished)


def examples_of(contents: Contents, records: Sequence[Recorded], finished: ConversationFinished) -> Iterator[Example]:
    """What each agent can learn from a conversation; an agent that wrote nothing is left out.

    Messages after an agent's last one are left out: nothing of them is trained on.

    Raises:
        RecordError: The stream is not a conversation's.
        CorruptLog: A content is damaged.
    """
    started = records[0].event if records else None
    if not isinstance(started, ConversationStarted):
        raise RecordError(f"{finished.stream} is no conversation, though the run says that it was held; restore the log from a copy")
    for forked in (record.event for record in records if isinstance(record.event, ConversationForked)):
        started = amended(started, forked)
    lineage = {
        "conversation": records[0].stream,
        "run": started.run,
        "setting": started.setting,
        "goal": _goal_id(contents, started),
        "seed": started.seed,
        "stream_digest": records[-1].link.hex(),
        "projection": VERSION,
        "world_digest": _last_world(contents, started, records),
        "accepted": finished.accepted,
        "findings": finished.findings,
        "persona": contents.text(started.persona),
        **_blueprint(contents, started),
    }
    for agent, own in by_agent(records).items():
        lines = lines_of(own, agent)
        if lines:
            yield _example(contents, started, agent, own[0], lines, lineage)


def _example(
    contents: Contents, started: ConversationStarted, agent: str, first: Recorded, lines: Sequence[Line], lineage: Mapping[str, Any]
) -> Example:
    begun = first.event if isinstance(first.event, SubagentStarted) else None
    prompt = agent_prompt(contents, started, begun) if begun else system_prompt(contents, started)
    return Example(
        messages=(Message(role="system", content=prompt), *(line.message for line in lines)),
        tools=contents.text(begun.toolset if begun else started.toolset),
        agent=agent,
        parent_call=begun.call_id if begun else "",
        model=begun.model if begun else started.models.get(agent, ""),
        first_event=first.position,
        last_event=lines[-1].last,
        **lineage,
    )


def lines_of(own: Iterable[Recorded], agent: str) -> list[Line]:
    """The messages of an agent's row, without those after its last one.

    Args:
        own: As ``by_agent`` gives them.
    """
    lines = list(transcript(own, agent))
    while lines and not lines[-1].message.train:
        lines.pop()
    return lines


def by_agent(records: Sequence[Recorded]) -> dict[str, list[Recorded]]:
    """Who the events of a conversation concern: the assistant's, and those of each sub-agent from its beginning on."""
    found: dict[str, list[Recorded]] = {ASSISTANT: []}
    for record in records:
        agent = getattr(record.event, "agent", USER)
        found.setdefault(ASSISTANT if agent == USER else agent, []).append(record)
    return found


def _goal_id(contents: Contents, started: ConversationStarted) -> str:
    goal = contents.json(started.goal)
    return str(goal_in(goal).get("id", "")) if isinstance(goal, dict) else ""


def _blueprint(contents: Contents, started: ConversationStarted) -> dict[str, Any]:
    document = contents.json(started.goal)
    if not isinstance(document, dict) or "format" not in document:
        return {}
    blueprint = Blueprint.model_validate(document)
    return {"blueprint": blueprint.name, "parts": blueprint.parts}


def _last_world(contents: Contents, started: ConversationStarted, records: Sequence[Recorded]) -> str:
    """As recorded with the last change; ``verify`` compares it with the replayed world."""
    for record in reversed(records):
        if isinstance(record.event, ToolAnswered) and record.event.world is not None:
            return record.event.world
    return World(contents.base(started.world)).evolve(started).digest
