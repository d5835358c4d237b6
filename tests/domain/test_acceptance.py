"""Acceptance: what a conversation from a blueprint must be besides reaching its goal."""

from datetime import date

import pytest

from domain.acceptance import accept, course, gold_lookups, reads_only
from domain.conversation import CallTools, Command, Conversation, End, Speak, Wanted
from domain.goal import Action, Goal, gold_world
from domain.outcome import Environment
from domain.tools import Toolset, tool
from domain.transaction import Transaction
from domain.verdict import Verdict
from domain.world import World
from tests.parcels import ENVIRONMENT, POLICY, SCHEMA, TOOLSET, base, begun, call, hold, say

LOOK = Action(tool="find_return", arguments={"return_id": "R-1"})
CHANGE = Action(tool="change_return", arguments={"return_id": "R-1", "amount": 7})
DONE = End("user-done")


def held(*commands: Command) -> Conversation:
    return hold(begun(), [say("Hello."), *commands], ENVIRONMENT)[-1][1]


def judged(goal: Goal, *commands: Command) -> Verdict:
    world = World(base())
    return accept(held(*commands), goal, world, gold_world(world, goal, TOOLSET), TOOLSET)


def look(return_id: str) -> CallTools:
    return call("find_return", return_id=return_id)


READS = Goal(id="g", instruction="", actions=(LOOK, Action(tool="find_return", arguments={"return_id": "R-2"})))
WRITES = Goal(id="g", instruction="", actions=(LOOK, CHANGE))


def test_look_ups_are_the_gold_ones_in_any_order_and_as_often_as_one_likes() -> None:
    """They change nothing, so order and repetition mean nothing."""
    assert judged(READS, look("R-2"), look("R-1"), look("R-2"), DONE) == (True, (), None)


@pytest.mark.parametrize(
    ("made", "finding"),
    [
        (["R-1"], "not-looked-up:find_return"),
        (["R-1", "R-2", "R-3"], "looked-up-besides:find_return"),
    ],
)
def test_where_nothing_is_written_look_ups_must_be_the_gold_ones(made: list[str], finding: str) -> None:
    """One too few or too many: the state cannot tell, so this does."""
    assert judged(READS, *map(look, made), DONE) == (False, (finding,), "assistant")


def test_a_look_up_that_was_refused_found_nothing() -> None:
    """It is no look-up besides, but an error that was put right, and says so."""
    verdict = judged(READS, look("R-404"), look("R-1"), look("R-2"), DONE)

    assert verdict == (True, ("recovered:refused:not-found",), None)


def test_where_something_is_written_the_state_decides() -> None:
    """Whatever was looked up besides, or not at all."""
    assert judged(WRITES, look("R-3"), call("change_return", return_id="R-1", amount=7), DONE).accepted
    assert "state-differs:returns.R-1.amount" in judged(WRITES, look("R-1"), DONE).findings


def test_a_stuck_conversation_is_not_accepted_even_if_it_gets_there() -> None:
    """And whoever was stuck is at fault."""
    change = call("change_return", return_id="R-1", amount=7)

    assert judged(WRITES, change, *[look("R-2")] * 4, DONE) == (False, ("repeated-call:find_return",), "assistant")
    assert judged(WRITES, say("Hello?"), change, DONE) == (False, ("out-of-turn:user",), "user")


def test_defaults_that_are_spelled_out_are_no_other_look_up() -> None:
    """What goes without saying may be said."""

    @tool
    def list_returns(world: Transaction, status: str = "open") -> list[str]:
        """List returns.

        Args:
            status: Of which.
        """
        return [key for key, row in world.rows("returns") if row["status"] == status]

    toolset = Toolset([list_returns])
    found = [gold_lookups([Action(tool="list_returns", arguments=told)], World(base()), toolset) for told in ({}, {"status": "open"})]

    assert found[0] == found[1] != gold_lookups([Action(tool="list_returns", arguments={"status": "gone"})], World(base()), toolset)


def test_look_ups_that_ask_what_time_it_is_are_made_at_the_conversations_time() -> None:
    """As they were in the conversation itself."""

    @tool
    def returns_of_today(world: Transaction) -> dict[str, object]:
        """List the returns, with the day."""
        return {"day": date.fromisoformat(world.now[:10]).isoformat(), "returns": [key for key, _ in world.rows("returns")]}

    toolset, world = Toolset([*TOOLSET.values(), returns_of_today]), World(base())
    conversation = hold(begun(), [say("Hello."), call("returns_of_today"), DONE], Environment.of(toolset, POLICY, SCHEMA))[-1][1]
    goal = Goal(id="g", instruction="", actions=(Action(tool="returns_of_today", arguments={}),))

    assert accept(conversation, goal, world, gold_world(world, goal, toolset, now="2026-01-01"), toolset).accepted


def test_a_path_only_reads_where_none_of_its_tools_writes() -> None:
    """One without calls tells nothing."""
    assert reads_only(READS.actions, TOOLSET)
    assert not reads_only(WRITES.actions, TOOLSET)
    assert not reads_only((), TOOLSET)


def test_the_course_of_a_conversation_is_what_was_said_and_done() -> None:
    """Equal where it is said again, whatever was thought."""
    one = held(look("R-1"), Speak("assistant", "It is open.", reasoning="Easy."), DONE)
    same = held(look("R-1"), Speak("assistant", "It is open."), DONE)
    other = held(CallTools("assistant", [Wanted("find_return", {"return_id": "R-2"})]), Speak("assistant", "It is open."), DONE)

    assert course(one.history) == course(same.history) != course(other.history)
