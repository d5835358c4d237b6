"""A log in one SQLite file, over eventsourcing's recorder.

The file holds streams and content. WAL with ``synchronous=NORMAL`` survives the death of the process;
``durable=True`` (FULL) survives that of the machine too, at many times the cost of an append.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from eventsourcing.persistence import IntegrityError, PersistenceError
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

from events.errors import ConcurrencyError, CorruptLog, EventsError
from events.files import explain, refuse_other_files
from events.kept import KeptWritableLog
from events.log import LAST, Row

_TROUBLE = (PersistenceError, sqlite3.Error, UnicodeDecodeError, LookupError)
_AT_ONCE = 16
"""Events that go into one INSERT; SQLite's limit is 32,766 values, but each count is a statement to be compiled."""
_ROWS = """
    SELECT originator_id, originator_version, topic, state FROM events
    WHERE originator_id = ? AND originator_version BETWEEN ? AND ? ORDER BY originator_version
"""


@cache
def _insert(rows: int) -> str:
    return "INSERT INTO events VALUES " + ", ".join(["(?, ?, ?, ?)"] * rows)  # noqa: S608, nothing of anybody's is in it


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

    def execute(self, statement: str, *values: str | int | bytes) -> list[Any]:
        with self._lock:
            return self._writer.execute(statement, values).fetchall()

    def close(self) -> None:
        self._writer.close()
        self.datastore.close()


class EventStore(KeptWritableLog):
    """Streams of events and the content they name, in one SQLite file.

    Args:
        path: The file; made where it is missing, unless ``must_exist``.
        durable: Wait for the disk at every append.

    Raises:
        StoreUnavailable: The file cannot be opened, or is not a log.
    """

    def __init__(self, path: Path, *, durable: bool = False, must_exist: bool = False) -> None:
        super().__init__()
        self.path = path
        with self._errors():
            refuse_other_files(path, must_exist=must_exist)
            self._recorder = _Recorder(path, durable=durable)
            self._recorder.execute("CREATE TABLE IF NOT EXISTS content (digest TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID")

    @property
    def place(self) -> str:
        """The file's path."""
        return str(self.path)

    def insert(self, rows: Sequence[Row], content: Mapping[str, bytes]) -> None:
        """See ``KeptWritableLog.insert``."""
        try:
            self._recorder.insert_events(rows, content=content)
        except _TROUBLE as error:
            raise self._explain(error) from error

    def rows(self, stream: str, first: int = 1, last: int = LAST) -> list[Row]:
        """See ``Log.rows``."""
        found = self._rows(_ROWS, stream, first, last)
        return [Row(*row) for row in found]

    def streams(self) -> list[str]:
        """See ``Log.streams``."""
        return [row[0] for row in self._rows("SELECT DISTINCT originator_id FROM events ORDER BY originator_id")]

    def holds(self, stream: str) -> bool:
        """Whether there is such a stream; cheaper than reading it."""
        return bool(self._rows("SELECT 1 FROM events WHERE originator_id = ? LIMIT 1", stream))

    def notifications(self, start: int = 1, limit: int = 1000) -> list[tuple[int, str, int, str]]:
        """The file's own order of writing: (number, stream, position, topic), from ``start``."""
        with self._errors():
            notes = self._recorder.select_notifications(start, limit)
        return [(note.id, str(note.originator_id), note.originator_version, note.topic) for note in notes]

    def body(self, digest: str) -> Any:
        """See ``KeptLog.body``."""
        rows = self._rows("SELECT body FROM content WHERE digest = ?", digest)
        return rows[0][0] if rows else None

    def contents(self) -> list[str]:
        """See ``Log.contents``."""
        return [row[0] for row in self._rows("SELECT digest FROM content ORDER BY digest")]

    def check(self) -> None:
        """Let SQLite check its own pages; raises CorruptLog where they do not fit together."""
        answer = self._rows("PRAGMA integrity_check(1)")
        if answer[0][0] != "ok":
            raise CorruptLog(f"{self.path}: {str(answer[0][0]).splitlines()[0]}; restore the log from a copy")

    def close(self) -> None:
        """Release the file."""
        self._recorder.close()

    def _rows(self, statement: str, *values: str | int) -> list[Any]:
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
                return ConcurrencyError(
                    f"{self.path}: another process writes the same stream ({error}); let that end, then run the same command again"
                )
            case UnicodeDecodeError() | LookupError():  # SQLite's own tables are damaged
                return CorruptLog(f"{self.path} is damaged ({error}); restore the log from a copy")
            case _:
                return explain(self.path, error)
