"""A long conversation costs as much as short ones of the same length together; counted in bytecodes, so that no clock decides."""

import asyncio
import sys
from types import FrameType
from typing import Any

import pytest

from benchmarks.talks import TALKS, actor
from domain.agents import USER
from domain.conversation import Turn
from events.store import EventStore

EARLY, LATE = 20, 220
WIDTH = 10
"""Turns that are counted together, so that what happens every few turns weighs little."""


class Counted:
    """Counts the bytecodes that are executed while it is entered."""

    def __enter__(self) -> "Counted":
        self.bytecodes = 0
        self._before = sys.gettrace()
        sys.settrace(self._call)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _call(self, frame: FrameType, _event: str, _what: Any) -> Any:
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._opcode

    def _opcode(self, _frame: FrameType, event: str, _what: Any) -> Any:
        self.bytecodes += event == "opcode"
        return self._opcode


@pytest.mark.parametrize("name", TALKS)
def test_a_late_turn_costs_what_an_early_one_costs(name, tmp_path):
    """Whether a model names its calls, rules look back, sub-agents are put to work, or the world grows by a row a turn."""
    talk = TALKS[name]()
    store = EventStore(tmp_path / "log.sqlite")
    one = actor(talk, "long/000000", store, LATE + WIDTH)

    async def hold(turns: int) -> None:
        while one.state.turns < turns or one.state.next() != Turn(USER):
            await one.step()

    def counted(turn: int) -> int:
        asyncio.run(hold(turn))
        with Counted() as count:
            asyncio.run(hold(turn + WIDTH))
        return count.bytecodes

    early, late = counted(EARLY), counted(LATE)

    assert early > 10_000
    assert late < 1.05 * early
    store.forget("long/000000")
    assert actor(talk, "long/000000", store, LATE + WIDTH).state.world.digest == one.state.world.digest
