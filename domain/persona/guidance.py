"""Guidance: a persona in words, for a model that plays the user. Numbers decide which words; they never stand among them."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import SettingError
from domain.persona.rules import RULES, fired
from domain.persona.traits import COMPLEXITIES, EMOTIONS, FACETS, Persona, bucket
from events.conversation import MoodShifted


@dataclass(frozen=True)
class Wording:
    """What is said of each trait, rule, complexity and change of mood: name -> facet -> sentence.

    Args:
        where: The file's name, for errors.

    Raises:
        SettingError: A sentence is missing, is no text, has a number in it, or says something of a thing that there is not.
    """

    traits: Mapping[str, Mapping[str, str]]
    rules: Mapping[str, str]
    complexities: Mapping[str, str]
    moves: Mapping[str, Mapping[str, str]]
    """Emotion -> what is said where it has grown, ``more``, or gone back, ``less``."""
    where: str = "personas.yaml"

    def __post_init__(self) -> None:
        self._check("traits", self.traits, FACETS)
        for trait, facets in FACETS.items():
            self._check(trait, self.traits[trait], facets)
        self._check("rules", self.rules, RULES)
        self._check("complexities", self.complexities, COMPLEXITIES)
        self._check("moves", self.moves, dict.fromkeys(EMOTIONS))
        for emotion, said in self.moves.items():
            self._check(f"moves.{emotion}", said, ("more", "less"))
        for said in (self.rules, self.complexities, *self.traits.values(), *self.moves.values()):
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


def feelings(shift: MoodShifted, wording: Wording) -> str:
    """A change of mood in words: which emotions have grown or gone back, and how each is now where that is told otherwise than before."""
    said = []
    for change in shift.changes:
        said.append(wording.moves[change.emotion]["more" if change.after > change.before else "less"])
        if bucket(change.after) != bucket(change.before):
            said.append(wording.traits[change.emotion][bucket(change.after)])
    return " ".join(said)
