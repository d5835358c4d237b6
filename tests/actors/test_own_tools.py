"""Tools of the user: two sides of one world, each of which sees its own; killed at every append, simulated, and on Ray."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from actors.conversation import visible
from actors.offline.errands import hear_errands
from actors.plan import RunSettings, prepare
from benchmarks.lying import TruthfulTools
from benchmarks.tools import hold as hold_one
from benchmarks.tools import plans
from domain.agents import USER
from domain.conversation import CallTools, Conversation, RunTool, Speak, Turn, Wanted, decide, replay
from domain.errand import Errand
from domain.goal import gold_world
from domain.policy import Call, Memory, Rule
from domain.simulated import TOOLS
from domain.verdict import judge
from domain.world import World
from events.conversation import AssistantSpoke, Limits, ModelReplied, UserSpoke
from events.store import EventStore
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.case import case_of
from projections.contents import Contents
from projections.records.sft import by_agent, examples_of
from projections.runs import read_run
from projections.state import state_at
from projections.transcript import transcript
from scenarios.load import load
from tests import settings as test_settings
from tests.actors.fragile import Fragile
from tests.actors.held import INLINE, begin, hold, inline, result
from tests.actors.scripted import started
from tests.actors.test_inline import killed_once

SETTINGS = RunSettings(settings=("thermostat",), count=30, seed=2)
CANARIES = {"assistant": "shown-", "user": "filed-"}
"""What must not reach an agent: it stands only in what the other's tools show."""


@pytest.fixture(autouse=True)
def thermostat(monkeypatch: pytest.MonkeyPatch) -> None:
    test_settings.add_to(monkeypatch)


@pytest.fixture
def run(tmp_path: Path, thermostat: None):  # noqa: ARG001
    """Log and view of a finished run, verified."""
    folder = begin(tmp_path / "run", SETTINGS, INLINE)
    log = folder.write_log()
    hold(SETTINGS, log, inline(SETTINGS, log))
    log.close()
    result(folder)
    log = folder.open_log()
    yield log, read_run(log)
    log.close()


def test_both_sides_act_on_one_world(run) -> None:
    """Each conversation reaches its goal: the user presses what only they can, the assistant unlocks what only the server can."""
    log, view = run
    assert [end.findings for end in view.finished.values() if not end.accepted] == []
    events = [record.event for stream in view.finished for record in log.read(stream)]
    did = Counter((event.agent, event.tool) for event in events if isinstance(event, ToolCalled))
    assert set(did) == {("user", "read_display"), ("user", "press_heat"), ("assistant", "show_thermostat"), ("assistant", "unlock")}
    assert did["user", "press_heat"] == SETTINGS.count


def test_neither_side_sees_what_the_others_tools_show(run) -> None:
    """A canary in each side's observations reaches no mind, no transcript and no record of the other's."""
    log, view = run
    for stream, finished in view.finished.items():
        records = list(log.read(stream))
        for agent, canary in CANARIES.items():
            other = {"user": "assistant", "assistant": "user"}[agent]
            seen = [record.event for record in records if visible(record.event, agent)]
            assert not [event for event in seen if isinstance(event, ToolCalled | ToolAnswered | ToolRefused) and event.agent != agent]
            assert canary not in repr([line.message for line in transcript(records, agent)])
            assert canary in repr([line.message for line in transcript(records, other)])
        rows = list(examples_of(Contents(log), records, finished))
        assert [row.agent for row in rows] == ["assistant"]
        assert CANARIES["assistant"] not in repr(rows[0].messages)
        assert "press_heat" not in rows[0].tools
        called = {call.function.name for message in rows[0].messages for call in message.tool_calls or ()}
        assert called <= {"show_thermostat", "unlock"}


def test_what_the_assistant_wrote_is_trained_on_once(run) -> None:
    """Its words and calls are in its one record, whatever the user did in between; the user's are in none."""
    log, view = run
    for stream in view.finished:
        records = list(log.read(stream))
        authored = [
            record.position for record in records if isinstance(record.event, AssistantSpoke | ToolCalled) and record.event.agent != USER
        ]
        lines = [line for agent, own in by_agent(records).items() for line in transcript(own, agent) if line.message.train]
        assert [position for line in lines for position in range(line.first, line.last + 1)] == authored


def test_a_users_turn_begins_with_what_they_do(run) -> None:
    """A judge sees the user's calls, and both toolsets, in the turn in which the user then tells of them; so does whoever replays."""
    log, view = run
    for stream in view.finished:
        records = list(log.read(stream))
        case = case_of(Contents(log), records)
        assert [tool["function"]["name"] for tool in case.tools["user"]] == ["read_display", "press_heat"]
        press = next(seen for seen in case.seen if seen.tool == "press_heat")
        tells = next(seen for seen in case.seen if seen.kind == "user" and seen.position > press.position)
        assert press.turn == tells.turn
        before, after = (state_at(log, stream, turn=turn).world for turn in (press.turn - 1, press.turn))
        serial = press.arguments["serial"]
        assert (before.row("thermostats", serial)["mode"], after.row("thermostats", serial)["mode"]) == ("off", "heating")


def test_killed_at_any_append_it_goes_on_to_the_same_end(tmp_path: Path) -> None:
    """Equal digest, one outcome a call, whoever made it."""
    one = SETTINGS.model_copy(update={"count": 1})
    boundaries: list[tuple[str, int]] = []
    folder = begin(tmp_path / "whole", one, INLINE)
    log = Fragile(folder.write_log(), lambda *boundary: boundaries.append(boundary))
    whole = hold(one, log, inline(one, log)).view.closed
    for number, (at, when) in enumerate((at, when) for at in boundaries for when in ("before", "after")):
        assert killed_once(tmp_path / str(number), at, when, None, one) == whole, (at, when)
    assert len(boundaries) > 15


def test_simulated_tools_of_the_user(tmp_path: Path) -> None:
    """What only the user can do may be a specification as well; the same goals are reached."""
    tools = ("press_heat", "read_display")
    simulated = SETTINGS.model_copy(update={"count": 10, "simulate": tools})
    store = EventStore(tmp_path / "log.sqlite")
    places = {"thermostat": prepare(load("thermostat"), SETTINGS.seed, None, tools)}
    for planned in plans(simulated, places, store):
        state = hold_one(planned, store, TruthfulTools()).state
        gold = gold_world(planned.place.world, planned.goal, planned.place.setting.toolset, seed=planned.started.seed)
        assert judge(state, planned.goal, gold).findings == ()
        assert {event.agent for event in state.history if isinstance(event, ModelReplied)} == {"user", "assistant", TOOLS}


def test_faults_of_the_users_tools(tmp_path: Path) -> None:
    """The user tries once more, and says so where it is in vain; a world is never left half changed."""
    faulty = SETTINGS.model_copy(update={"count": 40, "faults": {"timeout": 0.3}})
    folder = begin(tmp_path / "run", faulty, INLINE)
    log = folder.write_log()
    view = hold(faulty, log, inline(faulty, log)).view
    events = [record.event for stream in view.finished for record in log.read(stream)]
    log.close()
    result(folder)
    assert any(isinstance(event, ToolFaulted) and event.agent == USER for event in events)
    said = " ".join(event.content.lower() for event in events if isinstance(event, UserSpoke))
    assert "nothing happens" in said or "it just hangs" in said
    assert view.closed is not None
    assert view.closed.accepted > 20


# ---- the order of a conversation, without minds


def at(*commands: object, limits: Limits | None = None) -> Conversation:
    setting = load("thermostat")
    state = replay(Conversation(World(setting.base(setting.draw_world(Random(0))))), [started(limits)])
    for command in commands:
        state = replay(state, decide(state, command, setting.environment, Memory()))  # type: ignore[arg-type]
    return state


READ = CallTools(USER, (Wanted("read_display", {"serial": "TH-100"}),))


def test_after_a_call_of_their_own_it_is_still_the_users_turn() -> None:
    """The outcome goes to who called; the assistant goes on when the user has spoken."""
    assert at(READ).next() == Turn(USER, at(READ).waiting[0])
    assert at(READ, RunTool()).next() == Turn(USER)
    assert at(READ, RunTool(), Speak(USER, "It says off.")).next() == Turn("assistant")
    assert at(READ, RunTool()).turns == 0


@pytest.mark.parametrize(("agent", "tool"), [(USER, "unlock"), ("assistant", "press_heat")])
def test_nobody_can_use_what_is_the_others(agent: str, tool: str) -> None:
    """To each of them, the other's tools are not there."""
    state = at(CallTools(agent, (Wanted(tool, {"serial": "TH-100"}),)), RunTool())
    refused = state.history[-1]
    assert isinstance(refused, ToolRefused)
    assert refused.code == "unknown-tool"


def test_a_user_who_only_calls_tools_is_stopped() -> None:
    """At the limit of calls the user may still speak, but no longer go on calling."""
    state = at(Speak(USER, "Hi."), READ, RunTool(), limits=Limits(tool_calls=1))
    assert state.limit_for(USER) == "call-limit"
    assert at(Speak(USER, "Hi."), limits=Limits(tool_calls=1)).limit_for(USER) is None


def test_rules_guard_the_user_only_by_name() -> None:
    """A rule over all that is written is about the assistant; one that names a tool of the user's guards it."""
    press = Call(USER, "press_heat", {}, writes=True)
    everything = Rule("never", "Never.", lambda *_: False)
    assert not everything.guards(press)
    assert everything.guards(Call("assistant", "unlock", {}, writes=True))
    assert Rule("never", "Never.", lambda *_: False, frozenset({"press_heat"})).guards(press)


# ---- how the offline user hears


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Please press the heat button.", ["press_heat"]),
        ("Could you look at the display and tell me what it shows?", ["read_display"]),
        ("I need you to press the heat button. Then read the display.", ["press_heat", "read_display"]),
        ("First check the display, then press heat.", ["read_display", "press_heat"]),
        ("I will press the heat button for you.", []),
        ("Shall I press the heat button?", []),
        ("Would you like me to read the display?", []),
        ("Please do not press the heat button yet.", []),
        ("The heat button is on the left.", []),
    ],
)
def test_what_is_asked_of_the_user_is_heard(text: str, wanted: list[str]) -> None:
    """In the order of the text; what the assistant does itself, or wants left alone, is not asked."""
    setting = load("thermostat")
    asked = hear_errands(text, setting.errands, setting.user, {"serial": "TH-100"})
    assert [one.tool for one in asked.wanted] == wanted
    assert all(one.arguments == {"serial": "TH-100"} for one in asked.wanted)


def test_arguments_are_heard() -> None:
    """From groups of the cues, as the parameter's choices and numbers have them; a call that lacks one is not made."""
    spec = {"mode": {"enum": ["4g_only", "5g_4g"]}, "level": {"type": "integer"}}
    tool = type("Dial", (), {"spec": {"function": {"parameters": {"properties": spec, "required": ["mode", "level"]}}}})()
    errand = Errand("dial", r"set it to (?P<mode>[\w/ ]+?)(?: at (?P<level>\d+))?\.")

    whole = errand.pattern.search("Please set it to 5G/4G at 3.")
    part = errand.pattern.search("Please set it to 4G only.")
    assert whole
    assert part
    assert errand.call(whole, tool, {}) == {"mode": "5g_4g", "level": 3}
    assert errand.call(part, tool, {}) is None
    assert errand.call(part, tool, {"level": "2"}) == {"mode": "4g_only", "level": 2}
