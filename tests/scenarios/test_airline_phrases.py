"""What users and desk of the airline say is understood by the other side."""

from random import Random

import pytest

from domain.persona.sampling import draw_persona
from scenarios.load import load

SETTING = load("airline")
VALUES = {
    "user_id": "mira_holt_2041",
    "reservation_id": "4TQ82M",
    "reason": "I am ill",
    "leg": "return flight",
    "date": "May 20",
    "return_date": "May 25",
    "preference": "the cheapest one",
    "cabin": "business",
    "payment": "visa ending in 1111",
    "payments": "certificate of $250, gift card and credit card",
    "bags": "2 checked bags",
    "passenger": "Mira Holt",
    "new_passenger": "Mira Halt, born 1990-04-05",
    "route": "Alderbury to Pellworth",
    "trip": "round trip",
    "passengers": "me and Omar Becker, born 1980-01-02",
    "insurance": "without insurance",
    "flight_number": "KTW101",
}
ASKED = {
    "flights": "KTW101 from ALD to PEL on May 20",
    "options": "KTW101 at $80; KTW102 at $95",
    "amount": "$120",
    "total": "$480",
    "people": "Mira Holt",
}
ROUNDS = 300


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
    assert len(ways) >= 13
    assert any(not way.needs for way in ways)


@pytest.mark.parametrize("slot", SETTING.slots)
def test_question_is_recognised_as_a_question_for_its_slot(slot: str) -> None:
    """Each way to ask for a slot matches the slot's cues and no other's."""
    for text in sorted(expansions(f"ask.{slot}", {**VALUES, **ASKED})):
        assert [name for name, other in SETTING.slots.items() if other.asked_in(text)] == [slot], text


@pytest.mark.parametrize("slot", SETTING.slots)
def test_what_is_told_is_heard(slot: str) -> None:
    """Whatever way a user tells a value when asked, what is heard is the value that stands alone."""
    listener = SETTING.slots[slot]
    wanted = listener.find(VALUES[slot], asked=True)
    for text in sorted(expansions(f"tell.{slot}", VALUES)):
        heard = listener.find(text, asked=True)
        assert heard == wanted or (isinstance(heard, str) and VALUES[slot] in heard), text


def test_values_told_in_a_request_are_heard() -> None:
    """What a request names besides is filed, and as what it is."""
    skill = SETTING.skills["change_flights"]
    found = {
        name: SETTING.slots[name].find("Please move my return flight in 4TQ82M to May 20, the cheapest one. KTW101 was fine.")
        for name in skill.slots
    }
    assert found == {
        "reservation_id": "4TQ82M",
        "route": None,
        "leg": "back",
        "date": "2024-05-20",
        "preference": "cheapest",
        "payment": None,
    }
