"""Replay rebuilds the world; a call that is not answered changes nothing; content alone decides the digest."""

from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.conversation import Command, Conversation, replay
from domain.transaction import Transaction
from domain.values import canonical
from domain.world import Base, World
from events.catalogue import decode
from events.digests import stream_head
from events.store import EventStore
from events.tools import ToolAnswered, ToolFaulted, ToolRefused
from tests.domain.strategies import commands, json_values
from tests.parcels import SCHEMA, STARTED, base, begun, call, hold, say, shuffled


@given(commands)
@settings(max_examples=200, deadline=None)
def test_any_prefix_replays_to_the_live_world(asked: list[Command]) -> None:
    """After each event, what the record rebuilds is what was lived: digest, content, order of rows, waiting calls."""
    held = hold(begun(), asked)
    stored = [(event.TOPIC, event.to_json()) for event, _ in held]

    for length, (_, live) in enumerate(held, 1):
        rebuilt = replay(begun(), (decode(*line) for line in stored[:length]))
        assert rebuilt.world.digest == live.world.digest
        assert canonical(rebuilt.world.document()) == canonical(live.world.document())
        assert [list(rows) for rows in rebuilt.world.document().values()] == [list(rows) for rows in live.world.document().values()]
        assert (rebuilt.waiting, rebuilt.turns, rebuilt.calls, rebuilt.now) == (live.waiting, live.turns, live.calls, live.now)
        assert list(rebuilt.history) == list(live.history)


@given(commands)
@settings(max_examples=200, deadline=None)
def test_only_answers_change_the_world(asked: list[Command]) -> None:
    """A refused, faulted or blocked call, and anything that is said, leaves the very same world; an answer names its digest."""
    before = begun()
    for event, after in hold(before, asked):
        if isinstance(event, ToolAnswered) and event.changes:
            assert after.world.digest == event.world
            SCHEMA.check_all(after.world)
        else:
            assert after.world is before.world
        before = after


@given(commands, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_the_digest_is_that_of_the_content(asked: list[Command], rng: Random) -> None:
    """A world made from scratch with the same content, in any order and with 25.0 for 25, has the same digest."""
    held = hold(begun(), asked)
    world = held[-1][1].world if held else begun().world

    scratch = World(base(shuffled(world.document(), rng)))

    assert scratch.digest == world.digest


@given(commands)
@settings(max_examples=100, deadline=None)
def test_changing_back_restores_the_digest(asked: list[Command]) -> None:
    """A world whose rows are put back one by one has the base's digest, and nothing in it counts as changed."""
    held = hold(begun(), asked)
    world = held[-1][1].world if held else begun().world
    undo = Transaction(world)
    for table, key, before, now in world.changed():
        if now is not None:
            undo.delete(table, key)
        if before is not None:
            undo.insert(table, key, before)

    restored = world.with_changes(undo.changes)

    assert restored.digest == World(world.base).digest
    assert not list(restored.changed())


@given(json_values, json_values)
@settings(max_examples=300, deadline=None)
def test_different_content_has_different_digests(one: Any, other: Any) -> None:
    """Two worlds that differ in one value have equal digests exactly when JSON holds the values equal."""
    first, second = World(Base({"t": {"k": {"v": one}}})), World(Base({"t": {"k": {"v": other}}}))

    assert (first.digest == second.digest) == (canonical(one) == canonical(other))


def test_rows_and_tables_do_not_run_into_each_other() -> None:
    """The same row under another key, in another table, or twice, is another world."""
    row = {"v": 1}
    worlds: list[dict[str, dict[str, dict[str, Any]]]] = [
        {},
        {"t": {"k": row}},
        {"t": {"l": row}},
        {"u": {"k": row}},
        {"t": {"k": row, "l": row}},
        {"t": {"k": {}}},
        {"t": {"k": {"v": "1"}}},
        {"t": {"k": {"v": True}}},
        {"t": {"k": {"v": None}}},
    ]

    assert len({World(Base(tables)).digest for tables in worlds}) == len(worlds)


def test_every_outcome_occurs() -> None:
    """The parcel world can answer, refuse, fault in every way, and be blocked by policy."""
    held = hold(
        begun(),
        [
            call("cancel_return", return_id="R-1"),
            say("Yes, please do."),
            call("cancel_return", return_id="R-1"),
            call("change_return", return_id="R-2"),
            call("open_return", customer_id="C-9", amount=3),
            call("open_return", customer_id="C-1", amount=-3),
            call("open_return", customer_id="C-1", amount="much"),
            call("forget", table="customers", key="C-1"),
            call("forget", table="customers", key="C-404"),
            call("half_way", return_id="R-3", then="raise"),
            call("half_way", return_id="R-3", then="schema"),
            call("sneak", return_id="R-3"),
            call("find_return", return_id="R-404"),
            call("no_such_tool"),
        ],
    )
    codes = [event.code for event, _ in held if isinstance(event, ToolRefused)]
    kinds = [event.kind for event, _ in held if isinstance(event, ToolFaulted)]

    assert codes == ["policy:consent", "not-open", "invalid-arguments", "not-found", "unknown-tool"]
    assert kinds == ["reference", "invariant", "reference", "key", "exception", "schema", "world"]


@given(commands)
@settings(max_examples=20, deadline=None)
def test_the_log_rebuilds_the_conversation(tmp_path_factory: Any, asked: list[Command]) -> None:
    """What was written to a file and read back is the conversation that was held."""
    held = hold(begun(), asked)
    events = [STARTED, *(event for event, _ in held)]
    path: Path = tmp_path_factory.mktemp("log") / "log.sqlite"
    store = EventStore(path)
    head = stream_head("c")
    for first in range(0, len(events), 3):
        head = store.append("c", events[first : first + 3], head, {"at": first})
    store.close()

    again = EventStore(path, must_exist=True)
    rebuilt = replay(Conversation(World(base())), (record.event for record in again.read("c")))

    assert list(rebuilt.history) == events
    assert rebuilt.world.digest == (held[-1][1] if held else begun()).world.digest
    assert again.head("c") == head
