"""What every log offers, whatever keeps it: readers depend on ``Log``, writers on ``WritableLog``, and on nothing else.

``events/store.py`` keeps a log in one SQLite file, ``events/shards.py`` in one file a host, ``events/postgres.py`` on a
server, and ``projections/sealed.py`` in Parquet files, for reading only.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from events.base import Event
from events.digests import Head

LAST = 2**31 - 1
"""Position that no stream reaches."""


class Row(NamedTuple):
    """A stored event, in the order of the columns; equal in all stores, byte for byte."""

    stream: str
    position: int
    topic: str
    state: bytes
    """Three lines: fact, circumstances, seal."""


class Recorded(NamedTuple):
    """An event as it stands in the log."""

    stream: str
    position: int
    """Counted from 1."""
    event: Event
    circumstances: Mapping[str, Any]
    """Wall time, latency, cost: recorded, never hashed."""
    link: bytes


class Log(Protocol):
    """Streams of events and the content that they name, to be read.

    Every method raises StoreUnavailable where the file or server cannot be read.
    """

    @property
    def place(self) -> str:
        """Where it lies, for messages; holds no password."""

    def streams(self) -> list[str]:
        """Names of all streams, sorted."""

    def read(self, stream: str) -> Iterator[Recorded]:
        """All events of a stream, in order, each checked against its seal; none where there is no such stream.

        Raises:
            CorruptLog: An event is missing, changed or unreadable.
            NewerLog: An event is of a kind that this version does not know.
        """

    def rows(self, stream: str, first: int = 1, last: int = LAST) -> Sequence[Row]:
        """A stream as it is stored, unchecked, from and to a position: for copying, and for a look at a place of it."""

    def head(self, stream: str) -> Head:
        """Where a stream ends."""

    def get(self, digest: str) -> bytes:
        """Content by its digest.

        Raises:
            CorruptLog: It is missing, or is not what was stored.
        """

    def contents(self) -> list[str]:
        """Digests of all content, sorted."""

    def check(self) -> None:
        """Let the store check what it alone can check, such as its pages or files.

        Raises:
            CorruptLog: They are not whole.
        """

    def close(self) -> None:
        """Release files and connections."""


class WritableLog(Log, Protocol):
    """A log that takes more."""

    def append(self, stream: str, events: Sequence[Event], head: Head, circumstances: Mapping[str, Any] | None = None) -> Head:
        """Record events, all or none, at the end of a stream.

        Args:
            head: Where the writer believes the stream ends.
            circumstances: Wall time, latency, cost of this step; recorded beside the first event, never hashed.

        Returns:
            The new end.

        Raises:
            ConcurrencyError: The stream ends elsewhere.
            StoreUnavailable: The disk is full, or the file or server cannot be written.
        """

    def put(self, body: bytes) -> str:
        """Store content once; returns its digest. It is written with the next append, before the event that names it."""

    def forget(self, stream: str) -> None:
        """Drop what is remembered of a stream that nobody will write to again."""
