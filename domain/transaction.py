"""One tool's view of the world: what it reads is noted, what it writes is held back until it has been checked."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any

from domain.errors import KeyError_, Refusal
from domain.values import FrozenDict, canonical, freeze
from domain.world import World
from events.tools import Change

ANY = "*"


class Row(Mapping[str, Any]):
    """A row as a tool sees it: read-only, and each field that is looked at is noted."""

    __slots__ = ("_fields", "_key", "_reads", "_table")

    def __init__(self, table: str, key: str, fields: FrozenDict, reads: dict[tuple[str, str, str], None]) -> None:
        self._table, self._key, self._fields, self._reads = table, key, fields, reads

    def __getitem__(self, field: str) -> Any:
        self._reads[self._table, self._key, field] = None
        return self._fields[field]

    def __iter__(self) -> Iterator[str]:
        self._reads[self._table, self._key, ANY] = None
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Row({self._table}.{self._key})"


class Transaction:
    """The world as one call of a tool reads and writes it.

    Nothing is visible outside before ``changes`` have been checked and recorded; a tool that raises leaves nothing.

    Args:
        world: The world before the call.
        seed: Of the conversation; with ``position`` the only source of new identifiers.
        position: Of the call in the conversation's stream.
        now: Time inside the world, ISO 8601.
    """

    def __init__(self, world: World, *, seed: int = 0, position: int = 0, now: str = "") -> None:
        self._world = world
        self._staged: dict[tuple[str, str], FrozenDict | None] = {}
        self._reads: dict[tuple[str, str, str], None] = {}
        self._seed, self._position, self._drawn = seed, position, 0
        self.now = now

    def find(self, table: str, key: str) -> Row | None:
        """A row, or None; that there is none is noted as read too."""
        fields = self._row(table, key)
        if fields is None:
            self._reads[table, key, ANY] = None
            return None
        return Row(table, key, fields, self._reads)

    def get(self, table: str, key: str) -> Row:
        """A row.

        Raises:
            Refusal: There is none (``not-found``).
        """
        row = self.find(table, key)
        if row is None:
            raise Refusal("not-found", f"{table} has no {key!r}.")
        return row

    def rows(self, table: str) -> Iterator[tuple[str, FrozenDict]]:
        """(key, row) of a whole table; the table as a whole is noted as read, so the rows need not note anything."""
        self._reads[table, ANY, ANY] = None
        if not self._staged:
            yield from self._world.rows(table)
            return
        for key, fields in self._world.rows(table):
            now = self._staged.get((table, key), fields)
            if now is not None:
                yield key, now
        for key, staged in self._staged_rows(table):
            if self._world.row(table, key) is None:
                yield key, staged

    def where(self, table: str, field: str, value: Any) -> Iterator[tuple[str, Row]]:
        """(key, row) of the rows whose field has a scalar value; fast, by index."""
        self._reads[table, ANY, field] = None
        for key, fields in self._world.where(table, field, value):
            if (table, key) not in self._staged:
                yield key, Row(table, key, fields, self._reads)
        for key, staged in self._staged_rows(table):
            if staged.get(field) == value:
                yield key, Row(table, key, staged, self._reads)

    def update(self, table: str, key: str, **fields: Any) -> None:
        """Set fields of a row that exists.

        Raises:
            KeyError_: It does not.
        """
        before = self._row(table, key)
        if before is None:
            raise KeyError_(f"{table}.{key} cannot be updated: there is no such row")
        self._staged[table, key] = FrozenDict({**before, **freeze(fields)})

    def insert(self, table: str, key: str, row: Mapping[str, Any]) -> None:
        """Add a row.

        Raises:
            KeyError_: The key is taken.
        """
        if self._row(table, key) is not None:
            raise KeyError_(f"{table}.{key} cannot be inserted: the key is taken")
        self._staged[table, key] = freeze(dict(row))

    def delete(self, table: str, key: str) -> None:
        """Remove a row.

        Raises:
            KeyError_: There is none.
        """
        if self._row(table, key) is None:
            raise KeyError_(f"{table}.{key} cannot be deleted: there is no such row")
        self._staged[table, key] = None

    def fresh_id(self, table: str, prefix: str, digits: int = 6) -> str:
        """An identifier that the table does not have yet, drawn from the conversation's seed and position."""
        while True:
            self._drawn += 1
            drawn = blake2b(f"{self._seed}/{self._position}/{self._drawn}".encode(), digest_size=8).digest()
            name = f"{prefix}{int.from_bytes(drawn) % 10**digits:0{digits}d}"
            if self._row(table, name) is None:
                return name

    @property
    def before(self) -> World:
        """The world before the call, for tools that work on the whole of it."""
        return self._world

    @property
    def reads(self) -> tuple[tuple[str, str, str], ...]:
        """(table, key, field) of all that was read, in order of first reading; ``*`` stands for all."""
        whole = {(table, key) for table, key, field in self._reads if field == ANY}
        return tuple(read for read in self._reads if read[2] == ANY or (read[0], read[1]) not in whole)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What the tool wrote, field by field, where it differs from what was there."""
        return tuple(
            change for (table, key), after in self._staged.items() for change in row_changes(table, key, self._world.row(table, key), after)
        )

    def _row(self, table: str, key: str) -> FrozenDict | None:
        place = (table, key)
        return self._staged[place] if place in self._staged else self._world.row(table, key)

    def _staged_rows(self, table: str) -> Iterator[tuple[str, FrozenDict]]:
        for (owner, key), row in list(self._staged.items()):
            if owner == table and row is not None:
                yield key, row


def row_changes(table: str, key: str, before: FrozenDict | None, after: FrozenDict | None) -> Iterator[Change]:
    """What leads from one row to another, field by field; None is a row that is not there."""
    if before is None or after is None:
        if before is not after:
            yield Change(table=table, key=key, before=before, after=after)
        return
    for field in dict.fromkeys([*before, *after]):
        if field not in after:
            yield Change(table=table, key=key, field=field, before=before[field], absent="after")
        elif field not in before:
            yield Change(table=table, key=key, field=field, after=after[field], absent="before")
        elif before[field] is not after[field] and _differ(before[field], after[field]):
            yield Change(table=table, key=key, field=field, before=before[field], after=after[field])


def _differ(before: Any, after: Any) -> bool:
    """Whether two values differ as JSON: 1 and True do, at any depth; 25 and 25.0 do where they stand alone."""
    return before != after or type(before) is not type(after) or canonical(before) != canonical(after)
