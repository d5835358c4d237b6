"""Forking: a conversation goes on otherwise from any of its events, with another model, another word, another outcome.

What was before is shared, and costs nothing: no model is asked for it and nothing of it is stored again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, NamedTuple

from pydantic import JsonValue

from actors.host import Host
from actors.minds import MindMaker, ToolMaker, minds_here, tools_here
from actors.plan import Planned, RunSettings
from actors.replanning import Replanner
from domain.conversation import Conversation, replay
from domain.editing import Appended, edited
from domain.errors import SettingError
from domain.policy import remember
from domain.setting import Setting
from domain.values import canonical
from events.base import Event
from events.conversation import ConversationEnded, ConversationForked, ConversationStarted
from events.digests import content_digest
from events.forks import FORKS, MARK, append_of, fact_digest, home, rows_at, whole
from events.log import WritableLog
from events.run import ConversationFinished
from events.tools import ToolCalled
from projections.branches import finished_forks
from projections.contents import Contents
from projections.errors import NoSuchPlace
from projections.state import beginning

_AT_A_TIME = 8
"""Forks that are held at once."""
_NAME = 8
"""Characters of a fork's own name."""


class Cut(NamedTuple):
    """Where a conversation can be forked."""

    stream: str
    """The stream that holds the last event that is shared."""
    position: int
    """How many events are shared; counted as that stream is read as a whole."""
    shared: str
    """Digest of the last of them."""


class Forks:
    """Makes forks of a run's conversations, and goes on with them.

    Args:
        settings: Of the run.
        loaded: Its settings, by name.
        log: Of the run; takes the forks.
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(
        self, settings: RunSettings, loaded: Mapping[str, Setting], log: WritableLog, clock: Callable[[], float] = time.time
    ) -> None:
        self._settings, self._log, self._clock = settings, log, clock
        self._contents, self._replanner = Contents(log), Replanner(settings, loaded, log)

    def fork(self, stream: str, at: int, edit: Mapping[str, JsonValue] | None = None, amends: Mapping[str, JsonValue] | None = None) -> str:
        """Make a fork, or find the one that was made so before.

        Args:
            at: The last event that is shared; with ``edit``, the event that is written otherwise. Where a step cannot be cut
                there, all of it is left out.
            edit: See ``domain.editing.edited``.
            amends: Fields of ConversationStarted that hold from there on.

        Returns:
            The fork's name: its parent's and a digest of all that makes it.

        Raises:
            NoSuchPlace: The conversation has no such event.
            SettingError: It has ended there, or the edit is not one.
        """
        cut = self._cut_before_step(stream, at) if edit is not None else self._cut(stream, at)
        told = {"at": cut.position, "edits": at if edit is not None else None, "edit": edit, "amends": dict(amends or {})}
        name = f"{cut.stream}{MARK}{content_digest(canonical(told))[:_NAME]}"
        if self._log.head(name).position:
            return name
        forked = ConversationForked(
            parent=cut.stream, position=cut.position, shared=cut.shared, edits=told["edits"], amends=dict(amends or {})
        )
        events = [forked, *(self._edited(stream, cut, at, forked, edit) if edit is not None else ())]
        self._log.append(name, events, self._log.head(name), {"at": round(self._clock(), 3)})
        return name

    async def go_on(
        self, forks: Sequence[str], minds: MindMaker = minds_here, tools: ToolMaker = tools_here, capacity: int = _AT_A_TIME
    ) -> AsyncIterator[ConversationFinished]:
        """Hold forks to their ends, several at a time; yields how each came out, in their order.

        One that has ended before is not held again.
        """
        host = Host(self._settings, {}, self._log, minds=minds, tools=tools, clock=self._clock)
        room = asyncio.Semaphore(capacity)

        async def held(fork: str) -> Event | None:
            async with room:
                return self._ended.get(fork) or await host.finish(self.planned(fork))

        tasks = {fork: asyncio.ensure_future(held(fork)) for fork in forks}
        try:
            for fork in forks:
                end = await tasks[fork]
                if isinstance(end, ConversationFinished):
                    if fork not in self._ended:
                        self._log.append(FORKS, [end], self._log.head(FORKS), {"at": round(self._clock(), 3)})
                        self._ended[fork] = end
                    yield end
        finally:
            for task in tasks.values():
                task.cancel()

    @cached_property
    def _ended(self) -> dict[str, ConversationFinished]:
        """How forks came out, read once however often some are gone on with."""
        return finished_forks(self._log)

    def planned(self, stream: str) -> Planned:
        """A conversation as it stands in the log, ready to go on; raises as ``Replanner.plan`` does."""
        planned = self._replanner.plan(stream)
        for body in planned.place.team:
            self._log.put(body)
        return planned

    def _cut(self, stream: str, at: int) -> Cut:
        """After an event; before its step, where it cannot stand without what was recorded with it."""
        step = self._step(stream, at)
        first, last = step[0].position, step[-1].position
        rest = {row.topic for row in step if row.position > at}
        here = next(row for row in step if row.position == at)
        if here.topic == ConversationEnded.TOPIC:
            raise SettingError(f"{stream} has ended with event {at}; fork before it, at {at - 1} or less")
        if at == last or here.topic == ToolCalled.TOPIC or rest == {ConversationEnded.TOPIC}:
            return self._cut_at(stream, at)
        return self._cut_at(stream, first - 1)

    def _cut_before_step(self, stream: str, at: int) -> Cut:
        return self._cut_at(stream, self._step(stream, at)[0].position - 1)

    def _cut_at(self, stream: str, position: int) -> Cut:
        if position < 1:
            raise SettingError(f"{stream} begins there; what it begins with is amended by options, so fork at 1 or later")
        row = rows_at(self._log, stream, position, position)[0]
        return Cut(home(self._log, stream, position), position, fact_digest(row))

    def _step(self, stream: str, at: int) -> list[Any]:
        step = append_of(self._log, stream, at)
        if not step:
            length = sum(1 for _ in whole(self._log, stream))
            raise NoSuchPlace(f"{stream} has no event {at}; it has 1 to {length}")
        return step

    def _edited(self, stream: str, cut: Cut, at: int, forked: ConversationForked, edit: Mapping[str, Any]) -> list[Event]:
        records = list(whole(self._log, stream))
        step = [record.event for record in records[cut.position : self._step(stream, at)[-1].position]]
        past = [record.event for record in records[: cut.position]]
        before = replay(beginning(self._contents, records), [*past, forked])
        environment = self._replanner.place(_started(before)).setting.environment
        return edited(Appended(before, remember(before.history), step), at - cut.position - 1, edit, environment)


def another_seed(seed: int, number: int) -> int:
    """The seed of a continuation, so that several from the same event differ; the first goes on with the parent's."""
    return seed if number == 0 else int.from_bytes(blake2b(f"{seed}/fork/{number}".encode(), digest_size=6).digest())


def _started(state: Conversation) -> ConversationStarted:
    assert state.started is not None
    return state.started
