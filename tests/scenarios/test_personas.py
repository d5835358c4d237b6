"""What a model that plays the user is told of its persona."""

from random import Random

import pytest

from domain.errors import SettingError
from domain.goal import Goal, Task
from domain.persona.guidance import Wording, guidance
from domain.persona.rules import fired
from domain.persona.sampling import draw_persona
from domain.persona.traits import FACETS
from scenarios.load import load, persona_wording
from tests.domain.personas import persona

WORDING = persona_wording()


def test_numbers_never_reach_a_prompt() -> None:
    """Whoever is drawn."""
    for seed in range(300):
        text = guidance(draw_persona(Random(seed), "dispute"), WORDING)
        assert not any(char.isdigit() for char in text), text


def test_guidance_goes_by_tier() -> None:
    """Demographics, dispositions, emotions, then the rules that hold, then the complexity: a sentence for each."""
    one = persona(digital_literacy=0.9, domain_knowledge=0.9, slang_usage=0.8, emoji_usage=0.9, frustration=0.8, complexity="vague")

    lines = guidance(one, WORDING).splitlines()

    assert lines[:23] == [WORDING.traits[trait][one.facets[trait]] for trait in FACETS]
    assert lines[23:] == [WORDING.rules["technical"], WORDING.rules["casual"], WORDING.complexities["vague"].strip()]
    assert fired(one) == ["technical", "casual"]


def test_every_bucket_says_something_else() -> None:
    """No two sentences are equal."""
    said = [sentence for facets in WORDING.traits.values() for sentence in facets.values()]
    assert len(set(said)) == len(said) == 29 + 17 * 3


@pytest.mark.parametrize(
    ("traits", "found"),
    [
        ({**WORDING.traits, "patience": {"low": "a", "high": "b"}}, "patience must say something of low, medium, high"),
        ({**WORDING.traits, "charm": {}}, "traits must say something of"),
        ({**WORDING.traits, "patience": {"low": "a", "medium": "At .5", "high": "b"}}, "At .5"),
    ],
)
def test_wording_is_complete_and_has_no_numbers(traits: dict[str, dict[str, str]], found: str) -> None:
    """Else the error names the place."""
    with pytest.raises(SettingError, match=found):
        Wording(traits, WORDING.rules, WORDING.complexities, WORDING.moves)


def _goal(*skills: str) -> Goal:
    return Goal(id="g", instruction="", tasks=tuple(Task(skill=skill) for skill in skills))


def test_the_kind_of_a_matter_is_the_goals_or_its_skills() -> None:
    """What the goal says itself comes first; then its first task of any kind."""
    retail = load("retail")
    assert retail.kind_of(_goal("order_status", "return_items", "hand_over")) == "complaint"
    assert retail.kind_of(_goal("order_status")) == "none"
    assert retail.kind_of(_goal("return_items").model_copy(update={"kind": "dispute"})) == "dispute"
