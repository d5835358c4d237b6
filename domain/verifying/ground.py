"""What the stages look at: a blueprint in its setting and world, and what its gold path does there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from domain.agents import ASSISTANT, USER, Agent
from domain.blueprint import Blueprint
from domain.conversation import CallTools, Conversation, RunTool, Speak, Wanted, decide, replay
from domain.goal import Action, Goal
from domain.outcome import Environment
from domain.policy import Memory
from domain.setting import Setting
from domain.tools import Tool
from domain.verdict import differences
from domain.world import Base, World
from events.base import Event
from events.conversation import ConversationStarted, ModelReplied
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

_SHALL, _YES = "Shall I go ahead?", "Yes, please go ahead."
"""Said before each call that changes something, so that rules which want a yes have one."""

Outcome = ToolAnswered | ToolRefused | ToolFaulted


class Step(NamedTuple):
    """One call of the gold path, as it came out."""

    number: int
    """Of the action, counted from 0."""
    action: Action
    before: World
    outcome: Outcome


class Trace(NamedTuple):
    """A gold path, gone."""

    steps: tuple[Step, ...]
    events: tuple[Event, ...]
    """As a conversation that consists of little else."""
    world: World
    """As it leaves it."""


@dataclass(frozen=True)
class Ground:
    """A blueprint in its place.

    Args:
        base: The world's content; what is different as the conversation begins, the blueprint says.
    """

    blueprint: Blueprint
    setting: Setting
    base: Base

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
        return Ground(self.blueprint.model_copy(update={"goal": goal}), self.setting, self.base)

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
        walk = _Walk(self)
        steps = [walk.step(number, actions[number]) for number in (range(len(actions)) if order is None else order) if number not in but]
        return Trace(tuple(steps), tuple(walk.events), walk.state.world)


class _Walk:
    """A path while it is gone."""

    def __init__(self, ground: Ground) -> None:
        setting = ground.setting
        self._own = setting.user.tools if setting.user else {}
        self._writes = ground.writes
        alone = Agent(ASSISTANT, "", setting.policy.prose, setting.service_tools)
        self._environment = Environment(alone, setting.policy, setting.schema, user=setting.user)
        nothing = dict.fromkeys(("run", "scenario", "policy", "toolset", "persona", "goal", "world"), "")
        started = ConversationStarted(
            setting=setting.name,
            index=0,
            seed=ground.blueprint.seed,
            models={},
            clock=setting.clock,
            setup=ground.goal.setup,
            enforced=False,
            **nothing,
        )
        self.events: list[Event] = [started]
        self.state = replay(Conversation(World(ground.base)), self.events)
        self._memory = Memory()
        self._take(decide(self.state, Speak(USER, ground.told), self._environment, self._memory))

    def step(self, number: int, action: Action) -> Step:
        """Make a call, and see how it comes out."""
        agent = USER if action.tool in self._own else ASSISTANT
        if agent == ASSISTANT and self._writes(action):
            self._do(Speak(ASSISTANT, _SHALL))
            self._do(Speak(USER, _YES))
        before = self.state.world
        wanted = Wanted(action.tool, action.arguments, f"g{number}")
        self._do(CallTools(agent, [wanted], via=ModelReplied(agent=agent, model="gold")))
        (outcome,) = self._do(RunTool())
        assert isinstance(outcome, Outcome)
        return Step(number, action, before, outcome)

    def _do(self, command: Speak | CallTools | RunTool) -> list[Event]:
        events = decide(self.state, command, self._environment, self._memory)
        self._take(events)
        return events

    def _take(self, events: Sequence[Event]) -> None:
        self.state = replay(self.state, events)
        self.events += events
        for event in events:
            self._memory.observe(event)


def at(number: int, *path: str) -> str:
    """A place on the gold path, such as ``actions.2.order_id``."""
    return ".".join(["actions", str(number), *path])


def called(trace: Trace) -> list[ToolCalled]:
    """The calls of a path."""
    return [event for event in trace.events if isinstance(event, ToolCalled)]
