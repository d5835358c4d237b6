"""Running on a data folder of tau2-bench instead of the drawn world: ``db.json`` and ``tasks.jsonl(.gz)`` or ``tasks.json``."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from domain.errors import SettingError, WorldError
from domain.goal import Goal
from domain.setting import Dialect, OutsideData
from domain.tools import Toolset
from domain.world import Base, Tables, World
from scenarios.retail.tasks import goal_of
from scenarios.retail.tau1 import TAU1
from scenarios.retail.tools import TOOLS
from scenarios.retail.world import SCHEMA, UNSET

_TABLES = ("users", "orders", "products")
_TASK_FILES = ("tasks.jsonl.gz", "tasks.jsonl", "tasks.json")


def read(folder: Path) -> Tables:
    """
    The tables in ``db.json``.

    Raises:
        SettingError: The file is not there, is not JSON, or its rows do not fit the shop's schema.
    """
    path = folder / "db.json"
    content = _json(_bytes(path), str(path))
    if not isinstance(content, dict) or not all(isinstance(content.get(table), dict) for table in _TABLES):
        raise SettingError(f"{path}: an object with {', '.join(_TABLES)} is expected, each an object of rows by their ids")
    for table in _TABLES:
        for key, row in content[table].items():
            if not isinstance(row, dict):
                raise SettingError(f"{path}: {table}.{key} must be an object, not {type(row).__name__}")
    tables = tables_of({"agent": content})
    try:
        SCHEMA.check_all(World(Base(tables, SCHEMA.sets)))
    except WorldError as error:
        raise SettingError(f"{path}: {error}") from error
    return tables


def goals(folder: Path, world: World) -> list[Goal]:
    """
    The folder's tasks as goals, in their order.

    Raises:
        SettingError: There is no task file, or a task in it is malformed or names an unknown tool.
    """
    path = next((folder / name for name in _TASK_FILES if (folder / name).is_file()), None)
    if path is None:
        raise SettingError(f"{folder}: there is none of {', '.join(_TASK_FILES)}; give a folder with tasks")
    found: dict[str, Goal] = {}
    for place, task in _tasks(path):
        name = _checked(task, place)
        if name in found:
            raise SettingError(f"{place}: there are two tasks {name!r}; ids must differ")
        found[name] = goal_of(task, world)
    return list(found.values())


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


def _tasks(path: Path) -> list[tuple[str, Any]]:
    """(place for errors, task) of each task in a file."""
    body = _bytes(path)
    if path.name.endswith(".json"):
        content = _json(body, str(path))
        if not isinstance(content, list):
            raise SettingError(f"{path}: a list of tasks is expected, not {type(content).__name__}")
        return [(f"{path}: task {number}", task) for number, task in enumerate(content)]
    lines = [(f"{path}: line {number}", line) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
    return [(place, _json(line, place)) for place, line in lines]


def _checked(task: Any, place: str) -> str:
    """The task's id, after a look at what will be read of it."""
    if not isinstance(task, dict) or not isinstance(task.get("id"), str | int):
        raise SettingError(f"{place}: a task is an object with an id")
    name = str(task["id"])
    instructions = _inside(task, "user_scenario", "instructions")
    if not isinstance(instructions, str | dict):
        raise SettingError(f"{place}: task {name!r} has no user_scenario.instructions")
    actions = _inside(task, "evaluation_criteria", "actions")
    if not isinstance(actions, list | None):
        raise SettingError(f"{place}: task {name!r}: evaluation_criteria.actions must be a list")
    known = {tool.name: tool for tool in TOOLS}
    for action in actions or ():
        if not isinstance(action, dict) or not isinstance(action.get("arguments"), dict):
            raise SettingError(f"{place}: task {name!r}: an action is an object with name and arguments; found {action!r}")
        if action.get("name") not in known:
            raise SettingError(f"{place}: task {name!r} names the tool {action.get('name')!r}; there are {', '.join(known)}")
    return name


def _inside(task: Mapping[str, Any], *path: str) -> Any:
    value: Any = task
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _bytes(path: Path) -> bytes:
    try:
        body = path.read_bytes()
        return gzip.decompress(body) if path.suffix == ".gz" else body
    except FileNotFoundError as error:
        raise SettingError(f"{path}: there is no such file; give a folder with db.json and tasks") from error
    except (OSError, EOFError) as error:
        raise SettingError(f"{path}: it cannot be read: {' '.join(str(error).split())}") from error


def _json(body: bytes, place: str) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise SettingError(f"{place}: not JSON: {error}") from error
