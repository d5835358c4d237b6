"""Each rule of the airline's policy lets the right call through and stops the wrong one."""

from typing import Any

import pytest

from domain.policy import Call, Memory
from events.base import Event
from events.conversation import ModelReplied, UserSpoke
from events.tools import ToolAnswered, ToolCalled
from scenarios.airline.policy import RULES
from scenarios.airline.tools import TOOLS
from scenarios.load import load
from tests.scenarios.airline_desk import MIRA, OMAR, RESERVATIONS, desk

BY_ID = {rule.id: rule for rule in RULES}
WRITES = {tool.name: tool.writes for tool in TOOLS}


def answered(tool: str, observation: Any, **arguments: Any) -> list[Event]:
    """A call that was answered; the tools that write are taken to have changed something."""
    changes: Any = ({"table": "reservations", "key": "x", "before": None, "after": None},) if WRITES[tool] else ()
    called = ToolCalled(agent="assistant", call_id=f"{tool}{arguments}", tool=tool, arguments=arguments)
    return [called, ToolAnswered(agent="assistant", call_id=f"{tool}{arguments}", observation=observation, changes=changes)]


def memory(*events: Event) -> Memory:
    made = Memory()
    for event in events:
        made.observe(event)
    return made


def seen(name: str) -> list[Event]:
    """A reservation that was looked up."""
    return answered("get_reservation_details", RESERVATIONS[name], reservation_id=name)


KNOWN = answered("get_user_details", {"user_id": "mira_holt_2041"}, user_id="mira_holt_2041")
YES = [UserSpoke(agent="user", content="Yes, please go ahead.")]
NO = [UserSpoke(agent="user", content="No, wait.")]
STEP: list[Event] = [ModelReplied(agent="assistant", model="m", request="")]
CALLED: list[Event] = [ToolCalled(agent="assistant", call_id="c", tool="calculate", arguments={})]
DAY_21 = [{"flight_number": "KTW101", "date": "2024-05-21"}]
MOVE = {"reservation_id": "1ECONO", "cabin": "economy", "flights": DAY_21, "payment_id": "credit_card_1"}
BAGS = {"reservation_id": "1ECONO", "total_baggages": 6, "nonfree_baggages": 2, "payment_id": "credit_card_1"}
NAMES = {"reservation_id": "1ECONO", "passengers": [OMAR, MIRA]}
BOOK = {
    "user_id": "mira_holt_2041",
    "origin": "ALD",
    "destination": "BRM",
    "flight_type": "one_way",
    "cabin": "economy",
    "flights": DAY_21,
    "passengers": [MIRA],
    "payment_methods": [{"payment_id": "certificate_1", "amount": 100}],
    "total_baggages": 0,
    "nonfree_baggages": 0,
    "insurance": "no",
}
TWICE = [{"payment_id": "certificate_1", "amount": 50}, {"payment_id": "certificate_2", "amount": 50}]
BACK = [{"flight_number": "KTW103", "date": "2024-05-22"}]
ROUND = {**MOVE, "reservation_id": "3ROUND", "flights": [*DAY_21, *BACK]}
BASIC = {**MOVE, "reservation_id": "2BASIC", "cabin": "business", "flights": [{"flight_number": "KTW101", "date": "2024-05-20"}]}
HUNDREDS = {"user_id": "mira_holt_2041", "amount": 200}
LATE = {"user_id": "mira_holt_2041", "amount": 100}

CASES: list[tuple[str, str, dict[str, Any], list[Event], list[Event] | dict[str, Any]]] = [
    ("one-call-at-a-time", "list_all_airports", {}, [*STEP, *CALLED], [*STEP, *CALLED, *CALLED]),
    ("user-first", "get_reservation_details", {"reservation_id": "1ECONO"}, KNOWN, []),
    ("user-first", "book_reservation", BOOK, KNOWN, []),
    ("one-user", "get_user_details", {"user_id": "mira_holt_2041"}, KNOWN, {"user_id": "omar_becker_7"}),
    ("own-data-only", "get_reservation_details", {"reservation_id": "1ECONO"}, KNOWN, {"reservation_id": "6OMARS"}),
    ("own-data-only", "send_certificate", HUNDREDS, KNOWN, {**HUNDREDS, "user_id": "omar_becker_7"}),
    ("look-first", "cancel_reservation", {"reservation_id": "1ECONO"}, [*KNOWN, *seen("1ECONO")], KNOWN),
    ("not-flown", "cancel_reservation", {"reservation_id": "5DELAY"}, [], {"reservation_id": "4FLOWN"}),
    ("ground-to-cancel", "cancel_reservation", {"reservation_id": "5DELAY"}, [], {"reservation_id": "1ECONO"}),
    ("ground-to-cancel", "cancel_reservation", {"reservation_id": "3ROUND"}, [], {"reservation_id": "2BASIC"}),
    ("basic-economy-stays", "update_reservation_flights", BASIC, [], {**BASIC, "flights": DAY_21}),
    ("same-trip", "update_reservation_flights", MOVE, [], {**MOVE, "flights": BACK}),
    ("same-trip", "update_reservation_flights", ROUND, [], {**ROUND, "flights": DAY_21}),
    ("flights-fit", "book_reservation", BOOK, [], {**BOOK, "destination": "CAL"}),
    ("bags-only-added", "update_reservation_baggages", BAGS, [], {**BAGS, "total_baggages": 0}),
    ("extra-bags-paid", "update_reservation_baggages", BAGS, [], {**BAGS, "nonfree_baggages": 0}),
    ("extra-bags-paid", "book_reservation", BOOK, [], {**BOOK, "total_baggages": 2, "nonfree_baggages": 2}),
    ("five-passengers", "book_reservation", BOOK, [], {**BOOK, "passengers": [MIRA] * 6}),
    ("passengers-fixed", "update_reservation_passengers", NAMES, [], {**NAMES, "passengers": [MIRA]}),
    ("payment-mix", "book_reservation", BOOK, [], {**BOOK, "payment_methods": TWICE}),
    ("gesture-deserved", "send_certificate", HUNDREDS, seen("3ROUND"), {**HUNDREDS, "amount": 300}),
    ("gesture-deserved", "send_certificate", HUNDREDS, seen("3ROUND"), seen("1ECONO")),
    ("gesture-deserved", "send_certificate", HUNDREDS, seen("3ROUND"), [*seen("3ROUND"), *answered("send_certificate", "", **HUNDREDS)]),
    (
        "gesture-deserved",
        "send_certificate",
        LATE,
        [*seen("5DELAY"), *answered("cancel_reservation", {}, reservation_id="5DELAY")],
        seen("5DELAY"),
    ),
    ("confirm-first", "cancel_reservation", {"reservation_id": "5DELAY"}, YES, NO),
]


@pytest.mark.parametrize(("rule", "tool", "arguments", "before", "wrong"), CASES)
def test_rule(rule: str, tool: str, arguments: dict[str, Any], before: list[Event], wrong: list[Event] | dict[str, Any]) -> None:
    """The call is allowed; with another history, or with other arguments, it is not."""
    good = Call("assistant", tool, arguments, WRITES[tool])
    assert BY_ID[rule].guards(good)
    assert BY_ID[rule].allows(memory(*before), good, desk())
    if isinstance(wrong, dict):
        assert not BY_ID[rule].allows(memory(*before), Call("assistant", tool, wrong, WRITES[tool]), desk())
    else:
        assert not BY_ID[rule].allows(memory(*wrong), good, desk())


def test_what_is_cancelled_stays_cancelled() -> None:
    """Neither another cancellation nor a change."""
    called = ToolCalled(agent="assistant", call_id="c", tool="cancel_reservation", arguments={})
    row = {**RESERVATIONS["5DELAY"], "status": "cancelled"}
    changes: Any = ({"table": "reservations", "key": "5DELAY", "before": RESERVATIONS["5DELAY"], "after": row},)
    world = desk().evolve(ToolAnswered(agent="assistant", call_id=called.call_id, observation={}, changes=changes))
    rule, call = BY_ID["still-stands"], Call("assistant", "cancel_reservation", {"reservation_id": "5DELAY"}, writes=True)
    assert rule.allows(Memory(), call, desk())
    assert not rule.allows(Memory(), call, world)


def test_every_rule_has_a_case() -> None:
    """No rule is left out above."""
    assert {case[0] for case in CASES} | {"still-stands"} == set(BY_ID)


def test_questions_about_flights_need_no_user() -> None:
    """Flights, airports, sums and the transfer are free."""
    policy = load("airline").policy
    for tool in ("list_all_airports", "search_direct_flight", "search_onestop_flight", "get_flight_status", "calculate"):
        assert policy.broken_by(Memory(), Call("assistant", tool, {}, writes=False), desk()) is None


def test_prose_states_every_rule() -> None:
    """What guards a call stands in the policy that the assistant reads."""
    prose = " ".join(load("airline").policy.prose.split())
    assert [rule.id for rule in RULES if rule.sentence.rstrip(".") not in prose] == []
