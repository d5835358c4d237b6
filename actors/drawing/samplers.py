"""The five samplers (APIGen-MT, section 3.1): each plans what is to be wanted, by whom, and what is different in the world then."""

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from math import isfinite
from random import Random
from typing import NamedTuple

from actors.drawing.survey import Survey
from domain.blueprints.blueprint import Shape
from domain.blueprints.distracting import distractor
from domain.errors import SettingError
from domain.persona.sampling import draw_persona
from domain.persona.traits import Persona
from domain.schema import Schema
from domain.wishes import Wishes
from events.tools import Change

SAMPLERS = ("graph", "policy", "data", "persona", "example")
WEIGHTS: Mapping[str, float] = {"graph": 0.4, "policy": 0.2, "data": 0.15, "persona": 0.15, "example": 0.1}
"""Sampler -> how often it is asked."""
_LENGTHS = (1, 2, 3, 4), (25, 40, 25, 10)
"""How many wishes, and how often."""
_WALKED = (2, 3, 4), (65, 25, 10)
"""How many on a walk over the tool graph, and how often: one alone feeds nothing."""
_FAR = 0.4
"""Share of plans for a rule that are not at its brink, but well over."""
_STRANGE = 0.3
"""Share of steps of a walk that the graph does not ask for."""
_MOST_DISTRACTORS = 2


class Plan(NamedTuple):
    """What is to be wanted."""

    kinds: tuple[str, ...]
    who: str | None = None
    shape: Shape | None = None
    """None where the path will say."""
    persona: Persona | None = None
    """None where anybody will do."""
    changes: tuple[Change, ...] = ()
    """What is different in the world."""
    rule: str | None = None
    about: frozenset[str] = frozenset()
    """Keys of rows that are taken first."""
    hazards: int = 0
    """Brinks and distractors."""
    close: bool = False
    """Whether its wishes are to be about the same things."""


class Samplers:
    """Plans of one setting.

    Args:
        seed_of: Number of a drawing -> its seed.
        weights: Sampler -> how often it is asked.

    Raises:
        SettingError: There is no such sampler, or none has a weight.
    """

    def __init__(self, wishes: Wishes, survey: Survey, schema: Schema, seed_of: Callable[[int], int], weights: Mapping[str, float]) -> None:
        unknown = sorted(weights.keys() - set(SAMPLERS))
        if unknown:
            raise SettingError(f"there is no sampler {unknown[0]!r}; there are {', '.join(SAMPLERS)}")
        if not any(weights.values()) or min(weights.values()) < 0 or not all(map(isfinite, weights.values())):
            raise SettingError(f"samplers need weights of 0 or more, and one of them above it; there are {', '.join(SAMPLERS)}")
        self._wishes, self._survey, self._schema, self._seed_of = wishes, survey, schema, seed_of
        self._weights = [weights.get(name, 0.0) for name in SAMPLERS]
        self._people = list(wishes.people(survey.world))

    def sampler(self, rng: Random) -> str:
        """One of them, by weight."""
        return rng.choices(SAMPLERS, self._weights)[0]

    def plan(self, sampler: str, number: int, rng: Random) -> Plan | None:
        """What one of them plans; None where the world has nothing for it, and another attempt may find something."""
        match sampler:
            case "policy":
                return self._at_a_brink(rng)
            case "data":
                return self._of_rows(number, rng)
            case "persona":
                persona = draw_persona(rng, sampler="coverage", index=number, seed=str(self._seed_of(0)))
                return Plan(self._kinds(rng, 1 + round(3 * persona["patience"] * rng.random())), persona=persona)
            case "example" if number:
                example = rng.randrange(number)
                return Plan(self._walk(example, Random(self._seed_of(example))), shape="example", close=True)
            case _:
                return Plan(self._walk(number, rng), close=True)

    def _of_rows(self, number: int, rng: Random) -> Plan:
        """Somebody, everybody in their turn, who has more than what is asked for."""
        who, world = self._people[number % len(self._people)], self._survey.world
        changes: tuple[Change, ...] = ()
        found = 0
        for _ in range(rng.randint(1, _MOST_DISTRACTORS)):
            more = distractor(world, self._schema, who, rng)
            world, changes, found = world.with_changes(more), (*changes, *more), found + bool(more)
        return Plan(self._kinds(rng), who, changes=changes, hazards=found)

    def _at_a_brink(self, rng: Random) -> Plan | None:
        """One step from a rule's edge, on either side of it; or well over."""
        names = list(self._wishes.brinks)
        if not names or rng.random() < _FAR:
            some = self._kinds(rng, rng.choice((0, 1, 1)), (rng.choice(self._wishes.named("declined")),))
            kinds = tuple(rng.sample(some, len(some)))
            return Plan(kinds, shape="policy") if self._wishes.fits(kinds) else None
        brink = self._wishes.brinks[rng.choice(names)](self._survey.world, rng)
        if brink is None:
            return None
        kinds = self._kinds(rng, rng.choice((0, 0, 1)), (brink.kind,))
        return Plan(kinds, brink.who, "policy", None, brink.changes, brink.rule, brink.about, hazards=1)

    def _walk(self, number: int, rng: Random) -> tuple[str, ...]:
        """A walk over the tool graph: each wish takes tools that those of the one before feed. Of its first steps all have their turn."""
        tools, graph = self._survey.found.tools, self._survey.found.graph
        count = rng.choices(*_WALKED)[0]
        walk = self._steps[number % len(self._steps)] if self._steps else self._with(rng, ())
        for _ in range(count - len(walk)):
            fed = graph.fed_by(tools[walk[-1]])
            near = None if rng.random() < _STRANGE else [kind for kind in tools if not fed.isdisjoint(tools[kind])]
            walk = self._with(rng, walk, near)
        return walk

    @cached_property
    def _steps(self) -> list[tuple[str, ...]]:
        """Two kinds that go together, of which one takes tools that those of the other feed; in no order."""
        tools, graph = self._survey.found.tools, self._survey.found.graph
        kinds = self._wishes.named("writes", "reads")
        steps = [(one, other) for one in kinds for other in kinds if self._wishes.fits((one, other))]
        near = [step for step in steps if not graph.fed_by(tools[step[0]]).isdisjoint(tools[step[1]])]
        return Random(self._seed_of(0)).sample(near, len(near))

    def _kinds(self, rng: Random, count: int | None = None, first: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Kinds of wishes that go together, as many that read as that write."""
        kinds = first
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
