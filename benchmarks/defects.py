"""What verification finds of defects that are planted in sound blueprints, and what it objects to without any.

``python -m benchmarks.defects 1000 retail telecom`` plants so many of each kind, in blueprints of these settings in turn.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import cycle, islice
from random import Random
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from actors.drawing.rehearsal import rehearse
from actors.plan import Place, prepare
from actors.verifying import verify
from benchmarks.walks import walked
from domain.blueprints.verifying.execution import execution
from domain.blueprints.verifying.ground import Ground
from domain.blueprints.verifying.policy import policy
from domain.blueprints.verifying.reach import explored
from domain.goal import Action, Goal
from domain.persona.sampling import draw_persona
from domain.provenance.reading import leaves, normal
from events.blueprints import Stage
from events.tools import Change, ToolAnswered
from scenarios.load import load

SETTINGS = ("retail", "airline", "telecom", "supply_chain")
_MOST_TRIES = 60
"""Blueprints that are looked at, for one defect, at the most."""


_SPARE = 6
"""Other wishes of one person that are drawn, at the most."""


@dataclass
class Pool:
    """Sound blueprints of a setting, and what else their people can want."""

    place: Place
    grounds: list[Ground] = field(default_factory=list)
    _spare: dict[str, list[tuple[Action, ...]]] = field(default_factory=dict)

    def others(self, ground: Ground) -> list[tuple[Action, ...]]:
        """Paths to other things that the same person can want, in the world as it is before anything is different."""
        who = next((self._people[value] for value in ground.goal.identity.values() if value in self._people), None)
        if who is None or ground.goal.setup:
            return []
        if who not in self._spare:
            self._spare[who] = list(self._drawn(who))
        return self._spare[who]

    def _drawn(self, who: str) -> Iterator[tuple[Action, ...]]:
        rng, setting, world = Random(who), self.place.setting, self.place.world
        assert setting.wishes is not None
        for kind in rng.sample(kinds := setting.wishes.named("writes"), len(kinds))[:_SPARE]:
            goal = setting.wishes.draw(world, rng, (kind,), who, frozenset())
            held = rehearse(setting, world, goal, draw_persona(rng), 0) if goal is not None and not goal.setup else None
            if held is not None and held.verdict.accepted:
                yield tuple(Action(tool=step.tool, arguments=step.arguments) for step in held.path(setting))

    @cached_property
    def _people(self) -> dict[str, str]:
        """What people say of who they are -> who."""
        wishes, world, found = self.place.setting.wishes, self.place.world, dict[str, str]()
        assert wishes is not None
        for who in wishes.people(world):
            drawn = (
                wishes.draw(world, Random(f"{who}/{number}"), (kind,), who, frozenset()) for number in range(2) for kind in wishes.kinds
            )
            some = islice((goal for goal in drawn if goal is not None), 3)
            found |= {value: who for goal in some for value in goal.identity.values()}
        return found


Plant = Callable[[Random, Ground, Pool], Goal | None]


def _with(ground: Ground, goal: Goal) -> Ground:
    return Ground(ground.blueprint.model_copy(update={"goal": goal}), ground.setting, ground.base)


def _writes(ground: Ground) -> list[int]:
    return [number for number, action in enumerate(ground.goal.actions) if ground.writes(action)]


def _keys(ground: Ground, action: Action) -> list[str]:
    """Ids of rows that a call names."""
    texts = [leaf for _, leaf in leaves(action.arguments) if isinstance(leaf, str)]
    return [text for text in texts if any(ground.start.row(table, text) is not None for table in ground.setting.schema.tables)]


def _unknown_id(rng: Random, ground: Ground, _: Pool) -> Goal | None:
    """An id in a gold write that is nobody's."""
    for number in rng.sample(writes := _writes(ground), len(writes)):
        action = ground.goal.actions[number]
        for key in _keys(ground, action):
            wrong = re.sub(r"\d(?=\D*$)", lambda digit: str((int(digit[0]) + 1 + rng.randrange(8)) % 10), key)
            if wrong != key and not any(ground.start.row(table, wrong) for table in ground.setting.schema.tables):
                given = {name: wrong if value == key else value for name, value in action.arguments.items()}
                return _replaced(ground.goal, number, Action(tool=action.tool, arguments=given))
    return None


def _missing_argument(rng: Random, ground: Ground, _: Pool) -> Goal | None:
    """A value that a gold write needs and the user knows, gone from the text."""
    goal = ground.goal
    needed = {normal(str(leaf)) for number in _writes(ground) for _, leaf in leaves(goal.actions[number].arguments)}
    slots = [value for task in goal.tasks for value in task.known.values() if normal(value) in needed]
    slots = [value for value in slots if value not in goal.identity.values() and _as_such(value).search(goal.instruction)]
    for gone in rng.sample(slots, len(slots)):
        text = _as_such(gone).sub(rng.choice(("something", "some of them", "it")), goal.instruction)
        altered = _with(ground, goal.model_copy(update={"instruction": text}))
        shown = explored(ground.setting, ground.start, altered.told, ())
        if not any(normal(gone) == normal(str(leaf)) for one in shown for _, leaf in leaves(one)):  # else a look-up would do
            return altered.goal
    return None


def _as_such(value: str) -> re.Pattern[str]:
    """A value, but not as a part of another one."""
    return re.compile(rf"(?<![\w#-]){re.escape(value)}(?![\w-])")


def _superfluous(rng: Random, ground: Ground, pool: Pool) -> Goal | None:
    """What another blueprint of the same user does, with nobody asking for it."""
    mine = {key for number in _writes(ground) for key in _keys(ground, ground.goal.actions[number])} - _shared(ground)
    for other in rng.sample(others := pool.others(ground), len(others)):
        keys = {key for action in other if ground.writes(action) for key in _keys(ground, action)}
        if keys & mine or any(action in ground.goal.actions for action in other if ground.writes(action)):
            continue
        goal = ground.goal.model_copy(update={"actions": (*ground.goal.actions, *other)})
        whole = _with(ground, goal)
        if whole.trace.world.digest != ground.trace.world.digest and not execution(whole) and not policy(whole):
            return goal
    return None


def _shared(ground: Ground) -> set[str]:
    """Ids of the user themselves, which all their requests have in common."""
    return {key for tables in ("users", "customers", "contacts") for key, _ in ground.start.rows(tables)}


def _violated(rng: Random, ground: Ground, _: Pool) -> Goal | None:
    """A look-up left out that a rule wants before a write."""
    actions = ground.goal.actions
    reads = [number for number, action in enumerate(actions) if not ground.writes(action)]
    for gone in rng.sample(reads, len(reads)):
        goal = ground.goal.model_copy(update={"actions": tuple(action for number, action in enumerate(actions) if number != gone)})
        whole = _with(ground, goal)
        if _writes(whole) and not execution(whole) and any(_guards_write(whole, reason.place) for reason in policy(whole)):
            return goal
    return None


def _guards_write(ground: Ground, place: str) -> bool:
    return int(place.split(".")[1]) in _writes(ground)


def _contradictory(rng: Random, ground: Ground, pool: Pool) -> Goal | None:
    """A second write that the first one rules out: what another blueprint does with the same row, or the same again."""
    actions = ground.goal.actions
    for number in rng.sample(writes := _writes(ground), len(writes)):
        keys = set(_keys(ground, actions[number])) - _shared(ground)
        seconds = [action for other in pool.others(ground) for action in other if ground.writes(action)]
        for second in [*(one for one in seconds if keys & set(_keys(ground, one))), actions[number]]:
            goal = ground.goal.model_copy(update={"actions": (*actions, second)})
            whole = _with(ground, goal)
            if not isinstance(whole.trace.steps[-1].outcome, ToolAnswered):
                return goal
    return None


def _leaked(rng: Random, ground: Ground, _: Pool) -> Goal | None:
    """The machinery in the user's words."""
    names = [name for name in ground.setting.service_tools if "_" in name]
    called = [action.tool for action in ground.goal.actions if action.tool in names]
    name = rng.choice(called or names)
    ways = (
        f"Please use {name} for it.",
        f"Call {name}().",
        f"The desk should run `{name}` then.",
        f"You want {name.upper()} to be called.",
    )
    return ground.goal.model_copy(update={"instruction": f"{ground.goal.instruction} {rng.choice(ways)}"})


def _faulty(rng: Random, ground: Ground, _: Pool) -> Goal | None:
    """A world in which a row that a write needs is lost as the conversation begins."""
    for number in rng.sample(writes := _writes(ground), len(writes)):
        for key in _keys(ground, ground.goal.actions[number]):
            for table in ground.setting.schema.tables:
                row = ground.start.row(table, key)
                if row is not None:
                    lost = Change(table=table, key=key, before=row, after=None)
                    goal = ground.goal.model_copy(update={"setup": (*ground.goal.setup, lost)})
                    if _cannot_be_done(_with(ground, goal), number):
                        return goal
    return None


def _cannot_be_done(ground: Ground, number: int) -> bool:
    return not isinstance(ground.trace.steps[number].outcome, ToolAnswered)


def _replaced(goal: Goal, number: int, action: Action) -> Goal:
    return goal.model_copy(update={"actions": (*goal.actions[:number], action, *goal.actions[number + 1 :])})


class Kind(NamedTuple):
    """One kind of defect."""

    plant: Plant
    stage: Stage
    """That should catch it."""


KINDS: Mapping[str, Kind] = {
    "unknown id": Kind(_unknown_id, "execution"),
    "missing argument": Kind(_missing_argument, "solvability"),
    "superfluous write": Kind(_superfluous, "necessity"),
    "violated policy": Kind(_violated, "policy"),
    "contradictory pair": Kind(_contradictory, "policy"),
    "leaked tool name": Kind(_leaked, "format"),
    "unsolvable after a fault": Kind(_faulty, "execution"),
}


class Found(NamedTuple):
    """Of one kind of defect: where each blueprint was stopped; ``passed`` where it was not."""

    stages: Counter[str]
    escaped: list[str]
    """Some of those that another stage stopped, or none."""


def pools(settings: Sequence[str], count: int, seed: int = 0) -> tuple[list[Pool], Counter[str], list[str]]:
    """Pools of sound blueprints; where each of those that were drawn was stopped; and the reasons of those that were."""
    found, stages, reasons = [], Counter[str](), []
    for name in settings:
        pool = Pool(prepare(load(name), seed, None))
        for ground in walked(pool.place, count, seed):
            verified = verify(ground)
            stages[verified.stage or "passed"] += 1
            if verified.stage is None:
                pool.grounds.append(ground)
            else:
                reasons += [f"{verified.stage} {reason.code} {reason.place}: {reason.sentence}" for reason in verified.reasons]
        found.append(pool)
    return found, stages, reasons


def planted(kind: str, pools: Sequence[Pool], count: int) -> Found:
    """Plant a defect so often, and verify what comes of it."""
    plant, stage = KINDS[kind]
    stages, escaped = Counter[str](), []
    for ground in islice(_defective(kind, plant, pools), count):
        verified = verify(ground)
        stages[verified.stage or "passed"] += 1
        if verified.stage != stage:
            told = "; ".join(f"{reason.code} {reason.place}" for reason in verified.reasons)
            escaped.append(f"{kind} in {ground.goal.id}: {verified.stage} {told}: {ground.goal.instruction}")
    return Found(stages, escaped)


def _defective(kind: str, plant: Plant, pools: Sequence[Pool]) -> Iterator[Ground]:
    """Blueprints with the defect, of all settings in turn, without end; none where none can have it."""
    barren = 0
    for number, pool in enumerate(cycle(pools)):
        rng = Random(f"{kind}/{number}")
        ground = rng.choice(pool.grounds)
        goal = plant(rng, ground, pool)
        barren = 0 if goal is not None else barren + 1
        if goal is not None:
            yield _with(ground, goal)
        elif barren > _MOST_TRIES * len(pools):
            return


def measure(count: int, settings: Sequence[str]) -> list[str]:
    """Print the table; some of what was stopped elsewhere, or not at all."""
    console, began = Console(), time.process_time()
    found, sound, reasons = pools(settings, max(20, count // len(settings) // 2))
    table = Table("planted", "count", "caught", "by the stage", "share of it", "others", title=", ".join(settings))
    escaped: list[str] = []
    for kind, (_, stage) in KINDS.items():
        stages, lost = planted(kind, found, count)
        total, right = stages.total(), stages[stage]
        others = ", ".join(f"{other} {many}" for other, many in stages.items() if other != stage)
        table.add_row(kind, str(total), str(total - stages["passed"]), stage, f"{right / max(1, total):.2%}", others)
        escaped += lost
    console.print(table)
    rejected = sound.total() - sound["passed"]
    console.print(f"sound: {sound.total()}, rejected {rejected} ({rejected / sound.total():.2%})")
    console.print(f"{time.process_time() - began:.0f} s of CPU")
    return [*reasons[:20], *escaped[:20]]


if __name__ == "__main__":
    for line in measure(int(sys.argv[1]), sys.argv[2:] or SETTINGS):
        print(line)
