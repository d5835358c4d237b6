"""A setting: everything that a place for conversations consists of, assembled from its folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from domain.agents import ASSISTANT, Agent
from domain.errand import Errand
from domain.goal import Assertion, Goal
from domain.grammar import Grammar
from domain.judgement import Axis
from domain.outcome import Environment
from domain.persona.traits import Kind
from domain.policy import Policy
from domain.schema import Schema
from domain.skill import Script, Skill, Slot
from domain.tools import Toolset
from domain.wishes import Wishes
from domain.world import Base, Tables, World
from events.conversation import Limits


@dataclass(frozen=True)
class Dialect:
    """One version of the other implementation, as transcripts of it show it: what its tools say, and how it writes its state.

    Args:
        toolset: Its tools; where they behave as the setting's, these.
        schema: What holds after each of its calls.
        tables: Its state as recordings write it -> tables.
        document: The way back.
        unknown: What a call of a tool shows that there is not; ``{tool}`` stands for its name.
        begin: (world, a task's ``initial_state``) -> the world that the task begins in, or SettingError; None where nobody knows.
    """

    toolset: Toolset
    schema: Schema
    tables: Callable[[dict[str, Any]], Tables]
    document: Callable[[World], dict[str, Any]]
    unknown: str = "Error: Tool '{tool}' not found."
    begin: Callable[[World, Mapping[str, Any]], World] | None = None


@dataclass(frozen=True)
class OutsideData:
    """How a setting runs on somebody else's data folder instead of a world of its own.

    Args:
        read: Folder -> tables.
        goals: (folder, world) -> goals, in the folder's order.
        document: World -> the shape in which recordings of the other implementation write its state.
        tables: The way back, for recordings that begin in a state of their own; None where none do.
        begins: (folder, world, task) -> the world in which a task begins that no recording tells of, or None where nobody knows.
        dialects: Name of a benchmark, such as ``tau2``, to how it speaks: what transcripts of it are run again in.
    """

    read: Callable[[Path], Tables]
    goals: Callable[[Path, World], list[Goal]]
    document: Callable[[World], dict[str, Any]]
    tables: Callable[[dict[str, Any]], Tables] | None = None
    begins: Callable[[Path, World, str], World | None] | None = None
    dialects: Mapping[str, Dialect] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """World, tools, policy, goals, and the words and skills of the offline models."""

    name: str
    summary: str
    toolset: Toolset
    """All tools of all agents, those of the user among them."""
    policy: Policy
    schema: Schema
    draw_world: Callable[[Random], Tables]
    draw_goal: Callable[[World, Random], Goal]
    skills: Mapping[str, Skill]
    slots: Mapping[str, Slot]
    authenticate: Callable[[Script], Any] | None
    """Script that runs before any skill; it returns once the user is known."""
    phrases: Grammar
    clock: str
    limits: Limits
    source: Mapping[str, bytes] = field(default_factory=dict)
    """Files of the folder that decide what happens: name -> content."""
    data: OutsideData | None = None
    team: Agent | None = None
    """Who serves the user, and all who work for it; None where one agent has all the tools."""
    user: Agent | None = None
    """What the user can do without the assistant; None where they can only speak."""
    errands: tuple[Errand, ...] = ()
    """How the offline user hears that they are asked to use a tool of their own."""
    checks: Mapping[str, Assertion] = field(default_factory=dict)
    """What goals may check of a world, by name."""
    axes: tuple[Axis, ...] = ()
    """What its conversations are judged on besides the eight axes."""
    wishes: Wishes | None = None
    """What people can want, by kind; None where goals are drawn only as they come."""

    @cached_property
    def assistant(self) -> Agent:
        """Who serves the user."""
        return self.team or Agent(ASSISTANT, self.summary, self.policy.prose, self.service_tools)

    @cached_property
    def service_tools(self) -> Toolset:
        """All tools but the user's."""
        own = self.user.tools if self.user else {}
        return Toolset(tool for name, tool in self.toolset.items() if name not in own)

    @property
    def environment(self) -> Environment:
        """What the calls of a conversation meet."""
        return Environment(self.assistant, self.policy, self.schema, user=self.user)

    def kind_of(self, goal: Goal) -> Kind:
        """What sort of matter a goal is to the user: as it says itself, or its first task of any kind."""
        if goal.kind is not None:
            return goal.kind
        kinds = (self.skills[task.skill].kind for task in goal.tasks if task.skill in self.skills)
        return next((kind for kind in kinds if kind != "none"), "none")

    def base(self, tables: Tables) -> Base:
        """Tables as the base of worlds of this setting."""
        return Base(tables, self.schema.sets)
