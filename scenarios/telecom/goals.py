"""What people want here: a phone that works again, more data, a bill paid, or their line ready for a journey."""

from collections.abc import Sequence
from random import Random

from domain.goal import Goal
from domain.values import FrozenDict
from domain.wishes import Brink, Way, Wishes
from domain.world import World
from scenarios.telecom import faults
from scenarios.telecom.handling import search
from scenarios.telecom.tasks import NOW
from scenarios.telecom.troubles import Wrong
from scenarios.telecom.wishes import Wish, draw_wish

_KINDS = {"no_service": 24, "mobile_data": 28, "mms": 24, "refuel": 9, "pay_bill": 9, "travel": 6}
_NAMED = 0.6
"""Share of users who can say under which name the line is registered."""
_FORGOTTEN = 0.3
"""Share of users with one line who do not know its number, where a blueprint is drawn."""


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
    number = f"{rng.getrandbits(48):012x}"
    knows = {"phone_number": line["phone_number"], **({"name": customer["full_name"]} if rng.random() < _NAMED else {})}
    return _goal(number, world, customer, line, [wish], knows)


def _goal(number: str, world: World, customer: FrozenDict, line: FrozenDict, wishes: Sequence[Wish], knows: dict[str, str]) -> Goal:
    name, phone = customer["full_name"], line["phone_number"]
    who: Wrong = ((faults.set_user_info, {"name": name, "phone_number": phone}),)
    own = f"your phone number is {phone}" if "phone_number" in knows else "you do not know your phone number"
    wrong = [put for wish in wishes for put in wish.wrong]
    return Goal(
        id=f"telecom-{number}",
        instruction=" ".join([f"You are {name}, and {own}.", *(wish.sentence for wish in wishes)]),
        identity=knows,
        tasks=tuple(wish.task for wish in wishes),
        actions=tuple(action for wish in wishes for action in wish.actions),
        setup=faults.prepared(world, NOW, [*who, *wrong, (search, {})]),
        checks=tuple(check for wish in wishes for check in wish.checks),
        calls=tuple(call for wish in wishes for call in wish.calls),
    )


def _wished(world: World, rng: Random, kinds: Sequence[str], who: str | None, _about: frozenset[str]) -> Goal | None:
    customer = rng.choice([row for key, row in world.rows("customers") if who in (None, key)])
    line = world.row("lines", customer["line_ids"][0])
    assert line is not None
    wishes = [draw_wish(kind, rng, customer, line, world) for kind in kinds]
    if not wishes or any(call.tool == "transfer_to_human_agents" for wish in wishes[:-1] for call in wish.calls):
        return None
    return _goal(f"{rng.getrandbits(48):012x}", world, customer, line, wishes, _identity(rng, customer, line))


def _fit(kinds: Sequence[str]) -> bool:
    apart = any(kind in kinds and not others.isdisjoint(kinds) for kind, others in _APART.items())
    late = any(not later.isdisjoint(kinds[:place]) for place, kind in enumerate(kinds) for later in [_BEFORE.get(kind, frozenset())])
    return not apart and not late and len(set(kinds)) == len(kinds) and not _LAST & set(kinds[:-1])


def _identity(rng: Random, customer: FrozenDict, line: FrozenDict) -> dict[str, str]:
    """By what the customer can be found."""
    if len(customer["line_ids"]) > 1 or rng.random() > _FORGOTTEN:
        return {"phone_number": line["phone_number"]}
    if rng.random() < 0.5:
        return {"customer_id": customer["customer_id"]}
    return {"name": customer["full_name"], "dob": customer["date_of_birth"]}


_NETWORK = frozenset({"no_service", "mobile_data", "mms", "apn", "last_day", "day_late"})
_LAST = frozenset({"person", "day_late"})
_SLOW = frozenset({"mobile_data", "mms"})
_APART = {
    **{kind: _NETWORK - {kind} for kind in _NETWORK},
    "pay_bill": frozenset({"nothing_due", "day_late"}),
    "nothing_due": frozenset({"no_service", "last_day", "day_late"}),
    "travel": frozenset({"stay_home"}),
    "vpn": _SLOW,
    "data_saver": _SLOW,
}
"""Kind -> what nobody wants in the same conversation: the one would undo or forestall the other."""
_BEFORE = {
    **{kind: frozenset({"suspend"}) for kind in (*_NETWORK, "refuel", "too_much")},
    "pay_bill": frozenset({"no_service", "last_day"}),
}
"""Kind -> what it cannot come after."""
_WAYS: dict[Way, Sequence[str]] = {
    "reads": ("app_access", "person"),
    "writes": (*_KINDS, "wifi", "vpn", "data_saver", "apn", "suspend", "stay_home", "last_day"),
    "declined": ("too_much", "nothing_due", "day_late"),
}


def _brink(kind: str, rule: str, world: World, rng: Random) -> Brink:
    return Brink((), rng.choice([key for key, _ in world.rows("customers")]), kind, rule)


WISHES = Wishes(
    kinds={kind: way for way, kinds in _WAYS.items() for kind in kinds},
    draw=_wished,
    fits=_fit,
    people=lambda world: [key for key, _ in world.rows("customers")],
    brinks={
        "last-day": lambda world, rng: _brink("last_day", "contract-runs", world, rng),
        "day-late": lambda world, rng: _brink("day_late", "contract-runs", world, rng),
        "over-two": lambda world, rng: _brink("too_much", "two-gigabytes", world, rng),
    },
)
