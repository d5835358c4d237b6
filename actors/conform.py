"""Conform: runs recordings of another implementation against a setting, call by call, and says what is not equal."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from actors.completing import completed
from actors.equality import differing, same_state
from actors.piecing import pieced_together
from actors.recordings import EnvAssertion, Gold, GoldReplay, Line, Patch, Probe, RecordingError, Step, gold_of, read_gold, read_recordings
from actors.rerun import Rerun, Standing, Taken
from domain.errors import SettingError
from domain.goal import Check, unmet
from domain.patch import Difference, PatchError, patched
from domain.setting import Setting
from events.store import EventStore
from events.tools import ToolAnswered
from projections.transcript import json_text, observation_text

STEP, FINAL, PROBE, ASSERTION = "gold steps", "gold final states", "probes", "env assertions"
UNJUDGED = "probes not judged, for want of the gold_replay lines that say how their tasks begin"
UNTOLD = ", after a gold step of which nothing at hand tells"
PIECED = " (their gold steps pieced together from the probes)"
_MOST_SHOWN = 200


class Mismatch(NamedTuple):
    """One recorded outcome that is not equal, by its first difference."""

    place: str
    """File and line."""
    task: str
    step: str
    """Which call, or the final state."""
    path: str
    """What differs: ``error``, ``changed``, ``content /items/0/price``, ``state /agent/orders/...``."""
    expected: Any
    found: Any

    def __str__(self) -> str:
        expected, found = (_short(value) for value in (self.expected, self.found))
        return f"{self.place}: task {self.task}, {self.step}: {self.path}: expected {expected}, found {found}"


@dataclass
class Tally:
    """How the recordings of one kind came out."""

    kind: str
    equal: int = 0
    total: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    """The first ones."""
    unjudged: int = 0

    def __str__(self) -> str:
        if self.unjudged:
            return f"{self.kind}: {self.unjudged}"
        return f"{self.kind}: {self.equal} of {self.total} equal"


def conform(
    setting: Setting, folder: Path, recordings: Iterable[Path], *, tasks: Path | None = None, through_log: bool = False, keep: int = 10
) -> list[Tally]:
    """Run recordings against a setting on the data that they were made on.

    Policy rules do not guard here: the recorded implementation only had its tools.

    Args:
        setting: What is judged; it must be able to run on outside data.
        folder: The data folder, as ``Setting.data`` reads it.
        recordings: Files of ``gold_replay`` and ``probes`` lines, plain or gzip.
        tasks: A file of published tasks, for those of probes that the folder lacks.
        through_log: Append every call to a log, and judge what is read back and replayed from there.
        keep: Mismatches to keep of each kind.

    Returns:
        One tally per kind, in order of first appearance; all is equal where ``equal == total`` in each. Where tasks begin in states of
        their own, probes of those whose beginning nothing at hand describes are not judged; a tally of their own says how many. Probes
        after a gold step of which nothing tells are judged, in tallies of their own.

    Raises:
        RecordingError: A file is malformed, or there is nothing in the files.
        SettingError: The setting has no outside data, or the folder does not fit it.
    """
    lines = [line for path in recordings for line in read_recordings(path)]
    if not lines:
        raise RecordingError("there are no recordings in the files named; they hold gold_replay or probes lines")
    tallies: dict[str, Tally] = {}
    probes = [line.recording for line in lines if isinstance(line.recording, Probe)]
    with completed(folder, tasks, setting.name, probes) as whole, _log(through_log) as log:
        golds = _golds(lines, whole)
        rerun = Rerun(setting, whole, log)
        for line in lines:
            for kind, mismatch in _judge(rerun, golds, line):
                tally = tallies.setdefault(kind, Tally(kind))
                if kind == UNJUDGED:
                    tally.unjudged += 1
                    continue
                tally.total += 1
                tally.equal += mismatch is None
                if mismatch is not None and len(tally.mismatches) < keep:
                    tally.mismatches.append(mismatch)
    return list(tallies.values())


def _judge(rerun: Rerun, golds: Mapping[str, tuple[Gold, str]], line: Line) -> Iterator[tuple[str, Mismatch | None]]:
    """(kind, first difference or None) of each call of a recording, of its final state, and of what was asked of that."""
    if isinstance(line.recording, GoldReplay):
        yield from _judge_gold(rerun, line.place, line.recording)
        return
    probe = line.recording
    place = f"{probe.name} after {probe.after_gold_steps} gold steps"
    gold, source = golds[probe.task_id]
    elsewhere = any(known.initial_patch for known, _ in golds.values())
    if elsewhere and gold.initial_patch is None and rerun.beginning(probe.task_id) is None:
        yield UNJUDGED, None
        return
    before = gold.calls[: max(probe.after_gold_steps, probe.repeat_index)]
    kind = f"{PROBE} {probe.kind}{source}{UNTOLD if None in before else ''}"
    yield kind, _mismatch(line, place, _judge_probe(rerun, gold, probe))


def _judge_gold(rerun: Rerun, place: str, recording: GoldReplay) -> Iterator[tuple[str, Mismatch | None]]:
    line = Line(place, recording)
    made: list[Taken] = []
    start: Standing | None = None
    failed: Difference | None = None
    try:
        start = rerun.begin(recording.initial_patch)
        made = rerun.make(start, recording.steps)
    except (SettingError, PatchError) as error:
        failed = Difference("initial patch", "a state to begin in", str(error))
    for number, step in enumerate(recording.steps):
        yield STEP, _mismatch(line, f"step {number} {step.name}", failed or _first(step, made[number]))
    if recording.final_patch is not None:
        last = made[-1].after if made else start
        yield FINAL, _mismatch(line, "final state", failed or _final(recording.final_patch, start, last))
    for asked in recording.env_assertions or ():
        end = made[-1].after if made else start
        yield ASSERTION, _mismatch(line, asked.func_name, failed or _asserted(rerun.setting, asked, end))


def _asserted(setting: Setting, asked: EnvAssertion, end: Standing | None) -> Difference | None:
    assert end is not None
    check = Check(name=asked.func_name, arguments=asked.arguments, expected=asked.assert_value)
    try:
        met = not any(unmet([check], end.state.world, setting.checks))
    except SettingError as error:
        return Difference("met", asked.met, str(error))
    return None if met == asked.met else Difference("met", asked.met, met)


def _judge_probe(rerun: Rerun, gold: Gold, probe: Probe) -> Difference | None:
    repeats = probe.repeat_index if probe.kind == "repeat" else 0
    if not (0 <= probe.after_gold_steps <= len(gold.calls) and 0 <= repeats <= len(gold.calls)):
        return Difference("after_gold_steps", f"at most the {len(gold.calls)} gold steps of the task", (probe.after_gold_steps, repeats))
    try:
        before = rerun.after_gold(probe.task_id, gold, probe.after_gold_steps, repeats)
    except (SettingError, PatchError) as error:
        return Difference("initial patch", "a state to begin in", str(error))
    return _first(probe, rerun.make(before, [probe])[0])


def _first(step: Step, taken: Taken) -> Difference | None:
    before, after, outcome = taken
    unchanged = before.state.world is after.state.world
    needed = not unchanged or step.patch or step.changed
    document = before.document if needed else None
    error = not isinstance(outcome, ToolAnswered)
    return next(differing(step, observation_text(outcome), error, document, document if unchanged else after.document), None)


def _final(patch: Patch, start: Standing | None, last: Standing | None) -> Difference | None:
    assert start is not None
    assert last is not None
    try:
        return next(same_state(patched(start.document, patch), last.document), None)
    except PatchError as error:
        return Difference("final patch", "a patch of the initial state", str(error))


def _golds(lines: Iterable[Line], folder: Path) -> dict[str, tuple[Gold, str]]:
    """Gold steps by task: from the recordings given, else from the data folder, else from what the probes quote."""
    given = {line.recording.task_id: gold_of(line.recording) for line in lines if isinstance(line.recording, GoldReplay)}
    probes = [line.recording for line in lines if isinstance(line.recording, Probe)]
    if not {probe.task_id for probe in probes} <= set(given):
        given = {**read_gold(folder), **given}
    pieced = pieced_together(probe for probe in probes if probe.task_id not in given)
    return {**{task: (gold, "") for task, gold in given.items()}, **{task: (gold, PIECED) for task, gold in pieced.items()}}


@contextmanager
def _log(wanted: bool) -> Iterator[EventStore | None]:
    """A log in a temporary folder, or none."""
    if not wanted:
        yield None
        return
    with TemporaryDirectory(prefix="worldloom-conform-") as folder:
        store = EventStore(Path(folder) / "0.sqlite")
        try:
            yield store
        finally:
            store.close()


def _mismatch(line: Line, step: str, difference: Difference | None) -> Mismatch | None:
    return None if difference is None else Mismatch(line.place, line.recording.task_id, step, *difference)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json_text(value) if isinstance(value, dict | list) else repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
