"""Running on a data folder of tau2-bench instead of the drawn world; the folder's flights have their dates inside."""

from pathlib import Path

from domain.goal import Goal
from domain.setting import Dialect, OutsideData
from domain.tools import Toolset
from domain.world import Tables, World
from scenarios.airline.convert import document, tables
from scenarios.airline.tables import SCHEMA
from scenarios.airline.tasks import goal_of
from scenarios.airline.tau1 import TAU1
from scenarios.airline.tools import TOOLS
from scenarios.tau2 import read_goals, read_tables

_TABLES = ("users", "flights", "reservations")


def read(folder: Path) -> Tables:
    """
    The tables in ``db.json``.

    Raises:
        SettingError: The file is not there, is not JSON, or its rows do not fit the airline's schema.
    """
    return read_tables(folder, _TABLES, lambda content: dict(tables({"agent": content})), SCHEMA)


def goals(folder: Path, world: World) -> list[Goal]:
    """
    The folder's tasks as goals, in their order.

    Raises:
        SettingError: There is no task file, or a task in it is malformed or names an unknown tool.
    """
    return read_goals(folder, [tool.name for tool in TOOLS], lambda task: goal_of(task, world))


DATA = OutsideData(
    read=read,
    goals=goals,
    document=document,
    tables=tables,
    dialects={"tau1": TAU1, "tau2": Dialect(Toolset(TOOLS), SCHEMA, tables, document)},
)
