"""Blame: the first event from which on a conversation could no longer do what its goal asks, found from the log alone.

In this order: where the user is at fault, what they told wrong; an effect that led away from the goal's final state; a call
that came to nothing and was never put right; the message with which a wanted change, or something that the user had to be
told, was passed over; else the agent's last step. What was planted in a conversation is not looked at.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from domain.agents import ASSISTANT
from domain.conversation import SUBAGENT
from domain.faults import KINDS
from domain.goal import Action, Goal, told
from domain.policy import agrees
from domain.provenance.deriving import derive_text, missing
from domain.provenance.known import Known
from domain.provenance.origins import Origins
from domain.provenance.reading import is_telling, leaves, normal
from domain.simulated import SIMULATION
from domain.team import kind_of
from domain.tools import Toolset
from domain.values import canonical
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, Party, UserSlipped, UserSpoke
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

EFFECT, REFUSED, FAULTED, GIVEN_UP = "effect", "refused", "faulted", "given-up"
OMITTED, UNTOLD, SLIPPED, LAST = "omitted", "untold", "user-slipped", "last-step"
KINDS_OF_BLAME = (SLIPPED, EFFECT, REFUSED, FAULTED, GIVEN_UP, OMITTED, UNTOLD, LAST)
_ABSENT = object()


class Blame(NamedTuple):
    """The first bad event."""

    position: int
    """Of what an agent did, counted from 1: a call and not its outcome, so that it can be done otherwise."""
    agent: str
    kind: str
    """One of ``KINDS_OF_BLAME``."""
    what: str
    """``table.key.field`` of an effect, code of a refusal, kind of a fault, tool of what was omitted, text that was not told."""


class Failed(NamedTuple):
    """A conversation that was not accepted, and what it should have come to."""

    events: Sequence[Event]
    start: World
    gold: World
    """As the goal's actions leave it."""
    goal: Goal
    toolset: Toolset
    """All tools of all agents."""
    origins: Callable[[], Origins] = Origins
    """What its agents knew before it began."""
    fault: Party | None = None
    """Whose fault it is, by the verdict."""


def first_bad(failed: Failed) -> Blame:
    """The first bad event of a conversation that was not accepted."""
    found = _slip(failed) or _effect(failed) or _came_to_nothing(failed)
    if found is None:
        passed_over = [*_omitted(failed), *_untold(failed)]
        found = min(passed_over, key=lambda blame: blame.position, default=None)
    return found or _last_step(failed.events)


def _calls(events: Sequence[Event]) -> dict[str, tuple[int, ToolCalled]]:
    return {event.call_id: (position, event) for position, event in enumerate(events, 1) if isinstance(event, ToolCalled)}


def _key(tool: str, arguments: Mapping[str, Any]) -> tuple[str, bytes]:
    return tool, canonical(arguments)


def _wanted(goal: Goal) -> Counter[tuple[str, bytes]]:
    return Counter(_key(action.tool, action.arguments) for action in goal.actions)


# an effect that leads away


def _effect(failed: Failed) -> Blame | None:
    """The first change to something that is not as the goal wants it, and stayed so to the end; one of the goal's own calls is none."""
    end = failed.start
    for event in failed.events:
        end = end.evolve(event)
    world, calls, wanted = failed.start, _calls(failed.events), _wanted(failed.goal)
    for event in failed.events:
        world = world.evolve(event)
        if not isinstance(event, ToolAnswered) or not event.changes:
            continue
        position, called = calls[event.call_id]
        if wanted[_key(called.tool, called.arguments)] > 0:
            wanted[_key(called.tool, called.arguments)] -= 1
            continue
        for change in event.changes:
            right = _at(failed.gold, change)
            if right not in (_at(world, change), _at(end, change)):
                place = ".".join(part for part in (change.table, change.key, change.field) if part)
                return Blame(position, called.agent, EFFECT, place)
    return None


def _at(world: World, change: Change) -> Any:
    row = world.row(change.table, change.key)
    if row is None:
        return _ABSENT
    return row if change.field is None else row.get(change.field, _ABSENT)


# the user


def _slip(failed: Failed) -> Blame | None:
    """Where the user was wrong, and that was why."""
    if failed.fault != "user":
        return None
    slips = ((position, event) for position, event in enumerate(failed.events, 1) if isinstance(event, UserSlipped))
    return next((Blame(position, event.agent, SLIPPED, event.kind) for position, event in slips), None)


# a call that came to nothing


def _came_to_nothing(failed: Failed) -> Blame | None:
    """The first call that was refused or broke, was none of the goal's, and whose tool was not answered later to the same kind of agent."""
    calls, wanted = _calls(failed.events), _wanted(failed.goal)
    for number, event in enumerate(failed.events):
        if not isinstance(event, ToolRefused | ToolFaulted) or event.call_id not in calls:
            continue
        position, called = calls[event.call_id]
        later = failed.events[number + 1 :]
        if isinstance(event, ToolRefused):
            if not wanted[_key(called.tool, called.arguments)] and not _put_right(called, later, calls):
                return Blame(position, called.agent, REFUSED, event.code)
        elif event.kind not in (*KINDS, SIMULATION, SUBAGENT):
            if not _put_right(called, later, calls):
                return Blame(position, called.agent, FAULTED, event.kind)
        elif not _put_right(called, later, calls):
            step = _next_step(failed.events, number + 1, called.agent)
            if step is not None:
                return Blame(step, called.agent, GIVEN_UP, event.kind)
    return None


def _put_right(called: ToolCalled, later: Sequence[Event], calls: Mapping[str, tuple[int, ToolCalled]]) -> bool:
    again = (calls[event.call_id][1] for event in later if isinstance(event, ToolAnswered) and event.call_id in calls)
    return any((kind_of(call.agent), call.tool) == (kind_of(called.agent), called.tool) for call in again)


def _next_step(events: Sequence[Event], after: int, agent: str) -> int | None:
    return next((position for position, event in enumerate(events, 1) if position > after and _is_step(event, agent)), None)


def _is_step(event: Event, agent: str) -> bool:
    return isinstance(event, ToolCalled | AssistantSpoke) and event.agent == agent


# what was passed over


def _omitted(failed: Failed) -> Iterator[Blame]:
    """Changes that the goal wants and nobody made: each at the message that came instead of it."""
    calls, done = _calls(failed.events), Counter[tuple[str, bytes]]()
    for event in failed.events:
        if isinstance(event, ToolAnswered | ToolRefused) and event.call_id in calls:
            called = calls[event.call_id][1]
            done[_key(called.tool, called.arguments)] += 1
    for action in failed.goal.actions:
        key, tool = _key(action.tool, action.arguments), failed.toolset.get(action.tool)
        if done[key] > 0:
            done[key] -= 1
        elif tool is not None and tool.writes:
            position = _instead(failed.events, action) or _last_message(failed.events)
            if position is not None:
                yield Blame(position, ASSISTANT, OMITTED, action.tool)


def _instead(events: Sequence[Event], action: Action) -> int | None:
    """The message that answers the user's yes to an offer of an action, where no call came of it."""
    values = {normal(str(value)) for _, value in leaves(action.arguments) if isinstance(value, str) and is_telling(value)}
    offered = agreed = False
    for position, event in enumerate(events, 1):
        if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT:
            if agreed:
                return position
            said = normal(event.content)
            offered = any(value in said for value in values)
        elif isinstance(event, UserSpoke):
            agreed = offered and agrees(event.content)
        elif isinstance(event, ToolAnswered) and event.changes:
            agreed = False
    return None


def _untold(failed: Failed) -> Iterator[Blame]:
    """What the user had to be told: at the first message with a value from nowhere, else at the first that could have told it."""
    messages = [event.content for event in failed.events if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT]
    for output in told(failed.goal.outputs, "\n".join(messages)):
        position = _without(failed, output) or _last_message(failed.events)
        if position is not None:
            yield Blame(position, ASSISTANT, UNTOLD, output)


def _without(failed: Failed, output: str) -> int | None:
    origins, could = failed.origins(), None
    for position, event in enumerate(failed.events, 1):
        origins.observe(position, event)
        if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT:
            known = origins.known(ASSISTANT)
            if missing(event.content, known):
                return position
            if could is None and _is_known(output, known):
                could = position
    return could


def _is_known(output: str, known: Known) -> bool:
    return known.find(output) is not None or derive_text(output, known) is not None


# nothing of all that


def _last_message(events: Sequence[Event]) -> int | None:
    spoken = (position for position, event in enumerate(events, 1) if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT)
    return max(spoken, default=None)


def _last_step(events: Sequence[Event]) -> Blame:
    """The assistant's; where it never had one, whatever came first."""
    steps = [position for position, event in enumerate(events, 1) if _is_step(event, ASSISTANT)]
    return Blame(steps[-1] if steps else 2, ASSISTANT, LAST, "")
