"""Forks: what one costs, near the end of conversations of 10, 100 and 400 turns."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from actors.forking import Forks
from actors.plan import RunSettings
from benchmarks.measure import Finding, interleaved
from benchmarks.talks import actor, retail
from events.forks import MARK
from events.store import EventStore

LENGTHS = (10, 100, 400)
ROUNDS = 7
_FORKS = 60
"""In a round."""
_MOST = 2.0
_STREAM = "retail/{:06d}"


def measure(folder: Path) -> Iterator[Finding]:
    """Time and bytes of a fork by length; beside it, reading the conversation up to there."""
    talk, store = retail(), EventStore(folder / "forks.sqlite")
    lengths: dict[int, int] = {}
    for turns in LENGTHS:
        one = actor(talk, _STREAM.format(turns), store, turns)
        asyncio.run(one.run())
        lengths[turns] = len(store.rows(_STREAM.format(turns)))
    forks = Forks(RunSettings(settings=("retail",), count=1, seed=1), {}, store, clock=lambda: 0.0)

    def fork(turns: int, number: int) -> None:
        for place in range(_FORKS):
            forks.fork(_STREAM.format(turns), lengths[turns] - 2 - place % 8, amends={"seed": number * _FORKS + place})

    def read(turns: int, _: int) -> None:
        for _record in store.read(_STREAM.format(turns)):
            pass

    made = interleaved({str(turns): partial(fork, turns) for turns in LENGTHS}, ROUNDS)
    whole = interleaved({str(turns): partial(read, turns) for turns in LENGTHS}, ROUNDS)
    each = [made[str(turns)].cpu_s / _FORKS * 1e6 for turns in LENGTHS]
    beside = [whole[str(turns)].cpu_s * 1e6 for turns in LENGTHS]
    sizes = [_bytes(store, turns) for turns in LENGTHS]
    store.close()
    named = "/".join(map(str, LENGTHS))
    yield _finding(f"a fork near the end of {named} turns, cpu", each, "us", f"reading it: {_listed(beside)} us")
    yield _finding(f"a fork near the end of {named} turns, log", sizes, "B", "-")


def _bytes(store: EventStore, turns: int) -> float:
    forks = [name for name in store.streams() if name.startswith(_STREAM.format(turns) + MARK)]
    return sum(len(row.state) for name in forks for row in store.rows(name)) / len(forks)


def _finding(what: str, values: list[float], unit: str, beside: str) -> Finding:
    growth = max(values) / min(values)
    return Finding(what, f"{_listed(values)} {unit}", beside, f"{growth:.2f}x apart", f"<= {_MOST:.0f}x", growth <= _MOST)


def _listed(values: list[float]) -> str:
    return " / ".join(f"{value:.0f}" for value in values)
