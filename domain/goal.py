"""Goal: what a user wants, as tasks that they speak about and as a check on the world they must find at the end."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, SerializerFunctionWrapHandler, model_serializer

from domain.errors import GoldFault, Refusal, SettingError
from domain.persona.traits import Kind
from domain.tools import Toolset
from domain.transaction import Transaction
from domain.world import World
from events.tools import Change

Assertion = Callable[..., bool]
"""Whether something holds in a world: ``(world, **arguments)``."""
_LATER = frozenset({"checks", "calls"})


class Action(BaseModel):
    """One tool call of the gold path."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    arguments: dict[str, JsonValue]


class Check(BaseModel):
    """Something that must hold, or must not, in the world that a conversation leaves; the setting knows what by its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    arguments: dict[str, JsonValue] = {}
    expected: bool = True


class Task(BaseModel):
    """One thing that the user wants, by the name of the skill that serves it, and what they know about it.

    ``known`` maps slot to value, as the user would say it; what is not there, they do not know.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    skill: str
    known: dict[str, str] = {}


class Share(BaseModel):
    """What one task adds to a goal."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    actions: int = 0
    """How many."""
    outputs: tuple[str, ...] = ()


class Goal(BaseModel):
    """A user's whole purpose in a conversation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    instruction: str
    """In prose, for a model that plays the user."""
    identity: dict[str, str] = {}
    """What the user can say of who they are; slot to value."""
    tasks: tuple[Task, ...] = ()
    actions: tuple[Action, ...] = ()
    """A gold path; what counts is the world it leads to, not the path."""
    setup: tuple[Change, ...] = Field(default=(), exclude=True)
    """What is different from the setting's world as the conversation begins; its first event says it."""
    checks: tuple[Check, ...] = ()
    """Where there are any, they count, and not the world that the gold path leads to."""
    calls: tuple[Action, ...] = ()
    """What must have been called besides, with these arguments among others."""
    outputs: tuple[str, ...] = ()
    """What the user must have been told in the end."""
    kind: Kind | None = None
    """What sort of matter it is to the user; None leaves it to the skills of its tasks."""
    shares: tuple[Share, ...] = Field(default=(), exclude=True)
    """What each task adds, in their order, so that it is known what is left where one is dropped; without it none is."""

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Fields that came later are left out where they say nothing, so that goals made before them keep their digests."""
        return {name: value for name, value in write(self).items() if value or name not in _LATER}


def unmet(checks: Sequence[Check], world: World, assertions: Mapping[str, Assertion]) -> Iterator[Check]:
    """Those of the checks that a world does not meet.

    Args:
        assertions: The setting's, by name.

    Raises:
        SettingError: There is none of that name, or it takes other arguments.
    """
    for wanted in checks:
        holds = assertions.get(wanted.name)
        if holds is None:
            raise SettingError(f"there is no check {wanted.name!r}; there are {', '.join(assertions) or 'none'}")
        try:
            met = holds(world, **wanted.arguments) == wanted.expected
        except TypeError as error:
            raise SettingError(f"check {wanted.name!r} cannot be made with {dict(wanted.arguments)!r}: {error}") from error
        if not met:
            yield wanted


def gold_world(world: World, goal: Goal, toolset: Toolset, *, seed: int = 0, now: str = "") -> World:
    """The world as the goal's actions leave it. Refused actions change nothing, as they would in the conversation.

    Raises:
        SettingError: An action names an unknown tool.
        GoldFault: An action breaks its tool.
    """
    for position, action in enumerate(goal.actions):
        tool = toolset.get(action.tool)
        if tool is None:
            raise SettingError(f"goal {goal.id!r}: action {position} names the tool {action.tool!r}; there are only {', '.join(toolset)}")
        if not tool.writes:
            continue
        transaction = Transaction(world, seed=seed, position=position, now=now)
        try:
            tool.check(action.arguments)
            tool.run(transaction, action.arguments)
        except Refusal:
            continue
        except Exception as error:  # a tool may break in any way
            raise GoldFault(tool.name, f"{type(error).__name__}: {error}") from error
        world = world.with_changes(transaction.changes)
    return world


def told(outputs: Sequence[str], said: str) -> list[str]:
    """Those of the outputs that were never said; thousands separators and case do not matter."""
    heard = said.lower().replace(",", "")
    return [output for output in outputs if output.lower().replace(",", "") not in heard]
