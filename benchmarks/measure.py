"""How everything here is timed, and what a finding looks like."""

import gc
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple


class Timing(NamedTuple):
    """Medians over all rounds, in seconds."""

    cpu_s: float
    wall_s: float


class Finding(NamedTuple):
    """One line of the table."""

    promise: str
    figure: str
    beside: str
    """What it is measured against."""
    ratio: str
    target: str
    met: bool


def interleaved(parts: Mapping[str, Callable[[int], object]], rounds: int) -> dict[str, Timing]:
    """Time several things in turns, so that what slows the machine for a while slows them all.

    Args:
        parts: Name -> what to do in round n. Round 0 is thrown away.
    """
    gc.collect()
    gc.freeze()  # what was set up is no part of what is measured
    taken: dict[str, list[Timing]] = {name: [] for name in parts}
    for number in range(rounds + 1):
        order = list(parts.items())
        for name, part in order if number % 2 else reversed(order):
            cpu, wall = time.process_time(), time.perf_counter()
            part(number)
            taken[name].append(Timing(time.process_time() - cpu, time.perf_counter() - wall))
    return {name: Timing(median(t.cpu_s for t in times[1:]), median(t.wall_s for t in times[1:])) for name, times in taken.items()}


class Memory(NamedTuple):
    """Of this process, in KiB."""

    now: int
    peak: int


def memory() -> Memory:
    """What this process takes, and the most that it ever took; where the system does not tell what it takes now, the most stands for it."""
    status = Path("/proc/self/status")
    if not status.exists():
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
        return Memory(peak, peak)
    lines = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines())
    return Memory(*(int(lines[name].split()[0]) for name in ("VmRSS", "VmHWM")))  # ru_maxrss would count the process that made this one
