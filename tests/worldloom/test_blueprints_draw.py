"""``worldloom blueprints draw`` and ``show``: the same bytes however often it was stopped, and every blueprint to be looked at."""

import orjson

from domain.blueprint import Blueprint
from projections.blueprints.files import read_blueprints


def test_blueprints_are_drawn_and_shown(worldloom, tmp_path):
    """Two settings, as many of each; the second time nothing is drawn, and the files stay as they are."""
    done = worldloom("blueprints", "draw", "airline", "telecom", "-n", 4, "--seed", 5, "--out", tmp_path / "plans")
    assert done.code == 0, done.err
    assert "feasible pairs" in done.out
    blueprints = read_blueprints(tmp_path / "plans")
    assert [one.setting for one in blueprints] == ["airline"] * 4 + ["telecom"] * 4
    files = {name: (tmp_path / "plans" / name).read_bytes() for name in ("blueprints.jsonl", "toolgraph.json")}
    assert orjson.loads(files["toolgraph.json"]).keys() == {"airline", "telecom"}

    assert worldloom("blueprints", "draw", "airline", "telecom", "-n", 4, "--seed", 5, "--out", tmp_path / "plans").code == 0
    assert {name: (tmp_path / "plans" / name).read_bytes() for name in files} == files

    for one in blueprints:
        shown = worldloom("blueprints", "show", one.name, "--out", tmp_path / "plans")
        assert one.goal.actions[0].tool in shown.out
        assert one.goal.tasks[0].skill not in ("", None)
    assert isinstance(blueprints[0], Blueprint)


def test_what_cannot_be_drawn_or_shown_is_one_line(worldloom, tmp_path):
    """A sampler, a number or a blueprint that there is not is named, with what there is."""
    out = tmp_path / "plans"
    worldloom("blueprints", "draw", "retail", "--weights", "dice=1", "--out", out).fails_with(
        "dice", "graph, policy, data, persona, example"
    )
    worldloom("blueprints", "draw", "retail", "--weights", "graph=much", "--out", out).fails_with("much", "graph=0.5")
    worldloom("blueprints", "draw", "nowhere", "--out", out).fails_with("nowhere", "retail")
    assert worldloom("blueprints", "draw", "retail", "-n", 1, "--out", out).code == 0
    worldloom("blueprints", "show", "retail/99", "--out", out).fails_with("retail/99", "blueprints.jsonl")
    worldloom("blueprints", "draw", "retail", "-n", 1, "--seed", 1, "--out", out).fails_with("belongs to another run", "seed=0")
