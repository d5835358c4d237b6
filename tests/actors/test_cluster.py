"""Real Ray: all placements give the same bytes, and processes that are killed lose nothing."""

import asyncio
import os
import signal
from collections.abc import Collection
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray

from actors.cluster import HostActor, HostOrder, RayCrew, connect
from actors.inline import hold_inline
from actors.placement import Placement
from actors.plan import prepare
from actors.run import Ledger, Supervisor
from events.log import WritableLog
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.runs import read_run
from projections.verify import verify
from scenarios.load import load
from tests.actors.trouble import CHILD_LOST, JUDGE_BREAKS, SETTINGS, cause

pytestmark = pytest.mark.xdist_group("ray")  # one cluster at a time


@pytest.fixture(scope="module")
def cluster():
    """Ray on this machine, for this file alone."""
    connect(None)
    yield
    ray.shutdown()


def begin(folder: Path, placement: Placement) -> RunFolder:
    return RunFolder.start(folder, SETTINGS.model_dump(mode="json"), placement.logs())


def hold(
    folder: Path, placement: Placement, disturb=None, actor: type[HostActor] = HostActor, lost: Collection[str] = ()
) -> tuple[str, dict[str, bytes]]:
    """Hold the run, but for what is lost; its digest, and the bytes of its data set."""
    run = begin(folder, placement)
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    dedicated = placement.kind == "dedicated"
    crew = RayCrew(HostOrder(SETTINGS, folder, 0, placement.capacity, dedicated=dedicated), hosts=placement.workers, actor=actor)

    async def go() -> None:
        task = asyncio.ensure_future(disturb(crew)) if disturb else None
        async for _ in Supervisor(ledger, crew).hold_all():
            pass
        if task:
            task.cancel()

    asyncio.run(go())
    crew.close()
    return what_is_left(run, log, ledger, lost)


def hold_here(folder: Path, lost: Collection[str] = ()) -> tuple[str, dict[str, bytes]]:
    """The same without Ray."""
    run = begin(folder, Placement("inline", 1))
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    places = {name: prepare(load(name), SETTINGS.seed, None) for name in SETTINGS.settings}
    asyncio.run(hold_inline(ledger, places, log))
    return what_is_left(run, log, ledger, lost)


def what_is_left(run: RunFolder, log: WritableLog, ledger: Ledger, lost: Collection[str]) -> tuple[str, dict[str, bytes]]:
    assert set(ledger.view.abandoned) == set(lost)
    write_dataset(log, run.dataset)
    log.close()
    assert verify(run, run.open_log()).problems == []
    return ledger.view.closed.digest, {path.name: path.read_bytes() for path in run.dataset.iterdir()}


@pytest.fixture(scope="module")
def inline(tmp_path_factory) -> tuple[str, dict[str, bytes]]:
    """The run without Ray."""
    return hold_here(tmp_path_factory.mktemp("inline") / "run")


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    "placement",
    [Placement("shared", 1, 50), Placement("shared", 2, 3), Placement("dedicated", 2, 1)],
    ids=lambda placed: f"{placed.kind}-{placed.workers}",
)
def test_all_placements_give_the_same_bytes(tmp_path, inline, placement):
    """Digest of the log and every byte of the data set."""
    assert hold(tmp_path / "run", placement) == inline


@pytest.mark.usefixtures("cluster")
def test_killed_hosts_lose_nothing(tmp_path, inline):
    """SIGKILL in the middle, twice: equal digest, equal data set."""
    killed = []

    async def kill(crew: RayCrew) -> None:
        for host in (0, 1):
            killed.append(await crew.pid(host))
            os.kill(killed[-1], signal.SIGKILL)

    assert hold(tmp_path / "run", Placement("shared", 2, 3), kill) == inline
    assert len(killed) == 2


@pytest.mark.usefixtures("cluster")
def test_a_sub_agent_whose_processes_die_stops_no_other(tmp_path):
    """That is infrastructure and no fact: all else is as inline, and the same command finishes what was abandoned."""
    from tests.actors.trouble_on_ray import TroubledHost

    lost = {SETTINGS.stream(index) for index in (JUDGE_BREAKS, CHILD_LOST)}
    here, there = tmp_path / "here", tmp_path / "there"
    with pytest.MonkeyPatch.context() as patch:
        cause(patch)
        broken = hold_here(here, lost)

    assert hold(there, Placement("shared", 1, 12), actor=TroubledHost, lost=lost) == broken
    view = read_run(RunFolder(there).open_log())
    reason = view.abandoned[SETTINGS.stream(CHILD_LOST)].reason
    assert reason == "MindLost: the process of assistant/billing died 3 times (ActorDiedError)"
    assert hold(there, Placement("shared", 1, 12)) == hold_here(here)


def test_hosts_need_no_litellm():
    """Rules need no model library, which would cost each host 172 MiB."""
    import subprocess
    import sys

    code = "import sys, actors.cluster, actors.host; sys.exit('litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
