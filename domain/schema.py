"""What a world's rows must look like: tables, keys, foreign keys, invariants. Checked before changes become events."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema_rs

from domain.errors import InvariantError, KeyError_, ReferenceError_, SchemaError
from domain.values import FrozenDict
from domain.world import World
from events.tools import Change


@dataclass(frozen=True)
class Table:
    """One table's rows.

    Args:
        key: Field that repeats the row's key.
        columns: Field -> JSON schema of its value. Other fields are not allowed.
        optional: Fields that a row may lack.
        references: Path -> table. A path is field names joined by dots; ``[]`` after a name means each item of a
            list, ``{}`` each key of an object: ``items[].product_id``. A null does not point anywhere.
    """

    key: str
    columns: Mapping[str, Mapping[str, Any]]
    optional: frozenset[str] = frozenset()
    references: Mapping[str, str] = field(default_factory=dict)
    sets: frozenset[str] = frozenset()
    """List fields whose order means nothing."""

    @cached_property
    def validator(self) -> Any:
        """Compiled from the columns."""
        return jsonschema_rs.validator_for(
            {
                "type": "object",
                "properties": {name: dict(schema) for name, schema in self.columns.items()},
                "required": [name for name in self.columns if name not in self.optional],
                "additionalProperties": False,
            }
        )


@dataclass(frozen=True)
class Invariant:
    """A sentence about each row of a table that must hold after every change to it."""

    id: str
    table: str
    sentence: str
    holds: Callable[[FrozenDict, World], bool]


@dataclass(frozen=True)
class Schema:
    """All tables of a setting."""

    tables: Mapping[str, Table]
    invariants: tuple[Invariant, ...] = ()

    @property
    def sets(self) -> list[tuple[str, str]]:
        """(table, field) of lists whose order means nothing."""
        return sorted((name, field) for name, table in self.tables.items() for field in table.sets)

    def check(self, after: World, changes: Iterable[Change]) -> None:
        """Check what changed.

        Args:
            after: The world as the changes would leave it.

        Raises:
            WorldError: Something would not fit; its kind says what.
        """
        for table, key in dict.fromkeys((change.table, change.key) for change in changes):
            row = after.row(table, key)
            if row is None:
                self._check_deleted(after, table, key)
            else:
                self.check_row(after, table, key, row)

    def check_all(self, world: World) -> None:
        """Check every row, as after loading.

        Raises:
            WorldError: Something does not fit.
        """
        for table in world.tables():
            for key, row in world.rows(table):
                self.check_row(world, table, key, row)

    def check_row(self, world: World, table: str, key: str, row: FrozenDict) -> None:
        """Check one row against its table, its references and its invariants."""
        shape = self.tables.get(table)
        if shape is None:
            raise SchemaError(f"there is no table {table!r}; the setting has {', '.join(self.tables)}")
        for error in shape.validator.iter_errors(row):
            where = ".".join(map(str, [table, key, *error.instance_path]))
            raise SchemaError(f"{where}: {error.message}")
        if row[shape.key] != key:
            raise KeyError_(f"{table}.{key}: its field {shape.key!r} says {row[shape.key]!r}")
        for path, target in shape.references.items():
            for value in follow(row, path.split(".")):
                if value is not None and world.row(target, str(value)) is None:
                    raise ReferenceError_(f"{table}.{key}.{path} is {value!r}, but {target} has no such row")
        for invariant in self.invariants:
            if invariant.table == table and not invariant.holds(row, world):
                raise InvariantError(f"{table}.{key}: {invariant.sentence} [{invariant.id}]")

    def _check_deleted(self, after: World, table: str, key: str) -> None:
        for name, shape in self.tables.items():
            for path, target in shape.references.items():
                if target != table:
                    continue
                for other, row in after.rows(name):
                    if any(str(value) == key for value in follow(row, path.split("."))):
                        raise ReferenceError_(f"{table}.{key} cannot be deleted: {name}.{other}.{path} points to it")


def follow(value: Any, path: list[str]) -> Iterator[Any]:
    """All values at a path of a row; see ``Table.references``."""
    if not path:
        yield value
        return
    step, rest = path[0], path[1:]
    if step.endswith("[]"):
        for item in (value.get(step[:-2]) or ()) if isinstance(value, dict) else ():
            yield from follow(item, rest)
    elif step.endswith("{}"):
        for name in (value.get(step[:-2]) or {}) if isinstance(value, dict) else ():
            yield from follow(name, rest)
    elif isinstance(value, dict) and step in value:
        yield from follow(value[step], rest)
