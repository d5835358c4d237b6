"""What a flaw is made of: what the sound assistant would do now, and what was seen so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

import orjson

from actors.mind import Say, Usable, UseTools
from actors.offline import handover
from actors.offline.requests import Desk
from domain.agents import Agent
from domain.conversation import Wanted
from domain.grammar import Grammar
from domain.skill import Step, Tell, Use
from domain.tools import Toolset
from events.base import Event
from events.tools import ToolAnswered, ToolCalled


class Planted(NamedTuple):
    """One reply of a flaw."""

    reply: Usable
    hidden: bool = True
    """A detour: the sound assistant never learns of it, and goes on as it was; else it is what the assistant did."""
    drops: bool = False
    """The sound assistant takes its request for settled afterwards."""
    label: bool = True


@dataclass(frozen=True)
class View:
    """The conversation at a step of the assistant."""

    reply: Usable
    """What the sound assistant would do."""
    step: Step | None
    desk: Desk
    seen: Sequence[Event]
    """What the assistant has seen, oldest first."""
    acted: bool
    """Whether it has changed something since the user last spoke."""
    tools: Toolset
    """All tools of the setting."""
    team: Agent | None
    phrases: Grammar
    rng: Random

    def one(self, *ways: str, **values: str) -> str:
        """One of several ways to say something."""
        return ways[int(self.rng.random() * len(ways))].format(**values)

    @property
    def acts(self) -> Use | None:
        """The change that is about to be made."""
        return self.step if isinstance(self.step, Use) and self.step.acts else None

    @property
    def looks(self) -> Use | None:
        """The look-up that is about to be made, once it is known who the user is."""
        return self.step if isinstance(self.step, Use) and not self.step.acts and self.desk.authenticated else None

    @property
    def tells(self) -> Say | None:
        """The message that is about to say that something is done or found."""
        told = isinstance(self.step, Tell) and not self.step.declined and isinstance(self.reply, Say)
        return self.reply if told and isinstance(self.reply, Say) else None

    @property
    def anything_else(self) -> str:
        """What closes a request."""
        return self.phrases.say("anything_else", {}, self.rng)

    def call(self, tool: str, arguments: Mapping[str, Any]) -> UseTools:
        """A step that calls a tool, or has it called."""
        ability = self.team.abilities.get(tool) if self.team else None
        wanted = Wanted(tool, dict(arguments))
        if self.team is not None and ability is not None and ability.via is not None:
            wanted = Wanted(ability.via, {"request": handover.ask(self.team, tool, arguments, self.rng)})
        return UseTools((wanted,), reasoning=self.phrases.say("why.look", {"tool": wanted.tool}, self.rng))

    def lookups(self) -> dict[str, str]:
        """Tool -> its one required parameter, of the tools that show what stands under an identifier."""
        found = {}
        for tool in self.tools.values():
            required = tool.spec["function"]["parameters"].get("required", [])
            if not tool.writes and len(required) == 1 and required[0].endswith("_id"):
                found[tool.name] = str(required[0])
        return found

    def answered(self) -> list[tuple[ToolCalled, ToolAnswered]]:
        """Own calls that were answered, with what was seen."""
        calls = {event.call_id: event for event in self.seen if isinstance(event, ToolCalled)}
        return [(calls[event.call_id], event) for event in self.seen if isinstance(event, ToolAnswered) and event.call_id in calls]


Plant = Callable[[View], Sequence[Planted | Callable[[View], Planted]]]
"""A flaw at a step: the replies that make it up, later ones made when it is their turn; none where it does not fit here."""


def reference(arguments: Mapping[str, Any]) -> str:
    """What a call is about, in a word: its first identifier."""
    words = (value for value in arguments.values() if isinstance(value, str) and any(map(str.isdigit, value)))
    return next(words, "your request")


def facts(event: ToolAnswered) -> dict[str, Any]:
    """What an answer shows, where that is a record; also where another agent passed it on."""
    shown = event.observation
    if isinstance(shown, str) and "{" in shown:
        try:
            shown = orjson.loads(shown[shown.index("{") :])
        except ValueError:
            return {}
    return shown if isinstance(shown, dict) else {}
