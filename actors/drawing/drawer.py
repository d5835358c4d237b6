"""The drawer: from a number to a blueprint, by seed and number alone."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from random import Random
from typing import NamedTuple

from actors.drawing.rehearsal import Rehearsed, rehearse
from actors.drawing.samplers import WEIGHTS, Plan, Samplers
from actors.drawing.survey import Survey
from domain.blueprints.authoring import instruct
from domain.blueprints.blueprint import Blueprint, Difficulty
from domain.blueprints.toolgraph import Answered, evidence, flows, form, hops, words
from domain.blueprints.verifying.necessity import idle_is_enough
from domain.errors import SettingError
from domain.goal import Action, Goal, gold_world, unmet
from domain.persona.sampling import draw_persona
from domain.setting import Setting
from domain.wishes import Wishes
from domain.world import Base, World
from events.blueprints import Reason

_ATTEMPTS = 12
"""Plans that are tried for one number, until the world has what one needs."""
_CHOICES = 16
"""Goals that are drawn for wishes that are to be close, of which the closest is taken: far cheaper than one rehearsal."""


class Drawn(NamedTuple):
    """One drawing: a blueprint, and why it cannot be held, if it cannot."""

    number: int
    blueprint: Blueprint
    sampler: str
    path: tuple[Answered, ...]
    reasons: tuple[Reason, ...] = ()


class Drawer:
    """Draws blueprints of one setting.

    Args:
        base: Its world.
        seed: With the number, decides each drawing.
        weights: Sampler -> how often it is asked.

    Raises:
        SettingError: The setting does not say what people can want, or there is no such sampler.
    """

    def __init__(self, setting: Setting, base: Base, seed: int, weights: Mapping[str, float] = WEIGHTS) -> None:
        if setting.wishes is None:
            raise SettingError(f"setting {setting.name!r} offers no WISHES in goals.py, so no blueprints can be drawn of it")
        self.setting, self._seed = setting, seed
        self._wishes: Wishes = setting.wishes
        self._world = World(base)
        self.survey = Survey(setting, self._wishes, base, seed)
        self._samplers = Samplers(self._wishes, self.survey, setting.schema, self._seed_of, weights)
        own = setting.user.tools if setting.user else {}
        self._writing = {name for name, tool in setting.toolset.items() if tool.writes and name not in own}

    def draw(self, number: int) -> Drawn | None:
        """One drawing; None where nothing that was tried fits the world."""
        rng = Random(self._seed_of(number))
        sampler = self._samplers.sampler(rng)
        for attempt in range(_ATTEMPTS):
            plan = self._samplers.plan(sampler, number + attempt, rng)  # whose turn it is may be what does not fit
            if plan is None:
                continue
            goal = self._goal(plan, rng)
            if goal is not None:
                return self._realised(number, sampler, plan, goal, rng)
        return None

    def _goal(self, plan: Plan, rng: Random) -> Goal | None:
        """A goal of all that is planned; of several, where its wishes are to be close, the one about the fewest things."""
        world = self._world.with_changes(plan.changes)
        choices = _CHOICES if plan.close and len(plan.kinds) > 1 else 1
        drawn = [self._wishes.draw(world, rng, plan.kinds, plan.who, plan.about) for _ in range(choices)]
        goals = [goal for goal in drawn if goal is not None]
        return min(goals, key=lambda goal: len(self.survey.things(goal)), default=None)

    def _seed_of(self, number: int) -> int:
        return int.from_bytes(blake2b(f"{self._seed}/{self.setting.name}/blueprint/{number}".encode(), digest_size=6).digest())

    def _realised(self, number: int, sampler: str, plan: Plan, goal: Goal, rng: Random) -> Drawn:
        seed = self._seed_of(number)
        persona = plan.persona or draw_persona(rng, self.setting.kind_of(goal))
        goal = goal.model_copy(update={"id": f"{self.setting.name}-{seed:012x}", "setup": (*plan.changes, *goal.setup)})
        goal = goal.model_copy(update={"instruction": instruct(goal, persona, self.setting.phrases, rng)})
        rehearsed = rehearse(self.setting, self._world, goal, persona, seed)
        path = rehearsed.path(self.setting)
        goal = self._with_path(goal, path, rehearsed.held.world)
        told = words([goal.identity, *(task.known for task in goal.tasks)], self.survey.names)
        edges = flows(path, self.survey.names, told)
        blueprint = Blueprint(
            setting=self.setting.name,
            world=self._world.digest,
            seed=seed,
            shape=plan.shape or form(edges),
            persona=persona,
            goal=goal,
            policies=self._policies(goal, plan),
            difficulty=Difficulty(
                writes=sum(step.writes for step in path),
                evidence=evidence(path, flows(path, self.survey.names)),
                hops=hops(edges),
                hazards=plan.hazards + sum(self._wishes.kinds[kind] == "declined" for kind in plan.kinds),
            ),
        )
        return Drawn(number, blueprint, sampler, tuple(path), tuple(self._faults(blueprint, rehearsed)))

    def _with_path(self, goal: Goal, path: Sequence[Answered], end: World) -> Goal:
        """The goal with all calls of the path; where neither world nor words would tell, with the look-up that must have been made."""
        actions = tuple(Action(tool=step.tool, arguments=step.arguments) for step in path)
        whole = goal.model_copy(update={"actions": actions, "shares": ()})
        if path and idle_is_enough(whole, self._world.with_changes(goal.setup), end, self.setting.checks):
            last = next((step for step in reversed(path) if not step.writes), path[-1])
            asked = {name: value for name, value in last.arguments.items() if not _is_prose(value)}
            return whole.model_copy(update={"calls": (Action(tool=last.tool, arguments=asked),)})
        return whole

    def _policies(self, goal: Goal, plan: Plan) -> tuple[str, ...]:
        """Rules that guard a call of the path, and those that guard what its requests would take where they are declined."""
        serving = self.survey.found.serving
        called = {action.tool for action in goal.actions} | {tool for task in goal.tasks for tool in serving.get(task.skill, ())}
        guarding = [rule.id for rule in self.setting.policy.rules if rule.tools & called or (not rule.tools and self._writing & called)]
        return tuple(dict.fromkeys([*guarding, *([plan.rule] if plan.rule else ())]))

    def _faults(self, blueprint: Blueprint, rehearsed: Rehearsed) -> list[Reason]:
        """Why it leads nowhere: the rehearsal failed, or the path alone leads elsewhere."""
        goal, verdict = blueprint.goal, rehearsed.verdict
        found = [
            Reason(code=f"rehearsal:{finding.partition(':')[0]}", place="goal", sentence=f"Rehearsed offline, it ended with {finding}.")
            for finding in (() if verdict.accepted else verdict.findings)
        ]
        gold = gold_world(self._world.with_changes(goal.setup), goal, self.setting.toolset, seed=blueprint.seed, now=self.setting.clock)
        found += [
            Reason(code="not-met", place="goal.checks", sentence=f"After the gold path, {check.name} does not hold.")
            for check in unmet(goal.checks, gold, self.setting.checks)
        ]
        if not goal.checks and gold.digest != rehearsed.held.world.digest:
            found.append(Reason(code="leads-elsewhere", place="actions", sentence="Its calls alone lead elsewhere than the rehearsal."))
        return found


def _is_prose(value: object) -> bool:
    return isinstance(value, str) and value.count(" ") > 2
