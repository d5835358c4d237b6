"""Recall: from a bad event, tool, model or setting to the rows that hold anything that came of it, by the log alone.

What is bad spreads: an agent sees it; a call that takes a value which its agent knows from there alone hands it on; what such
a call changes is read by later calls; a sub-agent is told it, and answers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NamedTuple

from domain.agents import ASSISTANT
from domain.faults import KINDS
from domain.provenance.origins import Origins
from domain.simulated import TOOLS
from events.base import Event
from events.conversation import (
    AssistantSpoke,
    ConversationEnded,
    ConversationForked,
    ConversationStarted,
    ModelReplied,
    MoodShifted,
    ReplyRejected,
    UserSpoke,
)
from events.forks import home, is_fork, whole
from events.log import Recorded
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.many import over, unwatched
from projections.records.sft import by_agent, lines_of
from projections.regress import reruns
from projections.rules import Load
from projections.runs import read_run
from projections.taint import AFTER, UNREACHED, Taint
from projections.transcript import Outcome, agent_prompt, system_prompt

_SHOWN = (UserSpoke, AssistantSpoke, ToolCalled, SubagentStarted, ToolAnswered, ToolRefused, ToolFaulted)


class Bad(NamedTuple):
    """What was wrong; all that is given holds."""

    event: tuple[str, int] | None = None
    """The stream that holds it, and its position."""
    tool: str | None = None
    model: str | None = None
    scenario: str | None = None
    """Digest of a setting's files, or how it begins."""
    mended: bool = False
    """Of outcomes, only those that today's code gives otherwise; and what is right of them harms nobody."""


class Row(NamedTuple):
    """One row, and how it came to hold what is bad."""

    conversation: str
    agent: str
    position: int
    """The first event that the row holds of it."""
    how: str
    """``saw``, ``told``, ``read`` or ``after``; ``projections/taint.py`` says what they mean."""
    in_data_set: bool
    """Not so for forks, and for conversations that were not finished."""


@dataclass
class Recalled:
    """What was found."""

    conversations: int = 0
    rows: int = 0
    """All rows that were looked at."""
    bad: int = 0
    """Events that were bad themselves."""
    touched: list[Row] = field(default_factory=list)
    """Sorted as the data set is."""

    def take(self, other: "Recalled") -> None:
        """Take in what was found elsewhere."""
        self.conversations += other.conversations
        self.rows += other.rows
        self.bad += other.bad
        self.touched += other.touched


def recall(
    contents: Contents,
    streams: Sequence[str],
    bad: Bad,
    load: Load,
    folder: Path | None = None,
    watch: Callable[[int], None] = unwatched,
) -> Recalled:
    """The rows of conversations that hold anything that came of what was bad.

    Args:
        load: Settings as they are today; asked only where ``bad.mended``.
        folder: Of the run, for many conversations on all cores.
        watch: Is told of so many conversations more.

    Raises:
        RecordError: The log holds no run.
        CorruptLog: A stream or a content is damaged.
    """
    finished = set(read_run(contents.store).finished)
    found = Recalled()
    for part in over([(stream, stream in finished) for stream in streams], partial(_recall, bad=bad, load=load), contents, folder, watch):
        found.take(part)
    return found


def _recall(contents: Contents, streams: Sequence[tuple[str, bool]], bad: Bad, load: Load) -> Recalled:
    found = Recalled()
    for stream, in_data_set in streams:
        records = list(whole(contents.store, stream))
        seeds = _seeds(contents, records, bad)
        mended = _mended(contents, records, load) if bad.mended and seeds else {}
        if bad.mended:
            seeds &= set(mended)
        rows = list(_rows(records))
        touched = (
            [row._replace(in_data_set=in_data_set) for row in _touched(records, Taint(_told(contents, records), seeds, mended), rows)]
            if seeds
            else []
        )
        found.take(Recalled(1, len(rows), len(seeds), touched))
    return found


def _rows(records: Sequence[Recorded]) -> Iterator[tuple[str, list[int]]]:
    """Of each row of a conversation, its agent and the positions of the events that its messages come from."""
    for agent, own in by_agent(records).items():
        lines = lines_of(own, agent)
        if lines:
            kept = {position for line in lines for position in range(line.first, line.last + 1)}
            yield agent, [record.position for record in own if record.position in kept]


def _mended(contents: Contents, records: Sequence[Recorded], load: Load) -> dict[int, Outcome]:
    """Position -> today's outcome, of calls that come out otherwise today."""
    runs = (each for each in reruns(contents, records, load, shared=True) if not isinstance(each, str))
    return {each.position: each.today for each in runs if each.divergence is not None and each.today is not None}


def _told(contents: Contents, records: Sequence[Recorded]) -> Origins:
    """What each agent is told before anything happens."""
    started = records[0].event
    assert isinstance(started, ConversationStarted)
    origins = Origins(started.clock)
    origins.brief(ASSISTANT, system_prompt(contents, started), contents.json(started.toolset))
    for record in records:
        if isinstance(record.event, SubagentStarted):
            origins.brief(record.event.agent, agent_prompt(contents, started, record.event), contents.json(record.event.toolset))
    return origins


def _touched(records: Sequence[Recorded], taint: Taint, rows: Sequence[tuple[str, list[int]]]) -> list[Row]:
    stream = records[0].stream
    if 1 in taint.bad:  # what it began with is in every prompt
        return [Row(stream, agent, 1, "saw", True) for agent, _ in rows]
    for record in records:
        taint.observe(record.position, record.event)
    touched = []
    for agent, positions in rows:
        held = [position for position in positions if position in taint.how]
        first = next((position for position in held if taint.how[position] != AFTER), held[0] if held else None)
        if first is not None:
            touched.append(Row(stream, agent, first, taint.how[first], True))
    return touched


def _seeds(contents: Contents, records: Sequence[Recorded], bad: Bad) -> set[int]:
    """The events that were bad themselves."""
    started = records[0].event if records else None
    if not isinstance(started, ConversationStarted):
        return set()
    found = {record.position for record in records}
    if bad.scenario is not None and not started.scenario.startswith(bad.scenario):
        return set()
    if bad.event is not None:
        stream, position = bad.event
        found &= _shows(records, position) if _holds(contents, records, stream, position) else set()
    if bad.model is not None:
        replies = (record for record in records if isinstance(record.event, ModelReplied) and record.event.model == bad.model)
        found &= {position for reply in replies for position in _authored(records, reply)}
    if bad.tool is not None:
        found &= set(_of_tool(records, bad.tool))
    return found


def _shows(records: Sequence[Recorded], position: int) -> set[int]:
    """An event, or what comes of it where no agent is told of it as such: what a model replied, what a mood made the user say."""
    record = records[position - 1]
    match record.event:
        case ConversationStarted():
            return {position}
        case ModelReplied():
            return _authored(records, record)
        case MoodShifted(agent=agent):
            return {next((one.position for one in records[position:] if _speaks(one.event, agent)), position)}
        case ReplyRejected() | ConversationForked() | ConversationEnded():
            return set()
    return {next((one.position for one in records[position - 1 :] if isinstance(one.event, _SHOWN)), position)}


def _speaks(event: Event, agent: str) -> bool:
    return isinstance(event, UserSpoke | AssistantSpoke) and event.agent == agent


def _authored(records: Sequence[Recorded], record: Recorded) -> set[int]:
    """What a model said or called by a reply, or proposed for a tool; nothing where the event is no reply."""
    reply = record.event
    if not isinstance(reply, ModelReplied):
        return set()
    found = set()
    for later in records[record.position :]:
        event = later.event
        if isinstance(event, ModelReplied):
            break
        if reply.agent == TOOLS and isinstance(event, Outcome):
            return {later.position}
        if isinstance(event, Outcome):
            break
        if isinstance(event, ToolCalled | AssistantSpoke | UserSpoke) and event.agent == reply.agent:
            found.add(later.position)
    return found


def _holds(contents: Contents, records: Sequence[Recorded], stream: str, position: int) -> bool:
    name = records[0].stream
    if position > len(records):
        return False
    return (home(contents.store, name, position) if is_fork(name) else name) == stream


def _of_tool(records: Sequence[Recorded], tool: str) -> Iterator[int]:
    """What a tool did: not what was kept from it, by the policy, by its arguments or by an injected fault."""
    calls = {record.event.call_id for record in records if isinstance(record.event, ToolCalled) and record.event.tool == tool}
    for record in records:
        match record.event:
            case ToolAnswered(call_id=call_id) if call_id in calls:
                yield record.position
            case ToolRefused(call_id=call_id, code=code) if call_id in calls and not code.startswith(UNREACHED):
                yield record.position
            case ToolFaulted(call_id=call_id, kind=kind) if call_id in calls and kind not in KINDS:
                yield record.position
