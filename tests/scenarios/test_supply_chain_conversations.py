"""Whole conversations between the offline models end as their goals ask."""

from collections import Counter
from functools import cache

from domain.conversation import Conversation
from domain.goal import Goal
from domain.verdict import Verdict
from events.tools import ToolFaulted, ToolRefused
from scenarios.load import load
from tests.actors.talk import drawn
from tests.scenarios.supply_chain_desk import world

SETTING = load("supply_chain")


@cache
def held() -> tuple[tuple[Goal, Conversation, Verdict], ...]:
    """A hundred conversations, held once."""
    talks = (drawn(SETTING, world(), seed) for seed in range(100))
    return tuple((goal, state, verdict) for goal, _, state, verdict in talks)


def test_goals_are_reached() -> None:
    """Nine of ten at least end in the gold world, with everything told that was to be told."""
    findings = Counter(finding for _, _, verdict in held() for finding in verdict.findings)
    assert sum(verdict.accepted for _, _, verdict in held()) >= 90, findings


def test_no_tool_breaks() -> None:
    """Tools answer or refuse, and what they leave fits the schema."""
    assert not [event for _, state, _ in held() for event in state.history if isinstance(event, ToolFaulted)]


def test_assistant_keeps_to_policy() -> None:
    """The only rule that the assistant runs into is one that it cannot know before it looks."""
    codes = {event.code for _, state, _ in held() for event in state.history if isinstance(event, ToolRefused)}
    assert {code for code in codes if code.startswith("policy:")} <= {"policy:own-company"}


def test_declined_goals_change_nothing() -> None:
    """Where policy must say no, the world stays as it was."""
    declined = [state for goal, state, _ in held() if not goal.actions]
    assert declined
    assert all(state.world.digest == world().digest for state in declined)
