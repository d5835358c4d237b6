"""Recombination: parts of one user that leave each other alone become one request, and others say why not."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.blueprints.authoring import instruct
from domain.blueprints.blueprint import Blueprint, Difficulty
from domain.blueprints.goldpath import gone
from domain.blueprints.joining import facts_of, joined
from domain.blueprints.pairing import tries
from domain.blueprints.recombining import conflicts, recombined
from domain.goal import Action, Goal, Share, Task
from domain.world import World
from tests.actors.parcel import SETTING
from tests.domain.personas import persona

WORLD = World(SETTING.base(SETTING.draw_world(Random(0))))
EMAIL = {"email": "ada@mail.example"}
FIND = Action(tool="find_sender", arguments=EMAIL)
WAITING = [key for key, row in WORLD.rows("parcels") if row["status"] == "waiting"]
ONE, OTHER = WAITING[:2]


def plan(skill: str, *actions: Action, identity: dict[str, str] = EMAIL, **known: Any) -> Blueprint:
    """Somebody wants one thing; they are found first."""
    told = {name: str(value) for name, value in known.items()}
    goal = Goal(
        id=f"{skill}-{'-'.join(told.values())}",
        instruction=f"You are Ada. You want to {skill} {' '.join(told.values())}. You are in no hurry.",
        identity=identity,
        tasks=(Task(skill=skill, known=told),),
        actions=(FIND, *actions),
        outputs=("done", *told.values()),
        shares=(Share(actions=1 + len(actions), outputs=("done",)),),
    )
    difficulty = Difficulty(writes=len(actions), evidence=1, hops=2)
    return Blueprint(setting="parcel", world=WORLD.digest, seed=1, shape="chain", persona=persona(), goal=goal, difficulty=difficulty)


def doing(tool: str, **known: Any) -> Blueprint:
    return plan(tool, Action(tool=tool, arguments=known), **known)


def stop(parcel: str, reason: str = "not needed") -> Blueprint:
    return plan(
        "stop_parcel", Action(tool="stop_parcel", arguments={"parcel_id": parcel, "reason": reason}), parcel_id=parcel, reason=reason
    )


def redirect(parcel: str, city: str = "Graz") -> Blueprint:
    return plan(
        "redirect_parcel", Action(tool="redirect_parcel", arguments={"parcel_id": parcel, "city": city}), parcel_id=parcel, city=city
    )


def show(parcel: str, skill: str = "where_parcel") -> Blueprint:
    return plan(skill, Action(tool="show_parcel", arguments={"parcel_id": parcel}), parcel_id=parcel)


def untold(blueprint: Blueprint) -> Blueprint:
    """The same from somebody who does not name what it is about."""
    task = blueprint.goal.tasks[0].model_copy(update={"known": {}})
    return blueprint.model_copy(update={"goal": blueprint.goal.model_copy(update={"tasks": (task,)})})


def authored(blueprint: Blueprint) -> Blueprint:
    """The same, written by the offline author."""
    told = instruct(blueprint.goal, persona(), SETTING.phrases, Random(1))
    return blueprint.model_copy(update={"goal": blueprint.goal.model_copy(update={"instruction": told})})


def codes(*parts: Blueprint) -> list[str]:
    return [reason.code for reason in conflicts(parts, SETTING, WORLD)]


def test_parts_that_leave_each_other_alone_become_one() -> None:
    """Calls and outputs are concatenated, what was looked up is not looked up again, and the parts are named."""
    parts = stop(ONE), redirect(OTHER)
    assert codes(*parts) == []

    made = recombined(parts, SETTING, WORLD, seed=5)

    assert [action.tool for action in made.goal.actions] == ["find_sender", "stop_parcel", "redirect_parcel"]
    assert made.goal.shares == (Share(actions=2, outputs=("done",)), Share(actions=1, outputs=("done",)))
    assert made.goal.outputs == ("done", ONE, "not needed", OTHER, "Graz")
    assert (made.shape, made.parts, made.difficulty.writes) == ("recombined", tuple(part.name for part in parts), 2)
    assert made.persona == parts[0].persona
    assert all(value in made.goal.instruction for value in (ONE, "not needed", OTHER, "Graz", EMAIL["email"]))
    assert recombined((made, show(WAITING[2])), SETTING, WORLD, seed=5).parts[:2] == made.parts


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((stop(ONE), redirect(ONE)), "same-thing"),
        ((show(ONE), stop(ONE)), "same-thing"),
        ((stop(ONE), stop(ONE)), "same-request"),
        ((untold(show(ONE)), untold(stop(ONE))), "stale-look-up"),
        ((untold(stop(ONE)), untold(redirect(ONE))), "entangled-write"),
        ((untold(redirect(ONE, "Graz")), untold(redirect(ONE, "Cork"))), "same-request"),
        ((stop(ONE), plan("where_parcel", identity={"email": "ben@mail.example"})), "other-user"),
        ((stop(ONE), show(OTHER).model_copy(update={"world": "another"})), "other-world"),
        ((plan("hand_over"), stop(ONE)), "nothing-follows"),
    ],
)
def test_parts_that_get_in_each_others_way_say_why(parts: tuple[Blueprint, ...], code: str) -> None:
    """By the first kind of conflict that there is."""
    assert codes(*parts)[:1] == [code]


wishes = st.one_of(
    st.builds(stop, st.sampled_from(WAITING[:6]), st.sampled_from(["not needed", "too late"])),
    st.builds(redirect, st.sampled_from(WAITING[:6]), st.sampled_from(["Graz", "Cork"])),
    st.builds(show, st.sampled_from(WAITING[:6])),
    st.builds(lambda parcel: untold(show(parcel, "ask")), st.sampled_from(WAITING[:6])),
)


@settings(deadline=None)
@given(st.lists(wishes, min_size=2, max_size=4))
def test_the_order_of_what_goes_together_is_free(parts: list[Blueprint]) -> None:
    """Whatever is not rejected shows and leaves the same in any order, and as much as its parts alone."""
    if conflicts(parts, SETTING, WORLD):
        return
    made = [recombined(way, SETTING, WORLD, 0) for way in (parts, parts[::-1])]
    paths = [gone(WORLD, one.goal.actions, SETTING) for one in made]
    shown = [{step.outcome for step in steps} for steps, _ in paths]

    assert all(not step.refused for steps, _ in paths for step in steps)
    assert shown[0] == shown[1]
    assert paths[0][1].digest == paths[1][1].digest
    alone = [gone(WORLD, part.goal.actions, SETTING)[1] for part in parts]
    assert {change[:2] for change in paths[0][1].changed()} == {change[:2] for world in alone for change in world.changed()}


@settings(deadline=None)
@given(st.lists(st.sampled_from(["want a tree", "need a boat", "sell a hat", "lost a key"]), min_size=1, max_size=4, unique=True))
def test_a_joined_instruction_says_all_once(wanted: list[str]) -> None:
    """Who the user is and how they are once, and each wish once."""
    whole = joined([f"You are Ada. You {wish}. You are in no hurry." for wish in wanted])

    assert [whole.count(part) for part in ("You are Ada.", "You are in no hurry.", *wanted)] == [1] * (2 + len(wanted))
    assert whole.startswith("You are Ada. You ")
    assert whole.endswith("You are in no hurry.")


def test_who_the_user_is_is_said_in_the_most_words() -> None:
    """Parts may know more or less of it."""
    less, more = "You are a customer (name Ada).", "You are a customer (email a@b, name Ada)."
    whole = joined([f"{less} Order 5 should go to Ghent.", f"{more} You want a refund."])

    assert whole == f"{more} Order 5 should go to Ghent. Apart from that, you want a refund."
    assert joined(["You want A.", "You want B."]).count("want") == 2


def test_all_pairs_of_a_user_are_tried_once() -> None:
    """In an order that the seed decides; parts of others are not tried at all."""
    parts = [stop(WAITING[0]), stop(WAITING[1]), redirect(WAITING[2]), plan("where_parcel", identity={"email": "ben@mail.example"})]

    def tried(seed: int) -> list[tuple[str, ...]]:
        return [tuple(part.name for part in one.parts) for one in tries(parts, SETTING, WORLD, size=2, seed=seed)]

    assert tried(1) == tried(1)
    assert {frozenset(names) for names in tried(1)} == {frozenset((parts[a].name, parts[b].name)) for a, b in ((0, 1), (0, 2), (1, 2))}
    assert len(tried(1)) == 3
    three = list(tries(parts, SETTING, WORLD, size=3, seed=1))
    assert all(len(one.parts) == 3 for one in three if not one.reasons)


def test_what_the_author_put_around_the_facts_is_not_joined() -> None:
    """The facts are, and the author writes the rest again, once, for all of it."""
    parts = [authored(stop(ONE)), authored(redirect(OTHER))]
    plain = [facts_of(part.goal.instruction, SETTING.phrases) for part in parts]

    assert plain == [part.goal.instruction for part in (stop(ONE), redirect(OTHER))]
    whole = recombined(parts, SETTING, WORLD, 0).goal.instruction
    assert whole.count("You are in no hurry.") == 1
    assert whole.count("well-founded no") == 1
