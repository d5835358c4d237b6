"""Which class runs as which Ray actor, and where. Without Ray a run is held ``inline``.

- ``shared``: a few host processes, each holding hundreds of conversations and their sub-agents.
- ``dedicated``: a host process per conversation at a time, and each sub-agent a child process of its own: isolation
  at five hundred times the cost.
"""

import logging
import os
import platform
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
import ray
from ray.exceptions import RayActorError, RayError, RayTaskError

from actors.blueprints import read_held
from actors.conversation import MindFactory
from actors.gateway.settings import NOWHERE, Reach
from actors.host import Host
from actors.mind import Guarded, Mind, MindBroke, MindLost, Reply
from actors.minds import Cast, MindMaker, is_ours, make_mind, minds_for
from actors.plan import Place, Planned, RunSettings, data_digest, prepare
from actors.run import HostLost
from domain.errors import DomainError, SettingError
from domain.goal import Goal
from domain.persona.traits import Persona
from events.base import Event
from events.conversation import Usage
from events.errors import EventsError
from events.log import WritableLog
from events.open import open_logs
from events.subagents import SubagentStarted
from events.urls import is_postgres
from scenarios.load import load

ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("events", "domain", "scenarios", "actors", "projections", "worldloom")
_EXCLUDES = ["/[!.]*", "/.?*", *(f"!/{package}{what}" for package in _PACKAGES for what in ("", "/**")), "__pycache__"]
"""In the manner of .gitignore: all but our packages, and not the folder itself, which Ray calls ``.``."""
_CALLS = 1000
"""Calls that a host takes at a time: batches and questions, not conversations."""
_MOST_LIVES = 3
"""Processes that a mind is given for one reply."""
_KNOCK_S = 10.0


@dataclass(frozen=True)
class HostOrder:
    """All that a host needs to be made, wherever it is made."""

    settings: RunSettings
    logs: Sequence[str]
    """Where the log is kept, by addresses that hold everywhere: absolute paths, or one server."""
    capacity: int
    data: Path | None = None
    blueprints: Path | None = None
    dedicated: bool = False
    own: int = 0
    """Which of several files takes the host's new streams."""
    machine: str = field(default_factory=platform.node)
    """Where the order was written, and files lie."""
    reach: Reach = NOWHERE
    """How models are reached that are not embedded."""
    folder: Path = Path()
    """Of the run; replies that were paid for are kept there, on whatever machine."""


class HostActor:
    """A host as a Ray actor. What goes wrong while it is made is raised by the first thing that it is asked."""

    def __init__(self, order: HostOrder) -> None:
        self._order = order
        _end_with_parent()

    @cached_property
    def _host(self) -> Host:
        order, here = self._order, platform.node()
        if here != order.machine and not is_postgres(order.logs[0]):
            remedy = "keep the log on a server: --store postgresql://user@host/database, and another --out"
            raise SettingError(f"the log is in files on {order.machine}, which a host on {here} cannot write safely; {remedy}")
        if order.data is not None and data_digest(order.data) != order.settings.data:
            raise SettingError(f"{order.data} is not the same on {here} as on {order.machine}; put the same data there")
        return Host(
            order.settings, _places(order), self.log(order), capacity=order.capacity, minds=self.minds(order), tools=self._cast.tools
        )

    @cached_property
    def _cast(self) -> Cast:
        return minds_for(self._order.settings, self._order.reach, self._order.folder, self._order.own)

    def log(self, order: HostOrder) -> WritableLog:
        """Where it writes."""
        return open_logs(order.logs, own=order.own)

    def minds(self, order: HostOrder) -> MindMaker:
        """What makes the minds of each conversation."""
        return minds_apart(self._cast.agents) if order.dedicated else self._cast.agents

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


def _places(order: HostOrder) -> dict[str, Place]:
    """The settings of a run made ready, with its blueprints where it holds some.

    Raises:
        SettingError: They are not the run's.
    """
    settings, held = order.settings, order.settings.blueprints
    if held is None or order.blueprints is None:
        return {name: prepare(load(name), settings.seed, order.data, settings.simulate) for name in settings.settings}
    here, grouped = read_held(order.blueprints, held.attempts, held.world_seed)
    if here != held:
        raise SettingError(f"{order.blueprints} is not the same on {platform.node()} as on {order.machine}; put the same file there")
    return {name: prepare(load(name), held.world_seed, order.data, settings.simulate, grouped[name]) for name in settings.settings}


Answer = tuple[Reply, str | None, Usage | None, float | None]
"""A reply, and what a mind tells of it: request, usage, cost."""


class MindActor:
    """A sub-agent's mind as a Ray actor: the child of the conversation that put it to work."""

    def __init__(self, path: str, model: str, setting: str, goal: Goal, persona: Persona, seed: int) -> None:
        _end_with_parent()
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


def minds_apart(here: MindMaker) -> MindMaker:
    """Minds of user and assistant here, embedded ones of sub-agents in processes of their own; others only wait for the network."""

    def maker(planned: Planned) -> MindFactory:
        own = here(planned)

        def mind(path: str, begun: SubagentStarted | None) -> Mind:
            return own(path, begun) if begun is None or not is_ours(begun.model) else RemoteMind(path, begun.model, planned)

        return mind

    return maker


class RayCrew:
    """Hosts on a Ray cluster. A host takes a core where one is free, and else shares: one that waits would hold up the run.

    Args:
        order: How each host is made; its own file is that of its number, counted from 1, after the run's own file.
        hosts: How many.
        address: Of a running cluster; without it, one is started on this machine and ended with the run.
        actor: What a host runs as; another class may measure, slow or kill it.

    Raises:
        SettingError: No cluster answers; see ``connect``.
    """

    def __init__(self, order: HostOrder, *, hosts: int, address: str | None = None, actor: type[HostActor] = HostActor) -> None:
        self.hosts, self.capacity, self._order, self._class = hosts, order.capacity, order, actor
        self._own = not ray.is_initialized()
        connect(address)
        free = int(ray.available_resources().get("CPU", 0))  # type: ignore[no-untyped-call]
        self._actors = [self._make(host, cores=int(host < free)) for host in range(hosts)]

    async def hold(self, host: int, indices: Sequence[int]) -> list[Event]:
        """Let a host hold conversations."""
        return await self._ask(host, "hold", list(indices))  # type: ignore[no-any-return]

    async def begun(self, host: int, indices: Sequence[int]) -> list[int]:
        """Those that were begun and have not ended."""
        return await self._ask(host, "begun", list(indices))  # type: ignore[no-any-return]

    async def replace(self, host: int) -> None:
        """A new process on the same shard; the core of the one before may be gone with its machine."""
        with suppress(RayError):
            ray.kill(self._actors[host])  # where it only could not be reached
        self._actors[host] = self._make(host, cores=0)

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
        except RayTaskError as error:
            raise error.cause from None  # what the host raised, without Ray's wrapping
        except RayActorError as error:
            raise HostLost(f"host {host} died: {str(error).splitlines()[-1].strip()}") from error

    def _make(self, host: int, cores: int) -> Any:
        where: dict[str, Any] = {"num_cpus": cores, "scheduling_strategy": "SPREAD"}
        mine = replace(self._order, own=host + 1)
        return ray.remote(self._class).options(**where, max_restarts=0, max_concurrency=_CALLS).remote(mine)


def connect(address: str | None) -> None:
    """Start a cluster on this machine, or join one, unless that is done; its workers run this code.

    Args:
        address: ``host:port``, ``auto`` for the one that runs on this machine; None or ``local`` to start one.

    Raises:
        SettingError: No cluster answers, or it does not take us.
    """
    if ray.is_initialized():
        return
    if address in (None, "local"):
        with _importable():
            ray.init(address="local", include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        return
    there: dict[str, Any] = {} if _code_is_there() else {"working_dir": str(ROOT), "excludes": _EXCLUDES}
    try:
        _knock(str(address))
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR, runtime_env=there)
    except (OSError, ValueError, RuntimeError, RayError) as error:
        why = " ".join(str(error).split())
        raise SettingError(
            f"no Ray cluster takes us at {address} ({why}); see that it runs, and set RAY_AUTH_MODE=token where it asks for a token"
        ) from error


def cores(address: str | None) -> int:
    """Cores of a cluster; see ``connect``."""
    connect(address)
    return max(1, int(ray.cluster_resources().get("CPU", 0)))  # type: ignore[no-untyped-call]


def _code_is_there() -> bool:
    """Whether we are a submitted job with a working directory: this code, which its workers have already."""
    job = orjson.loads(os.environ.get("RAY_JOB_CONFIG_JSON_ENV_VAR", "{}"))
    return bool((job.get("runtime_env") or {}).get("working_dir"))


def _knock(address: str) -> None:
    """Ray itself tries a wrong address for minutes."""
    host, _, port = address.rpartition(":")
    if host and port.isdigit() and "/" not in address:
        socket.create_connection((host, int(port)), _KNOCK_S).close()


def _end_with_parent() -> None:
    """End this process when the one that started it ends: it belongs to a node that is given up, and Ray lets it live on for minutes."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def _importable() -> Iterator[None]:
    """Processes that are started inside find this code; as a runtime environment that would cost each of them half a second more."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), before)))
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before
