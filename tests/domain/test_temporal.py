"""Temporal rules: what they find in streams made by hand, and that no file of rules can do harm."""

import time
from typing import Any

import pytest

from domain.errors import SettingError
from domain.temporal import rules_of, violations
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, UserSpoke
from events.subagents import SubagentStarted
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused


def called(call_id: str, tool: str, agent: str = "assistant", **arguments: Any) -> ToolCalled:
    return ToolCalled(agent=agent, call_id=call_id, tool=tool, arguments=arguments)


def answered(call_id: str, observation: Any = "done", *changes: Change) -> ToolAnswered:
    return ToolAnswered(agent="assistant", call_id=call_id, observation=observation, changes=changes)


def user(content: str) -> UserSpoke:
    return UserSpoke(agent="user", content=content)


STREAM: list[Event] = [
    user("Refund order W1, please."),  # 1
    called("c1", "refund", order_id="W1", amount=10),  # 2
    ToolRefused(agent="assistant", call_id="c1", code="not-known", reason="Who are you?"),  # 3
    called("c2", "find_user_by_email", email="a@b.example"),  # 4
    answered("c2", {"user_id": "U1"}),  # 5
    called("c3", "get_order", order_id="W1"),  # 6
    answered("c3", {"total": 10}),  # 7
    AssistantSpoke(agent="assistant", content="Shall I refund 10?"),  # 8
    user("Yes."),  # 9
    called("c4", "refund", order_id="W1", amount=10.0),  # 10
    answered("c4", "done", Change(table="orders", key="W1", field="status", before="paid", after="refunded")),  # 11
    user("And W2."),  # 12
    called("c5", "refund", order_id="W2", amount=500, by={"card": ["K1"]}),  # 13
    answered("c5", "done", Change(table="refunds", key="F1", after={"refund_id": "F1", "amount": 500})),  # 14
    called("c6", "billing", request="Check W2."),  # 15
    SubagentStarted(agent="assistant/billing", call_id="c6", request="Check W2.", prompt="p", toolset="t", model="m"),  # 16
    called("c7", "get_order", agent="assistant/billing", order_id="W2"),  # 17
    ToolFaulted(agent="assistant/billing", call_id="c7", kind="timeout", reason="Too slow."),  # 18
    AssistantSpoke(agent="assistant", content="All done, guaranteed!"),  # 19
    ConversationEnded(reason="turn-limit"),  # 20
]
REFUND = {"kind": "called", "tool": "refund"}


def found(**rule: Any) -> list[int]:
    rules = rules_of([{"id": "r", "sentence": "Never.", **rule}], "here")
    return [each.position for each in violations(rules, enumerate(STREAM, 1))]


@pytest.mark.parametrize(
    ("rule", "places"),
    [
        ({"never": REFUND}, [2, 10, 13]),
        ({"never": REFUND, "before": {"kind": "answered", "tool": "find_user_*"}}, [2]),
        ({"never": REFUND, "before": {"kind": "answered", "tool": "get_order"}, "same": ["order_id"]}, [2, 13]),
        ({"never": REFUND, "before": {"kind": "user", "text": "(?i)^yes"}, "within": {"turns": 0}}, [2, 13]),
        ({"never": REFUND, "after": {"kind": "refused"}}, [10, 13]),
        ({"never": REFUND, "after": {"kind": "refused"}, "same": ["order_id"]}, [10]),
        ({"never": REFUND, "after": {"kind": "refused"}, "within": {"events": 7}}, [10]),
        ({"never": REFUND, "unless": {"kind": "called", "tool": "get_order"}, "same": ["order_id"]}, []),
        ({"never": REFUND, "unless": {"kind": "called", "tool": "get_order"}, "same": ["order_id"], "within": {"events": 3}}, [2, 10, 13]),
        ({"never": REFUND, "at_most": 2}, [13]),
        ({"never": REFUND, "at_most": 1, "same": ["order_id"]}, [10]),
        ({"never": REFUND, "at_most": 1, "within": {"turns": 1}}, [10, 13]),
        ({"never": REFUND, "at_most": 1, "same": ["/by/card/0"]}, []),
        ({"never": {**REFUND, "arguments": {"amount": 10}}}, [2, 10]),
        ({"never": {**REFUND, "arguments": {"amount": {"above": 100, "below": 501}}}}, [13]),
        ({"never": {**REFUND, "arguments": {"/by/card/0": {"one_of": ["K1", "K2"]}}}}, [13]),
        ({"never": {**REFUND, "arguments": {"order_id": {"text": "2$"}}}}, [13]),
        ({"never": {"kind": "answered", "changed": {"table": "orders", "field": "status", "after": "refunded"}}}, [11]),
        ({"never": {"kind": "answered", "changed": {"table": "refunds", "field": "amount", "after": {"above": 100}}}}, [14]),
        ({"never": {"kind": "answered", "changed": {"table": "*", "before": {}}}}, [11]),
        ({"never": {"kind": ["faulted", "ended"], "code": ["timeout", "turn-*"]}}, [18, 20]),
        ({"never": {"kind": "subagent", "agent": "*/billing", "text": "W2"}}, [16]),
        ({"never": {"kind": "called", "agent": "assistant/*"}}, [17]),
        ({"never": {"kind": "assistant", "text": r"\bguaranteed\b"}}, [19]),
        ({"never": {"kind": "answered", "text": '"total":10'}}, [7]),
    ],
)
def test_violations_are_found_at_their_events(rule: dict[str, Any], places: list[int]) -> None:
    """All of them, and no others."""
    assert found(**rule) == places


def test_several_rules_are_told_apart() -> None:
    """By position, and then in their order."""
    rules = rules_of([{"id": "a", "sentence": "A.", "never": REFUND}, {"id": "b", "sentence": "B.", "never": REFUND}], "here")

    assert [(each.rule, each.position) for each in violations(rules, enumerate(STREAM[:2], 1))] == [("a", 2), ("b", 2)]


def test_no_regular_expression_hangs() -> None:
    """What takes an engine with backtracking for ever is over at once."""
    rules = rules_of([{"id": "r", "sentence": "S.", "never": {"kind": "user", "text": "(a+)+$"}}], "here")
    began = time.process_time()

    assert violations(rules, [(1, user("a" * 100_000 + "b"))]) == []
    assert time.process_time() - began < 20


NEVER = {"id": "r", "sentence": "S.", "never": REFUND}


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("text", "here: the whole"),
        ([{**NEVER, "never": {"kind": "shouted"}}], "here: 0.never.kind.0"),
        ([{**NEVER, "never": {"tool": "x"}}], "here: 0.never.kind"),
        ([{**NEVER, "never": {"kind": "user", "text": "(?=x)"}}], "no look-around"),
        ([{**NEVER, "never": {"kind": "user", "text": "(a{1000}){1000}"}}], "no regular expression that can be searched"),
        ([{**NEVER, "never": {"kind": "user", "text": "a" * 2000}}], "has 2000 characters"),
        ([{**NEVER, "before": REFUND, "after": REFUND}], "before and after stand in one rule"),
        ([{**NEVER, "same": ["order_id"]}], "same and within compare two events"),
        ([{**NEVER, "before": REFUND, "within": {"turns": 1, "events": 2}}], "either turns or events"),
        ([{**NEVER, "sometimes": REFUND}], "0.sometimes"),
        ([NEVER, NEVER], "two rules are called 'r'"),
    ],
)
def test_what_is_no_rule_is_said(document: Any, says: str) -> None:
    """With its place."""
    with pytest.raises(SettingError) as raised:
        rules_of(document, "here")

    assert says in str(raised.value)
