"""A transaction notes what is read, holds back what is written, and hands out nothing that can be changed."""

from typing import Any

import pytest

from domain.errors import KeyError_, Refusal
from domain.transaction import Transaction
from domain.world import World
from tests.parcels import base


@pytest.fixture
def world() -> World:
    return World(base())


@pytest.fixture
def open_world(world: World) -> Transaction:
    return Transaction(world, seed=7, position=3)


def test_reads_are_noted(open_world: Transaction) -> None:
    """Field by field, in order of first reading; a whole row or table stands for its fields; absence counts."""
    row = open_world.get("returns", "R-1")
    assert row["status"] == "open"
    assert row["amount"] == 25
    assert row.get("note") is None
    assert "status" in row
    assert open_world.find("returns", "R-404") is None
    assert dict(open_world.get("customers", "C-1"))["name"] == "Ada"
    assert [key for key, found in open_world.where("returns", "status", "open") if found["amount"] == 0] == ["R-3"]

    assert open_world.reads == (
        ("returns", "R-1", "status"),
        ("returns", "R-1", "amount"),
        ("returns", "R-1", "note"),
        ("returns", "R-404", "*"),
        ("customers", "C-1", "*"),
        ("returns", "*", "status"),
        ("returns", "R-3", "amount"),
    )


def test_a_whole_table_is_one_read(open_world: Transaction) -> None:
    """Going through a table notes the table, not its rows."""
    assert sum(row["amount"] for _, row in open_world.rows("returns")) == 34.5
    assert open_world.reads == (("returns", "*", "*"),)


def test_writes_are_seen_inside_only(open_world: Transaction, world: World) -> None:
    """The tool sees what it wrote, in the table's order; the world does not."""
    open_world.update("returns", "R-1", status="collected")
    open_world.delete("returns", "R-2")
    open_world.insert("returns", "R-0", {"return_id": "R-0", "status": "open"})

    assert [(key, row["status"]) for key, row in open_world.rows("returns")] == [("R-1", "collected"), ("R-3", "open"), ("R-0", "open")]
    assert [key for key, _ in open_world.where("returns", "status", "open")] == ["R-3", "R-0"]
    assert open_world.find("returns", "R-2") is None
    assert world.row("returns", "R-1")["status"] == "open"  # type: ignore[index]
    assert world.with_changes(open_world.changes).document()["returns"].keys() == {"R-1", "R-3", "R-0"}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (25, 25, False),
        (25, 26, True),
        (25, 25.0, True),
        (1, True, True),
        ([1], [True], True),
        ([1, {"a": 2}], [1, {"a": 2}], False),
        (None, None, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
    ],
)
def test_a_change_is_a_difference(before: Any, after: Any, changed: bool) -> None:
    """Writing what is there already is no change; a different type is one."""
    transaction = Transaction(World.of(t={"k": {"v": before, "w": 1}}))
    transaction.update("t", "k", v=after, w=1)

    assert [change.field for change in transaction.changes] == (["v"] if changed else [])


def test_written_back_is_not_changed(open_world: Transaction) -> None:
    """Only the difference between before and after the call counts, not the way there."""
    open_world.update("returns", "R-1", amount=1)
    open_world.update("returns", "R-1", amount=25)
    open_world.insert("returns", "R-9", {})
    open_world.delete("returns", "R-9")

    assert open_world.changes == ()


def test_rows_cannot_be_changed(open_world: Transaction) -> None:
    """Neither a row nor what is in it, nor what was handed in."""
    tags = ["late"]
    open_world.update("returns", "R-3", tags=tags)
    tags.append("gift")
    row = open_world.get("returns", "R-1")

    with pytest.raises(TypeError):
        row["status"] = "collected"  # type: ignore[index]
    with pytest.raises(TypeError, match=r"world\.update"):
        row["tags"].append("late")
    with pytest.raises(TypeError, match=r"world\.update"):
        open_world.get("customers", "C-1")["address"]["city"] = "Bruges"
    assert open_world.get("returns", "R-3")["tags"] == ["late"]


def test_keys_are_checked(open_world: Transaction) -> None:
    """Taken and missing keys are bugs of the tool; a missing row that is asked for is a refusal."""
    with pytest.raises(KeyError_, match=r"returns\.R-1 cannot be inserted: the key is taken"):
        open_world.insert("returns", "R-1", {})
    with pytest.raises(KeyError_, match="no such row"):
        open_world.update("returns", "R-404", status="open")
    with pytest.raises(KeyError_, match="no such row"):
        open_world.delete("returns", "R-404")
    with pytest.raises(Refusal, match="returns has no 'R-404'"):
        open_world.get("returns", "R-404")
    assert open_world.changes == ()


def test_identifiers_come_from_seed_and_position(world: World) -> None:
    """The same call draws the same names; another position, another draw; a taken name is passed over."""
    first, again = (Transaction(world, seed=7, position=3) for _ in range(2))
    names = [first.fresh_id("returns", "R-", digits=1) for _ in range(20)]

    assert names == [again.fresh_id("returns", "R-", digits=1) for _ in range(20)]
    assert not {"R-1", "R-2", "R-3"} & set(names)
    assert Transaction(world, seed=7, position=4).fresh_id("returns", "R-") != Transaction(world, seed=7, position=3).fresh_id(
        "returns", "R-"
    )
