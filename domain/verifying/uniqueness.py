"""Uniqueness: what is asked for is one thing. Order is free where it does not matter, and no other row fits what the text says."""

import re
from collections.abc import Iterator
from itertools import pairwise

from domain.values import compact
from domain.verifying.ground import Ground, Trace, at
from domain.verifying.policy import broken_ids
from domain.verifying.rivals import rivals
from events.blueprints import Reason
from events.tools import ToolAnswered

_ORDERED = re.compile(r"\b(?:first|then|next|after(?:wards| that)?|once|before|finally|lastly)\b", re.IGNORECASE)
"""Words by which a text says in which order."""
_PREFERRED = re.compile(
    r"\b(?:earli|lat|cheap|fast|quick|short|larg|small|high|low|near|new|old|b)(?:i?est)\b|\b(?:most|least|best)\b", re.IGNORECASE
)
"""Words by which a text chooses between rows that fit it otherwise."""


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
    """Neighbouring writes that can be made in either order, to different ends, where the text does not say which."""
    actions = ground.goal.actions
    writes = [number for number, action in enumerate(actions) if ground.writes(action)]
    if _ORDERED.search(ground.goal.instruction):
        return
    reads = [number for number in range(len(actions)) if number not in writes]
    for one, other in pairwise(writes):
        swapped = [other if number == one else one if number == other else number for number in writes]
        if _leads_elsewhere(ground, ground.go(actions, order=[*reads, *swapped])):
            tools = f"{actions[one].tool} and {actions[other].tool}"
            sentence = f"{tools} lead to different ends in different orders, and the instruction does not say which comes first; say it."
            yield Reason(code="order-matters", place=at(other), sentence=sentence)


def _ambiguous(ground: Ground) -> Iterator[Reason]:
    if _PREFERRED.search(ground.goal.instruction):
        return
    for number in (number for number, action in enumerate(ground.goal.actions) if ground.writes(action)):
        fitting = (rival for rival in rivals(ground, number) if _leads_elsewhere(ground, ground.go(rival.actions)))
        rival = next(fitting, None)
        if rival is not None:
            both = f"{compact(rival.instead)} fits what the instruction says as well as {compact(rival.value)}"
            yield Reason(code="ambiguous", place=at(number, rival.parameter), sentence=f"{both}; say what tells them apart.")


def _leads_elsewhere(ground: Ground, other: Trace) -> bool:
    """Whether another path can be gone, breaks no rule that the gold path keeps, and ends otherwise."""
    answered = all(isinstance(step.outcome, ToolAnswered) for step in other.steps if ground.writes(step.action))
    if not answered or other.world.digest == ground.trace.world.digest:
        return False
    allowed = set(broken_ids(ground, ground.trace))
    return all(breach in allowed for breach in broken_ids(ground, other))
