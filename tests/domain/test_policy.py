"""What rules may look back on, and what counts as a yes."""

import pytest

from domain.policy import agrees, declines, remember
from events.base import Event
from events.conversation import AssistantSpoke, ModelReplied
from events.tools import ToolCalled, ToolRefused
from tests.parcels import begun, call, hold, say


def events_of(*commands: object) -> list[Event]:
    return [event for event, _ in hold(begun(), commands)]  # type: ignore[arg-type]


def test_memory_is_a_fold_over_the_log() -> None:
    """Answers, effects and refusals are kept by tool; what was only asked for is not."""
    history = events_of(
        say("Look up R-1."),
        call("find_return", return_id="R-1"),
        call("find_return", return_id="R-404"),
        call("change_return", return_id="R-1", amount=25),
        call("change_return", return_id="R-1", amount=3),
        call("half_way", return_id="R-1", then="raise"),
        call("cancel_return", return_id="R-1"),
        say("Yes, go ahead."),
    )
    memory = remember(history)

    assert memory.user_said == "Yes, go ahead."
    assert memory.confirmed
    assert [arguments for arguments, _ in memory.answers["find_return"]] == [{"return_id": "R-1"}]
    assert [arguments for arguments, _ in memory.effects["change_return"]] == [{"return_id": "R-1", "amount": 3}]
    assert memory.refused == {
        "find_return": [({"return_id": "R-404"}, "not-found")],
        "cancel_return": [({"return_id": "R-1"}, "policy:consent")],
    }
    assert "half_way" not in memory.answers


def test_the_latest_answer_is_the_latest() -> None:
    """Of several tools it is time that decides, not the order in which they are named."""
    memory = remember(events_of(call("open_return", customer_id="C-1", amount=1), call("find_return", return_id="R-1")))

    assert memory.last_answer("find_return", "open_return")["return_id"] == "R-1"
    assert memory.last_answer("open_return", "find_return")["return_id"] == "R-1"
    assert memory.last_answer("open_return")["return_id"] != "R-1"
    assert memory.last_answer("sneak") is None


def test_the_latest_call_with_an_argument_is_found() -> None:
    """Of several with the same text the last one, also when more come after a look; other arguments and tools do not count."""
    memory = remember(
        events_of(call("find_return", return_id="R-1"), call("find_return", return_id="R-2"), call("find_return", return_id="R-1"))
    )
    found = memory.answers["find_return"]

    assert found.last("return_id", "R-1") is found[2]
    assert found.last("return_id", "R-3") is None
    assert found.last("customer_id", "R-1") is None
    found.append(({"return_id": "R-1", "count": 1}, "later"))
    assert found.last("return_id", "R-1") == ({"return_id": "R-1", "count": 1}, "later")
    assert memory.effects["find_return"].last("return_id", "R-1") is None


def test_a_rule_guards_and_tells_its_sentence() -> None:
    """A blocked call is refused with the rule's id and sentence; after consent it goes ahead; consent is for one turn."""
    held = events_of(
        call("cancel_return", return_id="R-1"),
        say("Yes please."),
        call("cancel_return", return_id="R-1"),
        say("And what about R-3?"),
        call("cancel_return", return_id="R-3"),
    )
    refusals = [event for event in held if isinstance(event, ToolRefused)]

    assert [(refusal.code, refusal.reason) for refusal in refusals] == [("policy:consent", "The user has not agreed.")] * 2
    assert [arguments for arguments, _ in remember(held).effects["cancel_return"]] == [{"return_id": "R-1"}]


@pytest.mark.parametrize(
    ("text", "yes", "no"),
    [
        ("Yes, go ahead.", True, False),
        ("yep", True, False),
        ("Sure, no problem", True, False),
        ("No, wait.", False, True),
        ("Yes... no, stop.", False, True),
        ("I'm not sure.", False, False),
        ("That isn't correct", False, False),
        ("Are you sure?", False, False),
        ("Let me make sure I have the number.", False, False),
        ("My number is R-1.", False, False),
        ("", False, False),
    ],
)
def test_yes_and_no(text: str, yes: bool, no: bool) -> None:
    """A sentence agrees when it says yes and does not say no as well."""
    assert (agrees(text), declines(text)) == (yes, no)


def test_steps_and_words_are_counted_by_agent() -> None:
    """One agent's calls do not count for another's step, and what sub-agents say is not said to the user."""
    memory = remember(
        [
            ModelReplied(agent="assistant", model="m"),
            ToolCalled(agent="assistant", call_id="c1", tool="clerk", arguments={}),
            ToolCalled(agent="assistant", call_id="c2", tool="clerk", arguments={}),
            ModelReplied(agent="assistant/clerk", model="m"),
            ToolCalled(agent="assistant/clerk", call_id="c3", tool="find_return", arguments={}),
            AssistantSpoke(agent="assistant/clerk", content="For the assistant only."),
        ]
    )

    assert (memory.calls_in_step["assistant"], memory.calls_in_step["assistant/clerk"]) == (2, 1)
    assert memory.assistant_said == ""
    memory.observe(ModelReplied(agent="assistant/clerk", model="m"))
    assert (memory.calls_in_step["assistant"], memory.calls_in_step["assistant/clerk"]) == (2, 0)
