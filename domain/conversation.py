"""One conversation as decide / evolve / replay.

``decide`` turns a command into events and changes nothing; ``evolve`` takes an event in and neither judges nor
fails; ``replay`` folds a history. Everything an actor knows, it can rebuild by ``replay``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.agents import ASSISTANT, USER, Delegate, depth_of, parent_of
from domain.errors import OutOfOrder, Refusal
from domain.history import History, Names
from domain.outcome import Environment, outcomes, proposed
from domain.persona.mood import Mood
from domain.policy import Memory
from domain.simulated import Proposal
from domain.team import Team, kind_of
from domain.values import clean_text, legible
from domain.world import World
from events.base import Event
from events.conversation import (
    AssistantSpoke,
    ConversationEnded,
    ConversationForked,
    ConversationStarted,
    Limits,
    ModelReplied,
    MoodShifted,
    Party,
    ReplyRejected,
    UserSpoke,
)
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

SUBAGENT = "subagent"
"""Kind of the fault that an agent sees where its sub-agent gave up."""
_SECONDS_PER_CALL = 60


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
    """Command: let a call have its effect; without a name, the one that is next."""

    call_id: str | None = None


@dataclass(frozen=True)
class Propose:
    """Command: how a call of a simulated tool might come out."""

    call_id: str
    proposal: Proposal
    via: ModelReplied


@dataclass(frozen=True)
class GiveUp:
    """Command: a sub-agent cannot go on; its parent is told so."""

    agent: str
    reason: str
    via: ModelReplied | None = None


@dataclass(frozen=True)
class End:
    """Command: nothing more is to happen."""

    reason: str
    fault: Party | None = None
    via: ModelReplied | None = None
    detail: Any = None


Command = Speak | CallTools | RunTool | Propose | GiveUp | End


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
    call_ids: Names = field(default_factory=Names)
    """Of all calls so far."""
    ended: ConversationEnded | None = None
    team: Team = field(default_factory=Team)
    """The sub-agents at work."""
    mood: Mood | None = None
    """The user's; None where nobody asks how they feel."""

    def next(self) -> "Turn | None":
        """Whose turn it is: a function of the log alone, so that a conversation goes on in one order only.

        Work is handed out first; then whoever has been idle longest goes on, and between equals the shorter path.
        """
        if self.ended is not None:
            return None
        if self.waiting and not self.team.working:
            return Turn(self.waiting[0].agent, self.waiting[0])
        if self.team.working:
            turns = [*(Turn(call.agent, call) for call in self._first_calls()), *map(Turn, self.thinkers())]
            return min(turns, key=lambda turn: (self.team.acted.get(turn.agent, 0), turn.agent))
        last = self.history[-1]
        if isinstance(last, _GOES_ON):
            return Turn(last.agent)
        return Turn(ASSISTANT if isinstance(last, UserSpoke) else USER)

    def thinkers(self) -> list[str]:
        """Agents that may think at the same time: nothing that another does changes what they see."""
        return [path for path in self.team.working if all(call.agent != path for call in self.waiting)]

    def _first_calls(self) -> list[ToolCalled]:
        """Each agent's oldest call that nobody works on."""
        handed = {started.call_id for started in self.team.working.values()}
        first: dict[str, ToolCalled] = {}
        for call in self.waiting:
            if call.call_id not in handed:
                first.setdefault(call.agent, call)
        return list(first.values())

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
        if agent == USER and self.turns >= limits.turns:
            return "turn-limit"
        speaks = agent == USER and not isinstance(self.history[-1], _OUTCOMES)
        return "call-limit" if self.calls >= limits.tool_calls and not speaks else None


@dataclass(frozen=True)
class Turn:
    """What is next: an agent thinks, or, with ``call``, its call has its effect."""

    agent: str
    call: ToolCalled | None = None


_OUTCOMES = (ToolAnswered, ToolRefused, ToolFaulted)
_GOES_ON = (ReplyRejected, ToolAnswered, ToolRefused, ToolFaulted)
"""After these whoever they are about goes on: who made the call, or is asked again."""


def decide(state: Conversation, command: Command, environment: Environment, memory: Memory) -> list[Event]:
    """What follows from a command, given all that happened before.

    Raises:
        OutOfOrder: The conversation has ended, or no call waits to be run, or one does.
    """
    if state.ended is not None:
        raise OutOfOrder(f"{command} came after the conversation had ended with {state.ended.reason!r}")
    if isinstance(command, RunTool):
        return _run(state, command, environment, memory)
    if isinstance(command, Propose):
        called = _waiting(state, command.call_id)
        return [command.via, *proposed(state, called, command.proposal, command.via.model, environment)]
    if not isinstance(command, End):
        for call in state.waiting:
            if command.agent in (call.agent, USER):
                raise OutOfOrder(f"{call.call_id} waits for its outcome before {command.agent} can go on")
    events: list[Event] = [command.via] if command.via else []
    match command:
        case Speak(agent=agent, content=content) if agent == USER:
            events.append(UserSpoke(agent=agent, content=_with_asides(state.history, clean_text(content))))
        case Speak(agent=agent, content=content, reasoning=reasoning):
            events.append(AssistantSpoke(agent=agent, content=clean_text(content), reasoning=_clean(reasoning)))
            events += _answer(state, agent, clean_text(content))
            if agent == ASSISTANT and state.mood is not None:
                events += state.mood.shifts(state.history, clean_text(content), USER)
        case CallTools():
            events += _calls(state, command)
        case GiveUp(agent=agent, reason=reason):
            events += _fail(state, agent, clean_text(reason))
        case End(reason=reason, fault=fault, detail=detail):
            events.append(ConversationEnded(reason=reason, fault=fault, detail=legible(detail)))
    return events


def _with_asides(history: Sequence[Event], content: str) -> str:
    """What the user says, after what they said beside their own calls since they last spoke: nobody else has heard that yet."""
    asides: list[str] = []
    for event in reversed(history):
        if isinstance(event, UserSpoke):
            break
        if isinstance(event, ToolCalled) and event.agent == USER and event.content:
            asides.append(event.content)
    said = "\n\n".join(reversed(asides))
    return f"{said}\n\n{content}".strip() if said and not content.startswith(said) else content


def _run(state: Conversation, command: RunTool, environment: Environment, memory: Memory) -> list[Event]:
    called = _waiting(state, command.call_id)
    tool = environment.at(called.agent).toolset.get(called.tool)
    if not isinstance(tool, Delegate):
        return outcomes(state, called, environment, memory)
    about: dict[str, Any] = {"agent": called.agent, "call_id": called.call_id}
    deepest = state.started.limits.depth if state.started else Limits().depth
    if depth_of(called.agent) >= deepest:
        return [ToolRefused(**about, code="depth-limit", reason=f"Work can be handed on {deepest} times at most; do it yourself.")]
    try:
        tool.check(called.arguments)
    except Refusal as refusal:
        return [ToolRefused(**about, code=refusal.code, reason=refusal.reason)]
    path = state.team.next_path(called.agent, tool.name)
    agent = environment.at(path)
    models = state.started.models if state.started else {}
    return [
        SubagentStarted(
            agent=path,
            call_id=called.call_id,
            request=str(called.arguments["request"]),
            prompt=agent.prompt_digest,
            toolset=agent.toolset_digest,
            model=models.get(kind_of(path), models.get(ASSISTANT, "")),
        )
    ]


def _waiting(state: Conversation, call_id: str | None) -> ToolCalled:
    """The call that waits to be run, by its name or as the next one."""
    if call_id is None:
        turn = state.next()
        called = turn.call if turn else None
    else:
        called = next((call for call in state.waiting if call.call_id == call_id), None)
    if called is None or any(started.call_id == called.call_id for started in state.team.working.values()):
        raise OutOfOrder(f"no tool call{f' {call_id}' if call_id else ''} waits to be run")
    return called


def _answer(state: Conversation, agent: str, content: str) -> list[Event]:
    """What a sub-agent's last message leads to: it is done, and its parent has the answer."""
    started = state.team.working.get(agent)
    if started is None:
        return []
    return [
        SubagentFinished(agent=agent, call_id=started.call_id),
        ToolAnswered(agent=parent_of(agent), call_id=started.call_id, observation=content),
    ]


def _fail(state: Conversation, agent: str, reason: str) -> list[Event]:
    started = state.team.working.get(agent)
    if started is None:
        raise OutOfOrder(f"{agent} is not at work")
    return [
        SubagentFinished(agent=agent, call_id=started.call_id, reason=reason),
        ToolFaulted(agent=parent_of(agent), call_id=started.call_id, kind=SUBAGENT, reason=f"The agent could not finish: {reason}"),
    ]


def evolve(state: Conversation, event: Event) -> Conversation:
    """The state after an event."""
    return replay(state, (event,))


def replay(state: Conversation, events: Iterable[Event]) -> Conversation:
    """The state after a history; no tool is run and no model is called."""
    events = tuple(events)
    world, waiting, turns, calls, call_ids = state.world, state.waiting, state.turns, state.calls, state.call_ids
    started, ended, team, mood = state.started, state.ended, state.team, state.mood
    forked = False
    for position, event in enumerate(events, len(state.history) + 1):
        if team.working or isinstance(event, SubagentStarted):
            team = team.evolve(event, position)
        match event:
            case ModelReplied():
                continue
            case ToolAnswered() | ToolRefused() | ToolFaulted():
                waiting = tuple(call for call in waiting if call.call_id != event.call_id)
                world = world.evolve(event)
            case ToolCalled():
                waiting, calls = (*waiting, event), calls + 1
                call_ids = call_ids.plus(event.call_id)
            case UserSpoke():
                turns += 1
            case MoodShifted() if mood is not None:
                mood = mood.evolve(event)
            case ConversationStarted():
                started, world = event, world.evolve(event)
            case ConversationEnded():
                ended = event
            case ConversationForked() if started is not None:
                started, forked = amended(started, event), True
    if forked:  # where a branch begins is no part of what its participants lived through
        events = tuple(event for event in events if not isinstance(event, ConversationForked))
    return Conversation(world, started, state.history.plus(*events), waiting, turns, calls, call_ids, ended, team, mood)


def amended(started: ConversationStarted, forked: ConversationForked) -> ConversationStarted:
    """What a conversation depends on, once a fork has amended it."""
    return ConversationStarted.model_validate({**started.model_dump(), **forked.amends})


def _calls(state: Conversation, command: CallTools) -> list[Event]:
    taken: set[str] = set()
    events: list[Event] = []
    for number, wanted in enumerate(command.calls):
        call_id = clean_text(wanted.call_id or f"c{state.calls + number + 1}")
        while call_id in state.call_ids or call_id in taken:
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
