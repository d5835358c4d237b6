"""What people want of their thermostats."""

from random import Random

from domain.goal import Action, Goal, Task
from domain.world import World


def draw_goal(world: World, rng: Random) -> Goal:
    """Somebody is cold."""
    serial, row = rng.choice(list(world.rows("thermostats")))
    tools = [*(["unlock"] if row["locked"] else []), "press_heat"]
    return Goal(
        id=f"warm-{serial}",
        instruction=f"You are cold, and your thermostat {serial} does not heat. You want it to.",
        tasks=(Task(skill="warm_up", known={"serial": serial}),),
        actions=tuple(Action(tool=tool, arguments={"serial": serial}) for tool in tools),
    )
