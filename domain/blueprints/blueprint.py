"""Blueprint: a conversation planned and not yet held, so that where it leads is known before it begins (APIGen-MT, section 3.1).

It says who asks for what (persona, instruction, what they know), in which world it begins, and the gold path: every call, look-ups
included, that a perfect assistant makes, with what each must be told of in the end.
"""

from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, field_serializer

from domain.goal import Goal
from domain.persona.traits import Persona
from domain.values import canonical
from events.digests import content_digest

FORMAT: Literal["worldloom-blueprint.v1"] = "worldloom-blueprint.v1"
Shape = Literal["single", "chain", "fan-in", "fan-out", "diamond", "recombined", "policy", "example"]
"""How the gold calls feed each other; ``policy``: it leads to the edge of a rule, ``example``: it follows one that was given."""
_NAME = 12
"""Characters of a blueprint's own name."""


class Difficulty(BaseModel):
    """The knobs (WRIT, section 3): what makes a blueprint hard, counted on its gold path."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    writes: int
    """Calls that change the world."""
    evidence: int
    """Look-ups that the writes need, over all writes."""
    hops: int
    """Calls on the longest path along which values flow."""
    hazards: int = 0
    """Requests that policy must decline, and other things in the way."""


class Blueprint(BaseModel):
    """One conversation, planned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["worldloom-blueprint.v1"] = FORMAT
    setting: str
    world: str
    """Digest of the base world's content; ``goal.setup`` says what is different as it begins."""
    seed: int
    """From which it was drawn; with the setting, the world and the weights it gives the same blueprint again."""
    shape: Shape
    persona: Persona
    goal: Goal
    """Instruction, identity, tasks, gold actions, checks and outputs."""
    policies: tuple[str, ...] = ()
    """Ids of the rules that guard a call of the gold path, or that decline what is asked for."""
    difficulty: Difficulty
    parts: tuple[str, ...] = ()
    """Names of the blueprints that it was recombined from."""

    @field_serializer("goal")
    def _whole(self, goal: Goal) -> dict[str, Any]:
        """With what a goal alone leaves out, since a conversation says it elsewhere."""
        apart = {
            "setup": [change.model_dump(mode="json") for change in goal.setup],
            "shares": [share.model_dump(mode="json") for share in goal.shares],
        }
        return {**goal.model_dump(mode="json"), **{name: value for name, value in apart.items() if value}}

    @property
    def name(self) -> str:
        """``SETTING-`` and a digest of all that it says."""
        return f"{self.setting}-{content_digest(canonical(self.model_dump(mode='json')))[:_NAME]}"

    @property
    def skeleton(self) -> bytes:
        """What makes two blueprints the same: the calls of the gold path, with their arguments, in their order, and what is asked for."""
        calls = [(action.tool, action.arguments) for action in self.goal.actions]
        asked = [(task.skill, task.known) for task in self.goal.tasks]
        return canonical([calls, asked, [change.model_dump(mode="json") for change in self.goal.setup]])


def planned_in(content: bytes) -> Goal | Blueprint:
    """What a conversation names as its goal: one of its own, or the blueprint that it is held from.

    Raises:
        ValueError: It is neither.
    """
    document = orjson.loads(content)
    return Blueprint.model_validate(document) if "format" in document else Goal.model_validate(document)


def goal_in(document: dict[str, Any]) -> dict[str, Any]:
    """The goal in what ``planned_in`` reads, as JSON."""
    goal = document.get("goal") if "format" in document else document
    return goal if isinstance(goal, dict) else {}
