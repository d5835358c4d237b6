"""A host that was given up for dead and still writes: it and the hosts in its place leave one history, the same as ever."""

import asyncio
from random import Random

import pytest

from actors.conversation import ConversationActor
from actors.host import Host, minds_here
from events.errors import ConcurrencyError
from events.shards import ShardedLog
from events.store import EventStore
from tests.actors.test_run import SETTINGS, hold, inline, places
from tests.events.places import Files, Schema

INDICES = range(8)


class Hesitant:
    """A mind that lets others run before it replies."""

    def __init__(self, mind, rng: Random) -> None:
        self._mind, self._rng = mind, rng
        self.model, self.observe = mind.model, mind.observe
        self.request = self.usage = self.cost_usd = None

    async def reply(self):
        for _ in range(self._rng.randrange(4)):
            await asyncio.sleep(0)
        return await self._mind.reply()


def hesitant(seed: int):
    """Makes minds whose pauses differ from host to host."""
    rng = Random(seed)
    return lambda planned: lambda path, begun: Hesitant(minds_here(planned)(path, begun), rng)


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    """How conversations come out where nothing disturbs them."""
    folder = tmp_path_factory.mktemp("whole")
    finished = hold(folder, inline(folder)).view.finished
    return {stream: finished[stream] for stream in map(SETTINGS.stream, INDICES)}


@pytest.mark.parametrize("kind", ["shards", "postgres"])
def test_hosts_that_hold_the_same_conversations_leave_one_history(tmp_path, ends, kind, request, monkeypatch):
    """The one given up, the one in its place, and another that has taken over what was not begun: all end alike, and nothing is doubled."""
    place = Files(tmp_path) if kind == "shards" else Schema(request.getfixturevalue("postgres"))
    logs = [place.open(own=own) if kind == "shards" else place.open() for own in (1, 1, 2)]
    hosts = [Host(SETTINGS, places(), log, capacity=8, minds=hesitant(seed)) for seed, log in enumerate(logs)]
    begun = 0
    start = ConversationActor.__init__

    def count(self, *args, **options) -> None:
        nonlocal begun
        begun += 1
        start(self, *args, **options)

    async def whole(host: Host):
        return {end.stream: end async for end in host.hold(INDICES)}

    async def all_at_once():
        return await asyncio.gather(*map(whole, hosts))

    monkeypatch.setattr(ConversationActor, "__init__", count)

    assert asyncio.run(all_at_once()) == [ends] * 3
    assert begun > 3 * len(INDICES), "they never met"
    log = place.open(must_exist=True)
    assert log.streams() == sorted(ends)
    for stream, end in ends.items():
        assert len(log.rows(stream)) == end.events
        assert log.head(stream).digest == end.digest
    if isinstance(log, ShardedLog):
        assert sum(len(EventStore(path).streams()) for path in place.paths) == len(ends)


def test_a_conflict_without_progress_is_an_error(tmp_path):
    """A log that refuses though nobody has written is not asked for ever."""

    class Refusing(EventStore):
        def append(self, *_, **__):
            raise ConcurrencyError("no")

    async def go() -> None:
        async for _ in Host(SETTINGS, places(), Refusing(tmp_path / "0.sqlite")).hold([0]):
            pass

    with pytest.raises(ConcurrencyError):
        asyncio.run(go())
