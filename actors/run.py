"""A run: many conversations held, one after another, in this process.

The run stream is the truth of what is scheduled and finished. The same settings on the same folder go on where
the run stopped, however it stopped.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from random import Random

import orjson
from pydantic import BaseModel, ConfigDict

from actors.conversation import ConversationActor
from actors.mind import Mind
from actors.minds import make_mind
from domain.agents import ASSISTANT
from domain.conversation import USER
from domain.errors import SettingError
from domain.goal import Goal, gold_world
from domain.persona import Persona, draw_persona
from domain.setting import Setting
from domain.values import canonical
from domain.verdict import judge
from domain.world import Base, World
from events.base import Event
from events.conversation import ConversationStarted
from events.digests import Head, content_digest, stream_head, streams_digest
from events.errors import EventsError
from events.run import ConversationAbandoned, ConversationFinished, ConversationScheduled, RunFinished, RunStarted
from events.store import EventStore
from events.subagents import SubagentStarted

RUN = "run"
"""Name of the run's own stream."""
_FLUSH = 64
_SCHEDULE = 1000


class RunSettings(BaseModel):
    """What decides every byte of a run's log and data set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    settings: tuple[str, ...]
    count: int
    seed: int
    models: dict[str, str] = {USER: "offline/user", ASSISTANT: "offline/assistant"}
    data: str | None = None
    """Digest of the outside data, where there is any."""
    enforced: bool = True

    @property
    def name(self) -> str:
        """The run's name: a digest of its settings, so that equal runs are called the same."""
        return "run-" + content_digest(canonical(self.model_dump(mode="json")))[:12]


@dataclass(frozen=True)
class Place:
    """A setting made ready for a run: its world is loaded."""

    setting: Setting
    base: Base
    goals: tuple[Goal, ...]
    content: Mapping[str, bytes]
    """What ConversationStarted names by digest, and is the same for all conversations."""
    team: tuple[bytes, ...] = ()
    """What SubagentStarted names by digest: prompts and tool lists of the sub-agents."""

    @cached_property
    def world(self) -> World:
        """The world in which every conversation begins."""
        return World(self.base)


def prepare(setting: Setting, seed: int, data: Path | None) -> Place:
    """Load or draw a setting's world, and its goals where they come with the data.

    Raises:
        SettingError: The setting cannot run on outside data, or the data does not fit it.
    """
    if data is None:
        base = setting.base(setting.draw_world(Random(f"{seed}/world/{setting.name}")))
        goals: tuple[Goal, ...] = ()
    elif setting.data is None:
        raise SettingError(f"setting {setting.name!r} has a world of its own only; leave out --data")
    else:
        base = setting.base(setting.data.read(data))
        goals = tuple(setting.data.goals(data, World(base)))
        if not goals:
            raise SettingError(f"{data}: there are no tasks for setting {setting.name!r}")
    source = {name: body.decode("utf-8", "replace") for name, body in setting.source.items()}
    content = {
        "world": orjson.dumps(base.document()),
        "scenario": orjson.dumps(source, option=orjson.OPT_SORT_KEYS),
        "policy": setting.policy.prose.encode(),
        "toolset": orjson.dumps(setting.assistant.toolset.specs),
    }
    below = [agent for _, agent in setting.assistant.walk()][1:]
    team = tuple(body for agent in below for body in (agent.prompt.encode(), orjson.dumps(agent.toolset.specs)))
    return Place(setting, base, goals, content, team)


@dataclass(frozen=True)
class Planned:
    """One conversation before it is held."""

    stream: str
    started: ConversationStarted
    place: Place
    goal: Goal
    persona: Persona


class Run:
    """All conversations of one run.

    Args:
        places: One for each of ``settings.settings``, by name.
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(
        self, settings: RunSettings, places: Mapping[str, Place], store: EventStore, clock: Callable[[], float] = time.time
    ) -> None:
        self.settings, self._places, self._store, self._clock = settings, places, store, clock
        self._content = {name: {what: store.put(body) for what, body in place.content.items()} for name, place in places.items()}
        for body in (body for place in places.values() for body in place.team):
            store.put(body)
        self._head = stream_head(RUN)
        self._unsaved: list[Event] = []
        self.finished: dict[str, ConversationFinished] = {}
        self.abandoned: dict[str, ConversationAbandoned] = {}
        self._scheduled = 0
        self.closed: RunFinished | None = None
        for record in store.read(RUN):
            self._head = Head(record.position, record.link)
            self._believe(record.event)
        if not self._head.position:
            self._record(RunStarted(run=settings.name, settings=settings.model_dump(mode="json")))

    def stream(self, index: int) -> str:
        """Name of a conversation's stream."""
        names = self.settings.settings
        return f"{names[index % len(names)]}/{index:06d}"

    def plan(self, index: int) -> Planned:
        """Draw the conversation's goal and persona from the run's seed and its index."""
        place = self._places[self.settings.settings[index % len(self.settings.settings)]]
        drawn = blake2b(f"{self.settings.seed}/{index}".encode(), digest_size=6).digest()
        seed = int.from_bytes(drawn)
        rng = Random(seed)
        goal = (
            place.goals[(index // len(self.settings.settings)) % len(place.goals)]
            if place.goals
            else place.setting.draw_goal(place.world, rng)
        )
        persona = draw_persona(rng)
        started = ConversationStarted(
            run=self.settings.name,
            setting=place.setting.name,
            index=index,
            seed=seed,
            persona=self._store.put(persona.model_dump_json().encode()),
            goal=self._store.put(goal.model_dump_json().encode()),
            models=self.settings.models,
            clock=place.setting.clock,
            limits=place.setting.limits,
            enforced=self.settings.enforced,
            **self._content[place.setting.name],
        )
        return Planned(self.stream(index), started, place, goal, persona)

    async def hold_all(self) -> AsyncIterator[str]:
        """Hold every conversation that is not finished yet; yields the name of each when it is."""
        self._schedule()
        try:
            for index in range(self.settings.count):
                stream = self.stream(index)
                if stream not in self.finished and stream not in self.abandoned:
                    self._record_soon(await self._hold(index))
                yield stream
        finally:
            self._flush()
        if self.closed is None:
            self._record(self._finish())

    async def _hold(self, index: int) -> Event:
        stream = self.stream(index)
        try:
            planned = self.plan(index)
            setting = planned.place.setting
            models, seed = self.settings.models, planned.started.seed

            def mind(path: str, begun: SubagentStarted | None) -> Mind:
                model = models[path] if begun is None else begun.model
                return make_mind(path, model, setting, planned.goal, planned.persona, seed)

            actor = ConversationActor(stream, self._store, planned.started, planned.place.base, setting.environment, mind, self._clock)
            state = await actor.run()
        except (SettingError, EventsError, OSError):  # these concern the whole run
            raise
        except Exception as error:  # one conversation that breaks must not stop the others
            return ConversationAbandoned(stream=stream, reason=f"{type(error).__name__}: {error}", fault="infrastructure")
        gold = gold_world(planned.place.world, planned.goal, setting.toolset, seed=planned.started.seed, now=setting.clock)
        verdict = judge(state, planned.goal, gold)
        head = self._store.head(stream)
        self._store.forget(stream)
        return ConversationFinished(
            stream=stream, events=head.position, digest=head.digest, accepted=verdict.accepted, findings=verdict.findings
        )

    def _schedule(self) -> None:
        """Record what is to be held, before any of it is."""
        for first in range(self._scheduled, self.settings.count, _SCHEDULE):
            batch = range(first, min(first + _SCHEDULE, self.settings.count))
            self._record(*(ConversationScheduled(stream=self.stream(index)) for index in batch))

    def _record_soon(self, event: Event) -> None:
        """Ends are recorded in batches: one that is lost with the process is found again in its stream."""
        self._unsaved.append(event)
        self._believe(event)
        if len(self._unsaved) >= _FLUSH:
            self._flush()

    def _flush(self) -> None:
        if self._unsaved:
            events, self._unsaved = self._unsaved, []
            self._head = self._store.append(RUN, events, self._head, {"at": round(self._clock(), 3)})

    def _record(self, *events: Event) -> None:
        self._head = self._store.append(RUN, events, self._head, {"at": round(self._clock(), 3)})
        for event in events:
            self._believe(event)

    def _believe(self, event: Event) -> None:
        match event:
            case ConversationScheduled():
                self._scheduled += 1
            case ConversationFinished():
                self.finished[event.stream] = event
            case ConversationAbandoned():
                self.abandoned[event.stream] = event
            case RunFinished():
                self.closed = event

    def _finish(self) -> RunFinished:
        return RunFinished(
            conversations=len(self.finished),
            accepted=sum(end.accepted for end in self.finished.values()),
            digest=streams_digest({stream: end.digest for stream, end in self.finished.items()}),
        )
