"""Blueprints that are sound by how they are made: goals that a setting draws, with the calls by which the offline models reach them."""

from collections.abc import Iterator
from random import Random

from actors.plan import Place
from actors.rehearsing import rehearse
from domain.blueprint import Blueprint, Difficulty
from domain.goal import Action
from domain.persona.sampling import draw_persona
from domain.verdict import judge
from domain.verifying.ground import Ground
from events.tools import ToolAnswered, ToolCalled


def walked(place: Place, count: int, seed: int = 0) -> Iterator[Ground]:
    """So many blueprints of a place; goals that a do-nothing assistant fulfils are left out."""
    found, number = 0, 0
    while found < count:
        rng, number = Random(f"{seed}/{place.setting.name}/{number}"), number + 1
        goal = place.setting.draw_goal(place.world, rng)
        blueprint = Blueprint(
            setting=place.setting.name,
            world=place.world.digest,
            seed=number,
            shape="single",
            persona=draw_persona(rng),
            goal=goal,
            difficulty=Difficulty(writes=len(goal.actions), evidence=0, hops=1),
        )
        ground = Ground(blueprint, place.setting, place.base)
        held = rehearse(ground).held
        if (not goal.actions + goal.calls and not goal.outputs) or not judge(held, goal, ground.trace.world, place.setting.checks).accepted:
            continue
        answered = {event.call_id for event in held.history if isinstance(event, ToolAnswered)}
        made = (event for event in held.history if isinstance(event, ToolCalled) and event.call_id in answered)
        gold = {action.tool for action in goal.actions}
        tools = place.setting.toolset
        path = tuple(
            Action(tool=e.tool, arguments=e.arguments) for e in made if e.tool in tools and (e.tool in gold or not tools[e.tool].writes)
        )
        found += 1
        yield Ground(blueprint.model_copy(update={"goal": goal.model_copy(update={"actions": path})}), place.setting, place.base)
