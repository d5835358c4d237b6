"""Wishes: what people of a setting can want, one kind at a time, for whoever plans conversations instead of drawing them by chance."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal, NamedTuple

from domain.goal import Goal
from domain.world import World
from events.tools import Change

Way = Literal["reads", "writes", "declined"]
"""What becomes of a wish: something is looked up, something is changed, or policy must decline it."""


class Brink(NamedTuple):
    """A world one step from where a rule begins to forbid (LOGIGEN), and who stands there."""

    changes: tuple[Change, ...]
    who: str
    kind: str
    """What they want: the rule lets it pass or does not, by one cent, one day or one status."""
    rule: str | None = None
    """None where it is a tool that draws the line."""
    about: frozenset[str] = frozenset()
    """Keys of the rows that it is about."""


@dataclass(frozen=True)
class Wishes:
    """The kinds of wishes of one setting.

    Args:
        kinds: Name of a kind -> what becomes of it.
        draw: (world, rng, names of kinds in their order, who, keys of rows to take first) -> a goal of somebody who wants all
            of these, or None where the world has nothing that fits. Without a key of ``people`` for who, anybody.
        people: World -> everybody who can want something.
        brinks: Name -> (world, rng) -> a brink, or None where the world has nothing that fits.
        fits: Whether somebody may want all of these, in this order.
    """

    kinds: Mapping[str, Way]
    draw: Callable[[World, Random, Sequence[str], str | None, frozenset[str]], Goal | None]
    people: Callable[[World], Sequence[str]]
    brinks: Mapping[str, Callable[[World, Random], Brink | None]] = field(default_factory=dict)
    fits: Callable[[Sequence[str]], bool] = lambda kinds: len(set(kinds)) == len(kinds)

    def named(self, *ways: Way) -> list[str]:
        """Names of the kinds of which this becomes."""
        return [name for name, way in self.kinds.items() if way in ways]
