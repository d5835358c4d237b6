"""Feasible pairs: which tool can feed which, found by splicing paths that were gone and going the splice with all rules in force."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.blueprints.toolgraph import Answered, Pair, pairs, words
from domain.setting import Setting
from domain.values import canonical
from domain.walking import Walk
from domain.world import World
from events.tools import Change, ToolAnswered

_TRIALS = 4
"""Splices that are tried for a pair."""


class Gone(NamedTuple):
    """A path that was gone."""

    who: str
    """Whose it is: other people's calls are not spliced in."""
    setup: tuple[Change, ...]
    steps: tuple[Answered, ...]


class _Place(NamedTuple):
    path: int
    step: int


def whose(steps: Sequence[Answered], people: frozenset[str], otherwise: str) -> str:
    """Whom the first look-up of a path shows, by a key of people; where it shows nobody, or there is none, otherwise."""
    return min(words(steps[0].observation, people) & people if steps else (), default=otherwise)


def feasible_pairs(setting: Setting, world: World, paths: Sequence[Gone], names: frozenset[str]) -> set[Pair]:
    """
    Pairs of tools for which there is a path on which the first feeds the second: one of those given, or a splice of two of them.

    Args:
        world: In which all the paths begin, but for what is different.
        names: Keys of the world's rows.
    """
    found: set[Pair] = set().union(*(pairs(gone.steps, names) for gone in paths))
    tried: dict[Pair, int] = {}
    for pair, one, other in _meeting(paths, names):
        if pair not in found and tried.get(pair, 0) < _TRIALS:
            tried[pair] = tried.get(pair, 0) + 1
            calls = _spliced(paths[one.path].steps[: one.step + 1], paths[other.path].steps[: other.step + 1])
            setup = dict.fromkeys([*map(_same, paths[one.path].setup), *map(_same, paths[other.path].setup)])
            if calls is not None and goes(setting, world, [Change.model_validate_json(change) for change in setup], calls, names):
                found.add(pair)
    return found


def goes(setting: Setting, world: World, setup: Sequence[Change], calls: Sequence[Answered], names: frozenset[str]) -> bool:
    """Whether calls are all answered, one after another, with all rules in force and a user who agrees to each change.

    A last call that changes nothing and tells nothing new, such as who somebody is of whom that is known, leads nowhere.
    """
    walk, known, new = Walk(setting, world, setup), set[str](), False
    for number, call in enumerate(calls):
        outcome = walk.call(call.tool, call.arguments, number)
        if not isinstance(outcome, ToolAnswered):
            return False
        told = words(outcome.observation, names)
        new = bool(outcome.changes) or not told <= known
        known |= told
    return new


def _meeting(paths: Sequence[Gone], names: frozenset[str]) -> Iterator[tuple[Pair, _Place, _Place]]:
    """(tools, step that shows something, step that is given it) of the same people's paths, in the order of the paths."""
    shown: dict[tuple[str, str], list[_Place]] = {}
    for number, gone in enumerate(paths):
        for place, step in enumerate(gone.steps):
            for word in sorted(words(step.observation, names)):
                shown.setdefault((gone.who, word), []).append(_Place(number, place))
    for number, gone in enumerate(paths):
        for place, step in enumerate(gone.steps):
            for word in sorted(words(step.arguments, names)):
                for one in shown.get((gone.who, word), ()):
                    yield (paths[one.path].steps[one.step].tool, step.tool), one, _Place(number, place)


def _spliced(one: Sequence[Answered], other: Sequence[Answered]) -> list[Answered] | None:
    """The first path, then the calls of the second that are not on it; None where its last one is."""
    *before, last = other
    made = {_call(step) for step in one}
    if _call(last) in made:
        rest = [step for step in one[:-1] if _call(step) != _call(last)]
        return [*rest, one[-1], last] if _call(one[-1]) != _call(last) else None
    return [*one, *(step for step in before if _call(step) not in made), last]


def _call(step: Answered) -> bytes:
    return canonical([step.tool, step.arguments])


def _same(change: Change) -> str:
    return change.model_dump_json()
