"""What people want here: one to three things each, drawn over all that the desk can do, and now and then something that it must not."""

from random import Random

from domain.goal import Goal, Share
from domain.world import World
from scenarios.retail.wishes import TO_DECLINE, TO_DO, Caller, Wish

_DECLINED = 0.15
"""Share of wishes that policy forbids."""


def draw_goal(world: World, rng: Random) -> Goal:
    """
    Draw what one customer of the world wants.

    Returns:
        A goal whose actions can all be carried out, in their order; for what must be declined there is none.
    """
    wishes: list[Wish] = []
    while not wishes:
        caller = Caller(world, rng)
        for _ in range(rng.choices((1, 2, 3), (50, 35, 15))[0]):
            kinds = TO_DECLINE if rng.random() < _DECLINED else TO_DO
            made = rng.choice(kinds)(caller)
            last = bool(wishes) and wishes[-1].task.skill == "hand_over"
            if made is not None and not last and made.task.skill not in [wish.task.skill for wish in wishes]:
                wishes.append(made)
    user = caller.user
    identity = {"name": f"{user['name']['first_name']} {user['name']['last_name']}", "zip": user["address"]["zip"]}
    if rng.random() < 0.7:
        identity = {"email": user["email"], **identity}
    who = ", ".join(f"{name} {value}" for name, value in identity.items())
    return Goal(
        id=f"retail-{rng.getrandbits(48):012x}",
        instruction=" ".join([f"You are a customer of an online shop ({who}).", *(wish.sentence for wish in wishes)]),
        identity=identity,
        tasks=tuple(wish.task for wish in wishes),
        actions=tuple(wish.action for wish in wishes if wish.action is not None),
        outputs=tuple(output for wish in wishes for output in wish.outputs),
        shares=tuple(Share(actions=int(wish.action is not None), outputs=wish.outputs) for wish in wishes),
    )
