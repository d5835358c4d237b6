"""Branches: what was forked from a conversation, and how two branches differ, in events and in their worlds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.world import World
from events.conversation import ConversationForked
from events.digests import stream_head
from events.forks import FORKS, MARK
from events.log import Log, Recorded
from events.rows import unpack_row
from events.run import ConversationFinished
from events.tools import Change
from projections.contents import Contents
from projections.runs import read_run
from projections.state import diff, history, state_of


@dataclass
class Branch:
    """A conversation, and what was forked from it."""

    stream: str
    forked: ConversationForked | None = None
    """Where it begins; None for the one that all began from."""
    end: ConversationFinished | None = None
    """How it came out; None where it goes on, or was given up."""
    branches: list["Branch"] = field(default_factory=list)
    """Sorted by where they begin."""


def finished_forks(log: Log) -> dict[str, ConversationFinished]:
    """How forks came out, by name."""
    return {record.event.stream: record.event for record in log.read(FORKS) if isinstance(record.event, ConversationFinished)}


def forked_of(log: Log, stream: str) -> ConversationForked | None:
    """How a fork begins; None for a conversation that is none."""
    rows = log.rows(stream, 1, 1)
    event = unpack_row(rows[0], stream_head(stream)).event if rows else None
    return event if isinstance(event, ConversationForked) else None


def tree(log: Log, stream: str) -> Branch:
    """A conversation and all its branches.

    Raises:
        CorruptLog: A stream is damaged.
    """
    ends = {**read_run(log).finished, **finished_forks(log)}
    below = [name for name in log.streams() if name.startswith(stream + MARK)]
    nodes = {name: Branch(name, forked_of(log, name), ends.get(name)) for name in [stream, *below]}
    for name in below:
        forked = nodes[name].forked
        if forked is not None and forked.parent in nodes:
            nodes[forked.parent].branches.append(nodes[name])
    for node in nodes.values():
        node.branches.sort(key=lambda branch: (branch.forked.position if branch.forked else 0, branch.stream))
    return nodes[stream]


@dataclass(frozen=True)
class Comparison:
    """How two conversations differ."""

    shared: int
    """Events that both have, from the start."""
    one: Sequence[Recorded]
    """What only the first has, from there on."""
    other: Sequence[Recorded]
    changes: Sequence[Change]
    """What leads from the first one's world at its end to the other's."""


def compare(log: Log, one: str, other: str) -> Comparison:
    """Compare two conversations event by event, and their worlds at the end; those of one base, such as branches.

    Raises:
        NoSuchPlace: One of them is not there.
        CorruptLog: A stream is damaged.
    """
    contents = Contents(log)
    left, right = _lived(history(log, one)), _lived(history(log, other))
    pairs = zip(left, right, strict=False)
    shared = next((number for number, (a, b) in enumerate(pairs) if a.event != b.event), min(len(left), len(right)))
    worlds = [_world(contents, records) for records in (left, right)]
    return Comparison(shared, left[shared:], right[shared:], diff(*worlds))


def _lived(records: Sequence[Recorded]) -> list[Recorded]:
    return [record for record in records if not isinstance(record.event, ConversationForked)]


def _world(contents: Contents, records: Sequence[Recorded]) -> World:
    return state_of(contents, records).world
