"""``inline`` placement: one host, in this process, without Ray."""

from collections.abc import Mapping, Sequence

from actors.host import Host
from actors.plan import Place, RunSettings
from actors.run import Ledger, Supervisor
from events.base import Event
from events.log import WritableLog


class InlineCrew:
    """The one host."""

    hosts = 1

    def __init__(self, host: Host, capacity: int = 16) -> None:
        self._host, self.capacity = host, capacity

    async def hold(self, _: int, indices: Sequence[int]) -> list[Event]:
        """Hold conversations here."""
        return [end async for end in self._host.hold(indices)]

    async def begun(self, _: int, indices: Sequence[int]) -> list[int]:
        """Those that were begun and have not ended."""
        return self._host.begun(indices)

    async def replace(self, _: int) -> None:
        """A host in this process does not die alone."""

    async def drain(self) -> None:
        """Stop at the next append."""
        self._host.drain()


async def hold_inline(ledger: Ledger, places: Mapping[str, Place], store: WritableLog) -> None:
    """Hold all that is open, here."""
    settings = ledger.settings
    assert isinstance(settings, RunSettings), "what is imported is not held"
    async for _ in Supervisor(ledger, InlineCrew(Host(settings, places, store))).hold_all():
        pass
