"""Judge and calibrate, as a person runs them."""

import shutil

import orjson
import pyarrow.parquet as pq
import pytest

from domain.judgement import AXES
from projections.folder import RunFolder


@pytest.fixture
def run(made, tmp_path):
    return shutil.copytree(made, tmp_path / "run")


def test_a_run_is_judged_shown_and_verified(worldloom, run):
    """A table of means, judgements in the data set, and below the conversation; nothing else moves."""
    rows = (run / "dataset" / "sft.parquet").read_bytes()
    assert "judged" not in worldloom("show", "retail/000000", "--out", run).out

    done = worldloom("judge", run)

    assert done.code == 0, done.err
    for axis in AXES:
        assert axis.name in done.out
    assert "look next: worldloom show" in done.out
    assert "judged: " in worldloom("show", "retail/000000", "--out", run).out
    assert "judgements" in worldloom("verify", run).out
    assert worldloom("verify", run).code == 0
    assert (run / "dataset" / "sft.parquet").read_bytes() == rows
    table = pq.read_table(run / "dataset" / "judgements.parquet").to_pylist()
    assert [row["conversation"] for row in table] == [f"{name}/{n:06d}" for name, n in (("retail", 0), ("retail", 2), ("retail", 4))] + [
        f"supply_chain/{n:06d}" for n in (1, 3, 5)
    ]
    assert all(1 <= row[axis.name] <= 10 for row in table for axis in AXES)
    assert "judgements.parquet" in (run / "dataset" / "README.md").read_text()


def test_judging_again_asks_nobody_twice(worldloom, run):
    """The same command adds nothing; a second judge adds one judgement a conversation."""

    def count():
        log = RunFolder.find(run).open_log()
        return sum(log.head(stream).position for stream in log.streams() if stream.startswith("judged/"))

    worldloom("judge", run)
    assert count() == 6
    worldloom("judge", run)
    assert count() == 6
    assert worldloom("judge", run, "--judge", "offline/judge", "--judge", "offline/strict").code == 0
    assert count() == 12
    worldloom("judge", run, "--again")
    assert count() == 18
    assert worldloom("verify", run).code == 0


def test_a_judged_run_can_be_sealed_and_found(worldloom, run):
    """Sealed, it is read like before, takes no more judgements, and conversations are still found by number."""
    worldloom("judge", run)
    before = worldloom("show", 1, "--out", run).out
    assert worldloom("seal", run).code == 0

    assert worldloom("show", 1, "--out", run).out == before
    assert worldloom("verify", run).code == 0
    worldloom("judge", run, "--judge", "offline/strict").fails_with("is sealed")


def test_a_judgement_of_something_else_is_found(worldloom, run):
    """A stream of judgements whose conversation the run does not hold is named."""
    worldloom("judge", run)
    folder = RunFolder.find(run)
    log = folder.write_log()
    judged = next(iter(log.read("judged/retail/000000"))).event
    log.append("judged/retail/000002", [judged], log.head("judged/retail/000002"))
    log.append("judged/retail/999999", [judged], log.head("judged/retail/999999"))
    log.close()

    found = worldloom("verify", run)

    assert found.code == 1
    assert "event 2 of judged/retail/000002: it judges 'retail/000000', not 'retail/000002'" in found.out
    assert "retail/999999 is judged, but the run holds no such conversation" in found.out


def test_an_unknown_judge_or_kind_is_one_line(worldloom, run, tmp_path):
    """With what there is."""
    worldloom("judge", run, "--judge", "offline/nobody").fails_with("'offline/nobody'", "offline/judge")
    worldloom("judge", tmp_path / "nowhere").fails_with("there is no such folder")
    worldloom("calibrate", "--kind", "nonsense", "--out", tmp_path / "c").fails_with("'nonsense'", "phantom-success")
    worldloom("generate", "retail", "--assistant", "flawed/nonsense", "--out", tmp_path / "g").fails_with("flawed/all")


def test_calibration_leaves_a_report_and_a_plot(worldloom, tmp_path):
    """Tables, report.json, reliability.svg; run again, it says the same."""
    words = ("calibrate", "retail", "-n", 6, "--kind", "rude", "--kind", "invented-fact", "--out", tmp_path / "c")
    done = worldloom(*words)

    assert done.code == 0, done.out
    report = orjson.loads((tmp_path / "c" / "report.json").read_bytes())
    assert report["kinds"]["offline/judge"]["rude"]["own"]
    assert report["axes"]["offline/judge"]["reasoning_hallucination"]["auroc"] == 1
    assert (tmp_path / "c" / "reliability.svg").read_text().startswith("<svg")
    assert worldloom("verify", tmp_path / "c" / "rude").code in (0, 1)
    assert worldloom(*words).out == done.out


def test_flaws_are_shown_to_people(worldloom, tmp_path):
    """A planted flaw is named where it stands."""
    worldloom("generate", "retail", "-n", 4, "--assistant", "flawed/rude", "--out", tmp_path / "f")
    assert "planted: rude, against communication_quality" in "".join(worldloom("show", n, "--out", tmp_path / "f").out for n in range(4))
