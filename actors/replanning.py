"""Replanning: a conversation as it stands in a log, ready to be gone on with or run again; the log is only read."""

from collections.abc import Mapping
from dataclasses import replace

from actors.plan import Place, Planned, RunSettings, team_content
from domain.blueprints.blueprint import Blueprint, planned_in
from domain.conversation import amended
from domain.persona.traits import Persona
from domain.setting import Setting
from domain.world import World
from events.conversation import ConversationForked, ConversationStarted
from events.forks import whole
from events.log import Log
from projections.contents import Contents
from projections.errors import NoSuchPlace
from scenarios.simulation import simulate


class Replanner:
    """Plans conversations anew from what the log says of them.

    Args:
        settings: Of the run.
        loaded: Its settings, by name.
        log: Of the run.
    """

    def __init__(self, settings: RunSettings, loaded: Mapping[str, Setting], log: Log) -> None:
        self._settings, self._loaded, self._log = settings, loaded, log
        self._contents = Contents(log)
        self._places: dict[tuple[str, str, str], Place] = {}

    def plan(self, stream: str) -> Planned:
        """A conversation or a fork: all that it depends on is read in the log.

        Raises:
            NoSuchPlace: There is no such conversation.
            CorruptLog: The log is damaged.
        """
        started = None
        for record in whole(self._log, stream):
            if isinstance(record.event, ConversationStarted):
                started = record.event
            elif isinstance(record.event, ConversationForked) and started is not None:
                started = amended(started, record.event)
        if started is None:
            raise NoSuchPlace(f"{self._log.place} has no conversation {stream!r}")
        plan = planned_in(self._log.get(started.goal))
        held = isinstance(plan, Blueprint)
        goal = plan.goal if isinstance(plan, Blueprint) else plan
        persona = Persona.model_validate_json(self._log.get(started.persona))
        return Planned(stream, started, self.place(started), goal, persona, strict=held)

    def place(self, started: ConversationStarted) -> Place:
        """The setting with the world that the log holds, and the policy that the conversation names."""
        key = (started.setting, started.world, started.policy)
        if key not in self._places:
            base = self._contents.base(started.world)
            setting = simulate(self._loaded[started.setting], self._settings.simulate, World(base))
            prose = self._contents.text(started.policy)
            if prose != setting.policy.prose:
                setting = replace(setting, policy=replace(setting.policy, prose=prose))
            self._places[key] = Place(setting, base, (), {}, team_content(setting))
        return self._places[key]
