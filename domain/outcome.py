"""How a tool call comes out: answered with its effect, refused, or faulted; and whether another agent was faster."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from domain.agents import ASSISTANT, Agent
from domain.errors import Refusal, WorldError
from domain.policy import Call, Memory, Policy
from domain.schema import Schema
from domain.team import Effect
from domain.tools import Toolset
from domain.transaction import ANY, Transaction
from domain.values import clean_text, plain
from events.base import Event
from events.subagents import ToolConflicted
from events.tools import Change, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

if TYPE_CHECKING:
    from domain.conversation import Conversation


@dataclass(frozen=True)
class Environment:
    """What a conversation's calls meet: agents with their tools, the rules that guard them, and the schema that holds after them."""

    assistant: Agent
    """Who serves the user, and below it all who work for it."""
    policy: Policy
    schema: Schema

    @classmethod
    def of(cls, toolset: Toolset, policy: Policy, schema: Schema) -> "Environment":
        """An environment with one agent."""
        return cls(Agent(ASSISTANT, "", policy.prose, toolset), policy, schema)


def outcomes(state: "Conversation", called: ToolCalled, environment: Environment, memory: Memory) -> list[Event]:
    """What a call leads to.

    Another agent's change to what the call reads or writes, made since the call, is recorded first: the call is then
    run on the world as it stands (optimistic concurrency; the log's order of outcomes is the serial order).
    """
    event, places = _run(state, called, environment, memory)
    effects = state.team.effects_since(called.call_id)
    if effects and isinstance(event, ToolAnswered):
        places = (*places, *((change.table, change.key, change.field or ANY) for change in event.changes))
    conflict = _conflict(called, places, effects)
    return [conflict, event] if conflict else [event]


def outcome(state: "Conversation", called: ToolCalled, environment: Environment, memory: Memory) -> Event:
    """How a call comes out on the world as it stands: answered, refused or faulted; only an answer changes the world."""
    return _run(state, called, environment, memory)[0]


def _run(
    state: "Conversation", called: ToolCalled, environment: Environment, memory: Memory
) -> tuple[Event, tuple[tuple[str, str, str], ...]]:
    about: dict[str, Any] = {"agent": called.agent, "call_id": called.call_id}
    tool = environment.assistant.at(called.agent).toolset.get(called.tool)
    if tool is None:
        return ToolRefused(**about, code="unknown-tool", reason=f"There is no tool {called.tool!r}."), ()
    call = Call(called.agent, called.tool, called.arguments, tool.writes)
    seed = state.started.seed if state.started else 0
    transaction = Transaction(state.world, seed=seed, position=len(state.history), now=state.now)
    try:
        tool.check(called.arguments)
        if state.started is None or state.started.enforced:
            rule = environment.policy.broken_by(memory, call, state.world)
            if rule is not None:
                return ToolRefused(**about, code=f"policy:{rule.id}", reason=rule.sentence), ()
        observation = plain(tool.run(transaction, called.arguments))
        changes = transaction.changes
        if changes and not tool.writes:
            raise WorldError(f"{tool.name} changed {changes[0].table}.{changes[0].key}, but is not declared to write")
        after = state.world.with_changes(changes)
        environment.schema.check(after, changes)
        reads = transaction.reads
        digest = after.digest if changes else None
        return ToolAnswered(**about, observation=observation, changes=changes, reads=reads, world=digest), reads
    except Refusal as refusal:
        return ToolRefused(**about, code=refusal.code, reason=clean_text(refusal.reason)), transaction.reads
    except WorldError as error:
        return ToolFaulted(**about, kind=error.kind, reason=clean_text(str(error))), transaction.reads
    except Exception as error:  # a tool may break in any way, and must not take the conversation with it
        return ToolFaulted(**about, kind="exception", reason=clean_text(f"{type(error).__name__}: {error}")), transaction.reads


def _conflict(called: ToolCalled, places: Iterable[tuple[str, str, str]], effects: Iterable[Effect]) -> ToolConflicted | None:
    overtaking = [effect for effect in effects if effect.agent != called.agent]
    for place in places if overtaking else ():
        for effect in overtaking:
            if any(_overlaps(place, change) for change in effect.changes):
                return ToolConflicted(agent=called.agent, call_id=called.call_id, place=place, overtaken_by=effect.call_id)
    return None


def _overlaps(place: tuple[str, str, str], change: Change) -> bool:
    table, key, field = place
    return table == change.table and key in (ANY, change.key) and (change.field is None or field in (ANY, change.field))
