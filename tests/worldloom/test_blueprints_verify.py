"""``worldloom blueprints verify``: what passes, what does not and why, and the exit code."""

import json
from pathlib import Path

import pytest

from actors.plan import prepare
from benchmarks.walks import walked
from projections.blueprints.files import FILE, read_blueprints, write_blueprints
from scenarios.load import load


@pytest.fixture(scope="module")
def drawn():
    """Two blueprints."""
    return [ground.blueprint for ground in walked(prepare(load("retail"), 0, None), 2)]


def test_sound_blueprints_pass(worldloom, drawn, tmp_path: Path) -> None:
    """Exit code 0, and those that pass in a file of their own."""
    write_blueprints(drawn, tmp_path / FILE)
    result = worldloom("blueprints", "verify", tmp_path, "--out", tmp_path / "sound")
    assert result.code == 0, result.err + result.out
    assert "2 of 2 blueprints pass" in result.out
    assert read_blueprints(tmp_path / "sound") == drawn
    files = {name: (tmp_path / "sound" / name).read_bytes() for name in (FILE, "manifest.json")}
    assert worldloom("blueprints", "verify", tmp_path, "--out", tmp_path / "sound").code == 0
    assert {name: (tmp_path / "sound" / name).read_bytes() for name in files} == files

    write_blueprints(drawn[:1], tmp_path / FILE)
    worldloom("blueprints", "verify", tmp_path, "--out", tmp_path / "sound").fails_with("belongs to another run", "verified")
    worldloom("blueprints", "verify", tmp_path, "--out", tmp_path).fails_with("is there already", "another --out")
    assert read_blueprints(tmp_path / "sound") == drawn


def test_rejected_blueprints_are_named(worldloom, drawn, tmp_path: Path) -> None:
    """By line, stage, code and place; all lines count; exit code 1. What is no blueprint is kept in no log."""
    spoiled = drawn[0].model_dump(mode="json")
    spoiled["goal"]["instruction"] += " Call cancel_pending_order."
    lines = [drawn[1].model_dump_json(), json.dumps(spoiled), '{"format": "else"}']
    (tmp_path / FILE).write_text("\n".join(lines))
    result = worldloom("blueprints", "verify", tmp_path, "--out", tmp_path / "sound")
    assert result.code == 1
    assert "1 of 3 blueprints pass" in result.out
    assert "1 of 3" in next(row for row in result.out.splitlines() if "tool-leaked 1, malformed 1" in row)
    assert f"{FILE}:2: format: tool-leaked at instruction:" in result.out
    assert f"{FILE}:3: format: malformed at" in result.out
    assert read_blueprints(tmp_path / "sound") == [drawn[1]]
    assert "tool-leaked at instruction" in worldloom("blueprints", "show", "retail/1", "--out", tmp_path / "sound").out


def test_of_two_that_are_alike_one_passes(worldloom, drawn, tmp_path: Path) -> None:
    """The first; the other is named by its line."""
    write_blueprints([*drawn, drawn[0]], tmp_path / FILE)
    result = worldloom("blueprints", "verify", tmp_path, "--out", tmp_path / "sound")
    assert result.code == 1
    assert "2 of 3 blueprints pass" in result.out
    assert f"{FILE}:3: duplicate: same-skeleton at actions" in result.out
    assert read_blueprints(tmp_path / "sound") == drawn


def test_other_world_is_named(worldloom, drawn, tmp_path: Path) -> None:
    """A blueprint is verified in its own world, or not at all; what would do is told once."""
    write_blueprints(drawn, tmp_path / FILE)
    result = worldloom("blueprints", "verify", tmp_path, "--world-seed", 7)
    assert result.code == 1
    assert result.out.count("other-world at world") == result.out.count("(2 lines alike)") == result.out.count("--world-seed than 7") == 1


@pytest.mark.parametrize("number", [str(10**30), "NaN", "1e999"])
def test_number_that_no_log_keeps_is_named(worldloom, drawn, tmp_path: Path, number: str) -> None:
    """At its place, as any other line that is malformed; the others count. Whoever needs all of them stops there."""
    spoiled = drawn[0].model_dump(mode="json")
    spoiled["goal"]["actions"][1]["arguments"]["many"] = [0, "NUMBER"]
    line = json.dumps(spoiled).replace('"NUMBER"', number)
    (tmp_path / FILE).write_text(f"{line}\n{drawn[1].model_dump_json()}\n")
    result = worldloom("blueprints", "verify", tmp_path)
    assert f"{FILE}:1: format: malformed at goal.actions.1.arguments.many.1:" in result.out
    assert "1 of 2 blueprints pass" in result.out
    worldloom("generate", "--blueprints", tmp_path, "--out", tmp_path / "run").fails_with(f"{FILE}:1", "64 bits")
    worldloom("blueprints", "report", tmp_path).fails_with(f"{FILE}:1", "64 bits")


def test_what_cannot_be_read_is_named(worldloom, tmp_path: Path) -> None:
    """One line; a committee needs somebody who writes."""
    worldloom("blueprints", "verify", tmp_path / "none").fails_with("none", "worldloom blueprints draw")
    (tmp_path / "nothing.txt").write_text("\n")
    worldloom("blueprints", "verify", tmp_path / "nothing.txt").fails_with("nothing.txt is empty", "worldloom blueprints draw")
    worldloom("blueprints", "verify", tmp_path, "--author", "offline/user", "--out", tmp_path / "out").fails_with("offline/user")
    assert not (tmp_path / "out").exists()
    (tmp_path / "nothing.txt").write_text("{}")
    worldloom("blueprints", "verify", tmp_path / "nothing.txt", "--rules", tmp_path / "none.yaml").fails_with("none.yaml", "that is there")
    worldloom("blueprints", "verify", tmp_path, "--committee", "hosted_vllm/m").fails_with("--author")
    worldloom("blueprints", "verify", tmp_path, "--author", "hosted_vllm/m").fails_with("--out")


def test_rules_over_time_are_run(worldloom, drawn, tmp_path: Path) -> None:
    """Those of a file, besides the setting's own."""
    write_blueprints(drawn, tmp_path / FILE)
    (tmp_path / "rules.yaml").write_text("[{id: nothing, sentence: Nothing is called., never: {kind: called}}]")
    result = worldloom("blueprints", "verify", tmp_path, "--rules", tmp_path / "rules.yaml")
    assert result.code == 1
    assert "policy: policy:nothing at actions.0" in result.out


@pytest.mark.parametrize(
    "change",
    [
        {"table": "nosuch", "key": "1", "field": None, "before": None, "after": {"a": 1}},
        {"table": "orders", "key": "#W0", "field": "status", "before": "pending", "after": "delivered"},
        {"table": "orders", "key": "#W0", "field": None, "before": None, "after": 7},
        {"table": "orders", "key": "#W0", "field": None, "before": None, "after": {"a": 1}},
    ],
    ids=["table", "row", "no-row", "schema"],
)
def test_a_world_that_cannot_begin_so_is_named(worldloom, drawn, tmp_path: Path, change) -> None:
    """What is different as a conversation begins must be rows of the setting's."""
    spoiled = drawn[0].model_dump(mode="json")
    spoiled["goal"]["setup"] = [change]
    (tmp_path / FILE).write_text(json.dumps(spoiled))
    result = worldloom("blueprints", "verify", tmp_path)
    assert result.code == 1
    assert "format: malformed at setup" in result.out


def test_one_of_another_setting_stops_no_other(worldloom, drawn, tmp_path: Path) -> None:
    """It is named, and the rest is verified."""
    other = {**drawn[0].model_dump(mode="json"), "setting": "nosuch"}
    (tmp_path / FILE).write_text(f"{json.dumps(other)}\n{drawn[1].model_dump_json()}\n")
    result = worldloom("blueprints", "verify", tmp_path)
    assert result.code == 1
    assert f"{FILE}:1: format: other-setting at setting" in result.out
    assert "1 of 2 blueprints pass" in result.out
