"""A host: one process that holds many conversations at a time, and writes them to a shard of its own."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace

from actors.conversation import ConversationActor
from actors.mind import BudgetSpent
from actors.minds import MindMaker, ToolMaker, minds_here, tools_here
from actors.plan import Place, Planned, Planner, RunSettings
from domain.acceptance import accept, course
from domain.conversation import Conversation
from domain.errors import GoldFault, SettingError
from domain.faults import Faults
from domain.goal import gold_world
from domain.incidents import incidents, usage
from domain.persona.mood import Mood
from domain.slips import wanted
from domain.verdict import Verdict, judge
from events.base import Event
from events.conversation import ConversationEnded
from events.errors import ConcurrencyError, EventsError
from events.log import WritableLog
from events.run import BudgetReached, ConversationAbandoned, ConversationFinished

_MOMENT_S, _MOST_MOMENT_S = 0.05, 0.5
"""How long conversations are begun at a time, at least and at the most."""


class Host:
    """Holds conversations.

    Args:
        store: The log; new conversations go to the host's own shard.
        capacity: Conversations at a time.
        minds: Makes minds in this process unless told otherwise.
        tools: Makes what plays the simulated tools; likewise.
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(
        self,
        settings: RunSettings,
        places: Mapping[str, Place],
        store: WritableLog,
        *,
        capacity: int = 1,
        minds: MindMaker | None = None,
        tools: ToolMaker | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._store, self._clock, self._minds = settings, store, clock, minds or minds_here
        self._tools = tools or tools_here
        self._faults = Faults(settings.faults)
        self._planner = Planner(settings, places, store)
        self._room = asyncio.Semaphore(capacity)
        self._open_until = 0.0
        self._draining = False
        gc.freeze()  # worlds and settings never change: the collector need not walk them again and again

    async def hold(self, indices: Sequence[int]) -> AsyncIterator[Event]:
        """Hold conversations; yields how each came out, as it comes. Drained, it yields fewer."""
        tasks = [asyncio.ensure_future(self._hold(index)) for index in indices]
        try:
            for done in asyncio.as_completed(tasks):
                end = await done
                if end is not None:
                    yield end
        finally:
            for task in tasks:
                task.cancel()

    def drain(self) -> None:
        """Begin no more conversations, and leave those that are under way at their next append."""
        self._draining = True

    def begun(self, indices: Sequence[int]) -> list[int]:
        """Those of the conversations that were begun and have not ended: who was at work when a host died."""
        found = []
        for index in indices:
            last = None
            for record in self._store.read(self._settings.stream(index)):
                last = record.event
            if last is not None and not isinstance(last, ConversationEnded):
                found.append(index)
        return found

    async def _hold(self, index: int) -> Event | None:
        async with self._room:
            await self._turn()
            if self._draining:
                return None
            stream = self._settings.stream(index)
            try:
                return await self.finish(self._planner.plan(index))
            except BudgetSpent as error:
                first, self._draining = not self._draining, True
                return BudgetReached(reason=str(error)) if first else None
            except (SettingError, EventsError, OSError):  # these concern the whole run
                raise
            except Exception as error:  # a mind that cannot be reached, or a bug of ours, must not stop the others
                return ConversationAbandoned(stream=stream, reason=f"{type(error).__name__}: {error}", fault="infrastructure")
            finally:
                self._store.forget(stream)

    async def _turn(self) -> None:
        """Wait until one may begin: for a moment many do, then whoever watches or interrupts, and those under way, have a turn.

        Rules never wait, so a conversation may be held to its end at once. Those that wait for replies are begun for half of
        the time, so that a host is filled however much those under way have to do.
        """
        while (asleep := time.monotonic()) > self._open_until:
            await asyncio.sleep(0)
            if self._open_until < asleep:  # nobody has opened it meanwhile
                now = time.monotonic()
                self._open_until = now + min(max((now - asleep) / 2, _MOMENT_S), _MOST_MOMENT_S)

    async def finish(self, planned: Planned) -> Event | None:
        """Hold one conversation to its end, from wherever the log has it; None where the host is drained.

        Whoever was given up for dead may still write: what it wrote is believed, and gone on from.
        """
        length = -1
        while True:
            try:
                return await self._held(planned)
            except ConcurrencyError:
                self._store.forget(planned.stream)
                before, length = length, self._store.head(planned.stream).position
                if length <= before:
                    raise

    async def _held(self, planned: Planned) -> Event | None:
        setting = planned.place.setting
        actor = ConversationActor(
            planned.stream,
            self._store,
            planned.started,
            planned.place.base,
            replace(setting.environment, faults=self._faults),
            self._minds(planned),
            self._clock,
            Mood.of(planned.persona, setting.slots),
            self._tools(planned),
        )
        try:
            while actor.state.ended is None:
                if self._draining:
                    return None
                await actor.step()
        finally:
            actor.leave()
        verdict = _verdict(actor.state, planned)
        head = self._store.head(planned.stream)
        return ConversationFinished(
            stream=planned.stream,
            events=head.position,
            digest=head.digest,
            accepted=verdict.accepted,
            findings=verdict.findings,
            fault=verdict.fault,
            incidents=incidents(actor.state.history),
            usage=usage(actor.state.history),
            cost_usd=round(actor.cost_usd, 9),
            course=course(actor.state.history) if planned.strict else None,
        )


def _verdict(held: Conversation, planned: Planned) -> Verdict:
    setting, goal = planned.place.setting, wanted(planned.goal, held.history)
    try:
        gold = gold_world(planned.world, goal, setting.toolset, seed=planned.started.seed, now=setting.clock)
    except GoldFault as fault:
        return Verdict(False, (f"gold-faulted:{fault.tool}",), "tool")
    if planned.strict:
        return accept(held, goal, planned.world, gold, setting.toolset, setting.checks)
    return judge(held, goal, gold, setting.checks)
