"""The tool graph of a setting as its blueprints show it: which tools feed which, and which could but never do."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.goldpath import gone
from domain.blueprints.toolgraph import Answered, Pair, ToolGraph
from domain.setting import Setting
from domain.world import World


class Graphed(NamedTuple):
    """What blueprints cover of a tool graph."""

    blueprints: int
    broken: tuple[str, ...]
    """Names of those of which a call is not answered in a clean world."""
    graph: ToolGraph
    feasible: frozenset[Pair]

    @property
    def missing(self) -> list[str]:
        """Tools that no blueprint calls."""
        return sorted(set(self.graph.tools) - self.graph.uses.keys())

    @property
    def covered(self) -> float:
        """Share of the feasible pairs that some blueprint goes through, 0 to 1."""
        return len(self.graph.pairs.keys() & self.feasible) / len(self.feasible) if self.feasible else 1.0

    def document(self) -> dict[str, Any]:
        """As JSON: every feasible pair with the number of blueprints that go through it."""
        known = self.graph.pairs
        return {
            "blueprints": self.blueprints,
            "tools": {tool: self.graph.uses[tool] for tool in self.graph.tools},
            "pairs": {" -> ".join(pair): known.get(pair, 0) for pair in sorted(self.feasible)},
        }


def graphed(
    setting: Setting, world: World, blueprints: Iterable[Blueprint], names: frozenset[str], feasible: Collection[Pair] = ()
) -> Graphed:
    """Go every gold path anew in a clean world, and see what feeds what.

    Args:
        world: In which all begin, but for what is different.
        names: Keys of the world's rows.
        feasible: Pairs that there can be.
    """
    graph, broken, count = ToolGraph(setting.toolset, names), list[str](), 0
    for count, blueprint in enumerate(blueprints, 1):  # noqa: B007, the last one counts
        calls, _ = gone(world.with_changes(blueprint.goal.setup), blueprint.goal.actions, setting)
        if any(call.refused for call in calls):
            broken.append(blueprint.name)
        graph.add([Answered(call.action.tool, call.action.arguments, call.shown, call.writes) for call in calls if not call.refused])
    return Graphed(count, tuple(broken), graph, frozenset(feasible))
