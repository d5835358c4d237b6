"""Necessity: without each gold write the world ends otherwise, and whoever does nothing fails."""

from collections.abc import Iterator, Mapping

from domain.blueprints.verifying.ground import Ground, Trace, at
from domain.blueprints.verifying.policy import broken_ids
from domain.goal import Assertion, Goal, unmet
from domain.values import compact
from domain.world import World
from events.blueprints import Reason


def necessity(ground: Ground) -> list[Reason]:
    """Gold writes that could as well be left out."""
    return [*_idle(ground), *_superfluous(ground)]


def idle_is_enough(goal: Goal, start: World, gold: World, assertions: Mapping[str, Assertion]) -> bool:
    """Whether whoever says nothing and does nothing reaches a goal.

    Args:
        gold: As the gold path leaves the world.
        assertions: The setting's, by name.
    """
    if goal.calls or goal.outputs:
        return False
    return not any(True for _ in unmet(goal.checks, start, assertions)) if goal.checks else start.digest == gold.digest


def _idle(ground: Ground) -> Iterator[Reason]:
    if not idle_is_enough(ground.goal, ground.start, ground.trace.world, ground.setting.checks):
        return
    sentence = "Whoever does nothing fulfils it: no row changes and nothing must be told; ask for a change, or expect an output."
    yield Reason(code="does-nothing", place="actions", sentence=sentence)


def _superfluous(ground: Ground) -> Iterator[Reason]:
    actions = ground.goal.actions
    own = ground.setting.user.tools if ground.setting.user and ground.goal.checks else {}  # how users get there is theirs
    for number in (number for number, action in enumerate(actions) if ground.writes(action) and action.tool not in own):
        if _ends_alike(ground, ground.go(actions, but=(number,))):
            action = actions[number]
            sentence = f"Without {action.tool} with {compact(action.arguments)} the world ends as with it; leave it out."
            yield Reason(code="superfluous", place=at(number), sentence=sentence)


def _ends_alike(ground: Ground, trace: Trace) -> bool:
    """Whether another path leads to what is asked for as well, and breaks no rule that the gold path keeps."""
    goal = ground.goal
    if not goal.checks:
        return trace.world.digest == ground.trace.world.digest
    if list(unmet(goal.checks, trace.world, ground.setting.checks)):
        return False
    called = [step.action.tool for step in trace.steps]
    return all(wanted.tool in called for wanted in goal.calls) and broken_ids(ground, trace) <= broken_ids(ground, ground.trace)
