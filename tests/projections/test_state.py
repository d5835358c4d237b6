"""State: the world at any event and turn, from the log alone."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from domain.conversation import Conversation, replay
from domain.world import Base, World
from events.conversation import UserSpoke
from events.errors import CorruptLog
from events.store import EventStore
from projections.errors import NoSuchPlace, RecordError
from projections.state import diff, state_at, world_at
from tests.domain.strategies import commands
from tests.parcels import TABLES, base, begun
from tests.parcels import hold as hold_live
from tests.projections.recorded import begin, hold

STREAM = "parcels/000000"


@pytest.fixture
def store(tmp_path: Path):
    store = EventStore(tmp_path / "0.sqlite")
    hold(store, STREAM, begin(store, 0))
    yield store
    store.close()


def test_world_at_every_event_is_the_live_world(store: EventStore) -> None:
    """After each event, the rebuilt world is the one that a live fold has."""
    events = [record.event for record in store.read(STREAM)]

    for number in range(len(events) + 1):
        live = replay(Conversation(World(base())), events[:number])
        assert world_at(store, STREAM, event=number).digest == live.world.digest


def test_turn_is_the_users_and_all_that_it_led_to(store: EventStore) -> None:
    """Turn 0 is the start, turn 2 cancels the return, the last turn is the end."""
    status = [(world_at(store, STREAM, turn=turn).row("returns", "R-1") or {})["status"] for turn in range(4)]

    assert status == ["open", "open", "cancelled", "cancelled"]
    assert world_at(store, STREAM, turn=3).digest == world_at(store, STREAM).digest
    assert state_at(store, STREAM, turn=1).turns == 1


def test_diff_names_table_row_and_field(store: EventStore) -> None:
    """What two turns differ in is told field by field, and leads from one to the other."""
    before, after = world_at(store, STREAM, turn=1), world_at(store, STREAM, turn=2)

    changes = diff(before, after)

    assert [(change.table, change.field, change.before, change.after) for change in changes[:1]] == [
        ("returns", "status", "open", "cancelled")
    ]
    assert [change.field for change in changes[1:]] == [None]
    assert before.with_changes(changes).digest == after.digest


@given(commands)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_diff_leads_from_any_world_to_any_other(drawn) -> None:
    """``before.with_changes(diff(before, after))`` equals ``after``, also over bases of different make."""
    worlds = [begun().world, *(state.world for _, state in hold_live(begun(), drawn))]
    first, last = worlds[0], worlds[-1]
    rebased = World(Base(last.document(), base().sets))

    assert first.with_changes(diff(first, last)).digest == last.digest
    assert last.with_changes(diff(last, first)).digest == first.digest
    assert first.with_changes(diff(first, rebased)).digest == rebased.digest


def test_places_that_are_not_there_are_named(store: EventStore) -> None:
    """An unknown conversation, turn or event is refused with what there is."""
    with pytest.raises(NoSuchPlace, match=r"no conversation 'parcels/9'; it has 1: parcels/000000"):
        world_at(store, "parcels/9")
    with pytest.raises(NoSuchPlace, match="no turn 4; it has 1 to 3"):
        world_at(store, STREAM, turn=4)
    with pytest.raises(NoSuchPlace, match="no event 99"):
        world_at(store, STREAM, event=99)


def test_missing_base_world_is_named(tmp_path: Path) -> None:
    """A conversation whose world is not in the store says so."""
    store = EventStore(tmp_path / "1.sqlite")
    started = begin(store, 0).model_copy(update={"world": "0" * 64})
    store.append(STREAM, [started], store.head(STREAM))
    store.append("other", [UserSpoke(agent="user", content="Hello?")], store.head("other"))

    with pytest.raises(CorruptLog, match="content 000000000000 is missing"):
        world_at(store, STREAM)
    with pytest.raises(RecordError, match="is no conversation"):
        world_at(store, "other")
    store.close()


def test_base_of_the_log_is_the_base_of_the_setting(store: EventStore) -> None:
    """The stored world has the rows and the digest of the one that was put in."""
    world = world_at(store, STREAM, event=0)

    assert world.document() == TABLES
    assert world.digest == World(base()).digest
