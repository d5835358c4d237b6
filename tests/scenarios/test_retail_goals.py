"""Drawn worlds fit together, drawn goals can be reached, and conversations reach them."""

from random import Random

from actors.offline.hearing import hear_assistant
from domain.goal import Goal
from domain.transaction import Transaction
from domain.world import World
from scenarios.load import load
from scenarios.retail.world import ORDERS, SCHEMA, USERS, draw_world

SETTING = load("retail")
WORLD = World(SETTING.base(draw_world(Random(3))))
VALUES = [
    "order_id",
    "item_id",
    "kind",
    "price",
    "orders",
    "status",
    "total",
    "method",
    "when",
    "items",
    "new_address",
    "old_address",
    "old_method",
    "original",
    "balance",
    "extra",
    "reason",
    "wanted",
    "choices",
    "tracking",
    "address",
    "number",
    "product",
    "low",
    "high",
    "cheapest",
    "variants",
    "kinds",
    "products",
    "difference",
]
GOALS = [SETTING.draw_goal(WORLD, Random(number)) for number in range(300)]


def test_drawn_worlds_fit_their_schema_and_repeat() -> None:
    """All references hold, and a seed says it all."""
    for seed in range(4):
        tables = draw_world(Random(seed))
        SCHEMA.check_all(World(SETTING.base(tables)))
        assert tables == draw_world(Random(seed))
        assert (len(tables["users"]), len(tables["orders"]), len(tables["products"])) == (USERS, ORDERS, 20)
        assert {order_id for user in tables["users"].values() for order_id in user["orders"]} == set(tables["orders"])


def test_every_action_of_a_drawn_goal_can_be_carried_out() -> None:
    """One after another, each of them changes the world."""
    for goal in GOALS:
        world = WORLD
        for action in goal.actions:
            transaction = Transaction(world)
            tool = SETTING.toolset[action.tool]
            tool.check(action.arguments)
            tool.run(transaction, action.arguments)
            assert transaction.changes, goal
            world = world.with_changes(transaction.changes)
            SCHEMA.check(world, transaction.changes)


def test_drawn_goals_cover_all_skills_and_some_must_be_declined() -> None:
    """Everything that the desk can do is asked for, and now and then what it must not do."""
    tasks = [task for goal in GOALS for task in goal.tasks]
    assert {task.skill for task in tasks} == set(SETTING.skills) - {"item_question", "order_sum"}  # wanted in blueprints only
    reads = ("order_status", "product_question", "hand_over")
    declined = sum(sum(task.skill not in reads for task in goal.tasks) - len(goal.actions) for goal in GOALS)
    assert 0.08 <= declined / len(tasks) <= 0.25


def test_goals_tell_nothing_internal() -> None:
    """Users know no ids of items, products or payment methods."""
    for goal in GOALS:
        said = _said(goal)
        assert not any(
            item_id in said for _, product in WORLD.rows("products") for item_id in (*product["variants"], product["product_id"])
        )
        assert not any(method in said for _, user in WORLD.rows("users") for method in user["payment_methods"])


def _said(goal: Goal) -> str:
    return " ".join([goal.instruction, *goal.identity.values(), *(value for task in goal.tasks for value in task.known.values())])


def test_what_settles_a_request_is_not_heard_as_a_question() -> None:
    """After an answer or a no, the user hears that the request is settled, and nothing that asks for a detail."""
    values = dict.fromkeys(VALUES, "X")
    for key in sorted(SETTING.phrases.keys()):
        if key.split(".")[-1] not in (
            "done",
            "declined",
            "told",
            "sent",
            "none",
            "matching",
            "same",
            "settled",
            "insufficient",
            "unavailable",
            "bad_reason",
            "wrong_method",
        ):
            continue
        if key.startswith("hand_over") or "." not in key or key.split(".")[0] not in (*SETTING.skills, "swap"):
            continue
        for seed in range(30):
            rng = Random(seed)
            text = f"{SETTING.phrases.say(key, values, rng)} {SETTING.phrases.say('anything_else', {}, rng)}"
            heard = hear_assistant(text, SETTING.slots)
            assert heard.anything_else, text
            assert not heard.asked, text
            assert not heard.confirms, text


def test_question_for_a_yes_is_heard_as_one() -> None:
    """Whatever is put before the yes-or-no question, the user hears that a yes is wanted."""
    values = dict.fromkeys(VALUES, "X")
    for skill in SETTING.skills:
        key = f"{skill}.confirm"
        for seed in range(30 if key in SETTING.phrases else 0):
            rng = Random(seed)
            text = f"{SETTING.phrases.say(key, values, rng)} {SETTING.phrases.say('confirm.ask', {}, rng)}"
            assert hear_assistant(text, SETTING.slots).confirms, text


def test_question_for_a_slot_is_heard_as_one() -> None:
    """The user hears which detail is asked for, and answers that one."""
    for slot in SETTING.slots:
        for seed in range(40):
            text = SETTING.phrases.say(f"ask.{slot}", {"order_id": "#W1", "items": "Hoodie (grey, M)"}, Random(seed))
            heard = hear_assistant(text, SETTING.slots)
            assert heard.asked == (slot,), text
