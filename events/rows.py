"""Between events and stored rows; topics are ours and are never imported."""

from collections.abc import Sequence

import orjson

from events.base import Event
from events.catalogue import decode
from events.digests import Head, next_link, pack, seal_holds, unpack
from events.errors import CorruptLog
from events.log import Recorded, Row


def pack_rows(stream: str, head: Head, events: Sequence[Event], note: bytes) -> tuple[list[Row], Head]:
    """Rows that record events after ``head``, and the head that follows; ``note`` stands at the first event."""
    rows = []
    position, link = head
    for event in events:
        fact = event.to_json()
        position, link = position + 1, next_link(link, event.TOPIC, fact)
        rows.append(Row(stream, position, event.TOPIC, pack(link, fact, note)))
        note = b""
    return rows, Head(position, link)


def unpack_row(row: Row, before: Head) -> Recorded:
    """The event in a row that follows ``before``.

    Raises:
        CorruptLog: It does not follow, was changed, or cannot be read.
        NewerLog: Nothing here knows its topic.
    """
    stream, position = str(row.stream), row.position
    where = f"event {position} of {stream if stream.isprintable() else repr(stream)}"
    if position != before.position + 1:
        raise CorruptLog(f"{where} follows event {before.position}: the ones between are missing; restore the log from a copy")
    try:
        fact, note, seal = unpack(row.state)
        link = next_link(before.link, row.topic, fact)
    except (ValueError, AttributeError, TypeError):
        raise CorruptLog(f"{where} is damaged: it is not a stored event; restore the log from a copy") from None
    if not seal_holds(link, note, seal):
        raise CorruptLog(f"{where} was changed after it was recorded (its seal does not fit); restore the log from a copy")
    try:
        event = decode(row.topic, fact)
        circumstances = orjson.loads(note) if note else {}
    except CorruptLog as error:
        raise CorruptLog(f"{where}: {error}") from error
    return Recorded(stream, position, event, circumstances, link)
