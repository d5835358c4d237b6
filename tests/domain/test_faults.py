"""Faults come at their rates, from seed and call alone, and leave the world as it is."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from domain.conversation import Conversation
from domain.errors import SettingError
from domain.faults import KINDS, Faults, before_last_change
from domain.outcome import Environment
from domain.policy import Policy
from events.tools import ToolAnswered, ToolFaulted, ToolLagged
from tests.domain.strategies import commands
from tests.parcels import SCHEMA, TOOLSET, begun, call, hold


def failing(kind: str) -> Environment:
    """The parcels' tools, which fail whenever they can fail so."""
    return replace(Environment.of(TOOLSET, Policy(""), SCHEMA), faults=Faults({kind: 1.0}))


def test_faults_come_at_their_rates() -> None:
    """Within three standard deviations over ten thousand calls; a writing tool is never stale, a reading one never half done."""
    faults = Faults(dict.fromkeys(KINDS, 0.05))
    for writes, never in ((True, "stale"), (False, "partial")):
        drawn = [faults.draw(seed, f"c{number}", writes=writes) for seed in range(100) for number in range(100)]
        shares = {kind: drawn.count(kind) / len(drawn) for kind in KINDS}
        assert shares.pop(never) == 0
        assert all(abs(share - 0.05) < 0.0066 for share in shares.values())


def test_equal_seeds_and_calls_fail_alike() -> None:
    """Nothing but seed and call id decides."""
    faults = Faults({"timeout": 0.5})
    assert [faults.draw(7, f"c{n}", writes=True) for n in range(50)] == [faults.draw(7, f"c{n}", writes=True) for n in range(50)]
    assert Faults().draw(7, "c1", writes=True) is None


@pytest.mark.parametrize("kind", ["timeout", "rate-limit", "garbage", "partial"])
def test_a_fault_changes_nothing(kind: str) -> None:
    """The call fails by name, says that nothing happened, and the world is as it was."""
    (_, before), (event, after) = hold(begun(), [call("change_return", return_id="R-1", amount=3)], failing(kind))

    assert isinstance(event, ToolFaulted)
    assert event.kind == kind
    assert after.world.digest == before.world.digest
    assert "nothing was changed" in event.reason or "did not happen" in event.reason or "empty" in event.reason


def test_what_never_reaches_a_tool_does_not_fail() -> None:
    """Unknown tools and wrong arguments are refused, however often tools fail."""
    for wanted in (call("no_such_tool"), call("find_return")):
        assert not isinstance(hold(begun(), [wanted], failing("timeout"))[-1][0], ToolFaulted)


def test_a_stale_answer_says_so() -> None:
    """It is what was true before the last change, and the change that it does not show is named."""
    held = hold(begun(), [call("change_return", return_id="R-1", amount=3), call("find_return", return_id="R-1")], failing("stale"))
    lagged, answered = held[-2][0], held[-1][0]

    assert lagged == ToolLagged(agent="assistant", call_id="c2", unseen="c1")
    assert isinstance(answered, ToolAnswered)
    assert answered.observation["amount"] == 25  # type: ignore[index, call-overload]


def test_an_answer_that_would_be_the_same_is_not_stale() -> None:
    """Where nothing that is shown has changed, there is nothing to flag."""
    held = hold(begun(), [call("change_return", return_id="R-1", amount=3), call("find_return", return_id="R-2")], failing("stale"))
    assert not any(isinstance(event, ToolLagged) for event, _ in held)


@given(commands)
@settings(max_examples=100, deadline=None)
def test_the_last_change_is_taken_back(wanted: Any) -> None:
    """The world before the last change is the world that was there, whatever was changed."""
    state: Conversation = begun()
    for event, after in hold(state, wanted):
        if isinstance(event, ToolAnswered) and event.changes:
            before = before_last_change(after.world, after.history)
            assert before is not None
            assert before[0].digest == state.world.digest
        state = after


@pytest.mark.parametrize(
    ("rates", "says"), [({"fire": 0.1}, "no kind 'fire'"), ({"timeout": 2}, "timeout=2"), ({"timeout": 0.6, "stale": 0.6}, "1.2")]
)
def test_rates_that_are_none(rates: dict[str, float], says: str) -> None:
    """The error names the kind, and what would do."""
    with pytest.raises(SettingError, match=says):
        Faults(rates)
