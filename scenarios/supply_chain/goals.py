"""Goals: one to three wishes of one contact, hand-made kinds on rows that fit; some that policy must decline."""

from collections.abc import Sequence
from random import Random

from domain.errors import SettingError
from domain.goal import Goal, Share
from domain.values import FrozenDict
from domain.wishes import Way, Wishes
from domain.world import World
from scenarios.supply_chain.brinks import BRINKS
from scenarios.supply_chain.wishes import customers, declined, planners
from scenarios.supply_chain.wishes.plan import Desk, Kind, Wish, carry_out

READS: dict[str, tuple[Kind, ...]] = {"customer": customers.READS, "planner": planners.READS}
WRITES: dict[str, tuple[Kind, ...]] = {"customer": customers.WRITES, "planner": planners.WRITES}
DECLINED: dict[str, tuple[Kind, ...]] = {"customer": declined.OF_CUSTOMERS, "planner": declined.OF_PLANNERS}

_SHARE_DECLINED = 0.15
_SHARE_PLANNERS = 0.27
_CLOSE = 0.95
"""Share of planned conversations whose wishes are about the same records where they can be."""
_COUNTS = (1, 1, 1, 1, 1, 2, 2, 2, 3, 3)
_ATTEMPTS = 60


def draw_goal(world: World, rng: Random) -> Goal:
    """A goal for one contact of the world.

    Raises:
        SettingError: The world has nothing that any kind fits; it was not drawn by this setting.
    """
    role = "planner" if rng.random() < _SHARE_PLANNERS else "customer"
    declining = rng.random() < _SHARE_DECLINED
    count = rng.choice(_COUNTS)
    contacts = [row for _, row in world.where("contacts", "role", role)]
    for _ in range(_ATTEMPTS if contacts else 0):
        contact = rng.choice(contacts)
        wishes = _wishes(world, contact, rng, count, declining=declining)
        if wishes:
            return goal_of(world, contact, wishes, rng)
    raise SettingError(f"supply_chain: no goal fits any {role} of this world; draw the world with this setting's draw_world")


def goal_of(world: World, contact: FrozenDict, wishes: list[Wish], rng: Random) -> Goal:
    """The wishes of a contact as a goal."""
    company = world.row("companies", contact["company_id"])
    employer = contact["company_id"] if company is None else company["name"]
    named = contact["contact_id"] if rng.random() < 0.5 else contact["email"]
    wanted = "; then to ".join(wish.prose for wish in wishes)
    knows = "; ".join(f"{slot.replace('_', ' ')}: {value}" for wish in wishes for slot, value in wish.known.items())
    subject = ",".join(dict.fromkeys(value for wish in wishes for value in wish.known.values()))
    return Goal(
        id=f"{'+'.join(wish.skill for wish in wishes)}/{contact['contact_id']}/{subject}",
        instruction=(
            f"You are {contact['name']} of {employer}. You write to the operations desk because you want to {wanted}. "
            f"You identify yourself with {named} and the access code {contact['access_code']}. "
            f"All else that you know: {knows}. You accept a well-founded no, and ask for nothing else."
        ),
        identity={"contact": named, "access_code": contact["access_code"]},
        tasks=tuple(wish.task for wish in wishes),
        actions=tuple(action for wish in wishes for action in wish.gold),
        outputs=tuple(dict.fromkeys(output for wish in wishes for output in wish.outputs)),
        shares=tuple(Share(actions=len(wish.gold), outputs=wish.outputs) for wish in wishes),
    )


def _wishes(world: World, contact: FrozenDict, rng: Random, count: int, *, declining: bool) -> list[Wish]:
    """So many wishes, or as many as fit; none where the kinds that were asked for do not fit."""
    role = contact["role"]
    desk = Desk(world, contact, rng)
    wishes: list[Wish] = []
    first = _shuffled(DECLINED[role], rng) if declining else []
    rest = _shuffled(READS[role] if declining else READS[role] + WRITES[role], rng)
    for kind in first:
        if not wishes:
            _add(desk, kind, wishes)
    if declining and not wishes:
        return []
    for kind in rest:
        if len(wishes) < count:
            _add(desk, kind, wishes)
    if declining:  # the others only read, so their order is free; what acts stays in the order in which it was tried out
        rng.shuffle(wishes)
    return wishes


def _add(desk: Desk, kind: Kind, wishes: list[Wish]) -> bool:
    """Whether the kind fits, and was added."""
    wish = kind(desk)
    done = None if wish is None or (wish.about & desk.taken and not desk.close) else carry_out(desk.world, wish)
    if wish is None or done is None:
        return False
    desk.world = done[0]
    desk.taken |= wish.about
    if desk.close:
        desk.approach(wish)
    wishes.append(wish)
    return True


def _shuffled(kinds: tuple[Kind, ...], rng: Random) -> list[Kind]:
    return rng.sample(kinds, len(kinds))


def _wished(world: World, rng: Random, kinds: Sequence[str], who: str | None, about: frozenset[str]) -> Goal | None:
    """Of a contact in whose role all the kinds are."""
    roles = _roles(kinds)
    contacts = [row for key, row in world.rows("contacts") if row["role"] in roles and who in (None, key)]
    if not contacts:
        return None
    contact = rng.choice(contacts)
    desk, wishes = Desk(world, contact, rng, first=about, close=rng.random() < _CLOSE), list[Wish]()
    offered = _OFFERED[contact["role"]]
    return goal_of(world, contact, wishes, rng) if all(_add(desk, offered[kind], wishes) for kind in kinds) else None


def _roles(kinds: Sequence[str]) -> list[str]:
    """Roles in which all the kinds can be wanted; none where one is named twice."""
    return [role for role, offered in _OFFERED.items() if set(kinds) <= offered.keys() and len(set(kinds)) == len(kinds) > 0]


_WAYS: dict[Way, dict[str, tuple[Kind, ...]]] = {
    "reads": {**READS, "planner": (*READS["planner"], *planners.ASKED)},
    "writes": WRITES,
    "declined": DECLINED,
}
_OFFERED = {role: {kind.__name__: kind for kinds in _WAYS.values() for kind in kinds[role]} for role in ("customer", "planner")}
WISHES = Wishes(
    kinds={kind.__name__: way for way, roles in _WAYS.items() for kinds in roles.values() for kind in kinds},
    draw=_wished,
    people=lambda world: [key for key, _ in world.rows("contacts")],
    brinks=BRINKS,
    fits=lambda kinds: bool(_roles(kinds)),
)
