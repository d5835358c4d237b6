"""Ten thousand conversations at a time on two hosts, every reply of a model 200 ms late.

A step is one reply of a model or one tool call: one append. Conversations are in flight while a reply of theirs is
awaited; between replies they wait for nothing. ``python -m benchmarks.scale 2000 12000`` takes other numbers: so many
in flight, and so many in all.
"""

import asyncio
import os
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from actors.cluster import HostActor, HostOrder, RayCrew
from actors.conversation import MindFactory
from actors.mind import Mind, Reply
from actors.minds import MindMaker, minds_here
from actors.placement import Placement
from actors.plan import Planned, RunSettings
from actors.run import Ledger, Supervisor
from benchmarks.measure import Finding, Memory, memory
from events.conversation import ModelReplied
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolFaulted, ToolRefused
from projections.folder import RunFolder

SETTING = "retail"
LATENCY_S = 0.2
HOSTS = 2
IN_FLIGHT = (200, 10_000)
"""Few enough for the latency to be the limit, and as many as are promised."""
_QUEUED = {200: 600, 10_000: 1000}
"""Conversations that wait until one in flight has ended, so that there are always as many as were said."""
_TICK_S = 0.1
_ALL = 0.99
"""Of those in flight; one that has just ended is made up for a moment later."""
_LEAST_SHARE, _MOST_MS, _MOST_KIB = 0.85, 2.0, 100.0
_STEPS = tuple(event.TOPIC for event in (ModelReplied, ToolAnswered, ToolRefused, ToolFaulted))


class Gauge:
    """How many replies a host awaits."""

    def __init__(self) -> None:
        self.replies = 0
        self.awaited_s = 0.0
        """All waits together."""
        self.least: dict[int, int] = {}
        """Tick of the wall clock -> fewest awaited at a time while it lasted."""
        self._now = 0
        self._since = time.time()

    def add(self, number: int) -> None:
        """So many more are awaited from now on."""
        at = time.time()
        first, last = int(self._since / _TICK_S), int(at / _TICK_S)
        for tick in (first, *range(first + 1, last + 1)):
            self.least[tick] = min(self.least.get(tick, self._now), self._now)
        self.awaited_s += self._now * (at - self._since)
        self._now, self._since = self._now + number, at
        self.replies += number > 0


class SlowMind:
    """Rules that take as long as a model."""

    def __init__(self, mind: Mind, gauge: Gauge) -> None:
        self._mind, self._gauge, self.model = mind, gauge, mind.model
        self.observe = mind.observe
        self.request = self.usage = self.cost_usd = None

    async def reply(self) -> Reply:
        """The same reply, later."""
        self._gauge.add(1)
        await asyncio.sleep(LATENCY_S)
        self._gauge.add(-1)
        return await self._mind.reply()


class Spent(NamedTuple):
    """What a host took so far."""

    cpu_s: float
    memory: Memory
    gauge: Gauge


class SlowHost(HostActor):
    """A host of slow minds that tells what it took."""

    def minds(self, order: HostOrder) -> MindMaker:  # noqa: ARG002
        """Slow ones."""
        self._gauge = gauge = Gauge()

        def slow(planned: Planned) -> MindFactory:
            fast = minds_here(planned)

            def mind(path: str, begun: SubagentStarted | None) -> Mind:
                return SlowMind(fast(path, begun), gauge)

            return mind

        return slow

    async def spent(self) -> Spent:
        """Until now; the first time it makes the host ready, so that this is not counted."""
        assert self._host
        return Spent(time.process_time(), memory(), self._gauge)


class Load(NamedTuple):
    """What a run took."""

    conversations: int
    steps: int
    wall_s: float
    cpu_s: float
    """Of hosts and driver."""
    in_flight: int
    """Conversations that were surely in flight at one time."""
    mean_in_flight: float
    """Over the whole run, its beginning and end included."""
    share: float
    """Replies a second, of those that the latency allows to as many in flight."""
    grown_kib: int
    """By which the hosts' memory grew at most."""


def measure(_folder: Path) -> Iterator[Finding]:
    """Share of the rate that the latency allows, CPU per step, and memory."""
    for in_flight in IN_FLIGHT:
        yield from findings(in_flight, held(in_flight, in_flight + _QUEUED[in_flight]))


def findings(in_flight: int, load: Load) -> Iterator[Finding]:
    """How near to its limit a run was: the latency, or else the processors."""
    what = f"{in_flight:,} conversations in flight, replies {LATENCY_S * 1e3:.0f} ms late"
    step_ms = load.cpu_s / load.steps * 1e3
    busy = load.cpu_s / load.wall_s / (os.cpu_count() or 1)
    most = in_flight == max(IN_FLIGHT)
    met = (load.share >= _LEAST_SHARE or step_ms <= _MOST_MS) and (not most or load.in_flight >= _ALL * in_flight)
    yield Finding(
        f"{what}, rate",
        f"{load.conversations / load.wall_s:.0f} conversations/s, {load.steps / load.wall_s:,.0f} steps/s",
        f"{load.in_flight:,} in flight at once, {load.mean_in_flight:,.0f} on average; {busy:.0%} of all cores used",
        f"{load.share:.0%} of what the latency allows, {step_ms:.2f} ms CPU/step",
        f">= {_LEAST_SHARE:.0%}, or <= {_MOST_MS:.0f} ms",
        met,
    )
    if not most:  # what a host takes for itself would count for more than they do
        return
    each = load.grown_kib / in_flight
    about = f"{load.conversations:,} conversations of {load.steps / load.conversations:.1f} steps"
    yield Finding(f"{what}, memory", f"{each:.0f} KiB each", about, "-", f"<= {_MOST_KIB:.0f} KiB", each <= _MOST_KIB)


def held(in_flight: int, count: int) -> Load:
    """Hold a run on hosts of this machine."""
    settings = RunSettings(settings=(SETTING,), count=count, seed=5)
    with TemporaryDirectory(prefix="worldloom-bench-") as folder:
        run = RunFolder.start(Path(folder) / "run", settings.model_dump(mode="json"), Placement("shared", HOSTS).logs())
        log = run.write_log()
        ledger = Ledger(settings, log)
        crew = RayCrew(HostOrder(settings, run.addresses(), in_flight // HOSTS), hosts=HOSTS, actor=SlowHost)
        try:
            before, after, wall_s = asyncio.run(_hold(ledger, crew))
        finally:
            crew.close()
            log.close()
        steps = sum(_steps(path) for path in run.log.parent.glob("*.sqlite"))
    assert len(ledger.view.finished) == count
    least: Counter[int] = Counter()
    for spent in after[1:]:
        least.update(spent.gauge.least)
    awaited_s = sum(spent.gauge.awaited_s for spent in after)
    return Load(
        count,
        steps,
        wall_s,
        sum(late.cpu_s - early.cpu_s for early, late in zip(before, after, strict=True)),
        max(least.values()),
        awaited_s / wall_s,
        LATENCY_S * sum(spent.gauge.replies for spent in after) / awaited_s,
        sum(late.memory.peak - early.memory.now for early, late in zip(before[1:], after[1:], strict=True)),
    )


async def _hold(ledger: Ledger, crew: RayCrew) -> tuple[list[Spent], list[Spent], float]:
    """What driver and hosts had taken before and after, and how long it took."""

    async def spent() -> list[Spent]:
        here = Spent(time.process_time(), memory(), Gauge())
        return [here, *[await crew._ask(host, "spent") for host in range(HOSTS)]]

    before, began = await spent(), time.perf_counter()
    async for _ in Supervisor(ledger, crew).hold_all():
        pass
    wall_s = time.perf_counter() - began
    return before, await spent(), wall_s


def _steps(path: Path) -> int:
    connection = sqlite3.connect(path)
    marks = ", ".join("?" * len(_STEPS))
    steps: int = connection.execute(f"SELECT count(*) FROM events WHERE topic IN ({marks})", _STEPS).fetchone()[0]
    connection.close()
    return steps


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:]] or [10_000]
    load = held(numbers[0], numbers[1] if len(numbers) > 1 else numbers[0] + 1000)
    print(load)
    for finding in findings(numbers[0], load):
        print(*finding, sep="; ")
