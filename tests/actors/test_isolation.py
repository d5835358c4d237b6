"""What fails in one conversation stays there, and is named with its party and reason; what infrastructure lost is tried again."""

import asyncio
from pathlib import Path

import pytest

from actors.inline import hold_inline
from actors.plan import Place, prepare
from actors.run import Ledger
from domain.errors import GoldFault
from domain.goal import Action, Goal, gold_world
from domain.world import World
from events.base import Event
from events.conversation import ConversationEnded
from events.run import RunFinished
from events.subagents import SubagentFinished
from events.tools import ToolFaulted
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.runs import RunView
from projections.verify import verify
from scenarios.load import load
from tests import parcels
from tests.actors.trouble import (
    ASSISTANT_BREAKS,
    CHILD_BREAKS,
    CHILD_LOST,
    JUDGE_BREAKS,
    SETTINGS,
    TOOL,
    TOOL_BREAKS,
    USER_BREAKS,
    cause,
    digests,
    end_of,
)
from worldloom.summary import failures

ALL = (USER_BREAKS, TOOL_BREAKS, ASSISTANT_BREAKS, CHILD_BREAKS, JUDGE_BREAKS, CHILD_LOST)
LOST = {SETTINGS.stream(JUDGE_BREAKS), SETTINGS.stream(CHILD_LOST)}


@pytest.fixture(scope="module")
def places() -> dict[str, Place]:
    """The places of the run."""
    return {name: prepare(load(name), SETTINGS.seed, None) for name in SETTINGS.settings}


def hold(folder: Path, places: dict[str, Place]) -> RunView:
    """Hold all that is open, as ``generate`` does; what the run says then."""
    run = RunFolder.start(folder, SETTINGS.model_dump(mode="json"))
    log = run.write_log()
    ledger = Ledger(SETTINGS, log, clock=lambda: 0.0)
    asyncio.run(hold_inline(ledger, places, log))
    write_dataset(log, run.dataset)
    log.close()
    report = verify(run, run.open_log())
    assert report.problems == []
    assert (report.finished, report.abandoned) == (True, len(ledger.view.abandoned))
    return ledger.view


@pytest.fixture(scope="module")
def whole(places: dict[str, Place], tmp_path_factory: pytest.TempPathFactory) -> RunView:
    """The run that nothing disturbs."""
    return hold(tmp_path_factory.mktemp("whole") / "run", places)


@pytest.fixture(scope="module")
def troubled(places: dict[str, Place], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunView]:
    """The run in which all of it goes wrong; only to be read."""
    folder = tmp_path_factory.mktemp("troubled") / "run"
    with pytest.MonkeyPatch.context() as patch:
        cause(patch)
        return folder, hold(folder, places)


def events_of(folder: Path, index: int) -> list[Event]:
    log = RunFolder.find(folder).open_log()
    return [record.event for record in log.read(SETTINGS.stream(index))]


def test_all_others_are_as_if_nothing_had_happened(whole: RunView, troubled: tuple[Path, RunView]) -> None:
    """Minds, tools and judges that break leave the digests of all other conversations as they are."""
    _, view = troubled

    assert digests(view, *ALL) == digests(whole, *ALL)
    assert set(view.abandoned) == LOST
    assert len(view.finished) == SETTINGS.count - len(LOST)


def test_a_mind_that_breaks_ends_its_conversation(troubled: tuple[Path, RunView]) -> None:
    """With the reason as a fact; whether it broke when it was told something, or when it was asked."""
    folder, view = troubled
    for index, party, reason in (
        (USER_BREAKS, "user", "ZeroDivisionError: no patience left"),
        (ASSISTANT_BREAKS, "assistant", "KeyError: 'ears'"),
    ):
        assert events_of(folder, index)[-1] == ConversationEnded(reason="model-fault", fault=party, detail=reason)
        assert end_of(view, index).fault == party
        assert f"ended:model-fault:{reason.partition(':')[0]}" in end_of(view, index).findings


def test_a_sub_agent_and_a_tool_that_break_do_not_end_it(troubled: tuple[Path, RunView]) -> None:
    """They are counted where the conversation came out, each with its reason; a tool that stays broken is at fault."""
    folder, view = troubled
    gave_up = [event.reason for event in events_of(folder, CHILD_BREAKS) if isinstance(event, SubagentFinished)]
    faults = [event for event in events_of(folder, TOOL_BREAKS) if isinstance(event, ToolFaulted)]
    (child,), (tool,) = end_of(view, CHILD_BREAKS).incidents, end_of(view, TOOL_BREAKS).incidents

    assert set(gave_up) == {"RuntimeError: out of ink"}
    assert (child.party, child.who, child.code) == ("assistant", "assistant/logistics", "RuntimeError")
    assert (child.reason, child.count) == ("RuntimeError: out of ink", len(gave_up))
    assert (tool.party, tool.who, tool.code, tool.count) == ("tool", TOOL, "exception", len(faults))
    assert end_of(view, TOOL_BREAKS).fault == "tool"


def test_infrastructure_is_not_a_fact(whole: RunView, troubled: tuple[Path, RunView]) -> None:
    """A sub-agent that cannot be reached has not given up: its conversation stops where it was, and nothing says why in it."""
    folder, view = troubled
    stream = SETTINGS.stream(CHILD_LOST)
    held = events_of(folder, CHILD_LOST)

    assert view.abandoned[stream].fault == "infrastructure"
    assert view.abandoned[stream].reason == "MindLost: ConnectionError: nobody answers"
    assert not [event for event in held if isinstance(event, SubagentFinished | ToolFaulted | ConversationEnded)]
    assert 0 < len(held) < whole.finished[stream].events


def test_the_summary_names_all_of_it(troubled: tuple[Path, RunView]) -> None:
    """What failed, whose fault it was, why, and where to look."""
    folder, view = troubled
    first, *lines, look, again = failures(view, folder)
    gave_up, broke = (end_of(view, index).incidents[0].count for index in (CHILD_BREAKS, TOOL_BREAKS))

    assert first == "what failed, and whose fault it was:"
    for index, party, what, reason in (
        (CHILD_LOST, "infrastructure", "conversation abandoned: 1", "MindLost: ConnectionError: nobody answers"),
        (JUDGE_BREAKS, "infrastructure", "conversation abandoned: 1", "TypeError: lost count"),
        (USER_BREAKS, "user", "conversation not accepted: 1", "ended:model-fault:ZeroDivisionError"),
        (ASSISTANT_BREAKS, "assistant", "conversation not accepted: 1", "ended:model-fault:KeyError"),
        (TOOL_BREAKS, "tool", "conversation not accepted: 1", end_of(view, TOOL_BREAKS).findings[0]),
        (CHILD_BREAKS, "assistant", "conversation not accepted: 1", end_of(view, CHILD_BREAKS).findings[0]),
        (CHILD_BREAKS, "assistant", f"assistant/logistics: {gave_up}, in 1 of the conversations", "RuntimeError: out of ink"),
        (TOOL_BREAKS, "tool", f"tool {TOOL}: {broke}, in 1 of the conversations", "RuntimeError: the line is dead"),
    ):
        line = f"  {party:14}  {what}, such as {SETTINGS.stream(index)}: {reason}"
        assert line in lines
        lines.remove(line)
    assert lines == []
    assert look == f"look at one: worldloom show {SETTINGS.stream(CHILD_LOST)} --out {folder}"
    assert again == "2 abandoned; the same generate command tries them again"


def test_what_infrastructure_lost_is_tried_again(whole: RunView, places: dict[str, Place], tmp_path: Path) -> None:
    """Once by each command, going on from the log; finished at last, it is as if it had never been abandoned."""
    with pytest.MonkeyPatch.context() as patch:
        cause(patch)
        hold(tmp_path / "run", places)
        before = events_of(tmp_path / "run", CHILD_LOST)
        again = hold(tmp_path / "run", places)
    assert set(again.abandoned) == LOST

    healed = hold(tmp_path / "run", places)

    assert healed.abandoned == {}
    assert digests(healed, *(index for index in ALL if SETTINGS.stream(index) not in LOST)) == digests(
        whole, *(index for index in ALL if SETTINGS.stream(index) not in LOST)
    )
    assert events_of(tmp_path / "run", CHILD_LOST)[: len(before)] == before
    log = RunFolder.find(tmp_path / "run").open_log()
    ends = [record.event for record in log.read("run") if isinstance(record.event, RunFinished)]
    assert [end.conversations for end in ends] == [SETTINGS.count - 2, SETTINGS.count - 2, SETTINGS.count]
    assert hold(tmp_path / "run", places) == healed


def test_a_goal_that_breaks_its_tool_is_the_tools_fault() -> None:
    """It is told from a refusal, and names the tool."""
    goal = Goal(id="g", instruction="", actions=(Action(tool="half_way", arguments={"return_id": "R-1", "then": "raise"}),))

    with pytest.raises(GoldFault, match="half_way: RuntimeError: broken") as fault:
        gold_world(World(parcels.base()), goal, parcels.TOOLSET)
    assert fault.value.tool == "half_way"
