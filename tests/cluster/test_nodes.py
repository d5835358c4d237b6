"""A node that is lost in the middle of a run costs nothing: the digest and the data set are those of a run in one process."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from actors.cluster import HostOrder, RayCrew, connect
from actors.inline import hold_inline
from actors.placement import Placement
from actors.plan import RunSettings, prepare
from actors.run import Ledger, Supervisor
from actors.spread import over_cluster
from projections import many
from projections.dataset import write_dataset
from projections.folder import RunFolder, shard_names
from projections.runs import read_run
from projections.sealed.layout import open_folder
from projections.sealed.writing import seal
from projections.verify import verify
from scenarios.load import load
from tests.cluster import slow
from tests.cluster.nodes import FIRST, Nodes, runs, several_addresses
from tests.worldloom.command import ROOT, start

pytestmark = pytest.mark.skipif(not several_addresses(), reason="this machine has one loopback address only: add 127.0.0.2 and 127.0.0.3")
SETTINGS = RunSettings(settings=("supply_chain", "retail"), count=60, seed=5)
HOSTS, CAPACITY = 2, 6
DATA = ROOT.parent / "shared" / "data" / "tau2" / "retail"
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
    assert ledger.view.abandoned == {}
    assert ledger.view.closed is not None
    write_dataset(run.open_log(), run.dataset)
    return ledger.view.closed.digest, contents(run.dataset)


def closed_with(run: RunFolder) -> str:
    """Digest of a finished run."""
    closed = read_run(run.open_log()).closed
    assert closed is not None
    return closed.digest


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def inline(tmp_path_factory) -> RunFolder:
    """The run in one process."""
    run = begin(tmp_path_factory.mktemp("inline") / "run", Placement("inline", 1).logs())
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    places = {name: prepare(load(name), SETTINGS.seed, None) for name in SETTINGS.settings}
    asyncio.run(hold_inline(ledger, places, log))
    outcome(run, ledger)
    return run


@pytest.fixture(scope="module")
def first():
    """The node at which the driver is."""
    nodes = Nodes()
    connect(nodes.address)
    yield nodes
    nodes.close()


@pytest.fixture
def nodes(first):
    """Two nodes with a core each, so that a host that loses its node finds no core free."""
    if not first.second:
        first.add()
    return first


@pytest.mark.parametrize(
    ("kind", "what"), [("shards", "node"), ("postgres", "node"), ("postgres", "raylet"), ("shards", "raylet, and nobody notices")]
)
def test_a_node_lost_in_mid_run_costs_nothing(tmp_path, inline, nodes, kind, what, request):
    """SIGKILL of a whole node; of its raylet alone, which ends its host; and with a host that goes on beside the one in its place."""
    run = begin(tmp_path / "run", [request.getfixturevalue("postgres").url()] if kind == "postgres" else Placement("shared", HOSTS).logs())
    log = run.write_log()
    ledger = Ledger(SETTINGS, log)
    stubborn = "nobody" in what
    host = slow.StubbornHost if stubborn else slow.SlowHost
    crew = WatchedCrew(HostOrder(SETTINGS, run.addresses(), CAPACITY), hosts=HOSTS, actor=host)
    lost: list[int] = []

    async def disturb() -> None:
        while len(log.streams()) < 2 * CAPACITY:
            await asyncio.sleep(0.02)
        lost.extend(nodes.lose(workers=what == "node"))

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
    assert [node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]] == [FIRST]
    if stubborn:
        for pid in filter(runs, lost):
            os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while any(map(runs, lost)) and time.monotonic() < until:
        time.sleep(0.1)
    assert not any(map(runs, lost)), "what is left of the node goes on"
    crew.close()
    log.close()
    assert outcome(run, ledger) == (closed_with(inline), contents(inline.dataset))
    assert verify(run, run.open_log()).problems == []


@pytest.mark.usefixtures("nodes")
def test_nodes_run_the_code_that_is_sent():
    """Our packages and nothing else, whatever is installed there."""

    @ray.remote
    def look() -> tuple[str, list[str], list[str]]:
        import actors.cluster

        below = [path for _, folders, files in os.walk(".") for path in (*folders, *files)]
        return actors.cluster.__file__, sorted(os.listdir()), below

    there = [NodeAffinitySchedulingStrategy(node["NodeID"], soft=False) for node in ray.nodes() if node["Alive"]]
    assert len(there) == 2
    for file, folder, below in ray.get([look.options(scheduling_strategy=node).remote() for node in there]):
        assert "_ray_pkg_" in file
        assert folder == ["actors", "domain", "events", "projections", "scenarios", "worldloom"]
        assert "scenario.yaml" in below
        assert not [name for name in below if name.endswith((".sqlite", ".sqlite-wal", ".parquet")) or name in (".git", ".venv")]


def test_rows_of_a_sealed_run_are_made_by_the_nodes(tmp_path, inline, nodes, monkeypatch):
    """By several, in pieces: the files are, byte for byte, those of one process."""
    monkeypatch.setattr(many, "_PIECE", 10)
    run = begin(tmp_path / "run", ["sealed"])
    seal(inline.open_log(), open_folder(run.sealed, make=True))
    told: list[int] = []

    write_dataset(run.open_log(), run.dataset, source=run.path, watch=told.append, over=over_cluster(nodes.address))

    assert told == [10] * 6
    assert contents(run.dataset) == contents(inline.dataset)


@pytest.mark.parametrize("data", [None, DATA], ids=["drawn", "outside"])
def test_the_command_on_a_running_cluster(tmp_path, nodes, worldloom, data):
    """Another driver joins by the address; each host reads outside data where it is, and the bytes are those of one process."""
    if data and not data.is_dir():
        pytest.skip(f"there is no {data}")
    words = ("generate", "retail", "-n", 12, "--seed", 4, *(("--data", data) if data else ()))
    joined = start(*words, "--ray-address", nodes.address, "--out", tmp_path / "cluster")
    out, err = joined.communicate(timeout=240)

    assert joined.returncode == 0, out + err
    assert worldloom(*words, "--out", tmp_path / "inline").code == 0
    assert RunFolder.find(tmp_path / "cluster").logs() == shard_names(3)  # two hosts: a cluster has the cores of all its nodes
    assert contents(tmp_path / "cluster" / "dataset") == contents(tmp_path / "inline" / "dataset")
