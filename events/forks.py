"""Conversations that share a beginning: a fork's stream holds only what is its own, and is read as one with what it shares."""

from collections.abc import Iterator
from typing import NamedTuple

from events.conversation import ConversationForked
from events.digests import content_digest, stream_head
from events.errors import CorruptLog
from events.log import Log, Recorded, Row
from events.rows import unpack_row

MARK = "~"
"""In the name of a fork, between its parent's name and its own."""
FORKS = "forks"
"""The stream that says how forks came out: ``ConversationFinished`` for each."""
_NEAR = 32
"""Events before and after one that are looked at first; few appends are longer."""


class Part(NamedTuple):
    """What one stream gives to a conversation."""

    stream: str
    before: int
    """Events that come before its own."""
    last: int | None
    """Position in the conversation of the last event that is read from here; None for all there are."""
    forked: ConversationForked | None


def is_fork(stream: str) -> bool:
    """Whether a stream's name is a fork's."""
    return MARK in stream


def parts(log: Log, stream: str) -> list[Part]:
    """The streams that a conversation consists of, the oldest first.

    Raises:
        CorruptLog: A parent is missing, or forks go in a circle.
    """
    found: list[Part] = []
    last: int | None = None
    while True:
        if any(part.stream == stream for part in found):
            raise CorruptLog(f"stream {stream}: it is a fork of itself; restore the log from a copy")
        rows = log.rows(stream, 1, 1) if is_fork(stream) else ()
        if is_fork(stream) and found and not rows:
            raise CorruptLog(f"stream {found[-1].stream}: it is a fork of {stream}, which is missing; restore the log from a copy")
        forked = unpack_row(rows[0], stream_head(stream)).event if rows else None
        if not isinstance(forked, ConversationForked):
            return [Part(stream, 0, last, None), *reversed(found)]
        found.append(Part(stream, forked.position, last, forked))
        last = forked.position if last is None else min(last, forked.position)
        stream = forked.parent


def whole(log: Log, stream: str) -> Iterator[Recorded]:
    """All events of a conversation, in order: those that it shares with its parents, then its own; positions count through.

    Raises:
        CorruptLog: An event is missing, changed or unreadable, or a parent is not the one that was forked.
    """
    if not is_fork(stream):
        yield from log.read(stream)
        return
    for part in parts(log, stream):
        if part.forked is not None:
            _check(log, part)
        reached = part.before
        for record in log.read(part.stream):
            if part.last is not None and reached >= part.last:
                break
            reached += 1
            yield record._replace(stream=stream, position=reached)
        if part.last is not None and reached < part.last:
            raise CorruptLog(
                f"stream {stream} shares {part.last} events of {part.stream}, which has {reached}; restore the log from a copy"
            )


def rows_at(log: Log, stream: str, first: int, last: int) -> list[Row]:
    """Stored events of a conversation from and to a position, at a cost that does not depend on its length; unchecked."""
    found: list[Row] = []
    for part in parts(log, stream):
        end = last if part.last is None else min(part.last, last)
        if part.before < end:
            rows = log.rows(part.stream, max(1, first - part.before), end - part.before)
            found += (row._replace(stream=stream, position=row.position + part.before) for row in rows)
    return found


def home(log: Log, stream: str, position: int) -> str:
    """The stream that holds an event of a conversation: its own, or that of whom it shares it with."""
    return next((part.stream for part in parts(log, stream) if part.last is None or position <= part.last), stream)


def append_of(log: Log, stream: str, position: int) -> list[Row]:
    """The stored events that were recorded together with one, by a single append; empty where there is no such event.

    An append shows by its circumstances: they stand at its first event.
    """
    width = _NEAR
    while True:
        rows = rows_at(log, stream, max(1, position - width), position + width)
        begins = [row.position for before, row in zip([None, *rows], rows, strict=False) if _begins(before, row)]
        first = max((begin for begin in begins if begin <= position), default=None)
        after = min((begin for begin in begins if begin > position), default=None)
        near_end = not rows or rows[-1].position < position + width
        if not rows or rows[-1].position < position:
            return []
        if (first is not None or position <= width) and (after is not None or near_end):
            return [row for row in rows if (first or 1) <= row.position < (after or rows[-1].position + 1)]
        width *= 4


def _begins(before: Row | None, row: Row) -> bool:
    return bool(row.state.split(b"\n")[1]) or (before is not None and before.topic == ConversationForked.TOPIC)


def fact_digest(row: Row) -> str:
    """Digest of a stored event by itself: wherever it stands, and whatever the time."""
    return content_digest(row.topic.encode() + b"\n" + row.state.partition(b"\n")[0])


def _check(log: Log, part: Part) -> None:
    assert part.forked is not None
    rows = rows_at(log, part.forked.parent, part.forked.position, part.forked.position)
    if not rows or fact_digest(rows[0]) != part.forked.shared:
        where = f"event {part.forked.position} of {part.forked.parent}"
        raise CorruptLog(f"stream {part.stream}: {where} is not the one that it was forked at; restore the log from a copy")
