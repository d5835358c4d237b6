"""Correlation rules: what several traits together add to a prompt. They add a sentence and move no value (arXiv 2609.08592)."""

from collections.abc import Callable, Mapping

from domain.persona.traits import Persona

RULES: Mapping[str, Callable[[Persona], bool]] = {
    "technical": lambda p: p["digital_literacy"] >= 0.70 and p["domain_knowledge"] >= 0.70,
    "compares": lambda p: p["cost_sensitivity"] >= 0.70 and p["patience"] >= 0.60,
    "by_the_book": lambda p: p["risk_tolerance"] <= 0.30 and p["compliance_tendency"] >= 0.70,
    "escalates": lambda p: p["patience"] <= 0.40 and p["assertiveness"] >= 0.60,
    "context_first": lambda p: p["verbosity"] >= 0.70 and p["politeness"] >= 0.70,
    "rechecks": lambda p: p["digital_literacy"] <= 0.30 and p["platform_trust"] <= 0.50,
    "casual": lambda p: p["slang_usage"] >= 0.70 and p["emoji_usage"] >= 0.70,
}
"""Name -> condition, in the published order."""


def fired(persona: Persona) -> list[str]:
    """Names of the rules that hold for a user."""
    return [name for name, holds in RULES.items() if holds(persona)]
