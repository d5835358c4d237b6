"""Simulated tools and faults from the command line."""

import pytest

from projections.folder import RunFolder
from projections.runs import read_run
from tests.worldloom.test_generate import contents

FAULTS = "timeout=0.05,rate-limit=0.03,garbage=0.03,partial=0.03,stale=0.03"


def test_a_run_with_faults_is_a_run(worldloom, tmp_path):
    """Equal settings give equal bytes; what went wrong is shown, verified and kept as recovered."""
    words = ("generate", "retail", "supply_chain", "-n", 12, "--seed", 2, "--faults", FAULTS, "--out")
    assert worldloom(*words, tmp_path / "one").code == 0
    assert worldloom(*words, tmp_path / "other").code == 0

    assert contents(tmp_path / "one") == contents(tmp_path / "other")
    assert "no problem" in worldloom("verify", tmp_path / "one").out
    ends = read_run(RunFolder.find(tmp_path / "one").open_log()).finished
    recovered = [stream for stream, end in ends.items() if any(finding.startswith("recovered:") for finding in end.findings)]
    assert recovered
    assert all(end.accepted == all(finding.startswith("recovered:") for finding in end.findings) for end in ends.values())
    assert "fault (" in worldloom("show", recovered[0], "--out", tmp_path / "one").out


def test_a_run_with_simulated_tools_is_a_run(worldloom, tmp_path):
    """The offline simulator plays them; the log verifies, and the settings of the run name tools and model."""
    words = ("generate", "retail", "-n", 4, "--seed", 2, "--simulate", "get_order_details,find_user_id_by_email", "--out", tmp_path / "out")
    assert worldloom(*words).code == 0

    assert "no problem" in worldloom("verify", tmp_path / "out").out
    settings = RunFolder.find(tmp_path / "out").settings()
    assert settings["simulate"] == ["find_user_id_by_email", "get_order_details"]
    assert settings["models"]["tools"] == "offline/tools"
    assert sum(end.accepted for end in read_run(RunFolder.find(tmp_path / "out").open_log()).finished.values()) >= 3


def test_settings_that_change_nothing_are_not_written(made):
    """A run without simulated tools and faults is called what it was called before there were any."""
    assert not {"simulate", "faults"} & RunFolder.find(made).settings().keys()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (("--faults", "fire=0.1"), ("'fire'", "timeout")),
        (("--faults", "timeout"), ("timeout=0.02",)),
        (("--faults", "timeout=7"), ("timeout=7", "between 0 and 1")),
        (("--simulate", "teleport"), ("teleport", "get_order_details")),
        (("--simulate", "all", "--tools", "nobody/knows"), ("nobody/knows", "offline/tools")),
    ],
)
def test_bad_input_is_one_line(worldloom, tmp_path, words, parts):
    """Each mistake is named with what would do, before anything is made."""
    worldloom("generate", "retail", "--out", tmp_path / "out", *words).fails_with(*parts)
    assert not (tmp_path / "out").exists()
