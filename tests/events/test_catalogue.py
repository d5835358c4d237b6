"""What any version stored is read for ever."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events import catalogue
from events.base import Event
from events.catalogue import CLASSES, Upcast, decode
from events.conversation import UserSpoke
from events.digests import next_link, seal_holds, stream_head, unpack
from events.errors import CorruptLog, NewerLog
from events.run import ConversationFinished
from events.tools import Change, ToolAnswered, ToolCalled
from tests.domain.strategies import json_values, texts
from tests.events.samples import SAMPLES

GOLDEN = Path(__file__).parents[1] / "golden"
FACTS = [json.loads(line) for line in (GOLDEN / "facts.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("line", FACTS, ids=[line["topic"] for line in FACTS])
def test_golden_facts_are_read(line: dict[str, str]) -> None:
    """A fact of a release is read, and a fact whose class still stands is written with the same bytes."""
    event = decode(line["topic"], line["fact"].encode())

    if line["topic"] in CLASSES:
        assert line["topic"] == event.TOPIC
        assert event.to_json() == line["fact"].encode()


def test_every_topic_has_a_golden_fact() -> None:
    """No event is released without a line that keeps it readable."""
    assert set(CLASSES) | set(catalogue.UPCASTS) == {line["topic"] for line in FACTS}


def test_golden_stream_keeps_its_digest() -> None:
    """Links, seals and the digest of a stream that a release stored are what that release computed."""
    *rows, last = [json.loads(line) for line in (GOLDEN / "stream.v1.jsonl").read_text("utf-8").splitlines()]
    link = stream_head(rows[0]["stream"]).link
    for row in rows:
        fact, note, seal = unpack(row["state"].encode())
        link = next_link(link, row["topic"], fact)
        assert seal_holds(link, note, seal)
        decode(row["topic"], fact)

    assert link.hex() == last["digest"]


@pytest.mark.parametrize("event", SAMPLES, ids=[event.TOPIC for event in SAMPLES])
def test_samples_round_trip(event: Event) -> None:
    """A stored event is one line of JSON, and is read back equal."""
    fact = event.to_json()

    assert b"\n" not in fact
    assert decode(event.TOPIC, fact) == event


@given(texts, st.dictionaries(texts, json_values), json_values, json_values)
@settings(max_examples=300, deadline=None)
def test_any_values_round_trip(text: str, arguments: dict[str, Any], before: Any, after: Any) -> None:
    """Whatever JSON can hold comes back with its types: 1, 1.0 and True are told apart."""
    events: list[Event] = [
        UserSpoke(agent="user", content=text),
        ToolCalled(agent="assistant", call_id="c1", tool=text, arguments=arguments),
        ToolAnswered(
            agent="assistant",
            call_id="c1",
            observation=after,
            changes=(Change(table="t", key=text, field="f", before=before, after=after),),
        ),
    ]
    for event in events:
        back = decode(event.TOPIC, event.to_json())
        assert back == event
        assert repr(back) == repr(event)


def test_old_versions_are_lifted_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """An upcaster leads from version to version, until there is a class."""
    monkeypatch.setitem(catalogue.UPCASTS, "said.v1", Upcast("said.v2", lambda old: {"who": "user", "text": old["text"]}))
    monkeypatch.setitem(catalogue.UPCASTS, "said.v2", Upcast("user-spoke.v1", lambda old: {"agent": old["who"], "content": old["text"]}))

    assert decode("said.v1", b'{"text":"Hi"}') == UserSpoke(agent="user", content="Hi")
    assert decode("said.v2", b'{"who":"user","text":"Hi"}') == UserSpoke(agent="user", content="Hi")
    with pytest.raises(CorruptLog, match=r"said\.v1"):
        decode("said.v1", b'{"no":"text"}')
    with pytest.raises(CorruptLog, match=r"said\.v1"):
        decode("said.v1", b"[]")


def test_ends_of_the_first_version_are_read() -> None:
    """They do not say whose fault it was."""
    fact = next(line["fact"] for line in FACTS if line["topic"] == "conversation-finished.v1")

    end = decode("conversation-finished.v1", fact.encode())

    assert isinstance(end, ConversationFinished)
    assert (end.findings, end.fault, end.incidents, end.usage) == (("state-differs:returns.R-1.status",), None, (), None)


def test_a_newer_event_says_so() -> None:
    """A topic that this version does not know asks for an upgrade, by name."""
    with pytest.raises(NewerLog, match=r"user-spoke\.v9.*upgrade"):
        decode("user-spoke.v9", b"{}")


@pytest.mark.parametrize(
    "fact", [b"", b"{", b"null", b'{"agent":"user"}', b'{"agent":"u","content":"x","more":1}', b'{"agent":"\xff","content":""}']
)
def test_a_fact_that_does_not_fit_is_corrupt(fact: bytes) -> None:
    """The one-line error names the topic."""
    with pytest.raises(CorruptLog, match=r"^a stored 'user-spoke\.v1' cannot be read: [^\n]*$"):
        decode("user-spoke.v1", fact)


def test_events_are_immutable() -> None:
    """A fact does not change after it happened."""
    with pytest.raises(ValueError, match="frozen"):
        SAMPLES[0].run = "other"  # type: ignore[attr-defined]
