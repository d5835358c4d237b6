"""Hosts killed at random moments, while they start and while they work."""

import asyncio
import os
import signal
import time
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

from actors.placement import Placement
from actors.run import Ledger
from tests.actors.fragile import check_once
from tests.actors.held import begin, hold_on_ray, result
from tests.chaos.conftest import LARGE, SEEDS
from tests.chaos.hosts import ASKED, HOSTS, CountingHost


@pytest.mark.parametrize("seed", range(SEEDS))
def test_hosts_killed_at_random_lose_nothing(tmp_path, request, whole, seed, say):
    """Equal digest, equal data set, nothing lost, nothing doubled, no reply asked for oftener than its host died."""
    rng = Random(seed)
    began = time.monotonic()
    store = ("sqlite", "postgres")[seed % 2]
    placement = Placement("shared", rng.randint(1, 3), rng.choice((5, 25, 500)))
    kills = rng.randint(2, 5)
    address = request.getfixturevalue("postgres").url() if store == "postgres" else None
    run = begin(tmp_path / "run", LARGE, placement, address)

    killed: list[int] = []

    async def kill(_crew, ledger: Ledger) -> None:
        for moment in sorted(rng.random() for _ in range(kills)):
            while len(ledger.view.finished) < moment * 0.8 * LARGE.count:
                await asyncio.sleep(0.01)
            await kill_one(tmp_path / HOSTS, rng, killed)
            if rng.random() < 0.5:  # soon after: while others start, or hold what suspects left
                await asyncio.sleep(rng.random())
                await kill_one(tmp_path / HOSTS, rng, killed)

    hold_on_ray(run, LARGE, placement, CountingHost, kill)

    lives = []
    assert result(run, lambda log: lives.append(check_once(log, tmp_path / ASKED))) == whole
    assert killed
    again = sum(count > 1 for count in lives[0].values())
    what = f"{store}, {placement.workers} hosts of {placement.capacity}, {len(killed)} killed, {again} conversations went on"
    say(f"seed {seed}: {what}, {time.monotonic() - began:.0f} s")


async def kill_one(hosts: Path, rng: Random, killed: list[int]) -> None:
    """SIGKILL for one of those that were started last in their places."""
    while not (alive := [pid for pid in latest(hosts) if pid not in killed]):
        await asyncio.sleep(0.01)
    killed.append(rng.choice(alive))
    os.kill(killed[-1], signal.SIGKILL)


def latest(hosts: Path) -> list[int]:
    """Process of each host's last life, in the order of hosts."""
    lines = hosts.read_text().splitlines() if hosts.is_file() else []
    return [int(pid) for _, pid in sorted(dict(line.split() for line in lines).items())]
