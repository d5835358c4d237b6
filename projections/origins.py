"""Origins: where each argument of each tool call of a conversation comes from, and how much of a run is covered."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from domain.agents import ASSISTANT
from domain.provenance.origins import UNGROUNDED, CallOrigins, Origin, Origins
from domain.world import Base
from events.conversation import ConversationStarted
from events.forks import whole
from events.log import Recorded
from events.subagents import SubagentStarted
from projections.contents import Contents
from projections.many import over, unwatched
from projections.transcript import agent_prompt, system_prompt

_MOST_CODES, _NAMES = 500, 3
"""Rows of a table of codes, and fields of a row of it, at the most."""


def origins_of(contents: Contents, records: Sequence[Recorded]) -> Iterator[CallOrigins]:
    """The origins of each call of a conversation, in order, each by what its agent knew when it made it.

    Args:
        records: Of a whole conversation, from its start.

    Raises:
        CorruptLog: A content is damaged.
    """
    origins = briefed(contents, records)
    for record in records:
        found = origins.observe(record.position, record.event)
        if found is not None:
            yield found


def briefed(contents: Contents, records: Sequence[Recorded]) -> Origins:
    """Origins of a conversation before its first event: all its agents have been told what they are told before they begin."""
    started = records[0].event
    assert isinstance(started, ConversationStarted)
    origins = Origins(started.clock, reference_names(contents.base(started.world)))
    origins.brief(ASSISTANT, system_prompt(contents, started), contents.json(started.toolset))
    for record in records:
        event = record.event
        if isinstance(event, SubagentStarted):
            origins.brief(event.agent, agent_prompt(contents, started, event), contents.json(event.toolset))
    return origins


@lru_cache(8)
def reference_names(base: Base) -> dict[str, tuple[str, ...]]:
    """What codes are called, by the world's tables that say nothing else, such as ``SEA`` -> (``Seattle``,).

    An agent that was told the name knows the code: everybody does.
    """
    tables = (rows for rows in base.tables.values() if 0 < len(rows) <= _MOST_CODES)
    named = (rows for rows in tables if all(len(row) <= _NAMES and _are_texts(row.values()) for row in rows.values()))
    return {key: tuple(value for value in row.values() if value != key) for rows in named for key, row in rows.items()}


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


class Loose(NamedTuple):
    """An argument that comes from nowhere."""

    conversation: str
    position: int
    agent: str
    tool: str
    origin: Origin


@dataclass
class Coverage:
    """Leaves of arguments by kind of origin."""

    conversations: int = 0
    calls: int = 0
    leaves: Counter[str] = field(default_factory=Counter)
    """Kind, or for derived ones ``derived: rule`` -> how many."""
    loose: list[Loose] = field(default_factory=list)

    def take(self, other: "Coverage") -> None:
        """Take in what was found elsewhere."""
        self.conversations += other.conversations
        self.calls += other.calls
        self.leaves.update(other.leaves)
        self.loose += other.loose

    @property
    def grounded(self) -> float:
        """Share of leaves that come from somewhere; 1 where there are none."""
        every = self.leaves.total()
        return 1 - self.leaves[UNGROUNDED] / every if every else 1.0


def coverage(contents: Contents, streams: Sequence[str], folder: Path | None = None, watch: Callable[[int], None] = unwatched) -> Coverage:
    """The origins of all arguments of conversations.

    Args:
        folder: Of the run, for many conversations on all cores.
        watch: Is told of so many conversations more.
    """
    found = Coverage()
    for part in over(streams, _covered, contents, folder, watch):
        found.take(part)
    return found


def _covered(contents: Contents, streams: Sequence[str]) -> Coverage:
    found = Coverage()
    for stream in streams:
        found.conversations += 1
        for call in origins_of(contents, list(whole(contents.store, stream))):
            found.calls += 1
            for origin in call.origins:
                found.leaves[f"{origin.kind}: {origin.rule}" if origin.kind == "derived" else origin.kind] += 1
                if origin.kind == UNGROUNDED:
                    found.loose.append(Loose(stream, call.position, call.agent, call.tool, origin))
    return found
