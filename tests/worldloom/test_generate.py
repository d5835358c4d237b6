"""The main job: equal runs give equal bytes, and an interrupted run goes on."""

import signal
import time

import orjson
import pytest

from events.run import RunFinished
from projections.folder import RunFolder
from tests.worldloom.command import start


def contents(out):
    """Every file of the data set, and the digest of the log."""
    store = RunFolder.find(out).open_log()
    finished = [record.event for record in store.read("run") if isinstance(record.event, RunFinished)]
    return [end.digest for end in finished], {path.name: path.read_bytes() for path in sorted((out / "dataset").iterdir())}


def test_equal_runs_give_equal_bytes(worldloom, made, tmp_path):
    """One seed, two runs: equal log digests, equal bytes of every file of the data set."""
    assert worldloom("generate", "retail", "supply_chain", "-n", 6, "--seed", 3, "--out", tmp_path / "again").code == 0

    assert contents(tmp_path / "again") == contents(made)


def test_another_seed_gives_another_run(worldloom, made, tmp_path):
    """The seed decides."""
    worldloom("generate", "retail", "supply_chain", "-n", 6, "--seed", 4, "--out", tmp_path / "other")

    assert contents(tmp_path / "other")[0] != contents(made)[0]


def test_the_same_command_again_changes_nothing(worldloom, made):
    """A finished run is left as it is."""
    before = contents(made)

    assert worldloom("generate", "retail", "supply_chain", "-n", 6, "--seed", 3, "--out", made).code == 0
    assert contents(made) == before


def stopped(how, *words, out):
    """What the command said that was stopped in the middle."""
    running = start(*words, out)
    log = out / "log" / "0.sqlite-wal"
    deadline = time.monotonic() + 60
    while not (log.exists() and log.stat().st_size > 500_000) and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.02)
    running.send_signal(how)
    _, err = running.communicate(timeout=60)
    assert running.returncode != 0, "it was over before it could be stopped"
    assert "Traceback" not in err
    return err


def test_a_stopped_run_goes_on(worldloom, tmp_path):
    """Interrupted in the middle, and killed later on, the same command ends where an uninterrupted one does."""
    words = ("generate", "supply_chain", "retail", "-n", 150, "--seed", 9, "--out")

    assert "goes on" in stopped(signal.SIGINT, *words, out=tmp_path / "stopped")
    stopped(signal.SIGKILL, *words, out=tmp_path / "stopped")

    assert worldloom(*words, tmp_path / "stopped").code == 0
    assert worldloom(*words, tmp_path / "whole").code == 0
    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")
    assert worldloom("verify", tmp_path / "stopped").code == 0


def test_the_summary_says_where_to_look(worldloom, made):
    """The last line is a command that works."""
    done = worldloom("generate", "retail", "supply_chain", "-n", 6, "--seed", 3, "--out", made)
    words = done.out.strip().splitlines()[-1].split("worldloom ")[1].split()

    shown = worldloom(*words)
    assert shown.code == 0
    assert "turn 1" in shown.out


def test_replay_gives_the_state_at_a_turn(worldloom, made):
    """The state is JSON, and at the start nothing differs."""
    assert "nothing has changed" in worldloom("replay", "retail/000000", "--at", 0, "--out", made).out
    state = worldloom("replay", "retail/000000", "--at", 1, "--state", "--out", made).out
    assert "orders" in orjson.loads(state)
    assert worldloom("replay", 0, "--out", made).code == 0


def test_the_log_can_be_listed(worldloom, made):
    """All conversations, and all events of one."""
    assert "supply_chain/000001" in worldloom("log", "--out", made).out
    assert "conversation-started.v1" in worldloom("log", "retail/000000", "--out", made).out


def test_export_makes_the_same_again(worldloom, made, tmp_path):
    """Made again from the log, the data set has the same bytes."""
    assert worldloom("export", "--out", made, "--to", tmp_path / "again").code == 0
    for path in (made / "dataset").iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_export_keeps_what_is_asked_for(worldloom, tmp_path):
    """By party at fault: together the parts are the whole, and none of them replaces it."""
    out = tmp_path / "out"
    worldloom("generate", "retail", "-n", 20, "--seed", 5, "--user-slips", "stubborn=0.6", "--out", out)

    def rows(*keep):
        to = tmp_path / "_".join(("kept", *keep))
        done = worldloom("export", "--out", out, "--to", to, *(word for what in keep for word in ("--keep", what)))
        assert done.code == 0, done.err
        return (to / "sft.jsonl").read_text().splitlines()

    assert rows("accepted")
    assert rows("user")
    assert rows("assistant") == []
    assert sorted(rows("accepted") + rows("user")) == sorted(rows()) == sorted(rows("accepted", "user"))
    refused = worldloom("export", "--out", out, "--keep", "user")
    assert "add --to" in refused.err
    assert "nothing 'nobody' to keep" in worldloom("export", "--out", out, "--to", tmp_path / "x", "--keep", "nobody").err


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (("--user-slips", "wrong=2"), "wrong=2.0 is no rate"),
        (("--user-slips", "lies=0.1"), "no kind 'lies'; there are dropped, switched, wrong, stubborn"),
        (("--user-slips", "wrong"), "'' is no number; write it as dropped=0.02"),
        (("--user-slips", "wrong=0.7,dropped=0.7"), "come to 1.4"),
        (("--user-slips", "wrong=0.1", "--user", "openai/gpt-4o-mini"), "cannot be made to slip"),
    ],
)
def test_slips_are_checked(worldloom, tmp_path, flags, error):
    """One line that says what would do, before anything is made."""
    done = worldloom("generate", "retail", "-n", 2, "--out", tmp_path / "out", *flags)

    assert error in done.err
    assert not (tmp_path / "out").exists()


def test_settings_are_listed(worldloom):
    """By name, with what they have."""
    listed = worldloom("settings").out
    assert "retail" in listed
    assert "supply_chain" in listed
