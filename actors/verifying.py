"""Verifying: a blueprint goes through the stages, one after another, and stops at the first that has something against it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from actors.drawing.rehearsal import rehearse
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.verifying.execution import execution
from domain.blueprints.verifying.format import malformed
from domain.blueprints.verifying.ground import Ground
from domain.blueprints.verifying.necessity import necessity
from domain.blueprints.verifying.policy import policy
from domain.blueprints.verifying.rehearsal import Rehearsal, as_said, asked_for, demanded, rederived, unsaid
from domain.blueprints.verifying.solvability import solvability
from domain.blueprints.verifying.uniqueness import uniqueness
from domain.world import World
from events.blueprints import BlueprintAccepted, BlueprintRejected, Reason, Stage
from events.digests import content_digest


class Verified(NamedTuple):
    """What verifying came to."""

    blueprint: Blueprint
    stage: Stage | None
    """That stopped it; None where it passed."""
    reasons: tuple[Reason, ...] = ()
    diff: tuple[str, ...] = ()
    """``table.key.field`` of all that the gold path changes."""

    def event(self, drawn: int, rewrites: int = 0, put: Callable[[bytes], str] = content_digest) -> BlueprintAccepted | BlueprintRejected:
        """As it is recorded.

        Args:
            drawn: Which of the drawings it is, counted from 0.
            rewrites: How often it was written again before.
            put: Keeps the blueprint and gives its digest, such as a log's; nothing is kept without one.
        """
        about: dict[str, Any] = {"name": self.blueprint.name, "drawn": drawn, "round": rewrites}
        about["blueprint"] = put(self.blueprint.model_dump_json().encode())
        if self.stage is None:
            return BlueprintAccepted(**about, diff=self.diff)
        return BlueprintRejected(**about, stage=self.stage, reasons=self.reasons)


def again(blueprint: Blueprint) -> Verified:
    """That there is another one like it."""
    sentence = "Another one has the same calls and asks for the same."
    return Verified(blueprint, "duplicate", (Reason(code="same-skeleton", place="actions", sentence=sentence),))


STAGES: tuple[tuple[Stage, Callable[[Ground], list[Reason]]], ...] = (("format", malformed), ("execution", execution), ("policy", policy))
"""Those that come before anything else makes sense."""


def walkable(ground: Ground) -> Verified | None:
    """Why no instruction can make a blueprint sound, whoever writes it; None where its gold path is."""
    for name, stage in STAGES:
        reasons = tuple(reason for reason in stage(ground) if reason.place != "instruction")
        if reasons:
            return Verified(ground.blueprint, name, reasons)
    return None


def verify(ground: Ground, *, rehearsed: bool = True) -> Verified:
    """
    Take a blueprint through all stages that need no model.

    Args:
        rehearsed: Also hold it, which translates its text back; not for tasks in free text, which rules do not understand.
    """
    for name, stage in STAGES:
        reasons = stage(ground)
        if reasons:
            return Verified(ground.blueprint, name, tuple(reasons))
    reasons = solvability(ground)
    held = held_as_said(ground) if rehearsed else None
    if held is not None:
        reasons = asked_for(ground, held, reasons) or rederived(ground, held)
    if reasons:
        return Verified(ground.blueprint, "solvability", tuple(reasons))
    reasons = [*necessity(ground), *(demanded(ground, held) if held else ())]
    if reasons:
        return Verified(ground.blueprint, "necessity", tuple(reasons))
    reasons = uniqueness(ground)
    if reasons:
        return Verified(ground.blueprint, "uniqueness", tuple(reasons))
    return Verified(ground.blueprint, None, (), ground.diff)


def held_as_said(ground: Ground) -> Rehearsal:
    """What becomes of a blueprint that rules hold, whose user knows no more than its text says."""
    blueprint = ground.blueprint
    missing = unsaid(blueprint, ground.setting.clock)
    goal = as_said(blueprint.goal, missing)
    return Rehearsal(rehearse(ground.setting, World(ground.base), goal, blueprint.persona, blueprint.seed).held, missing)
