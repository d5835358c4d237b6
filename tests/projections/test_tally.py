"""Tally: every failure is counted by what failed, whose fault it was and why, with the first place to look."""

from events.conversation import Usage
from events.run import ConversationAbandoned, ConversationFinished, ConversationScheduled, Incident, RunStarted
from projections.runs import RunView
from projections.tally import Failure, Tally


def held(index: int, *findings: str, **more) -> ConversationFinished:
    return ConversationFinished(stream=f"parcels/{index:06d}", events=10, digest="d", accepted=not findings, findings=findings, **more)


def lost(index: int, reason: str, fault="infrastructure") -> ConversationAbandoned:
    return ConversationAbandoned(stream=f"parcels/{index:06d}", reason=reason, fault=fault)


def test_failures_are_counted_by_party_and_reason() -> None:
    """Two findings of one kind count once, those of one that ended badly not at all, and the first conversation is the example."""
    broke = Incident(party="tool", who="sell", code="exception", reason="KeyError: 'x'", count=3)
    tally = Tally.of(
        [
            held(4, "state-differs:a.1.b", "state-differs:a.2.b", "not-told:9", fault="assistant"),
            held(2, "state-differs:c.1.d", fault="assistant", incidents=(broke,)),
            held(3, "ended:turn-limit", "not-told:9", fault="user"),
            held(6, incidents=(broke.model_copy(update={"count": 1, "reason": "KeyError: 'y'"}),)),
            held(5, "not-told:7"),
            lost(8, "MindLost: gone"),
            lost(7, "MindLost: away"),
        ]
    )

    found = {(*failure, seen.times, seen.conversations, seen.stream[-1], seen.reason) for failure, seen in tally.failures.items()}
    assert found == {
        ("conversation not accepted", "assistant", "state-differs", 2, 2, "2", "state-differs:c.1.d"),
        ("conversation not accepted", "assistant", "not-told", 1, 1, "4", "not-told:9"),
        ("conversation not accepted", "user", "ended:turn-limit", 1, 1, "3", "ended:turn-limit"),
        ("conversation not accepted", "not recorded", "not-told", 1, 1, "5", "not-told:7"),
        ("conversation abandoned", "infrastructure", "MindLost", 2, 2, "7", "MindLost: away"),
        ("tool sell", "tool", "exception", 4, 2, "2", "KeyError: 'x'"),
    }
    assert tally.parties == {"assistant": 2, "user": 1, "not recorded": 1, "infrastructure": 2}
    assert (tally.finished, tally.accepted, tally.abandoned, tally.events) == (5, 1, 2, 50)


def test_conversations_come_before_tools_and_what_is_frequent_first() -> None:
    """So the first line is what costs most."""
    broke = Incident(party="tool", who="sell", code="exception", reason="KeyError: 'x'", count=30)
    tally = Tally.of([held(1, "not-told:7", incidents=(broke,)), lost(2, "A: a"), lost(3, "A: b")])

    assert [failure.what for failure, _ in tally.ranked()] == ["conversation abandoned", "conversation not accepted", "tool sell"]
    assert tally.ranked()[0][0] == Failure("conversation abandoned", "infrastructure", "A")


def test_tokens_and_costs_are_added_up() -> None:
    """Of all that was held; conversations of rules have none."""
    usage = Usage(prompt_tokens=100, completion_tokens=7)
    tally = Tally.of([held(1, usage=usage, cost_usd=0.25), held(2), held(3, usage=usage, cost_usd=0.5)])

    assert (tally.prompt_tokens, tally.completion_tokens, tally.cost_usd) == (200, 14, 0.75)


def test_what_is_finished_later_was_not_abandoned() -> None:
    """Only infrastructure is tried again."""
    view = RunView(RunStarted(run="r", settings={}))
    for event in (ConversationScheduled(stream="parcels/000001"), lost(1, "A: a"), lost(2, "A: a"), lost(3, "A: a", "user"), held(1)):
        view.believe(event)

    assert set(view.abandoned) == {"parcels/000002", "parcels/000003"}
    assert view.again() == {"parcels/000002"}
    assert sorted(end.stream[-1] for end in view.ends()) == ["1", "2", "3"]
