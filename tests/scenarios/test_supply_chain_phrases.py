"""What is said is understood: requests by their skill, questions by their slot, answers by their pattern."""

from difflib import SequenceMatcher
from random import Random

import pytest

from actors.offline.hearing import requests
from domain.persona.sampling import draw_persona
from scenarios.load import load
from scenarios.supply_chain.slots import REASONS

SETTING = load("supply_chain")
KNOWN = {
    "contact": "CT-1042",
    "access_code": "482913",
    "shipment_id": "SH-12345",
    "order_id": "SO-23456",
    "invoice_id": "INV-34567",
    "purchase_order_id": "PO-45678",
    "reference": "SO-23456.2",
    "product": "oil filter",
    "quantity": "40",
    "days": "14",
    "weight": "850",
    "new_date": "18 March",
    "site_city": "Leeds",
    "from_warehouse": "Lyon",
    "to_warehouse": "Genoa",
    "country": "Norway",
    "carrier": "Nordhaul",
    "service": "express",
    "document": "packing list",
    "dispute_reason": "billed twice",
}
ASKED = {"number": "SO-11111", "text": "pressure", "missing": ["packing list"]}


def _known(skill: str, rng: Random) -> dict[str, str]:
    share = rng.choice([0.0, 0.5, 1.0])
    return {slot: KNOWN[slot] for slot in SETTING.skills[skill].slots if rng.random() < share}


@pytest.mark.parametrize("skill", SETTING.skills)
def test_request_is_recognised_as_its_own_skill(skill: str) -> None:
    """By its own cues and by no other skill's, whatever reason or story comes with it."""
    for seed in range(200):
        rng = Random(seed)
        key = f"{'brief' if seed % 4 == 0 else 'request'}.{skill}"
        text = SETTING.phrases.say(key, _known(skill, rng), rng, draw_persona(rng))
        assert [name for name, other in SETTING.skills.items() if other.recogniser.search(text)] == [skill], text
        assert [found.name for found, _ in requests(text, SETTING.skills.values())] == [skill], text


@pytest.mark.parametrize("skill", SETTING.skills)
def test_values_in_a_request_are_found(skill: str) -> None:
    """A value that a request names is understood as what it is, and nothing is understood that was not said."""
    for seed in range(100):
        rng = Random(seed)
        known = _known(skill, rng)
        text = SETTING.phrases.say(f"request.{skill}", known, rng)
        for slot in SETTING.skills[skill].slots:
            found = SETTING.slots[slot].find(text)
            if found is not None:
                assert found == SETTING.slots[slot].find(KNOWN[slot], asked=True), (slot, text)


@pytest.mark.parametrize("slot", SETTING.slots)
def test_question_asks_for_its_slot_alone(slot: str) -> None:
    """Every way to ask for a slot is heard as that question and as no other."""
    for key in (f"ask.{slot}", f"ask.{slot}_again"):
        for seed in range(60 if key in SETTING.phrases else 0):
            text = SETTING.phrases.say(key, ASKED, Random(seed))
            assert [name for name, other in SETTING.slots.items() if other.asked_in(text)] == [slot], text


@pytest.mark.parametrize("slot", SETTING.slots)
def test_answer_is_understood(slot: str) -> None:
    """Every way to tell a slot gives its value."""
    expected = SETTING.slots[slot].find(KNOWN[slot], asked=True)
    for seed in range(60):
        text = SETTING.phrases.say(f"tell.{slot}", KNOWN, Random(seed))
        assert SETTING.slots[slot].find(text, asked=True) == expected, text


def test_dates_are_understood_as_people_write_them() -> None:
    """Years are never said."""
    for text in ("2026-03-18", "18 March", "March 18", "the 18th of march"):
        assert SETTING.slots["new_date"].find(text) == "2026-03-18"


def test_dispute_reasons_are_understood() -> None:
    """Each way in which goals name a reason leads to it."""
    for reason, ways in REASONS.items():
        assert {SETTING.slots["dispute_reason"].find(way, asked=True) for way in ways} == {reason}


def test_every_tool_and_skill_has_words() -> None:
    """A reason for each call and a name for each request."""
    unused = ("list_invoices", "list_purchase_orders")
    assert not [name for name in SETTING.toolset if f"why.{name}" not in SETTING.phrases and name not in unused]
    assert not [name for name in SETTING.skills if f"label.{name}" not in SETTING.phrases]


def test_requests_vary() -> None:
    """Three hundred requests, hardly any of them like an earlier one."""
    said: list[str] = []
    near = 0
    for seed in range(300):
        rng = Random(seed)
        skill = rng.choice(list(SETTING.skills)[:-1])
        text = SETTING.phrases.say(f"request.{skill}", _known(skill, rng), rng, draw_persona(rng))
        matcher = SequenceMatcher(None, autojunk=False)
        matcher.set_seq2(text)
        for other in said:
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() >= 0.85 and matcher.quick_ratio() >= 0.85 and matcher.ratio() >= 0.85:
                near += 1
                break
        said.append(text)
    assert near / len(said) < 0.031
