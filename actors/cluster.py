"""Which class runs as which Ray actor, and where. Alone imports ray; without it a run is held ``inline``.

- ``shared``: a few host processes, each holding hundreds of conversations and their sub-agents.
- ``dedicated``: a host process per conversation at a time, and each sub-agent a child process of its own: isolation
  at five hundred times the cost.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError

from actors.conversation import MindFactory
from actors.host import Host, MindMaker, minds_here
from actors.mind import Guarded, Mind, MindBroke, MindLost, Reply
from actors.minds import make_mind
from actors.plan import Planned, RunSettings, prepare
from actors.run import HostLost
from domain.errors import DomainError
from domain.goal import Goal
from domain.persona import Persona
from events.base import Event
from events.conversation import Usage
from events.errors import EventsError
from events.subagents import SubagentStarted
from projections.folder import RunFolder
from scenarios.load import load

ROOT = Path(__file__).resolve().parent.parent
_EXCLUDES = [".git", ".venv", "tests", "docs", "benchmarks", "demo", "out", "**/*.sqlite*"]
_CALLS = 1000
"""Calls that a host takes at a time: batches and questions, not conversations."""
_MOST_LIVES = 3
"""Processes that a mind is given for one reply."""


@dataclass(frozen=True)
class HostOrder:
    """All that a host needs to be made, wherever it is made."""

    settings: RunSettings
    folder: Path
    """Folder of the run; its manifest says where the log is kept."""
    own: int
    """Which of several files takes the host's new streams."""
    capacity: int
    data: Path | None = None
    dedicated: bool = False


class HostActor:
    """A host as a Ray actor."""

    def __init__(self, order: HostOrder) -> None:
        settings = order.settings
        places = {name: prepare(load(name), settings.seed, order.data) for name in settings.settings}
        minds = self.minds(order)
        store = RunFolder(order.folder).write_log(order.own)
        self._host = Host(settings, places, store, capacity=order.capacity, minds=minds)

    def minds(self, order: HostOrder) -> MindMaker:
        """What makes the minds of each conversation."""
        return minds_apart if order.dedicated else minds_here

    async def hold(self, indices: Sequence[int]) -> list[Event]:
        """Hold conversations; how they came out."""
        return [end async for end in self._host.hold(indices)]

    async def begun(self, indices: Sequence[int]) -> list[int]:
        """Those that were begun and have not ended."""
        return self._host.begun(indices)

    async def drain(self) -> None:
        """Stop at the next append."""
        self._host.drain()

    async def pid(self) -> int:
        """The process, for those who test what happens when it dies."""
        return os.getpid()


Answer = tuple[Reply, str | None, Usage | None, float | None]
"""A reply, and what a mind tells of it: request, usage, cost."""


class MindActor:
    """A sub-agent's mind as a Ray actor: the child of the conversation that put it to work."""

    def __init__(self, path: str, model: str, setting: str, goal: Goal, persona: Persona, seed: int) -> None:
        self._mind = Guarded(make_mind(path, model, load(setting), goal, persona, seed))

    async def reply(self, observed: Sequence[Event]) -> Answer:
        """Take in what was observed since the last call, and say what is wanted."""
        for event in observed:
            self._mind.observe(event)
        reply, mind = await self._mind.reply(), self._mind.mind
        return reply, mind.request, mind.usage, mind.cost_usd


class RemoteMind:
    """A mind in a process of its own. One that dies is made anew and shown all that it had observed."""

    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def __init__(self, path: str, model: str, planned: Planned) -> None:
        self.model = model
        self._path, self._planned = path, planned
        self._observed: list[Event] = []
        self._shown = 0
        self._actor: Any = None

    def observe(self, event: Event) -> None:
        """Keep the event for the next reply."""
        self._observed.append(event)

    async def reply(self) -> Reply:
        """Ask the child.

        Raises:
            MindLost: It died again and again, or cannot be reached at all.
        """
        died = ""
        for _ in range(_MOST_LIVES):
            try:
                answer = await self._ask()
            except RayTaskError as error:  # the child lives, and says what is wrong; as it says it, without Ray's traceback
                raise _told(error) from None
            except RayError as error:
                self._actor, died = None, type(error).__name__
                continue
            self._shown = len(self._observed)
            reply, self.request, self.usage, self.cost_usd = answer
            return reply
        raise MindLost(f"the process of {self._path} died {_MOST_LIVES} times ({died})")

    async def _ask(self) -> Answer:
        if self._actor is None:
            plan = self._planned  # the setting goes by its name: its tools and validators cannot be sent
            who = (self._path, self.model, plan.started.setting, plan.goal, plan.persona, plan.started.seed)
            self._actor = ray.remote(MindActor).options(num_cpus=0).remote(*who)
            self._shown = 0
        return await self._actor.reply.remote(self._observed[self._shown :])  # type: ignore[no-any-return]


def _told(error: RayTaskError) -> Exception:
    """What was raised on the other side; of what cannot be brought here, nothing is a fact."""
    return (
        error.cause if isinstance(error.cause, MindLost | MindBroke | DomainError | EventsError) else MindLost(type(error.cause).__name__)
    )


def minds_apart(planned: Planned) -> MindFactory:
    """Minds of user and assistant here, those of sub-agents in processes of their own."""
    here = minds_here(planned)

    def mind(path: str, begun: SubagentStarted | None) -> Mind:
        return here(path, None) if begun is None else RemoteMind(path, begun.model, planned)

    return mind


class RayCrew:
    """Hosts on a Ray cluster.

    Args:
        order: How each host is made; its own file is that of its number, counted from 1, after the run's own file.
        hosts: How many.
        address: Of a running cluster; without it, one is started on this machine and ended with the run.
        actor: What a host runs as; another class may measure or slow it.
    """

    def __init__(self, order: HostOrder, *, hosts: int, address: str | None = None, actor: type[HostActor] = HostActor) -> None:
        self.hosts, self.capacity, self._order, self._class = hosts, order.capacity, order, actor
        self._own = not ray.is_initialized()
        if self._own:
            connect(address)
        self._actors = [self._make(host) for host in range(hosts)]

    async def hold(self, host: int, indices: Sequence[int]) -> list[Event]:
        """Let a host hold conversations."""
        return await self._ask(host, "hold", list(indices))  # type: ignore[no-any-return]

    async def begun(self, host: int, indices: Sequence[int]) -> list[int]:
        """Those that were begun and have not ended."""
        return await self._ask(host, "begun", list(indices))  # type: ignore[no-any-return]

    async def replace(self, host: int) -> None:
        """A new process on the same shard."""
        self._actors[host] = self._make(host)

    async def drain(self) -> None:
        """Let all hosts stop at their next append."""
        for host in range(self.hosts):
            try:
                await self._ask(host, "drain")
            except HostLost:
                continue

    async def pid(self, host: int) -> int:
        """A host's process."""
        return await self._ask(host, "pid")  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the hosts, and the cluster where it is our own."""
        for actor in self._actors:
            ray.kill(actor)
        if self._own:
            ray.shutdown()

    async def _ask(self, host: int, question: str, *about: Any) -> Any:
        try:
            return await getattr(self._actors[host], question).remote(*about)
        except RayActorError as error:
            raise HostLost(f"host {host} died: {str(error).splitlines()[0]}") from error
        except RayTaskError as error:  # the host lives: what is wrong, without Ray's traceback
            raise error.cause from None

    def _make(self, host: int) -> Any:
        mine = replace(self._order, own=host + 1)
        return ray.remote(self._class).options(num_cpus=1, max_restarts=0, max_concurrency=_CALLS).remote(mine)


def connect(address: str | None) -> None:
    """Start a cluster on this machine, or join one; its workers run this code."""
    if address is None:
        here: dict[str, Any] = {"env_vars": {"PYTHONPATH": str(ROOT)}}
        ray.init(address="local", include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR, runtime_env=here)
    else:
        there: dict[str, Any] = {"working_dir": str(ROOT), "excludes": _EXCLUDES}
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, runtime_env=there)
