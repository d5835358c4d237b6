"""A drawn company with somebody's phone in their hand, and short ways to call the tools."""

from pathlib import Path
from random import Random
from typing import Any

from domain.agents import USER
from domain.conversation import Conversation
from domain.outcome import Environment, outcome
from domain.policy import Memory, Policy
from domain.world import World
from events.base import Event
from events.conversation import ConversationStarted
from events.tools import ToolAnswered, ToolCalled, ToolRefused
from scenarios.load import load
from scenarios.telecom import faults
from scenarios.telecom.handling import search
from scenarios.telecom.tasks import NOW
from scenarios.telecom.world import draw_world

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "tau2" / "telecom"
"""Somebody else's data, where there is any."""
SETTING = load("telecom")
BASE = SETTING.base(draw_world(Random(3)))
CUSTOMER = next(row for _, row in World(BASE).rows("customers"))
CUSTOMER_ID: str = CUSTOMER["customer_id"]
LINE_ID: str = CUSTOMER["line_ids"][0]
IDS = {"customer_id": CUSTOMER_ID, "line_id": LINE_ID}
BILL_ID = "B7654321"
WHO = (faults.set_user_info, {"name": CUSTOMER["full_name"], "phone_number": CUSTOMER["phone_number"]})


def phone(*wrong: Any) -> World:
    """The world in which the first customer's phone has these things wrong: functions, or pairs with arguments."""
    pairs = [fault if isinstance(fault, tuple) else (fault, {}) for fault in wrong]
    world = World(BASE)
    return world.with_changes(faults.prepared(world, NOW, [WHO, *pairs, (search, {})]))


def call(world: World, tool: str, **arguments: Any) -> tuple[Event, World]:
    """How a call of a tool comes out with no policy in its way, and the world after it."""
    assert SETTING.user is not None
    agent = USER if tool in SETTING.user.tools else "assistant"
    called = ToolCalled(agent=agent, call_id="c1", tool=tool, arguments=arguments)
    environment = Environment(SETTING.assistant, Policy(""), SETTING.schema, user=SETTING.user)
    event = outcome(Conversation(world, _started()), called, environment, Memory())
    return event, world.evolve(event)


def shown(world: World, tool: str, **arguments: Any) -> Any:
    """What an answered call shows."""
    event, _ = call(world, tool, **arguments)
    assert isinstance(event, ToolAnswered), event
    return event.observation


def refusal(world: World, tool: str, **arguments: Any) -> str:
    """Why a call is refused."""
    event, after = call(world, tool, **arguments)
    assert isinstance(event, ToolRefused), event
    assert after is world
    return event.reason


def done(world: World, *calls: str | tuple[str, dict[str, Any]]) -> World:
    """The world after these calls, all of which must be answered."""
    for wanted in calls:
        tool, arguments = wanted if isinstance(wanted, tuple) else (wanted, {})
        event, world = call(world, tool, **arguments)
        assert isinstance(event, ToolAnswered), event
    return world


def _started() -> ConversationStarted:
    nowhere = dict.fromkeys(("world", "scenario", "policy", "toolset", "persona", "goal"), "")
    return ConversationStarted(run="test", setting="telecom", index=0, seed=1, models={}, clock=SETTING.clock, **nowhere)
