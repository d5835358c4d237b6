"""What people want here: one to three things each, drawn over all that the desk can do, and now and then something that it must not."""

from collections.abc import Callable, Sequence
from random import Random

from domain.goal import Goal, Share
from domain.wishes import Way, Wishes
from domain.world import World
from scenarios.retail.brinks import BRINKS
from scenarios.retail.wishes import TO_ASK, TO_DECLINE, TO_DO, Caller, Wish

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
            if made is not None and _goes_with(made, wishes):
                wishes.append(made)
    return _goal(caller, wishes)


def _goes_with(wish: Wish, others: Sequence[Wish]) -> bool:
    """Whether a wish can follow others: nothing follows a hand-over, and nobody asks twice for the same kind of thing."""
    skills = [other.task.skill for other in others]
    return "hand_over" not in skills[-1:] and wish.task.skill not in skills


def _goal(caller: Caller, wishes: Sequence[Wish]) -> Goal:
    user, rng = caller.user, caller.rng
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


def _wished(world: World, rng: Random, kinds: Sequence[str], who: str | None, about: frozenset[str]) -> Goal | None:
    caller = Caller(world, rng, who, about, near=True)
    wishes: list[Wish] = []
    for kind in kinds:
        made = _KINDS[kind](caller)
        if made is None or not _goes_with(made, wishes):
            return None
        wishes.append(made)
    return _goal(caller, wishes) if wishes else None


def _name(kind: Callable[[Caller], Wish | None]) -> str:
    return kind.__name__.strip("_")


_WAYS: dict[Way, Sequence[Callable[[Caller], Wish | None]]] = {
    "reads": TO_ASK,
    "writes": [kind for kind in dict.fromkeys(TO_DO) if kind not in TO_ASK],
    "declined": TO_DECLINE,
}
_KINDS = {_name(kind): kind for kinds in _WAYS.values() for kind in kinds}
WISHES = Wishes(
    kinds={_name(kind): way for way, kinds in _WAYS.items() for kind in kinds},
    draw=_wished,
    people=lambda world: [key for key, row in world.rows("users") if row["orders"]],
    brinks=BRINKS,
)
