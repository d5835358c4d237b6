"""Persona: who the user is and how they speak, not what they want."""

from functools import cached_property
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict

Bucket = Literal["low", "medium", "high"]

TRAITS = ("patience", "assertiveness", "verbosity", "politeness", "domain_knowledge", "digital_literacy", "slang_usage", "emoji_usage")
"""Traits in [0, 1] that colour speech."""


class Persona(BaseModel):
    """Traits of one user; numbers decide, buckets are what phrases and prompts know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    traits: dict[str, float]

    @cached_property
    def buckets(self) -> dict[str, Bucket]:
        """Trait -> bucket."""
        return {trait: self.bucket(trait) for trait in self.traits}

    def bucket(self, trait: str) -> Bucket:
        """Low below .35, high from .70 on (StateGen's companion paper, section on persona prompts)."""
        value = self.traits[trait]
        return "low" if value < 0.35 else "high" if value >= 0.70 else "medium"


def draw_persona(rng: Random) -> Persona:
    """Draw each trait on its own, evenly; slang and emoji are rarer than not."""
    rare = ("slang_usage", "emoji_usage")
    return Persona(traits={trait: round(rng.random() ** (2 if trait in rare else 1), 3) for trait in TRAITS})
