"""Running on a data folder of tau2-bench instead of the drawn world: ``db.json`` and ``tasks.jsonl(.gz)`` or ``tasks.json``."""

from pathlib import Path
from typing import Any

from domain.goal import Goal
from domain.setting import Dialect, OutsideData
from domain.tools import Toolset
from domain.world import Tables, World
from scenarios.retail.tasks import goal_of
from scenarios.retail.tau1 import TAU1
from scenarios.retail.tools import TOOLS
from scenarios.retail.world import SCHEMA, UNSET
from scenarios.tau2 import read_goals, read_tables

_TABLES = ("users", "orders", "products")


def read(folder: Path) -> Tables:
    """
    The tables in ``db.json``.

    Raises:
        SettingError: The file is not there, is not JSON, or its rows do not fit the shop's schema.
    """
    return read_tables(folder, _TABLES, lambda content: dict(tables_of({"agent": content})), SCHEMA)


def goals(folder: Path, world: World) -> list[Goal]:
    """
    The folder's tasks as goals, in their order.

    Raises:
        SettingError: There is no task file, or a task in it is malformed or names an unknown tool.
    """
    return read_goals(folder, [tool.name for tool in TOOLS], lambda task: goal_of(task, world))


def document(world: World) -> dict[str, Any]:
    """A world as recordings of tau2-bench write it: the agent's side alone, the user has none here."""
    return {"agent": world.document()}


def tables_of(content: dict[str, Any]) -> Tables:
    """The way back from ``document``; orders may lack what is null of them."""
    db = content["agent"]
    orders = {key: {**order, **{field: order.get(field) for field in UNSET}} for key, order in db["orders"].items()}
    return {"users": db["users"], "orders": orders, "products": db["products"]}


DATA = OutsideData(
    read=read,
    goals=goals,
    document=document,
    tables=tables_of,
    dialects={"tau1": TAU1, "tau2": Dialect(Toolset(TOOLS), SCHEMA, tables_of, document)},
)
