"""A host: one process that holds many conversations at a time, and writes them to a shard of its own."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from actors.conversation import ConversationActor, MindFactory
from actors.mind import Mind
from actors.minds import make_mind
from actors.plan import Place, Planned, Planner, RunSettings
from domain.conversation import Conversation
from domain.errors import GoldFault, SettingError
from domain.goal import gold_world
from domain.incidents import incidents, usage
from domain.verdict import Verdict, judge
from events.base import Event
from events.conversation import ConversationEnded
from events.errors import EventsError
from events.log import WritableLog
from events.run import ConversationAbandoned, ConversationFinished
from events.subagents import SubagentStarted

MindMaker = Callable[[Planned], MindFactory]
"""For one conversation: what makes its minds."""


class Host:
    """Holds conversations.

    Args:
        store: The shard; nobody else writes to it.
        capacity: Conversations at a time.
        minds: Makes minds in this process unless told otherwise.
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
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._store, self._clock, self._minds = settings, store, clock, minds or minds_here
        self._planner = Planner(settings, places, store)
        self._room = asyncio.Semaphore(capacity)
        self._door = asyncio.Lock()
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
            async with self._door:
                await asyncio.sleep(0)  # rules never wait: one begins after another, so that who watches or interrupts has a turn
            if self._draining:
                return None
            stream = self._settings.stream(index)
            try:
                return await self._held(index)
            except (SettingError, EventsError, OSError):  # these concern the whole run
                raise
            except Exception as error:  # a mind that cannot be reached, or a bug of ours, must not stop the others
                return ConversationAbandoned(stream=stream, reason=f"{type(error).__name__}: {error}", fault="infrastructure")
            finally:
                self._store.forget(stream)

    async def _held(self, index: int) -> Event | None:
        planned = self._planner.plan(index)
        setting = planned.place.setting
        actor = ConversationActor(
            planned.stream,
            self._store,
            planned.started,
            planned.place.base,
            setting.environment,
            self._minds(planned),
            self._clock,
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
            cost_usd=round(actor.cost_usd, 6),
        )


def _verdict(held: Conversation, planned: Planned) -> Verdict:
    setting, goal = planned.place.setting, planned.goal
    try:
        gold = gold_world(planned.place.world, goal, setting.toolset, seed=planned.started.seed, now=setting.clock)
    except GoldFault as fault:
        return Verdict(False, (f"gold-faulted:{fault.tool}",), "tool")
    return judge(held, goal, gold)


def minds_here(planned: Planned) -> MindFactory:
    """Minds in this process."""
    started = planned.started

    def mind(path: str, begun: SubagentStarted | None) -> Mind:
        model = started.models[path] if begun is None else begun.model
        return make_mind(path, model, planned.place.setting, planned.goal, planned.persona, started.seed)

    return mind
