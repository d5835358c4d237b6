"""The company on a tau2-bench data folder: read, refused where it is broken, and equal to its recordings."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from actors.completing import published_beside
from actors.conform import ASSERTION, UNJUDGED, UNTOLD, conform
from domain.errors import SettingError
from domain.goal import unmet
from domain.patch import differences, patched
from domain.world import Base, World
from scenarios.telecom.data import DATA
from tests.scenarios.telecom_desk import BASE, CUSTOMER, CUSTOMER_ID, LINE_ID, SETTING, SHARED

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED.relative_to(SHARED.parents[3])} beside the repository")
SAMPLED = 60
WANTED: dict[str, Any] = {
    "id": "7",
    "user_scenario": {
        "instructions": {
            "reason_for_call": "Your mobile data is slow.",
            "known_info": f"You are Greta Farrow with phone number {CUSTOMER['phone_number']}. You are currently abroad in France.",
            "task_instructions": "You would refuel 1.0 GB.",
        }
    },
    "initial_state": {
        "initialization_actions": [
            {"func_name": "set_user_info", "arguments": {"name": "Greta Farrow", "phone_number": CUSTOMER["phone_number"]}},
            {"func_name": "turn_data_off", "arguments": {}},
        ]
    },
    "evaluation_criteria": {
        "actions": [
            {"name": "toggle_data", "arguments": {}},
            {"name": "transfer_to_human_agents", "arguments": {"summary": "It is done."}},
        ],
        "env_assertions": [{"func_name": "assert_mobile_data_status", "arguments": {"expected_status": True}, "assert_value": True}],
        "reward_basis": ["ENV_ASSERTION", "ACTION"],
    },
}


def folder(path: Path, task: dict[str, Any] = WANTED) -> Path:
    """A data folder with the tests' company and one task."""
    content = DATA.document(World(BASE))
    (path / "db.json").write_text(json.dumps(content["agent"]))
    (path / "user_db.json").write_text(json.dumps(content["user"]))
    (path / "tasks.jsonl").write_text(json.dumps(task))
    return path


def test_folder_becomes_world_and_goals(tmp_path: Path) -> None:
    """A task begins as its initial state says, and is judged by its assertions and what must be called."""
    world = World(Base(DATA.read(folder(tmp_path))))
    (goal,) = DATA.goals(tmp_path, world)
    assert goal.identity == {"phone_number": CUSTOMER["phone_number"], "name": "Greta Farrow"}
    assert [(task.skill, task.known) for task in goal.tasks] == [("mobile_data", {"place": "abroad", "amount": "1 GB"})]
    begin = world.with_changes(goal.setup)
    assert DATA.document(begin)["user"]["device"]["data_enabled"] is False
    assert [check.name for check in unmet(goal.checks, begin, SETTING.checks)] == ["assert_mobile_data_status"]
    assert [(action.tool, action.arguments) for action in goal.calls] == [("toggle_data", {}), ("transfer_to_human_agents", {})]
    assert DATA.tables is not None
    assert World(Base(DATA.tables(DATA.document(world)))).digest == world.digest


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"initial_state": {"initialization_actions": [{"func_name": "drop_phone"}]}}, "begins with 'drop_phone'"),
        ({"initial_state": {"initialization_actions": [{"func_name": "lock_sim_card"}]}}, "initial state cannot be made"),
        ({"evaluation_criteria": {**WANTED["evaluation_criteria"], "env_assertions": [{}]}}, "needs func_name"),
    ],
)
def test_task_that_says_something_unknown_is_refused(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    """The error names the task and what was found there."""
    world = World(Base(DATA.read(folder(tmp_path, {**WANTED, **change}))))
    with pytest.raises(SettingError, match=told):
        DATA.goals(tmp_path, world)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("db.json", "{", "not to be read as JSON"),
        ("db.json", "[]", "must hold an object each"),
        ("db.json", '{"plans": {}}', "a list is expected at 'plans'"),
        ("db.json", '{"plans": [{}]}', "must be an object with 'plan_id'"),
        ("user_db.json", "{}", "an object is expected at 'device'"),
    ],
)
def test_folder_that_is_broken_is_refused(tmp_path: Path, name: str, content: str, told: str) -> None:
    """The error names the file and what would do."""
    (folder(tmp_path) / name).write_text(content)
    with pytest.raises(SettingError, match=told):
        DATA.read(tmp_path)


def test_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    """The error names the file that is missing."""
    (folder(tmp_path) / "user_db.json").unlink()
    with pytest.raises(SettingError, match="no such file"):
        DATA.read(tmp_path)


def test_recorded_assertion_that_differs_is_found(tmp_path: Path) -> None:
    """What was asked of the last state is asked again, and a wrong answer is named."""
    begin = [{"op": "replace", "path": "/agent/lines/0/status", "value": "Suspended"}]
    asked = {"func_name": "assert_line_status", "arguments": {"line_id": LINE_ID, "expected_status": "Active"}, "assert_value": True}
    step = {"name": "resume_line", "arguments": {"customer_id": CUSTOMER_ID, "line_id": LINE_ID}, "content": "", "error": False}
    lines = [{"task_id": "1", "initial_patch": begin, "steps": [], "env_assertions": [{**asked, "met": met}]} for met in (False, True)]
    lines.append({"task_id": "2", "initial_patch": begin, "steps": [step], "env_assertions": [{**asked, "met": True}]})
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    tallies = {tally.kind: tally for tally in conform(SETTING, folder(tmp_path), [path])}
    assert (tallies[ASSERTION].equal, tallies[ASSERTION].total) == (2, 3)
    assert [mismatch.step for mismatch in tallies[ASSERTION].mismatches] == ["assert_line_status"]


def test_probe_without_its_beginning_is_not_judged(tmp_path: Path) -> None:
    """Where other tasks begin in states of their own, nobody knows in which one it was made; the tally says how many there are."""
    other = {
        "task_id": "y",
        "initial_patch": [{"op": "replace", "path": "/user/device/network_mode_preference", "value": "4g_only"}],
        "steps": [],
    }
    probe = {"task_id": "x", "after_gold_steps": 0, "kind": "repeat", "name": "toggle_data", "arguments": {}, "content": "", "error": False}
    (tmp_path / "probes.jsonl").write_text("\n".join(map(json.dumps, (other, {**probe, "requestor": "user"}))))
    (tally,) = conform(SETTING, folder(tmp_path), [tmp_path / "probes.jsonl"])
    assert (tally.kind, tally.unjudged, tally.total) == (UNJUDGED, 1, 0)


def test_a_task_that_is_not_at_hand_begins_as_its_name_says(tmp_path: Path) -> None:
    """What a trouble puts wrong is learned from the tasks that have it; of one that none has, nothing is known."""
    who = {"func_name": "set_user_info", "arguments": {"name": "Greta Farrow", "phone_number": CUSTOMER["phone_number"]}}
    off, abroad = {"func_name": "turn_data_off", "arguments": {}}, {"func_name": "set_user_location", "arguments": {"abroad": True}}
    saver, vpn = ({"func_name": name, "arguments": {}} for name in ("turn_data_saver_mode_on", "break_vpn"))
    begins = {"off": [who, off], "abroad": [who, abroad], "off|saver": [who, off, saver], "saver|vpn": [who, saver, vpn]}
    tasks = [{**WANTED, "id": f"[slow]{name}[P:x]", "initial_state": {"initialization_actions": does}} for name, does in begins.items()]
    (folder(tmp_path) / "tasks.jsonl").write_text("\n".join(map(json.dumps, tasks)))
    world = World(Base(DATA.read(tmp_path)))
    assert DATA.begins is not None

    begun = DATA.begins(tmp_path, world, "[slow]abroad|saver[P:y]")

    assert begun is not None
    user = DATA.document(begun)["user"]
    assert (user["surroundings"]["is_abroad"], user["device"]["data_saver_mode"], user["device"]["data_enabled"]) == (True, True, True)
    assert DATA.begins(tmp_path, world, "[slow]abroad|rain[P:y]") is None
    assert DATA.begins(tmp_path / "nowhere", world, "[slow]abroad[P:y]") is None


@needs_shared
def test_tasks_begin_as_recorded() -> None:
    """What a task's initial state makes of the data is what was recorded."""
    world = World(Base(DATA.read(SHARED)))
    goals = {goal.id: goal for goal in DATA.goals(SHARED, world)}
    begin = DATA.document(world)
    for line in _recorded("gold_replay.jsonl.gz"):
        goal = goals[f"tau2-{line['task_id']}"]
        assert not list(differences(patched(begin, line["initial_patch"]), DATA.document(world.with_changes(goal.setup)))), goal.id


@needs_shared
@pytest.mark.skipif(published_beside(SHARED) is None, reason="no trajectories/tasks.jsonl.zst beside tau2")
@pytest.mark.parametrize("through_log", [False, True])
def test_recordings_are_equal(tmp_path: Path, through_log: bool) -> None:
    """A sample of the gold replays and all probes come out as recorded, by way of a log too."""
    lines = _recorded("gold_replay.jsonl.gz")
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines[:: max(len(lines) // SAMPLED, 1)]))
    tallies = conform(SETTING, SHARED, [path, SHARED / "probes.jsonl.gz"], tasks=published_beside(SHARED), through_log=through_log)
    for tally in tallies:
        print(tally)
    assert [str(found) for tally in tallies for found in tally.mismatches] == []
    assert not any(tally.unjudged or tally.kind.endswith(UNTOLD) for tally in tallies)
    assert any(tally.kind == ASSERTION and tally.total >= SAMPLED for tally in tallies)


def _recorded(name: str) -> list[dict[str, Any]]:
    with gzip.open(SHARED / name, "rt") as file:
        return [json.loads(line) for line in file]
