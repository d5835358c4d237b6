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
from psycopg.sql import SQL, Identifier, Literal

from events.log import LAST, Row

_CONNECT = {
    "connect_timeout": "5",
    "application_name": "worldloom",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
}
_AT_ONCE = 16
"""Events that go into one INSERT; each count is a statement of its own that the server prepares once."""
_INSERT = """
    WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock({lock}))
    INSERT INTO {events} (originator_id, originator_version, topic, state)
    SELECT %s::text, %s::bigint + place, topic, state
    FROM turn CROSS JOIN (VALUES {rows}) AS new (place, topic, state)
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
        self._cursor: Cursor[TupleRow] | None = None
        self.lock = threading.RLock()

    @property
    def lost(self) -> bool:
        """Whether there is no connection any more, or none yet; the next statement makes one."""
        return self._connection is None or self._connection.closed

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        """The connection, made anew where it was lost; raises psycopg's own errors."""
        with self.lock:
            self.kept_cursor()
            assert self._connection is not None
            yield self._connection

    def kept_cursor(self) -> Cursor[TupleRow]:
        """A cursor on the connection, to be used while ``lock`` is held; a new one for each statement costs as much as the statement."""
        if self._cursor is None or self._connection is None or self._connection.closed:
            self._connection = None
            self._connection = psycopg.connect(self._conninfo, autocommit=True, row_factory=dict_row)
            self._cursor = self._connection.cursor(row_factory=tuple_row, binary=True)
        return self._cursor

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
        self.datastore: Datastore = datastore
        self._names = {
            "schema": Identifier(datastore.schema),
            "events": Identifier(datastore.schema, "events"),
            "content": Identifier(datastore.schema, "content"),
            "lock": SQL("hashtextextended({}, 0)").format(f"worldloom.{datastore.schema}"),
        }
        self._inserts = [self._insert(rows) for rows in range(_AT_ONCE + 1)]
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
        with self.datastore.lock:
            cursor = self.datastore.kept_cursor()
            with cursor.connection.transaction():
                cursor.execute(self._take_turn)
                for statement in _TABLES:
                    cursor.execute(SQL(statement).format(**self._names))

    def insert_events(self, stored_events: Sequence[Any], *, content: Mapping[str, bytes] | None = None, **_: Any) -> None:
        """Rows of one stream, one after the other, and the content that they name."""
        parts = [stored_events[first : first + _AT_ONCE] for first in range(0, len(stored_events), _AT_ONCE)]
        with self.datastore.lock:
            cursor = self.datastore.kept_cursor()
            if not content and len(parts) == 1:  # one statement is a transaction of its own
                self._insert_part(cursor, parts[0])
                return
            with cursor.connection.transaction():
                cursor.execute(self._take_turn)
                if content:
                    cursor.execute(self._insert_content, (list(content), list(content.values())))
                for part in parts:
                    self._insert_part(cursor, part)

    def _insert_part(self, cursor: Cursor[TupleRow], rows: Sequence[Row]) -> None:
        values: list[Any] = [rows[0].stream, rows[0].position]
        for row in rows:
            values += row[2:]
        cursor.execute(self._inserts[len(rows)], values, prepare=True)

    def _insert(self, rows: int) -> bytes:
        places = SQL(", ").join(SQL("({}, %s::text, %s::bytea)").format(Literal(place)) for place in range(rows))
        return SQL(_INSERT).format(rows=places, **self._names).as_bytes()  # once, not at every append

    def has(self, rows: Sequence[Row]) -> bool:
        """Whether exactly these rows are stored, circumstances included."""
        return bool(rows) and self.rows(rows[0].stream, rows[0].position, rows[-1].position) == list(rows)

    def rows(self, stream: str, first: int = 1, last: int = LAST) -> list[Row]:
        """Rows of a stream, from and to a position."""
        statement = """
            SELECT originator_id, originator_version, topic, state FROM {events}
            WHERE originator_id = %s AND originator_version BETWEEN %s AND %s ORDER BY originator_version
        """
        return [Row(*row) for row in self.query(statement, stream, first, last)]

    def query(self, statement: str, *values: str | int) -> list[TupleRow]:
        """All rows of a statement, in which ``{events}`` and ``{content}`` stand for the tables."""
        with self.datastore.lock:
            return self.datastore.kept_cursor().execute(SQL(statement).format(**self._names), values).fetchall()
