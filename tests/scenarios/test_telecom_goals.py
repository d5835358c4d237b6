"""Drawn companies fit together, drawn goals can be reached, and conversations reach them from both sides."""

from random import Random

from domain.agents import USER
from domain.goal import gold_world, unmet
from domain.world import World
from events.tools import ToolCalled
from scenarios.telecom.tasks import NOW
from scenarios.telecom.world import CUSTOMERS, SCHEMA, draw_world
from tests.actors.talk import drawn, text
from tests.scenarios.telecom_desk import BASE, SETTING

WORLD = World(BASE)
GOALS = [SETTING.draw_goal(WORLD, Random(number)) for number in range(200)]


def test_drawn_worlds_fit_their_schema_and_repeat() -> None:
    """All references hold, and a seed says it all."""
    for seed in range(3):
        tables = draw_world(Random(seed))
        SCHEMA.check_all(World(SETTING.base(tables)))
        assert tables == draw_world(Random(seed))
        assert len(tables["customers"]) == CUSTOMERS


def test_goals_begin_wrong_and_their_actions_put_it_right() -> None:
    """What is wrong fits the schema; the actions lead to a world that meets all checks, and without them one is not met."""
    for goal in GOALS:
        begin = WORLD.with_changes(goal.setup)
        SCHEMA.check(begin, goal.setup)
        end = gold_world(begin, goal, SETTING.toolset, now=NOW)
        assert not list(unmet(goal.checks, end, SETTING.checks)), goal
        assert goal.calls or list(unmet(goal.checks, begin, SETTING.checks)), goal


def test_goals_cover_all_requests_and_some_have_no_cure() -> None:
    """Every skill is asked for but that of handing over, which is what remains where nothing helps."""
    planned = {"wifi", "vpn", "data_saver", "apn", "app_access", "suspend", "stay_home"}  # wanted in blueprints only
    assert {task.skill for goal in GOALS for task in goal.tasks} == set(SETTING.skills) - {"hand_over"} - planned
    hopeless = [goal for goal in GOALS if goal.calls]
    assert 2 <= len(hopeless) <= 30
    assert all(action.tool == "transfer_to_human_agents" for goal in hopeless for action in goal.calls)


def test_conversations_reach_their_goals() -> None:
    """Thirty in a row are accepted; most users do something on their phone."""
    outcomes = [drawn(SETTING, WORLD, seed) for seed in range(30)]
    failed = [f"{verdict.findings}\n{text(state)}" for _, _, state, verdict in outcomes if not verdict.accepted]
    assert not failed, "\n\n".join(failed)
    handled = [any(isinstance(event, ToolCalled) and event.agent == USER for event in state.history) for _, _, state, _ in outcomes]
    assert sum(handled) >= 15
