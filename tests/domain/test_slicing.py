"""Slicing: what was not needed is left out, what was needed stays, and every call comes out as it did."""

from collections.abc import Sequence

import pytest

from domain.conversation import CallTools, Command, Conversation, Speak, Wanted
from domain.provenance.origins import Origins
from domain.slicing import CALLS, EXCHANGE, Rerun, Slice, may_go, smallest
from domain.supported import Supported
from domain.world import World
from events.base import Event
from tests.parcels import ENVIRONMENT, STARTED, base, begun, call, hold, say


def answer(content: str, reasoning: str | None = None) -> Speak:
    """The assistant says something."""
    return Speak("assistant", content, reasoning)


def history(*commands: Command) -> list[Event]:
    """All events, the first one included."""
    return [STARTED, *(event for event, _ in hold(begun(), commands))]


def sliced(events: Sequence[Event]) -> Slice:
    """The smallest slice."""
    rerun = Rerun(Conversation(World(base())), events, ENVIRONMENT)
    claims = Supported(events, lambda: Origins(STARTED.clock))
    everything = frozenset(range(1, len(events) + 1))
    return smallest(events, lambda kept: may_go(events, kept, everything - kept) and rerun.holds(kept) and claims.holds(kept))


def left_out(events: Sequence[Event]) -> list[tuple[str, str]]:
    """(kind, what) of all that is left out."""
    return [(unit.kind, unit.what) for unit in sliced(events).dropped]


END = (say("Yes, go ahead."), call("cancel_return", return_id="R-1"), answer("R-1 is cancelled."), say("Bye."))


def test_failed_and_idle_calls_are_left_out() -> None:
    """One that was refused, one that broke, and one whose answer nobody used."""
    events = history(
        say("Please cancel R-1."),
        call("find_return", return_id="R-404"),
        call("half_way", return_id="R-1", then="raise"),
        call("find_return", return_id="R-3"),
        call("find_return", return_id="R-1"),
        answer("R-1 is open and worth 25. Shall I cancel it?"),
        *END,
    )

    found = sliced(events)

    assert [(unit.kind, unit.what) for unit in found.dropped] == [(CALLS, "find_return"), (CALLS, "half_way"), (CALLS, "find_return")]
    assert (found.before, len(found.kept)) == (len(events), len(events) - 6)


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        ((call("find_return", return_id="R-3"), call("find_return", return_id="R-1"), answer("R-3 is of C-2. Cancel R-1?")), "a value"),
        ((call("find_return", return_id="R-2"), call("find_return", return_id="R-3"), answer("One is collected. Cancel R-1?")), "a word"),
        ((call("find_return", return_id="R-404"), answer("There is no such return. Cancel R-1?")), "the reason of a message"),
        ((call("change_return", return_id="R-3", amount=1), call("find_return", return_id="R-1"), answer("Cancel R-1?")), "an effect"),
    ],
)
def test_what_something_rests_on_stays(commands: Sequence[Command], why: str) -> None:
    """Calls behind what a message says, and all that changes the world."""
    assert left_out(history(say("Please cancel R-1, and look at R-2 and R-3."), *commands, *END)) == [], why


def test_a_repeated_call_is_left_out_once() -> None:
    """Also where the next message answers from it: the first one shows the same."""
    same = call("find_return", return_id="R-1")

    assert left_out(history(say("Please cancel R-1."), same, same, answer("R-1 is open. Shall I cancel it?"), *END)) == [
        (CALLS, "find_return")
    ]


def test_a_question_that_brought_nothing_is_left_out() -> None:
    """An answer that the user does not have; not one that says something, nor the yes to a change."""
    nothing = (say("Please cancel R-1."), answer("What is your customer number?"), say("I don't remember."))
    number = (say("Please cancel R-1."), answer("Which is the reason: too big or too small?"), say("No, too small."))
    rest = (answer("Shall I cancel R-1?"), *END)

    assert [kind for kind, _ in left_out(history(*nothing, *rest))] == [EXCHANGE]
    assert left_out(history(*number, *rest)) == []


def test_of_calls_made_at_once_one_may_go() -> None:
    """But not the first alone, beside which the words of the step stand."""
    looks = [Wanted("find_return", {"return_id": "R-2"}), Wanted("find_return", {"return_id": "R-404"})]
    both = CallTools("assistant", looks, "One moment.")
    told = answer("R-2 is worth 9.5, R-3 is open. Shall I cancel R-1?")
    events = history(say("Please cancel R-1, and look at R-2 and R-3."), both, call("find_return", return_id="R-3"), told, *END)

    found = sliced(events)

    assert [(unit.what, len(unit.positions)) for unit in found.dropped] == [("find_return", 2)]
    assert 3 in found.kept


def test_a_slice_that_changes_the_world_does_not_hold() -> None:
    """Nor one in which a call comes out otherwise, as without the consent that it needs."""
    events = history(say("Please cancel R-1."), answer("Shall I?"), *END)
    rerun = Rerun(Conversation(World(base())), events, ENVIRONMENT)
    everything = frozenset(range(1, len(events) + 1))

    assert rerun.holds(everything)
    assert not rerun.holds(everything - {5, 6})
    assert not rerun.holds(everything - {4})
