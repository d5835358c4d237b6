"""Large runs: what a conversation costs in a run of some hundreds and of some thousands; ``python -m benchmarks.growth 1000 10000``.

Each run is held inline in a process of its own, driver and host in one, after some conversations that fill what is made at first use.
"""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from actors.placement import Placement, crew_of
from actors.plan import Place, RunSettings, prepare
from actors.run import Ledger, Supervisor
from benchmarks.measure import Finding, memory
from events.store import EventStore
from scenarios.load import load

SETTING = "retail"
SIZES = (200, 1000, 4000)
_BEFORE = 50
"""Conversations held before anything is measured."""
_CAPACITY = 100
"""Conversations at a time, the same in all runs."""
_MOST = 1.2
_MOST_BYTES = 2048
"""By which the peak may grow for each conversation more; what is bounded, such as caches, still fills up in these sizes."""


class Held(NamedTuple):
    """What one run took."""

    conversations: int
    events: int
    cpu_s: float
    log_bytes: int
    """Size of the file, without what all conversations share."""
    peak_kib: int


def measure(folder: Path) -> Iterator[Finding]:
    """CPU, bytes and memory by size of the run."""
    yield from findings([_held(folder, size) for size in SIZES])


def findings(runs: Sequence[Held]) -> Iterator[Finding]:
    """What the largest run costs beside the smallest."""
    sizes = " / ".join(f"{run.conversations:,}" for run in runs)
    what = f"a run of {sizes} {SETTING} conversations"
    cpu, size = [run.cpu_s / run.events * 1e6 for run in runs], [run.log_bytes / run.events for run in runs]
    whole = " / ".join(f"{run.cpu_s / run.conversations * 1e3:.1f}" for run in runs)
    yield _finding(f"{what}, cpu", cpu, "us/event", f"{whole} ms a conversation")
    yield _finding(f"{what}, log", size, "B/event", f"{runs[-1].events / runs[-1].conversations:.1f} events a conversation")
    first, last = runs[-2:] if len(runs) > 1 else (runs[0], runs[0])
    more = (last.peak_kib - first.peak_kib) * 1024 / max(last.conversations - first.conversations, 1)
    peaks = " / ".join(f"{run.peak_kib / 1024:.0f}" for run in runs)
    grown = f"{more:,.0f} B a conversation more"
    yield Finding(f"{what}, memory", f"{peaks} MiB at most", "driver and host in one", grown, f"<= {_MOST_BYTES:,} B", more <= _MOST_BYTES)


def _finding(what: str, values: Sequence[float], unit: str, beside: str) -> Finding:
    growth = values[-1] / values[0]
    figure = " / ".join(f"{value:.0f}" for value in values)
    return Finding(what, f"{figure} {unit}", beside, f"{growth:.2f}x in the largest", f"<= {_MOST}x", growth <= _MOST)


def _held(folder: Path, count: int) -> Held:
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return process.submit(_hold, folder, count).result()


def _hold(folder: Path, count: int) -> Held:
    place = prepare(load(SETTING), 1, None)
    _run(folder / f"before-{count}.sqlite", place, _BEFORE)
    path = folder / f"run-{count}.sqlite"
    began = time.process_time()
    events = _run(path, place, count)
    took = time.process_time() - began
    return Held(count, events, took, path.stat().st_size - sum(map(len, place.content.values())), memory().peak)


def _run(path: Path, place: Place, count: int) -> int:
    settings = RunSettings(settings=(SETTING,), count=count, seed=1)
    places = {SETTING: place}
    store = EventStore(path)
    ledger = Ledger(settings, store)

    async def hold() -> None:
        with crew_of(Placement("inline", 1, _CAPACITY), settings, places, path.parent, store, None) as crew:
            async for _ in Supervisor(ledger, crew).hold_all():
                pass

    asyncio.run(hold())
    store.close()
    assert len(ledger.view.finished) == count
    return sum(end.events for end in ledger.view.finished.values())


def main() -> None:
    """Runs of the sizes that are given."""
    sizes = sorted(int(size) for size in sys.argv[1:]) or SIZES
    table = Table("conversations", "a second and core", "CPU ms each", "CPU us/event", "B/event", "peak MiB")
    runs = []
    for size in sizes:
        with TemporaryDirectory(prefix="worldloom-bench-") as folder:
            run = _held(Path(folder), size)
        runs.append(run)
        each = (run.cpu_s / size * 1e3, run.cpu_s / run.events * 1e6, run.log_bytes / run.events, run.peak_kib / 1024)
        table.add_row(f"{size:,}", f"{size / run.cpu_s:.0f}", *(f"{value:.1f}" for value in each))
    console = Console()
    console.print(table)
    for finding in findings(runs):
        console.print(f"{finding.promise}: {finding.ratio} ({finding.target})")


if __name__ == "__main__":
    main()
