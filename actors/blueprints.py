"""Blueprints as a run holds them: which, how often each, and where each conversation of the run has its own."""

from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from domain.blueprints.blueprint import Blueprint
from domain.errors import SettingError
from domain.values import canonical
from domain.world import World
from events.digests import content_digest
from projections.blueprints.files import read_blueprints


class Held(BaseModel):
    """What a run holds instead of goals that it draws; every blueprint once before any is held again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    """Of all the blueprints, so that a run knows whether it goes on with the same."""
    counts: dict[str, int]
    """Setting -> blueprints of it; they are numbered from the first setting's on."""
    attempts: int = 1
    """Conversations of each."""
    world_seed: int = 0
    """From which the settings draw the worlds that the blueprints begin in."""

    @cached_property
    def total(self) -> int:
        """Blueprints in all."""
        return sum(self.counts.values())

    @property
    def conversations(self) -> int:
        """How many the run holds."""
        return self.total * self.attempts

    def at(self, index: int) -> tuple[str, int]:
        """Setting of a conversation's blueprint, and which of that setting's it is."""
        number = index % self.total
        for setting, count in self.counts.items():
            if number < count:
                return setting, number
            number -= count
        raise IndexError(index)


def check_world(blueprints: tuple[Blueprint, ...], world: World, hint: str) -> None:
    """Make sure that blueprints begin in a world.

    Args:
        world: As the setting draws it, or as it is read.
        hint: What might give the right world.

    Raises:
        SettingError: One begins in another.
    """
    found = world.digest
    for number, blueprint in enumerate(blueprints):
        if blueprint.world != found:
            where = f"blueprint {number} of {blueprint.setting} ({blueprint.name})"
            raise SettingError(f"{where} begins in world {blueprint.world[:12]}, but this one is {found[:12]}; {hint}")


def read_held(path: Path, attempts: int, world_seed: int) -> tuple[Held, dict[str, tuple[Blueprint, ...]]]:
    """
    The blueprints of a file or folder as a run is to hold them, and they themselves by setting; the order in the file is kept.

    Raises:
        RecordError: It cannot be read, or holds what is none.
    """
    found: dict[str, list[Blueprint]] = {}
    for blueprint in read_blueprints(path):
        found.setdefault(blueprint.setting, []).append(blueprint)
    grouped = {setting: tuple(found[setting]) for setting in sorted(found)}
    names = [blueprint.name for some in grouped.values() for blueprint in some]
    counts = {setting: len(some) for setting, some in grouped.items()}
    held = Held(digest=content_digest(canonical(names)), counts=counts, attempts=attempts, world_seed=world_seed)
    return held, grouped
