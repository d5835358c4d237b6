"""A run: what is scheduled, who holds it, and how it came out.

The run stream is the truth of what is scheduled, finished and abandoned. The same settings on the same folder go on
where the run stopped, however it stopped. Hosts that die are replaced, and what they held goes on from the log.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from events.base import Event
from events.digests import Head, stream_head, streams_digest
from events.log import WritableLog
from events.run import BudgetReached, ConversationAbandoned, ConversationFinished, ConversationScheduled, RunFinished, RunStarted
from projections.runs import RUN, RunView

_SCHEDULE = 1000
_BATCHES = 64
"""For each host: so often at the least it tells how conversations came out."""
_PARTS, _MOST_IN_BATCH = 8, 500
"""A batch is a small part of what a host holds: its room is free again only when its last conversation has ended."""
_AHEAD = 2
"""Times its capacity that a host is given, so that it has one to begin whenever one ends."""
_MOST_REPLACEMENTS = 10
_MOST_KILLS = 3
"""A conversation that was alone with its host so often when it died is abandoned."""


class HostLost(Exception):
    """A host died; what it held is in its shard, up to the last append."""


class HostGone(HostLost):
    """A host had died before it was given anything, so nothing that it was to hold is why."""


class Schedule(Protocol):
    """What a run is to hold, and what it is called."""

    @property
    def name(self) -> str:
        """The run's."""

    @property
    def count(self) -> int:
        """Conversations in all."""

    def stream(self, index: int) -> str:
        """Name of a conversation's stream."""

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """The settings as JSON."""


class Crew(Protocol):
    """The hosts of a run, however they are placed."""

    hosts: int
    capacity: int
    """Conversations that each host holds at a time."""

    async def hold(self, host: int, indices: Sequence[int]) -> list[Event]:
        """Let a host hold conversations; how they came out.

        Raises:
            HostLost: It died meanwhile.
        """

    async def begun(self, host: int, indices: Sequence[int]) -> list[int]:
        """Those that were begun and have not ended."""

    async def replace(self, host: int) -> None:
        """Put a new host in the place of one that died."""

    async def drain(self) -> None:
        """Let all hosts come to a stop at their next append."""


@dataclass(frozen=True)
class Batch:
    """Conversations that are sent to a host together; ``alone``, with nothing else beside them."""

    indices: tuple[int, ...]
    alone: bool = False


class Ledger:
    """The run stream: appends to it, and knows what it says.

    Args:
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(self, settings: Schedule, store: WritableLog, clock: Callable[[], float] = time.time) -> None:
        self.settings, self._store, self._clock = settings, store, clock
        self.view = RunView(RunStarted(run=settings.name, settings=settings.model_dump(mode="json")))
        self._head = stream_head(RUN)
        for record in store.read(RUN):
            self._head = Head(record.position, record.link)
            self.view.believe(record.event)
        self._again = self.view.again()
        if not self._head.position:
            self.record(self.view.started)

    def record(self, *events: Event) -> None:
        """Append, then believe."""
        if events:
            self._head = self._store.append(RUN, events, self._head, {"at": round(self._clock(), 3)})
        for event in events:
            self.view.believe(event)
            if isinstance(event, ConversationFinished | ConversationAbandoned):
                self._again.discard(event.stream)

    def schedule(self) -> None:
        """Record what is to be held, before any of it is."""
        for first in range(len(self.view.scheduled), self.settings.count, _SCHEDULE):
            batch = range(first, min(first + _SCHEDULE, self.settings.count))
            self.record(*(ConversationScheduled(stream=self.settings.stream(index)) for index in batch))

    def open(self) -> list[int]:
        """Indices of the conversations that are not finished; of those abandoned, the ones to be tried again, once in a ledger's life."""
        done = {*self.view.finished, *self.view.abandoned} - self._again
        return [index for index in range(self.settings.count) if self.settings.stream(index) not in done]

    def close(self) -> None:
        """Record that all is done; ``digest`` covers every finished conversation, whoever held it and in whatever order."""
        if self.view.closed is None:
            finished = self.view.finished
            digest = streams_digest({stream: end.digest for stream, end in finished.items()})
            accepted = sum(end.accepted for end in finished.values())
            self.record(RunFinished(conversations=len(finished), accepted=accepted, digest=digest))


class Supervisor:
    """Sends conversations to hosts, a bounded number at a time, until all are finished or abandoned."""

    def __init__(self, ledger: Ledger, crew: Crew) -> None:
        self._ledger, self._crew = ledger, crew
        self._queue: deque[Batch] = deque()
        self._under_way: dict[asyncio.Task[list[Event]], tuple[int, Batch]] = {}
        self._given: Counter[int] = Counter()
        """Host -> room that is taken on it, in conversations."""
        self._kills: Counter[int] = Counter()
        self.out_of_money: BudgetReached | None = None
        """Why the run stops before its end."""

    async def hold_all(self) -> AsyncIterator[list[Event]]:
        """Hold what is open; yields how conversations came out, as it is recorded."""
        self._ledger.schedule()
        self._queue.extend(self._batches(self._ledger.open()))
        try:
            while self._queue or self._under_way:
                self._dispatch()
                done, _ = await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
                ends = await self._collect(done)
                if self.out_of_money:
                    self._queue.clear()
                    await self._crew.drain()
                yield ends
        finally:
            await self._wind_up()
        if not self._ledger.open():
            self._ledger.close()

    def _batches(self, indices: Sequence[int]) -> Iterable[Batch]:
        share = len(indices) // (_BATCHES * self._crew.hosts)
        size = max(1, min(self._crew.capacity // _PARTS, _MOST_IN_BATCH, share))
        return (Batch(tuple(indices[first : first + size])) for first in range(0, len(indices), size))

    def _dispatch(self) -> None:
        """Give to all hosts in turns, until each has what it may hold and more to go on with."""
        hosts = deque(range(self._crew.hosts))
        while hosts and self._queue:
            host = hosts.popleft()
            if self._has_room(host, self._queue[0]):
                batch = self._queue.popleft()
                self._under_way[asyncio.ensure_future(self._hold(host, batch))] = (host, batch)
                self._given[host] += self._room(batch)
                hosts.append(host)

    async def _hold(self, host: int, batch: Batch) -> list[Event]:
        """Let a host hold a batch; where its death would be held against the batch, the host is asked for a sign of life before."""
        if batch.alone:
            try:
                await self._crew.begun(host, batch.indices)
            except HostLost as error:
                raise HostGone(str(error)) from error
        return await self._crew.hold(host, batch.indices)

    def _has_room(self, host: int, batch: Batch) -> bool:
        return self._given[host] < (1 if batch.alone else _AHEAD * self._crew.capacity)

    def _room(self, batch: Batch) -> int:
        """What a batch takes up on a host, in conversations: alone, all that there is."""
        return _AHEAD * self._crew.capacity if batch.alone else len(batch.indices)

    def _take_back(self, task: asyncio.Task[list[Event]]) -> tuple[int, Batch]:
        """A batch that is no longer under way, and the host that held it."""
        host, batch = self._under_way.pop(task)
        self._given[host] -= self._room(batch)
        return host, batch

    async def _collect(self, done: Iterable[asyncio.Task[list[Event]]]) -> list[Event]:
        ends: list[Event] = []
        lost: dict[int, list[Batch]] = {}
        alone: set[int] = set()
        for task in done:
            host, batch = self._take_back(task)
            try:
                ends += task.result()
            except HostLost as error:
                lost.setdefault(host, []).append(batch)
                if batch.alone and not isinstance(error, HostGone):
                    alone.add(host)
        for host, batches in lost.items():
            for task in [task for task, (at, _) in self._under_way.items() if at == host]:
                _, batch = self._take_back(task)
                result = (await asyncio.gather(task, return_exceptions=True))[0]
                if isinstance(result, list):
                    ends += result
                elif isinstance(result, HostLost):
                    batches.append(batch)
                else:
                    raise result
            ends += await self._recover(host, batches, alone=host in alone)
        ends = self._unless_told(ends)
        self._ledger.record(*ends)
        return ends

    def _unless_told(self, ends: Iterable[Event]) -> list[Event]:
        """Each host finds that the money is spent; once is enough."""
        kept = []
        for end in ends:
            if isinstance(end, BudgetReached):
                if self.out_of_money is not None:
                    continue
                self.out_of_money = end
            kept.append(end)
        return kept

    async def _recover(self, host: int, batches: Sequence[Batch], *, alone: bool) -> list[Event]:
        """Replace a host, and send on what it held: who was at work when it died may be why, so they go apart.

        Args:
            alone: The host lived when it began to hold them, and was given nothing besides.
        """
        held = [index for batch in batches for index in batch.indices]
        suspects = await self._replaced(host, held)
        others = [index for index in held if index not in set(suspects)]
        self._queue.extend(self._batches(others))
        if len(suspects) != 1:
            half = (len(suspects) + 1) // 2
            self._queue.extendleft(Batch(tuple(part), alone=True) for part in (suspects[:half], suspects[half:]) if part)
            return []
        index = suspects[0]
        self._kills[index] += alone
        if self._kills[index] < _MOST_KILLS:
            self._queue.appendleft(Batch((index,), alone=True))
            return []
        reason = f"its host died {_MOST_KILLS} times while nothing else was at work there"
        return [ConversationAbandoned(stream=self._ledger.settings.stream(index), reason=reason, fault="infrastructure")]

    async def _replaced(self, host: int, held: Sequence[int]) -> list[int]:
        """Put a new host in the place of a dead one; what was begun there. The new one may die as well.

        Raises:
            HostLost: Hosts die again and again, before they hold anything.
        """
        for attempt in range(_MOST_REPLACEMENTS):
            await self._crew.replace(host)
            try:
                return await self._crew.begun(host, held)
            except HostLost:
                if attempt == _MOST_REPLACEMENTS - 1:
                    raise
        raise AssertionError

    async def _wind_up(self) -> None:
        """Whatever ended the run, record what is still finished meanwhile."""
        if not self._under_way:
            return
        await self._crew.drain()
        results = await asyncio.gather(*self._under_way, return_exceptions=True)
        self._under_way.clear()
        self._ledger.record(*self._unless_told(end for result in results if isinstance(result, list) for end in result))
