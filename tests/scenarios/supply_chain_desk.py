"""What the supply chain's tests share: a drawn world, calls against it, and rows to call about."""

from collections.abc import Mapping
from functools import cache
from random import Random
from typing import Any

import pytest

from domain.errors import Refusal
from domain.transaction import Transaction
from domain.world import Base, World
from scenarios.supply_chain.tools import TOOLS
from scenarios.supply_chain.world import SCHEMA, draw_world

NOW = "2026-03-09T08:31:00+00:00"
_TOOLS = {tool.name: tool for tool in TOOLS}


@cache
def world() -> World:
    """The same drawn world for all tests."""
    return World(Base(draw_world(Random(7)), SCHEMA.sets))


def first(table: str, **fields: Any) -> str:
    """Key of the first row with these values; a tuple means one of its values."""

    def fits(row: Mapping[str, Any]) -> bool:
        return all(row[name] in value if isinstance(value, tuple) else row[name] == value for name, value in fields.items())

    return next(key for key, row in world().rows(table) if fits(row))


def row(table: str, key: str, at: World | None = None) -> Mapping[str, Any]:
    """A row that is there."""
    found = (at or world()).row(table, key)
    assert found is not None
    return found


def changed(table: str, key: str, **fields: Any) -> World:
    """The drawn world with a row changed; not checked."""
    transaction = Transaction(world())
    transaction.update(table, key, **fields)
    return world().with_changes(transaction.changes)


def call(tool: str, at: World | None = None, **arguments: Any) -> tuple[Any, World]:
    """A tool's answer, and the world after it, checked against the schema."""
    before = at or world()
    transaction = Transaction(before, now=NOW)
    _TOOLS[tool].check(arguments)
    answer = _TOOLS[tool].run(transaction, arguments)
    after = before.with_changes(transaction.changes)
    assert bool(transaction.changes) == _TOOLS[tool].writes
    SCHEMA.check(after, transaction.changes)
    return answer, after


def refused(tool: str, at: World | None = None, **arguments: Any) -> str:
    """The code of a refusal; its reason must be a sentence."""
    with pytest.raises(Refusal) as caught:
        call(tool, at, **arguments)
    assert caught.value.reason[0].isupper() or caught.value.reason[0].isdigit() or caught.value.reason[0] == "'"
    assert caught.value.reason.endswith(".")
    return caught.value.code
