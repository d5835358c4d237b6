"""Editing: one event of a step written otherwise, and what the whole step comes to then.

A step is what was recorded by one append. It is decided anew from the state before it, so that nothing can be edited into a
history that could not have happened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain.agents import Delegate
from domain.conversation import CallTools, Conversation, Speak, Wanted, decide
from domain.errors import SettingError, WorldError
from domain.outcome import Environment
from domain.policy import Memory
from domain.values import plain
from events.base import Event
from events.conversation import AssistantSpoke, ModelReplied, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

EDIT = "edit"
"""Stands where a model's name stands, on a step that was written by an edit."""
KIND = "event"
"""In an edit, the name of the event that a tool's outcome becomes."""
_OUTCOMES: dict[str, type[Event]] = {"tool-answered": ToolAnswered, "tool-refused": ToolRefused, "tool-faulted": ToolFaulted}
Outcome = ToolAnswered | ToolRefused | ToolFaulted
_SPOKEN = {"content": str, "reasoning": str}
_CALLED = {"tool": str, "arguments": dict, **_SPOKEN}


@dataclass(frozen=True)
class Appended:
    """One append, and the state before it."""

    before: Conversation
    memory: Memory
    events: Sequence[Event]


def edited(step: Appended, number: int, edit: Mapping[str, Any], environment: Environment) -> list[Event]:
    """The step with one of its events written otherwise.

    Args:
        number: Of the event in the step, counted from 0.
        edit: Fields and what they are to be; with ``event`` (``tool-answered``, ``tool-refused``, ``tool-faulted``)
            an outcome becomes another kind of outcome.

    Raises:
        SettingError: The event cannot be edited, or not so; it says what can.
    """
    event = step.events[number]
    try:
        match event:
            case UserSpoke() | AssistantSpoke():
                _check(event, edit, _SPOKEN)
                via = ModelReplied(agent=event.agent, model=EDIT)
                reasoning = edit.get("reasoning", getattr(event, "reasoning", None))
                return decide(step.before, Speak(event.agent, edit.get("content", event.content), reasoning, via), environment, step.memory)
            case ToolCalled():
                _check(event, edit, _CALLED)
                return decide(step.before, _calls(step, event, edit), environment, step.memory)
            case ToolAnswered() | ToolRefused() | ToolFaulted():
                return [_outcome(step.before, event, edit, environment)]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise SettingError(f"{event.TOPIC}: {'.'.join(map(str, first['loc']))}: {first['msg']}; edit it otherwise") from error
    raise SettingError(f"a {event.TOPIC} cannot be edited; edit what somebody said, a tool call or its outcome")


def _check(event: Event, edit: Mapping[str, Any], fields: Mapping[str, type]) -> None:
    for name, value in edit.items():
        if name not in fields or name not in type(event).model_fields:
            there = ", ".join(field for field in fields if field in type(event).model_fields)
            raise SettingError(f"a {event.TOPIC} has no {name!r} that could be edited; there is {there}")
        if not isinstance(value, fields[name]) and not (value is None and name == "reasoning"):
            raise SettingError(f"{event.TOPIC}: {name} is to be {value!r}, which is no {fields[name].__name__}")


def _calls(step: Appended, edit_of: ToolCalled, edit: Mapping[str, Any]) -> CallTools:
    """All calls of the step, one of them otherwise; what was said beside them stands on the first."""
    calls = [event for event in step.events if isinstance(event, ToolCalled)]
    wanted = [Wanted(call.tool, call.arguments, call.call_id) for call in calls]
    place = calls.index(edit_of)
    wanted[place] = Wanted(edit.get("tool", edit_of.tool), edit.get("arguments", edit_of.arguments), edit_of.call_id)
    content, reasoning = edit.get("content", calls[0].content), edit.get("reasoning", calls[0].reasoning)
    return CallTools(edit_of.agent, wanted, content, reasoning, ModelReplied(agent=edit_of.agent, model=EDIT))


def _outcome(state: Conversation, event: Outcome, edit: Mapping[str, Any], environment: Environment) -> Event:
    call = next((call for call in state.waiting if call.call_id == event.call_id), None)
    if call is None or isinstance(environment.at(call.agent).toolset.get(call.tool), Delegate):
        raise SettingError(f"{event.call_id} was answered by a sub-agent; edit what the sub-agent said")
    kind = edit.get(KIND, event.TOPIC.partition(".")[0])
    if kind not in _OUTCOMES:
        raise SettingError(f"an outcome cannot become {kind!r}; there are {', '.join(_OUTCOMES)}")
    same = _OUTCOMES[kind] is type(event)
    fields = event.model_dump(exclude={"world"}) if same else {"agent": event.agent, "call_id": event.call_id}
    fields |= {name: plain(value) for name, value in edit.items() if name != KIND}
    new = _OUTCOMES[kind].model_validate(fields)
    if not isinstance(new, ToolAnswered) or not new.changes:
        return new
    try:
        after = state.world.with_changes(new.changes)
        environment.schema.check(after, new.changes)
    except WorldError as error:
        raise SettingError(f"the outcome of {event.call_id} cannot change the world so: {error}") from error
    return new.model_copy(update={"world": after.digest})
