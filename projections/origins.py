"""Origins: where each argument of each tool call of a conversation comes from, and how much of a run is covered."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from domain.agents import ASSISTANT, USER
from domain.blueprints.blueprint import goal_in
from domain.provenance.names import reference_names
from domain.provenance.origins import BY_MODEL, UNGROUNDED, CallOrigins, Origin, Origins
from events.conversation import ConversationStarted
from events.forks import whole
from events.log import Recorded
from events.subagents import SubagentStarted
from events.tools import ToolCalled
from projections.contents import Contents
from projections.many import over, unwatched
from projections.transcript import agent_prompt, system_prompt


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
    if any(isinstance(record.event, ToolCalled) and record.event.agent == USER for record in records):
        goal = goal_in(contents.json(started.goal))
        wanted = "\n".join([str(goal.get("instruction", "")), *map(str, goal.get("identity", {}).values())])
        origins.brief(USER, wanted, contents.json(started.user_toolset or started.toolset))
    for record in records:
        event = record.event
        if isinstance(event, SubagentStarted):
            origins.brief(event.agent, agent_prompt(contents, started, event), contents.json(event.toolset))
    return origins


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

    def told(self, origins: Sequence[Origin]) -> None:
        """Take in what a model said of what is loose, in that order."""
        found = [origin.kind == BY_MODEL for origin in origins]
        self.leaves[BY_MODEL] += sum(found)
        self.leaves[UNGROUNDED] -= sum(found)
        self.leaves += Counter()  # without those that are none
        self.loose = [one for one, is_found in zip(self.loose, found, strict=True) if not is_found]

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
