"""Users who slip: what they wanted in the end is reached or is their fault, and a killed conversation goes on to the same end."""

import json
from pathlib import Path
from random import Random

import pytest

from actors.minds import minds_here
from actors.plan import Planned, RunSettings
from actors.recorded import RecordedMind, kept_replies
from benchmarks.tools import hold as hold_one
from benchmarks.tools import plans
from domain.goal import Action, Goal, Share, Task
from domain.slips import DROPPED, KINDS, STUBBORN, SWITCHED, WRONG, Slips, garbled, misled, wanted
from events.conversation import UserSlipped, UserSpoke
from events.store import EventStore
from events.tools import ToolAnswered
from projections.case import case_of
from projections.contents import Contents
from projections.runs import read_run
from tests.actors.fragile import Fragile
from tests.actors.held import INLINE, begin, hold, inline, place, result
from tests.actors.test_inline import killed_once

SETTINGS = RunSettings(settings=("retail", "supply_chain"), count=40, seed=5)


def held(path: Path, kind: str):
    """A run in which all users slip who can: the log, and how it came out; verified."""
    settings = SETTINGS.model_copy(update={"slips": {kind: 1.0}})
    folder = begin(path, settings, INLINE)
    log = folder.write_log()
    hold(settings, log, inline(settings, log))
    log.close()
    result(folder)
    log = folder.open_log()
    return log, read_run(log)


def slips(log, view) -> dict[str, UserSlipped]:
    return {stream: record.event for stream in view.finished for record in log.read(stream) if isinstance(record.event, UserSlipped)}


@pytest.mark.parametrize("kind", [DROPPED, SWITCHED])
def test_who_changes_their_mind_gets_what_they_wanted_in_the_end(tmp_path: Path, kind: str) -> None:
    """What was dropped is not done, everything else is; the verdict knows, and so does a judge."""
    log, view = held(tmp_path, kind)
    found = slips(log, view)

    assert len(found) >= 8
    for stream, slip in found.items():
        end, records = view.finished[stream], list(log.read(stream))
        assert end.accepted, (stream, end.findings)
        assert f"slipped:{kind}" in end.findings
        assert slip.dropped
        assert "no longer wanted it" in case_of(Contents(log), records).wanted
    writes = sum(isinstance(record.event, ToolAnswered) and bool(record.event.changes) for stream in found for record in log.read(stream))
    actions = sum(len(goal["actions"]) for stream in found for goal in [json.loads(log.get(next(iter(log.read(stream))).event.goal))])
    assert writes <= actions - len(found)
    log.close()


def test_who_is_wrong_puts_it_right_when_asked(tmp_path: Path) -> None:
    """Found to be wrong, it is told right, and the goal is reached."""
    log, view = held(tmp_path, WRONG)
    found = slips(log, view)

    assert len(found) >= 20
    righted = [stream for stream in found if not misled(record.event for record in log.read(stream))]
    assert len(righted) >= 0.8 * len(found)
    assert sum(view.finished[stream].accepted for stream in righted) >= 0.9 * len(righted)
    log.close()


def test_who_stays_wrong_is_at_fault(tmp_path: Path) -> None:
    """A conversation that fails because the user insisted on something wrong is not held against the assistant."""
    log, view = held(tmp_path, STUBBORN)
    failed = [view.finished[stream] for stream in slips(log, view) if not view.finished[stream].accepted]

    assert len(failed) >= 10
    assert {end.fault for end in failed} == {"user"}
    log.close()


def test_killed_at_any_append_the_slip_is_made_once(tmp_path: Path) -> None:
    """Equal digest, whatever was lost."""
    one = RunSettings(settings=("retail",), count=1, seed=5, slips={WRONG: 1.0})
    boundaries: list[tuple[str, int]] = []
    folder = begin(tmp_path / "whole", one, INLINE)
    log = Fragile(folder.write_log(), lambda *boundary: boundaries.append(boundary))
    whole = hold(one, log, inline(one, log)).view.closed
    assert sum(isinstance(record.event, UserSlipped) for record in log.read(one.stream(0))) == 1
    for number, at in enumerate(boundaries):
        assert killed_once(tmp_path / str(number), at, "after", None, one) == whole, at


def test_a_recorded_slip_is_made_again(tmp_path: Path) -> None:
    """Replies that are read back bring the slip with them, so that the stream is the same."""
    settings = SETTINGS.model_copy(update={"slips": {WRONG: 1.0}})
    places = {name: place(name, settings.seed) for name in settings.settings}
    first, again = EventStore(tmp_path / "first.sqlite"), EventStore(tmp_path / "again.sqlite")
    planned = next(iter(plans(settings, places, first)))
    hold_one(planned, first, None)
    next(iter(plans(settings, places, again)))
    kept = kept_replies(first, planned.stream)

    def minds(planned: Planned):
        here = minds_here(planned)
        return lambda path, begun: RecordedMind(path, kept["user"], "offline/user") if path == "user" else here(path, begun)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("benchmarks.tools.minds_here", minds)
        hold_one(planned, again, None)
    assert any(isinstance(record.event, UserSlipped) for record in again.read(planned.stream))
    assert again.head(planned.stream).digest == first.head(planned.stream).digest


GOAL = Goal(
    id="g",
    instruction="",
    identity={"name": "Ada Byron", "zip": "12345"},
    tasks=(Task(skill="a", known={"order_id": "#W123", "reason": "cold"}), Task(skill="b")),
    actions=(Action(tool="a", arguments={}), Action(tool="b", arguments={}), Action(tool="b", arguments={"x": 1})),
    outputs=("one", "both", "two"),
    shares=(Share(actions=1, outputs=("one", "both")), Share(actions=2, outputs=("both", "two"))),
)


def test_what_is_wanted_after_a_task_is_dropped() -> None:
    """Its actions are gone, and its outputs but for those of another task as well."""
    seeds = [slip for seed in range(40) if (slip := Slips({DROPPED: 1.0}).draw(seed, GOAL)) is not None]
    assert {slip.task for slip in seeds} == {0, 1}
    for slip in seeds:
        left = wanted(GOAL, [slip.event("user", GOAL)])
        assert [action.tool for action in left.actions] == (["b", "b"] if slip.task == 0 else ["a"])
        assert left.outputs == (("both", "two") if slip.task == 0 else ("one", "both"))
    assert wanted(GOAL, []) is GOAL
    switched = [Slips({SWITCHED: 1.0}).draw(seed, GOAL) for seed in range(40)]
    assert {slip.task for slip in switched if slip} == {0}
    assert Slips({DROPPED: 1.0}).draw(1, GOAL.model_copy(update={"shares": ()})) is None


def test_only_who_they_are_and_codes_are_told_wrong() -> None:
    """One digit is another, or two letters of a name have changed places; nothing else is touched."""
    drawn = [Slips({WRONG: 1.0}).draw(seed, GOAL) for seed in range(60)]
    assert {slip.slot for slip in drawn if slip} == {"name", "zip", "order_id"}
    for slip in filter(None, drawn):
        assert slip.said != slip.meant
        assert len(slip.said) == len(slip.meant)
    assert garbled("Al Bo", Random(1)) == "Al Bo"


def test_putting_it_right_is_saying_it() -> None:
    """Who was wrong and said what is right later is not at fault any more."""
    slip = UserSlipped(agent="user", kind=WRONG, slot="zip", meant="12345", said="12375")
    wrong, right = UserSpoke(agent="user", content="12375"), UserSpoke(agent="user", content="Sorry, 12345.")
    assert misled([slip, wrong])
    assert not misled([slip, wrong, right])
    assert not misled([wrong])


def test_slips_are_left_out_where_there_are_none() -> None:
    """A run without them is called what it was called before, and a goal is recorded as it was."""
    assert "slips" not in SETTINGS.model_dump(mode="json")
    assert "shares" not in GOAL.model_dump(mode="json")
    assert set(KINDS) == {DROPPED, SWITCHED, WRONG, STUBBORN}
