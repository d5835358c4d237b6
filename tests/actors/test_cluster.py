"""Real Ray: all placements give the same bytes, and processes that are killed lose nothing."""

import os
import signal
from collections.abc import Collection
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray

from actors.cluster import HostOrder, RayCrew, connect
from actors.placement import Placement
from actors.run import Ledger
from domain.errors import SettingError
from projections.folder import RunFolder
from projections.runs import read_run
from tests.actors.held import Result, begin, held_inline, hold_on_ray, result
from tests.actors.trouble import CHILD_LOST, JUDGE_BREAKS, SETTINGS, cause

pytestmark = pytest.mark.xdist_group("ray")  # one cluster at a time


@pytest.fixture(scope="module")
def cluster():
    """Ray on this machine, for this file alone."""
    connect(None)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def inline(tmp_path_factory) -> Result:
    """The run without Ray."""
    return held_inline(tmp_path_factory.mktemp("inline") / "run", SETTINGS)


def held(folder: Path, placement: Placement, disturb=None, actor=None, lost: Collection[str] = ()) -> Result:
    """The run on Ray, but for what is lost."""
    run = begin(folder, SETTINGS, placement)
    hold_on_ray(run, SETTINGS, placement, actor, disturb)
    return result(run, lost=lost)


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    "placement",
    [Placement("shared", 1, 50), Placement("shared", 2, 3), Placement("dedicated", 2, 1)],
    ids=lambda placed: f"{placed.kind}-{placed.workers}",
)
def test_all_placements_give_the_same_bytes(tmp_path, inline, placement):
    """Digest of the log and every byte of the data set."""
    assert held(tmp_path / "run", placement) == inline


@pytest.mark.usefixtures("cluster")
def test_killed_hosts_lose_nothing(tmp_path, inline):
    """SIGKILL in the middle, twice: equal digest, equal data set."""
    killed = []

    async def kill(crew: RayCrew, _: Ledger) -> None:
        for host in (0, 1):
            killed.append(await crew.pid(host))
            os.kill(killed[-1], signal.SIGKILL)

    assert held(tmp_path / "run", Placement("shared", 2, 3), kill) == inline
    assert len(killed) == 2


@pytest.mark.usefixtures("cluster")
def test_a_sub_agent_whose_processes_die_stops_no_other(tmp_path):
    """That is infrastructure and no fact: all else is as inline, and the same command finishes what was abandoned."""
    from tests.actors.trouble_on_ray import TroubledHost

    lost = {SETTINGS.stream(index) for index in (JUDGE_BREAKS, CHILD_LOST)}
    here, there = tmp_path / "here", tmp_path / "there"
    with pytest.MonkeyPatch.context() as patch:
        cause(patch)
        broken = held_inline(here, SETTINGS, lost)

    assert held(there, Placement("shared", 1, 12), actor=TroubledHost, lost=lost) == broken
    view = read_run(RunFolder(there).open_log())
    reason = view.abandoned[SETTINGS.stream(CHILD_LOST)].reason
    assert reason == "MindLost: the process of assistant/billing died 3 times (ActorDiedError)"
    assert held(there, Placement("shared", 1, 12)) == held_inline(here, SETTINGS)


@pytest.mark.usefixtures("cluster")
def test_hosts_that_would_wait_for_ever_are_refused(tmp_path):
    """Each host takes a core; where there are fewer, Ray would start some of them never."""
    cores = int(ray.cluster_resources()["CPU"])
    with pytest.raises(SettingError, match=f"the cluster has {cores}; use --workers {cores}"):
        RayCrew(HostOrder(SETTINGS, tmp_path, 0, 1), hosts=cores + 1)


def test_hosts_need_no_litellm():
    """Rules need no model library, which would cost each host 172 MiB."""
    import subprocess
    import sys

    code = "import sys, actors.cluster, actors.host; sys.exit('litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
