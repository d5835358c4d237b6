"""Rehearsal: a conversation that rules held on a blueprint, with a user who knows no more than its text says.

It translates the instruction back: where the gold writes come out of it again, the instruction says all that they need, and
where one does not although nothing was missing, nobody asked for it (DiGiT-TC, back-translation).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.verifying.ground import Ground, at
from domain.blueprints.verifying.terms import known_from, lacking, speaking_of
from domain.conversation import Conversation
from domain.goal import Action, Goal, Task
from domain.values import canonical, compact
from domain.verdict import judge
from events.blueprints import Reason
from events.tools import ToolAnswered, ToolCalled

_STATE = ("state-differs", "not-met", "not-called")


class Unsaid(NamedTuple):
    """Something that the user is to know, and the text does not say."""

    task: int
    slot: str
    terms: tuple[str, ...]


class Rehearsal(NamedTuple):
    """What became of it."""

    held: Conversation
    unsaid: tuple[Unsaid, ...]


def unsaid(blueprint: Blueprint, clock: str) -> tuple[Unsaid, ...]:
    """What of a blueprint's tasks its text does not say."""
    goal = blueprint.goal
    told = known_from("\n".join([goal.instruction, *goal.identity.values()]), clock)
    every = ((number, slot, value) for number, task in enumerate(goal.tasks) for slot, value in task.known.items())
    return tuple(Unsaid(number, slot, tuple(missing)) for number, slot, value in every if (missing := lacking(value, told)))


def as_said(goal: Goal, missing: tuple[Unsaid, ...]) -> Goal:
    """The goal of a user who knows no more than the text says."""
    gone = {(one.task, one.slot) for one in missing}
    tasks = [
        Task(skill=task.skill, known={slot: value for slot, value in task.known.items() if (number, slot) not in gone})
        for number, task in enumerate(goal.tasks)
    ]
    return goal.model_copy(update={"tasks": tuple(tasks)})


def rederived(ground: Ground, rehearsal: Rehearsal) -> list[Reason]:
    """Why the instruction does not lead to the gold state; a call that nobody asks for is necessity's."""
    verdict = judge(rehearsal.held, ground.goal, ground.trace.world, ground.setting.checks)
    if verdict.accepted or _undemanded(ground, rehearsal):
        return []
    goal = ground.goal
    if rehearsal.unsaid:
        return [_lacks(one, goal.tasks[one.task]) for one in rehearsal.unsaid]
    found = "; ".join(finding for finding in verdict.findings if not finding.startswith(("recovered", "slipped")))
    sentence = f"Held by rules, the instruction leads elsewhere than the gold path ({found}); let both say the same."
    return [Reason(code="not-rederived", place="instruction", sentence=sentence)]


def asked_for(ground: Ground, rehearsal: Rehearsal, reasons: Sequence[Reason]) -> list[Reason]:
    """Those of the reasons that are not about a call which nobody asks for, or a look-up that only such a call may need."""
    beside = {number for number, _ in _undemanded(ground, rehearsal)} if reasons else set()
    if not beside:
        return list(reasons)
    made = {_key(event.tool, event.arguments) for event in rehearsal.held.history if isinstance(event, ToolCalled)}
    looked = ((number, action) for number, action in enumerate(ground.goal.actions) if not ground.writes(action))
    beside |= {number for number, action in looked if _key(action.tool, action.arguments) not in made}
    return [reason for reason in reasons if not reason.place.startswith(tuple(f"{at(number)}." for number in beside))]


def demanded(ground: Ground, rehearsal: Rehearsal) -> list[Reason]:
    """Gold writes that nobody asks for."""
    return [
        Reason(
            code="not-demanded",
            place=at(number),
            sentence=f"Nothing in the instruction asks for {action.tool} with {compact(action.arguments)}; ask for it, or leave it out.",
        )
        for number, action in _undemanded(ground, rehearsal)
    ]


def _lacks(one: Unsaid, task: Task) -> Reason:
    what = f"{one.slot.replace('_', ' ')} {task.known[one.slot]!r}"
    sentence = f"The instruction does not say the {what} (it lacks {', '.join(one.terms)}), which {task.skill} needs; say it."
    return Reason(code="unsaid", place=f"tasks.{one.task}.known.{one.slot}", sentence=sentence)


def _undemanded(ground: Ground, rehearsal: Rehearsal) -> list[tuple[int, Action]]:
    """Gold writes that were not made again, and that no task speaks of or that a conversation went well without."""
    made = {_key(call.tool, call.arguments) for call in _made(rehearsal.held)}
    gold = [(step.number, step.action) for step in ground.trace.steps if ground.writes(step.action)]
    missing = [(number, action) for number, action in gold if _key(action.tool, action.arguments) not in made]
    if not missing or made - {_key(action.tool, action.arguments) for _, action in gold}:
        return []
    if not rehearsal.unsaid and _went_well(ground, rehearsal.held):
        return missing
    return [(number, action) for number, action in missing if not speaking_of(ground.goal, action)]


def _went_well(ground: Ground, held: Conversation) -> bool:
    """Whether it came to a good end, with all told: its user, who knew all that they were to know, got all that they asked for."""
    verdict = judge(held, ground.goal, ground.trace.world, ground.setting.checks)
    return all(finding.startswith(_STATE) for finding in verdict.findings)


def _made(held: Conversation) -> Iterator[ToolCalled]:
    """Calls that changed the world."""
    changed = {event.call_id for event in held.history if isinstance(event, ToolAnswered) and event.changes}
    return (event for event in held.history if isinstance(event, ToolCalled) and event.call_id in changed)


def _key(tool: str, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
    return tool, canonical(dict(arguments))
