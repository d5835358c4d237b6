"""A run: hosts that die are replaced, what they held goes on, and a conversation that keeps killing them is given up."""

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from actors.host import Host
from actors.inline import InlineCrew
from actors.plan import Place, RunSettings, prepare
from actors.run import HostLost, Ledger, Supervisor
from events.base import Event
from events.run import ConversationFinished
from events.store import EventStore
from scenarios.load import load
from tests.actors.fragile import Fragile, Killed, When, nth

SETTINGS = RunSettings(settings=("supply_chain",), count=24, seed=5)


@cache
def places() -> dict[str, Place]:
    """The one place of the run."""
    return {name: prepare(load(name), SETTINGS.seed, None) for name in SETTINGS.settings}


class FragileCrew:
    """Hosts in this process that die as their logs do; a poisoned stream kills at every append from its third event on."""

    hosts = 2
    capacity = 4

    def __init__(self, folder: Path, deaths: Sequence[int] = (), poison: str | None = None, when: When = "after") -> None:
        self.folder, self.deaths, self.poison, self.when = folder, list(deaths), poison, when
        self.replaced = 0
        self._hosts = [self._make(host) for host in range(self.hosts)]

    def _make(self, host: int) -> Host:
        counted = nth(self.deaths.pop(0) if self.deaths else -1, self.when)

        def fatal(stream: str, position: int) -> When | None:
            return "after" if stream == self.poison and position >= 3 else counted(stream, position)

        log = Fragile(EventStore(self.folder / f"{host + 1}.sqlite"), fatal)
        return Host(SETTINGS, places(), log, capacity=self.capacity, clock=lambda: 0.0)

    async def hold(self, host: int, indices: Sequence[int]) -> list[Event]:
        try:
            return [end async for end in self._hosts[host].hold(indices)]
        except Killed as error:
            raise HostLost from error

    async def begun(self, host: int, indices: Sequence[int]) -> list[int]:
        return self._hosts[host].begun(indices)

    async def replace(self, host: int) -> None:
        self.replaced += 1
        self._hosts[host] = self._make(host)

    async def drain(self) -> None:
        for host in self._hosts:
            host.drain()


def hold(folder: Path, crew, stop_after: int = 1000) -> Ledger:
    """Hold all; the ledger then."""
    ledger = Ledger(SETTINGS, EventStore(folder / "0.sqlite"), clock=lambda: 0.0)

    async def run() -> None:
        async for _ in Supervisor(ledger, crew).hold_all():
            if len(ledger.view.finished) >= stop_after:
                raise KeyboardInterrupt

    asyncio.run(run())
    return ledger


def inline(folder: Path) -> InlineCrew:
    """One host that writes to the run's own file."""
    return InlineCrew(Host(SETTINGS, places(), EventStore(folder / "0.sqlite"), clock=lambda: 0.0))


@pytest.fixture(scope="module")
def digest(tmp_path_factory) -> str:
    """Of the run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("whole")
    closed = hold(folder, inline(folder)).view.closed
    assert closed is not None
    return closed.digest


def test_a_small_run_is_shared_out(tmp_path):
    """Conversations that would all fit into one host go to all of them."""
    crew = FragileCrew(tmp_path)
    crew.capacity = 500
    held = []
    hold_on, crew.hold = crew.hold, lambda host, indices: held.extend([host] * len(indices)) or hold_on(host, indices)

    hold(tmp_path, crew)

    assert held.count(0) == held.count(1) == SETTINGS.count // 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_hosts_that_die_are_replaced(tmp_path, digest, when):
    """Killed at many appends, on both hosts, the run ends with the same digest and nothing lost."""
    crew = FragileCrew(tmp_path, deaths=[30, 50, 70, 65, 90, 110, 40, 95], when=when)

    ledger = hold(tmp_path, crew)

    assert crew.replaced >= 4
    assert ledger.view.abandoned == {}
    assert ledger.view.closed.digest == digest


class GatedCrew:
    """Hosts that hold a batch until they are let go."""

    hosts = 2
    capacity = 16

    def __init__(self) -> None:
        self.under_way: list[tuple[int, Sequence[int], asyncio.Event]] = []

    async def hold(self, host: int, indices: Sequence[int]) -> list[Event]:
        gate = asyncio.Event()
        self.under_way.append((host, indices, gate))
        await gate.wait()
        self.under_way = [each for each in self.under_way if each[2] is not gate]
        return [ConversationFinished(stream=f"supply_chain/{index:06d}", events=1, digest="d", accepted=True) for index in indices]

    def given(self) -> list[int]:
        return [sum(len(indices) for at, indices, _ in self.under_way if at == host) for host in range(self.hosts)]

    async def drain(self) -> None:
        raise AssertionError("nobody interrupts")


def test_hosts_always_have_one_to_begin(tmp_path):
    """All hosts are given alike, more than they hold at a time; what ends on one is made up for there, long before all else ends."""
    crew = GatedCrew()
    ledger = Ledger(SETTINGS.model_copy(update={"count": 400}), EventStore(tmp_path / "0.sqlite"), clock=lambda: 0.0)

    async def run() -> None:
        held = asyncio.ensure_future(drained(Supervisor(ledger, crew).hold_all()))
        while not held.done():
            await settled()
            if len(ledger.view.finished) < 300:
                assert crew.given() == [2 * crew.capacity] * 2
            crew.under_way[len(ledger.view.finished) % len(crew.under_way)][2].set()
            await settled()
        await held

    asyncio.run(run())
    assert len(ledger.view.finished) == 400


async def settled() -> None:
    """Let everything that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def drained(ends) -> None:
    async for _ in ends:
        pass


def test_a_conversation_that_kills_its_host_is_given_up(tmp_path, digest):
    """After three deaths with nothing else at work it is abandoned with its reason; all others finish, and the next run tries it again."""
    poison = SETTINGS.stream(9)

    ledger = hold(tmp_path, FragileCrew(tmp_path, poison=poison))

    assert set(ledger.view.abandoned) == {poison}
    assert "died 3 times" in ledger.view.abandoned[poison].reason
    assert len(ledger.view.finished) == SETTINGS.count - 1
    assert ledger.view.closed is not None
    assert hold(tmp_path, FragileCrew(tmp_path)).view.closed.digest == digest


def test_a_run_that_was_stopped_goes_on(tmp_path, digest):
    """What was finished is not held again, and the end is the same."""
    with pytest.raises(KeyboardInterrupt):
        hold(tmp_path, inline(tmp_path), stop_after=5)
    stopped = Ledger(SETTINGS, EventStore(tmp_path / "0.sqlite"))
    assert 5 <= len(stopped.view.finished) < SETTINGS.count
    assert stopped.view.closed is None

    assert hold(tmp_path, inline(tmp_path)).view.closed.digest == digest
