"""One process: killed at every append of a whole run, its own stream included, and on every store that takes new runs."""

from pathlib import Path

import pytest

from actors.plan import RunSettings
from events.conversation import ModelReplied
from events.log import Log
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolAnswered
from tests.actors.fragile import Fragile, Killed, When, check_once
from tests.actors.held import INLINE, begin, hold, inline

SETTINGS = RunSettings(settings=("supply_chain",), count=1, seed=158)
"""Few appends for its 67 events: two sub-agents at work at the same time, and a write."""


def check_that_much_happens(log: Log) -> None:
    """At least 40 events, agents at work at the same time, a write, and so many appends as can kill."""
    events = [record.event for record in log.read(SETTINGS.stream(0))]
    assert len(events) >= 40
    assert any(isinstance(event, ToolAnswered) and event.changes for event in events)
    working: set[str] = set()
    most = 0
    for event in events:
        if isinstance(event, SubagentStarted):
            working.add(event.agent)
        elif isinstance(event, SubagentFinished):
            working.remove(event.agent)
        most = max(most, len(working))
    assert most >= 2
    assert sum(isinstance(event, ModelReplied) for event in events) >= 20


def test_killed_at_any_append_a_run_goes_on_to_the_same_end(tmp_path: Path, address) -> None:
    """Equal digest, one outcome a call, and of each mind at most the one reply in flight asked again."""
    boundaries: list[tuple[str, int]] = []
    run = begin(tmp_path / "whole", SETTINGS, INLINE, address())
    log = Fragile(run.write_log(), lambda *boundary: boundaries.append(boundary))
    whole = hold(SETTINGS, log, inline(SETTINGS, log)).view.closed
    check_that_much_happens(log)

    for number, (at, when) in enumerate((at, when) for at in boundaries for when in ("before", "after")):
        assert killed_once(tmp_path / str(number), at, when, address()) == whole, (at, when)
    assert len(boundaries) > 30


def killed_once(folder: Path, at: tuple[str, int], when: When, address: str | None, settings: RunSettings = SETTINGS):
    """How a run ended that died at an append and was gone on with."""
    folder.mkdir()
    run, asked = begin(folder / "run", settings, INLINE, address), folder / "asked.txt"
    first = Fragile(run.write_log(), lambda *boundary: when if boundary == at else None)
    with pytest.raises(Killed):
        hold(settings, first, inline(settings, first, asked))
    first.close()
    log = begin(folder / "run", settings, INLINE, address).write_log()
    closed = hold(settings, log, inline(settings, log, asked)).view.closed
    check_once(log, asked)
    log.close()
    return closed
