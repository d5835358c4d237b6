"""Appending through the store, against SQLite alone: same rows, same pragmas, a transaction for each batch of five."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from benchmarks.events import step
from benchmarks.measure import Finding, interleaved
from events.base import Event
from events.digests import stream_head
from events.store import EventStore

BATCHES = 600
ROUNDS = 15
_STREAM = "retail/000000"
_TARGET = 0.5


def measure(folder: Path) -> Iterator[Finding]:
    """Share of raw speed that an append keeps; opening the file is not counted on either side."""
    rng = Random(1)
    batches = [step(rng, number) for number in range(BATCHES)]
    stores = [EventStore(folder / f"store-{number}.sqlite") for number in range(ROUNDS + 2)]
    _append(stores[-1], batches)
    rows, tables = _packed(stores[-1].path)
    connections = [_connect(folder / f"raw-{number}.sqlite", tables) for number in range(ROUNDS + 1)]
    size = sum(len(row[3]) for row in rows) / len(rows)

    taken = interleaved(
        {"store": lambda number: _append(stores[number], batches), "raw": lambda number: _insert(connections[number], rows)}, ROUNDS
    )
    for store, connection in zip(stores, connections, strict=False):
        store.close()
        connection.close()
    for clock in ("cpu_s", "wall_s"):
        mine, theirs = (getattr(taken[name], clock) / len(rows) for name in ("store", "raw"))
        share = theirs / mine
        yield Finding(
            f"append, batch 5, {size:.0f} B events, {clock[:-2]}",
            f"{mine * 1e6:.1f} us/event",
            f"{theirs * 1e6:.1f} us/event, raw executemany",
            f"{share:.0%} of raw",
            f">= {_TARGET:.0%}",
            share >= _TARGET,
        )


def _append(store: EventStore, batches: Sequence[Sequence[Event]]) -> None:
    head = stream_head(_STREAM)
    for batch in batches:
        head = store.append(_STREAM, batch, head, {"at": 1763700000.125})


def _insert(connection: sqlite3.Connection, rows: Sequence[tuple[str, int, str, bytes]]) -> None:
    for first in range(0, len(rows), 5):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows[first : first + 5])
        connection.execute("COMMIT")


def _connect(path: Path, tables: Sequence[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", *tables):
        connection.execute(statement)
    return connection


def _packed(path: Path) -> tuple[list[tuple[str, int, str, bytes]], list[str]]:
    """The rows that the store writes, and the tables that it writes them to."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT originator_id, originator_version, topic, state FROM events ORDER BY originator_version").fetchall()
    tables = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")]
    connection.close()
    return rows, tables
