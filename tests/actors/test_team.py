"""Sub-agents: nested, at the same time, failing, in each other's way; and killed at every append."""

import time
from collections import Counter
from pathlib import Path

import pytest

from actors.mind import MindLost, Say
from domain.agents import Agent
from domain.conversation import Conversation, RunTool, decide, replay
from domain.errors import OutOfOrder, SettingError
from domain.policy import Memory
from domain.transaction import Transaction
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, Limits, ModelReplied
from events.store import EventStore
from events.subagents import SubagentFinished, SubagentStarted, ToolConflicted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from tests.actors.teamwork import BASE, ENVIRONMENT, TEAM, Cast, Lines, ask, hold, talk, use, view
from tests.actors.test_conversation import FragileStore, Killed

OUTCOMES = ToolAnswered | ToolRefused | ToolFaulted
NESTED: Lines = {
    **talk(ask(("seller", "Find the note of north.")), Say("It is found.")),
    "assistant/seller": (ask(("clerk", "Read north.")), Say("The clerk says so.")),
    "assistant/seller/clerk": (use("rename", stall="south", note="closed"), ask(("porter", "Go to north.")), Say("The porter says so.")),
    "assistant/seller/clerk/porter": (use("read_note", stall="north"), Say("north-secret")),
}
PARALLEL: Lines = {
    **talk(
        ask(("seller", "Sell 3 at north."), ("seller", "Sell 4 at north and at south."), ("seller", "Do nothing.")),
        Say("Sold."),
        Say("Bye."),
    ),
    "assistant/seller": (use("sell", stall="north", count=3), Say("Three.")),
    "assistant/seller#2": (
        use("sell", stall="north", count=4),
        use("sell", stall="south", count=1),
        ask(("clerk", "Note it.")),
        Say("Five."),
    ),
    "assistant/seller#2/clerk": (use("rename", stall="north", note="busy"), Say("Noted.")),
    "assistant/seller#3": (Say("Nothing."),),
}


def outcomes(events: list[Event]) -> Counter[str]:
    return Counter(event.call_id for event in events if isinstance(event, OUTCOMES))


def call_ids(events: list[Event]) -> list[str]:
    return [event.call_id for event in events if isinstance(event, ToolCalled)]


def test_work_is_handed_on_to_any_depth(tmp_path: Path) -> None:
    """Three levels below the assistant a tool is called, and its answer comes back level by level."""
    state, events, _ = hold(tmp_path, Cast(NESTED))

    started = [event for event in events if isinstance(event, SubagentStarted)]
    finished = [event for event in events if isinstance(event, SubagentFinished)]
    paths = ["assistant/seller", "assistant/seller/clerk", "assistant/seller/clerk/porter"]
    assert [event.agent for event in started] == paths
    assert [event.agent for event in finished] == paths[::-1]
    assert not any(event.reason for event in finished)
    assert [event.prompt for event in started] == [TEAM.at(path).prompt_digest for path in paths]
    assert [event.toolset for event in started] == [TEAM.at(path).toolset_digest for path in paths]
    answers = [event.observation for event in events if isinstance(event, ToolAnswered)]
    assert answers == ["closed", "north-secret", "north-secret", "The porter says so.", "The clerk says so."]
    assert state.ended.reason == "user-done"
    assert state.team.working == {}


def test_work_is_not_handed_on_below_the_limit(tmp_path: Path) -> None:
    """Where work may be handed on twice, the third time is refused, and the agent goes on by itself."""
    _, events, _ = hold(tmp_path, Cast(NESTED), Limits(depth=2))

    refused = [(event.agent, event.code) for event in events if isinstance(event, ToolRefused)]
    assert refused == [("assistant/seller/clerk", "depth-limit")]
    assert max(event.agent.count("/") for event in events if isinstance(event, SubagentStarted)) == 2
    assert set(outcomes(events).values()) == {1}


def test_no_depth_means_no_subagents(tmp_path: Path) -> None:
    """With a depth of 0 every delegation is refused."""
    _, events, _ = hold(tmp_path, Cast(NESTED), Limits(depth=0))

    assert not [event for event in events if isinstance(event, SubagentStarted)]


def test_a_request_has_to_be_a_text(tmp_path: Path) -> None:
    """Without a request nobody is put to work."""
    cast = Cast(talk(use("seller", request=""), use("seller", count=1), Say("Well.")))
    _, events, _ = hold(tmp_path, cast)

    assert [event.code for event in events if isinstance(event, ToolRefused)] == ["invalid-arguments"] * 2


@pytest.mark.parametrize(
    "delays_s",
    [
        {"assistant/seller": 0.03},
        {"assistant/seller#2": 0.03, "assistant/seller#3": 0.01},
        {"assistant/seller": 0.01, "assistant/seller#2/clerk": 0.02, "assistant/seller#3": 0.03},
    ],
)
def test_order_does_not_depend_on_who_is_fast(tmp_path: Path, delays_s: dict[str, float]) -> None:
    """Children at work at the same time take turns in one order, however long each of them thinks."""
    (tmp_path / "late").mkdir()
    _, events, digest = hold(tmp_path, Cast(PARALLEL))
    state, _, late = hold(tmp_path / "late", Cast(PARALLEL, delays_s))

    begun = [event.agent for event in events if isinstance(event, SubagentStarted)]
    assert begun[:3] == ["assistant/seller", "assistant/seller#2", "assistant/seller#3"]
    speakers = [event.agent for event in events if isinstance(event, ModelReplied)]
    assert speakers[2:5] == begun[:3]  # each has its first turn before any has its second
    assert late == digest
    assert state.world.row("stalls", "north")["apples"] == 3
    assert set(outcomes(events)) == set(call_ids(events))


def test_children_think_at_the_same_time(tmp_path: Path) -> None:
    """Slow children that work at once take as long as the slowest of them."""
    cast = Cast(PARALLEL, {"assistant/seller": 0.3, "assistant/seller#2": 0.3, "assistant/seller#3": 0.3})
    began = time.monotonic()
    hold(tmp_path, cast)

    assert cast.asked("assistant/seller#2") == 4
    assert time.monotonic() - began < 0.3 * 6  # one after another it would be at least 7 replies of 0.3 s


def test_a_child_that_breaks_is_its_parents_fault_to_handle(tmp_path: Path) -> None:
    """The parent is told, the others go on, and the conversation ends as it should."""
    lines = {**PARALLEL, "assistant/seller#2/clerk": (RuntimeError("out of ink"),), "assistant/seller#3": (ValueError("fell over"),)}
    state, events, _ = hold(tmp_path, Cast(lines))

    faults = {event.agent: event.reason for event in events if isinstance(event, ToolFaulted)}
    assert faults == {
        "assistant/seller#2": "The agent could not finish: RuntimeError: out of ink",
        "assistant": "The agent could not finish: ValueError: fell over",
    }
    reasons = {event.agent: event.reason for event in events if isinstance(event, SubagentFinished)}
    assert reasons == {
        "assistant/seller": None,
        "assistant/seller#2": None,
        "assistant/seller#2/clerk": "RuntimeError: out of ink",
        "assistant/seller#3": "ValueError: fell over",
    }
    assert state.ended.reason == "user-done"
    assert set(outcomes(events).values()) == {1}
    assert state.world.row("stalls", "north")["apples"] == 3


@pytest.mark.parametrize("error", [OSError("no route"), MemoryError(), MindLost("no answer")], ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("path", ["user", "assistant/seller#2", "assistant/seller#2/clerk"])
def test_who_cannot_be_reached_has_not_given_up(tmp_path: Path, path: str, error: Exception) -> None:
    """Nothing of it is recorded, and when it can be reached the conversation goes on to the same end."""
    _, _, digest = hold(tmp_path, Cast(PARALLEL))
    store = EventStore(tmp_path / "lost.sqlite")

    with pytest.raises(MindLost):
        hold(tmp_path, Cast({**PARALLEL, path: (error,) * 9}), store=store)
    left = [record.event for record in store.read("stalls/000000")]
    assert not [event for event in left if isinstance(event, SubagentFinished) and event.agent == path]

    assert hold(tmp_path, Cast(PARALLEL), store=EventStore(tmp_path / "lost.sqlite"))[2] == digest


def test_a_child_cannot_end_the_conversation(tmp_path: Path) -> None:
    """``done`` is for those who talk to the user."""
    lines = {**NESTED, "assistant/seller": (Say("I am off.", done="user-done"),)}
    state, events, _ = hold(tmp_path, Cast(lines))

    assert state.ended.reason == "user-done"
    assert [event.content for event in events if isinstance(event, AssistantSpoke)] == ["I am off.", "It is found."]


def test_own_limit_stops_an_agent(tmp_path: Path) -> None:
    """An agent that keeps calling tools is stopped at its own limit; its parent goes on."""
    lines = {**talk(ask(("seller", "Sell.")), Say("Enough.")), "assistant/seller": [use("sell", stall="north", count=1)] * 9}
    state, events, _ = hold(tmp_path, Cast(lines))

    assert [event.reason for event in events if isinstance(event, SubagentFinished)] == ["call-limit"]
    assert state.world.row("stalls", "north")["apples"] == 4
    assert state.ended.reason == "user-done"


def test_conversations_limit_leaves_no_call_open(tmp_path: Path) -> None:
    """At the conversation's limit sub-agents hand back before the assistant ends it."""
    state, events, _ = hold(tmp_path, Cast(PARALLEL), Limits(tool_calls=5))

    assert (state.ended.reason, state.ended.fault) == ("call-limit", "assistant")
    assert set(outcomes(events)) == set(call_ids(events))
    assert state.waiting == ()


def test_the_slower_of_two_blind_writers_is_told(tmp_path: Path) -> None:
    """Who overwrites what another wrote since the call was made, without having read it, is in conflict as well."""
    lines = {
        **talk(ask(("seller", "One."), ("seller", "Two.")), Say("Done.")),
        "assistant/seller": (ask(("clerk", "One.")), Say("One.")),
        "assistant/seller#2": (ask(("clerk", "Two.")), Say("Two.")),
        "assistant/seller/clerk": (use("rename", stall="north", note="one"), Say("One.")),
        "assistant/seller#2/clerk": (use("rename", stall="north", note="two"), Say("Two.")),
    }
    state, events, _ = hold(tmp_path, Cast(lines))

    assert [event.agent for event in events if isinstance(event, ToolConflicted)] == ["assistant/seller#2/clerk"]
    assert state.world.digest == serially(events).digest
    assert state.world.row("stalls", "north")["note"] == "two"


def serially(events: list[Event]) -> World:
    """The answered calls, run one after another in the order of the log."""
    calls = {event.call_id: event for event in events if isinstance(event, ToolCalled)}
    world = World(BASE)
    for event in events:
        if isinstance(event, ToolAnswered) and (call := calls[event.call_id]).tool != "seller":
            tool = TEAM.at(call.agent).tools.get(call.tool)
            if tool is not None:
                transaction = Transaction(world)
                assert tool.run(transaction, call.arguments) == event.observation
                world = world.with_changes(transaction.changes)
    return world


def test_nothing_is_lost_where_two_write_the_same_row(tmp_path: Path) -> None:
    """The slower one's call is run on what the faster one left, and the log says so."""
    state, events, _ = hold(tmp_path, Cast(PARALLEL))

    conflicts = [event for event in events if isinstance(event, ToolConflicted)]
    sold = [event for event in events if isinstance(event, ToolCalled) and event.tool == "sell"]
    assert [(event.agent, event.place, event.overtaken_by) for event in conflicts] == [
        ("assistant/seller#2", ("stalls", "north", "apples"), sold[0].call_id)
    ]
    assert conflicts[0].call_id == sold[1].call_id
    after = events[events.index(conflicts[0]) + 1]
    assert isinstance(after, ToolAnswered)
    assert (after.call_id, after.observation) == (sold[1].call_id, 3)
    assert state.world.digest == serially(events).digest


def test_no_conflict_where_different_fields_are_written(tmp_path: Path) -> None:
    """Agents that touch different rows, or different fields of one, are not in each other's way."""
    lines = {
        **talk(ask(("seller", "Sell."), ("seller", "Note.")), Say("Done.")),
        "assistant/seller": (use("sell", stall="north", count=1), Say("Sold.")),
        "assistant/seller#2": (use("sell", stall="south", count=1), Say("Sold.")),
    }
    _, events, _ = hold(tmp_path, Cast(lines))

    assert not [event for event in events if isinstance(event, ToolConflicted)]


def test_agents_see_only_their_own(tmp_path: Path) -> None:
    """A child sees its request and what its tools showed it; a parent sees the answer; the user sees what is said to them."""
    cast = Cast(NESTED)
    hold(tmp_path, cast)
    seen = {path: "\n".join(event.model_dump_json() for event in minds[0].seen) for path, minds in cast.minds.items()}

    porter, clerk, seller, tower = (seen["/".join(["assistant", "seller", "clerk", "porter"][:depth])] for depth in (4, 3, 2, 1))
    assert "Go to north." in porter
    assert not any(text in porter for text in ("Read north.", "Find the note", "Hello.", "closed"))
    assert "north-secret" in clerk
    assert "Read north." in clerk
    assert not any(text in clerk for text in ("read_note", "Find the note", "Hello."))
    assert "The porter says so." in seller
    assert "Read north." in seller  # its own words
    assert not any(text in seller for text in ("north-secret", "closed", "rename", "Go to north.", "Hello."))
    assert "The clerk says so." in tower
    assert not any(text in tower for text in ("north-secret", "porter", "Read north.", "Go to north."))
    assert "seller" not in seen["user"]
    assert "It is found." in seen["user"]


def test_views_are_the_same_after_a_restart(tmp_path: Path) -> None:
    """What a mind has seen in the end is what its view of the log holds."""
    cast = Cast(PARALLEL)
    _, events, _ = hold(tmp_path, cast)

    for path, minds in cast.minds.items():
        assert minds[0].seen == view(events, path)


@pytest.mark.parametrize("lines", [NESTED, PARALLEL], ids=["nested", "parallel"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_killed_at_any_append_it_goes_on_to_the_same_end(tmp_path: Path, lines: Lines, before: bool) -> None:
    """Wherever the process dies: one stream in the end, one outcome a call, and of each mind at most one reply asked again."""
    whole = Cast(lines)
    (tmp_path / "whole").mkdir()
    _, events, digest = hold(tmp_path / "whole", whole)
    at, killed = 0, True
    while killed:
        at += 1
        path = tmp_path / f"{at}.sqlite"
        cast = Cast(lines)
        killed = False
        try:
            hold(tmp_path, cast, store=FragileStore(path, at, before=before))
        except Killed:
            killed = True
        _, again, found = hold(tmp_path, cast, store=EventStore(path))
        assert found == digest
        assert again == events
        repeated = {agent: cast.asked(agent) - whole.asked(agent) for agent in whole.minds}
        assert set(repeated.values()) <= {0, 1}, (at, repeated)
        if lines is NESTED:
            assert sum(repeated.values()) <= 1
    assert lines is NESTED or len(events) >= 40
    assert set(outcomes(events).values()) == {1}
    assert set(outcomes(events)) == set(call_ids(events))


def test_work_is_handed_out_once() -> None:
    """A call that somebody works on cannot be run a second time."""
    state = Conversation(World(BASE))
    call = ToolCalled(agent="assistant", call_id="c1", tool="seller", arguments={"request": "Sell."})
    state = replay(state, [call])
    state = replay(state, decide(state, RunTool("c1"), ENVIRONMENT, Memory()))

    with pytest.raises(OutOfOrder, match="c1"):
        decide(state, RunTool("c1"), ENVIRONMENT, Memory())


def test_unknown_agents_are_named() -> None:
    """A path that nobody plays names who there is."""
    with pytest.raises(SettingError, match="has no sub-agent 'cook'; it has seller"):
        TEAM.at("assistant/cook")
    with pytest.raises(SettingError, match="two tools called 'sell'"):
        _ = Agent("a", "", "", TEAM.at("assistant/seller").tools, {"sell": Agent("sell", "", "", TEAM.tools)}).toolset
