"""Blueprints for tests: goals that a setting draws, with the calls that the offline assistant makes for them as the gold path."""

from functools import cache
from random import Random

from actors.drawing.rehearsal import rehearse
from domain.blueprints.blueprint import Blueprint, Difficulty
from domain.goal import Action
from domain.persona.sampling import draw_persona
from domain.world import World
from scenarios.load import load

WORLD_SEED = 0


@cache
def world_of(setting: str, seed: int = WORLD_SEED) -> World:
    """The world of a run of that seed."""
    found = load(setting)
    return World(found.base(found.draw_world(Random(f"{seed}/world/{setting}"))))


@cache
def planned(setting: str, seed: int) -> Blueprint:
    """One blueprint."""
    found, world = load(setting), world_of(setting)
    rng = Random(seed)
    goal = found.draw_goal(world, rng)
    persona = draw_persona(rng, found.kind_of(goal))
    path = rehearse(found, world, goal, persona, seed).path(found)
    answered = {action.model_dump_json(): action for action in (Action(tool=step.tool, arguments=step.arguments) for step in path)}
    actions = goal.actions if goal.checks else tuple(answered.values())
    writes = sum(found.toolset[action.tool].writes for action in actions)
    return Blueprint(
        setting=setting,
        world=world.digest,
        seed=seed,
        shape="single",
        persona=persona,
        goal=goal.model_copy(update={"actions": actions, "shares": ()}),
        difficulty=Difficulty(writes=writes, evidence=len(actions) - writes, hops=1),
    )


def some(setting: str, count: int, first: int = 0) -> tuple[Blueprint, ...]:
    """Blueprints of seeds in a row."""
    return tuple(planned(setting, seed) for seed in range(first, first + count))
