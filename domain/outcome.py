"""How a tool call comes out: answered with its effect, refused, or faulted; and whether another agent was faster."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from domain.agents import ASSISTANT, NO_TOOLS, USER, Agent
from domain.agreement import same
from domain.checks import check, unchecked
from domain.errors import OutOfOrder, Refusal, WorldError
from domain.faults import NO_FAULTS, STALE, Faults, before_last_change, wording
from domain.policy import Call, Memory, Policy
from domain.schema import Schema
from domain.simulated import ATTEMPTS, SIMULATION, TOOLS, Asked, Earlier, Proposal, SimulatedTool
from domain.team import Effect
from domain.tools import Tool, Toolset
from domain.transaction import ANY, Transaction
from domain.values import clean_text, compact, legible, plain
from domain.world import World
from events.base import Event
from events.subagents import ToolConflicted
from events.tools import (
    Change,
    Objection,
    ProposalRejected,
    ToolAnswered,
    ToolCalled,
    ToolFaulted,
    ToolLagged,
    ToolRefused,
)

if TYPE_CHECKING:
    from domain.conversation import Conversation

_LONGEST_PROPOSAL = 2000
"""Characters of a rejected proposal that are kept."""
_MOST_OBJECTIONS = 8


@dataclass(frozen=True)
class Environment:
    """What a conversation's calls meet: agents with their tools, the rules that guard them, and the schema that holds after them."""

    assistant: Agent
    """Who serves the user, and below it all who work for it."""
    policy: Policy
    schema: Schema
    faults: Faults = NO_FAULTS
    """How often tools fail."""
    checked: bool = True
    """Whether proposals of simulated tools are compared with the world; not so only to measure what that is worth."""
    user: Agent | None = None
    """The user, where they have tools of their own."""

    @classmethod
    def of(cls, toolset: Toolset, policy: Policy, schema: Schema) -> "Environment":
        """An environment with one agent."""
        return cls(Agent(ASSISTANT, "", policy.prose, toolset), policy, schema)

    def at(self, path: str) -> Agent:
        """The agent that plays a path.

        Raises:
            SettingError: There is none.
        """
        return (self.user or NO_TOOLS) if path == USER else self.assistant.at(path)


def outcomes(state: "Conversation", called: ToolCalled, environment: Environment, memory: Memory) -> list[Event]:
    """What a call leads to.

    Another agent's change to what the call reads or writes, made since the call, is recorded first: the call is then
    run on the world as it stands (optimistic concurrency; the log's order of outcomes is the serial order).

    Raises:
        OutOfOrder: The tool is simulated, and waits for a proposal.
    """
    event = _declined(state, called, environment, memory)
    if event is not None:
        return [event]
    tool = environment.at(called.agent).toolset[called.tool]
    if isinstance(tool, SimulatedTool):
        raise OutOfOrder(f"{called.call_id} waits for a proposal: {called.tool} is simulated")
    event, places = _run(state, called, environment, tool, state.world)
    if _drawn(state, called, environment, tool) == STALE and isinstance(event, ToolAnswered):
        lagging = _lagging(state, called, environment, tool, event)
        if lagging is not None:
            return lagging
    return _with_conflict(state, called, event, places)


def outcome(state: "Conversation", called: ToolCalled, environment: Environment, memory: Memory) -> Event:
    """How a call comes out on the world as it stands: answered, refused or faulted; only an answer changes the world."""
    return outcomes(state, called, environment, memory)[-1]


def proposed(state: "Conversation", called: ToolCalled, proposal: Proposal, model: str, environment: Environment) -> list[Event]:
    """What a proposal for a call of a simulated tool leads to: its outcome, or why it cannot be, and after the last one a fault."""
    about: dict[str, Any] = {"agent": called.agent, "call_id": called.call_id}
    asked = asked_of(state, called, environment)
    before = proposal.rejected
    examined = check(proposal, asked) if environment.checked and before is None else unchecked(proposal, asked)
    if examined.objections or before is not None:
        objections, text = (before.objections, before.proposal) if before else (examined.objections[:_MOST_OBJECTIONS], _told(proposal))
        rejected = ProposalRejected(agent=TOOLS, call_id=called.call_id, model=model, objections=objections, proposal=text)
        if len(objections_to(state, called.call_id)) + 1 < ATTEMPTS:
            return [rejected]
        return [rejected, ToolFaulted(**about, kind=SIMULATION, reason="The tool gave no answer that could be true; nothing was changed.")]
    denial, changes = examined.proposal.denial, tuple(examined.proposal.changes)
    if denial is not None:
        return [ToolRefused(**about, code=clean_text(denial.code), reason=clean_text(denial.reason))]
    digest = asked.world.with_changes(changes).digest if changes else None
    observation = examined.proposal.observation
    event = ToolAnswered(**about, observation=observation, changes=changes, reads=examined.reads, world=digest)
    if asked.world is not state.world and check(proposal, replace(asked, world=state.world)).objections:
        return [_lag(state, called), event]
    return _with_conflict(state, called, event, examined.reads)


def _told(proposal: Proposal) -> str:
    try:
        return compact(legible(proposal.document()))[:_LONGEST_PROPOSAL]
    except (RecursionError, AttributeError, ValueError, TypeError) as error:
        return clean_text(f"{type(error).__name__}: {error}")[:_LONGEST_PROPOSAL]


def needs_proposal(state: "Conversation", called: ToolCalled, environment: Environment, memory: Memory) -> bool:
    """Whether a call that is next can come out only by a proposal."""
    tool = environment.at(called.agent).toolset.get(called.tool)
    return isinstance(tool, SimulatedTool) and _declined(state, called, environment, memory) is None


def asked_of(state: "Conversation", called: ToolCalled, environment: Environment) -> Asked:
    """What a proposal for a call may depend on."""
    tool = environment.at(called.agent).toolset[called.tool]
    assert isinstance(tool, SimulatedTool)
    world = state.world
    if _drawn(state, called, environment, tool) == STALE:
        before = before_last_change(world, state.history)
        world = before[0] if before else world
    earlier = () if world is not state.world else tuple(_earlier(state, called))
    return Asked(tool, called.agent, called.call_id, called.arguments, world, environment.schema, state.now, earlier)


def objections_to(state: "Conversation", call_id: str) -> list[tuple[Objection, ...]]:
    """What spoke against each proposal for a call so far, oldest first."""
    return [event.objections for event in state.history if isinstance(event, ProposalRejected) and event.call_id == call_id]


def _declined(state: "Conversation", called: ToolCalled, environment: Environment, memory: Memory) -> Event | None:
    """Why a call never reaches its tool, or never gets an answer from it."""
    about: dict[str, Any] = {"agent": called.agent, "call_id": called.call_id}
    tool = environment.at(called.agent).toolset.get(called.tool)
    if tool is None:
        return ToolRefused(**about, code="unknown-tool", reason=f"There is no tool {called.tool!r}.")
    try:
        tool.check(called.arguments)
        if state.started is None or state.started.enforced:
            call = Call(called.agent, called.tool, called.arguments, tool.writes)
            rule = environment.policy.broken_by(memory, call, state.world)
            if rule is not None:
                return ToolRefused(**about, code=f"policy:{rule.id}", reason=rule.sentence)
    except Refusal as refusal:
        return ToolRefused(**about, code=refusal.code, reason=clean_text(refusal.reason))
    except WorldError as error:
        return ToolFaulted(**about, kind=error.kind, reason=clean_text(str(error)))
    except Exception as error:  # a rule may break in any way, and must not take the conversation with it
        return ToolFaulted(**about, kind="exception", reason=clean_text(f"{type(error).__name__}: {error}"))
    kind = _drawn(state, called, environment, tool)
    if kind is None or kind == STALE:
        return None
    return ToolFaulted(**about, kind=kind, reason=wording(kind, _seed(state), called.call_id))


def _run(
    state: "Conversation", called: ToolCalled, environment: Environment, tool: Tool, world: World
) -> tuple[Event, tuple[tuple[str, str, str], ...]]:
    about: dict[str, Any] = {"agent": called.agent, "call_id": called.call_id}
    transaction = Transaction(world, seed=_seed(state), position=len(state.history), now=state.now)
    try:
        observation = plain(tool.run(transaction, called.arguments))
        changes = transaction.changes
        if changes and not tool.writes:
            raise WorldError(f"{tool.name} changed {changes[0].table}.{changes[0].key}, but is not declared to write")
        after = world.with_changes(changes)
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


def _seed(state: "Conversation") -> int:
    return state.started.seed if state.started else 0


def _drawn(state: "Conversation", called: ToolCalled, environment: Environment, tool: Tool) -> str | None:
    return environment.faults.draw(_seed(state), called.call_id, writes=tool.writes)


def _lagging(state: "Conversation", called: ToolCalled, environment: Environment, tool: Tool, fresh: ToolAnswered) -> list[Event] | None:
    """The answer from before the last change; None where it would be the same."""
    before = before_last_change(state.world, state.history)
    event = _run(state, called, environment, tool, before[0])[0] if before else fresh
    if not isinstance(event, ToolAnswered) or same(event.observation, fresh.observation):
        return None
    return [_lag(state, called), event]


def _lag(state: "Conversation", called: ToolCalled) -> ToolLagged:
    before = before_last_change(state.world, state.history)
    assert before is not None
    return ToolLagged(agent=called.agent, call_id=called.call_id, unseen=before[1])


def _earlier(state: "Conversation", called: ToolCalled) -> Iterator[Earlier]:
    """The same call, as it came out before; what was read off an earlier world, or never reached the tool, binds nobody."""
    calls: dict[str, ToolCalled] = {}
    skipped = {event.call_id for event in state.history if isinstance(event, ToolLagged)}
    changed: list[tuple[int, Change]] = []
    found: list[tuple[int, str, Any, bool]] = []
    for position, event in enumerate(state.history):
        if isinstance(event, ToolCalled) and event.tool == called.tool and event.arguments == called.arguments:
            calls[event.call_id] = event
        elif isinstance(event, ToolAnswered):
            changed += [(position, change) for change in event.changes]
            if event.call_id in calls and event.call_id not in skipped:
                found.append((position, event.call_id, event.observation, False))
        elif isinstance(event, ToolRefused) and event.call_id in calls and not event.code.startswith(("policy:", "invalid-arguments")):
            found.append((position, event.call_id, None, True))
    for position, call_id, observation, refused in found:
        yield Earlier(call_id, observation, refused, tuple(change for at, change in changed if at > position))


def _with_conflict(state: "Conversation", called: ToolCalled, event: Event, places: tuple[tuple[str, str, str], ...]) -> list[Event]:
    effects = state.team.effects_since(called.call_id)
    if effects and isinstance(event, ToolAnswered):
        places = (*places, *((change.table, change.key, change.field or ANY) for change in event.changes))
    conflict = _conflict(called, places, effects)
    return [conflict, event] if conflict else [event]


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
