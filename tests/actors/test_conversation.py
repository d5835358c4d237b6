"""The conversation actor: what it records, and that it goes on from any append as if nothing had happened."""

import asyncio
from pathlib import Path

import pytest

from actors.conversation import ConversationActor
from events.conversation import AssistantSpoke, ConversationEnded, Limits, ModelReplied
from events.digests import stream_head
from events.store import EventStore
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from tests.actors.scripted import ASSISTANT_LINES, BASE, ENVIRONMENT, call, minds, started

STREAM = "parcels/000000"


class Killed(BaseException):
    """The process is gone."""


class FragileStore(EventStore):
    """Dies at one append, before or after it is on disk."""

    def __init__(self, path: Path, at: int, *, before: bool) -> None:
        super().__init__(path)
        self.left, self.before = at, before

    def append(self, *args, **kwargs):
        self.left -= 1
        if self.left == 0 and self.before:
            raise Killed
        head = super().append(*args, **kwargs)
        if self.left == 0:
            raise Killed
        return head


def hold(store, who=None, limits=None):
    who = who or minds()
    actor = ConversationActor(STREAM, store, started(limits), BASE, ENVIRONMENT, lambda path, _: who[path], clock=lambda: 0.0)
    return asyncio.run(actor.run()), who


def test_a_conversation_is_recorded_step_by_step(tmp_path):
    """Refused, answered and faulted calls each leave one outcome, and only an answered write changes the world."""
    store = EventStore(tmp_path / "log.sqlite")

    state, _ = hold(store)

    events = [record.event for record in store.read(STREAM)]
    codes = [event.code for event in events if isinstance(event, ToolRefused)]
    assert codes == ["policy:ask-first", "not-found", "not-open", "unknown-tool"]
    assert [event.kind for event in events if isinstance(event, ToolFaulted)] == ["exception"]
    assert [len(event.changes) for event in events if isinstance(event, ToolAnswered)] == [0, 0, 1]
    assert state.world.row("returns", "R-1")["status"] == "cancelled"
    assert state.world.row("returns", "R-2")["status"] == "collected"
    assert isinstance(events[-1], ConversationEnded)


@pytest.mark.parametrize("before", [True, False])
def test_killed_at_any_append_it_ends_the_same(tmp_path, before):
    """Equal digests, one outcome per call, and at most the one reply in flight asked for again."""
    whole = EventStore(tmp_path / "whole.sqlite")
    hold(whole)
    digest = whole.head(STREAM).digest
    replies = sum(isinstance(record.event, ModelReplied) for record in whole.read(STREAM))
    for at in range(1, 100):
        path = tmp_path / f"{at}.sqlite"
        try:
            hold(FragileStore(path, at, before=before))
        except Killed:
            store = EventStore(path)
            _, who = hold(store)
            assert store.head(STREAM).digest == digest
            outcomes = [r.event.call_id for r in store.read(STREAM) if isinstance(r.event, ToolAnswered | ToolRefused | ToolFaulted)]
            assert sorted(outcomes) == sorted(r.event.call_id for r in store.read(STREAM) if isinstance(r.event, ToolCalled))
            assert sum(mind.asked for mind in who.values()) <= replies
        else:
            break
    assert at > 15


def test_a_finished_conversation_is_left_alone(tmp_path):
    """Held again, it asks nobody and appends nothing."""
    store = EventStore(tmp_path / "log.sqlite")
    hold(store)
    head = store.head(STREAM)

    _, who = hold(EventStore(tmp_path / "log.sqlite"))

    assert [mind.asked for mind in who.values()] == [0, 0]
    assert EventStore(tmp_path / "log.sqlite").head(STREAM) == head != stream_head(STREAM)


def test_cost_is_known_after_a_restart_and_in_no_digest(tmp_path):
    """It is recorded beside the replies; one that was in flight when the process died is asked for, and paid, again."""

    def costly():
        who = minds()
        who["assistant"].cost_usd = 0.25
        return who

    free, paid = EventStore(tmp_path / "free.sqlite"), FragileStore(tmp_path / "paid.sqlite", 14, before=False)
    hold(free)
    with pytest.raises(Killed):
        hold(paid, costly())
    store, who = EventStore(tmp_path / "paid.sqlite"), costly()
    actor = ConversationActor(STREAM, store, started(), BASE, ENVIRONMENT, lambda path, _: who[path], clock=lambda: 0.0)
    before = actor.cost_usd
    asyncio.run(actor.run())

    assert 0 < before < actor.cost_usd == 0.25 * len(ASSISTANT_LINES)
    assert store.head(STREAM).digest == free.head(STREAM).digest


@pytest.mark.parametrize(("limits", "reason"), [(Limits(turns=1), "turn-limit"), (Limits(tool_calls=3), "call-limit")])
def test_limits_end_it(tmp_path, limits, reason):
    """What is over a limit ends with the limit's name and whose limit it was."""
    state, _ = hold(EventStore(tmp_path / "log.sqlite"), limits=limits)

    assert state.ended.reason == reason


def test_the_user_sees_no_tool(tmp_path):
    """The user's mind is shown what is said, and nothing of calls and their outcomes."""
    seen = []
    who = minds()
    who["user"].observe, observe = (lambda event: (seen.append(event), observe(event))), who["user"].observe
    hold(EventStore(tmp_path / "log.sqlite"), who)

    assert {type(event).__name__ for event in seen} == {"UserSpoke", "AssistantSpoke"}


def test_call_ids_of_a_model_are_made_unique(tmp_path):
    """A model that repeats a call id gets its calls told apart."""
    twice = call("find_return", "R-1", "R-2")
    for wanted in twice.calls:
        object.__setattr__(wanted, "call_id", "same")
    store = EventStore(tmp_path / "log.sqlite")
    hold(store, minds(assistant=(twice, twice, *ASSISTANT_LINES[-1:] * 3)))

    ids = [record.event.call_id for record in store.read(STREAM) if isinstance(record.event, ToolCalled)]
    assert len(set(ids)) == len(ids) == 4
    assert any(isinstance(record.event, AssistantSpoke) for record in store.read(STREAM))
