"""Whole offline conversations, recorded and judged."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from actors.inline import hold_inline
from actors.plan import RunSettings, prepare
from actors.run import Ledger
from benchmarks.measure import Finding, interleaved
from events.conversation import AssistantSpoke, UserSpoke
from events.store import EventStore
from events.tools import ToolAnswered, ToolCalled, ToolRefused
from scenarios.load import load

SETTING = "retail"
COUNT = 60
ROUNDS = 7
_TARGET_MS = 4.0
_MESSAGES = UserSpoke | AssistantSpoke | ToolCalled | ToolAnswered | ToolRefused


def measure(folder: Path) -> Iterator[Finding]:
    """CPU milliseconds for each conversation, log and verdict included; drawing the world is not."""
    settings = RunSettings(settings=(SETTING,), count=COUNT, seed=1)
    place = prepare(load(SETTING), settings.seed, None)
    stores = [EventStore(folder / f"run-{number}.sqlite") for number in range(ROUNDS + 1)]
    runs = [Ledger(settings, store) for store in stores]
    places = {SETTING: place}

    taken = interleaved({"run": lambda number: asyncio.run(hold_inline(runs[number], places, stores[number]))}, ROUNDS)

    run, store = runs[0], stores[0]
    messages = sum(isinstance(record.event, _MESSAGES) for stream in run.finished for record in store.read(stream))
    accepted = sum(end.accepted for end in run.finished.values())
    same = len({run.closed.digest for run in runs if run.closed}) == 1
    for opened in stores:
        opened.close()
    cpu_ms = taken["run"].cpu_s / COUNT * 1e3
    yield Finding(
        f"hold an offline {SETTING} conversation, recorded and judged, cpu",
        f"{cpu_ms:.2f} ms ({taken['run'].wall_s / COUNT * 1e3:.2f} ms wall)",
        f"{messages / COUNT:.0f} messages each; {accepted} of {COUNT} accepted; {'one digest' if same else 'DIGESTS DIFFER'}",
        f"{1e3 / cpu_ms:,.0f}/s a core",
        f"<= {_TARGET_MS:.0f} ms",
        cpu_ms <= _TARGET_MS and same,
    )
