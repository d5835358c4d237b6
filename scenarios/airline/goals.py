"""What people want here: one to three things each, drawn over all that the desk can do, and now and then something that it must not."""

from collections.abc import Callable, Sequence
from random import Random

from domain.goal import Goal
from domain.wishes import Way, Wishes
from domain.world import World
from scenarios.airline import words
from scenarios.airline.brinks import BRINKS
from scenarios.airline.wishes import flights, reservations
from scenarios.airline.wishes.caller import Caller, Wish

_DECLINED = 0.2
"""Share of wishes that policy forbids."""
_CLOSE = 0.6
"""Share of planned conversations whose wishes are about the same reservation where they can be."""
TO_DO: tuple[Callable[[Caller], Wish | None], ...] = (
    reservations.cancel,
    reservations.cancel,
    reservations.add_bags,
    reservations.add_bags,
    reservations.change_passenger,
    reservations.details,
    reservations.compensated,
    reservations.cancelled_and_compensated,
    reservations.cancelled_and_compensated,
    reservations.cancel_flown,
    reservations.person,
    flights.status,
    flights.change_day,
    flights.change_day,
    flights.change_cabin,
    flights.change_cabin,
    flights.book,
    flights.book,
)
TO_DECLINE: tuple[Callable[[Caller], Wish | None], ...] = (
    reservations.cancel_without_ground,
    reservations.cancel_without_ground,
    reservations.cancel_someone_elses,
    reservations.not_compensated,
    reservations.fewer_bags,
    reservations.other_number,
    reservations.late_insurance,
    flights.change_basic,
    flights.cabin_by_certificate,
    flights.book_with_two_certificates,
)


def draw_goal(world: World, rng: Random) -> Goal:
    """
    Draw what one user of the airline wants.

    Returns:
        A goal whose actions can all be carried out, in their order; for what must be declined there is none.
    """
    wishes: list[Wish] = []
    while not wishes:
        caller = Caller(world, rng)
        for _ in range(rng.choices((1, 2, 3), (50, 35, 15))[0]):
            before = caller.world
            made = rng.choice(TO_DECLINE if rng.random() < _DECLINED else TO_DO)(caller)
            if made is None or not _goes_with(made, wishes):
                caller.world = before
            else:
                wishes.append(made)
    return _goal(caller, wishes)


def _goal(caller: Caller, wishes: Sequence[Wish]) -> Goal:
    name = words.full_name(caller.user["name"])
    return Goal(
        id=f"airline-{caller.rng.getrandbits(48):012x}",
        instruction=" ".join([f"You fly with an airline ({name}, user id {caller.user_id}).", *(wish.sentence for wish in wishes)]),
        identity={"user_id": caller.user_id},
        tasks=tuple(task for wish in wishes for task in wish.tasks),
        actions=tuple(action for wish in wishes for action in wish.actions),
        outputs=tuple(output for wish in wishes for output in wish.outputs),
    )


def _goes_with(wish: Wish, others: Sequence[Wish]) -> bool:
    """Whether a wish can follow others: nothing follows a hand-over, and nobody asks twice for the same kind of thing."""
    skills = {task.skill for other in others for task in other.tasks}
    return not any(other.last for other in others) and skills.isdisjoint(task.skill for task in wish.tasks)


def _wished(world: World, rng: Random, kinds: Sequence[str], who: str | None, about: frozenset[str]) -> Goal | None:
    caller = Caller(world, rng, who, about, close=rng.random() < _CLOSE)
    wishes: list[Wish] = []
    for kind in kinds:
        made = _KINDS[kind](caller)
        if made is None or not _goes_with(made, wishes):
            return None
        wishes.append(made)
    return _goal(caller, wishes) if wishes else None


_TO_ASK = (reservations.details, reservations.paid_in_all, reservations.person, reservations.cancel_flown, flights.status)
"""Those that change nothing."""
_WAYS: dict[Way, Sequence[Callable[[Caller], Wish | None]]] = {
    "reads": _TO_ASK,
    "writes": [kind for kind in dict.fromkeys(TO_DO) if kind not in _TO_ASK],
    "declined": list(dict.fromkeys(TO_DECLINE)),
}
_KINDS = {kind.__name__: kind for kinds in _WAYS.values() for kind in kinds}
WISHES = Wishes(
    kinds={kind.__name__: way for way, kinds in _WAYS.items() for kind in kinds},
    draw=_wished,
    people=lambda world: [key for key, row in world.rows("users") if row["reservations"]],
    brinks=BRINKS,
)
