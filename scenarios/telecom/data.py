"""Running on a data folder of tau2-bench instead of the drawn world: the company's records, and the user's phone."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from domain.errors import SettingError, WorldError
from domain.goal import Goal
from domain.setting import Dialect, OutsideData
from domain.tools import Toolset
from domain.world import Base, Tables, World
from scenarios.tau2 import read_goals, read_tasks
from scenarios.telecom.beginnings import Beginnings
from scenarios.telecom.tables import ACCOUNT_TABLES, PHONE, SCHEMA
from scenarios.telecom.tasks import begun, goal_of
from scenarios.telecom.tools import TOOLS

_AGENT, _USER = "db.json", "user_db.json"
_PHONE_TABLES = {"device": "phones", "surroundings": "surroundings"}


def read(folder: Path) -> Tables:
    """
    The tables in ``db.json`` and ``user_db.json``.

    Raises:
        SettingError: A file is not there, is not JSON, or its rows do not fit the setting's schema.
    """
    content = {"agent": _json(folder / _AGENT), "user": _json(folder / _USER)}
    try:
        rows = tables(content)
        SCHEMA.check_all(World(Base(rows, SCHEMA.sets)))
    except (SettingError, WorldError) as error:
        raise SettingError(f"{folder}: {error}") from error
    return rows


def tables(content: Mapping[str, Any]) -> Tables:
    """
    From the shape of the recordings to tables.

    Raises:
        SettingError: Something is missing, or is no list of objects with an id each.
    """
    agent, user = content.get("agent"), content.get("user")
    if not isinstance(agent, dict) or not isinstance(user, dict):
        raise SettingError(f"{_AGENT} and {_USER} must hold an object each")
    found = {table: dict(_keyed(agent.get(table), table, key)) for table, key in ACCOUNT_TABLES.items()}
    for part, table in _PHONE_TABLES.items():
        if not isinstance(user.get(part), dict):
            raise SettingError(f"{_USER}: an object is expected at {part!r}")
        found[table] = {PHONE: {"phone_id": PHONE, **user[part]}}
    return found


def _keyed(rows: Any, table: str, key: str) -> Iterable[tuple[str, dict[str, Any]]]:
    if not isinstance(rows, list):
        raise SettingError(f"{_AGENT}: a list is expected at {table!r}, not {type(rows).__name__}")
    for number, row in enumerate(rows):
        if not isinstance(row, dict) or not isinstance(row.get(key), str):
            raise SettingError(f"{_AGENT}: {table}[{number}] must be an object with {key!r}")
        yield row[key], row


def goals(folder: Path, world: World) -> list[Goal]:
    """
    The folder's tasks as goals, in their order.

    Raises:
        SettingError: There is no task file, or a task in it is malformed or names an unknown tool.
    """
    return read_goals(folder, [tool.name for tool in TOOLS], lambda task: goal_of(task, world))


def document(world: World) -> dict[str, Any]:
    """A world as recordings of tau2-bench write it."""
    user = {part: dict(world.row(table, PHONE) or {}) for part, table in _PHONE_TABLES.items()}
    for row in user.values():
        row.pop("phone_id", None)
    return {"agent": {table: [row for _, row in world.rows(table)] for table in ACCOUNT_TABLES}, "user": user}


def begins(folder: Path, world: World, task: str) -> World | None:
    """The world in which a task begins: as the folder's tasks say, or as its name does beside theirs; None where neither does."""
    with suppress(SettingError):
        initial = _beginnings(folder).initial(task)
        return begun(world, initial) if initial is not None else None
    return None


@lru_cache(maxsize=4)
def _beginnings(folder: Path) -> Beginnings:
    return Beginnings(read_tasks(folder, [tool.name for tool in TOOLS]))


DATA = OutsideData(
    read=read,
    goals=goals,
    document=document,
    tables=tables,
    begins=begins,
    dialects={"tau2": Dialect(Toolset(TOOLS), SCHEMA, tables, document, begin=begun)},
)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise SettingError(f"{path}: there is no such file; give a folder with {_AGENT}, {_USER} and tasks") from error
    except (OSError, ValueError) as error:
        raise SettingError(f"{path}: not to be read as JSON: {' '.join(str(error).split())}") from error
