"""Transcripts: what each agent saw, message by message."""

from pathlib import Path

import pytest

from events.store import EventStore
from events.tools import ToolAnswered, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.transcript import Line, json_text, observation_text, system_prompt, transcript
from tests.projections.recorded import begin, hold

STREAM = "parcels/000000"


@pytest.fixture
def store(tmp_path: Path):
    store = EventStore(tmp_path / "0.sqlite")
    hold(store, STREAM, begin(store, 0))
    yield store
    store.close()


def lines(store: EventStore, agent: str = "assistant") -> list[Line]:
    return list(transcript(store.read(STREAM), agent))


def test_parallel_calls_of_one_step_are_one_message(store: EventStore) -> None:
    """A step that asks for two tools is one assistant message, with what was said and thought beside them."""
    calls = lines(store)[1].message

    assert calls.role == "assistant"
    assert calls.content == "Let me see."
    assert calls.reasoning_content == "Look first."
    assert [(call.function.name, call.function.arguments) for call in calls.tool_calls or ()] == [
        ("find_return", '{"return_id":"R-1"}'),
        ("find_return", '{"return_id":"R-404"}'),
    ]


def test_every_call_is_answered_once_and_by_name(store: EventStore) -> None:
    """Each call id has one tool message, which names the tool."""
    messages = [line.message for line in lines(store)]
    called = {call.id: call.function.name for message in messages for call in message.tool_calls or ()}
    answered = {message.tool_call_id: message.name for message in messages if message.role == "tool"}

    assert called == answered
    assert len(called) == 5


def test_consecutive_steps_are_messages_of_their_own(store: EventStore) -> None:
    """Steps are not merged, and only the agent's own messages are trained on."""
    roles = [line.message.role for line in lines(store)]

    assert roles == ["user", "assistant", "tool", "tool", "assistant", "user"] + ["assistant", "tool"] * 3 + ["assistant", "user"]
    assert all(line.message.train == (line.message.role == "assistant") for line in lines(store))


def test_logged_null_stays_and_no_other_appears(store: EventStore) -> None:
    """Arguments are exactly those of the log."""
    arguments = [call.function.arguments for line in lines(store) for call in line.message.tool_calls or ()]

    assert arguments[-1] == '{"customer_id":"C-1","amount":3,"note":null}'
    assert sum("null" in text for text in arguments) == 1


def test_user_sees_the_conversation_from_the_other_side(store: EventStore) -> None:
    """To the user, the assistant is the one who speaks to them; tools are not seen."""
    messages = [line.message for line in lines(store, "user")]

    assert [message.role for message in messages] == ["assistant", "user", "assistant", "user", "assistant"]
    assert messages[0].train
    assert not messages[1].train
    assert messages[1].reasoning_content is None


def test_lines_name_their_events(store: EventStore) -> None:
    """Every line names the events that it comes from."""
    records = {record.position: record.event for record in store.read(STREAM)}
    call = lines(store)[1]

    assert [getattr(records[position], "tool", None) for position in range(call.first, call.last + 1)] == ["find_return"] * 2


def test_system_prompt_is_setting_time_and_policy(store: EventStore) -> None:
    """The prompt is made of what the log names."""
    started = begin(store, 0)

    prompt = system_prompt(Contents(store), started)

    assert prompt == f"A desk for parcel returns.\n\nIt is {started.clock}.\n\nCancel only after the user has said yes."


def test_observation_text_is_text_json_or_error() -> None:
    """A text is seen as it is, other values as compact JSON, a no as an error."""
    about = {"agent": "assistant", "call_id": "c1"}

    assert observation_text(ToolAnswered(**about, observation="plain text")) == "plain text"
    assert observation_text(ToolAnswered(**about, observation={"a": [1, None]})) == '{"a":[1,null]}'
    assert observation_text(ToolRefused(**about, code="x", reason="No.")) == "Error: No."
    assert observation_text(ToolFaulted(**about, kind="exception", reason="Broken.")) == "Error: Broken."
    assert json_text({"n": 10**30}) == '{"n":1' + "0" * 30 + "}"
