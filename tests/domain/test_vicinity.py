"""Which rows a call is about: those that it names first, never more than there is room for, the same each time."""

from functools import cache

import orjson

from actors.plan import Place, prepare
from domain.simulated import Asked, SimulatedTool
from domain.values import FrozenDict
from domain.vicinity import MOST_CHARACTERS, MOST_ROWS, vicinity
from domain.world import World
from events.tools import Change
from scenarios.load import load


@cache
def place(name: str) -> Place:
    """A setting with all its tools simulated."""
    return prepare(load(name), 1, None, ("all",))


def asked(name: str, tool: str, world: World | None = None, **arguments: object) -> Asked:
    """A call in a setting's world."""
    made = place(name)
    simulated = made.setting.toolset[tool]
    assert isinstance(simulated, SimulatedTool)
    return Asked(simulated, "assistant", "c1", arguments, world or made.world, made.setting.schema, made.setting.clock)


def order(number: int = 0) -> tuple[str, dict[str, object]]:
    """An order of the retail world."""
    return list(place("retail").world.rows("orders"))[number]


def test_what_a_call_names_comes_first_and_then_what_that_refers_to() -> None:
    """An order, its customer, its products; no row that has nothing to do with it."""
    key, row = order()

    found = vicinity(asked("retail", "get_order_details", order_id=key)).rows

    places = [(one.table, one.key) for one in found]
    assert places[0] == ("orders", key)
    assert places[1] == ("users", row["user_id"])
    assert {table for table, _ in places[2:]} <= {"products", "orders", "users"}
    assert all(one.row.get("user_id") in (row["user_id"], None) for one in found if one.table == "orders")


def test_rows_are_found_by_what_they_hold() -> None:
    """By an address in any capitals, and by several texts together before one of them."""
    user, row = list(place("retail").world.rows("users"))[7]

    by_email = vicinity(asked("retail", "find_user_id_by_email", email=str(row["email"]).upper()))
    names = {**row["name"], "zip": row["address"]["zip"]}
    by_name = vicinity(asked("retail", "find_user_id_by_name_zip", **names))

    assert (by_email.rows[0].table, by_email.rows[0].key) == ("users", user)
    assert (by_name.rows[0].table, by_name.rows[0].key) == ("users", user)


def test_a_tool_that_names_nothing_is_shown_its_table() -> None:
    """As far as there is room; what was left out is counted."""
    call = asked("retail", "list_all_product_types")
    products = len(list(place("retail").world.rows("products")))

    assert len(vicinity(call).rows) + vicinity(call).left_out == products
    assert len(vicinity(call, most_rows=3).rows) == 3
    assert vicinity(call, most_rows=3).left_out == products - 3
    few = vicinity(call, most_characters=4000)
    assert sum(len(orjson.dumps(one.row)) for one in few.rows) <= 4000
    assert 0 < len(few.rows) < products


def test_rows_are_shown_as_they_are_now() -> None:
    """What a conversation has changed or removed is found, or not, by what it is now."""
    key, row = order(1)
    moved = place("retail").world.with_changes([Change(table="orders", key=key, field="status", before=row["status"], after="on the moon")])
    gone = place("retail").world.with_changes([Change(table="orders", key=key, before=dict(row))])

    assert near("get_order_details", moved, order_id=key)["orders", key]["status"] == "on the moon"
    assert ("orders", key) in near("get_order_details", moved, order_id="On the moon")
    assert ("orders", key) not in near("get_order_details", gone, order_id=key)


def near(tool: str, world: World, **arguments: object) -> dict[tuple[str, str], FrozenDict]:
    """Rows near a call in a retail world, by place."""
    return {(one.table, one.key): one.row for one in vicinity(asked("retail", tool, world, **arguments)).rows}


def test_every_call_has_a_bounded_and_equal_vicinity() -> None:
    """Of every tool of both settings, whatever it is asked."""
    for name in ("retail", "supply_chain"):
        some = [next(place(name).world.rows(table), None) for table in place(name).setting.schema.tables]
        keys = [row[0] for row in some if row is not None]
        for tool in place(name).setting.toolset:
            call = asked(name, tool, **{f"argument_{number}": key for number, key in enumerate(keys)})
            found = vicinity(call)
            assert found == vicinity(call)
            assert len(found.rows) <= MOST_ROWS
            assert sum(len(orjson.dumps(one.row)) for one in found.rows) <= MOST_CHARACTERS
