"""Uniqueness: what is asked for is one thing. Order is free where it does not matter, and no other row fits what the text says."""

import re
from collections.abc import Iterator
from itertools import pairwise

from domain.blueprints.verifying.ground import Ground, Trace, at
from domain.blueprints.verifying.policy import broken_ids
from domain.blueprints.verifying.rivals import rivals
from domain.blueprints.verifying.terms import speaking_of
from domain.goal import Action, Task
from domain.provenance.reading import normal
from domain.values import compact
from events.blueprints import Reason
from events.tools import ToolAnswered

_PREFERRED = re.compile(
    r"\b(?:earli|lat|cheap|fast|quick|short|larg|small|high|low|near|new|old|b)(?:i?est)\b|\b(?:most|least|best)\b", re.IGNORECASE
)
"""Words by which somebody chooses between rows that fit otherwise."""


def uniqueness(ground: Ground) -> list[Reason]:
    """Other ends that what is asked for could have as well."""
    if ground.goal.checks:  # whatever meets them will do
        return []
    return [*_unexpecting(ground), *_order(ground), *_ambiguous(ground)]


def _unexpecting(ground: Ground) -> Iterator[Reason]:
    """Where nothing is changed, only what must be told says what is right."""
    goal = ground.goal
    if not goal.outputs and not goal.calls and not any(ground.writes(action) for action in goal.actions):
        yield Reason(code="no-outputs", place="outputs", sentence="Nothing changes and nothing is expected; say what must be told.")


def _order(ground: Ground) -> Iterator[Reason]:
    """Neighbouring writes that can be made in either order, to different ends, where it is not asked for one after the other."""
    actions = ground.goal.actions
    writes = [number for number, action in enumerate(actions) if ground.writes(action)]
    reads = [number for number in range(len(actions)) if number not in writes]
    for one, other in pairwise(writes):
        swapped = [other if number == one else one if number == other else number for number in writes]
        if not _one_after_another(ground, actions[one], actions[other]) and _leads_elsewhere(
            ground, ground.go(actions, order=[*reads, *swapped])
        ):
            tools = f"{actions[one].tool} and {actions[other].tool}"
            sentence = f"{tools} lead to different ends in different orders; let them be two requests, and ask for them in their order."
            yield Reason(code="order-matters", place=at(other), sentence=sentence)


def _one_after_another(ground: Ground, one: Action, other: Action) -> bool:
    """Whether two calls serve two tasks, and the text brings these up in their order."""
    text, tasks = normal(ground.goal.instruction), ground.goal.tasks
    pairs = [(tasks[first], tasks[second]) for first in _served(ground, one) for second in _served(ground, other) if first < second]
    return any(_brings_up(text, first, second) for first, second in pairs)


def _served(ground: Ground, action: Action) -> list[int]:
    """Numbers of the tasks that a call can serve: those that speak of it, and those that speak of no write, whose values look-ups give."""
    goal = ground.goal
    spoken = {number for write in goal.actions if ground.writes(write) for number in speaking_of(goal, write)}
    mine = speaking_of(goal, action)
    return [number for number in range(len(goal.tasks)) if number in mine or number not in spoken]


def _brings_up(text: str, first: Task, second: Task) -> bool:
    """Whether a text does not say all that only the second task knows before all that only the first does."""
    firsts = [text.find(value) for value in _own(first, second) if value in text]
    seconds = [text.rfind(value) for value in _own(second, first) if value in text]
    return not firsts or not seconds or min(firsts) <= max(seconds)


def _own(task: Task, other: Task) -> list[str]:
    return [normal(value) for value in task.known.values() if value not in other.known.values()]


def _ambiguous(ground: Ground) -> Iterator[Reason]:
    for number, action in enumerate(ground.goal.actions):
        if not ground.writes(action) or _is_chosen(ground, action):
            continue
        fitting = (rival for rival in rivals(ground, number) if _leads_elsewhere(ground, ground.go(rival.actions)))
        rival = next(fitting, None)
        if rival is not None:
            both = f"{compact(rival.instead)} fits what the instruction says as well as {compact(rival.value)}"
            yield Reason(code="ambiguous", place=at(number, rival.parameter), sentence=f"{both}; say what tells them apart.")


def _is_chosen(ground: Ground, action: Action) -> bool:
    """Whether a task that a call serves says which row to take, such as the cheapest."""
    known = (value for number in _served(ground, action) for value in ground.goal.tasks[number].known.values())
    return any(map(_PREFERRED.search, known))


def _leads_elsewhere(ground: Ground, other: Trace) -> bool:
    """Whether another path can be gone, breaks no rule that the gold path keeps, and ends otherwise."""
    answered = all(isinstance(step.outcome, ToolAnswered) for step in other.steps if ground.writes(step.action))
    if not answered or other.world.digest == ground.trace.world.digest:
        return False
    allowed = set(broken_ids(ground, ground.trace))
    return all(breach in allowed for breach in broken_ids(ground, other))
