"""Blame: the first bad event is found from the log, at the step that could have been another."""

from collections.abc import Sequence

import pytest

from domain.blame import EFFECT, FAULTED, GIVEN_UP, LAST, OMITTED, REFUSED, UNTOLD, Blame, Failed, first_bad
from domain.conversation import Command, Speak
from domain.goal import Action, Goal, gold_world
from domain.world import World
from events.base import Event
from events.tools import ToolFaulted
from tests.parcels import STARTED, TOOLSET, base, begun, call, hold, say

CANCEL = Action(tool="cancel_return", arguments={"return_id": "R-1"})
WORLD = World(base())


def answer(content: str) -> Speak:
    """The assistant says something."""
    return Speak("assistant", content)


def history(*commands: Command) -> list[Event]:
    """All events, the first one included."""
    return [STARTED, *(event for event, _ in hold(begun(WORLD), commands))]


def blamed(events: Sequence[Event], *actions: Action, outputs: tuple[str, ...] = ()) -> Blame:
    """The first bad event where the goal wants these actions and outputs."""
    goal = Goal(id="g", instruction="", actions=actions, outputs=outputs)
    return first_bad(Failed(events, WORLD, gold_world(WORLD, goal, TOOLSET), goal, TOOLSET))


YES = (say("Cancel R-1."), answer("Shall I cancel R-1?"), say("Yes, go ahead."))


def test_an_effect_that_stays_wrong_is_blamed_at_its_call() -> None:
    """Not the goal's own calls before it, and not what was put right."""
    events = history(
        *YES, call("cancel_return", return_id="R-1"), call("change_return", return_id="R-3", amount=5), call("find_return", return_id="R-1")
    )

    found = blamed(events, CANCEL)

    assert (found.kind, found.what, found.agent) == (EFFECT, "returns.R-3.amount", "assistant")
    assert events[found.position - 1].TOPIC == "tool-called.v1"
    assert events[found.position - 1].arguments["return_id"] == "R-3"  # type: ignore[attr-defined]


def test_a_wrong_value_that_is_put_right_is_not_blamed() -> None:
    """What is wrong at the end is: the message that came instead of a change."""
    change = Action(tool="change_return", arguments={"return_id": "R-1", "amount": 5})
    wrong, right = call("change_return", return_id="R-1", amount=7), call("change_return", return_id="R-1", amount=5)

    events = history(say("Make it 5, and cancel R-1."), wrong, right, answer("Cancel R-1?"), say("Yes."), answer("Done."), say("Bye."))

    assert blamed(events, change, CANCEL) == Blame(len(events) - 1, "assistant", OMITTED, "cancel_return")


def test_a_call_that_comes_to_nothing_is_blamed() -> None:
    """Refused or broken, and never put right; the goal's own refused calls are none."""
    refused = history(say("Cancel R-1."), call("cancel_return", return_id="R-1"), answer("I cannot."))
    broken = history(say("Hello."), call("half_way", return_id="R-1", then="raise"), answer("I cannot."))

    assert blamed(refused, Action(tool="change_return", arguments={"return_id": "R-1", "amount": 5})) == Blame(
        3, "assistant", REFUSED, "policy:consent"
    )
    assert blamed(broken, CANCEL) == Blame(3, "assistant", FAULTED, "exception")


def test_a_call_that_is_put_right_is_not_blamed() -> None:
    """An unknown return is looked up, then the right one; what was wrong came later."""
    events = history(say("R-1?"), call("find_return", return_id="R-404"), call("find_return", return_id="R-1"), *YES, answer("Done."))

    assert blamed(events, CANCEL) == Blame(len(events), "assistant", OMITTED, "cancel_return")


def test_whoever_gives_up_after_a_time_out_is_blamed_where_it_does() -> None:
    """The call was right: what came after it was not."""
    events = history(say("R-1?"), call("find_return", return_id="R-1"), answer("I cannot see it."))
    events[3] = ToolFaulted(agent="assistant", call_id="c1", kind="timeout", reason="Too slow.")

    assert blamed(events, CANCEL) == Blame(5, "assistant", GIVEN_UP, "timeout")


def test_what_was_passed_over_is_blamed_where_it_was_agreed_on() -> None:
    """However long the conversation went on afterwards."""
    events = history(*YES, answer("All set."), say("And R-3?"), call("find_return", return_id="R-3"), answer("It is open."), say("Bye."))

    assert blamed(events, CANCEL) == Blame(5, "assistant", OMITTED, "cancel_return")


def test_what_nobody_agreed_on_is_blamed_at_the_last_message() -> None:
    """There is no better place."""
    events = history(say("Cancel R-1."), answer("We are closed."), say("Oh."), answer("Bye."), say("Bye."))

    assert blamed(events, CANCEL) == Blame(5, "assistant", OMITTED, "cancel_return")


@pytest.mark.parametrize(("says", "output"), [("You get 25.50 back.", "27"), ("It is open.", "25")])
def test_what_was_not_told_is_blamed_where_it_could_have_been(says: str, output: str) -> None:
    """At an invented value, or at the first message after it was known."""
    events = history(say("What do I get for R-1?"), call("find_return", return_id="R-1"), answer(says), say("Bye."))

    assert blamed(events, outputs=(output,)) == Blame(5, "assistant", UNTOLD, output)


def test_else_the_last_step_is_blamed() -> None:
    """Where the world is as it should be, and all was told, but it never came to an end."""
    events = history(say("Hello."), answer("Hello."), say("Hello?"), answer("Hello!"), say("Hm."))

    assert blamed(events) == Blame(5, "assistant", LAST, "")
