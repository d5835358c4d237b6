"""What a run is to hold: its settings, its places, and every conversation drawn from seed and index alone."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from random import Random
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from actors.blueprints import Held, check_world
from actors.gateway.settings import Role
from domain.agents import ASSISTANT, USER
from domain.blueprints.blueprint import Blueprint
from domain.errors import SettingError
from domain.goal import Goal
from domain.persona.sampling import draw_persona
from domain.persona.traits import Persona
from domain.setting import Setting
from domain.slips import Slip, Slips
from domain.values import canonical
from domain.world import Base, World
from events.conversation import ConversationStarted
from events.digests import content_digest
from events.log import WritableLog
from scenarios.simulation import simulate

_LATER = frozenset({"simulate", "faults", "slips", "roles", "blueprints"})


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
    persona_sampler: str = "independent"
    simulate: tuple[str, ...] = ()
    """Tools with code that are simulated in this run; ``all`` for all."""
    faults: dict[str, float] = {}
    """Kind of fault -> how often tools fail so; ``domain/faults.py`` has the kinds."""
    slips: dict[str, float] = {}
    """Kind of slip -> how often users slip so; ``domain/slips.py`` has the kinds."""
    blueprints: Held | None = None
    """What it holds instead of goals that it draws."""
    roles: dict[str, Role] = {}
    """How models are asked, by role or path of a sub-agent."""

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Settings that came later are left out where they change nothing, so that runs made before them keep their names."""
        return {name: value for name, value in write(self).items() if value or name not in _LATER}

    @property
    def name(self) -> str:
        """The run's name: a digest of its settings, so that equal runs are called the same."""
        return "run-" + content_digest(canonical(self.model_dump(mode="json")))[:12]

    def setting(self, index: int) -> str:
        """Setting of a conversation: they take turns, unless blueprints say which."""
        return self.blueprints.at(index)[0] if self.blueprints else self.settings[index % len(self.settings)]

    def stream(self, index: int) -> str:
        """Name of a conversation's stream."""
        return f"{self.setting(index)}/{index:06d}"


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
    blueprints: tuple[Blueprint, ...] = ()
    """What is held here, where a run holds blueprints."""

    @cached_property
    def world(self) -> World:
        """The world in which every conversation begins."""
        return World(self.base)


def prepare(setting: Setting, seed: int, data: Path | None, simulated: Sequence[str] = (), blueprints: tuple[Blueprint, ...] = ()) -> Place:
    """Load or draw a setting's world, and its goals where they come with the data.

    Args:
        setting: As ``load`` gives it.
        seed: Of the run; or that of the worlds, where blueprints say so.
        data: Folder of outside data; None for a world of the setting's own.
        simulated: Tools that this run simulates.
        blueprints: The setting's, where the run holds blueprints.

    Raises:
        SettingError: The setting cannot run on outside data, or the data does not fit it; or a blueprint begins in another world.
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
    check_world(blueprints, World(base), f"it {why_elsewhere(seed, data)}")
    setting = simulate(setting, simulated, World(base))
    source = {name: body.decode("utf-8", "replace") for name, body in setting.source.items()}
    content = {
        "world": orjson.dumps(base.document()),
        "scenario": orjson.dumps(source, option=orjson.OPT_SORT_KEYS),
        "policy": setting.policy.prose.encode(),
        "toolset": orjson.dumps(setting.assistant.toolset.specs),
        **({"user_toolset": orjson.dumps(setting.user.toolset.specs)} if setting.user else {}),
    }
    return Place(setting, base, goals, content, team_content(setting), blueprints)


def why_elsewhere(seed: int, data: Path | None) -> str:
    """What a blueprint does that begins in another world than this seed or data gives."""
    return f"is not of the data in {data}" if data else f"was drawn with another --world-seed than {seed}, or begins in outside --data"


def team_content(setting: Setting) -> tuple[bytes, ...]:
    """What SubagentStarted names by digest: prompts and tool lists of a setting's sub-agents."""
    below = [agent for _, agent in setting.assistant.walk()][1:]
    return tuple(body for agent in below for body in (agent.prompt.encode(), orjson.dumps(agent.toolset.specs)))


def data_digest(folder: Path) -> str:
    """Digest of the files of an outside data folder, so that a run knows whether it goes on with the same.

    Raises:
        SettingError: It is not there.
    """
    if not folder.is_dir():
        raise SettingError(f"{folder}: there is no such folder on {platform.node()}; --data names a folder that holds db.json and tasks")
    whole = blake2b(digest_size=32)
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        whole.update(path.name.encode() + b"\n" + path.read_bytes())
    return whole.hexdigest()


@dataclass(frozen=True)
class Planned:
    """One conversation before it is held."""

    stream: str
    started: ConversationStarted
    place: Place
    goal: Goal
    persona: Persona
    slip: Slip | None = None
    """What the user gets wrong, where a rule plays them."""
    strict: bool = False
    """Whether it is held from a blueprint, so that reaching the goal is not enough (``domain/acceptance.py``)."""

    @cached_property
    def world(self) -> World:
        """The world in which it begins."""
        return self.place.world.evolve(self.started)


class Planner:
    """Draws any conversation of a run.

    Args:
        places: One for each of ``settings.settings``, by name.
        store: Where the content goes that conversations name by digest.
    """

    def __init__(self, settings: RunSettings, places: Mapping[str, Place], store: WritableLog) -> None:
        self.settings, self._places, self._store = settings, places, store
        self._content = {name: {what: store.put(body) for what, body in place.content.items()} for name, place in places.items()}
        for body in (body for place in places.values() for body in place.team):
            store.put(body)

    def plan(self, index: int) -> Planned:
        """The conversation of an index: its goal and persona."""
        place = self._places[self.settings.setting(index)]
        drawn = blake2b(f"{self.settings.seed}/{index}".encode(), digest_size=6).digest()
        seed = int.from_bytes(drawn)
        held = self.settings.blueprints
        if held:
            plan = place.blueprints[held.at(index)[1]]
            goal, persona, content = plan.goal, plan.persona, plan.model_dump_json()
        else:
            goal, persona = self._drawn(place, index, Random(seed))
            content = goal.model_dump_json()
        started = ConversationStarted(
            run=self.settings.name,
            setting=place.setting.name,
            index=index,
            seed=seed,
            persona=self._store.put(persona.model_dump_json().encode()),
            goal=self._store.put(content.encode()),
            models=self.settings.models,
            clock=place.setting.clock,
            limits=place.setting.limits,
            setup=goal.setup,
            enforced=self.settings.enforced,
            **self._content[place.setting.name],
        )
        slip = Slips(self.settings.slips).draw(seed, goal)
        return Planned(self.settings.stream(index), started, place, goal, persona, slip, strict=held is not None)

    def _drawn(self, place: Place, index: int, rng: Random) -> tuple[Goal, Persona]:
        turn, setting = index // len(self.settings.settings), place.setting
        goal = place.goals[turn % len(place.goals)] if place.goals else setting.draw_goal(place.world, rng)
        sampler, seed = self.settings.persona_sampler, f"{self.settings.seed}/{setting.name}"
        return goal, draw_persona(rng, setting.kind_of(goal), sampler=sampler, index=turn, seed=seed)
