"""Guidance: a persona in words, for a model that plays the user. Numbers decide which words; they never stand among them."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import SettingError
from domain.persona.rules import RULES, fired
from domain.persona.traits import COMPLEXITIES, FACETS, Persona


@dataclass(frozen=True)
class Wording:
    """What is said of each trait, rule and complexity: name -> facet -> sentence.

    Args:
        where: The file's name, for errors.

    Raises:
        SettingError: A sentence is missing, is no text, has a number in it, or says something of a thing that there is not.
    """

    traits: Mapping[str, Mapping[str, str]]
    rules: Mapping[str, str]
    complexities: Mapping[str, str]
    where: str = "personas.yaml"

    def __post_init__(self) -> None:
        self._check("traits", self.traits, FACETS)
        for trait, facets in FACETS.items():
            self._check(trait, self.traits[trait], facets)
        self._check("rules", self.rules, RULES)
        self._check("complexities", self.complexities, COMPLEXITIES)
        for said in (self.rules, self.complexities, *self.traits.values()):
            for name, sentence in said.items():
                if not isinstance(sentence, str) or any(char.isdigit() for char in sentence):
                    raise SettingError(f"{self.where}: {name}: {sentence!r} must be a sentence without numbers")

    def _check(self, what: str, found: object, names: Mapping[str, object] | tuple[str, ...]) -> None:
        if not isinstance(found, Mapping) or found.keys() != set(names):
            here = ", ".join(map(str, found)) if isinstance(found, Mapping) else repr(found)
            raise SettingError(f"{self.where}: {what} must say something of {', '.join(names)}, and of nothing else; found {here}")


def guidance(persona: Persona, wording: Wording) -> str:
    """The user in words, a sentence a line: demographics, dispositions, emotions, rules that hold, complexity of the request."""
    facets = [wording.traits[trait][persona.facets[trait]] for trait in FACETS]
    rules = [wording.rules[name] for name in fired(persona)]
    return "\n".join([*facets, *rules, wording.complexities[persona.complexity]])
