"""The offline control tower with its agents: whole conversations in a log, with agents that break, and killed at every append."""

import asyncio
from functools import cache
from pathlib import Path
from random import Random

import pytest

from actors.conversation import ConversationActor
from actors.mind import Mind, Reply
from actors.minds import OFFLINE, make_mind
from domain.conversation import Conversation
from domain.goal import Goal, gold_world
from domain.persona.sampling import draw_persona
from domain.persona.traits import Persona
from domain.verdict import judge
from events.base import Event
from events.conversation import ConversationStarted
from events.store import EventStore
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolCalled
from scenarios.load import load
from tests.actors.fragile import Fragile, Killed, When, nth
from tests.scenarios.supply_chain_desk import world

SETTING = load("supply_chain")
STREAM = "supply_chain/000000"


@cache
def planned(skill: str) -> tuple[int, Goal, Persona]:
    """Seed, goal and persona of a conversation with a task of this kind."""
    for seed in range(10_000):
        rng = Random(seed)
        goal, persona = SETTING.draw_goal(world(), rng), draw_persona(rng)
        if any(task.skill == skill for task in goal.tasks):
            return seed, goal, persona
    raise AssertionError(skill)


class Broken:
    """A mind that cannot think."""

    model, request, usage = "offline/assistant", None, None

    def observe(self, event: Event) -> None:
        pass

    async def reply(self) -> Reply:
        raise RuntimeError("out of order")


def hold(store: EventStore, skill: str, broken: str = "") -> tuple[Conversation, list[Event]]:
    """One conversation to its end; agents whose path ends so are broken."""
    seed, goal, persona = planned(skill)
    nowhere = dict.fromkeys(("run", "world", "scenario", "policy", "toolset", "persona", "goal"), "")
    started = ConversationStarted(
        setting=SETTING.name, index=0, seed=seed, models=OFFLINE, clock=SETTING.clock, limits=SETTING.limits, **nowhere
    )

    def mind(path: str, _: SubagentStarted | None) -> Mind:
        if broken and path.endswith(broken):
            return Broken()
        return make_mind(path, OFFLINE["user" if path == "user" else "assistant"], SETTING, goal, persona, seed)

    actor = ConversationActor(STREAM, store, started, world().base, SETTING.environment, mind, clock=lambda: 0.0)
    state = asyncio.run(actor.run())
    return state, [record.event for record in store.read(STREAM)]


def accepted(state: Conversation, skill: str) -> bool:
    seed, goal, _ = planned(skill)
    return judge(state, goal, gold_world(world(), goal, SETTING.toolset, seed=seed, now=SETTING.clock)).accepted


@pytest.mark.parametrize("skill", ["order_status", "create_purchase", "clear_customs", "claim_credit"])
def test_the_tower_has_the_work_done(tmp_path: Path, skill: str) -> None:
    """Goals are reached through agents; the tower itself calls its own tools and sub-agents only."""
    state, events = hold(EventStore(tmp_path / "log.sqlite"), skill)

    assert accepted(state, skill)
    called = {event.tool for event in events if isinstance(event, ToolCalled) and event.agent == "assistant"}
    assert called <= set(SETTING.assistant.toolset)
    assert called & set(SETTING.assistant.subagents)


def test_an_agent_that_breaks_is_asked_again(tmp_path: Path) -> None:
    """A fault of an agent is met as one of a tool: the tower asks once more, and a new agent does the work."""
    state, events = hold(EventStore(tmp_path / "log.sqlite"), "create_purchase", broken="/procurement")

    assert [event.agent for event in events if isinstance(event, SubagentFinished) and event.reason] == ["assistant/procurement"]
    assert any(isinstance(event, SubagentStarted) and event.agent == "assistant/procurement#2" for event in events)
    assert accepted(state, "create_purchase")


def test_customs_that_never_answer_are_not_made_up(tmp_path: Path) -> None:
    """Where an agent two levels down stays broken, no hold is changed, and the conversation ends all the same."""
    state, _ = hold(EventStore(tmp_path / "log.sqlite"), "clear_customs", broken="customs")

    assert state.ended is not None
    assert "customs_holds" not in {table for table, *_ in state.world.changed()}


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_append_it_goes_on_to_the_same_end(tmp_path: Path, when: When) -> None:
    """The offline team is a function of the log too, with agents at work at the same time and further down."""
    store = EventStore(tmp_path / "whole.sqlite")
    _, events = hold(store, "create_purchase")
    digest, at, killed = store.head(STREAM).digest, 0, True
    while killed:
        at, killed = at + 3, False
        path = tmp_path / f"{at}.sqlite"
        try:
            hold(Fragile(EventStore(path), nth(at, when)), "create_purchase")
        except Killed:
            killed = True
        again = EventStore(path)
        assert hold(again, "create_purchase")[1] == events
        assert again.head(STREAM).digest == digest
