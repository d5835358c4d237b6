"""Verdict: who is at fault where a goal was not reached, and what failed on the way."""

import pytest

from domain.conversation import Command, Conversation, End
from domain.errors import SettingError
from domain.goal import Action, Check, Goal, gold_world
from domain.incidents import incidents, usage
from domain.verdict import Verdict, judge
from domain.world import World
from events.conversation import ModelReplied, Usage
from events.run import Incident
from tests.parcels import TOOLSET, base, begun, call, hold, say

GOAL = Goal(id="g", instruction="", actions=(Action(tool="change_return", arguments={"return_id": "R-1", "amount": 7}),))
DONE = End("user-done")


def held(*commands: Command) -> Conversation:
    return hold(begun(), [say("Hello."), *commands])[-1][1]


def judged(*commands: Command) -> Verdict:
    return judge(held(*commands), GOAL, gold_world(World(base()), GOAL, TOOLSET))


def test_nobody_is_at_fault_where_it_is_accepted() -> None:
    """Even if a tool broke on the way."""
    assert judged(call("half_way", return_id="R-1", then="raise"), call("change_return", return_id="R-1", amount=7), DONE) == (
        True,
        (),
        None,
    )


@pytest.mark.parametrize(
    ("commands", "party"),
    [
        ((DONE,), "assistant"),
        ((call("half_way", return_id="R-1", then="refuse"), DONE), "assistant"),
        ((call("half_way", return_id="R-1", then="raise"), DONE), "tool"),
        ((call("open_return", customer_id="C-9", amount=1), call("open_return", customer_id="C-1", amount=1), DONE), "assistant"),
        ((call("half_way", return_id="R-1", then="raise"), End("turn-limit", fault="user")), "user"),
        ((End("call-limit", fault="assistant"),), "assistant"),
    ],
)
def test_who_kept_the_goal_from_being_reached(commands: tuple[Command, ...], party: str) -> None:
    """Whoever the end names; else a tool that was broken to the last; else the assistant."""
    verdict = judged(*commands)

    assert not verdict.accepted
    assert verdict.fault == party


def test_incidents_are_counted_by_who_and_why() -> None:
    """With the reason of the first; refusals are none."""
    calls = [
        call("half_way", return_id="R-2", then="raise"),
        call("half_way", return_id="R-1", then="raise"),
        call("half_way", return_id="R-1", then="schema"),
        call("half_way", return_id="R-1", then="refuse"),
        call("forget", table="customers", key="C-1"),
    ]
    found = incidents(held(*calls, DONE).history)

    assert [(one.who, one.code, one.count) for one in found] == [
        ("forget", "reference", 1),
        ("half_way", "exception", 2),
        ("half_way", "schema", 1),
    ]
    assert found[1] == Incident(party="tool", who="half_way", code="exception", reason="RuntimeError: broken", count=2)


def test_usage_is_added_up() -> None:
    """Replies that say nothing of it count for nothing; where none does, there is no usage."""
    silent = ModelReplied(agent="user", model="m")
    told = ModelReplied(agent="user", model="m", usage=Usage(prompt_tokens=3, completion_tokens=4))

    assert usage([silent, told, told]) == Usage(prompt_tokens=6, completion_tokens=8)
    assert usage([silent]) is None


def amount_of(world: World, return_id: str, amount: int) -> bool:
    """A check: what a return is worth."""
    row = world.row("returns", return_id)
    return row is not None and row["amount"] == amount


def checked(goal: Goal, *commands: Command) -> Verdict:
    return judge(held(*commands), goal, World(base()), {"amount_of": amount_of})


def test_goal_with_checks_is_judged_by_them() -> None:
    """Any world that meets them will do, others are named; a check may also say what must not hold."""
    wanted = Check(name="amount_of", arguments={"return_id": "R-1", "amount": 7})
    goal = Goal(id="g", instruction="", checks=(wanted,))
    other = call("change_return", return_id="R-3", amount=1)
    assert checked(goal, other, call("change_return", return_id="R-1", amount=7), DONE).accepted
    assert checked(goal, other, DONE).findings == ("not-met:amount_of",)
    assert checked(goal.model_copy(update={"checks": (wanted.model_copy(update={"expected": False}),)}), DONE).accepted


@pytest.mark.parametrize("check", [Check(name="nobody_knows"), Check(name="amount_of", arguments={"colour": 1})])
def test_check_that_the_setting_lacks_stops_the_run(check: Check) -> None:
    """A name or an argument that it does not know is an error, and no verdict."""
    with pytest.raises(SettingError, match=check.name):
        checked(Goal(id="g", instruction="", checks=(check,)), DONE)


def test_call_that_must_be_made_is_looked_for() -> None:
    """It must be answered, with the arguments that count; others may be as they are."""
    goal = GOAL.model_copy(update={"calls": (Action(tool="change_return", arguments={"return_id": "R-1"}),), "actions": ()})
    assert "not-called:change_return" in checked(goal, DONE).findings
    assert "not-called:change_return" in checked(goal, call("change_return", return_id="R-3", amount=7), DONE).findings
    assert "not-called:change_return" not in checked(goal, call("change_return", return_id="R-1", amount=7), DONE).findings


def test_goals_without_checks_are_written_as_ever() -> None:
    """What came later is left out where it says nothing."""
    assert GOAL.model_dump_json() == (
        '{"id":"g","instruction":"","identity":{},"tasks":[],'
        '"actions":[{"tool":"change_return","arguments":{"return_id":"R-1","amount":7}}],"outputs":[],"kind":null}'
    )
    assert Goal.model_validate_json(GOAL.model_dump_json()) == GOAL
