"""Persona: the 23 traits of one user, and how hard to understand they make what they ask."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, model_validator

Bucket = Literal["low", "medium", "high"]
BUCKETS: tuple[str, ...] = get_args(Bucket)
Kind = Literal["none", "complaint", "escalation", "checkout", "dispute", "account_issue"]
"""What sort of matter a user comes with, as far as it tells on their feelings."""
Complexity = Literal["simple", "medium", "complex", "vague"]

DEMOGRAPHICS: Mapping[str, Mapping[str, float]] = {
    "jurisdiction": {"US": 0.40, "EU": 0.25, "UK": 0.15, "IN": 0.10, "CA": 0.06, "AU": 0.04},
    "age_bracket": {"18-24": 0.15, "25-34": 0.30, "35-44": 0.25, "45-54": 0.15, "55-64": 0.10, "65+": 0.05},
    "channel": {"web_chat": 0.35, "mobile_app": 0.30, "email": 0.20, "phone_ivr": 0.10, "sms": 0.05},
    "device_type": {"smartphone": 0.45, "desktop": 0.25, "laptop": 0.20, "tablet": 0.10},
    "language_proficiency": {"native": 0.50, "fluent": 0.30, "intermediate": 0.15, "basic": 0.05},
    "time_availability": {"flexible": 0.25, "moderate": 0.45, "high_urgency": 0.20, "rushed": 0.10},
}
"""Tier 1: trait -> value -> probability; values that have an order stand in it."""

DISPOSITIONS = (
    "cost_sensitivity", "patience", "assertiveness", "verbosity", "politeness", "domain_knowledge",
    "risk_tolerance", "compliance_tendency", "platform_trust", "digital_literacy", "slang_usage", "emoji_usage",
)  # fmt: skip
"""Tier 2, each in [0, 1]."""

EMOTIONS = ("frustration", "anxiety", "trust", "confidence", "stress")
"""Tier 3, each in [0, 1]: as the conversation begins. They move; see domain/persona/mood.py."""

COMPLEXITIES: Mapping[str, tuple[int, int]] = {"simple": (3, 8), "medium": (8, 15), "complex": (15, 30), "vague": (3, 15)}
"""Complexity -> fewest and most words of the opening; a vague one names nothing of what the setting is about."""

FACETS: Mapping[str, tuple[str, ...]] = {
    **{trait: tuple(values) for trait, values in DEMOGRAPHICS.items()},
    **dict.fromkeys((*DISPOSITIONS, *EMOTIONS), BUCKETS),
}
"""All 23 traits -> what a phrase or a prompt can know of each."""

CONDITIONS: Mapping[str, tuple[str, ...]] = {**FACETS, "complexity": tuple(COMPLEXITIES)}
"""What a phrase can depend on."""


def bucket(value: float) -> Bucket:
    """Low below .35, high from .70 on."""
    return "low" if value < 0.35 else "high" if value >= 0.70 else "medium"


class Persona(BaseModel):
    """One user; numbers decide, facets are what phrases and prompts know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    profile: str
    """Name of the profile around which it was drawn."""
    complexity: Complexity
    demographics: dict[str, str]
    dispositions: dict[str, float]
    emotions: dict[str, float]

    @model_validator(mode="after")
    def _exact(self) -> "Persona":
        known = self.demographics.keys() == DEMOGRAPHICS.keys()
        if not known or any(value not in DEMOGRAPHICS[trait] for trait, value in self.demographics.items()):
            raise ValueError(f"demographics are {', '.join(DEMOGRAPHICS)}, each with one of its values; found {self.demographics}")
        for what, names, values in (("dispositions", DISPOSITIONS, self.dispositions), ("emotions", EMOTIONS, self.emotions)):
            if values.keys() != set(names) or not all(0 <= value <= 1 for value in values.values()):
                raise ValueError(f"{what} are {', '.join(names)}, each from 0 to 1; found {values}")
        return self

    def __getitem__(self, trait: str) -> float:
        """A disposition or an emotion."""
        return self.dispositions[trait] if trait in self.dispositions else self.emotions[trait]

    @cached_property
    def facets(self) -> dict[str, str]:
        """Trait -> its value in tier 1, its bucket in the others; and the complexity."""
        numbers = {**self.dispositions, **self.emotions}
        buckets = {trait: bucket(value) for trait, value in numbers.items()}
        return {**self.demographics, **buckets, "complexity": self.complexity}

    def feeling(self, emotions: Mapping[str, float]) -> "Persona":
        """The same user in another mood."""
        return Persona.model_construct(  # a copy would keep the old facets
            profile=self.profile,
            complexity=self.complexity,
            demographics=self.demographics,
            dispositions=self.dispositions,
            emotions={**self.emotions, **emotions},
        )
