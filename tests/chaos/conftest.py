"""One cluster for all, both stores, and how far to go: SEEDS and STRIDE in the environment."""

import os

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray

from actors.cluster import connect

SEEDS = int(os.environ.get("SEEDS", "100"))
STRIDE = int(os.environ.get("STRIDE", "1"))
"""Of the appends at which a host can be killed, every so many-th is tried."""
_MOST_HOSTS = 4


@pytest.fixture(scope="session", autouse=True)
def cluster():
    """Ray on this machine, whatever its number of cores."""
    connect(None, _MOST_HOSTS)
    yield
    ray.shutdown()


@pytest.fixture(params=["sqlite", "postgres"])
def address(request):
    """Where each new run keeps its log."""
    return request.getfixturevalue("postgres").url if request.param == "postgres" else lambda: None


@pytest.fixture
def say(capsys):
    """Prints although pytest keeps what tests print."""

    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n{text}", end="", flush=True)

    return say
