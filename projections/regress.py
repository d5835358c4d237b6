"""Regression: every recorded call of a tool with code is run again by today's code, on the world as it stood then."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from domain.agents import Delegate
from domain.conversation import Conversation, replay
from domain.errors import SettingError
from domain.faults import KINDS
from domain.outcome import Environment, outcome
from domain.patch import Difference, differences
from domain.policy import Memory
from domain.simulated import TOOLS, SimulatedTool
from events.base import Event
from events.conversation import ConversationForked, ModelReplied
from events.forks import whole
from events.log import Recorded
from events.subagents import SubagentStarted, ToolConflicted
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolLagged, ToolRefused
from projections.contents import Contents
from projections.errors import RecordError
from projections.many import over, unwatched
from projections.rules import Load
from projections.state import beginning
from projections.transcript import Outcome, observation_text

SUBAGENTS, SIMULATED, INJECTED, LAGGED, EDITED = "sub-agents", "simulated", "injected faults", "lagged answers", "edited"
"""Outcomes that no tool's code gave."""


class Divergence(NamedTuple):
    """One call that comes out otherwise today."""

    conversation: str
    position: int
    """Of the recorded outcome."""
    tool: str
    what: str
    """Where they differ first: ``outcome``, ``observation /items/0/price``, ``change orders.#W1.status``."""
    recorded: Any
    today: Any


class Rerun(NamedTuple):
    """One call that was run again."""

    position: int
    """Of the recorded outcome."""
    tool: str
    today: Outcome | None
    """How it comes out today; None where nobody has the tool any more."""
    divergence: Divergence | None


@dataclass
class Regression:
    """How recorded calls come out today."""

    conversations: int = 0
    compared: Counter[str] = field(default_factory=Counter)
    """Tool -> calls that were run again."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Why a call was not -> how many."""
    divergences: list[Divergence] = field(default_factory=list)

    def take(self, other: "Regression") -> None:
        """Take in what was found elsewhere."""
        self.conversations += other.conversations
        self.compared.update(other.compared)
        self.skipped.update(other.skipped)
        self.divergences += other.divergences


def regress(
    contents: Contents, streams: Sequence[str], load: Load, folder: Path | None = None, watch: Callable[[int], None] = unwatched
) -> Regression:
    """Run the recorded calls of conversations again; of a fork, those that are its own.

    Args:
        load: Settings as they are today.
        folder: Of the run, for many conversations on all cores.
        watch: Is told of so many conversations more.

    Raises:
        SettingError: A setting is not there any more, or cannot be loaded.
        CorruptLog: A stream or a content is damaged.
    """
    found = Regression()
    for part in over(streams, partial(_regress, load=load), contents, folder, watch):
        found.take(part)
    return found


def _regress(contents: Contents, streams: Sequence[str], load: Load) -> Regression:
    found = Regression()
    for stream in streams:
        found.conversations += 1
        for rerun in reruns(contents, list(whole(contents.store, stream)), load):
            if isinstance(rerun, str):
                found.skipped[rerun] += 1
                continue
            found.compared[rerun.tool] += 1
            if rerun.divergence is not None:
                found.divergences.append(rerun.divergence)
    return found


def reruns(contents: Contents, records: Sequence[Recorded], load: Load, *, shared: bool = False) -> Iterator[str | Rerun]:
    """Of each recorded outcome of a conversation, why it is skipped, or how it comes out today.

    Args:
        shared: Of a fork, those as well that it shares with its parent.
    """
    state, memory = beginning(contents, records), Memory()
    before = state
    own, marks = _own(records)
    calls: dict[str, ToolCalled] = {}
    proposed = False
    for record in records:
        event = record.event
        match event:
            case ToolCalled():
                calls[event.call_id] = event
            case SubagentStarted():
                marks[event.call_id] = SUBAGENTS
            case ToolLagged():
                marks[event.call_id] = LAGGED
            case ModelReplied():
                proposed = event.agent == TOOLS
        if isinstance(event, Outcome):
            called = _called(calls, event, record)
            if shared or record.position >= own:
                environment = load(_setting(state)).environment
                mark = marks.get(event.call_id) or (SIMULATED if proposed else None) or _mark(called, event, environment)
                yield mark or _rerun(before, memory, called, record, environment)
            proposed = False
        state = replay(state, (event,))
        memory.observe(event)
        if not isinstance(event, ToolConflicted):  # the call was run before it was known that another agent was faster
            before = state


def _own(records: Sequence[Recorded]) -> tuple[int, dict[str, str]]:
    """Where the conversation's own events begin; and where they begin with an outcome that was edited, its call."""
    forked = [record for record in records if isinstance(record.event, ConversationForked)]
    if not forked:
        return 1, {}
    marks = {}
    for record in forked:
        first = records[record.position].event if record.position < len(records) else None
        if isinstance(record.event, ConversationForked) and record.event.edits is not None and isinstance(first, Outcome):
            marks[first.call_id] = EDITED
    return forked[-1].position, marks


def _called(calls: dict[str, ToolCalled], event: Outcome, record: Recorded) -> ToolCalled:
    if event.call_id not in calls:
        raise RecordError(
            f"{record.stream}: event {record.position} is an outcome of {event.call_id}, which nobody called; restore the log"
        )
    return calls[event.call_id]


def _setting(state: Conversation) -> str:
    return state.started.setting if state.started else ""


def _mark(called: ToolCalled, event: Outcome, environment: Environment) -> str | None:
    """Why no code of today can stand in for what gave an outcome; None where it can, or should."""
    if isinstance(event, ToolFaulted) and event.kind in KINDS:
        return INJECTED
    try:
        tool = environment.at(called.agent).toolset.get(called.tool)
    except SettingError:
        return None
    return SUBAGENTS if isinstance(tool, Delegate) else SIMULATED if isinstance(tool, SimulatedTool) else None


def _rerun(before: Conversation, memory: Memory, called: ToolCalled, record: Recorded, environment: Environment) -> Rerun:
    today: Outcome | None = None
    try:
        event = outcome(before, called, environment, memory)
        assert isinstance(event, Outcome)
        today, first = event, _first(record.event, event)
    except SettingError as error:
        first = Difference("outcome", _kind(record.event), f"nobody: {error}")
    divergence = Divergence(record.stream, record.position, called.tool, *first) if first else None
    return Rerun(record.position, called.tool, today, divergence)


def _first(recorded: Event, today: Event) -> Difference | None:
    """Where two outcomes differ first in what the agent sees and in what the world becomes."""
    assert isinstance(recorded, Outcome)
    assert isinstance(today, Outcome)
    kinds = _kind(recorded), _kind(today)
    if kinds[0] != kinds[1]:
        shown = (f"{kind}: {observation_text(event)}" for kind, event in zip(kinds, (recorded, today), strict=True))
        return Difference("outcome", *shown)
    if not isinstance(recorded, ToolAnswered) or not isinstance(today, ToolAnswered):
        texts = observation_text(recorded), observation_text(today)
        return None if texts[0] == texts[1] else Difference("reason", *texts)
    for path, expected, found in differences(recorded.observation, today.observation):
        return Difference(f"observation {path}".strip(), expected, found)
    for path, expected, found in differences(_changes(recorded), _changes(today)):
        return Difference(f"change {path[1:]}", expected, found)
    return None


def _kind(event: Event) -> str:
    match event:
        case ToolRefused():
            return f"refused ({event.code})"
        case ToolFaulted():
            return f"faulted ({event.kind})"
    return "answered"


def _changes(event: ToolAnswered) -> dict[str, Any]:
    return {_place(change): {"before": change.before, "after": change.after, "absent": change.absent} for change in event.changes}


def _place(change: Change) -> str:
    return ".".join(part for part in (change.table, change.key, change.field) if part is not None)
