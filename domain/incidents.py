"""What a conversation can tell beside its verdict: what failed on the way without ending it, and what its replies took."""

from collections.abc import Iterable

from domain.conversation import SUBAGENT
from domain.team import kind_of
from events.base import Event
from events.conversation import ModelReplied, Usage
from events.run import Incident
from events.subagents import SubagentFinished
from events.tools import ToolCalled, ToolFaulted


def incidents(history: Iterable[Event]) -> tuple[Incident, ...]:
    """Tools that broke and sub-agents that gave up, each kind once and counted; sorted."""
    tools: dict[str, str] = {}
    found: dict[tuple[str, str, str], Incident] = {}
    for event in history:
        match event:
            case ToolCalled():
                tools[event.call_id] = event.tool
                continue
            case ToolFaulted() if event.kind != SUBAGENT:  # that one is counted as the sub-agent's own
                one = Incident(party="tool", who=tools[event.call_id], code=event.kind, reason=event.reason)
            case SubagentFinished(reason=str(reason)):
                one = Incident(party="assistant", who=kind_of(event.agent), code=reason.partition(":")[0], reason=reason)
            case _:
                continue
        key = (one.party, one.who, one.code)
        known = found.get(key)
        found[key] = known.model_copy(update={"count": known.count + 1}) if known else one
    return tuple(found[key] for key in sorted(found))


def usage(history: Iterable[Event]) -> Usage | None:
    """What all replies took together; None where none says."""
    told = [event.usage for event in history if isinstance(event, ModelReplied) and event.usage is not None]
    if not told:
        return None
    return Usage(prompt_tokens=sum(one.prompt_tokens for one in told), completion_tokens=sum(one.completion_tokens for one in told))
