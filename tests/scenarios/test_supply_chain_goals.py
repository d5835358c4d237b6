"""Goals can be reached, and what policy must decline changes nothing."""

from collections import Counter
from functools import cache
from random import Random

import pytest

from domain.goal import Goal, gold_world
from domain.transaction import Transaction
from scenarios.load import load
from scenarios.supply_chain.goals import DECLINED, READS, WRITES, draw_goal
from scenarios.supply_chain.wishes.plan import Desk, carry_out
from tests.scenarios.supply_chain_desk import NOW, world

SETTING = load("supply_chain")


@cache
def goals() -> tuple[Goal, ...]:
    """Some hundred drawn goals."""
    return tuple(draw_goal(world(), Random(seed)) for seed in range(400))


def test_same_seed_draws_same_goal() -> None:
    """The drawing depends on world and generator alone."""
    assert draw_goal(world(), Random(5)) == draw_goal(world(), Random(5))


def test_tasks_name_skills_and_their_slots() -> None:
    """What a user knows are slots of the skill that they need, and each value is understood."""
    for goal in goals():
        assert set(goal.identity) == {"contact", "access_code"}
        for task in goal.tasks:
            assert set(task.known) <= set(SETTING.skills[task.skill].slots)
            for slot, value in task.known.items():
                assert SETTING.slots[slot].find(value, asked=True) is not None, (slot, value)


def test_actions_carry_out_and_change_the_world() -> None:
    """No action of a goal is refused; without actions the world stays as it is."""
    for goal in goals():
        at = world()
        for position, action in enumerate(goal.actions):
            tool = SETTING.toolset[action.tool]
            tool.check(action.arguments)
            transaction = Transaction(at, seed=1, position=position, now=NOW)
            tool.run(transaction, action.arguments)
            assert transaction.changes
            at = at.with_changes(transaction.changes)
            SETTING.schema.check(at, transaction.changes)
        assert (gold_world(world(), goal, SETTING.toolset, seed=9, now=SETTING.clock).digest == world().digest) == (not goal.actions)
        assert gold_world(world(), goal, SETTING.toolset, seed=9, now=SETTING.clock).digest == at.digest


def test_goals_vary() -> None:
    """All skills that goals serve come up, and so do one, two and three tasks."""
    skills = Counter(task.skill for goal in goals() for task in goal.tasks)
    assert set(skills) == set(SETTING.skills) - {"hand_over", "incoming"}  # wanted in blueprints only
    assert set(Counter(len(goal.tasks) for goal in goals())) == {1, 2, 3}
    assert len({goal.id for goal in goals()}) > 0.95 * len(goals())


def test_kinds_are_many() -> None:
    """Hand-made kinds: at least fourteen that act, and more that must be declined."""
    assert sum(map(len, WRITES.values())) >= 14
    assert sum(map(len, DECLINED.values())) >= 14


@pytest.mark.parametrize("role", ["customer", "planner"])
def test_every_kind_finds_its_rows(role: str) -> None:
    """Some contact of the world can have each kind of wish; and what is declined has no actions."""
    contacts = [row for _, row in world().where("contacts", "role", role)]
    for kind in (*READS[role], *WRITES[role], *DECLINED[role]):
        wishes = [wish for seed, contact in enumerate(contacts * 2) if (wish := kind(Desk(world(), contact, Random(seed)))) is not None]
        assert wishes, kind.__name__
        for wish in wishes:
            assert bool(wish.actions) == (kind in WRITES[role])
            assert carry_out(world(), wish) is not None


@pytest.mark.parametrize(
    "kinds", [("split_order", "release_stock"), ("book_shipment", "track_shipment"), ("create_purchase", "purchase_status")]
)
def test_nobody_knows_what_their_own_wishes_make(kinds: tuple[str, str]) -> None:
    """Though wishes are about the same records where they can be, none is about one that the conversation does not begin with."""
    keys = {key for table in ("orders", "shipments", "purchase_orders") for key, _ in world().rows(table)}
    assert SETTING.wishes is not None
    drawn = [goal for seed in range(60) if (goal := SETTING.wishes.draw(world(), Random(seed), kinds, None, frozenset())) is not None]
    named = [value for goal in drawn for task in goal.tasks for slot, value in task.known.items() if slot.endswith("_id")]
    assert named
    assert set(named) <= keys
