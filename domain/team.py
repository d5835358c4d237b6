"""The sub-agents at work in a conversation: who they are, whose turn it is, and what they changed meanwhile."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from domain.agents import parent_of
from events.base import Event
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused


@dataclass(frozen=True)
class Effect:
    """What one call changed, and when."""

    position: int
    agent: str
    call_id: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Team:
    """A fold over the events of sub-agents, and over all calls while there are any at work."""

    working: Mapping[str, SubagentStarted] = field(default_factory=dict)
    """Path -> beginning of each sub-agent that has not finished."""
    begun: Mapping[str, int] = field(default_factory=dict)
    """Path without its own number -> how many sub-agents were started there."""
    acted: Mapping[str, int] = field(default_factory=dict)
    """Path -> position of the last event of each agent."""
    issued: Mapping[str, int] = field(default_factory=dict)
    """Call id -> position of each call that waits."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Path -> tool calls of each agent since the first sub-agent at work was started."""
    effects: tuple[Effect, ...] = ()
    """What was changed since the first sub-agent at work was started."""

    def evolve(self, event: Event, position: int) -> "Team":
        """The team after an event at a position of the stream."""
        match event:
            case SubagentStarted():
                place = place_of(event.agent)
                return replace(
                    self,
                    working={**self.working, event.agent: event},
                    begun={**self.begun, place: self.begun.get(place, 0) + 1},
                    acted={**self.acted, event.agent: position, parent_of(event.agent): position},
                )
            case SubagentFinished():
                working = {path: started for path, started in self.working.items() if path != event.agent}
                return replace(self, working=working) if working else Team(begun=self.begun)
            case ToolCalled() if self.working:
                issued = {**self.issued, event.call_id: position}
                calls = {**self.calls, event.agent: self.calls.get(event.agent, 0) + 1}
                return replace(self, issued=issued, calls=calls, acted={**self.acted, event.agent: position})
            case ToolAnswered() | ToolRefused() | ToolFaulted() if self.working:
                return self._came_out(event, position)
            case _:
                return self

    def _came_out(self, event: ToolAnswered | ToolRefused | ToolFaulted, position: int) -> "Team":
        effects = self.effects
        if isinstance(event, ToolAnswered) and event.changes:
            effects = (*effects, Effect(position, event.agent, event.call_id, event.changes))
        issued = {call_id: at for call_id, at in self.issued.items() if call_id != event.call_id}
        return replace(self, effects=effects, issued=issued, acted={**self.acted, event.agent: position})

    def effects_since(self, call_id: str) -> tuple[Effect, ...]:
        """What was changed after a call was made."""
        position = self.issued.get(call_id, 0)
        return tuple(effect for effect in self.effects if effect.position > position)

    def next_path(self, parent: str, name: str) -> str:
        """Path of the next sub-agent of a name: ``assistant/billing``, then ``assistant/billing#2``."""
        place = f"{parent}/{name}"
        number = self.begun.get(place, 0) + 1
        return place if number == 1 else f"{place}#{number}"


def place_of(path: str) -> str:
    """A path without its own number: ``assistant/billing`` for ``assistant/billing#2``."""
    return re.sub(r"#\d+$", "", path)


def kind_of(path: str) -> str:
    """A path without any numbers: what kind of agent plays it."""
    return re.sub(r"#\d+", "", path)
