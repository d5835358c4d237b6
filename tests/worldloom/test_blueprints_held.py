"""Blueprints held from the command line: several attempts at each, kept with the blueprint's name, and reported on."""

import orjson
import pyarrow.parquet as pq
import pytest

from projections.blueprints.files import FILE, read_blueprints, write_blueprints
from projections.folder import RunFolder
from projections.runs import read_run
from tests.plans import planned, some

WORDS = ("--attempts", "3", "--seed", "5", "--world-seed", "0")


@pytest.fixture(scope="module")
def plans(tmp_path_factory):
    """A few blueprints of two settings, in a folder."""
    folder = tmp_path_factory.mktemp("plans")
    write_blueprints([planned("supply_chain", 1), *some("retail", 3)], folder / FILE)
    return folder


@pytest.fixture(scope="module")
def held(plans, tmp_path_factory):
    """A run that holds each three times."""
    from worldloom.cli import main

    out = tmp_path_factory.mktemp("held") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["worldloom", "generate", "--blueprints", str(plans), *WORDS, "--out", str(out)])
        with pytest.raises(SystemExit) as end:
            main()
    assert end.value.code == 0
    return out


def rows(out):
    return pq.read_table(out / "dataset" / "sft.parquet").to_pylist()


def test_every_blueprint_is_held_as_often_as_asked(plans, held):
    """Goal and persona are the blueprint's, in every attempt; what differs is the seed."""
    found = {blueprint.name: blueprint for blueprint in read_blueprints(plans)}
    own = [row for row in rows(held) if row["agent"] == "assistant"]

    assert len(own) == 12
    assert {row["blueprint"] for row in own} == set(found)
    assert len({row["seed"] for row in own}) == 12
    for row in own:
        blueprint = found[row["blueprint"]]
        assert (row["setting"], row["goal"]) == (blueprint.setting, blueprint.goal.id)
        assert orjson.loads(row["persona"]) == blueprint.persona.model_dump(mode="json")


def test_the_run_can_be_derived_again(worldloom, held):
    """Every digest and row, as of any run; and it is shown with its goal."""
    assert worldloom("verify", held).code == 0
    stream = next(iter(read_run(RunFolder.find(held).open_log()).finished))
    assert "goal" in worldloom("show", stream, "--out", held).out


def test_equal_commands_give_equal_rows_and_other_blueprints_another_run(worldloom, plans, held, tmp_path):
    """A run knows which blueprints it holds."""
    words = ("generate", *WORDS)
    assert worldloom(*words, "--blueprints", plans, "--out", tmp_path / "again").code == 0
    assert rows(tmp_path / "again") == rows(held)

    write_blueprints(read_blueprints(plans)[:2], tmp_path / "fewer.jsonl")
    worldloom(*words, "--blueprints", tmp_path / "fewer.jsonl", "--out", held).fails_with("belongs to another run", "blueprints")


def test_the_report_counts_attempts(worldloom, held):
    """Accepted share, pass@k and pass^k up to the attempts, and the corpus beside another."""
    found = orjson.loads(worldloom("blueprints", "report", held, "--json").out)

    assert (found["blueprints"], found["conversations"]["held"]) == (4, 12)
    assert [one["k"] for one in found["pass"]] == [1, 2, 3]
    assert found["pass"][0]["any_of"] == pytest.approx(found["conversations"]["accepted"] / 12)
    assert all(one["all_of"] <= one["any_of"] for one in found["pass"])
    assert found["corpus"]["APIGen-MT"]["median_messages"] == 18
    assert "pass^k" in worldloom("blueprints", "report", held).out


def test_the_report_says_what_blueprints_cover(worldloom, plans):
    """By setting."""
    found = orjson.loads(worldloom("blueprints", "report", plans, "--json").out)["coverage"]

    assert set(found) == {"retail", "supply_chain"}
    assert found["retail"]["blueprints"] == 3
    assert 0 < found["retail"]["tools"]["covered"] <= found["retail"]["tools"]["of"]


def test_what_cannot_be_held_is_named(worldloom, plans, tmp_path):
    """In one line, with what would do."""
    out = tmp_path / "out"
    worldloom("generate", "--out", out).fails_with("which settings?", "--blueprints")
    worldloom("generate", "retail", "--attempts", 2, "--out", out).fails_with("--attempts 2", "--blueprints")
    worldloom("generate", "retail", "--blueprints", plans, "--out", out).fails_with("retail", "leave it out")
    worldloom("generate", "--blueprints", plans, "--world-seed", 9, "--out", out).fails_with("begins in world", "--world-seed")
    worldloom("generate", "--blueprints", tmp_path / "none.jsonl", "--out", out).fails_with("none.jsonl", "cannot be read")
    (tmp_path / "bad.jsonl").write_text('{"setting": 1}\n')
    worldloom("generate", "--blueprints", tmp_path / "bad.jsonl", "--out", out).fails_with("bad.jsonl:1", "is no blueprint")
    worldloom("blueprints", "report", tmp_path).fails_with("holds neither")
    worldloom("blueprints", "report", tmp_path / "none.txt").fails_with("none.txt", "cannot be read")


def test_blueprints_of_one_user_are_recombined(worldloom, tmp_path):
    """Each try is recorded with its reasons; what is made asks for all of its parts, is verified, and can be held."""
    parts = list(some("retail", 40))
    write_blueprints(parts, tmp_path / "parts.jsonl")
    words = ("blueprints", "recombine", tmp_path / "parts.jsonl", "-n", 3, "--out", tmp_path / "made")
    done = worldloom(*words)
    assert done.code == 0, done.err
    made = read_blueprints(tmp_path / "made")
    named = {part.name: part for part in parts}

    assert made
    for one in made:
        assert set(one.parts) <= named.keys()
        assert [task for name in one.parts for task in named[name].goal.tasks] == list(one.goal.tasks)
    before = (tmp_path / "made" / FILE).read_bytes()
    assert worldloom(*words).code == 0
    assert (tmp_path / "made" / FILE).read_bytes() == before

    found = orjson.loads(worldloom("blueprints", "report", tmp_path / "made", "--json").out)
    assert found["yield"]["retail"]["accepted"]["without reflection"] == len(made)
    out = tmp_path / "held"
    assert worldloom("generate", "--blueprints", tmp_path / "made", "--out", out).code == 0
    assert {tuple(row["parts"]) for row in rows(out)} == {one.parts for one in made}


def test_what_cannot_be_recombined_is_named(worldloom, plans, tmp_path):
    """A single user's only wish finds no other."""
    worldloom("blueprints", "recombine", plans, "--out", plans).fails_with("choose another --out")
    done = worldloom("blueprints", "recombine", plans, "--out", tmp_path / "made")
    assert done.code == 1
    assert "0 blueprints" in done.out
    assert "retail: no two of its 3 blueprints are of one user" in done.out
    worldloom("blueprints", "report", tmp_path / "made").fails_with("nothing to report on", "is empty")
