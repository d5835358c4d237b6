"""One conversation: it owns its world and its stream. Minds only think; here their wishes become events.

Decide, record, then believe it. After a crash the constructor replays the record, and ``run`` goes on where it
stopped: a recorded reply is never asked for twice, a recorded effect never had twice.

Sub-agents think at the same time, and what they want is recorded in the one order that the log itself implies
(``Conversation.next``): however long each takes, equal replies give equal streams.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from actors.mind import Guarded, Mind, MindBroke, Reply, Say
from domain.agents import ASSISTANT
from domain.conversation import USER, CallTools, Command, Conversation, End, GiveUp, RunTool, Speak, decide, replay
from domain.outcome import Environment
from domain.policy import Memory
from domain.world import Base, World
from events.base import Event
from events.conversation import AssistantSpoke, ConversationStarted, ModelReplied, UserSpoke
from events.log import WritableLog
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

MindFactory = Callable[[str, SubagentStarted | None], Mind]
"""Path of an agent, and for a sub-agent its beginning -> its mind."""


class ConversationActor:
    """Holds one conversation.

    Args:
        stream: Its name in the log.
        started: Its first event; on resume it must be the recorded one.
        minds: Makes the mind of ``user``, ``assistant`` and each sub-agent.
        clock: Wall time in seconds, recorded but never hashed.
    """

    def __init__(
        self,
        stream: str,
        store: WritableLog,
        started: ConversationStarted,
        base: Base,
        environment: Environment,
        minds: MindFactory,
        clock: Callable[[], float],
    ) -> None:
        self._stream, self._store, self._environment, self._make_mind, self._clock = stream, store, environment, minds, clock
        self.state = Conversation(World(base))
        self._memory = Memory()
        self._minds = {agent: Guarded(minds(agent, None)) for agent in (USER, ASSISTANT)}
        self.cost_usd = 0.0
        """What all recorded replies cost."""
        self._thoughts: dict[str, asyncio.Task[Reply]] = {}
        self._head = store.head(stream)
        recorded = [*store.read(stream)] if self._head.position else []
        self.cost_usd += sum(record.circumstances.get("cost_usd", 0.0) for record in recorded)
        if recorded:
            self._believe([record.event for record in recorded])
        else:
            self._record([started])

    async def run(self) -> Conversation:
        """Go on to the end."""
        try:
            while self.state.ended is None:
                await self.step()
        finally:
            self.leave()
        return self.state

    def leave(self) -> None:
        """Stop here; another actor goes on from the log."""
        for thought in self._thoughts.values():
            thought.cancel()

    async def step(self) -> None:
        """One step of a model, or one of a tool: one append.

        Raises:
            MindLost: Nothing was recorded; the same conversation goes on from here when the mind can be reached.
            SettingError, EventsError: The whole run is in question.
        """
        turn = self.state.next()
        assert turn is not None
        if turn.call is not None:
            self._record(self._decide(RunTool(turn.call.call_id)))
            return
        limit = self.state.limit_for(turn.agent)
        if limit is not None:
            self._record(self._decide(_stop(turn.agent, limit)))
            return
        began = self._clock()
        mind = self._minds[turn.agent].mind
        try:
            reply = await self._thought(turn.agent)
        except MindBroke as error:
            self._record(self._decide(_stop(turn.agent, "model-fault", str(error))))
            return
        via = ModelReplied(agent=turn.agent, model=mind.model, request=mind.request, usage=mind.usage)
        self._record(self._events(turn.agent, reply, via), latency=self._clock() - began, cost_usd=mind.cost_usd)

    def _thought(self, agent: str) -> Awaitable[Reply]:
        """What an agent wants; others that can think meanwhile are set to it."""
        others = [path for path in self.state.thinkers() if path != agent] if self.state.team.working else []
        if not others and agent not in self._thoughts:
            return self._minds[agent].reply()
        for path in (agent, *others):
            if path not in self._thoughts:
                self._thoughts[path] = asyncio.ensure_future(self._minds[path].reply())
                self._thoughts[path].add_done_callback(_heard)
        return self._thoughts.pop(agent)

    def _events(self, agent: str, reply: Reply, via: ModelReplied) -> Sequence[Event]:
        if not isinstance(reply, Say):
            if self._above_own_limit(agent, len(reply.calls)):
                return self._decide(GiveUp(agent, "call-limit", via))
            return self._decide(CallTools(agent, reply.calls, reply.content, reply.reasoning, via))
        spoken = self._decide(Speak(agent, reply.content, reply.reasoning, via))
        if reply.done is None or agent not in (USER, ASSISTANT):
            return spoken
        after = replay(self.state, spoken)
        return [*spoken, *decide(after, End(reply.done), self._environment, self._memory)]

    def _above_own_limit(self, agent: str, calls: int) -> bool:
        most = None if agent in (USER, ASSISTANT) else self._environment.assistant.at(agent).most_calls
        return most is not None and self.state.team.calls.get(agent, 0) + calls > most

    def _decide(self, command: Command) -> list[Event]:
        return decide(self.state, command, self._environment, self._memory)

    def _record(self, events: Sequence[Event], latency: float | None = None, cost_usd: float | None = None) -> None:
        circumstances: dict[str, Any] = {"at": round(self._clock(), 3)}
        if latency is not None and latency >= 0.001:
            circumstances["latency_s"] = round(latency, 3)
        if cost_usd is not None:
            circumstances["cost_usd"] = cost_usd
        self._head = self._store.append(self._stream, events, self._head, circumstances)
        self._believe(events)
        self.cost_usd += cost_usd or 0

    def _believe(self, events: Sequence[Event]) -> None:
        self.state = replay(self.state, events)
        for event in events:
            self._memory.observe(event)
            if isinstance(event, ModelReplied):  # what it replied is in the events after it
                continue
            if isinstance(event, SubagentStarted):
                self._minds[event.agent] = Guarded(self._make_mind(event.agent, event))
            for agent, mind in self._minds.items():
                if visible(event, agent):
                    mind.observe(event)
            if isinstance(event, SubagentFinished):
                self._minds.pop(event.agent, None)
                thought = self._thoughts.pop(event.agent, None)
                if thought is not None:
                    thought.cancel()


def _stop(agent: str, reason: str, detail: str | None = None) -> Command:
    """What follows where an agent cannot go on: a sub-agent hands back, so that no call is left open; anyone else ends it."""
    if agent not in (USER, ASSISTANT):
        return GiveUp(agent, detail or reason)
    return End(reason, fault="user" if agent == USER else "assistant", detail=detail)


def _heard(thought: asyncio.Task[Reply]) -> None:
    """A thought that nobody waits for any more may fail in peace."""
    if not thought.cancelled():
        thought.exception()


def visible(event: Event, agent: str) -> bool:
    """Whether an agent sees an event: what it was told, its own words and calls, and how those came out."""
    match event:
        case UserSpoke():
            return agent in (USER, ASSISTANT)
        case AssistantSpoke(agent=speaker):
            return speaker == agent or (agent == USER and speaker == ASSISTANT)
        case SubagentStarted() | ToolCalled() | ToolAnswered() | ToolRefused() | ToolFaulted():
            return event.agent == agent
        case _:
            return False
