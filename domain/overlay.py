"""The rows of a table that differ from the base, as an immutable map.

Rows lie in layers, newest first, each much smaller than the one below it: a new layer swallows those below it that
are not. So adding a row, finding one and finding those with a value cost the logarithm of how many there are, and
maps that came from one share their layers (as in a log-structured merge tree: O'Neil et al., 1996).
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.values import FrozenDict

_SMALL = 16
"""Rows that are copied rather than kept in a layer of their own."""


class Entry(NamedTuple):
    """A row as it is now."""

    row: FrozenDict | None
    """None where it was removed."""
    hash: int
    place: int
    """How many rows had been changed before this one was for the first time."""


class _Layer:
    """Rows that were changed at about the same time."""

    __slots__ = ("_indexes", "entries")

    def __init__(self, entries: dict[str, Entry]) -> None:
        self.entries = entries
        self._indexes: dict[str, dict[Any, list[str]]] = {}

    def index(self, field: str) -> dict[Any, list[str]]:
        """Value of a field -> keys of the rows that have it; made at first use."""
        known = self._indexes.get(field)
        if known is None:
            known = self._indexes[field] = {}
            for key, entry in self.entries.items():
                if entry.row is not None and isinstance(value := entry.row.get(field), str | int | float | None):
                    known.setdefault(value, []).append(key)
        return known


class Overlay:
    """Key -> row and its hash."""

    __slots__ = ("_layers", "_size")

    def __init__(self, layers: tuple[_Layer, ...] = (), size: int = 0) -> None:
        self._layers, self._size = layers, size

    def plus(self, rows: Mapping[str, tuple[FrozenDict | None, int]]) -> "Overlay":
        """The map with these rows and hashes in place of what it had there."""
        size = self._size
        new: dict[str, Entry] = {}
        for key, (row, digest) in rows.items():
            known = self.get(key)
            new[key] = Entry(row, digest, known.place if known else size)
            size += known is None
        kept = 0
        for layer in self._layers:
            if len(layer.entries) > max(_SMALL, 2 * len(new)):
                break
            new = {**layer.entries, **new}
            kept += 1
        return Overlay((_Layer(new), *self._layers[kept:]), size)

    def get(self, key: str) -> Entry | None:
        """What there is under a key; None where it was never changed."""
        for layer in self._layers:
            found = layer.entries.get(key)
            if found is not None:
                return found
        return None

    def __contains__(self, key: str) -> bool:
        return any(key in layer.entries for layer in self._layers)

    def items(self) -> list[tuple[str, FrozenDict | None]]:
        """(key, row), in the order in which they were changed for the first time."""
        entries: dict[str, Entry] = {}
        for layer in reversed(self._layers):
            entries.update(layer.entries)
        return [(key, entry.row) for key, entry in sorted(entries.items(), key=lambda item: item[1].place)]

    def where(self, field: str, value: Any) -> Iterator[str]:
        """Keys of the rows whose field has a scalar value, in the order of ``items``."""
        found = {}
        for depth, layer in enumerate(self._layers):
            for key in layer.index(field).get(value, ()):
                if not any(key in newer.entries for newer in self._layers[:depth]):
                    found[key] = layer.entries[key].place
        return iter(sorted(found, key=found.__getitem__))
