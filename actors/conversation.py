"""One conversation: it owns its world and its stream. Minds only think; here their wishes become events.

Decide, record, then believe it. After a crash the constructor replays the record, and ``run`` goes on where it
stopped: a recorded reply is never asked for twice, a recorded effect never had twice.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from actors.mind import Mind, Reply, Say
from domain.conversation import (
    USER,
    CallTools,
    Command,
    Conversation,
    End,
    Environment,
    RunTool,
    Speak,
    decide,
    replay,
)
from domain.policy import Memory
from domain.world import Base, World
from events.base import Event
from events.conversation import AssistantSpoke, ConversationStarted, ModelReplied, UserSpoke
from events.store import EventStore
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

ASSISTANT = "assistant"
_ASSISTANT_NEXT = (UserSpoke, ToolAnswered, ToolRefused, ToolFaulted)


class ConversationActor:
    """Holds one conversation.

    Args:
        stream: Its name in the log.
        started: Its first event; on resume it must be the recorded one.
        minds: ``user`` and ``assistant``.
        clock: Wall time in seconds, recorded but never hashed.
    """

    def __init__(
        self,
        stream: str,
        store: EventStore,
        started: ConversationStarted,
        base: Base,
        environment: Environment,
        minds: Mapping[str, Mind],
        clock: Callable[[], float],
    ) -> None:
        self._stream, self._store, self._environment, self._minds, self._clock = stream, store, environment, minds, clock
        self.state = Conversation(World(base))
        self._memory = Memory()
        self._head = store.head(stream)
        for record in store.read(stream) if self._head.position else ():
            self._believe([record.event])
        if not self._head.position:
            self._record([started])

    async def run(self) -> Conversation:
        """Go on to the end."""
        while self.state.ended is None:
            await self.step()
        return self.state

    async def step(self) -> None:
        """One step of a model, or one of a tool: one append."""
        if self.state.waiting:
            self._record(self._decide(RunTool()))
            return
        agent = self._next_speaker()
        limit = self.state.limit_for(agent)
        if limit is not None:
            self._record(self._decide(End(limit, fault="user" if agent == USER else "assistant")))
            return
        began = self._clock()
        mind = self._minds[agent]
        reply = await mind.reply()
        via = ModelReplied(agent=agent, model=mind.model, request=mind.request, usage=mind.usage)
        self._record(self._events(agent, reply, via), latency=self._clock() - began)

    def _next_speaker(self) -> str:
        """After the user's turn and after a tool's outcome the assistant, else the user."""
        last = self.state.history[-1]
        return ASSISTANT if isinstance(last, _ASSISTANT_NEXT) else USER

    def _events(self, agent: str, reply: Reply, via: ModelReplied) -> Sequence[Event]:
        if not isinstance(reply, Say):
            return self._decide(CallTools(agent, reply.calls, reply.content, reply.reasoning, via))
        spoken = self._decide(Speak(agent, reply.content, reply.reasoning, via))
        if reply.done is None:
            return spoken
        after = replay(self.state, spoken)
        return [*spoken, *decide(after, End(reply.done), self._environment, self._memory)]

    def _decide(self, command: Command) -> list[Event]:
        return decide(self.state, command, self._environment, self._memory)

    def _record(self, events: Sequence[Event], latency: float | None = None) -> None:
        circumstances: dict[str, Any] = {"at": round(self._clock(), 3)}
        if latency is not None and latency >= 0.001:
            circumstances["latency_s"] = round(latency, 3)
        self._head = self._store.append(self._stream, events, self._head, circumstances)
        self._believe(events)

    def _believe(self, events: Sequence[Event]) -> None:
        self.state = replay(self.state, events)
        for event in events:
            self._memory.observe(event)
            for agent, mind in self._minds.items():
                if visible(event, agent):
                    mind.observe(event)


def visible(event: Event, agent: str) -> bool:
    """Whether an agent sees an event: its own words, calls and outcomes, and what is said to it."""
    match event:
        case UserSpoke():
            return agent in (USER, ASSISTANT)
        case AssistantSpoke(agent=speaker):
            return speaker == agent or (agent == USER and speaker == ASSISTANT)
        case ToolCalled() | ToolAnswered() | ToolRefused() | ToolFaulted():
            return event.agent == agent
        case _:
            return False
