"""The log: appends to and reads from streams, over eventsourcing's recorder. Alone imports eventsourcing.

One SQLite file holds streams and content. WAL with ``synchronous=NORMAL`` survives the death of the process;
``durable=True`` (FULL) survives that of the machine too, at many times the cost of an append.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from eventsourcing.persistence import IntegrityError, Mapper, PersistenceError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from pydantic_core import to_json

from events.base import Event
from events.catalogue import decode
from events.digests import Head, content_digest, next_link, pack, seal_holds, stream_head, unpack
from events.errors import ConcurrencyError, CorruptLog, EventsError
from events.files import explain, refuse_other_files

_TROUBLE = (PersistenceError, sqlite3.Error, UnicodeDecodeError, LookupError)
_AT_ONCE = 16
"""Events that go into one INSERT; SQLite's limit is 32,766 values, but each count is a statement to be compiled."""


class Recorded(NamedTuple):
    """An event as it stands in the log."""

    stream: str
    position: int
    """Counted from 1."""
    event: Event
    circumstances: Mapping[str, Any]
    """Wall time, latency, cost: recorded, never hashed."""
    link: bytes


class _Row(NamedTuple):
    """The library's ``StoredEvent`` as SQLite takes it: a tuple, in the order of the columns."""

    originator_id: str
    originator_version: int
    topic: str
    state: bytes


@cache
def _insert(rows: int) -> str:
    return "INSERT INTO events VALUES " + ", ".join(["(?, ?, ?, ?)"] * rows)  # noqa: S608, nothing of anybody's is in it


class _Mapper(Mapper[str]):
    """Between our events and the library's rows; topics are ours and are never imported."""

    def __init__(self) -> None:  # no transcoder: pydantic writes and reads whole events
        pass

    def pack(self, stream: str, head: Head, events: Sequence[Event], note: bytes) -> tuple[list[_Row], Head]:
        rows = []
        position, link = head
        for event in events:
            fact = event.to_json()
            position, link = position + 1, next_link(link, event.TOPIC, fact)
            rows.append(_Row(stream, position, event.TOPIC, pack(link, fact, note)))
            note = b""
        return rows, Head(position, link)

    def unpack(self, row: StoredEvent, before: Head) -> Recorded:
        stream, position = str(row.originator_id), row.originator_version
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
            circumstances = json.loads(note) if note else {}
        except CorruptLog as error:
            raise CorruptLog(f"{where}: {error}") from error
        return Recorded(stream, position, event, circumstances, link)


class _Recorder(SQLiteApplicationRecorder):
    """The library's recorder, on one connection that it keeps for writing.

    The library's pool sets ``cached_statements=True``, which SQLite takes for 1, so that each BEGIN, INSERT and
    COMMIT is compiled anew, and it offers no setting for ``synchronous``.
    """

    def __init__(self, path: Path, *, durable: bool) -> None:
        super().__init__(SQLiteDatastore(str(path), originator_id_type="text"), events_table_name="events")
        self._lock = threading.Lock()
        self.create_table()
        self._writer = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")

    def insert_events(self, stored_events: Sequence[Any], *, content: Mapping[str, bytes] | None = None, **_: Any) -> None:
        with self._lock:
            if not content and 0 < len(stored_events) <= _AT_ONCE:  # one statement is a transaction of its own, and the cheapest
                self._writer.execute(_insert(len(stored_events)), [*chain.from_iterable(stored_events)])
                return
            execute = self._writer.execute
            execute("BEGIN IMMEDIATE")
            try:
                if content:
                    self._writer.executemany("INSERT OR IGNORE INTO content VALUES (?, ?)", content.items())
                self._writer.executemany(self.insert_events_statement, stored_events)
                execute("COMMIT")
            except sqlite3.Error:
                if self._writer.in_transaction:
                    execute("ROLLBACK")
                raise

    def execute(self, statement: str, *values: str | bytes) -> list[Any]:
        with self._lock:
            return self._writer.execute(statement, values).fetchall()

    def close(self) -> None:
        self._writer.close()
        self.datastore.close()


class EventStore:
    """Streams of events and the content they name, in one SQLite file.

    Args:
        path: The file; made where it is missing, unless ``must_exist``.
        durable: Wait for the disk at every append.

    Raises:
        StoreUnavailable: The file cannot be opened, or is not a log.
    """

    def __init__(self, path: Path, *, durable: bool = False, must_exist: bool = False) -> None:
        self.path = path
        self._mapper = _Mapper()
        self._heads: dict[str, Head] = {}
        self._stored: set[str] = set()
        self._unwritten: dict[str, bytes] = {}
        with self._errors():
            refuse_other_files(path, must_exist=must_exist)
            self._recorder = _Recorder(path, durable=durable)
            self._recorder.execute("CREATE TABLE IF NOT EXISTS content (digest TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")

    def append(self, stream: str, events: Sequence[Event], head: Head, circumstances: Mapping[str, Any] | None = None) -> Head:
        """Record events, all or none, at the end of a stream.

        Args:
            head: Where the writer believes the stream ends.
            circumstances: Wall time, latency, cost of this step; recorded beside the first event, never hashed.

        Returns:
            The new end.

        Raises:
            ConcurrencyError: The stream ends elsewhere.
            StoreUnavailable: The disk is full, or the file cannot be written; nothing was recorded.
        """
        known = self.head(stream) if head.position else stream_head(stream)  # of a new stream SQLite's key sees the end, but no gap
        if known != head:
            found = f"stream {stream} has {self.head(stream).position} events, not the {head.position} that were read"
            raise ConcurrencyError(f"{self.path}: {found}; another process writes it: let that end, then run the same command again")
        note = to_json(circumstances) if circumstances else b""
        rows, new = self._mapper.pack(stream, head, events, note)
        try:
            self._recorder.insert_events(rows, content=self._unwritten)
        except _TROUBLE as error:
            self._heads.pop(stream, None)
            raise self._explain(error) from error
        self._unwritten = {}
        self._heads[stream] = new
        return new

    def head(self, stream: str) -> Head:
        """Where a stream ends; known without a look where this store wrote it."""
        known = self._heads.get(stream)
        if known is None:
            known = stream_head(stream)
            for record in self.read(stream):
                known = Head(record.position, record.link)
            self._heads[stream] = known
        return known

    def read(self, stream: str) -> Iterator[Recorded]:
        """All events of a stream, in order, each checked against its seal.

        Raises:
            CorruptLog: An event is missing, changed or unreadable.
            NewerLog: An event is of a kind that this version does not know.
        """
        head = stream_head(stream)
        with self._errors():
            rows = self._recorder.select_events(stream)
        for row in rows:
            record = self._mapper.unpack(row, head)
            head = Head(record.position, record.link)
            yield record

    def forget(self, stream: str) -> None:
        """Drop what is remembered of a stream that nobody will write to again."""
        self._heads.pop(stream, None)

    def streams(self) -> list[str]:
        """Names of all streams, sorted."""
        return [row[0] for row in self._rows("SELECT DISTINCT originator_id FROM events ORDER BY originator_id")]

    def notifications(self, start: int = 1, limit: int = 1000) -> list[tuple[int, str, int, str]]:
        """The file's own order of writing: (number, stream, position, topic), from ``start``."""
        with self._errors():
            notes = self._recorder.select_notifications(start, limit)
        return [(note.id, str(note.originator_id), note.originator_version, note.topic) for note in notes]

    def put(self, body: bytes) -> str:
        """Store content once; returns its digest. It is written with the next append, before the event that names it."""
        digest = content_digest(body)
        if digest not in self._stored:
            self._unwritten[digest] = body
            self._stored.add(digest)
        return digest

    def get(self, digest: str) -> bytes:
        """Content by its digest.

        Raises:
            CorruptLog: It is missing, or is not what was stored.
        """
        if digest in self._unwritten:
            return self._unwritten[digest]
        rows = self._rows("SELECT body FROM content WHERE digest = ?", digest)
        if not rows:
            raise CorruptLog(f"{self.path}: content {digest[:12]} is missing; restore the log from a copy")
        body: bytes = rows[0][0]
        if not isinstance(body, bytes) or content_digest(body) != digest:
            raise CorruptLog(f"{self.path}: content {digest[:12]} was changed after it was stored; restore the log from a copy")
        return body

    def contents(self) -> list[str]:
        """Digests of all content."""
        return [row[0] for row in self._rows("SELECT digest FROM content ORDER BY digest")]

    def check_file(self) -> None:
        """Let SQLite check its own pages.

        Raises:
            CorruptLog: They do not fit together.
        """
        answer = self._rows("PRAGMA integrity_check(1)")
        if answer[0][0] != "ok":
            raise CorruptLog(f"{self.path}: {str(answer[0][0]).splitlines()[0]}; restore the log from a copy")

    def close(self) -> None:
        """Release the file."""
        self._recorder.close()

    def _rows(self, statement: str, *values: str) -> list[Any]:
        with self._errors():
            return self._recorder.execute(statement, *values)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except _TROUBLE as error:
            raise self._explain(error) from error

    def _explain(self, error: Exception) -> EventsError:
        match error:
            case IntegrityError() | sqlite3.IntegrityError():
                return ConcurrencyError(f"{self.path}: somebody else is writing to the same conversation: {error}")
            case UnicodeDecodeError() | LookupError():  # SQLite's own tables are damaged
                return CorruptLog(f"{self.path} is damaged ({error}); restore the log from a copy")
            case _:
                return explain(self.path, error)
