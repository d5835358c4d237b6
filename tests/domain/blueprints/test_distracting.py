"""Distractor rows look like the others, and break nothing."""

from random import Random

import pytest

from domain.blueprints.distracting import distractor
from domain.schema import Schema, Table
from domain.world import Base, World

SCHEMA = Schema(
    {
        "users": Table("user_id", {"user_id": {}, "orders": {}}, references={"orders[]": "orders"}),
        "orders": Table("order_id", {"order_id": {}, "user_id": {}}, references={"user_id": "users"}),
        "notes": Table("note_id", {"note_id": {}, "user_id": {}}, references={"user_id": "users"}),
    }
)
WORLD = World(
    Base(
        {
            "users": {"U-1": {"user_id": "U-1", "orders": ["#W1"]}, "U-2": {"user_id": "U-2", "orders": []}},
            "orders": {"#W1": {"order_id": "#W1", "user_id": "U-1"}},
            "notes": {"N-77": {"note_id": "N-77", "user_id": "U-1"}},
        }
    )
)


@pytest.mark.parametrize("seed", range(8))
def test_a_twin_is_listed_where_the_other_one_is(seed: int) -> None:
    """The twin has another key of the same form, and its owner lists it."""
    changes = distractor(WORLD, SCHEMA, "U-1", Random(seed))

    after = WORLD.with_changes(changes)
    new = [(table, key) for table, key, before, _ in after.changed() if before is None]
    assert len(new) == 1
    table, key = new[0]
    assert len(key) == (3 if table == "orders" else 4)
    assert after.row(table, key)["user_id"] == "U-1"
    assert table == "notes" or key in after.row("users", "U-1")["orders"]
    SCHEMA.check(after, changes)


def test_who_owns_nothing_gets_nothing() -> None:
    """Somebody without rows has no twin of any."""
    assert distractor(WORLD, SCHEMA, "U-2", Random(0)) == ()
    assert distractor(WORLD, SCHEMA, "nobody", Random(0)) == ()
