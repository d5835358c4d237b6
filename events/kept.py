"""What all logs do alike, over the few statements in which stores differ: checks while reading, heads, content that waits."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from events.base import Event
from events.digests import Head, content_digest, stream_head
from events.errors import ConcurrencyError, CorruptLog, EventsError
from events.log import LAST, Recorded, Row
from events.rows import pack_rows, unpack_row


class KeptLog(ABC):
    """Reading, for a store that can say what rows a stream has and what lies under a digest."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it lies, for messages; holds no password."""

    @abstractmethod
    def rows(self, stream: str, first: int = 1, last: int = LAST) -> Sequence[Row]:
        """A stream as it is stored, by position."""

    @abstractmethod
    def body(self, digest: str) -> Any:
        """What is stored under a digest, unchecked; None where nothing is."""

    def read(self, stream: str) -> Iterator[Recorded]:
        """See ``Log.read``."""
        head = stream_head(stream)
        for row in self.rows(stream):
            record = unpack_row(row, head)
            head = Head(record.position, record.link)
            yield record

    def head(self, stream: str) -> Head:
        """See ``Log.head``."""
        head = stream_head(stream)
        for record in self.read(stream):
            head = Head(record.position, record.link)
        return head

    def get(self, digest: str) -> bytes:
        """See ``Log.get``."""
        body = self.body(digest)
        if body is None:
            raise CorruptLog(f"{self.place}: content {digest[:12]} is missing; restore the log from a copy")
        if not isinstance(body, bytes) or content_digest(body) != digest:
            raise CorruptLog(f"{self.place}: content {digest[:12]} was changed after it was stored; restore the log from a copy")
        return body


class KeptWritableLog(KeptLog):
    """Writing, for a store that can insert rows together with content, all or none."""

    def __init__(self) -> None:
        self._heads: dict[str, Head] = {}
        self._unwritten: dict[str, bytes] = {}

    @abstractmethod
    def insert(self, rows: Sequence[Row], content: Mapping[str, bytes]) -> None:
        """Write a stream's next rows, and content by digest where it is not there yet.

        Raises:
            ConcurrencyError: A row of that stream and position is there already.
            StoreUnavailable: It cannot be written.
        """

    def append(self, stream: str, events: Sequence[Event], head: Head, circumstances: Mapping[str, Any] | None = None) -> Head:
        """See ``WritableLog.append``."""
        known = self.head(stream) if head.position else stream_head(stream)  # of a new stream the key sees the end, but no gap
        if known != head:
            found = f"stream {stream} has {self.head(stream).position} events, not the {head.position} that were read"
            raise ConcurrencyError(f"{self.place}: {found}; another process writes it: let that end, then run the same command again")
        rows, new = pack_rows(stream, head, events, orjson.dumps(circumstances) if circumstances else b"")
        try:
            self.insert(rows, self._unwritten)
        except EventsError:
            self._heads.pop(stream, None)
            raise
        self._unwritten = {}
        self._heads[stream] = new
        return new

    def head(self, stream: str) -> Head:
        """See ``Log.head``; known without a look where this store wrote it."""
        known = self._heads.get(stream)
        if known is None:
            known = self._heads[stream] = super().head(stream)
        return known

    def forget(self, stream: str) -> None:
        """See ``WritableLog.forget``."""
        self._heads.pop(stream, None)

    def put(self, body: bytes) -> str:
        """See ``WritableLog.put``."""
        digest = content_digest(body)
        self._unwritten[digest] = body
        return digest

    def get(self, digest: str) -> bytes:
        """See ``Log.get``; content that waits for its event is found as well."""
        return self._unwritten[digest] if digest in self._unwritten else super().get(digest)
