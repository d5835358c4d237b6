"""Hosts whose minds take their time, so that a run can be disturbed in the middle."""

import asyncio

from actors.cluster import HostActor
from actors.host import minds_here

_LATENCY_S = 0.02


class SlowMind:
    """Rules that take as long as a quick model."""

    def __init__(self, mind) -> None:
        self._mind, self.model = mind, mind.model
        self.observe = mind.observe
        self.request = self.usage = self.cost_usd = None

    async def reply(self):
        await asyncio.sleep(_LATENCY_S)
        return await self._mind.reply()


class SlowHost(HostActor):
    """A host of slow minds."""

    def minds(self, _):
        return lambda planned: lambda path, begun: SlowMind(minds_here(planned)(path, begun))


class StubbornHost(SlowHost):
    """One that does not notice that its node is gone, as where a network is cut in two."""

    def __init__(self, order) -> None:
        self._order = order
