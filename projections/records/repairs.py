"""What comes of repaired conversations: recoveries, which are whole conversations to learn from, and preference pairs."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from domain.blame import Blame
from events.run import ConversationFinished
from projections.branches import forked_of
from projections.contents import Contents
from projections.errors import RecordError
from projections.records.sft import Example, examples_of
from projections.state import history
from projections.transcript import Message, json_text

VERSION = "preference.v1"
"""Changes whenever equal logs would give other pairs."""


class Lineage(BaseModel):
    """How a fork that was accepted came of a conversation that was not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repairs: str
    """The conversation that was not accepted."""
    forked_at: int
    """Events that both have, from the start."""
    event: int
    """The first bad event of the one that was not accepted."""
    bad: str
    """Kind of that event; ``domain/blame.py`` has the kinds."""
    bad_findings: tuple[str, ...]
    """Why it was not accepted."""


class Recovery(Example, Lineage):
    """A training record of a fork that was accepted, and what it repairs."""


class Preference(BaseModel):
    """A pair of continuations of the same messages, as TRL's preference trainers take it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: tuple[dict[str, Any], ...]
    """Arguments of calls are objects here, as chat templates want them."""
    chosen: tuple[dict[str, Any], ...]
    rejected: tuple[dict[str, Any], ...]
    tools: str
    """JSON text of the tool specifications, as the agent was offered them."""
    conversation: str
    """The conversation that was not accepted: its message is rejected."""
    fork: str
    """The one that was accepted: its message is chosen."""
    event: int
    """The first bad event of ``conversation``."""
    bad: str
    forked_at: int
    agent: str
    run: str
    setting: str
    goal: str
    chosen_model: str
    rejected_model: str
    rejected_findings: tuple[str, ...]
    projection: str


class Pair(NamedTuple):
    """A conversation that was not accepted and a fork of it that was."""

    failed: ConversationFinished
    blame: Blame
    repaired: ConversationFinished


def recoveries(contents: Contents, pair: Pair) -> Iterator[Recovery]:
    """A row for each agent that wrote something in the repaired conversation."""
    lineage = _lineage(contents, pair)
    for example in _examples(contents, pair.repaired):
        yield Recovery(**example.model_dump(), **lineage.model_dump())


def preference(contents: Contents, pair: Pair) -> Preference | None:
    """The first message of an agent that differs, where all that it had seen and written before is the same; None where there is none.

    The agent that did the bad thing comes first.
    """
    lineage = _lineage(contents, pair)
    before = {example.agent: example for example in _examples(contents, pair.failed)}
    after = {example.agent: example for example in _examples(contents, pair.repaired)}
    for agent in dict.fromkeys([pair.blame.agent, *after]):
        if agent in before and agent in after:
            place = _differs(before[agent].messages, after[agent].messages)
            if place is not None:
                return _preference(before[agent], after[agent], place, lineage)
    return None


def _preference(before: Example, after: Example, place: int, lineage: Lineage) -> Preference:
    return Preference(
        prompt=tuple(map(chat_message, after.messages[:place])),
        chosen=(chat_message(after.messages[place]),),
        rejected=(chat_message(before.messages[place]),),
        tools=after.tools,
        conversation=before.conversation,
        fork=after.conversation,
        event=lineage.event,
        bad=lineage.bad,
        forked_at=lineage.forked_at,
        agent=after.agent,
        run=after.run,
        setting=after.setting,
        goal=after.goal,
        chosen_model=after.model,
        rejected_model=before.model,
        rejected_findings=lineage.bad_findings,
        projection=VERSION,
    )


def _differs(before: Sequence[Message], after: Sequence[Message]) -> int | None:
    """Where two transcripts part, if there the agent itself wrote both messages."""
    for place, (one, other) in enumerate(zip(before, after, strict=False)):
        if one != other:
            return place if one.train and other.train else None
    return None


def chat_message(message: Message) -> dict[str, Any]:
    """A message without what only we need of it, and with the arguments of its calls as objects."""
    told = message.model_dump(exclude_none=True, exclude={"train"})
    for call in told.get("tool_calls", ()):
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return told


def distinct(pairs: Sequence[Preference]) -> list[Preference]:
    """Pairs without those that say the same again, in their order."""
    found: dict[str, Preference] = {}
    for pair in pairs:
        found.setdefault(json_text([pair.prompt, pair.chosen, pair.rejected]), pair)
    return list(found.values())


def json_line(row: BaseModel) -> bytes:
    """A row as a line of JSON; fields that a message does not have are left out."""
    return json_text(row.model_dump(exclude_none=True)).encode() + b"\n"


def _lineage(contents: Contents, pair: Pair) -> Lineage:
    forked = forked_of(contents.store, pair.repaired.stream)
    if forked is None:
        raise RecordError(f"{pair.repaired.stream} is no fork; name one that `worldloom repair` made")
    blame, failed = pair.blame, pair.failed
    return Lineage(repairs=failed.stream, forked_at=forked.position, event=blame.position, bad=blame.kind, bad_findings=failed.findings)


def _examples(contents: Contents, finished: ConversationFinished) -> Iterator[Example]:
    return examples_of(contents, history(contents.store, finished.stream), finished)
