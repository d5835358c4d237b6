"""The world: what is true in the simulated backend.

A world is a base that all conversations of a setting share, and an overlay of the rows that differ from it. So
making a world, forking it and hashing it cost what changed, and not what is there.

The digest is that of the content alone, however it is split between base and overlay, and it is kept up to date
row by row: rows are hashed to 2048 bits and added up, which makes the sum independent of their order
(AdHash: Bellare and Micciancio, 1997; at 2048 bits the generalised birthday attack of Wagner, 2002, is out of reach).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from hashlib import blake2b, shake_256
from operator import is_
from typing import Any

from domain.overlay import Overlay
from domain.values import FrozenDict, canonical, freeze
from events.base import Event
from events.conversation import ConversationStarted
from events.tools import Change, ToolAnswered

Tables = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""table -> key -> row -> field -> JSON value."""

_MODULUS = 1 << 2048
_NOTHING = Overlay()


class Base:
    """Tables of rows that never change; loaded once a process and shared.

    Args:
        tables: The rows. They are frozen here; the caller's stay as they are.
        sets: (table, field) of lists whose order means nothing.
    """

    def __init__(self, tables: Tables, sets: Iterable[tuple[str, str]] = ()) -> None:
        self.tables: dict[str, dict[str, FrozenDict]] = {
            table: {str(key): freeze(dict(row)) for key, row in rows.items()} for table, rows in tables.items()
        }
        self.sets = frozenset(sets)
        self._hashes: dict[tuple[str, str], int] = {}
        self._indexes: dict[tuple[str, str], dict[Any, list[str]]] = {}
        self._orders: dict[str, dict[str, int]] = {}

    @cached_property
    def total(self) -> int:
        """Sum of the hashes of all rows."""
        return sum(self.row_hash(table, key) for table, rows in self.tables.items() for key in rows) % _MODULUS

    def row_hash(self, table: str, key: str) -> int:
        """Hash of a row, remembered."""
        known = self._hashes.get((table, key))
        if known is None:
            known = self._hashes[table, key] = self.hash_row(table, key, self.tables[table][key])
        return known

    def hash_row(self, table: str, key: str, row: Mapping[str, Any]) -> int:
        """2048-bit hash of one row's content."""
        fields = dict(row)
        for owner, field in self.sets:
            if owner == table and isinstance(fields.get(field), list):
                fields[field] = sorted(fields[field], key=canonical)
        return int.from_bytes(shake_256(canonical([table, key, fields])).digest(256))

    def index(self, table: str, field: str) -> dict[Any, list[str]]:
        """Value of a field -> keys of the rows that have it, in the table's order; made at first use."""
        known = self._indexes.get((table, field))
        if known is None:
            known = {}
            for key, row in self.tables[table].items():
                value = row.get(field)
                if isinstance(value, str | int | float | None):
                    known.setdefault(value, []).append(key)
            self._indexes[table, field] = known
        return known

    def order(self, table: str) -> dict[str, int]:
        """Key -> place of the row in its table; made at first use."""
        known = self._orders.get(table)
        if known is None:
            known = self._orders[table] = {key: place for place, key in enumerate(self.tables.get(table, ()))}
        return known

    def document(self) -> dict[str, Any]:
        """The content as one JSON value, from which ``of_document`` makes the base again."""
        return {"tables": self.tables, "sets": sorted(map(list, self.sets))}

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> "Base":
        """The base that ``document`` described."""
        return cls(document["tables"], [(table, field) for table, field in document["sets"]])


class World:
    """What is true now. Immutable: a change makes another world, which shares all that did not change."""

    __slots__ = ("_led_to", "_overlay", "_total", "base")

    def __init__(self, base: Base, overlay: Mapping[str, Overlay] | None = None, total: int | None = None) -> None:
        self.base = base
        self._overlay = overlay or {}
        self._total = total
        self._led_to: tuple[tuple[Change, ...], World] | None = None
        """The last changes and the world after them: what is checked first, then becomes an event, is hashed once."""

    @classmethod
    def of(cls, **tables: Mapping[str, Mapping[str, Any]]) -> "World":
        """A world of a few rows, for tests and examples."""
        return cls(Base(tables))

    @property
    def digest(self) -> str:
        """Digest of the content, hexadecimal; equal for worlds of equal content."""
        total = self.base.total if self._total is None else self._total
        return blake2b(total.to_bytes(256), digest_size=32).hexdigest()

    def tables(self) -> list[str]:
        """Names of the tables that have or had rows."""
        return list(dict.fromkeys([*self.base.tables, *self._overlay]))

    def row(self, table: str, key: str) -> FrozenDict | None:
        """A row, or None where there is none."""
        changed = self._overlay.get(table)
        entry = changed.get(key) if changed else None
        return entry.row if entry else self.base.tables.get(table, {}).get(key)

    def rows(self, table: str) -> Iterator[tuple[str, FrozenDict]]:
        """(key, row) of a table: the base's in their order, then the new ones in order of appearance."""
        base = self.base.tables.get(table, {})
        if table not in self._overlay:
            yield from base.items()
            return
        changed = dict(self._overlay[table].items())
        for key, row in base.items():
            now = changed.get(key, row)
            if now is not None:
                yield key, now
        for key, new in changed.items():
            if new is not None and key not in base:
                yield key, new

    def where(self, table: str, field: str, value: Any) -> Iterator[tuple[str, FrozenDict]]:
        """(key, row) of the rows whose field has a scalar value, in the order of ``rows``; by index for the base."""
        changed = self._overlay.get(table)
        base = self.base.tables.get(table, {})
        keys = self.base.index(table, field).get(value, []) if base else []
        if changed:
            now = list(changed.where(field, value))
            keys = [key for key in keys if key not in changed] + [key for key in now if key in base]
            keys.sort(key=self.base.order(table).__getitem__)
            keys += [key for key in now if key not in base]
        for key in keys:
            found = self.row(table, key)
            if found is not None:
                yield key, found

    def with_changes(self, changes: Iterable[Change]) -> "World":
        """The world after the changes. It neither judges nor fails: checks come before changes become events."""
        changes = tuple(changes)
        if self._led_to is not None and len(changes) == len(self._led_to[0]) and all(map(is_, changes, self._led_to[0])):
            return self._led_to[1]
        touched: dict[tuple[str, str], FrozenDict | None] = {}
        for change in changes:
            place = (change.table, change.key)
            row = touched[place] if place in touched else self.row(*place)
            touched[place] = _apply(row, change)
        if not touched:
            return self
        total = self.base.total if self._total is None else self._total
        new: dict[str, dict[str, tuple[FrozenDict | None, int]]] = {}
        for (table, key), row in touched.items():
            digest = 0 if row is None else self.base.hash_row(table, key, row)
            total += digest - self._hash_at(table, key)
            new.setdefault(table, {})[key] = row, digest
        overlay = {**self._overlay, **{table: self._overlay.get(table, _NOTHING).plus(rows) for table, rows in new.items()}}
        after = World(self.base, overlay, total % _MODULUS)
        self._led_to = changes, after
        return after

    def _hash_at(self, table: str, key: str) -> int:
        known = self._overlay.get(table, _NOTHING).get(key)
        if known is not None:
            return known.hash
        return self.base.row_hash(table, key) if key in self.base.tables.get(table, {}) else 0

    def evolve(self, event: Event) -> "World":
        """The world after an event: a conversation may begin in a state of its own, and then only answered tool calls change it."""
        match event:
            case ToolAnswered(changes=changes) | ConversationStarted(setup=changes) if changes:
                return self.with_changes(changes)
            case _:
                return self

    def document(self) -> dict[str, dict[str, FrozenDict]]:
        """The whole content: table -> key -> row."""
        return {table: dict(self.rows(table)) for table in self.tables()}

    def changed(self) -> Iterator[tuple[str, str, FrozenDict | None, FrozenDict | None]]:
        """(table, key, row in the base, row now) of each row that may differ from the base."""
        for table, rows in self._overlay.items():
            for key, row in rows.items():
                before = self.base.tables.get(table, {}).get(key)
                if before != row:
                    yield table, key, before, row


def _apply(row: FrozenDict | None, change: Change) -> FrozenDict | None:
    if change.field is None:
        return None if change.after is None else freeze(change.after)
    fields = dict(row or {})
    if change.absent == "after":
        fields.pop(change.field, None)
    else:
        fields[change.field] = freeze(change.after)
    return FrozenDict(fields)
