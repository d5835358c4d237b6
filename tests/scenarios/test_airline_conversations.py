"""Drawn worlds fit together, drawn goals can be reached, and conversations between the offline models reach them."""

from functools import cache
from random import Random

from actors.offline.hearing import hear_assistant
from domain.conversation import Conversation
from domain.goal import Goal
from domain.transaction import Transaction
from domain.verdict import Verdict
from domain.world import World
from events.conversation import UserSpoke
from events.tools import ToolFaulted, ToolRefused
from scenarios.airline.world import CITIES, RESERVATIONS, SCHEMA, USERS, draw_world
from scenarios.load import load
from tests.actors.talk import drawn, text

SETTING = load("airline")
WORLD = World(SETTING.base(draw_world(Random(3))))
SETTLED = (
    "done",
    "declined",
    "told",
    "cancelled",
    "basic",
    "none",
    "same",
    "kept",
    "no_cause",
    "short",
    "certificate",
    "not_yours",
    "order",
)


@cache
def goals() -> list[Goal]:
    return [SETTING.draw_goal(WORLD, Random(number)) for number in range(300)]


@cache
def held() -> tuple[tuple[Goal, Conversation, Verdict], ...]:
    """Sixty conversations, held once."""
    talks = (drawn(SETTING, WORLD, seed) for seed in range(60))
    return tuple((goal, state, verdict) for goal, _, state, verdict in talks)


def test_drawn_worlds_fit_their_schema_and_repeat() -> None:
    """All references hold, and a seed says it all."""
    for seed in range(3):
        tables = draw_world(Random(seed))
        SCHEMA.check_all(World(SETTING.base(tables)))
        assert tables == draw_world(Random(seed))
        assert (len(tables["airports"]), len(tables["users"]), len(tables["reservations"])) == (CITIES, USERS, RESERVATIONS)
        assert {row["status"] for row in tables["departures"].values()} >= {"available", "delayed", "landed", "cancelled"}


def test_every_action_of_a_drawn_goal_can_be_carried_out() -> None:
    """One after another, each of them changes the world."""
    for goal in goals():
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
    tasks = [task for goal in goals() for task in goal.tasks]
    assert {task.skill for task in tasks} == set(SETTING.skills) - {"paid_in_all"}  # wanted in blueprints only
    reads = ("flight_status", "reservation_details", "hand_over")
    declined = sum(sum(task.skill not in reads for task in goal.tasks) - len(goal.actions) for goal in goals())
    assert 0.1 <= declined / len(tasks) <= 0.3


def test_goals_tell_nothing_internal() -> None:
    """Users know no ids of payment methods."""
    for goal in goals():
        said = " ".join([goal.instruction, *(value for task in goal.tasks for value in task.known.values())])
        assert not any(method in said for _, user in WORLD.rows("users") for method in user["payment_methods"])


def test_goals_are_reached() -> None:
    """All of them end in the gold world, with everything told that was to be told."""
    assert [f"{verdict.findings}\n{text(state)}" for _, state, verdict in held() if not verdict.accepted] == []


def test_no_tool_breaks_and_the_policy_is_kept() -> None:
    """Tools answer or refuse; the only rule that the assistant runs into is one that it cannot know before it looks."""
    events = [event for _, state, _ in held() for event in state.history]
    assert not [event for event in events if isinstance(event, ToolFaulted)]
    assert {event.code for event in events if isinstance(event, ToolRefused)} <= {"policy:own-data-only"}


def test_declined_goals_change_nothing() -> None:
    """Where policy must say no, the world stays as it was."""
    declined = [state for goal, state, _ in held() if not goal.actions]
    assert declined
    assert all(state.world.digest == WORLD.digest for state in declined)


def test_openings_vary() -> None:
    """No two of sixty users begin alike."""
    openings = [next(event.content for event in state.history if isinstance(event, UserSpoke)) for _, state, _ in held()]
    assert len(set(openings)) == len(openings)


def test_what_settles_a_request_is_not_heard_as_a_question() -> None:
    """After an answer or a no, the user hears that the request is settled, and nothing that asks for a detail."""
    keys = [
        key for key in sorted(SETTING.phrases.keys()) if key.split(".")[-1] in SETTLED and key.split(".")[0] not in ("confirm", "hand_over")
    ]
    for key in keys:
        if key.split(".")[0] not in (*SETTING.skills, "payment", "reservation"):
            continue
        values = {name: "X" for way in SETTING.phrases.alternatives(key) for name in _names(way.text)}
        for seed in range(20):
            rng = Random(seed)
            said = f"{SETTING.phrases.say(key, values, rng)} {SETTING.phrases.say('anything_else', {}, rng)}"
            heard = hear_assistant(said, SETTING.slots)
            assert heard.anything_else, said
            assert not heard.asked, said
            assert not heard.confirms, said


def _names(phrase: str) -> list[str]:
    return [part.split("}")[0] for part in phrase.split("{")[1:]]
