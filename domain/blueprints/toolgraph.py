"""Tool graph: which tool feeds which, read off calls that were carried out; nobody lists it by hand.

A tool feeds another where what it shows is given to the other (APIGen-MT, section 3.1, whose edges a model guesses): a name or
number of the world that stands in the outcome of the one and in the arguments of the other, in calls that policy let pass.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import networkx

from domain.world import Base

Form = Literal["single", "chain", "fan-in", "fan-out", "diamond"]
Pair = tuple[str, str]
_WORD = re.compile(r"[\w#@.+-]*\w")
_SHORTEST = 3
"""Characters of a word with a digit in it that names something."""


class Answered(NamedTuple):
    """One call that was answered."""

    tool: str
    arguments: Any
    observation: Any
    writes: bool


def words(value: Any, names: frozenset[str] = frozenset()) -> frozenset[str]:
    """
    What a value names, at any depth: its texts and the words in them, as far as they name one thing rather than a kind of things.

    Args:
        names: Keys of the world's rows; besides these, whatever has a digit in it names something, and amounts do.
    """
    return frozenset(word for text in _texts(value) for word in {text, *_WORD.findall(text)} if word in names or _is_name(word))


def flows(steps: Sequence[Answered], names: frozenset[str] = frozenset(), told: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
    """
    Which steps feed which, as pairs of places.

    Args:
        names: As for ``words``.
        told: What needs no step to be known; a value of which several steps tell comes from the first.
    """
    first: dict[str, int] = {}
    found: set[tuple[int, int]] = set()
    for place, step in enumerate(steps):
        found |= {(first[word], place) for word in words(step.arguments, names) - told if word in first}
        for word in words(step.observation, names):
            first.setdefault(word, place)
    return sorted(found)


def form(edges: Iterable[tuple[int, int]]) -> Form:
    """The richest form that is in a path: two ways from one step to another, several into one, several out of one, or one after another."""
    graph = networkx.DiGraph(sorted(edges))
    if any(_apart(graph, top) for top in graph):
        return "diamond"
    if any(degree > 1 for _, degree in graph.in_degree()):
        return "fan-in"
    if any(degree > 1 for _, degree in graph.out_degree()):
        return "fan-out"
    return "chain" if graph.number_of_edges() else "single"


def hops(edges: Iterable[tuple[int, int]]) -> int:
    """Steps on the longest way along which values flow; 1 where none do."""
    graph = networkx.DiGraph(sorted(edges))
    return len(networkx.dag_longest_path(graph)) if graph else 1


def evidence(steps: Sequence[Answered], edges: Iterable[tuple[int, int]]) -> int:
    """Look-ups that feed a step that writes, by whatever way."""
    graph = networkx.DiGraph(sorted(edges))
    needed: set[int] = set()
    for place in graph:
        if steps[place].writes:
            needed |= networkx.ancestors(graph, place)
    return sum(not steps[place].writes for place in needed)


class ToolGraph:
    """Tools, and which was seen to feed which.

    Args:
        tools: All of the setting.
        names: Keys of the world's rows.
    """

    def __init__(self, tools: Iterable[str], names: frozenset[str]) -> None:
        self._names = names
        self._graph = networkx.DiGraph()
        self._graph.add_nodes_from(tools)
        self.uses: Counter[str] = Counter()
        """Tool -> paths that it is on."""

    def add(self, steps: Sequence[Answered]) -> None:
        """Take in one path."""
        self.uses.update({step.tool for step in steps})
        for pair in pairs(steps, self._names):
            known = self._graph.get_edge_data(*pair, {"paths": 0})["paths"]
            self._graph.add_edge(*pair, paths=known + 1)

    @property
    def tools(self) -> list[str]:
        """All of the setting."""
        return list(self._graph)

    @property
    def pairs(self) -> dict[Pair, int]:
        """(tool, tool that it feeds) -> paths on which it did."""
        return {(one, other): paths for one, other, paths in sorted(self._graph.edges(data="paths"))}

    def fed_by(self, tools: Iterable[str]) -> set[str]:
        """Tools that any of these feeds."""
        return {other for tool in tools if tool in self._graph for other in self._graph.successors(tool)}


def names_of(base: Base) -> frozenset[str]:
    """Keys of a world's rows that name nothing else; words such as ``phone`` do."""
    return frozenset(key for rows in base.tables.values() for key in rows if not key.isalpha() or key.isupper())


def pairs(steps: Sequence[Answered], names: frozenset[str] = frozenset()) -> set[Pair]:
    """(tool, tool that it feeds) of a path: whatever the later one is given that the earlier one shows, however else it is known."""
    shown = [words(step.observation, names) for step in steps]
    given = [words(step.arguments, names) for step in steps]
    return {
        (steps[early].tool, steps[late].tool)
        for late in range(len(steps))
        for early in range(late)
        if not shown[early].isdisjoint(given[late])
    }


def _apart(graph: Any, top: int) -> bool:
    """Whether two ways lead from a step to another that have nothing else in common, and each a step of its own."""
    ways = [frozenset({way, *networkx.descendants(graph, way)}) for way in graph.successors(top)]
    branches = list(zip(graph.successors(top), ways, strict=True))
    return any(
        (left & right) - {one, other} and one not in right and other not in left
        for number, (one, left) in enumerate(branches)
        for other, right in branches[number + 1 :]
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        yield f"{value:.2f}" if isinstance(value, float) and not value.is_integer() else f"{value:.0f}"
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    else:
        for item in value:
            yield from _texts(item)


def _is_name(word: str) -> bool:
    return len(word) >= _SHORTEST and " " not in word and any(letter.isdigit() for letter in word)
