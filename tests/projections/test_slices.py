"""Slices of whole runs: each is verified again from nothing, and is shorter where something was superfluous."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from actors.plan import RunSettings
from actors.replanning import Replanner
from domain.faults import Faults
from domain.verdict import RECOVERED
from events.run import ConversationFinished
from events.tools import ToolAnswered, ToolFaulted
from projections.contents import Contents
from projections.errors import RecordError
from projections.records.sft import examples_of
from projections.runs import read_run
from projections.slices import Sliced, Slicer, slice_examples
from projections.state import history
from scenarios.load import load
from tests.actors.held import INLINE, begin, hold, inline

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("slices")]
COUNT = 60


class Run:
    """A run and slices of its conversations."""

    def __init__(self, folder: Path, settings: tuple[str, ...], faults: dict[str, float]) -> None:
        self.settings = RunSettings(settings=settings, count=COUNT, seed=11, faults=faults)
        self.log = begin(folder, self.settings, INLINE).write_log()
        hold(self.settings, self.log, inline(self.settings, self.log))
        self.contents = Contents(self.log)
        self._plans = Replanner(self.settings, {name: load(name) for name in self.settings.settings}, self.log)
        self.accepted = [end for end in read_run(self.log).finished.values() if end.accepted]
        self.sliced = [self.slice(end) for end in self.accepted]

    def slicer(self, end: ConversationFinished) -> Slicer:
        """With nothing remembered."""
        planned = self._plans.plan(end.stream)
        environment = replace(planned.place.setting.environment, faults=Faults(self.settings.faults))
        return Slicer(self.contents, history(self.log, end.stream), environment, planned.goal.outputs)

    def slice(self, end: ConversationFinished) -> Sliced:
        """The smallest slice."""
        records, found = history(self.log, end.stream), self.slicer(end).smallest()
        return Sliced(end, tuple(records[position - 1] for position in found.kept), found)


_OURS, _DUAL = ("retail", "supply_chain"), ("airline", "telecom")


@pytest.fixture(scope="module", params=[(_OURS, {}), (_OURS, {"timeout": 0.1}), (_DUAL, {})], ids=["sound", "faults", "setup"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run in which tools fail, one in which they do not, and one of worlds that begin changed and of users with tools of their own."""
    run = Run(tmp_path_factory.mktemp("slices") / "run", *request.param)
    yield run
    run.log.close()


def test_every_slice_holds(run: Run) -> None:
    """Run again from the base world, by whoever has not made it: the same outcomes, the same world, the same claims."""
    assert len(run.accepted) > COUNT * 0.9
    assert all(run.slicer(one.finished).holds(frozenset(one.slice.kept)) for one in run.sliced)
    for one in run.sliced:
        records = history(run.log, one.finished.stream)
        changes = {record.position for record in records if isinstance(record.event, ToolAnswered) and record.event.changes}
        assert changes <= set(one.slice.kept)


def test_recoveries_are_cut(run: Run) -> None:
    """Of calls that failed and were made again nothing is left, but for those inside of a sub-agent's work that is kept."""
    recovered = [one for one in run.sliced if any(found.startswith(RECOVERED) for found in one.finished.findings)]
    shorter = sum(bool(one.slice.dropped) for one in run.sliced)

    assert shorter >= COUNT / 10
    assert bool(recovered) == bool(run.settings.faults)
    for one in recovered:
        assert not any(isinstance(record.event, ToolFaulted) and record.event.agent == "assistant" for record in one.records)


def test_nothing_more_can_be_left_out(run: Run) -> None:
    """A slice of a slice is the slice."""
    for one in run.sliced[:10]:
        slicer, kept = run.slicer(one.finished), frozenset(one.slice.kept)
        for unit in one.slice.dropped:
            assert slicer.holds(kept | unit.positions)


def test_rows_are_what_is_kept(run: Run) -> None:
    """Each message is one of the whole conversation's, in its order, and every call has its outcome."""
    one = max(run.sliced, key=lambda one: len(one.slice.dropped))
    whole = next(examples_of(run.contents, history(run.log, one.finished.stream), one.finished))

    row = next(slice_examples(run.contents, one))

    rest = iter(whole.messages)
    assert all(message in rest for message in row.messages)
    assert len(row.messages) < len(whole.messages)
    assert (row.events, row.events_before, row.stream_digest) == (one.slice.kept, one.finished.events, whole.stream_digest)
    calls = [call.id for message in row.messages for call in message.tool_calls or ()]
    assert calls == [message.tool_call_id for message in row.messages if message.role == "tool"]


def test_another_version_of_a_setting_is_noticed(run: Run) -> None:
    """What does not come out as it is recorded is no demonstration, and is not sliced."""
    end = run.accepted[0]
    setting = load("supply_chain" if end.stream.startswith("retail") else "retail")

    with pytest.raises(RecordError, match="run again, come out otherwise"):
        Slicer(run.contents, history(run.log, end.stream), setting.environment, ())
