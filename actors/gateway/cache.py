"""Replies that were paid for, by the question: kept before they are acted on, so that nothing is paid for twice.

The log holds every reply that was acted on. This file also holds those that were not yet: of sub-agents that thought at
the same time, and of a process that died between reply and append. It may be deleted whenever nothing runs.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actors.gateway.calls import Answer
from events.errors import StoreUnavailable

REPLIES = "replies"
"""Folder of these files in the folder of a run."""
_TABLES = """
CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, answer BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS paid (only INTEGER PRIMARY KEY CHECK (only = 1), nano INTEGER NOT NULL);
INSERT OR IGNORE INTO paid VALUES (1, 0);
"""
_LOOK_S = 2.0
"""How old the knowledge of what other hosts paid may be."""


class ReplyCache:
    """A file of one host, and those that other hosts have written.

    Args:
        path: Made where it is missing; None keeps replies in memory only.

    Raises:
        StoreUnavailable: It cannot be opened.
    """

    def __init__(self, path: Path | None) -> None:
        self._path, self._lock = path, threading.Lock()
        self._others: dict[Path, sqlite3.Connection] = {}
        self._paid_elsewhere, self._looked_at = 0, float("-inf")
        with self._errors():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._own = _connect(path or ":memory:")
            self._paid = _paid(self._own)
            self._find_others()

    def get(self, key: str) -> Answer | None:
        """The reply to a question, where it was asked before."""
        with self._errors(), self._lock:
            for connection in (self._own, *self._others.values()):
                row = connection.execute("SELECT answer FROM replies WHERE key = ?", (key,)).fetchone()
                if row is not None:
                    return Answer.model_validate_json(row[0])
        return None

    def put(self, key: str, answer: Answer) -> None:
        """Keep a reply, and what it cost."""
        body = answer.model_dump_json(exclude_defaults=True).encode()
        with self._errors(), self._lock:
            self._own.execute("BEGIN IMMEDIATE")
            self._own.execute("INSERT OR IGNORE INTO replies VALUES (?, ?)", (key, body))
            if answer.cost_nano:
                self._own.execute("UPDATE paid SET nano = nano + ?", (answer.cost_nano,))
            self._own.execute("COMMIT")
            self._paid += answer.cost_nano or 0

    def paid_nano(self) -> int:
        """Billionths of a dollar for the replies of all hosts, whether they were acted on or not."""
        if time.monotonic() - self._looked_at > _LOOK_S:
            with self._errors(), self._lock:
                self._find_others()
                self._paid_elsewhere = sum(map(_paid, self._others.values()))
                self._looked_at = time.monotonic()
        return self._paid + self._paid_elsewhere

    def close(self) -> None:
        """Release the files."""
        for connection in (self._own, *self._others.values()):
            connection.close()

    def _find_others(self) -> None:
        for other in sorted(self._path.parent.glob("*.sqlite")) if self._path else ():
            if other != self._path and other not in self._others:
                self._others[other] = _connect(other)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreUnavailable(f"{self._path}: the replies that were paid for cannot be kept ({error}); free the disk") from error


def _connect(path: Path | str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.executescript(_TABLES)
    return connection


def _paid(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT nano FROM paid").fetchone()[0])


def paid_nano(folder: Path) -> int:
    """Billionths of a dollar for all replies that the files of a folder hold; 0 where there is none."""
    total = 0
    for path in sorted(folder.glob("*.sqlite")):
        connection = _connect(path)
        total += _paid(connection)
        connection.close()
    return total
