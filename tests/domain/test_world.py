"""The world: base and overlay read as one, in one order; frozen throughout."""

import copy
from collections import OrderedDict
from typing import Any

import pytest

from domain.values import FrozenDict, FrozenList, canonical, freeze, plain, thaw
from domain.world import Base, World
from events.conversation import AssistantSpoke
from events.tools import Change, ToolAnswered
from tests.parcels import TABLES, base


def change(table: str, key: str, field: str | None = None, **sides: Any) -> Change:
    return Change(table=table, key=key, field=field, **sides)


def test_rows_keep_their_order_when_they_change() -> None:
    """A changed row stands where it stood; a new one stands last; ``where`` gives the same order as ``rows``."""
    world = World(base()).with_changes(
        [
            change("returns", "R-0", after={"return_id": "R-0", "customer_id": "C-1"}),
            change("returns", "R-1", "status", before="open", after="collected"),
            change("returns", "R-3", "customer_id", before="C-2", after="C-1"),
            change("returns", "R-2", before=dict(TABLES["returns"]["R-2"])),
        ]
    )

    assert [key for key, _ in world.rows("returns")] == ["R-1", "R-3", "R-0"]
    assert [key for key, _ in world.where("returns", "customer_id", "C-1")] == ["R-1", "R-3", "R-0"]
    assert list(world.where("returns", "customer_id", "C-2")) == []
    assert list(world.where("nothing", "customer_id", "C-2")) == []


def test_forks_do_not_see_each_other() -> None:
    """Two worlds that came from one hold what each of them changed."""
    world = World(base())
    left = world.with_changes([change("returns", "R-1", "amount", after=1)])
    right = world.with_changes([change("returns", "R-1", "amount", after=2)])

    amounts = [each.row("returns", "R-1")["amount"] for each in (world, left, right)]  # type: ignore[index]
    assert amounts == [25, 1, 2]
    assert len({world.digest, left.digest, right.digest}) == 3


def test_an_absent_field_is_not_a_null_field() -> None:
    """Adding null and taking a field away are changes of their own."""
    world = World(base())
    null = world.with_changes([change("returns", "R-1", "note", absent="before")])
    absent = null.with_changes([change("returns", "R-1", "note", absent="after")])

    assert null.row("returns", "R-1") == {**TABLES["returns"]["R-1"], "note": None}
    assert null.digest != world.digest == absent.digest


def test_only_an_answer_evolves_the_world() -> None:
    """Words are no facts, and an answer without effect gives the very same world."""
    world = World(base())
    answer = ToolAnswered(
        agent="a", call_id="c1", observation=None, changes=(change("returns", "R-1", before=dict(TABLES["returns"]["R-1"])),)
    )

    assert world.evolve(AssistantSpoke(agent="a", content="R-1 is gone.")) is world
    assert world.evolve(answer.model_copy(update={"changes": ()})) is world
    assert world.evolve(answer).row("returns", "R-1") is None


def test_the_base_is_not_the_callers() -> None:
    """What the caller does to the tables afterwards does not reach the world; the document makes it again."""
    tables = copy.deepcopy(TABLES)
    mine = base(tables)
    digest = World(mine).digest
    tables["returns"]["R-1"]["tags"].append("late")

    assert World(mine).digest == digest == World(Base.of_document(mine.document())).digest


@pytest.mark.parametrize("mutable", [dict, OrderedDict])
def test_frozen_values_refuse(mutable: type[dict[str, Any]]) -> None:
    """At every depth, by every method; a thawed copy may be changed."""
    frozen = freeze(mutable({"list": [1, {"a": (2,)}], "n": 1}))

    assert type(frozen) is FrozenDict
    assert type(frozen["list"][1]["a"]) is FrozenList
    for act in (
        lambda: frozen.update(n=2),
        lambda: frozen.__setitem__("n", 2),
        lambda: frozen.__delitem__("n"),
        lambda: frozen.pop("n"),
        frozen.popitem,
        lambda: frozen.setdefault("m", 2),
        frozen.clear,
        lambda: frozen.__ior__({"n": 2}),
        lambda: frozen["list"].append(1),
        lambda: frozen["list"].__setitem__(0, 2),
        lambda: frozen["list"].__iadd__([1]),
        frozen["list"].sort,
        lambda: frozen["list"][1]["a"].extend([1]),
    ):
        with pytest.raises(TypeError, match=r"world\.update"):
            act()
    thawed = thaw(frozen)
    thawed["list"][1]["a"].append(3)
    assert frozen == {"list": [1, {"a": [2]}], "n": 1}
    assert freeze(frozen) is frozen
    assert copy.deepcopy(frozen) == frozen


def test_canonical_bytes_follow_equality() -> None:
    """Equal numbers have equal bytes up to 64 bits; True is not 1; what JSON cannot hold is refused."""
    assert canonical({"b": 25, "a": [1.0]}) == canonical({"a": [1], "b": 25.0})
    assert canonical(2.0**60) == canonical(2**60)
    assert canonical(-0.0) == canonical(0)
    assert canonical(True) != canonical(1)
    assert canonical("1") != canonical(1)
    for beyond in (float("nan"), float("inf"), 2**64, "\ud800", {"a": {1, 2}}, {1: 2}):
        with pytest.raises(ValueError, match=r"."):
            canonical(beyond)


def test_results_become_plain_json() -> None:
    """Sets are sorted, tuples are lists, lone surrogates are replaced; numbers that JSON cannot hold are refused."""
    assert plain({"a": ("x", {"c", "b"}), 1: FrozenDict(z=None)}) == {"a": ["x", ["b", "c"]], "1": {"z": None}}
    assert plain({"\ud800": "\udfff"}) == {"?": "?"}
    for bad in (float("nan"), float("-inf"), 2**64, object(), b"bytes"):
        with pytest.raises(ValueError, match=r"."):
            plain([bad])
