"""The airline on a tau2-bench data folder: read, refused where it is broken, and equal to its recordings."""

import json
from pathlib import Path
from typing import Any

import pytest

from actors.completing import published_beside
from actors.conform import UNTOLD, conform
from domain.errors import SettingError
from domain.goal import gold_world
from domain.world import Base, World
from scenarios.airline.data import DATA
from scenarios.airline.tables import SCHEMA
from scenarios.load import load
from tests.scenarios.airline_desk import SHARED, desk

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED.relative_to(SHARED.parents[3])} beside the repository")
WANTED: dict[str, Any] = {
    "id": "7",
    "user_scenario": {"instructions": {"reason_for_call": "Cancel 5DELAY.", "known_info": "You are Mira Holt, mira_holt_2041."}},
    "evaluation_criteria": {
        "actions": [
            {"name": "get_reservation_details", "arguments": {"reservation_id": "5DELAY"}},
            {"name": "cancel_reservation", "arguments": {"reservation_id": "5DELAY"}},
        ],
        "communicate_info": ["180"],
    },
}


def folder(path: Path, tasks: str | None = None, **tables: Any) -> Path:
    """A data folder; by default with the tests' airline and one task."""
    (path / "db.json").write_text(json.dumps({**DATA.document(desk())["agent"], **tables}))
    (path / "tasks.jsonl").write_text(json.dumps(WANTED) if tasks is None else tasks)
    return path


def test_folder_becomes_world_and_goals(tmp_path: Path) -> None:
    """Days stand inside flights in the file and in recordings, and are rows of their own in between."""
    world = World(Base(DATA.read(folder(tmp_path))))
    assert DATA.document(world) == DATA.document(desk())
    (goal,) = DATA.goals(tmp_path, world)
    assert goal.instruction == "Cancel 5DELAY.\nYou are Mira Holt, mira_holt_2041."
    assert goal.identity == {"user_id": "mira_holt_2041"}
    assert [(task.skill, task.known["reservation_id"]) for task in goal.tasks] == [("cancel_reservation", "5DELAY")]
    assert goal.outputs == ("180",)
    gold = gold_world(world, goal, load("airline").toolset)
    assert DATA.document(gold)["agent"]["reservations"]["5DELAY"]["status"] == "cancelled"


def test_reservations_may_lack_a_status(tmp_path: Path) -> None:
    """What nothing was done about is null."""
    rows = {key: {name: value for name, value in row.items() if name != "status"} for key, row in desk().rows("reservations")}
    assert DATA.read(folder(tmp_path, reservations=rows))["reservations"]["1ECONO"]["status"] is None


@pytest.mark.parametrize(
    ("tasks", "told"),
    [
        ("{", "line 1: not JSON"),
        ("[1]", "line 1: a task is an object with an id"),
        (json.dumps({"id": "7"}), "task '7' has no user_scenario"),
        (json.dumps({**WANTED, "evaluation_criteria": {"actions": [{"name": "fly", "arguments": {}}]}}), "names the tool 'fly'; there are"),
        (f"{json.dumps(WANTED)}\n{json.dumps(WANTED)}", "line 2: there are two tasks '7'"),
    ],
)
def test_broken_task_is_named(tmp_path: Path, tasks: str, told: str) -> None:
    """One line that names file, place and what would do."""
    with pytest.raises(SettingError, match=r"tasks\.jsonl") as error:
        DATA.goals(folder(tmp_path, tasks), desk())
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_broken_database_is_named(tmp_path: Path) -> None:
    """A missing file, a missing table, flights without days, a row that does not fit."""
    with pytest.raises(SettingError, match="no such file"):
        DATA.read(tmp_path)
    (tmp_path / "db.json").write_text("[]")
    with pytest.raises(SettingError, match="users, flights, reservations"):
        DATA.read(tmp_path)
    with pytest.raises(SettingError, match=r"users\.x must be an object"):
        DATA.read(folder(tmp_path, users={"x": 1}))
    with pytest.raises(SettingError, match=r"flights\.KTW101\.dates must be an object"):
        DATA.read(folder(tmp_path, flights={"KTW101": {}}))
    with pytest.raises(SettingError, match="has no such row"):
        DATA.read(folder(tmp_path, flights={}))


@needs_shared
@pytest.mark.skipif(published_beside(SHARED) is None, reason="no trajectories/tasks.jsonl.zst beside tau2")
@pytest.mark.parametrize("through_log", [False, True])
def test_recordings_are_equal(through_log: bool) -> None:
    """All gold steps, final states and probes, by way of a log too."""
    recordings = [SHARED / "gold_replay.jsonl.gz", SHARED / "probes.jsonl.gz"]
    tallies = conform(load("airline"), SHARED, recordings, tasks=published_beside(SHARED), through_log=through_log)
    assert [str(found) for tally in tallies for found in tally.mismatches] == []
    assert not any(tally.unjudged or tally.kind.endswith(UNTOLD) for tally in tallies)
    assert sum(tally.total for tally in tallies) > 500


@needs_shared
def test_every_task_is_understood() -> None:
    """All tasks become goals whose calls are tools of ours, with somebody who asks for something."""
    world = World(Base(DATA.read(SHARED), SCHEMA.sets))
    for goal in DATA.goals(SHARED, world):
        assert goal.tasks, goal.id
        assert goal.identity, goal.id
