"""Many SQLite files, one for each host process, read and written as one log.

A host writes new streams into a file of its own, so hosts do not wait for each other; a stream that it takes over from a host that
died stays in that host's file. Beginning a stream is done in turns, since no key spans two files and a host that was given up may
still be at work. There is no order of writing over all files: who follows a run follows each of ``shards``.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from events.base import Event
from events.digests import Head, content_digest, stream_head
from events.errors import ConcurrencyError, CorruptLog
from events.log import LAST, Recorded, Row
from events.store import EventStore


class ShardedLog:
    """Several files as one log.

    Args:
        paths: All files of the run, in the order of its manifest.
        own: Which of them takes new streams.
        durable: Wait for the disk at every append.
        must_exist: Make nothing; for readers.

    Raises:
        StoreUnavailable: A file cannot be opened, or is not a log.
    """

    def __init__(self, paths: Sequence[Path], *, own: int = 0, durable: bool = False, must_exist: bool = False) -> None:
        self.shards = [EventStore(path, durable=durable, must_exist=must_exist) for path in paths]
        self._own = self.shards[own]
        self._where: dict[str, EventStore] = {}
        self._unwritten: dict[str, bytes] = {}

    @property
    def place(self) -> str:
        """The first file, and how many there are."""
        first = self.shards[0].place
        return first if len(self.shards) == 1 else f"{first} and {len(self.shards) - 1} more"

    def append(self, stream: str, events: Sequence[Event], head: Head, circumstances: Mapping[str, Any] | None = None) -> Head:
        """See ``WritableLog.append``; goes to the file that holds the stream."""
        with nullcontext() if head.position else _in_turn(self.shards[0].path.parent):
            shard = self._find(stream) or self._own
            if not head.position and stream in self._where:
                found = f"stream {stream} has {self.head(stream).position} events, not the 0 that were read"
                raise ConcurrencyError(f"{shard.place}: {found}; another process writes it: let that end, then run the same command again")
            for body in self._unwritten.values():
                shard.put(body)
            new = shard.append(stream, events, head, circumstances)
        self._unwritten = {}  # kept until now: after a failure, the next append may go to another file
        self._where[stream] = shard
        return new

    def put(self, body: bytes) -> str:
        """See ``WritableLog.put``."""
        digest = content_digest(body)
        self._unwritten[digest] = body
        return digest

    def forget(self, stream: str) -> None:
        """See ``WritableLog.forget``."""
        shard = self._where.pop(stream, None)
        if shard is not None:
            shard.forget(stream)

    def head(self, stream: str) -> Head:
        """See ``Log.head``."""
        shard = self._find(stream)
        return shard.head(stream) if shard else stream_head(stream)

    def read(self, stream: str) -> Iterator[Recorded]:
        """See ``Log.read``."""
        shard = self._find(stream)
        return shard.read(stream) if shard else iter(())

    def rows(self, stream: str, first: int = 1, last: int = LAST) -> list[Row]:
        """See ``Log.rows``."""
        shard = self._find(stream)
        return shard.rows(stream, first, last) if shard else []

    def streams(self) -> list[str]:
        """See ``Log.streams``.

        Raises:
            CorruptLog: A stream is in two files.
        """
        where: dict[str, EventStore] = {}
        for shard in self.shards:
            for stream in shard.streams():
                if stream in where:
                    raise _in_two(stream, where[stream], shard)
                where[stream] = shard
        self._where.update(where)
        return sorted(where)

    def get(self, digest: str) -> bytes:
        """See ``Log.get``; a copy in one file stands in for a damaged one in another."""
        if digest in self._unwritten:
            return self._unwritten[digest]
        for shard in self.shards[:-1]:
            with suppress(CorruptLog):
                return shard.get(digest)
        return self.shards[-1].get(digest)

    def contents(self) -> list[str]:
        """See ``Log.contents``."""
        return sorted({digest for shard in self.shards for digest in shard.contents()})

    def check(self) -> None:
        """Let SQLite check the pages of each file, and each file's own copy of content."""
        for shard in self.shards:
            shard.check()
            for digest in shard.contents():
                shard.get(digest)

    def close(self) -> None:
        """Release the files."""
        for shard in self.shards:
            shard.close()

    def _find(self, stream: str) -> EventStore | None:
        found = self._where.get(stream)
        if found is None:
            for shard in self.shards:  # a look at an index each; another host may have begun the stream since
                if shard.holds(stream):
                    if found is not None:
                        raise _in_two(stream, found, shard)
                    found = shard
            if found is not None:
                self._where[stream] = found
        return found


@contextmanager
def _in_turn(folder: Path) -> Iterator[None]:
    """Held by one process at a time; the system lets go of it when that dies."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def _in_two(stream: str, one: EventStore, other: EventStore) -> CorruptLog:
    return CorruptLog(
        f"stream {stream} is in {one.place} and in {other.place}: two hosts held the same conversation; restore the log from a copy"
    )
