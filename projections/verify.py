"""Verify: derives every hash and every row of a run from its log again, and says where they differ.

It goes on after a problem wherever the rest can still be judged.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from domain.agents import depth_of, parent_of
from domain.errors import DomainError
from domain.world import World
from events.conversation import ConversationStarted
from events.digests import streams_digest
from events.errors import EventsError
from events.forks import FORKS, is_fork, whole
from events.imports import ToolDiverged, ToolWasLive
from events.judgement import Judged
from events.log import Log, Recorded
from events.run import ConversationFinished
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ProposalRejected, ToolAnswered, ToolCalled, ToolFaulted, ToolLagged, ToolRefused
from projections.branches import finished_forks
from projections.case import case_of
from projections.compare import compare_files
from projections.contents import Contents
from projections.dataset import files_of, write_dataset
from projections.folder import RunFolder, manifest_bytes
from projections.judged import conversation_of, faults, is_judged
from projections.many import over, unwatched
from projections.runs import RUN, RunView, mismatch, read_run

_RESTORE = "restore the log from a copy"
_CONTENT = ("world", "scenario", "policy", "toolset", "persona", "goal")


class Problem(NamedTuple):
    """One thing that is not as it was recorded."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; {self.remedy}"


@dataclass
class Report:
    """What was checked, and what was wrong."""

    problems: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    """What -> how many of it were checked: conversations, events, contents, worlds, files, rows."""
    finished: bool = False
    """Whether the run came to its end; one that was interrupted can be sound as well."""
    abandoned: int = 0
    """Conversations that could not be held; their streams are checked as far as they go."""

    def take(self, other: "Report") -> None:
        """Take in what was checked elsewhere."""
        self.problems += other.problems
        self.counts.update(other.counts)

    def add(self, place: str, what: str, remedy: str = _RESTORE) -> None:
        """Note a problem."""
        self.problems.append(Problem(place, what, remedy))


def verify(folder: RunFolder, store: Log, watch: Callable[[int], None] = unwatched) -> Report:
    """Check all that a run folder holds against its log, and the log against itself.

    Args:
        store: The folder's log, open.
        watch: Is told of so many conversations more, first as their streams are checked and then as their rows are.
    """
    report = Report()
    whole = store.place
    with _noting(report, whole):
        store.check()
    with _noting(report, whole):
        _check_contents(store, report)
    run: RunView | None = None
    with _noting(report, f"stream {RUN}"):
        run = read_run(store)
    if run is not None:
        report.finished, report.abandoned = run.closed is not None, len(run.abandoned)
        _check_manifest(folder, run, report)
        with _noting(report, whole):
            _check_run(folder, store, run, report, watch)
        with _noting(report, str(folder.dataset)):
            _check_dataset(folder, store, run, report, watch)
    return report


@contextmanager
def _noting(report: Report, place: str) -> Iterator[None]:
    """What goes wrong inside becomes a problem, and the checks go on after it."""
    try:
        yield
    except (EventsError, DomainError) as error:
        what, _, remedy = str(error).rpartition("; ")
        report.add(place, what or str(error), remedy if what else _RESTORE)


def _check_contents(store: Log, report: Report) -> None:
    for digest in store.contents():
        report.counts["contents"] += 1
        with _noting(report, f"content {str(digest)[:12]}"):
            store.get(digest)


def _check_manifest(folder: RunFolder, run: RunView, report: Report) -> None:
    report.counts["files"] += 1
    try:
        found = folder.manifest.read_bytes()
    except OSError as error:
        report.add(str(folder.manifest), f"cannot be read ({error.strerror})", "restore it from a copy; the log does not need it")
        return
    if found != manifest_bytes(run.started.settings, folder.logs()):
        report.add(str(folder.manifest), "does not say what the run stream says", "restore it from a copy; the log does not need it")


def _check_run(folder: RunFolder, store: Log, run: RunView, report: Report, watch: Callable[[int], None]) -> None:
    streams = sorted({*map(str, store.streams()), *run.finished})
    forks = finished_forks(store)
    for stream in sorted({stream for stream in streams if not is_judged(stream) and not is_fork(stream)} - {RUN, FORKS, *run.scheduled}):
        report.add(f"stream {stream}", "the run did not schedule it", "it is not part of this run; restore the log from a copy")
    report.counts["events"] += sum(1 for _ in store.read(RUN))
    of_run = [stream for stream in streams if stream not in (RUN, FORKS)]
    ends = [(stream, forks.get(stream) or run.finished.get(conversation_of(stream))) for stream in of_run]
    heads: dict[str, str] = {}
    for checked in over(ends, _check_streams, Contents(store), folder.path, watch):
        report.take(checked[0])
        heads.update(checked[1])
    if run.closed is not None:
        _check_closed(run, heads, report)


def _check_streams(contents: Contents, ends: Sequence[tuple[str, ConversationFinished | None]]) -> tuple[Report, dict[str, str]]:
    """Some conversations; what was found, and the digest of each."""
    report = Report()
    heads: dict[str, str] = {}
    for stream, finished in ends:
        if is_judged(stream):
            with _noting(report, f"stream {stream}"):
                _check_judgements(contents, stream, finished, report)
            continue
        report.counts["forks" if is_fork(stream) else "conversations"] += 1
        with _noting(report, f"stream {stream}"):
            records = list(contents.store.read(stream))
            heads[stream] = records[-1].link.hex() if records else ""
            _check_head(stream, records, finished, report)
            _check_stream(contents, stream, list(whole(contents.store, stream)) if is_fork(stream) else records, report)
    return report, heads


def _check_head(stream: str, records: list[Recorded], finished: ConversationFinished | None, report: Report) -> None:
    report.counts["events"] += len(records)
    wrong = mismatch(records, finished) if finished else None
    if wrong:
        report.add(f"stream {stream}", wrong)


def _check_closed(run: RunView, heads: dict[str, str], report: Report) -> None:
    closed = run.closed
    assert closed is not None
    digest = streams_digest({stream: heads.get(stream, "") for stream in run.finished})
    if digest != closed.digest:
        report.add(f"stream {RUN}", f"the conversations' digest is {digest[:12]}, but the run recorded {closed.digest[:12]}")
    accepted = sum(end.accepted for end in run.finished.values())
    if (len(run.finished), accepted) != (closed.conversations, closed.accepted):
        recorded = f"{closed.conversations} conversations, {closed.accepted} accepted"
        report.add(f"stream {RUN}", f"it holds {len(run.finished)} conversations, {accepted} accepted, but its end says {recorded}")


def _check_stream(contents: Contents, stream: str, records: list[Recorded], report: Report) -> None:
    """Replay the world, and pair calls with outcomes."""
    started = records[0].event if records else None
    if not isinstance(started, ConversationStarted):
        report.add(f"event 1 of {stream}", f"is {started.TOPIC if started else 'missing'}, not {ConversationStarted.TOPIC}")
        return
    for name in _CONTENT:
        if name != "world":
            contents.text(getattr(started, name))
    if started.user_toolset is not None:
        contents.text(started.user_toolset)
    _check_team(contents, stream, records, report)
    world = World(contents.base(started.world)).evolve(started)
    waiting: dict[str, ToolCalled] = {}
    called: set[str] = set()
    for record in records:
        event, place = record.event, f"event {record.position} of {stream}"
        if isinstance(event, ToolCalled):
            if event.call_id in called:
                report.add(place, f"call id {event.call_id!r} is taken")
            called.add(event.call_id)
            waiting[event.call_id] = event
        elif isinstance(event, ToolAnswered | ToolRefused | ToolFaulted) and waiting.pop(event.call_id, None) is None:
            report.add(place, f"is the outcome of {event.call_id!r}, but no such call waits for one")
        elif isinstance(event, ProposalRejected | ToolLagged | ToolDiverged | ToolWasLive) and event.call_id not in waiting:
            report.add(place, f"is about {event.call_id!r}, but no such call waits for an outcome")
        if isinstance(event, ToolAnswered):
            world = world.evolve(event)
            report.counts["worlds"] += event.world is not None
            if event.world != (world.digest if event.changes else None):
                report.add(place, f"the replayed world is {world.digest[:12]}, but it recorded {str(event.world)[:12]}")


def _check_team(contents: Contents, stream: str, records: list[Recorded], report: Report) -> None:
    """Sub-agents answer calls of their parents, are what the content says, and do nothing before or after their time."""
    working: dict[str, SubagentStarted] = {}
    calls: dict[str, ToolCalled] = {}
    for record in records:
        event, place = record.event, f"event {record.position} of {stream}"
        if isinstance(event, SubagentStarted):
            call = calls.get(event.call_id)
            if call is None or (call.agent, call.tool) != (parent_of(event.agent), event.agent.rpartition("/")[2].partition("#")[0]):
                report.add(place, f"{event.agent} is put to work, but {event.call_id!r} is no call of its parent's for it")
            elif call.arguments.get("request") != event.request:
                report.add(place, f"{event.agent} is not told what {event.call_id!r} asks for")
            contents.text(event.prompt)
            contents.text(event.toolset)
            working[event.agent] = event
            report.counts["sub-agents"] += 1
        elif depth_of(agent := getattr(event, "agent", "")) and agent not in working:
            report.add(place, f"{agent} is not at work here")
        elif isinstance(event, SubagentFinished):
            working.pop(event.agent, None)
        elif isinstance(event, ToolCalled):
            calls[event.call_id] = event


def _check_judgements(contents: Contents, stream: str, finished: ConversationFinished | None, report: Report) -> None:
    """Judgements are about a conversation of the run as it ended, and their evidence is there."""
    records = list(contents.store.read(stream))
    report.counts["events"] += len(records)
    if finished is None:
        what = f"{conversation_of(stream)} is judged, but the run holds no such conversation that has ended"
        report.add(f"stream {stream}", what)
        return
    case = case_of(contents, list(contents.store.read(finished.stream)))
    report.counts["judgements"] += sum(isinstance(record.event, Judged) for record in records)
    for position, what in faults(records, case):
        report.add(f"event {position} of {stream}", what)


def _check_dataset(folder: RunFolder, store: Log, run: RunView, report: Report, watch: Callable[[int], None]) -> None:
    """Write the data set anew beside nothing of the old, and compare byte by byte."""
    if run.closed is None and run.reopened:
        return  # it was made at the end before, and will be made again at the next
    if not folder.dataset.is_dir():
        if run.closed is not None:
            report.add(str(folder.dataset), "is missing", f"run `worldloom export --out {folder.path}` to make it")
        return
    with TemporaryDirectory(prefix="worldloom-verify-") as temporary:
        anew = Path(temporary)
        report.counts["rows"] += write_dataset(store, anew, run, source=folder.path, watch=watch)
        for name in files_of(anew):
            report.counts["files"] += 1
            for place, what in _differences(folder.dataset / name, anew / name):
                report.add(place, what, f"run `worldloom export --out {folder.path}` to make it again from the log")


def _differences(stored: Path, derived: Path) -> Iterator[tuple[str, str]]:
    if not stored.is_file():
        yield str(stored), "is missing"
    else:
        yield from compare_files(stored, derived)
