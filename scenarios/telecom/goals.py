"""What people want here: a phone that works again, more data, a bill paid, or their line ready for a journey."""

from random import Random

from domain.goal import Goal
from domain.world import World
from scenarios.telecom import faults
from scenarios.telecom.handling import search
from scenarios.telecom.tasks import NOW
from scenarios.telecom.troubles import Wrong
from scenarios.telecom.wishes import draw_wish

_KINDS = {"no_service": 24, "mobile_data": 28, "mms": 24, "refuel": 9, "pay_bill": 9, "travel": 6}
_NAMED = 0.6
"""Share of users who can say under which name the line is registered."""


def draw_goal(world: World, rng: Random) -> Goal:
    """
    Draw what one customer of the world wants, and what is wrong as they begin to write.

    Returns:
        A goal whose actions, made in their order, lead to a world that meets its checks.
    """
    _, customer = rng.choice(list(world.rows("customers")))
    line = world.row("lines", customer["line_ids"][0])
    assert line is not None
    wish = draw_wish(rng.choices(list(_KINDS), list(_KINDS.values()))[0], rng, customer, line, world)
    name, number = customer["full_name"], line["phone_number"]
    who: Wrong = ((faults.set_user_info, {"name": name, "phone_number": number}),)
    return Goal(
        id=f"telecom-{rng.getrandbits(48):012x}",
        instruction=f"You are {name}, and your phone number is {number}. {wish.sentence}",
        identity={"phone_number": number, **({"name": name} if rng.random() < _NAMED else {})},
        tasks=(wish.task,),
        actions=wish.actions,
        setup=faults.prepared(world, NOW, [*who, *wish.wrong, (search, {})]),
        checks=wish.checks,
        calls=wish.calls,
    )
