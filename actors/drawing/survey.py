"""Survey: which tools the wishes of a setting take, and which of these feed which, from a few rehearsals of each kind."""

from collections.abc import Mapping
from functools import cached_property
from random import Random
from typing import NamedTuple

from actors.drawing.rehearsal import rehearse
from domain.persona.sampling import draw_persona
from domain.setting import Setting
from domain.toolgraph import ToolGraph, names_of
from domain.wishes import Wishes
from domain.world import Base, World

_EACH = 2
"""Rehearsals of each kind."""
_ATTEMPTS = 30


class Found(NamedTuple):
    """What a survey found."""

    tools: Mapping[str, set[str]]
    """Kind of wish -> tools that it takes."""
    serving: Mapping[str, set[str]]
    """Skill -> tools with which it changes something."""
    graph: ToolGraph


class Survey:
    """A setting in its world, looked at before anything is planned in it.

    Args:
        seed: Decides what is rehearsed.
    """

    def __init__(self, setting: Setting, wishes: Wishes, base: Base, seed: int) -> None:
        self._setting, self._wishes, self._seed = setting, wishes, seed
        self.world = World(base)
        self.names = names_of(base)

    @cached_property
    def found(self) -> Found:
        """Tools, skills and graph."""
        tools: dict[str, set[str]] = {kind: set() for kind in self._wishes.kinds}
        serving: dict[str, set[str]] = {}
        graph = ToolGraph(self._setting.toolset, self.names)
        for kind in self._wishes.named("writes", "reads"):
            rng, done = Random(f"{self._seed}/{self._setting.name}/survey/{kind}"), 0
            for _ in range(_ATTEMPTS):
                goal = self._wishes.draw(self.world, rng, (kind,), None, frozenset()) if done < _EACH else None
                if goal is None:
                    continue
                done += 1
                path = rehearse(self._setting, self.world, goal, draw_persona(rng), rng.getrandbits(32)).path(self._setting)
                graph.add(path)
                tools[kind] |= {step.tool for step in path}
                for task in goal.tasks:
                    serving.setdefault(task.skill, set()).update(step.tool for step in path if step.writes)
        return Found(tools, serving, graph)
