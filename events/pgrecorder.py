"""eventsourcing's PostgreSQL recorder, on one connection and with one statement an append.

The library sends events as an array of composite values in text form, in four statements. Its alternative, functions in the database,
is faster but takes no lock, so a reader that follows the order of writing misses events: ids are drawn in another order than they
are committed. Here the statement that draws the ids takes a lock first, and PostgreSQL releases it after the commit.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.rows import DictRow, TupleRow, dict_row, tuple_row
from psycopg.sql import SQL, Identifier

from events.log import Row

_CONNECT = {
    "connect_timeout": "5",
    "application_name": "worldloom",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
_INSERT = """
    WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({lock}))
    INSERT INTO {events} (originator_id, originator_version, topic, state)
    SELECT %s::text, %s::bigint + place, topic, state
    FROM turn CROSS JOIN unnest(%s::text[], %s::bytea[]) WITH ORDINALITY AS new (topic, state, place)
    ORDER BY place
"""
_CONTENT = "INSERT INTO {content} SELECT * FROM unnest(%s::text[], %s::bytea[]) ON CONFLICT DO NOTHING"
_TABLES = (
    "CREATE SCHEMA IF NOT EXISTS {schema}",
    """
    CREATE TABLE IF NOT EXISTS {events} (
        originator_id text, originator_version bigint, topic text NOT NULL, state bytea NOT NULL, notification_id bigserial UNIQUE,
        PRIMARY KEY (originator_id, originator_version)
    )
    """,
    "CREATE TABLE IF NOT EXISTS {content} (digest text PRIMARY KEY, body bytea NOT NULL)",
)


class Datastore(PostgresDatastore):
    """The library's datastore on one connection of its own, without the pool and its threads.

    Args:
        url: What libpq takes, and ``schema``.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        schema = options.pop("schema", "public")
        super().__init__("", "", 0, "", "", originator_id_type="text", schema=schema)
        self._conninfo = urlunsplit(parts._replace(query=urlencode({**_CONNECT, **options})))
        self._connection: Connection[DictRow] | None = None
        self._lock = threading.RLock()

    @property
    def lost(self) -> bool:
        """Whether there is no connection any more, or none yet; the next statement makes one."""
        return self._connection is None or self._connection.closed

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """The connection, made anew where it was lost; raises psycopg's own errors."""
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._connection = None
                self._connection = psycopg.connect(self._conninfo, autocommit=True, row_factory=dict_row)
            yield self._connection

    def register_type_adapters(self) -> None:
        """Composite types are not used, so none is looked up."""

    def close(self) -> None:
        """Release the connection."""
        connection = getattr(self, "_connection", None)
        if connection is not None:
            connection.close()
        super().close()


class Recorder(PostgresApplicationRecorder):
    """Text stream names, content beside the events, and rows as the other stores keep them."""

    def __init__(self, datastore: Datastore) -> None:
        super().__init__(datastore, events_table_name="events")
        self._names = {
            "schema": Identifier(datastore.schema),
            "events": Identifier(datastore.schema, "events"),
            "content": Identifier(datastore.schema, "content"),
            "lock": SQL("hashtextextended({}, 0)").format(f"worldloom.{datastore.schema}"),
        }
        self._insert = SQL(_INSERT).format(**self._names)
        self._insert_content = SQL(_CONTENT).format(**self._names)
        self._take_turn = SQL("SELECT pg_advisory_xact_lock({lock})").format(**self._names)

    def is_there(self) -> bool:
        """Whether the schema holds a log."""
        found = self.query("SELECT to_regclass(%s), to_regclass(%s)", *(self._names[name].as_string() for name in ("events", "content")))
        return None not in found[0]

    def create_table(self) -> None:
        """Make what is missing; processes that start together take turns, since IF NOT EXISTS does not."""
        if self.is_there():
            return
        with self._cursor() as cursor, cursor.connection.transaction():
            cursor.execute(self._take_turn)
            for statement in _TABLES:
                cursor.execute(SQL(statement).format(**self._names))

    def insert_events(self, stored_events: Sequence[Any], *, content: Mapping[str, bytes] | None = None, **_: Any) -> None:
        """Rows of one stream, one after the other, and the content that they name."""
        if not stored_events:
            return
        first: Row = stored_events[0]
        values = (first.stream, first.position - 1, [row.topic for row in stored_events], [row.state for row in stored_events])
        with self._cursor() as cursor:
            if not content:  # one statement is a transaction of its own
                cursor.execute(self._insert, values, prepare=True)
                return
            with cursor.connection.transaction():
                cursor.execute(self._take_turn, prepare=True)
                cursor.execute(self._insert_content, (list(content), list(content.values())), prepare=True)
                cursor.execute(self._insert, values, prepare=True)

    def has(self, rows: Sequence[Row]) -> bool:
        """Whether exactly these rows are stored, circumstances included."""
        first, last = rows[0], rows[-1]
        stored = self.rows(first.stream, first.position, last.position)
        return stored == list(rows)

    def rows(self, stream: str, first: int = 1, last: int = 2**31) -> list[Row]:
        """Rows of a stream, from and to a position."""
        statement = """
            SELECT originator_id, originator_version, topic, state FROM {events}
            WHERE originator_id = %s AND originator_version BETWEEN %s AND %s ORDER BY originator_version
        """
        return [Row(*row) for row in self.query(statement, stream, first, last)]

    def query(self, statement: str, *values: str | int) -> list[TupleRow]:
        """All rows of a statement, in which ``{events}`` and ``{content}`` stand for the tables."""
        with self._cursor() as cursor:
            return cursor.execute(SQL(statement).format(**self._names), values).fetchall()

    @contextmanager
    def _cursor(self) -> Iterator[Cursor[TupleRow]]:
        with self.datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            yield cursor
