"""How everything here is timed, and what a finding looks like."""

import gc
import time
from collections.abc import Callable, Mapping
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
