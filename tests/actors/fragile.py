"""A log that kills those who write to it, and minds that count, over all processes, how often they are asked."""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NoReturn

from actors.conversation import MindFactory
from actors.host import MindMaker
from actors.mind import Mind, Reply
from actors.plan import Planned
from domain.agents import USER
from events.base import Event
from events.conversation import ModelReplied
from events.log import Log, WritableLog
from events.run import ConversationFinished
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.runs import RUN, mismatch, read_run

When = Literal["before", "after"]
"""An append that is lost with the process, or one that is on the disk."""
Fatal = Callable[[str, int], When | None]
"""Stream and the number of its events -> whether its next append kills, and when."""
BEGUN = "begun"


class Killed(BaseException):
    """The process is gone."""


def killed() -> NoReturn:
    """A death from which a test can go on."""
    raise Killed


class Fragile:
    """A log that dies at an append, and takes nothing any more."""

    def __init__(self, log: WritableLog, fatal: Fatal, die: Callable[[], NoReturn] = killed) -> None:
        self._log, self._fatal, self._die = log, fatal, die

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    def append(self, stream, events, head, circumstances=None):
        when = self._fatal(stream, head.position)
        if when == "before":
            self._end()
        new = self._log.append(stream, events, head, circumstances)
        if when == "after":
            self._end()
        return new

    def _end(self) -> NoReturn:
        self._fatal = lambda *_: "before"
        self._die()


def nth(append: int, when: When) -> Fatal:
    """The n-th append of all, counted from 1, kills."""
    left = append

    def fatal(_stream: str, _position: int) -> When | None:
        nonlocal left
        left -= 1
        return when if left == 0 else None

    return fatal


class Counted:
    """A mind that writes down that it is asked, before it replies."""

    def __init__(self, mind: Mind, file: Path, line: str) -> None:
        self._mind, self._file, self._line = mind, file, line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mind, name)

    async def reply(self) -> Reply:
        note(self._file, self._line)
        return await self._mind.reply()


def counting(minds: MindMaker, file: Path) -> MindMaker:
    """The same minds, counted; and how often each conversation was begun or gone on with."""

    def maker(planned: Planned) -> MindFactory:
        make = minds(planned)

        def mind(path: str, begun: SubagentStarted | None) -> Mind:
            if path == USER:
                note(file, f"{planned.stream} {BEGUN}")
            return Counted(make(path, begun), file, f"{planned.stream} {path}")

        return mind

    return maker


def note(file: Path, line: str) -> None:
    """Add a line, whole, whoever else adds one, and safe from this process's death."""
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


def check_effects(log: Log) -> None:
    """All that was scheduled is finished, once, and is as it was recorded; nothing else is there; each call has one outcome."""
    run = read_run(log)
    assert run.abandoned == {}
    ends = (record.event for record in log.read(RUN))
    assert sorted(end.stream for end in ends if isinstance(end, ConversationFinished)) == sorted(run.scheduled)
    assert sorted(log.streams()) == sorted({RUN, *run.scheduled})
    for stream in run.scheduled:
        records = list(log.read(stream))
        assert mismatch(records, run.finished[stream]) is None
        events = [record.event for record in records]
        assert outcomes(events) == Counter(event.call_id for event in events if isinstance(event, ToolCalled)), stream


def check_once(log: Log, asked: Path, most_again: int | None = None) -> Counter[str]:
    """As ``check_effects``; and for each death, of each mind one reply was asked again at most.

    Args:
        most_again: A closer bound, for all lives of a conversation together.

    Returns:
        How often each conversation was begun or gone on with.
    """
    check_effects(log)
    lines = Counter(asked.read_text().splitlines())
    streams = read_run(log).scheduled
    lives = Counter({stream: lines.pop(f"{stream} {BEGUN}") for stream in streams})
    for stream in streams:
        recorded = Counter(record.event.agent for record in log.read(stream) if isinstance(record.event, ModelReplied))
        for agent, replies in recorded.items():
            again = lines.pop(f"{stream} {agent}") - replies
            most = lives[stream] - 1 if most_again is None else most_again
            assert 0 <= again <= most, f"{agent} of {stream} was asked {again} times again in {lives[stream]} lives"
    assert not lines, f"asked, and no reply recorded: {lines}"
    return lives


def outcomes(events: list[Event]) -> Counter[str]:
    """Call id -> its outcomes."""
    return Counter(event.call_id for event in events if isinstance(event, ToolAnswered | ToolRefused | ToolFaulted))
