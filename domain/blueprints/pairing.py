"""Which blueprints are tried together: those of one user, each of them as the first of a few before any is again."""

from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import NamedTuple

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.recombining import HAND_OVER, agree, conflicts, recombined
from domain.setting import Setting
from domain.world import World
from events.blueprints import Reason


class Tried(NamedTuple):
    """Some blueprints together, and what came of it."""

    parts: tuple[Blueprint, ...]
    blueprint: Blueprint
    """What becomes of them."""
    reasons: tuple[Reason, ...] = ()
    """Why they cannot be asked for together; none where they can."""


def tries(blueprints: Sequence[Blueprint], setting: Setting, world: World, *, size: int, seed: int) -> Iterator[Tried]:
    """
    Recombine blueprints of one setting and world, so many at a time, until all pairs of a user's have been tried.

    Args:
        size: Parts of one; where a pair finds no more parts that go with it, it stays one of fewer.
        seed: Decides which are tried with which first.
    """
    rng = Random(f"{seed}/recombine/{setting.name}")
    order = rng.sample(range(len(blueprints)), len(blueprints))
    others = _others(blueprints, rng)
    seen: set[frozenset[int]] = set()
    for turn in count():
        left = [number for number in order if turn < len(others[number])]
        if not left:
            return
        for first in left:
            chosen = frozenset((first, others[first][turn]))
            if chosen in seen:
                continue
            seen.add(chosen)
            more = others[first][turn + 1 :] + others[first][:turn]
            yield from _grown([blueprints[number] for number in (first, others[first][turn], *more)], setting, world, size, seed)


def _grown(candidates: Sequence[Blueprint], setting: Setting, world: World, size: int, seed: int) -> Iterator[Tried]:
    """The first two together, and as many more as go with them."""
    parts: tuple[Blueprint, ...] = (candidates[0],)
    for number, candidate in enumerate(candidates[1:]):
        together = _ordered((*parts, candidate))
        found = conflicts(together, setting, world)
        if not found:
            parts = together
        elif number == 0:
            yield Tried(together, recombined(together, setting, world, seed), tuple(found))
            return
        if len(parts) == size:
            break
    yield Tried(parts, recombined(parts, setting, world, seed))


def _ordered(parts: tuple[Blueprint, ...]) -> tuple[Blueprint, ...]:
    """Whoever hands the user over comes last."""
    return tuple(sorted(parts, key=lambda part: any(task.skill == HAND_OVER for task in part.goal.tasks)))


def _others(blueprints: Sequence[Blueprint], rng: Random) -> list[list[int]]:
    """For each blueprint, those whose user may be the same, in a drawn order."""
    saying: dict[tuple[str, str], list[int]] = {}
    for number, blueprint in enumerate(blueprints):
        for said in blueprint.goal.identity.items():
            saying.setdefault(said, []).append(number)
    found = []
    for number, blueprint in enumerate(blueprints):
        own = blueprint.goal.identity
        near = dict.fromkeys(other for said in own.items() for other in saying[said] if other != number)
        fitting = [other for other in near if agree(own, blueprints[other].goal.identity)]
        found.append(rng.sample(fitting, len(fitting)))
    return found
