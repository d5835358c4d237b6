"""Reverse recombination: blueprints of one user become one that asks for all that they ask for (APIGen-MT, section 3.1).

Parts get in each other's way in few places, and all of them show when their gold paths are gone one after the other, in
either order: a call that comes out otherwise than it did alone, or another world in the end.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import TypeVar

from domain.blueprints.authoring import instruct
from domain.blueprints.blueprint import Blueprint, Difficulty
from domain.blueprints.goldpath import GoldStep, gone, is_telling
from domain.blueprints.joining import AROUND, facts_of, joined
from domain.goal import Action, Goal, Share, told, unmet
from domain.setting import Setting
from domain.values import canonical, compact
from domain.world import World
from events.blueprints import Reason
from events.digests import content_digest

HAND_OVER = "hand_over"
"""Skill after which there is nothing more to ask for."""
_NAME = 12
Item = TypeVar("Item")


def agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Whether two users say the same of who they are, as far as both say it, and both say something."""
    shared = one.keys() & other.keys()
    return bool(shared) and all(one[slot] == other[slot] for slot in shared)


def conflicts(parts: Sequence[Blueprint], setting: Setting, world: World) -> list[Reason]:
    """
    Why blueprints cannot be asked for together; nothing where they can.

    Args:
        parts: In the order in which they are asked for; all of this setting and world.
    """
    found = [*_of_users(parts), *_of_setups(parts), *_of_ends(parts, setting), *_of_repeats(parts, setting)]
    return found or list(_of_paths(parts, setting, world))


def recombined(parts: Sequence[Blueprint], setting: Setting, world: World, seed: int) -> Blueprint:
    """
    One blueprint of several that do not conflict, in the persona of the first, written again as one request by the offline author.

    Args:
        world: The setting's, before what the parts say is different.
        seed: Of the recombination.
    """
    names = tuple(name for part in parts for name in (part.parts or (part.name,)))
    kept = _kept([gone(world.with_changes(part.goal.setup), part.goal.actions, setting)[0] for part in parts])
    goals = [part.goal for part in parts]
    goal = Goal(
        id=f"{setting.name}-{content_digest(canonical(names))[:_NAME]}",
        instruction=joined([facts_of(goal.instruction, setting.phrases) for goal in goals], seed),
        identity={slot: value for goal in goals for slot, value in goal.identity.items()},
        tasks=tuple(task for goal in goals for task in goal.tasks),
        actions=tuple(action for some in kept for action in some),
        setup=_once(change for goal in goals for change in goal.setup),
        checks=_once(check for goal in goals for check in goal.checks),
        calls=_once(call for goal in goals for call in goal.calls),
        outputs=_once(output for goal in goals for output in goal.outputs),
        kind=next((goal.kind for goal in goals if goal.kind is not None), None),
        shares=_shares(goals, kept),
    )
    if all(key in setting.phrases for key in AROUND):
        whole = instruct(goal, parts[0].persona, setting.phrases, Random(f"{seed}/{goal.id}"))
        goal = goal.model_copy(update={"instruction": whole})
    difficulty = Difficulty(
        writes=sum(part.difficulty.writes for part in parts),
        evidence=sum(part.difficulty.evidence for part in parts),
        hops=max(part.difficulty.hops for part in parts),
        hazards=sum(part.difficulty.hazards for part in parts),
    )
    first = parts[0]
    return Blueprint(
        setting=setting.name,
        world=first.world,
        seed=seed,
        shape="recombined",
        persona=first.persona,
        goal=goal,
        policies=_once(policy for part in parts for policy in part.policies),
        difficulty=difficulty,
        parts=names,
    )


def _of_users(parts: Sequence[Blueprint]) -> Iterator[Reason]:
    for number, part in enumerate(parts[1:], start=1):
        if part.world != parts[0].world or part.setting != parts[0].setting:
            yield _reason("other-world", number, f"{part.name} begins in another world than {parts[0].name}; take parts of one world")
        elif not all(agree(part.goal.identity, other.goal.identity) for other in parts[:number]):
            yield _reason("other-user", number, f"{part.name} is another user's than {parts[0].name}; take parts of one user")


def _of_setups(parts: Sequence[Blueprint]) -> Iterator[Reason]:
    """A place cannot begin in two ways."""
    begun: dict[tuple[str, str, str | None], bytes] = {}
    for number, part in enumerate(parts):
        for change in part.goal.setup:
            place = (change.table, change.key, change.field)
            after = canonical(change.model_dump(mode="json"))
            if begun.setdefault(place, after) != after:
                where = ".".join(filter(None, place))
                yield _reason("other-start", number, f"{part.name} begins with another {where}; take parts that begin alike")
                break


def _of_ends(parts: Sequence[Blueprint], setting: Setting) -> Iterator[Reason]:
    for number, part in enumerate(parts[:-1]):
        if any(task.skill == HAND_OVER for task in part.goal.tasks):
            yield _reason("nothing-follows", number, f"{part.name} hands the user over, and nothing follows that; ask for it last")
    if len({bool(part.goal.checks) for part in parts}) > 1:
        yield _reason("other-measure", 0, "some are judged by checks and some by the state they lead to; take parts of one kind")
    calls = sum(len(part.goal.actions) for part in parts)
    if calls > setting.limits.tool_calls:
        sentence = f"they take {calls} calls, and a conversation has room for {setting.limits.tool_calls}; take fewer or shorter parts"
        yield _reason("too-long", 0, sentence)


def _of_repeats(parts: Sequence[Blueprint], setting: Setting) -> Iterator[Reason]:
    wanted: dict[bytes, int] = {}
    for number, part in enumerate(parts):
        own = [canonical(["task", task.skill, task.known]) for task in part.goal.tasks]
        if part.goal.checks:  # which of two alike a check is about, it does not say
            own += [canonical(["skill", task.skill]) for task in part.goal.tasks]
        own += [_key(action) for action in part.goal.actions if setting.toolset[action.tool].writes]
        met = next((wanted[what] for what in own if what in wanted), None)
        if met is not None:
            yield _reason("same-request", number, f"{part.name} asks for what {parts[met].name} asks for; take parts that differ")
        wanted.update(dict.fromkeys(own, number))


def _of_paths(parts: Sequence[Blueprint], setting: Setting, world: World) -> Iterator[Reason]:
    together = world.with_changes(_once(change for part in parts for change in part.goal.setup))
    alone = [gone(world.with_changes(part.goal.setup), part.goal.actions, setting)[0] for part in parts]
    yield from _named(parts, alone)
    order = list(range(len(parts)))
    ends: list[World] = []
    checks = [check for part in parts for check in part.goal.checks]
    for way in (order, order[::-1]):
        now = together
        for number in way:
            steps, now = gone(now, parts[number].goal.actions, setting)
            differing = _differing(parts, number, alone[number], steps)
            if differing is not None:
                yield _otherwise(number, *differing)
                return
        ends.append(now)
        for check in unmet(checks, now, setting.checks):
            yield _reason("not-met", way[-1], f"{check.name} does not hold in the end; take parts that leave each other's end as it is")
            return
    if not checks and ends[0].digest != ends[1].digest:
        yield _reason("order-matters", 1, "which of them comes first decides what the world is in the end; take parts that do not meet")


def _named(parts: Sequence[Blueprint], alone: Sequence[Sequence[GoldStep]]) -> Iterator[Reason]:
    """Whether one changes what another speaks of: even where that asks for nothing that is done, such as what policy declines."""
    for number, part in enumerate(parts):
        spoken = {value for task in part.goal.tasks for value in task.known.values()}
        for other, steps in enumerate(alone):
            keys = {change.key for step in steps for change in step.changes}
            if other != number and (met := sorted(spoken & keys)):
                sentence = f"{parts[other].name} changes {met[0]}, which {part.name} is about; take parts about different things"
                yield _reason("same-thing", number, sentence)
                return


def _differing(
    parts: Sequence[Blueprint], number: int, alone: Sequence[GoldStep], now: Sequence[GoldStep]
) -> tuple[int, GoldStep, GoldStep] | None:
    """The first call of a part that comes out otherwise than alone.

    A look-up that several parts make is made once, before any of them changes what it shows; so what it shows after that
    matters only to a part that expects it to be told, or whose request is declined for what was looked up.
    """
    shared = {_key(action) for other, part in enumerate(parts) if other != number for action in part.goal.actions}
    part = parts[number]
    for place, (before, after) in enumerate(zip(alone, now, strict=True)):
        free = not before.writes and _key(before.action) in shared and not part.difficulty.hazards
        if before.outcome != after.outcome and not (free and _tells(part.goal.outputs, before) == _tells(part.goal.outputs, after)):
            return place, before, after
    return None


def _tells(outputs: Sequence[str], step: GoldStep) -> list[str]:
    """Those of the outputs that a call does not show, or all where it is not answered."""
    return told(outputs, "" if step.refused else compact(step.shown))


def _otherwise(number: int, place: int, alone: GoldStep, now: GoldStep) -> Reason:
    action = now.action
    where = f"parts.{number}.actions.{place}"
    if alone.writes and (alone.refused, bool(alone.changes)) != (now.refused, bool(now.changes)):
        how = f"refused ({now.refused})" if now.refused else "without effect"
        sentence = f"{action.tool} is {how} after the other part, and was not alone; take parts that leave each other room"
        return Reason(code="conflicting-write", place=where, sentence=sentence)
    code = "entangled-write" if alone.writes else "stale-look-up"
    return Reason(code=code, place=where, sentence=f"{action.tool} shows something else after the other part than alone; ask for it apart")


def _kept(paths: Sequence[Sequence[GoldStep]]) -> list[list[Action]]:
    """The calls of each part, without look-ups that an earlier part has made, or that show what one of its look-ups has shown."""
    made: set[bytes] = set()
    found = []
    for path in paths:
        found.append([step.action for step in path if step.writes or made.isdisjoint(_told_by(step))])
        made.update(key for step in path if not step.writes for key in _told_by(step))
    return found


def _told_by(step: GoldStep) -> list[bytes]:
    """The call, and what it shows where that is more than a number."""
    return [_key(step.action), *([step.outcome] if is_telling(step.shown) else [])]


def _shares(goals: Sequence[Goal], kept: Sequence[Sequence[Action]]) -> tuple[Share, ...]:
    """What each task adds; nothing where a part does not say it."""
    if any(len(goal.shares) != len(goal.tasks) or sum(one.actions for one in goal.shares) != len(goal.actions) for goal in goals):
        return ()
    shares: list[Share] = []
    for goal, own in zip(goals, kept, strict=True):
        left, first = {id(action) for action in own}, 0
        for share in goal.shares:
            actions = goal.actions[first : first + share.actions]
            shares.append(share.model_copy(update={"actions": sum(id(action) in left for action in actions)}))
            first += share.actions
    return tuple(shares)


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    found: list[Item] = []
    for item in items:
        if item not in found:
            found.append(item)
    return tuple(found)


def _key(action: Action) -> bytes:
    return canonical([action.tool, action.arguments])


def _reason(code: str, part: int, sentence: str) -> Reason:
    return Reason(code=code, place=f"parts.{part}", sentence=sentence)
