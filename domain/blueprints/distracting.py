"""Distractor rows: twins of what somebody owns, so that a look-up shows more than what is asked for (ScaleEnv)."""

import string
from collections.abc import Iterator
from random import Random
from typing import Any

from domain.errors import WorldError
from domain.schema import Schema, follow
from domain.transaction import Transaction
from domain.values import FrozenDict, thaw
from domain.world import World
from events.tools import Change

_ATTEMPTS = 20


def distractor(world: World, schema: Schema, who: str, rng: Random) -> tuple[Change, ...]:
    """
    Changes that give somebody one more row, alike but for its key, and listed where the other one is.

    Args:
        who: Key of the row of somebody who owns others: named in it, or naming it, or whom it names.

    Returns:
        None where they own nothing, or nothing that the schema lets be there twice.
    """
    owned = sorted(set(_owned(world, schema, who)))
    for table, key in rng.sample(owned, min(len(owned), _ATTEMPTS)):
        changes = _twin(world, schema, table, key, rng)
        try:
            schema.check(world.with_changes(changes), changes)
        except WorldError:
            continue
        return changes
    return ()


def _owned(world: World, schema: Schema, who: str) -> Iterator[tuple[str, str]]:
    """(table, key) of rows of somebody: those that their own row lists, and those that belong to them or to whom they belong to."""
    table = next((name for name in schema.tables if world.row(name, who) is not None), None)
    row = world.row(table, who) if table is not None else None
    if row is None or table is None:
        return
    masters = {(table, who)}
    for path, target in schema.tables[table].references.items():
        keys = [str(value) for value in follow(row, path.split(".")) if value is not None]
        if path.endswith("[]"):
            yield from ((target, key) for key in keys)
        else:
            masters |= {(target, key) for key in keys}
    for name, shape in schema.tables.items():
        for path, target in shape.references.items():
            if name != table and "[]" not in path and "{}" not in path:
                yield from ((name, key) for owner, master in masters if owner == target for key, _ in world.where(name, path, master))


def _twin(world: World, schema: Schema, table: str, key: str, rng: Random) -> tuple[Change, ...]:
    row = world.row(table, key)
    new = _fresh(world, table, key, rng)
    if row is None or new is None:
        return ()
    transaction = Transaction(world)
    transaction.insert(table, new, {**thaw(row), schema.tables[table].key: new})
    for name, shape in schema.tables.items():
        for field in (path.removesuffix("[]") for path, target in shape.references.items() if target == table and path.endswith("[]")):
            for owner, other in world.rows(name):
                if "." not in field and key in _listed(other, field):
                    transaction.update(name, owner, **{field: [*other[field], new]})
    return transaction.changes


def _listed(row: FrozenDict, field: str) -> Any:
    return row.get(field) or ()


def _fresh(world: World, table: str, key: str, rng: Random) -> str | None:
    """A key of the same form that the table does not have; None where the form leaves no other."""
    for _ in range(_ATTEMPTS):
        digits = any(letter.isdigit() for letter in key)
        signs = (
            rng.choice(string.digits)
            if letter.isdigit()
            else rng.choice(string.ascii_uppercase)
            if not digits and letter.isupper()
            else letter
            for letter in key
        )
        new = "".join(signs)
        if world.row(table, new) is None:
            return new
    return None
