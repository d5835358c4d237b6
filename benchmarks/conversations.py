"""Whole offline conversations, recorded and judged."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

from actors.inline import hold_inline
from actors.plan import Place, RunSettings, prepare
from actors.run import Ledger
from benchmarks.measure import Finding, interleaved
from events.conversation import AssistantSpoke, UserSpoke
from events.store import EventStore
from events.tools import ToolAnswered, ToolCalled, ToolRefused
from scenarios.load import load

SETTING = "retail"
COUNT = 60
ROUNDS = 7
_OUTSIDE = Path(__file__).parents[2] / "shared" / "data" / "tau2" / "retail"
_TARGET_MS = 4.0
_OF_MESSAGES = 16
"""The length of a conversation that the target speaks of."""
_MESSAGES = UserSpoke | AssistantSpoke | ToolCalled | ToolAnswered | ToolRefused


def measure(folder: Path) -> Iterator[Finding]:
    """CPU milliseconds for each conversation, log and verdict included; drawing or loading the world is not."""
    setting = load(SETTING)
    settings = RunSettings(settings=(SETTING,), count=COUNT, seed=1)
    yield _measure(folder, "drawn", settings, prepare(setting, settings.seed, None))
    if _OUTSIDE.exists():
        yield _measure(folder, "tau2", settings, prepare(setting, settings.seed, _OUTSIDE))


def _measure(folder: Path, name: str, settings: RunSettings, place: Place) -> Finding:
    stores = [EventStore(folder / f"{name}-{number}.sqlite") for number in range(ROUNDS + 1)]
    runs = [Ledger(settings, store) for store in stores]
    places = {SETTING: place}

    def hold(number: int) -> None:
        asyncio.run(hold_inline(runs[number], places, stores[number]))

    taken = interleaved({"run": hold, "yardstick": lambda _: _yardstick()}, ROUNDS)

    run, store = runs[0], stores[0]
    messages = sum(isinstance(record.event, _MESSAGES) for stream in run.view.finished for record in store.read(stream)) / COUNT
    accepted = sum(end.accepted for end in run.view.finished.values())
    same = len({run.view.closed.digest for run in runs if run.view.closed}) == 1
    for opened in stores:
        opened.close()
    cpu_ms, wall_ms = taken["run"].cpu_s / COUNT * 1e3, taken["run"].wall_s / COUNT * 1e3
    comparable_ms = cpu_ms / messages * _OF_MESSAGES
    return Finding(
        f"hold an offline {SETTING} conversation ({name} tasks), recorded and judged, cpu",
        f"{comparable_ms:.2f} ms for {_OF_MESSAGES} messages; {cpu_ms:.2f} ms ({wall_ms:.2f} ms wall) for the {messages:.1f} that it has",
        f"{taken['yardstick'].cpu_s * 1e3:.1f} ms, a fixed Python loop; {accepted} of {COUNT} accepted; "
        f"{'one digest' if same else 'DIGESTS DIFFER'}",
        f"{1e3 / cpu_ms:,.0f}/s a core",
        f"<= {_TARGET_MS:.0f} ms for {_OF_MESSAGES}",
        comparable_ms <= _TARGET_MS and same,
    )


def _yardstick() -> None:
    """Plain Python that never changes: tells a slow machine from slow code."""
    for number in range(200):
        rows = {str(key): {"number": key, "texts": [key, f"row {key} of {number}"]} for key in range(60)}
        assert json.loads(json.dumps(rows)) == rows
