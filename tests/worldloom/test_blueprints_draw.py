"""``worldloom blueprints draw`` and ``show``: the same bytes however often it was stopped, and every blueprint to be looked at."""

import orjson

from domain.blueprints.blueprint import Blueprint
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

    again = worldloom("blueprints", "draw", "airline", "telecom", "-n", 4, "--seed", 5, "--out", tmp_path / "plans")
    assert again.code == 0
    assert " 0.0 " not in again.out
    assert {name: (tmp_path / "plans" / name).read_bytes() for name in files} == files

    for one in blueprints:
        shown = worldloom("blueprints", "show", one.name, "--out", tmp_path / "plans")
        assert one.goal.actions[0].tool in shown.out
        assert one.goal.tasks[0].skill not in ("", None)
        assert worldloom("blueprints", "show", one.name, "--out", tmp_path / "plans" / "blueprints.jsonl").code == 0
    assert isinstance(blueprints[0], Blueprint)
    worldloom("blueprints", "show", "airline/99", "--out", tmp_path / "plans").fails_with("; airline/0 to airline/3 are its drawings")
    worldloom("blueprints", "show", "no", "--out", tmp_path / "plans").fails_with("airline/0 to airline/3, telecom/0 to telecom/")


def test_what_passes_is_a_folder_like_the_drawn_one(worldloom, tmp_path):
    """It says in which worlds they begin, so that every other command reads it with no more words."""
    plans, sound = tmp_path / "plans", tmp_path / "sound"
    assert worldloom("blueprints", "draw", "airline", "-n", 2, "--world-seed", 4, "--out", plans).code == 0
    assert worldloom("blueprints", "verify", plans, "--out", sound).code == 0
    assert (sound / "blueprints.jsonl").read_bytes() == (plans / "blueprints.jsonl").read_bytes()

    assert worldloom("blueprints", "verify", sound).code == 0
    assert "accepted; it changes" in worldloom("blueprints", "show", "airline/1", "--out", sound).out
    found = orjson.loads(worldloom("blueprints", "report", sound, "--json").out)
    assert (found["yield"]["airline"]["drawn"], found["coverage"]["airline"]["blueprints"]) == (2, 2)
    assert "airline: no two of its 2" in worldloom("blueprints", "recombine", sound, "--out", tmp_path / "made").out
    assert worldloom("generate", "--blueprints", sound, "--out", tmp_path / "held").code == 0


def test_fewer_than_wanted_are_told(worldloom, tmp_path, monkeypatch):
    """How many of how many, and why; exit code 1 where there is none."""
    monkeypatch.setattr("actors.drawing.drawings.MOST_IN_VAIN", 0)
    done = worldloom("blueprints", "draw", "airline", "-n", 2, "--out", tmp_path / "plans")
    assert done.code == 1
    assert "airline: 0 of 2 drawn" in done.out
    assert "--world-seed" in done.out
    worldloom("blueprints", "report", tmp_path / "plans").fails_with("nothing to report on", "blueprints.jsonl is empty")


def test_what_cannot_be_drawn_or_shown_is_one_line(worldloom, tmp_path):
    """A sampler, a number or a blueprint that there is not is named, with what there is."""
    out = tmp_path / "plans"
    worldloom("blueprints", "draw", "retail", "--weights", "dice=1", "--out", out).fails_with(
        "dice", "graph, policy, data, persona, example"
    )
    worldloom("blueprints", "draw", "retail", "--weights", "graph=much", "--out", out).fails_with("much", "graph=0.5")
    worldloom("blueprints", "draw", "nowhere", "--out", out).fails_with("nowhere", "retail")
    assert worldloom("blueprints", "draw", "retail", "-n", 1, "--out", out).code == 0
    worldloom("blueprints", "show", "retail/99", "--out", out).fails_with("retail/99", "retail/0 to retail/0")
    worldloom("blueprints", "draw", "retail", "-n", 1, "--seed", 1, "--out", out).fails_with("(seed is 0 there and 1 here)")
    worldloom("blueprints", "draw", "retail", "-n", 1, "--weights", "graph=1", "--out", out).fails_with(
        "weights.graph is 0.4 there and 1.0 here"
    )
