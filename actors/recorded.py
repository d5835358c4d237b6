"""``recorded/PATH``: what another run's log holds is said again, reply by reply; nothing is asked and nothing is paid."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from actors.conversation import UNUSABLE
from actors.mind import MindBroke, MindLost, Reply, Say, Unusable, UseTools
from domain.conversation import Wanted
from domain.simulated import TOOLS, Asked, Denial, Proposal
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, ModelReplied, ReplyRejected, Usage, UserSlipped, UserSpoke
from events.judgement import FlawPlanted
from events.log import Log
from events.subagents import SubagentFinished
from events.tools import Objection, ProposalRejected, ToolAnswered, ToolCalled, ToolRefused

_NOT_BROKEN = ("call-limit", UNUSABLE)
_TOO_MANY = 10_000
"""Calls, above any limit."""


class RecordedMind:
    """Says what an agent said in a recorded conversation.

    Which reply is next follows from what was observed: so many as the agent has given, rejected ones among them.

    Args:
        replies: Of the agent, in order.
        model: Of the run that is held, for an agent that was never asked.
    """

    def __init__(self, path: str, replies: Sequence["Kept"], model: str) -> None:
        self._path, self._replies, self.model = path, replies, model
        self._given = 0
        self._in_step = False
        self.request: str | None = None
        self.usage: Usage | None = None
        self.cost_usd: float | None = None
        self.beside: Mapping[str, Any] = {"recorded": True}

    def observe(self, event: Event) -> None:
        """Count the agent's own replies; calls that were asked for together are one."""
        own = getattr(event, "agent", None) == self._path
        if (own and isinstance(event, UserSpoke | AssistantSpoke | ReplyRejected)) or (
            own and isinstance(event, ToolCalled) and not self._in_step
        ):
            self._given += 1
        self._in_step = own and isinstance(event, ToolCalled)

    async def reply(self) -> Reply:
        """The next one.

        Raises:
            MindLost: There are no more.
        """
        if self._given >= len(self._replies):
            raise MindLost(f"the recording of {self._path} ends after {len(self._replies)} replies")
        kept = self._replies[self._given]
        if isinstance(kept.reply, MindBroke) or kept.via is None:
            raise MindBroke(str(kept.reply))
        self.model, self.request, self.usage = kept.via.model, kept.via.request, kept.via.usage
        return kept.reply


class RecordedTools:
    """Proposes what was proposed in a recorded conversation; what was turned down is again, for the reasons that are recorded.

    Args:
        proposals: Call and number of the attempt -> what was proposed.
        model: Of the run that is held.
    """

    def __init__(self, proposals: Mapping[tuple[str, int], "KeptProposal"], model: str) -> None:
        self._proposals, self.model = proposals, model
        self.request: str | None = None
        self.usage: Usage | None = None
        self.cost_usd: float | None = None
        self.reasoning: str | None = None
        self.beside: Mapping[str, Any] = {"recorded": True}

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        """See ``ToolMind.propose``.

        Raises:
            MindLost: The recording holds no such call.
        """
        kept = self._proposals.get((asked.call_id, len(objections)))
        if kept is None:
            raise MindLost(f"the recording holds no proposal {len(objections) + 1} for call {asked.call_id} of {asked.tool.name}")
        via, proposal = kept
        self.model, self.request, self.usage, self.reasoning = via.model, via.request, via.usage, via.reasoning
        return proposal


class KeptProposal(NamedTuple):
    """One recorded proposal and who made it."""

    via: ModelReplied
    proposal: Proposal


def kept_proposals(log: Log, stream: str) -> dict[tuple[str, int], KeptProposal]:
    """Call and number of the attempt, counted from 0 -> what was proposed in a conversation.

    Raises:
        CorruptLog: The stream is damaged.
    """
    found: dict[tuple[str, int], KeptProposal] = {}
    attempts: Counter[str] = Counter()
    via: ModelReplied | None = None
    for record in log.read(stream):
        event = record.event
        if isinstance(event, ModelReplied):
            via = event if event.agent == TOOLS else None
            continue
        match event:
            case ProposalRejected():
                proposal = Proposal(rejected=event)
            case ToolAnswered():
                proposal = Proposal(event.observation, event.changes)
            case ToolRefused():
                proposal = Proposal(denial=Denial(event.code, event.reason))
            case _:
                continue
        if via is not None:
            found[event.call_id, attempts[event.call_id]] = KeptProposal(via, proposal)
            attempts[event.call_id] += 1
            via = None
    return found


class Kept(NamedTuple):
    """One recorded reply: who gave it, to what, for how much, and what it was; or how the mind broke."""

    via: ModelReplied | ReplyRejected | None
    reply: Reply | MindBroke


def kept_replies(log: Log, stream: str) -> dict[str, list[Kept]]:
    """Agent -> its replies in a conversation, in order.

    Raises:
        CorruptLog: The stream is damaged.
    """
    found: dict[str, list[Kept]] = {}
    events = [record.event for record in log.read(stream) if getattr(record.event, "agent", None) != TOOLS]
    places = [place for place, event in enumerate(events) if isinstance(event, ModelReplied | ReplyRejected)]
    for place, after in zip(places, [*places[1:], len(events)], strict=True):
        via = events[place]
        assert isinstance(via, ModelReplied | ReplyRejected)
        found.setdefault(via.agent, []).append(Kept(via, _reply(via, events[place + 1 : after])))
    for agent, how in _broken(events):
        found.setdefault(agent, []).append(Kept(None, MindBroke(how)))
    return found


def _broken(events: Sequence[Event]) -> Iterator[tuple[str, str]]:
    """(agent, how) where a mind could not reply."""
    for event in events:
        match event:
            case ConversationEnded(reason="model-fault", fault=str(party), detail=str(how)):
                yield party, how
            case SubagentFinished(reason=str(how)) if how not in _NOT_BROKEN:
                yield event.agent, how


def _reply(via: ModelReplied | ReplyRejected, events: Sequence[Event]) -> Reply:
    if isinstance(via, ReplyRejected):
        return Unusable(via.raw, via.characters, via.reasons)
    match events[0]:
        case FlawPlanted() | UserSlipped() as flaw:
            reply = _reply(via, events[1:])
            return reply if isinstance(reply, Unusable | MindBroke) else replace(reply, flaw=flaw)
        case UserSpoke(content=content) | AssistantSpoke(content=content) as spoken:
            over = events[1] if len(events) > 1 else None
            done = over.reason if isinstance(over, ConversationEnded) and over.fault is None else None
            reasoning = spoken.reasoning if isinstance(spoken, AssistantSpoke) else getattr(via, "reasoning", None)
            return Say(content, reasoning, done)
        case ToolCalled(content=content, reasoning=reasoning):
            calls = []
            for event in events:
                if not isinstance(event, ToolCalled):
                    break
                calls.append(Wanted(event.tool, event.arguments, event.call_id))
            return UseTools(tuple(calls), content, reasoning)
        case ConversationEnded(detail=reasons) if via.raw is not None:
            return Unusable(via.raw, len(via.raw), tuple(map(str, reasons)) if isinstance(reasons, list) else (), final=True)
        case SubagentFinished() if via.raw is not None:
            return Unusable(via.raw, len(via.raw), (), final=True)
        case SubagentFinished():  # it asked for more calls than it may make; which, is not recorded
            return UseTools((Wanted("", {}),) * _TOO_MANY)
    raise MindLost(f"the recording of {via.agent} holds a reply that led to {events[0].TOPIC}")
