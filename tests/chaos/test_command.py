"""The whole command killed at random moments, and given again."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest

from events.store import EventStore
from projections.folder import RunFolder
from tests.actors.fragile import check_effects
from tests.actors.held import result
from tests.chaos.conftest import LARGE, SEEDS

ROOT = Path(__file__).parents[2]
LIVES = 3


@pytest.mark.parametrize("placement", ["inline", "shared"])
@pytest.mark.parametrize("seed", range(-(-SEEDS // 20)))
def test_commands_killed_at_random_lose_nothing(tmp_path, whole, seed, placement, say):
    """The same command goes on to an equal digest and an equal data set, with nothing lost and nothing doubled."""
    rng = Random(f"{seed}/{placement}")
    began = time.monotonic()
    done = []
    for moment in sorted(rng.random() for _ in range(LIVES - 1)):
        command = generate(tmp_path / "run", placement)
        while command.poll() is None and finished(tmp_path / "run") < moment * 0.8 * LARGE.count:
            time.sleep(0.02)
        command.send_signal(signal.SIGKILL)
        assert command.wait() in (0, -signal.SIGKILL)
        done.append(finished(tmp_path / "run"))

    assert generate(tmp_path / "run", placement).wait() == 0

    assert result(RunFolder.find(tmp_path / "run"), check_effects) == whole
    say(f"{placement}, seed {seed}: killed when {' and '.join(map(str, done))} were finished, {time.monotonic() - began:.0f} s")


def generate(out: Path, placement: str) -> subprocess.Popen[bytes]:
    """The command, begun."""
    what = [*LARGE.settings, "-n", str(LARGE.count), "--seed", str(LARGE.seed), "--out", str(out)]
    where = ["--placement", placement, "--workers", "2"]
    return subprocess.Popen([sys.executable, "-m", "worldloom.cli", "generate", *what, *where], cwd=ROOT, stdout=subprocess.DEVNULL)


def finished(run: Path) -> int:
    """Conversations that the run stream says are finished."""
    path = RunFolder(run).log
    if not path.is_file():
        return 0
    log = EventStore(path)
    found = sum(1 for row in log.rows("run") if row.topic.startswith("conversation-finished"))
    log.close()
    return found
