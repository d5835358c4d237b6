"""Real Ray: all placements give the same bytes, and processes that are killed lose nothing."""

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray

from actors.cluster import HostOrder, RayCrew, connect
from actors.inline import hold_inline
from actors.placement import Placement
from actors.plan import RunSettings, prepare
from actors.run import Ledger, Supervisor
from domain.errors import SettingError
from events.errors import EventsError
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.verify import verify
from scenarios.load import load

pytestmark = pytest.mark.xdist_group("ray")  # one cluster at a time
SETTINGS = RunSettings(settings=("supply_chain", "retail"), count=12, seed=5)


@pytest.fixture(scope="module")
def cluster():
    """Ray on this machine, for this file alone."""
    connect(None)
    yield
    ray.shutdown()


def begin(folder: Path, placement: Placement) -> RunFolder:
    return RunFolder.start(folder, SETTINGS.model_dump(mode="json"), placement.logs())


def hold(folder: Path, placement: Placement, disturb=None) -> tuple[str, dict[str, bytes]]:
    """Hold the run; its digest, and the bytes of its data set."""
    run = begin(folder, placement)
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    dedicated = placement.kind == "dedicated"
    crew = RayCrew(HostOrder(SETTINGS, run.addresses(), placement.capacity, dedicated=dedicated), hosts=placement.workers)

    async def go() -> None:
        task = asyncio.ensure_future(disturb(crew)) if disturb else None
        async for _ in Supervisor(ledger, crew).hold_all():
            pass
        if task:
            task.cancel()

    asyncio.run(go())
    crew.close()
    assert ledger.abandoned == {}
    write_dataset(log, run.dataset)
    log.close()
    assert verify(run, run.open_log()).problems == []
    return ledger.closed.digest, {path.name: path.read_bytes() for path in run.dataset.iterdir()}


@pytest.fixture(scope="module")
def inline(tmp_path_factory) -> tuple[str, dict[str, bytes]]:
    """The run without Ray."""
    run = begin(tmp_path_factory.mktemp("inline") / "run", Placement("inline", 1))
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    places = {name: prepare(load(name), SETTINGS.seed, None) for name in SETTINGS.settings}
    asyncio.run(hold_inline(ledger, places, log))
    write_dataset(log, run.dataset)
    return ledger.closed.digest, {path.name: path.read_bytes() for path in run.dataset.iterdir()}


@pytest.mark.usefixtures("cluster")
@pytest.mark.parametrize(
    "placement",
    [
        Placement("shared", 1, 50),
        Placement("shared", 2, 3),
        Placement("shared", 2 * (os.cpu_count() or 1), 1),
        Placement("dedicated", 2, 1),
    ],
    ids=lambda placed: f"{placed.kind}-{placed.workers}",
)
def test_all_placements_give_the_same_bytes(tmp_path, inline, placement):
    """Digest of the log and every byte of the data set; hosts for which there is no core share one."""
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
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"machine": "elsewhere"}, "the log is in files on elsewhere.*--store postgresql"),
        ({"data": Path("/nowhere")}, "/nowhere: there is no such folder on"),
        ({"data": Path(__file__).parent}, "is not the same on .*; put the same data there"),
        ({"logs": ["/nowhere/0.sqlite"]}, "/nowhere/0.sqlite cannot be opened"),
    ],
    ids=lambda wrong: next(iter(wrong)) if isinstance(wrong, dict) else "",
)
def test_what_goes_wrong_at_a_host_is_raised_here(tmp_path, wrong, error):
    """As it was raised there: one line, and no host is tried again."""
    run = begin(tmp_path / "run", Placement("shared", 1))
    crew = RayCrew(replace(HostOrder(SETTINGS, run.addresses(), 4), **wrong), hosts=1)

    with pytest.raises((SettingError, EventsError), match=error) as caught:
        asyncio.run(crew.hold(0, [0]))

    assert "\n" not in str(caught.value)
    crew.close()


@pytest.mark.parametrize("address", ["127.0.0.1:9", "no-such-machine.invalid:6379", "nonsense"])
@pytest.mark.parametrize("workers", [0, 2])
def test_a_cluster_that_does_not_answer_is_named(tmp_path, monkeypatch, address, workers):
    """At once, where Ray itself would try for minutes."""
    monkeypatch.setattr(ray, "is_initialized", lambda: False)

    with pytest.raises(SettingError, match=f"no Ray cluster takes us at {address} .*see that it runs") as caught:
        placed = Placement("shared", workers, 4, address).settled(12)
        RayCrew(HostOrder(SETTINGS, begin(tmp_path / "run", placed).addresses(), 4), hosts=2, address=address)

    assert "\n" not in str(caught.value)


def test_hosts_need_no_litellm():
    """Rules need no model library, which would cost each host 172 MiB."""
    import subprocess
    import sys

    code = "import sys, actors.cluster, actors.host; sys.exit('litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
