"""What a world's rows must look like, checked before changes become events."""

from typing import Any

import pytest

from domain.errors import InvariantError, KeyError_, ReferenceError_, SchemaError, WorldError
from domain.schema import Schema, Table, follow
from domain.world import World
from events.tools import Change
from tests.parcels import SCHEMA, TABLES, base

ROW: dict[str, Any] = TABLES["returns"]["R-1"]


@pytest.mark.parametrize(
    ("change", "kind", "text"),
    [
        (Change(table="returns", key="R-1", field="status", after="lost"), SchemaError, r"^returns\.R-1\.status: "),
        (Change(table="returns", key="R-1", field="amount", after="25"), SchemaError, r"^returns\.R-1\.amount: "),
        (Change(table="returns", key="R-1", field="tags", after=["a", 1]), SchemaError, r"^returns\.R-1\.tags\.1: "),
        (Change(table="returns", key="R-1", field="colour", after="red"), SchemaError, "colour"),
        (Change(table="returns", key="R-1", field="amount", absent="after"), SchemaError, "amount"),
        (Change(table="returns", key="R-1", field="return_id", after="R-9"), KeyError_, "says 'R-9'"),
        (Change(table="returns", key="R-9", after=ROW), KeyError_, "says 'R-1'"),
        (Change(table="returns", key="R-1", field="customer_id", after="C-9"), ReferenceError_, "customers has no such row"),
        (
            Change(table="customers", key="C-2", before=TABLES["customers"]["C-2"]),
            ReferenceError_,
            r"returns\.R-3\.customer_id points to it",
        ),
        (Change(table="returns", key="R-1", field="amount", after=-1), InvariantError, r"never negative.*not-negative"),
        (Change(table="parcels", key="P-1", after={}), SchemaError, "there is no table 'parcels'"),
    ],
)
def test_what_does_not_fit_is_named(change: Change, kind: type[WorldError], text: str) -> None:
    """Each kind of misfit, with its place."""
    world = World(base()).with_changes([change])

    with pytest.raises(kind, match=text):
        SCHEMA.check(world, [change])


def test_what_fits_passes() -> None:
    """The parcel world as it is, an optional field that goes, and a parent deleted with its children."""
    SCHEMA.check_all(World(base()))
    changes = [
        Change(table="returns", key="R-1", field="note", after=None, absent="before"),
        Change(table="returns", key="R-3", before=TABLES["returns"]["R-3"]),
        Change(table="customers", key="C-2", before=TABLES["customers"]["C-2"]),
    ]
    SCHEMA.check(World(base()).with_changes(changes), changes)


def test_paths_reach_into_lists_and_objects() -> None:
    """``[]`` stands for each item, ``{}`` for each key, and what is not there points nowhere."""
    row = {"items": [{"product": "P-1"}, {"product": "P-2"}, {}], "stock": {"W-1": 1, "W-2": 0}, "owner": {"id": "C-1"}, "none": None}

    assert list(follow(row, ["items[]", "product"])) == ["P-1", "P-2"]
    assert list(follow(row, ["stock{}"])) == ["W-1", "W-2"]
    assert list(follow(row, ["owner", "id"])) == ["C-1"]
    assert list(follow(row, ["none[]", "product"])) == list(follow(row, ["gone", "id"])) == list(follow(row, ["none", "id"])) == []


def test_references_inside_rows_are_checked() -> None:
    """A list of references is checked item by item; null points nowhere."""
    text = {"type": "string"}
    schema = Schema({"a": Table("id", {"id": text, "to": {}}, references={"to[].b": "b"}), "b": Table("id", {"id": text})})
    world = World.of(a={"1": {"id": "1", "to": [{"b": "x"}, {"b": None}]}}, b={"x": {"id": "x"}})
    schema.check_all(world)
    change = Change(table="b", key="x", before={"id": "x"})

    with pytest.raises(ReferenceError_, match=r"a\.1\.to\[\]\.b points to it"):
        schema.check(world.with_changes([change]), [change])
