"""Places that keep a log, one of each kind, and how to damage what lies there."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote

from events.base import Event
from events.digests import pack
from events.log import Recorded, WritableLog
from events.open import open_log
from events.shards import ShardedLog
from tests.events.samples import SAMPLES

STREAM = "parcels/000000"
KINDS = ("sqlite", "shards", "postgres")


class Place(Protocol):
    """Somewhere to keep a log."""

    code: str
    """An expression that opens it, for another process; needs ``from tests.events.places import *``."""

    def open(self, *, must_exist: bool = False) -> WritableLog: ...

    def sql(self, statement: str, values: Sequence[Sequence[object]] = ((),)) -> None:
        """Do something behind the log's back."""


class File:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "log.sqlite"
        self.code = f"open_log({str(self.path)!r})"

    def open(self, *, must_exist: bool = False) -> WritableLog:
        return open_log(self.path, must_exist=must_exist)

    def sql(self, statement: str, values: Sequence[Sequence[object]] = ((),)) -> None:
        with sqlite3.connect(self.path) as connection:
            connection.executemany(statement, values) if values != ((),) else connection.execute(statement)
        connection.close()


class Files(File):
    """Three of them; new streams go into the second."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder / f"{number}.sqlite" for number in range(3)]
        self.path = self.paths[1]
        self.code = f"ShardedLog([Path(p) for p in {[str(path) for path in self.paths]!r}], own=1)"

    def open(self, *, must_exist: bool = False, own: int = 1) -> WritableLog:
        return ShardedLog(self.paths, own=own, must_exist=must_exist)


class Schema:
    def __init__(self, server: Any) -> None:
        self.url = server.url()
        self._server = server
        self.code = f"open_log({self.url!r})"

    def open(self, *, must_exist: bool = False) -> WritableLog:
        return open_log(self.url, must_exist=must_exist)

    def sql(self, statement: str, values: Sequence[Sequence[object]] = ((),)) -> None:
        with self._server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(f'SET search_path = "{unquote(self.url.rpartition("=")[2])}"')
            cursor.executemany(statement.replace("?", "%s"), values)


def fill(log: WritableLog, stream: str = STREAM, events: Sequence[Event] = SAMPLES) -> list[Recorded]:
    """Every kind of event, or these, in appends of three, and two contents."""
    log.put(b"policy")
    log.put(b"world")
    head = log.head(stream)
    for first in range(0, len(events), 3):
        head = log.append(stream, events[first : first + 3], head, {"at": 1.5 + first})
    return list(log.read(stream))


def stored(records: list[Recorded]) -> list[tuple[str, int, str, bytes]]:
    """The rows that hold these records."""
    notes = [b'{"at":%s}' % str(record.circumstances["at"]).encode() if record.circumstances else b"" for record in records]
    return [(r.stream, r.position, r.event.TOPIC, pack(r.link, r.event.to_json(), note)) for r, note in zip(records, notes, strict=True)]
