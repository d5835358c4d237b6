"""One conversation as decide / evolve / replay.

``decide`` turns a command into events and changes nothing; ``evolve`` takes an event in and neither judges nor
fails; ``replay`` folds a history. Everything an actor knows, it can rebuild by ``replay``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.errors import OutOfOrder, Refusal, WorldError
from domain.history import History
from domain.policy import Call, Memory, Policy
from domain.schema import Schema
from domain.tools import Toolset
from domain.transaction import Transaction
from domain.values import clean_text, legible, plain
from domain.world import World
from events.base import Event
from events.conversation import (
    AssistantSpoke,
    ConversationEnded,
    ConversationStarted,
    ModelReplied,
    Party,
    UserSpoke,
)
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

USER = "user"
_SECONDS_PER_CALL = 60


@dataclass(frozen=True)
class Environment:
    """What a conversation's calls meet: tools, the rules that guard them, and the schema that holds after them."""

    toolset: Toolset
    policy: Policy
    schema: Schema


@dataclass(frozen=True)
class Speak:
    """Command: say something. From ``user`` it is the user's turn, from anyone else a message."""

    agent: str
    content: str
    reasoning: str | None = None
    via: ModelReplied | None = None


@dataclass(frozen=True)
class Wanted:
    """One tool call that an agent asks for."""

    tool: str
    arguments: Mapping[str, Any]
    call_id: str | None = None


@dataclass(frozen=True)
class CallTools:
    """Command: ask for tools, in this order."""

    agent: str
    calls: Sequence[Wanted]
    content: str | None = None
    reasoning: str | None = None
    via: ModelReplied | None = None


@dataclass(frozen=True)
class RunTool:
    """Command: let the oldest call that waits have its effect."""


@dataclass(frozen=True)
class End:
    """Command: nothing more is to happen."""

    reason: str
    fault: Party | None = None
    via: ModelReplied | None = None
    detail: Any = None


Command = Speak | CallTools | RunTool | End


@dataclass(frozen=True)
class Conversation:
    """All that is known of a conversation; rebuilt by ``replay``."""

    world: World
    started: ConversationStarted | None = None
    history: History[Event] = field(default_factory=History)
    waiting: tuple[ToolCalled, ...] = ()
    """Calls without an outcome, oldest first."""
    turns: int = 0
    """Turns of the user."""
    calls: int = 0
    named: bool = False
    """Whether a model has named a call itself."""
    ended: ConversationEnded | None = None

    @property
    def now(self) -> str:
        """Time inside the world: the clock at the start, and a minute for every tool call."""
        if self.started is None or not self.started.clock:
            return ""
        passed = timedelta(seconds=_SECONDS_PER_CALL * self.calls)
        return (datetime.fromisoformat(self.started.clock) + passed).isoformat()

    def limit_for(self, agent: str) -> str | None:
        """Which limit keeps an agent from going on, as a reason to end; None while there is room."""
        if self.started is None:
            return None
        limits = self.started.limits
        if agent == USER:
            return "turn-limit" if self.turns >= limits.turns else None
        return "call-limit" if self.calls >= limits.tool_calls else None


def decide(state: Conversation, command: Command, environment: Environment, memory: Memory) -> list[Event]:
    """What follows from a command, given all that happened before.

    Raises:
        OutOfOrder: The conversation has ended, or no call waits to be run, or one does.
    """
    if state.ended is not None:
        raise OutOfOrder(f"{command} came after the conversation had ended with {state.ended.reason!r}")
    if isinstance(command, RunTool):
        if not state.waiting:
            raise OutOfOrder("no tool call waits to be run")
        return [outcome(state, state.waiting[0], environment, memory)]
    if state.waiting and not isinstance(command, End):
        raise OutOfOrder(f"{state.waiting[0].call_id} waits for its outcome before anyone can go on")
    events: list[Event] = [command.via] if command.via else []
    match command:
        case Speak(agent=agent, content=content) if agent == USER:
            events.append(UserSpoke(agent=agent, content=clean_text(content)))
        case Speak(agent=agent, content=content, reasoning=reasoning):
            events.append(AssistantSpoke(agent=agent, content=clean_text(content), reasoning=_clean(reasoning)))
        case CallTools():
            events += _calls(state, command)
        case End(reason=reason, fault=fault, detail=detail):
            events.append(ConversationEnded(reason=reason, fault=fault, detail=detail))
    return events


def outcome(state: Conversation, called: ToolCalled, environment: Environment, memory: Memory) -> Event:
    """How a call comes out: answered with its effect, refused, or faulted; only the first changes the world."""
    about: dict[str, Any] = {"agent": called.agent, "call_id": called.call_id}
    tool = environment.toolset.get(called.tool)
    if tool is None:
        return ToolRefused(**about, code="unknown-tool", reason=f"There is no tool {called.tool!r}.")
    call = Call(called.agent, called.tool, called.arguments, tool.writes)
    seed = state.started.seed if state.started else 0
    transaction = Transaction(state.world, seed=seed, position=len(state.history), now=state.now)
    try:
        tool.check(called.arguments)
        if state.started is None or state.started.enforced:
            rule = environment.policy.broken_by(memory, call, state.world)
            if rule is not None:
                return ToolRefused(**about, code=f"policy:{rule.id}", reason=rule.sentence)
        observation = plain(tool.run(transaction, called.arguments))
        changes = transaction.changes
        if changes and not tool.writes:
            raise WorldError(f"{tool.name} changed {changes[0].table}.{changes[0].key}, but is not declared to write")
        after = state.world.with_changes(changes)
        environment.schema.check(after, changes)
        return ToolAnswered(
            **about,
            observation=observation,
            changes=changes,
            reads=transaction.reads,
            world=after.digest if changes else None,
        )
    except Refusal as refusal:
        return ToolRefused(**about, code=refusal.code, reason=clean_text(refusal.reason))
    except WorldError as error:
        return ToolFaulted(**about, kind=error.kind, reason=clean_text(str(error)))
    except Exception as error:  # a tool may break in any way, and must not take the conversation with it
        return ToolFaulted(**about, kind="exception", reason=clean_text(f"{type(error).__name__}: {error}"))


def evolve(state: Conversation, event: Event) -> Conversation:
    """The state after an event."""
    return replay(state, (event,))


def replay(state: Conversation, events: Iterable[Event]) -> Conversation:
    """The state after a history; no tool is run and no model is called."""
    events = tuple(events)
    world, waiting, turns, calls, named = state.world, state.waiting, state.turns, state.calls, state.named
    started, ended = state.started, state.ended
    for event in events:
        match event:
            case ToolAnswered() | ToolRefused() | ToolFaulted():
                waiting = tuple(call for call in waiting if call.call_id != event.call_id)
                world = world.evolve(event)
            case ToolCalled():
                waiting, calls = (*waiting, event), calls + 1
                named = named or event.call_id != f"c{calls}"
            case UserSpoke():
                turns += 1
            case ConversationStarted():
                started = event
            case ConversationEnded():
                ended = event
    return Conversation(world, started, state.history.plus(*events), waiting, turns, calls, named, ended)


def _calls(state: Conversation, command: CallTools) -> list[Event]:
    taken: set[str] = set()
    if state.named or any(wanted.call_id for wanted in command.calls):  # our own numbers repeat only what a model named
        taken = {event.call_id for event in state.history if isinstance(event, ToolCalled)}
    events: list[Event] = []
    for number, wanted in enumerate(command.calls):
        call_id = clean_text(wanted.call_id or f"c{state.calls + number + 1}")
        while call_id in taken:
            call_id += "'"
        taken.add(call_id)
        first = number == 0
        events.append(
            ToolCalled(
                agent=command.agent,
                call_id=call_id,
                tool=clean_text(wanted.tool),
                arguments=legible(wanted.arguments),
                content=_clean(command.content) if first else None,
                reasoning=_clean(command.reasoning) if first else None,
            )
        )
    return events


def _clean(text: str | None) -> str | None:
    return None if text is None else clean_text(text)
