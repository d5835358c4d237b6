"""What the stages look at: a blueprint in its setting and world, and what its gold path does there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from domain.blueprints.blueprint import Blueprint
from domain.goal import Action, Goal
from domain.setting import Setting
from domain.temporal import TemporalRule
from domain.tools import Tool
from domain.verdict import differences
from domain.walking import Outcome, Walk
from domain.world import Base, World
from events.base import Event
from events.tools import ToolCalled


class TraceStep(NamedTuple):
    """One call of the gold path, as it came out."""

    number: int
    """Of the action, counted from 0."""
    action: Action
    before: World
    outcome: Outcome


class Trace(NamedTuple):
    """A gold path, gone."""

    steps: tuple[TraceStep, ...]
    events: tuple[Event, ...]
    """As a conversation that consists of little else."""
    world: World
    """As it leaves it."""


@dataclass(frozen=True)
class Ground:
    """A blueprint in its place.

    Args:
        base: The world's content; what is different as the conversation begins, the blueprint says.
        rules: Temporal rules that its gold path must keep besides the setting's own.
    """

    blueprint: Blueprint
    setting: Setting
    base: Base
    rules: tuple[TemporalRule, ...] = ()

    @property
    def goal(self) -> Goal:
        """The blueprint's."""
        return self.blueprint.goal

    @cached_property
    def start(self) -> World:
        """The world in which the conversation begins."""
        return World(self.base).with_changes(self.goal.setup)

    @cached_property
    def trace(self) -> Trace:
        """The gold path in a clean world; no rule stands in its way, so that what it breaks is seen."""
        return self.go(self.goal.actions)

    @cached_property
    def diff(self) -> tuple[str, ...]:
        """``table.key.field`` of all that the gold path changes."""
        return tuple(differences(self.start, self.trace.world))

    @cached_property
    def told(self) -> str:
        """All that a user is told of what they want and who they are."""
        return "\n".join([self.goal.instruction, *(f"{slot}: {value}" for slot, value in self.goal.identity.items())])

    def saying(self, instruction: str) -> "Ground":
        """The same with another instruction."""
        goal = self.goal.model_copy(update={"instruction": instruction})
        return replace(self, blueprint=self.blueprint.model_copy(update={"goal": goal}))

    def tool(self, name: str) -> Tool | None:
        """A tool, whoever has it."""
        return self.setting.toolset.get(name)

    def writes(self, action: Action) -> bool:
        """Whether a call is of a tool that may change the world."""
        tool = self.tool(action.tool)
        return tool is not None and tool.writes

    def go(self, actions: Sequence[Action], but: Collection[int] = (), order: Sequence[int] | None = None) -> Trace:
        """Go a path from the start.

        Args:
            but: Numbers of actions that are left out.
            order: In which to go them, by number; as they stand where it is None.
        """
        goal, steps = self.goal, list[TraceStep]()
        walk = Walk(self.setting, World(self.base), goal.setup, self.told, seed=self.blueprint.seed, enforced=False)
        for number in (number for number in (range(len(actions)) if order is None else order) if number not in but):
            before = walk.state.world
            steps.append(TraceStep(number, actions[number], before, walk.call(actions[number].tool, actions[number].arguments, number)))
        return Trace(tuple(steps), tuple(walk.events), walk.state.world)


def at(number: int, *path: str) -> str:
    """A place on the gold path, such as ``actions.2.order_id``."""
    return ".".join(["actions", str(number), *path])


def stopped(sentence: str) -> str:
    """A sentence that another one can follow."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def called(trace: Trace) -> list[ToolCalled]:
    """The calls of a path."""
    return [event for event in trace.events if isinstance(event, ToolCalled)]
