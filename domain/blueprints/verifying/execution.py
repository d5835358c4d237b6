"""Execution: every call of the gold path is answered in a clean world, and what must hold in the end does."""

from collections.abc import Iterator
from itertools import combinations

from domain.blueprints.verifying.ground import Ground, Trace, TraceStep, at, stopped
from domain.goal import unmet
from domain.provenance.reading import leaves, normal
from domain.values import canonical, compact
from events.blueprints import Reason
from events.tools import ToolAnswered, ToolFaulted, ToolRefused

_UNKNOWN = ("not-found", "unknown-contact")
"""Codes of refusals of what does not exist."""
_MOST_AWAY = 3
"""Calls that are left out together."""


def execution(ground: Ground) -> list[Reason]:
    """Why the gold path cannot be gone; a call that only an earlier one of it stands in the way of is policy's.

    A look-up may be refused with what the user tells: it is the near miss that the instruction plans.
    """
    failed = [step for step in failing(ground) if not _is_planned(ground, step)]
    found = [_failed(step) for step in failed if not standing_in_the_way(ground, step.number)]
    return found or list(_unreached(ground))


def failing(ground: Ground) -> Iterator[TraceStep]:
    """Steps that were not answered."""
    return (step for step in ground.trace.steps if not isinstance(step.outcome, ToolAnswered))


def standing_in_the_way(ground: Ground, number: int) -> list[int]:
    """Earlier calls that change something, without each of which a refused one is answered; where it takes several to be away, the last."""
    earlier = [step.number for step in ground.trace.steps[:number] if ground.writes(step.action)]
    path = ground.goal.actions[: number + 1]
    for count in range(1, _MOST_AWAY + 1):
        away = [others for others in combinations(earlier, count) if _answers(ground.go(path, but=others), number)]
        if away:
            return list(dict.fromkeys(others[-1] for others in away))
    return []


def _is_planned(ground: Ground, step: TraceStep) -> bool:
    words = normal(ground.told)
    values = [normal(value) for _, value in leaves(step.action.arguments) if isinstance(value, str)]
    return isinstance(step.outcome, ToolRefused) and not ground.writes(step.action) and all(value in words for value in values)


def _answers(trace: Trace, number: int) -> bool:
    return any(step.number == number and isinstance(step.outcome, ToolAnswered) for step in trace.steps)


def _failed(step: TraceStep) -> Reason:
    outcome, place = step.outcome, at(step.number)
    shown = f"{step.action.tool} with {compact(step.action.arguments)}"
    if isinstance(outcome, ToolFaulted):
        return Reason(
            code=f"faulted:{outcome.kind}", place=place, sentence=f"{shown} breaks: {outcome.reason}; ask for what the world can take."
        )
    assert isinstance(outcome, ToolRefused)
    why = stopped(outcome.reason)
    if outcome.code in _UNKNOWN:
        return Reason(code="unknown-id", place=place, sentence=f"{shown} is refused: {why} Name what exists in the world.")
    sentence = f"{shown} is refused ({outcome.code}): {why} Leave the call out, or begin in a world that allows it."
    return Reason(code=f"refused:{outcome.code}", place=place, sentence=sentence)


def _unreached(ground: Ground) -> Iterator[Reason]:
    """What the goal asks for besides the path, and the path does not bring about."""
    goal, trace = ground.goal, ground.trace
    for check in unmet(goal.checks, trace.world, ground.setting.checks):
        sentence = f"After the gold path {check.name} with {compact(check.arguments)} is not {check.expected}; lead the path there."
        yield Reason(code="not-met", place=f"checks.{goal.checks.index(check)}", sentence=sentence)
    for number, wanted in enumerate(goal.calls):
        needed = {name: canonical(value) for name, value in wanted.arguments.items()}
        fitting = (step.action for step in trace.steps if step.action.tool == wanted.tool)
        if not any(needed.items() <= {name: canonical(value) for name, value in made.arguments.items()}.items() for made in fitting):
            yield Reason(code="not-called", place=f"calls.{number}", sentence=f"The gold path never calls {wanted.tool} so; add the call.")
