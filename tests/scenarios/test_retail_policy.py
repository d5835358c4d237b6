"""Each rule of the shop's policy lets the right call through and stops the wrong one."""

from typing import Any

import pytest

from domain.policy import Call, Memory
from events.base import Event
from events.conversation import ModelReplied, UserSpoke
from events.tools import ToolAnswered, ToolCalled
from scenarios.load import load
from scenarios.retail.policy import RULES
from scenarios.retail.tools import TOOLS
from tests.scenarios.retail_shop import shop

BY_ID = {rule.id: rule for rule in RULES}
WRITES = {tool.name: tool.writes for tool in TOOLS}


def answered(tool: str, observation: Any, **arguments: Any) -> list[Event]:
    """A call that was answered; the tools that write are taken to have changed something."""
    changes: Any = ({"table": "orders", "key": "x", "before": None, "after": None},) if WRITES[tool] else ()
    called = ToolCalled(agent="assistant", call_id=tool, tool=tool, arguments=arguments)
    return [called, ToolAnswered(agent="assistant", call_id=tool, observation=observation, changes=changes)]


def memory(*events: Event) -> Memory:
    made = Memory()
    for event in events:
        made.observe(event)
    return made


KNOWN = answered("find_user_id_by_email", "mira_holt_1", email="mira.holt@example.com")
SEEN = answered("get_order_details", {}, order_id="#W0000001")
YES = [UserSpoke(agent="user", content="Yes, please go ahead.")]
NO = [UserSpoke(agent="user", content="No, wait.")]
STEP: list[Event] = [ModelReplied(agent="assistant", model="m", request="")]
CALLED: list[Event] = [ToolCalled(agent="assistant", call_id="c", tool="calculate", arguments={})]
SWAP = {"order_id": "#W0000002", "item_ids": ["1000000001"], "new_item_ids": ["1000000002"], "payment_method_id": "paypal_1"}
CANCEL = {"order_id": "#W0000001", "reason": "no longer needed"}
BACK = {"order_id": "#W0000002", "item_ids": ["2000000001"], "payment_method_id": "gift_card_1"}

CASES: list[tuple[str, str, dict[str, Any], list[Event], list[Event] | dict[str, Any]]] = [
    ("one-call-at-a-time", "get_product_details", {"product_id": "7000000001"}, [*STEP, *CALLED], [*STEP, *CALLED, *CALLED]),
    ("authenticate-first", "get_order_details", {"order_id": "#W0000001"}, KNOWN, []),
    ("authenticate-first", "cancel_pending_order", CANCEL, KNOWN, []),
    ("one-customer", "find_user_id_by_email", {"email": "Mira.Holt@example.com"}, KNOWN, {"email": "omar@example.com"}),
    (
        "one-customer",
        "find_user_id_by_name_zip",
        {"first_name": "mira", "last_name": "holt", "zip": "1"},
        KNOWN,
        {"first_name": "Omar", "last_name": "Becker", "zip": "53704"},
    ),
    ("own-data-only", "get_order_details", {"order_id": "#W0000001"}, KNOWN, {"order_id": "#W0000004"}),
    ("own-data-only", "get_user_details", {"user_id": "mira_holt_1"}, KNOWN, {"user_id": "omar_becker_2"}),
    ("look-first", "cancel_pending_order", CANCEL, [*KNOWN, *SEEN], KNOWN),
    ("pending-only", "cancel_pending_order", CANCEL, [], {**CANCEL, "order_id": "#W0000003"}),
    ("delivered-only", "return_delivered_order_items", BACK, [], {**BACK, "order_id": "#W0000001"}),
    ("cancel-reason", "cancel_pending_order", CANCEL, [], {**CANCEL, "reason": "found it cheaper"}),
    ("swap-once", "exchange_delivered_order_items", SWAP, [], answered("exchange_delivered_order_items", {}, **SWAP)),
    ("same-product", "exchange_delivered_order_items", SWAP, [], {**SWAP, "new_item_ids": ["2000000001"]}),
    ("refund-where-paid", "return_delivered_order_items", BACK, [], {**BACK, "payment_method_id": "paypal_1"}),
    (
        "refund-where-paid",
        "return_delivered_order_items",
        {**BACK, "payment_method_id": "credit_card_1"},
        [],
        {**BACK, "payment_method_id": "paypal_1"},
    ),
    ("confirm-first", "cancel_pending_order", CANCEL, YES, NO),
]


@pytest.mark.parametrize(("rule", "tool", "arguments", "before", "wrong"), CASES)
def test_rule(rule: str, tool: str, arguments: dict[str, Any], before: list[Event], wrong: list[Event] | dict[str, Any]) -> None:
    """The call is allowed; with another history, or with other arguments, it is not."""
    good = Call("assistant", tool, arguments, WRITES[tool])
    assert BY_ID[rule].guards(good)
    assert BY_ID[rule].allows(memory(*before), good, shop())
    if isinstance(wrong, dict):
        assert not BY_ID[rule].allows(memory(*before), Call("assistant", tool, wrong, WRITES[tool]), shop())
    else:
        assert not BY_ID[rule].allows(memory(*wrong), good, shop())


def test_every_rule_has_a_case() -> None:
    """No rule is left out above."""
    assert {case[0] for case in CASES} == set(BY_ID)


def test_product_questions_and_sums_need_no_customer() -> None:
    """Products, sums and the transfer are free."""
    policy = load("retail").policy
    for tool in ("list_all_product_types", "get_product_details", "get_item_details", "calculate", "transfer_to_human_agents"):
        assert policy.broken_by(Memory(), Call("assistant", tool, {}, writes=False), shop()) is None


def test_prose_states_every_rule() -> None:
    """What guards a call stands in the policy that the assistant reads."""
    prose = " ".join(load("retail").policy.prose.split())
    assert [rule.id for rule in RULES if rule.sentence.rstrip(".") not in prose] == []
