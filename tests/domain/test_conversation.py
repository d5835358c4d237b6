"""Commands become events, in order; limits and clock follow from the record; histories are shared, not mixed."""

import pytest

from domain.agents import USER
from domain.conversation import CallTools, Conversation, End, RunTool, Speak, Wanted, decide, evolve, replay
from domain.errors import OutOfOrder
from domain.history import History, Names
from domain.outcome import Environment
from domain.policy import Memory, Policy, Rule
from domain.world import World
from events.conversation import ConversationEnded, Limits, ModelReplied, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolFaulted
from tests.parcels import ENVIRONMENT, STARTED, base, begun, call, hold, say

VIA = ModelReplied(agent="assistant", model="m", request="r")


def test_calls_are_run_in_order_and_one_by_one() -> None:
    """Two calls of one step wait in order; nobody goes on before both have come out."""
    both = CallTools(
        "assistant", [Wanted("find_return", {"return_id": "R-1"}), Wanted("find_return", {"return_id": "R-2"})], "Wait.", "Hm.", VIA
    )
    events = decide(begun(), both, ENVIRONMENT, Memory())
    state = replay(begun(), events)

    assert events[0] is VIA
    assert [(event.call_id, event.content, event.reasoning) for event in state.waiting] == [("c1", "Wait.", "Hm."), ("c2", None, None)]
    with pytest.raises(OutOfOrder, match="c1 waits"):
        decide(state, Speak("assistant", "Well"), ENVIRONMENT, Memory())
    state = replay(state, decide(state, RunTool(), ENVIRONMENT, Memory()))
    assert [event.call_id for event in state.waiting] == ["c2"]
    state = replay(state, decide(state, RunTool(), ENVIRONMENT, Memory()))
    with pytest.raises(OutOfOrder, match="no tool call waits"):
        decide(state, RunTool(), ENVIRONMENT, Memory())


def test_what_users_say_beside_their_own_calls_is_heard_with_what_they_say_next() -> None:
    """Once, in order, and whoever repeats it says it once all the same."""

    def looks(content: str | None) -> CallTools:
        return CallTools(USER, [Wanted("find_return", {})], content)

    commands = [looks("Let me look."), looks(None), looks("Once more."), say("It is open."), say("Well?"), looks("Hm."), say("Hm.\n\nYes.")]
    spoken = [event.content for event, _ in hold(begun(), commands) if isinstance(event, UserSpoke)]

    assert spoken == ["Let me look.\n\nOnce more.\n\nIt is open.", "Well?", "Hm.\n\nYes."]


def test_nothing_follows_the_end() -> None:
    """An ended conversation takes no command."""
    state = replay(begun(), decide(begun(), End("user-done", via=VIA), ENVIRONMENT, Memory()))

    assert isinstance(state.ended, ConversationEnded)
    with pytest.raises(OutOfOrder, match="ended with 'user-done'"):
        decide(state, say("One more thing"), ENVIRONMENT, Memory())


def test_call_ids_are_unique_whoever_gives_them() -> None:
    """An id that is taken, by an agent or by us, is told apart."""
    held = hold(
        begun(),
        [
            CallTools("assistant", [Wanted("sneak", {}, "c2"), Wanted("sneak", {})]),
            CallTools("assistant", [Wanted("sneak", {}, "c2"), Wanted("sneak", {}, "\ud800"), Wanted("sneak", {}, "?")]),
            call("sneak"),
        ],
    )
    called = [event.call_id for event, _ in held if isinstance(event, ToolCalled)]

    assert called == ["c2", "c2'", "c2''", "?", "?'", "c6"]


def test_limits_are_the_records() -> None:
    """Turns bind the user, calls bind agents; a conversation that has not started has none."""
    started = STARTED.model_copy(update={"limits": Limits(turns=1, tool_calls=2)})
    state = replay(Conversation(World(base())), [started])
    assert (state.limit_for("user"), state.limit_for("assistant")) == (None, None)

    state = hold(state, [say("Hi"), call("sneak"), call("sneak")])[-1][1]

    assert (state.limit_for("user"), state.limit_for("assistant")) == ("turn-limit", "call-limit")
    assert Conversation(World(base())).limit_for("user") is None


def test_the_clock_is_the_records() -> None:
    """A minute passes with every call; the machine's clock has no say."""
    state = hold(begun(), [call("sneak"), say("Hi"), call("sneak")])[-1][1]

    assert begun().now == "2025-01-01T00:00:00+00:00"
    assert state.now == "2025-01-01T00:02:00+00:00"


def test_arguments_that_json_cannot_hold_are_written_out() -> None:
    """The call is recorded legibly and refused; the conversation goes on."""
    held = hold(begun(), [call("open_return", customer_id="\ud800", amount=float("nan"), note=10**30)])

    assert held[0][0].arguments == {"customer_id": "?", "amount": "nan", "note": str(10**30)}  # type: ignore[attr-defined]
    assert held[1][0].code == "invalid-arguments"  # type: ignore[attr-defined]


def test_a_rule_that_breaks_faults_the_call() -> None:
    """A predicate with a bug neither lets the call through nor stops the conversation."""
    broken = Environment.of(ENVIRONMENT.assistant.tools, Policy("", (Rule("bug", "Bug.", lambda *_: bool(1 / 0)),)), ENVIRONMENT.schema)
    event, state = hold(begun(), [call("change_return", return_id="R-1", amount=3)], broken)[-1]

    assert isinstance(event, ToolFaulted)
    assert state.world is begun(state.world).world


def test_rules_only_describe_where_they_are_not_enforced() -> None:
    """An unenforced policy lets the call through, for the audit to find."""
    lax = replay(Conversation(World(base())), [STARTED.model_copy(update={"enforced": False})])

    assert isinstance(hold(lax, [call("cancel_return", return_id="R-1")])[-1][0], ToolAnswered)


def test_evolve_is_one_step_of_replay() -> None:
    """Folding with evolve and replaying at once give equal states."""
    held = hold(begun(), [say("Hi"), call("change_return", return_id="R-1", amount=3), say("Bye")])
    state = begun()
    for event, _ in held:
        state = evolve(state, event)
    again = replay(begun(), [event for event, _ in held])

    assert state.world.digest == again.world.digest
    assert list(state.history) == list(again.history)
    assert (state.turns, state.calls, state.waiting) == (again.turns, again.calls, again.waiting) == (2, 1, ())


def test_histories_share_and_stay_apart() -> None:
    """The longest holder grows in place; a shorter one that goes on gets a copy of its own."""
    root = History([1, 2])
    left = root.plus(3)
    right = root.plus(4, 5)

    assert (list(root), list(left), list(right)) == ([1, 2], [1, 2, 3], [1, 2, 4, 5])
    assert left._items is root._items
    assert (left[-1], left[0:2], len(right)) == (3, [1, 2], 4)
    with pytest.raises(IndexError, match="position 2 of a history of 2"):
        _ = root[2]
    assert list(root.plus()) == [1, 2]


def test_sets_of_names_are_shared_not_mixed() -> None:
    """A set does not see what was added to another that came from it; a name counts once."""
    root = Names(["a", "b", "a"])
    left, right = root.plus("c").plus("d"), root.plus("e")

    assert [list(names) for names in (root, left, right, left.plus("a"))] == [["a", "b"], ["a", "b", "c", "d"], ["a", "b", "e"], [*left]]
    assert ("c" in root, "c" in left, "c" in right, "e" in left, "e" in right) == (False, True, False, False, True)
    assert (len(root), len(left), len(right.plus("c"))) == (2, 4, 4)
