"""Origins: what it costs to look up where the arguments of a call come from, reading of the conversation included."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from actors.inline import hold_inline
from actors.plan import RunSettings, prepare
from actors.run import Ledger
from benchmarks.measure import Finding, interleaved
from events.store import EventStore
from projections.contents import Contents
from projections.origins import coverage
from projections.state import conversations
from scenarios.load import load

SETTINGS = ("retail", "supply_chain")
COUNT = 60
ROUNDS = 5
_MOST_MS = 1.0


def measure(folder: Path) -> Iterator[Finding]:
    """CPU a call, beside reading the same conversations; and how many arguments come from somewhere."""
    store = EventStore(folder / "origins.sqlite")
    settings = RunSettings(settings=SETTINGS, count=COUNT, seed=5)
    places = {name: prepare(load(name), settings.seed, None) for name in SETTINGS}
    asyncio.run(hold_inline(Ledger(settings, store), places, store))
    streams, contents = conversations(store), Contents(store)

    def read(_: int) -> None:
        for stream in streams:
            for _record in store.read(stream):
                pass

    taken = interleaved({"origins": lambda _: coverage(contents, streams), "read": read}, ROUNDS)
    found = coverage(contents, streams)
    store.close()
    each, beside = (taken[name].cpu_s / found.calls * 1e3 for name in ("origins", "read"))
    what = f"{found.grounded:.2%} of {found.leaves.total()} arguments come from somewhere"
    yield Finding(
        f"origins of a call's arguments, cpu; {what}",
        f"{each:.2f} ms/call",
        f"{beside:.2f} ms/call, reading the log",
        f"{each / beside:.1f}x",
        f"<= {_MOST_MS:.0f} ms",
        each <= _MOST_MS,
    )
