"""Long conversations: what a turn costs in one of 10, 100 and 400 turns, to be held, to be kept and to be rebuilt."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from actors.conversation import ConversationActor
from benchmarks.measure import Finding, Timing, interleaved
from benchmarks.talks import TALKS, Talk, actor
from domain.agents import USER
from domain.conversation import Turn
from events.store import EventStore

LENGTHS = (10, 100, 400)
ROUNDS = 5
_AT_LEAST = 200
"""Turns in a round: of short conversations several are held."""
_MOST = 1.2


def measure(folder: Path) -> Iterator[Finding]:
    """Milliseconds and bytes a turn by length; what comes before the second turn is set-up and not counted."""
    for name, make in TALKS.items():
        yield from _measure(folder, name, make())


def _measure(folder: Path, name: str, talk: Talk) -> Iterator[Finding]:
    store = EventStore(folder / f"turns-{name}.sqlite")
    held = {length: [_begun(talk, store, length, number) for number in range(ROUNDS + 1)] for length in LENGTHS}
    opened = {length: len(rounds[0][0].state.history) for length, rounds in held.items()}

    def hold(length: int, number: int) -> None:
        asyncio.run(_hold(held[length][number]))

    def rebuild(length: int, number: int) -> None:
        for place, one in enumerate(held[length][number]):
            stream = _stream(length, number, place)
            store.forget(stream)
            again = actor(talk, stream, store, length).state
            assert (again.ended, again.world.digest) == (one.state.ended, one.state.world.digest)

    held_ms = _each(interleaved({str(length): partial(hold, length) for length in LENGTHS}, ROUNDS))
    rebuilt_ms = _each(interleaved({str(length): partial(rebuild, length) for length in LENGTHS}, ROUNDS))
    sizes = [sum(len(row.state) for row in store.rows(_stream(length, 0, 0))[opened[length] :]) / length for length in LENGTHS]
    events = (len(held[LENGTHS[-1]][0][0].state.history) - opened[LENGTHS[-1]]) / LENGTHS[-1]
    store.close()
    lengths = "/".join(map(str, LENGTHS))
    what = f"a turn of {lengths} turns, {name} ({events:.0f} events a turn)"
    yield _finding(f"{what}, cpu", held_ms, "ms", f"rebuilt from the log in {_listed(rebuilt_ms)} ms")
    yield _finding(f"{what}, log", [size / 1e3 for size in sizes], "KB", "-")


def _finding(what: str, values: list[float], unit: str, beside: str) -> Finding:
    growth = values[-1] / values[0]
    return Finding(what, f"{_listed(values)} {unit}", beside, f"{growth:.2f}x at {LENGTHS[-1]} turns", f"<= {_MOST}x", growth <= _MOST)


def _listed(values: list[float]) -> str:
    return " / ".join(f"{value:.2f}" for value in values)


def _begun(talk: Talk, store: EventStore, length: int, number: int) -> list[ConversationActor]:
    made = [actor(talk, _stream(length, number, place), store, length) for place in range(_count(length))]
    asyncio.run(_open(made))
    return made


async def _open(actors: list[ConversationActor]) -> None:
    for one in actors:
        while not one.state.turns or one.state.next() != Turn(USER):
            await one.step()


async def _hold(actors: list[ConversationActor]) -> None:
    for one in actors:
        await one.run()


def _count(length: int) -> int:
    return max(1, _AT_LEAST // length)


def _stream(length: int, number: int, place: int) -> str:
    return f"{length:04d}-{number}/{place:06d}"


def _each(taken: dict[str, Timing]) -> list[float]:
    """CPU milliseconds a turn."""
    return [taken[str(length)].cpu_s * 1e3 / (_count(length) * length) for length in LENGTHS]
