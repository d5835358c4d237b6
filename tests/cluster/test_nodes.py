"""A node that is lost in the middle of a run costs nothing: the digest and the data set are those of a run in one process."""

import asyncio
import time
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray

from actors.cluster import HostOrder, RayCrew, connect
from actors.inline import hold_inline
from actors.placement import Placement
from actors.plan import RunSettings, prepare
from actors.run import Ledger, Supervisor
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.verify import verify
from scenarios.load import load
from tests.cluster import slow
from tests.cluster.nodes import Nodes, runs, several_addresses

pytestmark = pytest.mark.skipif(not several_addresses(), reason="this machine has one loopback address only: add 127.0.0.2 and 127.0.0.3")
SETTINGS = RunSettings(settings=("supply_chain", "retail"), count=60, seed=5)
HOSTS, CAPACITY = 2, 6
ray.cloudpickle.register_pickle_by_value(slow)  # tests are not sent to the nodes


class WatchedCrew(RayCrew):
    """Counts how often a host was replaced."""

    replaced = 0

    async def replace(self, host: int) -> None:
        self.replaced += 1
        await super().replace(host)


def begin(folder: Path, logs: list[str]) -> RunFolder:
    return RunFolder.start(folder, SETTINGS.model_dump(mode="json"), logs)


def outcome(run: RunFolder, ledger: Ledger) -> tuple[str, dict[str, bytes]]:
    """The run's digest, and the bytes of its data set."""
    assert ledger.abandoned == {}
    assert ledger.closed is not None
    write_dataset(run.open_log(), run.dataset)
    return ledger.closed.digest, {path.name: path.read_bytes() for path in run.dataset.iterdir()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[str, dict[str, bytes]]:
    """The run in one process."""
    run = begin(tmp_path_factory.mktemp("inline") / "run", Placement("inline", 1).logs())
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    places = {name: prepare(load(name), SETTINGS.seed, None) for name in SETTINGS.settings}
    asyncio.run(hold_inline(ledger, places, log))
    return outcome(run, ledger)


@pytest.fixture
def nodes():
    """Two nodes with a core each, so that the second host has no core to move to."""
    nodes = Nodes()
    yield nodes
    nodes.close()


@pytest.mark.parametrize("workers", [True, False], ids=["node", "raylet"])
@pytest.mark.parametrize("kind", ["shards", "postgres"])
def test_a_node_lost_in_mid_run_costs_nothing(tmp_path, undisturbed, nodes, kind, workers, request):
    """SIGKILL of a whole node, or of its raylet alone, whose host then goes on to write for a while beside the one in its place."""
    run = begin(tmp_path / "run", [request.getfixturevalue("postgres").url()] if kind == "postgres" else Placement("shared", HOSTS).logs())
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    connect(nodes.address)
    crew = WatchedCrew(HostOrder(SETTINGS, run.addresses(), CAPACITY), hosts=HOSTS, address=nodes.address, actor=slow.SlowHost)
    lost: list[int] = []

    async def disturb() -> None:
        while len(log.streams()) < 2 * CAPACITY:
            await asyncio.sleep(0.02)
        lost.extend(nodes.lose(workers=workers))

    async def go() -> list[int]:
        task = asyncio.ensure_future(disturb())
        async for _ in Supervisor(ledger, crew).hold_all():
            pass
        await task
        return [await crew.pid(host) for host in range(HOSTS)]

    pids = asyncio.run(go())

    assert crew.replaced >= 1
    assert lost
    assert not set(lost) & set(pids)
    assert [node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]] == ["127.0.0.2"]
    until = time.monotonic() + 20
    while any(map(runs, lost)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(runs, lost)), "what is left of the node goes on"
    crew.close()
    log.close()
    assert outcome(run, ledger) == undisturbed
    assert verify(run, run.open_log()).problems == []
