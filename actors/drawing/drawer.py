"""The drawer: any number to a blueprint, by five samplers, from seed and number alone."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from hashlib import blake2b
from random import Random
from typing import NamedTuple

from actors.drawing.rehearsal import Rehearsed, rehearse
from domain.authoring import instruct
from domain.blueprint import Blueprint, Difficulty, Shape
from domain.errors import SettingError
from domain.goal import Action, Goal, gold_world, unmet
from domain.persona.sampling import draw_persona
from domain.persona.traits import Persona
from domain.setting import Setting
from domain.toolgraph import Step, ToolGraph, evidence, flows, form, hops, words
from domain.verdict import differences
from domain.wishes import Wishes
from domain.world import Base, World
from events.blueprints import Reason

SAMPLERS = ("graph", "policy", "data", "persona", "example")
WEIGHTS: Mapping[str, float] = {"graph": 0.4, "policy": 0.2, "data": 0.15, "persona": 0.15, "example": 0.1}
"""Sampler -> how often it is asked."""
_LENGTHS = (1, 2, 3, 4), (25, 40, 25, 10)
_ATTEMPTS = 12
"""Plans that are tried for one number, until the world has what one needs."""
_SURVEYED = 2
"""Rehearsals of each kind of wish, from which it is learned which tools it takes."""
_FAR = 0.4
"""Share of drawings for a rule that are not at its brink, but well over."""
_STRANGE = 0.3
"""Share of steps of a walk that the graph does not ask for."""


class Plan(NamedTuple):
    """What is to be wanted."""

    kinds: tuple[str, ...]
    who: str | None = None
    shape: Shape | None = None
    """None where the path will say."""
    persona: Persona | None = None
    rule: str | None = None
    goal: Goal | None = None
    """Where it is drawn already."""


class Drawn(NamedTuple):
    """One drawing: a blueprint, and why it is not one to be held, if it is not."""

    number: int
    blueprint: Blueprint
    sampler: str
    path: tuple[Step, ...]
    diff: tuple[str, ...]
    """``table.key.field`` of all that the gold path changes."""
    reasons: tuple[Reason, ...] = ()


class Drawer:
    """Draws blueprints of one setting.

    Args:
        base: Its world.
        seed: With the number, decides each drawing.
        weights: Sampler -> how often it is asked; see ``WEIGHTS``.

    Raises:
        SettingError: The setting does not say what people can want, or there is no such sampler.
    """

    def __init__(self, setting: Setting, base: Base, seed: int, weights: Mapping[str, float] = WEIGHTS) -> None:
        if setting.wishes is None:
            raise SettingError(f"setting {setting.name!r} offers no WISHES in goals.py, so no blueprints can be drawn of it")
        unknown = sorted(weights.keys() - set(SAMPLERS))
        if unknown or not any(weights.values()):
            raise SettingError(f"there is no sampler {unknown[0] if unknown else 'with a weight'}; there are {', '.join(SAMPLERS)}")
        self.setting, self._base, self._seed, self._weights = setting, base, seed, weights
        self._wishes: Wishes = setting.wishes
        self._world = World(base)
        self._people = list(self._wishes.people(self._world))
        self.names = names_of(base)

    def draw(self, number: int) -> Drawn | None:
        """One drawing; None where nothing that was tried fits the world."""
        seed = self._seed_of(number)
        rng = Random(seed)
        sampler = rng.choices(SAMPLERS, [self._weights.get(name, 0.0) for name in SAMPLERS])[0]
        for _ in range(_ATTEMPTS):
            plan = self._plan(sampler, number, rng)
            goal = plan and (plan.goal or self._wishes.draw(self._world, rng, plan.kinds, plan.who))
            if plan is not None and goal is not None:
                return self._realised(number, seed, sampler, plan, goal, rng)
        return None

    def _seed_of(self, number: int) -> int:
        return int.from_bytes(blake2b(f"{self._seed}/{self.setting.name}/blueprint/{number}".encode(), digest_size=6).digest())

    # what is to be wanted

    def _plan(self, sampler: str, number: int, rng: Random) -> Plan | None:
        match sampler:
            case "policy":
                return self._at_a_brink(rng)
            case "data":
                return Plan(self._kinds(rng), self._people[number % len(self._people)])
            case "persona":
                persona = draw_persona(rng, sampler="coverage", index=number, seed=f"{self._seed}/{self.setting.name}")
                patient = 1 + round(3 * persona["patience"] * rng.random())
                return Plan(self._kinds(rng, patient), persona=persona)
            case "example" if number:
                example = Random(self._seed_of(rng.randrange(number)))
                return Plan(self._walk(example), shape="example")
            case _:
                return Plan(self._walk(rng))

    def _kinds(self, rng: Random, count: int | None = None, of: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Kinds of wishes that go together, as many that read as that write; with ``of``, after these."""
        kinds = of
        for _ in range(rng.choices(*_LENGTHS)[0] if count is None else count):
            kinds = self._with(rng, kinds)
        return kinds

    def _with(self, rng: Random, kinds: tuple[str, ...], near: Collection[str] | None = None) -> tuple[str, ...]:
        """One more kind that goes with them; of those near, where there are any."""
        for way in rng.sample(("writes", "reads"), 2):
            fitting = [kind for kind in self._wishes.kinds if self._wishes.kinds[kind] == way and self._wishes.fits((*kinds, kind))]
            offered = [kind for kind in fitting if near is None or kind in near] or fitting
            if offered:
                return (*kinds, rng.choice(offered))
        return kinds

    def _walk(self, rng: Random) -> tuple[str, ...]:
        """A walk over the tool graph: each wish takes tools that those of the one before feed."""
        walk = self._with(rng, ())
        for _ in range(rng.choices(*_LENGTHS)[0] - 1):
            fed = self.graph.fed_by(self.tools[walk[-1]])
            near = None if rng.random() < _STRANGE else [kind for kind, tools in self.tools.items() if not fed.isdisjoint(tools)]
            walk = self._with(rng, walk, near)
        return walk

    def _at_a_brink(self, rng: Random) -> Plan | None:
        """One step from a rule's edge, on either side of it; or well over."""
        names = list(self._wishes.brinks)
        if not names or rng.random() < _FAR:
            some = self._kinds(rng, rng.choice((0, 1, 1)), (rng.choice(self._wishes.named("declined")),))
            kinds = tuple(rng.sample(some, len(some)))
            return Plan(kinds, shape="policy") if self._wishes.fits(kinds) else None
        brink = self._wishes.brinks[rng.choice(names)](self._world, rng)
        if brink is None:
            return None
        kinds = self._kinds(rng, rng.choice((0, 0, 1)), (brink.kind,))
        goal = self._wishes.draw(self._world.with_changes(brink.changes), rng, kinds, brink.who)
        if goal is None:
            return None
        return Plan(kinds, brink.who, "policy", rule=brink.rule, goal=goal.model_copy(update={"setup": (*brink.changes, *goal.setup)}))

    # what becomes of it

    def _realised(self, number: int, seed: int, sampler: str, plan: Plan, goal: Goal, rng: Random) -> Drawn:
        persona = plan.persona or draw_persona(rng, self.setting.kind_of(goal))
        goal = goal.model_copy(update={"id": f"{self.setting.name}-{seed:012x}", "instruction": self._told(goal, persona, rng)})
        rehearsed = rehearse(self.setting, self._world, goal, persona, seed)
        path = rehearsed.path(self.setting)
        goal = self._with_path(goal, path)
        blueprint = Blueprint(
            setting=self.setting.name,
            world=self._world.digest,
            seed=seed,
            shape=plan.shape or form(self._edges(goal, path)),
            persona=persona,
            goal=goal,
            policies=self._policies(goal, plan),
            difficulty=self._difficulty(goal, path, plan),
        )
        diff = differences(self._world.with_changes(goal.setup), rehearsed.held.world)
        return Drawn(number, blueprint, sampler, tuple(path), tuple(diff), tuple(self._faults(goal, rehearsed, seed)))

    def _told(self, goal: Goal, persona: Persona, rng: Random) -> str:
        return instruct(goal, persona, self.setting.phrases, rng)

    def _with_path(self, goal: Goal, path: Sequence[Step]) -> Goal:
        """The goal with all calls of the path; where neither world nor words would tell, with the look-up that must have been made."""
        actions = tuple(Action(tool=step.tool, arguments=step.arguments) for step in path)
        whole = goal.model_copy(update={"actions": actions, "shares": ()})
        if path and not fails_when_idle(whole, self.setting, self._world):
            last = next((step for step in reversed(path) if not step.writes), path[-1])
            asked = {name: value for name, value in last.arguments.items() if not _is_prose(value)}
            return whole.model_copy(update={"calls": (Action(tool=last.tool, arguments=asked),)})
        return whole

    def _edges(self, goal: Goal, path: Sequence[Step]) -> list[tuple[int, int]]:
        told = words([goal.identity, *(task.known for task in goal.tasks)], self.names)
        return flows(path, self.names, told)

    def _difficulty(self, goal: Goal, path: Sequence[Step], plan: Plan) -> Difficulty:
        edges = self._edges(goal, path)
        declined = sum(self._wishes.kinds[kind] == "declined" for kind in plan.kinds)
        return Difficulty(
            writes=sum(step.writes for step in path),
            evidence=evidence(path, flows(path, self.names)),
            hops=hops(edges),
            hazards=declined + (plan.rule is not None),
        )

    def _policies(self, goal: Goal, plan: Plan) -> tuple[str, ...]:
        """Rules that guard a call of the path, and those that guard what its requests would take where they are declined."""
        called = {action.tool for action in goal.actions} | {tool for task in goal.tasks for tool in self._serving.get(task.skill, ())}
        guarding = [rule.id for rule in self.setting.policy.rules if rule.tools & called or (not rule.tools and self._writing & called)]
        return tuple(dict.fromkeys([*guarding, *([plan.rule] if plan.rule else ())]))

    def _faults(self, goal: Goal, rehearsed: Rehearsed, seed: int) -> list[Reason]:
        """Why it leads nowhere: the rehearsal failed, the path alone leads elsewhere, or doing nothing would do."""
        found = [
            Reason(code=f"rehearsal:{finding.partition(':')[0]}", place="goal", sentence=f"Rehearsed offline, it ended with {finding}.")
            for finding in rehearsed.verdict.findings
            if not rehearsed.verdict.accepted
        ]
        start = self._world.with_changes(goal.setup)
        gold = gold_world(start, goal, self.setting.toolset, seed=seed, now=self.setting.clock)
        if goal.checks:
            found += [
                Reason(code="not-met", place="goal.checks", sentence=f"After the gold path, {check.name} does not hold.")
                for check in unmet(goal.checks, gold, self.setting.checks)
            ]
        elif gold.digest != rehearsed.held.world.digest:
            found.append(Reason(code="leads-elsewhere", place="actions", sentence="Its calls alone lead elsewhere than the rehearsal."))
        if not fails_when_idle(goal, self.setting, self._world):
            found.append(Reason(code="idle-passes", place="goal", sentence="An assistant that does nothing would reach the goal."))
        return found

    # what was learned

    @cached_property
    def _surveyed(self) -> tuple[dict[str, set[str]], ToolGraph, dict[str, set[str]]]:
        """Kind -> tools, the tool graph, and skill -> tools that write: from a few rehearsals of each kind."""
        tools: dict[str, set[str]] = {kind: set() for kind in self._wishes.kinds}
        graph, serving = ToolGraph(self.setting.toolset, self.names), dict[str, set[str]]()
        for kind in self._wishes.named("writes", "reads"):
            rng, found = Random(f"{self._seed}/{self.setting.name}/survey/{kind}"), 0
            for _ in range(_ATTEMPTS * _SURVEYED):
                goal = self._wishes.draw(self._world, rng, (kind,), None) if found < _SURVEYED else None
                if goal is None:
                    continue
                found += 1
                path = rehearse(self.setting, self._world, goal, draw_persona(rng), rng.getrandbits(32)).path(self.setting)
                graph.add(path)
                tools[kind] |= {step.tool for step in path}
                for task in goal.tasks:
                    serving.setdefault(task.skill, set()).update(step.tool for step in path if step.writes)
        return tools, graph, serving

    @property
    def tools(self) -> Mapping[str, set[str]]:
        """Kind of wish -> tools that it takes."""
        return self._surveyed[0]

    @property
    def graph(self) -> ToolGraph:
        """Which tool feeds which."""
        return self._surveyed[1]

    @property
    def _serving(self) -> Mapping[str, set[str]]:
        return self._surveyed[2]

    @cached_property
    def _writing(self) -> set[str]:
        own = self.setting.user.tools if self.setting.user else {}
        return {name for name, tool in self.setting.toolset.items() if tool.writes and name not in own}


def names_of(base: Base) -> frozenset[str]:
    """Keys of a world's rows that name nothing else; words such as ``phone`` do."""
    return frozenset(key for rows in base.tables.values() for key in rows if not key.isalpha() or key.isupper())


def fails_when_idle(goal: Goal, setting: Setting, world: World) -> bool:
    """Whether an assistant that says nothing and does nothing misses the goal."""
    start = world.with_changes(goal.setup)
    if goal.calls or goal.outputs:
        return True
    if goal.checks:
        return any(True for _ in unmet(goal.checks, start, setting.checks))
    return gold_world(start, goal, setting.toolset, seed=0, now=setting.clock).digest != start.digest


def _is_prose(value: object) -> bool:
    return isinstance(value, str) and value.count(" ") > 2
