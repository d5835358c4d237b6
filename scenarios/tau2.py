"""What settings after tau2-bench share: reading its data folders, ``db.json`` and ``tasks.jsonl(.gz)`` or ``tasks.json``, and a tool."""

import gzip
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from domain.errors import SettingError, WorldError
from domain.goal import Goal
from domain.schema import Schema
from domain.tools import tool
from domain.transaction import Transaction
from domain.world import Base, Tables, World

_TASK_FILES = ("tasks.jsonl.gz", "tasks.jsonl", "tasks.json")
_INSTRUCTIONS = ("reason_for_call", "known_info", "unknown_info", "task_instructions")


@tool
def transfer_to_human_agents(world: Transaction, summary: str) -> str:  # noqa: ARG001
    """
    Hand the user over to a person, when they ask for one or when no tool can do what they need.

    Args:
        summary: What the user wants and what has been done so far.
    """
    return "Transfer successful"


def read_tables(folder: Path, names: Sequence[str], convert: Callable[[Any], dict[str, Any]], schema: Schema) -> Tables:
    """
    The tables in ``db.json``.

    Args:
        names: Tables that must be there, each an object of rows by their ids.
        convert: From the file's tables to the setting's.

    Raises:
        SettingError: The file is not there, is not JSON, or its rows do not fit the schema.
    """
    path = folder / "db.json"
    content = _json(_bytes(path), str(path))
    if not isinstance(content, dict) or not all(isinstance(content.get(name), dict) for name in names):
        raise SettingError(f"{path}: an object with {', '.join(names)} is expected, each an object of rows by their ids")
    for name in names:
        for key, row in content[name].items():
            if not isinstance(row, dict):
                raise SettingError(f"{path}: {name}.{key} must be an object, not {type(row).__name__}")
    tables = convert(content)
    try:
        schema.check_all(World(Base(tables, schema.sets)))
    except WorldError as error:
        raise SettingError(f"{path}: {error}") from error
    return tables


def read_goals(folder: Path, tools: Collection[str], goal_of: Callable[[Mapping[str, Any]], Goal]) -> list[Goal]:
    """
    The folder's tasks as goals, in their order.

    Args:
        tools: Names of the tools that a task may call.
        goal_of: From a task, already checked for its shape, to the goal.

    Raises:
        SettingError: There is no task file, or a task in it is malformed or names an unknown tool.
    """
    return [goal_of(task) for task in read_tasks(folder, tools).values()]


def read_tasks(folder: Path, tools: Collection[str]) -> dict[str, Mapping[str, Any]]:
    """The folder's tasks by id, in their order and as they are in the file; raises as ``read_goals`` does."""
    path = next((folder / name for name in _TASK_FILES if (folder / name).is_file()), None)
    if path is None:
        raise SettingError(f"{folder}: there is none of {', '.join(_TASK_FILES)}; give a folder with tasks")
    found: dict[str, Mapping[str, Any]] = {}
    for place, task in _tasks(path):
        name = _checked(task, place, tools)
        if name in found:
            raise SettingError(f"{place}: there are two tasks {name!r}; ids must differ")
        found[name] = task
    return found


def instruction_of(task: Mapping[str, Any]) -> str:
    """The task's own text, joined."""
    instructions = task["user_scenario"]["instructions"]
    if isinstance(instructions, str):
        return instructions.strip()
    texts = [str(instructions[part]).strip() for part in _INSTRUCTIONS if instructions.get(part)]
    return "\n".join(text for text in texts if text not in ("", "."))


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


def _checked(task: Any, place: str, tools: Collection[str]) -> str:
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
    for action in actions or ():
        if not isinstance(action, dict) or not isinstance(action.get("arguments"), dict):
            raise SettingError(f"{place}: task {name!r}: an action is an object with name and arguments; found {action!r}")
        if action.get("name") not in tools:
            raise SettingError(f"{place}: task {name!r} names the tool {action.get('name')!r}; there are {', '.join(tools)}")
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
