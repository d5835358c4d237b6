"""A log on a PostgreSQL server, over eventsourcing's recorder: one schema, one run, any number of writers.

An append is one statement and one round trip. It is repeated when the connection is lost: then it may have been
committed and only the answer lost, so the rows are looked up before they are sent again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg
from psycopg.errors import UniqueViolation

from events.errors import ConcurrencyError, EventsError, StoreUnavailable
from events.kept import KeptWritableLog
from events.log import LAST, Row
from events.pgrecorder import Datastore, Recorder

_T = TypeVar("_T")
_PATIENCE_S = 30.0
_WAITS_S = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Before each new attempt to connect; the last one repeats."""
_REMEDIES = (
    (("password", "pg_hba", "authentication"), "set PGPASSWORD or ~/.pgpass"),
    (("does not exist", "no such database"), "make it, or name another"),
    (("permission denied", "read-only"), "grant the role CREATE and USAGE on the schema, and INSERT and SELECT on its tables"),
    (("No space left", "disk full", "could not extend"), "free the server's disk"),
)


class PostgresLog(KeptWritableLog):
    """Streams of events and the content they name, in one schema of a PostgreSQL database.

    Args:
        url: See ``open_log``.
        must_exist: Make no tables; for readers.
        patience_s: How long to try to connect again after the connection was lost.

    Raises:
        StoreUnavailable: The server cannot be reached or refuses, or there is no log.
    """

    def __init__(self, url: str, *, must_exist: bool = False, patience_s: float = _PATIENCE_S) -> None:
        super().__init__()
        self._url = url
        self._datastore = Datastore(url)
        self._patience_s = 0.0  # a server that is not there at the start is more likely a wrong address than a restart
        self._recorder: Recorder = self._steadily(lambda: Recorder(self._datastore))
        if must_exist and not self._steadily(self._recorder.is_there):
            raise StoreUnavailable(f"{url}: there is no log here; name the folder that `worldloom generate --out` made")
        if not must_exist:
            self._steadily(self._recorder.create_table)
        self._patience_s = patience_s

    @property
    def place(self) -> str:
        """The URL, which holds no password."""
        return self._url

    def insert(self, rows: Sequence[Row], content: Mapping[str, bytes]) -> None:
        """See ``KeptWritableLog.insert``; rows that a lost connection left in doubt are written once."""
        in_doubt = False

        def attempt() -> None:
            nonlocal in_doubt
            again, in_doubt = in_doubt, True
            if again and self._recorder.has(rows):
                return
            try:
                self._recorder.insert_events(rows, content=content)
            except UniqueViolation:  # the attempt before may have been committed since it was looked for
                if not (again and self._recorder.has(rows)):
                    raise

        self._steadily(attempt)

    def rows(self, stream: str, first: int = 1, last: int = LAST) -> list[Row]:
        """See ``Log.rows``."""
        return self._steadily(lambda: self._recorder.rows(stream, first, last))

    def streams(self) -> list[str]:
        """See ``Log.streams``."""
        return [row[0] for row in self._query('SELECT DISTINCT originator_id COLLATE "C" AS name FROM {events} ORDER BY name')]

    def body(self, digest: str) -> Any:
        """See ``KeptLog.body``."""
        found = self._query("SELECT body FROM {content} WHERE digest = %s", digest)
        return found[0][0] if found else None

    def contents(self) -> list[str]:
        """See ``Log.contents``."""
        return [row[0] for row in self._query('SELECT digest FROM {content} ORDER BY digest COLLATE "C"')]

    def notifications(self, start: int = 1, limit: int = 1000) -> list[tuple[int, str, int, str]]:
        """The order of writing: (number, stream, position, topic), from ``start``; a number below one that was seen never appears later."""
        notes = self._steadily(lambda: self._recorder.select_notifications(start, limit))
        return [(note.id, str(note.originator_id), note.originator_version, note.topic) for note in notes]

    def check(self) -> None:
        """The server checks its own pages as it reads them; here it only has to answer."""
        self._query("SELECT 1")

    def close(self) -> None:
        """Release the connection."""
        self._datastore.close()

    def _query(self, statement: str, *values: str) -> list[Any]:
        return self._steadily(lambda: self._recorder.query(statement, *values))

    def _steadily(self, action: Callable[[], _T]) -> _T:
        """Do something, again and again while the connection is lost and patience lasts."""
        until = time.monotonic() + self._patience_s
        attempt = 0
        while True:
            try:
                return action()
            except psycopg.Error as error:
                if not self._datastore.lost or time.monotonic() >= until:
                    raise self._explain(error) from error
            time.sleep(_WAITS_S[min(attempt, len(_WAITS_S) - 1)])
            attempt += 1

    def _explain(self, error: psycopg.Error) -> EventsError:
        text = " ".join(str(error).split())
        if isinstance(error, UniqueViolation):
            return ConcurrencyError(
                f"{self._url}: another process writes the same stream ({text}); let that end, then run the same command again"
            )
        fitting = (remedy for words, remedy in _REMEDIES if any(word in text for word in words))
        remedy = next(fitting, "see that the server runs and can be reached")
        return StoreUnavailable(f"{self._url}: {text}; {remedy}, then run the same command again: it goes on from what was recorded")
