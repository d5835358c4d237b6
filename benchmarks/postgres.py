"""Appending to a PostgreSQL server, against psycopg alone: same table, same rows, a multi-row INSERT for each batch of five."""

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.events import step
from benchmarks.measure import Finding, interleaved
from events.base import Event
from events.digests import stream_head
from events.log import Row, WritableLog
from events.open import open_log

BATCHES = 300
ROUNDS = 9
ADDRESS = "WORLDLOOM_POSTGRES"
"""Environment variable with an address that ends in a schema that is not there yet; without it, the tests' own server is started."""
_TARGET = 0.5
_STREAM = "retail/{:06d}"


def measure(_folder: Path) -> Iterator[Finding]:
    """Share of raw speed that an append keeps, on a server of this machine; client CPU and wall time."""
    address = os.environ.get(ADDRESS)
    if address:
        yield from _measure(address)
        return
    try:
        from tests.postgres_server import NoServer, Server  # noqa: PLC0415, the driver is an extra
    except ImportError as error:
        yield _skipped(str(error))
        return
    try:
        server = Server()
    except NoServer as error:
        yield _skipped(str(error))
        return
    try:
        yield from _measure(server.url("bench"))
    finally:
        server.remove()


def _measure(address: str) -> Iterator[Finding]:
    import psycopg  # noqa: PLC0415

    log = open_log(address)
    rng = Random(1)
    batches = [step(rng, number) for number in range(BATCHES)]
    _append(log, 0, batches)
    rows = log.rows(_STREAM.format(0))
    size = sum(len(row.state) for row in rows) / len(rows)
    base, _, schema = address.partition("&schema=")
    with psycopg.connect(base, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {schema}.raw (LIKE {schema}.events INCLUDING ALL)")
        taken = interleaved(
            {
                "store": lambda number: _append(log, number + 1, batches),
                "raw": lambda number: _insert(cursor, schema, number, rows),
            },
            ROUNDS,
        )
    log.close()
    for clock in ("cpu_s", "wall_s"):
        mine, theirs = (getattr(taken[name], clock) / len(rows) for name in ("store", "raw"))
        yield Finding(
            f"append to PostgreSQL, batch 5, {size:.0f} B events, {clock[:-2]}",
            f"{mine * 1e6:.1f} us/event",
            f"{theirs * 1e6:.1f} us/event, psycopg, multi-row INSERT",
            f"{theirs / mine:.0%} of raw",
            f">= {_TARGET:.0%}",
            theirs / mine >= _TARGET,
        )


def _append(log: WritableLog, number: int, batches: Sequence[Sequence[Event]]) -> None:
    stream = _STREAM.format(number)
    head = stream_head(stream)
    for batch in batches:
        head = log.append(stream, batch, head, {"at": 1763700000.125})
    log.forget(stream)


def _insert(cursor: Any, schema: str, number: int, rows: Sequence[Row]) -> None:
    stream = f"raw/{number:06d}"
    statement = f"INSERT INTO {schema}.raw (originator_id, originator_version, topic, state) VALUES " + ", ".join(["(%s, %s, %s, %s)"] * 5)
    for first in range(0, len(rows), 5):
        cursor.execute(statement, [*chain.from_iterable((stream, *row[1:]) for row in rows[first : first + 5])], prepare=True)


def _skipped(why: str) -> Finding:
    return Finding("append to PostgreSQL", "not measured", why, "-", "-", True)
