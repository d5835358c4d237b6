"""Ten thousand conversations at a time on two hosts, every reply of a model 200 ms late."""

import asyncio
import os
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from actors.cluster import HostActor, HostOrder, RayCrew
from actors.conversation import MindFactory
from actors.host import MindMaker, minds_here
from actors.mind import Mind, Reply
from actors.placement import Placement
from actors.plan import Planned, RunSettings
from actors.run import Ledger, Supervisor
from events.subagents import SubagentStarted
from projections.folder import RunFolder

LATENCY_S = 0.2
HOSTS = 2


class SlowMind:
    """Rules that take as long as a model."""

    def __init__(self, mind: Mind) -> None:
        self._mind, self.model = mind, mind.model
        self.observe = mind.observe
        self.request = self.usage = None

    async def reply(self) -> Reply:
        """The same reply, later."""
        await asyncio.sleep(LATENCY_S)
        return await self._mind.reply()


def slow_minds(planned: Planned) -> MindFactory:
    """All minds of a conversation, slowed."""
    fast = minds_here(planned)

    def mind(path: str, begun: SubagentStarted | None) -> Mind:
        return SlowMind(fast(path, begun))

    return mind


class SlowHost(HostActor):
    """A host of slow minds that tells what it took."""

    def minds(self, order: HostOrder) -> MindMaker:  # noqa: ARG002
        """Slow ones."""
        return slow_minds

    async def spent(self) -> tuple[float, int]:
        """CPU seconds, and the most memory so far in KiB."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        return time.process_time(), used.ru_maxrss


def measure(count: int = 10_000, setting: str = "retail") -> dict[str, float]:
    """Hold them; rates, CPU and memory per conversation."""
    settings = RunSettings(settings=(setting,), count=count, seed=5)
    with TemporaryDirectory() as folder:
        logs = Placement("shared", HOSTS).logs()
        run = RunFolder.start(Path(folder) / "run", settings.model_dump(mode="json"), logs)
        ledger = Ledger(settings, run.write_log())
        crew = RayCrew(HostOrder(settings, run.addresses(), count // HOSTS), hosts=HOSTS, actor=SlowHost)

        async def hold() -> tuple[list[tuple[float, int]], list[tuple[float, int]], float]:
            before = [await crew._ask(host, "spent") for host in range(HOSTS)]
            began = time.perf_counter()
            async for _ in Supervisor(ledger, crew).hold_all():
                pass
            took = time.perf_counter() - began
            return before, [await crew._ask(host, "spent") for host in range(HOSTS)], took

        before, after, took = asyncio.run(hold())
        crew.close()
    events = sum(end.events for end in ledger.finished.values())
    cpu = sum(late[0] - early[0] for early, late in zip(before, after, strict=True))
    memory = sum(late[1] - early[1] for early, late in zip(before, after, strict=True))
    return {
        "conversations": len(ledger.finished),
        "wall_s": took,
        "per_s": count / took,
        "events": events / count,
        "cpu_ms": cpu / count * 1000,
        "kib": memory / count,
        "cores": os.cpu_count() or 1,
    }


if __name__ == "__main__":
    import sys

    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
