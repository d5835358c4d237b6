"""One cluster for all, both stores, and how far to go: SEEDS and STRIDE in the environment."""

import os

import pytest

from actors.plan import RunSettings
from tests.actors.held import Result, held_inline

SEEDS = int(os.environ.get("SEEDS", "100"))
STRIDE = int(os.environ.get("STRIDE", "1"))
"""Of the appends at which a host can be killed, every so many-th is tried."""
LARGE = RunSettings(settings=("supply_chain", "retail"), count=200, seed=5)


@pytest.fixture(scope="session", autouse=True)
def cluster():
    """Ray on this machine, whatever its number of cores."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")
    from actors.cluster import connect

    connect(None)
    yield
    ray.shutdown()


@pytest.fixture(scope="session")
def whole(tmp_path_factory) -> Result:
    """The run that is killed at random, when nothing disturbs it."""
    return held_inline(tmp_path_factory.mktemp("whole") / "run", LARGE)


@pytest.fixture
def say(capsys):
    """Prints although pytest keeps what tests print."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}", end="", flush=True)

    return say
