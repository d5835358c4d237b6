"""What can be named in a world: its keys, the other identifiers in its rows, and the parts of rows that have identifiers."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from domain.schema import Schema
from domain.world import Base, World

_MOST_PREFIXES = 4
"""A table whose keys begin in more ways than these has no shape by which a key in a text could be told."""
_NUMBERED = re.compile(r"(.*?[^\d\W]?[-#_.]?)(\d{3,})$")
_DIRECTORIES: "WeakKeyDictionary[Base, Directory]" = WeakKeyDictionary()


def names_something(field: str) -> bool:
    """Whether a field holds identifiers, by its name: ``id``, ``order_id``, ``item_ids``."""
    return field == "id" or field.endswith(("_id", "_ids"))


def texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """(field, text) of every text in a JSON value; an item of a list goes by the list's field, a key by none."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield "", name
            yield from texts(item, name)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from texts(item, field)


def parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every object inside a JSON value, itself included."""
    if isinstance(value, Mapping):
        yield value
        for item in value.values():
            yield from parts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from parts(item)


class Directory:
    """What a base names; made once for each base, and asked together with the few rows that a world has changed."""

    def __init__(self, base: Base, schema: Schema) -> None:
        self.keys = {table.key: name for name, table in schema.tables.items()}
        """Key field -> its table. Of tables that share a key field's name, the last."""
        self.names: set[str] = set()
        self.entities: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
        """(field, identifier) -> parts of rows that have it; rows themselves are found by key."""
        for rows in base.tables.values():
            for key, row in rows.items():
                self.names.add(key)
                self._take(row)
        self.shapes = [shape for rows in base.tables.values() if (shape := _shape(rows)) is not None]

    def _take(self, row: Mapping[str, Any]) -> None:
        self.names.update(text for field, text in texts(row) if names_something(field) or field in self.keys)
        for found in parts(row):
            for place in _identified(found, self.keys):
                self.entities[place].append(found)

    def named(self, text: str) -> Iterator[str]:
        """What looks like the key of a row inside a text."""
        for shape in self.shapes:
            yield from shape.findall(text)


class Names:
    """What a world names: its base's directory and the rows that differ from the base."""

    def __init__(self, world: World, schema: Schema) -> None:
        self._world = world
        self.base = _directory(world.base, schema)
        self._changed = [(key, row) for _, key, _, row in world.changed() if row is not None]
        self._names = {key for key, _ in self._changed}
        for _, row in self._changed:
            self._names.update(text for field, text in texts(row) if names_something(field) or field in self.base.keys)

    def knows(self, identifier: str) -> bool:
        """Whether the world names it anywhere."""
        return identifier in self.base.names or identifier in self._names

    def entities(self, field: str, identifier: str) -> list[Mapping[str, Any]]:
        """Parts of rows that have an identifier in a field."""
        found = list(self.base.entities.get((field, identifier), ()))
        for _, row in self._changed:
            found += [part for part in parts(row) if part.get(field) == identifier]
        return found


def _directory(base: Base, schema: Schema) -> Directory:
    known = _DIRECTORIES.get(base)
    if known is None:
        known = _DIRECTORIES[base] = Directory(base, schema)
    return known


def _identified(part: Mapping[str, Any], keys: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for field, value in part.items():
        if isinstance(value, str) and names_something(field) and field not in keys:
            yield field, value


def _shape(keys: Iterable[str]) -> re.Pattern[str] | None:
    """What a table's keys look like in a text; None where that cannot be told from other words and numbers."""
    found: dict[tuple[str, int], None] = {}
    for key in keys:
        match = _NUMBERED.fullmatch(key)
        if match is None or not match[1] or match[1][-1].isdigit():
            return None
        found[match[1], len(match[2])] = None
        if len(found) > _MOST_PREFIXES:
            return None
    ways = "|".join(f"{re.escape(prefix)}\\d{{{digits}}}" for prefix, digits in found)
    return re.compile(rf"(?<![\w#])(?:{ways})(?!\w)") if ways else None
