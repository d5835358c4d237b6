"""What happens moves the user's emotions, in the append that says it, and nobody else is told."""

import pytest

from actors.conversation import visible
from domain.agents import USER
from domain.conversation import Conversation, Speak, decide, replay
from domain.persona.mood import CAUSES, Mood
from domain.policy import Memory
from domain.skill import Slot
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, MoodShifted, UserSpoke
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted
from tests.domain.personas import persona
from tests.parcels import ENVIRONMENT, STARTED, base, hold, say

SLOTS = {"order": Slot("order", r"O-\d+", r"\bwhich order")}
MOOD = Mood.of(persona(frustration=0.4, trust=0.6), SLOTS)
SAID = UserSpoke(agent="user", content="Stop it.")
CALLED = ToolCalled(agent="assistant", call_id="c1", tool="stop", arguments={})
CHANGED = ToolAnswered(
    agent="assistant", call_id="c1", observation="ok", changes=(Change(table="t", key="k", field="f", before=1, after=2),)
)
FAULT = ToolFaulted(agent="assistant", call_id="c1", kind="timeout", reason="slow")
ASKED = AssistantSpoke(agent="assistant", content="Which order is it?")


@pytest.mark.parametrize(
    ("history", "content", "cause"),
    [
        ([ASKED, SAID], "Sorry, which order do you mean?", "repeated-question"),
        ([SAID, CALLED, FAULT], "I'm sorry, that did not work.", "fault"),
        ([SAID], "I'm afraid that's not possible.", "refusal"),
        ([SAID, CALLED, CHANGED], "It is done.", "success"),
        ([SAID, *[CALLED] * 12], "Here it is.", "long-wait"),
        ([SAID], "Hello! Which order is it?", None),
        ([ASKED, SAID], "Shall I go ahead?", None),
        ([SAID, *[CALLED] * 11], "Here it is.", None),
        ([SAID], "Sorry, I didn't understand. Could you rephrase?", None),
        ([CALLED, CHANGED, ASKED, SAID], "Shall I go ahead?", None),
    ],
)
def test_each_cause_moves_its_emotions(history: list[Event], content: str, cause: str | None) -> None:
    """By the table, for somebody of medium patience; what happened before their last turn is over."""
    shifts = MOOD.shifts(history, content, USER)

    assert [shift.cause for shift in shifts] == ([cause] if cause else [])
    if cause:
        moved = {change.emotion: round(change.after - change.before, 3) for change in shifts[0].changes}
        assert moved == CAUSES[cause]
        assert MOOD.evolve(shifts[0]).emotions["frustration"] == round(0.4 + CAUSES[cause]["frustration"], 3)


def test_bad_news_weighs_by_patience() -> None:
    """Good news does not."""
    after = {}
    for name, patience in (("low", 0.1), ("high", 0.9)):
        mood = Mood.of(persona(patience=patience, frustration=0.4), {})
        bad, good = mood.shifts([SAID], "Unfortunately not.", USER)[0], mood.shifts([SAID, CALLED, CHANGED], "Done.", USER)[0]
        after[name] = [bad.changes[0].after, good.changes[0].after]
    assert after == {"low": [0.7, 0.25], "high": [0.52, 0.25]}


def test_an_emotion_at_its_end_stays() -> None:
    """Clipped, and no event where nothing moves."""
    calm = Mood.of(persona(frustration=0.0, anxiety=0.0, trust=1.0, confidence=1.0, stress=0.0), {})
    assert calm.shifts([SAID, CALLED, CHANGED], "Done.", USER) == []


def test_a_mood_shifts_in_the_append_that_causes_it() -> None:
    """Decided with the message, rebuilt by replay, seen by the user alone; and the user is next all the same."""
    state = replay(Conversation(World(base()), mood=MOOD), [STARTED])
    state = hold(state, [say("Cancel R-1.")])[-1][1]

    events = decide(state, Speak("assistant", "I'm sorry, I can't do that."), ENVIRONMENT, Memory())
    after = replay(state, events)

    assert [event.TOPIC for event in events] == ["assistant-spoke.v1", "mood-shifted.v1"]
    assert isinstance(events[1], MoodShifted)
    assert [agent for agent in ("user", "assistant", "assistant/billing") if visible(events[1], agent)] == ["user"]
    assert after.mood is not None
    assert after.mood.emotions["frustration"] == 0.6
    turn = after.next()
    assert turn is not None
    assert turn.agent == USER


def test_nobody_feels_where_no_mood_is_given() -> None:
    """A conversation that is only replayed or compared has none."""
    state = hold(replay(Conversation(World(base())), [STARTED]), [say("Cancel R-1.")])[-1][1]
    assert len(decide(state, Speak("assistant", "I'm sorry, no."), ENVIRONMENT, Memory())) == 1
