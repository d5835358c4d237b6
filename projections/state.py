"""State: the world, and all else that is known, at any event or turn of a conversation, from the log alone."""

from collections.abc import Iterator, Sequence

from domain.conversation import Conversation, replay
from domain.transaction import row_changes
from domain.world import World
from events.conversation import ConversationStarted
from events.forks import FORKS, whole
from events.log import Log, Recorded
from events.tools import Change
from projections.contents import Contents
from projections.errors import NoSuchPlace, RecordError
from projections.judged import is_judged
from projections.runs import RUN
from projections.turns import beginnings


def conversations(store: Log) -> list[str]:
    """Names of all conversations of a log, forks among them, sorted."""
    return [name for name in store.streams() if name not in (RUN, FORKS) and not is_judged(name)]


def history(store: Log, stream: str) -> list[Recorded]:
    """All events of a conversation.

    Raises:
        NoSuchPlace: The log has no such conversation.
        RecordError: The stream is not a conversation's.
        CorruptLog: The stream is damaged.
    """
    records = list(whole(store, stream))
    if not records:
        known = conversations(store)
        some = ", ".join(known[:3]) + (f" ... {known[-1]}" if len(known) > 3 else "")
        raise NoSuchPlace(f"{store.place} has no conversation {stream!r}; it has {len(known)}: {some}")
    if not isinstance(records[0].event, ConversationStarted):
        raise RecordError(f"{stream} is no conversation: it begins with {records[0].event.TOPIC}")
    return records


def beginning(contents: Contents, records: Sequence[Recorded]) -> Conversation:
    """The state before the first event: the base world that the conversation names."""
    started = records[0].event
    if not isinstance(started, ConversationStarted):
        raise RecordError(f"{records[0].stream} is no conversation: it begins with {started.TOPIC}")
    return Conversation(World(contents.base(started.world)))


def state_of(contents: Contents, records: Sequence[Recorded]) -> Conversation:
    """All that is known after all events of a conversation."""
    return replay(beginning(contents, records), (record.event for record in records))


def state_at(
    store: Log, stream: str, *, event: int | None = None, turn: int | None = None, contents: Contents | None = None
) -> Conversation:
    """All that is known at a place of a conversation; with neither ``event`` nor ``turn``, at its end.

    Args:
        event: After so many events; 0 is before the first.
        turn: After the user's turn of that number, counted from 1, and all that it led to; 0 is before the first.
        contents: Shared by callers that ask for many states.

    Raises:
        NoSuchPlace: There is no such conversation, event or turn.
        CorruptLog: The log is damaged.
    """
    records = history(store, stream)
    if turn is not None:
        event = _end_of_turn(stream, records, turn)
    elif event is None:
        event = len(records)
    if not 0 <= event <= len(records):
        raise NoSuchPlace(f"{stream} has no event {event}; it has 1 to {len(records)}, and 0 is before the first")
    state = beginning(contents or Contents(store), records)
    return replay(state, (record.event for record in records[:event]))


def world_at(store: Log, stream: str, *, event: int | None = None, turn: int | None = None, contents: Contents | None = None) -> World:
    """The world at a place of a conversation; see ``state_at``."""
    return state_at(store, stream, event=event, turn=turn, contents=contents).world


def diff(before: World, after: World) -> list[Change]:
    """What leads from one world to another, field by field: ``before.with_changes(diff(before, after))`` equals ``after``."""
    return [
        change for table, key in _places(before, after) for change in row_changes(table, key, before.row(table, key), after.row(table, key))
    ]


def _places(before: World, after: World) -> Iterator[tuple[str, str]]:
    """(table, key) of the rows that may differ."""
    if before.base is after.base:
        yield from dict.fromkeys((table, key) for world in (before, after) for table, key, _, _ in world.changed())
        return
    for table in dict.fromkeys([*before.tables(), *after.tables()]):
        for key in dict.fromkeys(key for world in (before, after) for key, _ in world.rows(table)):
            yield table, key


def _end_of_turn(stream: str, records: Sequence[Recorded], turn: int) -> int:
    begins = beginnings(records)
    if not 0 <= turn <= len(begins):
        raise NoSuchPlace(f"{stream} has no turn {turn}; it has 1 to {len(begins)}, and 0 is before the first")
    return begins[turn] - 1 if turn < len(begins) else len(records)
