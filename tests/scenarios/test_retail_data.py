"""The shop on a tau2-bench data folder: read, refused where it is broken, and equal to its recordings."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import SettingError
from domain.goal import gold_world
from domain.world import Base, World
from scenarios.load import load
from scenarios.retail.data import DATA
from scenarios.retail.world import SCHEMA
from tests.scenarios.retail_shop import SHARED, shop

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED.relative_to(SHARED.parents[3])} beside the repository")
WANTED: dict[str, Any] = {
    "id": "7",
    "user_scenario": {"instructions": {"reason_for_call": "Cancel it.", "known_info": "You are Mira Holt, 53703."}},
    "evaluation_criteria": {
        "actions": [
            {"name": "find_user_id_by_name_zip", "arguments": {"first_name": "Mira", "last_name": "Holt", "zip": "53703"}},
            {"name": "cancel_pending_order", "arguments": {"order_id": "#W0000001", "reason": "ordered by mistake"}},
        ],
        "communicate_info": ["50.00"],
    },
}


def folder(path: Path, tasks: str | None = None, **tables: Any) -> Path:
    """A data folder; by default with the tests' shop and one task."""
    (path / "db.json").write_text(json.dumps({**shop().document(), **tables}))
    (path / "tasks.jsonl").write_text(json.dumps(WANTED) if tasks is None else tasks)
    return path


def test_folder_becomes_world_and_goals(tmp_path: Path) -> None:
    """The gold calls become what a customer would say; the instruction is the task's own text."""
    world = World(Base(DATA.read(folder(tmp_path))))
    (goal,) = DATA.goals(tmp_path, world)
    assert goal.instruction == "Cancel it.\nYou are Mira Holt, 53703."
    assert goal.identity == {"name": "Mira Holt", "zip": "53703"}
    assert [(task.skill, task.known) for task in goal.tasks] == [
        ("cancel_order", {"order_id": "#W0000001", "reason": "ordered by mistake"})
    ]
    assert goal.outputs == ("50.00",)
    gold = gold_world(world, goal, load("retail").toolset)
    assert DATA.document(gold)["agent"]["orders"]["#W0000001"]["status"] == "cancelled"


def test_orders_may_lack_what_was_never_set(tmp_path: Path) -> None:
    """What nothing was done about is null."""
    orders = {key: {name: value for name, value in row.items() if value is not None} for key, row in shop().rows("orders")}
    assert DATA.read(folder(tmp_path, orders=orders))["orders"]["#W0000001"]["cancel_reason"] is None


def test_json_list_of_tasks_is_read_too(tmp_path: Path) -> None:
    """``tasks.json`` holds a list."""
    folder(tmp_path)
    (tmp_path / "tasks.jsonl").unlink()
    (tmp_path / "tasks.json").write_text(json.dumps([WANTED]))
    assert [goal.id for goal in DATA.goals(tmp_path, shop())] == ["tau2-7"]


@pytest.mark.parametrize(
    ("tasks", "told"),
    [
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: a task is an object with an id"),
        (json.dumps({"id": "7"}), "task '7' has no user_scenario"),
        (
            json.dumps({**WANTED, "evaluation_criteria": {"actions": [{"name": "fly", "arguments": {}}]}}),
            "task '7' names the tool 'fly'; there are calculate",
        ),
        (json.dumps({**WANTED, "evaluation_criteria": {"actions": ["fly"]}}), "an action is an object"),
        (f"{json.dumps(WANTED)}\n{json.dumps(WANTED)}", "line 2: there are two tasks '7'"),
    ],
)
def test_broken_task_is_named(tmp_path: Path, tasks: str, told: str) -> None:
    """One line that names file, place and what would do."""
    with pytest.raises(SettingError, match=r"tasks\.jsonl") as error:
        DATA.goals(folder(tmp_path, tasks), shop())
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_broken_database_is_named(tmp_path: Path) -> None:
    """A missing file, a missing table, a row that does not fit."""
    with pytest.raises(SettingError, match="no such file"):
        DATA.read(tmp_path)
    with pytest.raises(SettingError, match="none of tasks"):
        DATA.goals(tmp_path, shop())
    (tmp_path / "db.json").write_text("[]")
    with pytest.raises(SettingError, match="users, orders, products"):
        DATA.read(tmp_path)
    with pytest.raises(SettingError, match=r"users\.x must be an object"):
        DATA.read(folder(tmp_path, users={"x": 1}))
    with pytest.raises(SettingError, match="has no such row"):
        DATA.read(folder(tmp_path, products={}))
    (tmp_path / "tasks.jsonl").unlink()
    (tmp_path / "tasks.jsonl.gz").write_bytes(b"no gzip")
    with pytest.raises(SettingError, match="cannot be read"):
        DATA.goals(tmp_path, shop())


@needs_shared
def test_every_task_is_understood() -> None:
    """All tasks become goals whose calls are tools of ours, and every call that changes something has somebody who asks for it."""
    world = World(Base(DATA.read(SHARED), SCHEMA.sets))
    setting = load("retail")
    for goal in DATA.goals(SHARED, world):
        writes = [action for action in goal.actions if setting.toolset[action.tool].writes]
        served = [task for task in goal.tasks if task.skill not in ("order_status", "product_question", "hand_over")]
        assert len(writes) == len(served), goal.id
        assert goal.tasks, goal.id
        assert goal.identity, goal.id
