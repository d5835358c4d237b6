"""Real Ray: all placements give the same bytes, and processes that are killed lose nothing."""

import asyncio
import os
import signal
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray

from actors.blueprints import read_held
from actors.cluster import HostOrder, RayCrew, connect
from actors.placement import Placement, crew_of
from actors.plan import RunSettings, prepare
from actors.run import Ledger
from domain.errors import SettingError
from events.errors import EventsError
from projections.blueprints.files import FILE, write_blueprints
from projections.folder import RunFolder
from projections.runs import read_run
from scenarios.load import load
from tests import settings as test_settings
from tests.actors.held import INLINE, Result, begin, held_inline, hold, hold_on_ray, result
from tests.actors.trouble import CHILD_LOST, JUDGE_BREAKS, SETTINGS, cause
from tests.plans import planned, some

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
    [
        Placement("shared", 1, 50),
        Placement("shared", 2, 3),
        Placement("shared", 2 * (os.cpu_count() or 1), 1),
    ],
    ids=lambda placed: f"{placed.kind}-{placed.workers}",
)
def test_all_placements_give_the_same_bytes(tmp_path, inline, placement):
    """Digest of the log and every byte of the data set; hosts for which there is no core share one."""
    assert held(tmp_path / "run", placement) == inline


@pytest.mark.usefixtures("cluster")
def test_blueprints_are_held_alike_by_all_placements(tmp_path):
    """Hosts read the file that holds them; log and data set are those of a run without Ray."""
    write_blueprints([planned("supply_chain", 1), *some("retail", 2)], tmp_path / FILE)
    plans, grouped = read_held(tmp_path, 1, 0)
    settings = RunSettings(settings=tuple(grouped), count=plans.conversations, seed=5, blueprints=plans)
    places = {name: prepare(load(name), 0, None, blueprints=own) for name, own in grouped.items()}

    def alike(placement: Placement) -> Result:
        run = begin(tmp_path / placement.kind, settings, placement)
        log = run.write_log()
        with crew_of(placement, settings, places, run.path, log, None, blueprints=tmp_path) as crew:
            hold(settings, log, crew)
        log.close()
        return result(run)

    assert alike(Placement("shared", 1, 4)) == alike(INLINE)


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
def test_own_tools_give_the_same_bytes(tmp_path, monkeypatch):
    """Tools of the user, in two hosts: what one process gives."""
    from tests.actors.own_tools_on_ray import HostOfTests
    from tests.actors.test_own_tools import SETTINGS

    test_settings.add_to(monkeypatch)
    placement = Placement("shared", 2, 5)
    run = begin(tmp_path / "shared", SETTINGS, placement)
    hold_on_ray(run, SETTINGS, placement, HostOfTests)

    assert result(run) == held_inline(tmp_path / "inline", SETTINGS)


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
    run = begin(tmp_path / "run", SETTINGS, Placement("shared", 1))
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
        RayCrew(HostOrder(SETTINGS, begin(tmp_path / "run", SETTINGS, placed).addresses(), 4), hosts=2, address=address)

    assert "\n" not in str(caught.value)


def test_hosts_need_no_litellm():
    """Rules need no model library, which would cost each host 172 MiB."""
    import subprocess
    import sys

    code = "import sys, actors.cluster, actors.host; sys.exit('litellm' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2]).returncode == 0
