"""What users and desk of the shop say is understood by the other side."""

from random import Random

import pytest

from domain.persona.sampling import draw_persona
from scenarios.load import load

SETTING = load("retail")
VALUES = {
    "order_id": "#W1234567",
    "items": "Rain Jacket",
    "new_options": "color olive, size M",
    "payment_method": "gift card",
    "address": "12 Alder Way, Suite 204, Madison, WI 53703",
    "reason": "no longer needed",
    "product": "Yoga Mat",
    "item_id": "1008292230",
    "email": "mira.holt12@example.com",
    "name": "Mira Holt",
    "zip": "53703",
}
ROUNDS = 400


def expansions(key: str, values: dict[str, str]) -> set[str]:
    """Many ways in which a phrase comes out, by all kinds of people."""
    rng = Random(key)
    return {SETTING.phrases.say(key, values, rng, draw_persona(rng)) for _ in range(ROUNDS)}


@pytest.mark.parametrize("skill", SETTING.skills)
@pytest.mark.parametrize("known", [VALUES, {}], ids=["all known", "nothing known"])
def test_request_is_recognised_as_itself_and_nothing_else(skill: str, known: dict[str, str]) -> None:
    """Each way to ask for something matches the cues of its own skill and of no other."""
    known = {slot: known[slot] for slot in SETTING.skills[skill].slots if slot in known}
    for text in sorted(expansions(f"request.{skill}", known) | expansions(f"brief.{skill}", known)):
        assert [name for name, other in SETTING.skills.items() if other.recogniser.search(text)] == [skill], text


@pytest.mark.parametrize("skill", SETTING.skills)
def test_requests_vary(skill: str) -> None:
    """There are many ways to ask for the same thing, and some that tell nothing yet."""
    ways = SETTING.phrases.alternatives(f"request.{skill}")
    assert len(ways) >= (15 if skill == "hand_over" else 20)
    assert any(not way.needs for way in ways)


@pytest.mark.parametrize("slot", SETTING.slots)
def test_question_is_recognised_as_a_question_for_its_slot(slot: str) -> None:
    """Each way to ask for a slot matches the slot's cues and no other's; a name and a zip code may be asked for together."""
    for text in sorted(expansions(f"ask.{slot}", VALUES)):
        assert [name for name, other in SETTING.slots.items() if other.asked_in(text)] == [slot], text


@pytest.mark.parametrize(
    "key",
    [
        "order.not_found",
        "payment_method.not_found",
        "payment_method.which",
        "items.which",
        "items.not_found",
        "new_options.unclear",
        "address.incomplete",
    ],
)
def test_question_that_is_asked_again_is_recognised(key: str) -> None:
    """A question that says what was wrong before asks for the same slot."""
    about, _ = key.split(".")
    slot = "order_id" if about == "order" else about
    values = {
        **VALUES,
        "wrong": "visa",
        "methods": ["PayPal", "gift card"],
        "choices": "Hoodie (grey, M, zip)",
        "options": "color and size",
    }
    for text in sorted(expansions(key, values)):
        asking = [sentence for sentence in text.replace("?", "?\n").replace(". ", ".\n").splitlines() if "?" in sentence]
        assert asking, text
        assert any(SETTING.slots[slot].asked_in(sentence) for sentence in asking), text


@pytest.mark.parametrize("slot", SETTING.slots)
def test_what_is_told_is_found(slot: str) -> None:
    """Whatever way a customer answers, the slot gets the value."""
    for text in sorted(expansions(f"tell.{slot}", VALUES)):
        found = SETTING.slots[slot].find(text, asked=True)
        assert found is not None, text
        assert VALUES[slot].lower() in str(found).lower(), text


@pytest.mark.parametrize("slot", ["email", "order_id", "payment_method", "address", "reason", "zip"])
def test_nothing_is_found_where_nothing_was_told(slot: str) -> None:
    """The patterns that are tried on every sentence find nothing in requests that tell nothing."""
    for skill in SETTING.skills:
        for text in sorted(expansions(f"request.{skill}", {})):
            assert SETTING.slots[slot].find(text) is None, text
