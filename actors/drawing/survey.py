"""Survey: which tools the wishes of a setting take, and which of these feed which, from a few rehearsals of each kind."""

from collections.abc import Mapping
from functools import cached_property
from random import Random
from typing import NamedTuple

from actors.drawing.rehearsal import rehearse
from domain.blueprints.feasible import Gone, feasible_pairs, whose
from domain.blueprints.toolgraph import Pair, ToolGraph, names_of, words
from domain.goal import Goal
from domain.persona.sampling import draw_persona
from domain.setting import Setting
from domain.wishes import Wishes
from domain.world import Base, World

_EACH = 2
"""Rehearsals of each kind."""
_ATTEMPTS = 30
_ATTEMPTS_TOGETHER = 12
"""At rehearsing two kinds together."""


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

    def things(self, goal: Goal) -> frozenset[str]:
        """Keys of the rows that a goal names, and of those that these name."""
        named = words([*(task.known for task in goal.tasks), *(action.arguments for action in goal.actions)], self.names) & self.names
        rows = [row for table in self.world.tables() for key in named if (row := self.world.row(table, key)) is not None]
        return named | words(rows, self.names) & self.names


def feasible(setting: Setting, base: Base) -> frozenset[Pair] | None:
    """
    Pairs of tools of which one can feed the other, by the setting and its world alone, whatever is drawn of it.

    Every two kinds of wishes that go together are rehearsed once, by chance of their own, and what was gone so is spliced.

    Returns:
        None where the setting does not say what people can want.
    """
    wishes, world, names = setting.wishes, World(base), names_of(base)
    if wishes is None:
        return None
    people, kinds, paths = frozenset(wishes.people(world)), wishes.named("writes", "reads"), list[Gone]()
    for both in ((one, other) for one in kinds for other in kinds if wishes.fits((one, other))):
        rng = Random(f"{setting.name}/feasible/{both}")
        goals = (wishes.draw(world, rng, both, None, frozenset()) for _ in range(_ATTEMPTS_TOGETHER))
        goal = next((goal for goal in goals if goal is not None), None)
        if goal is None:
            continue
        rehearsed = rehearse(setting, world, goal, draw_persona(rng), rng.getrandbits(32))
        if rehearsed.verdict.accepted:
            steps = tuple(rehearsed.path(setting))
            paths.append(Gone(whose(steps, people, goal.id), goal.setup, steps))
    return frozenset(feasible_pairs(setting, world, paths, names))
