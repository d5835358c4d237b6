"""One conversation: it owns its world and its stream. Minds only think; here their wishes become events.

Decide, record, then believe it. After a crash the constructor replays the record, and ``run`` goes on where it
stopped: a recorded reply is never asked for twice, a recorded effect never had twice.

Sub-agents think at the same time, and what they want is recorded in the one order that the log itself implies
(``Conversation.next``): however long each takes, equal replies give equal streams.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from actors.mind import Guarded, Mind, MindBroke, Reply, Say, ToolMind, Unusable, beside
from domain.agents import ASSISTANT, USER
from domain.conversation import CallTools, Command, Conversation, End, GiveUp, Propose, RunTool, Speak, decide, replay
from domain.errors import SettingError
from domain.outcome import Environment, asked_of, needs_proposal, objections_to
from domain.persona.mood import Mood
from domain.policy import Memory
from domain.simulated import TOOLS
from domain.values import clean_text
from domain.world import Base, World
from events.base import Event
from events.conversation import AssistantSpoke, ConversationStarted, ModelReplied, MoodShifted, ReplyRejected, UserSpoke
from events.forks import whole
from events.log import WritableLog
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

MindFactory = Callable[[str, SubagentStarted | None], Mind]
"""Path of an agent, and for a sub-agent its beginning -> its mind."""
UNUSABLE = "unusable-reply"
"""Why an agent could not go on: its model said nothing that can be acted on, however often it was asked."""


class ConversationActor:
    """Holds one conversation.

    Args:
        stream: Its name in the log.
        started: Its first event; on resume it must be the recorded one.
        minds: Makes the mind of ``user``, ``assistant`` and each sub-agent.
        clock: Wall time in seconds, recorded but never hashed.
        mood: In which the user begins; None where nobody asks how they feel.
        tools: Plays the simulated tools; None where there are none.
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
        mood: Mood | None = None,
        tools: ToolMind | None = None,
    ) -> None:
        self._stream, self._store, self._environment, self._make_mind, self._clock = stream, store, environment, minds, clock
        self._tools = tools
        self.state = Conversation(World(base), mood=mood)
        self._memory = Memory()
        self._minds = {agent: Guarded(minds(agent, None)) for agent in (USER, ASSISTANT)}
        self.cost_usd = 0.0
        """What all recorded replies cost."""
        self._thoughts: dict[str, asyncio.Task[Reply]] = {}
        self._head = store.head(stream)
        if self._head.position:
            records = list(whole(store, stream))
            self._believe([record.event for record in records])
            self.cost_usd = sum(record.circumstances.get("cost_usd", 0) for record in records[-self._head.position :])
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
            await self._run_tool(turn.call)
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
        thoughts = _own_thoughts(turn.agent, reply)
        via = ModelReplied(agent=turn.agent, model=mind.model, request=mind.request, usage=mind.usage, reasoning=thoughts)
        events = self._events(turn.agent, reply, via)
        if not isinstance(reply, Unusable) and reply.flaw is not None:
            events = [events[0], reply.flaw, *events[1:]]  # whoever replays to any event has the label before the flaw
        self._record(events, latency=self._clock() - began, cost_usd=mind.cost_usd, more=beside(mind))

    async def _run_tool(self, called: ToolCalled) -> None:
        """Let a call have its effect, or, where its tool is simulated, one more proposal: what is rejected is recorded too."""
        if not needs_proposal(self.state, called, self._environment, self._memory):
            self._record(self._decide(RunTool(called.call_id)))
            return
        if self._tools is None:
            raise SettingError(f"tool {called.tool!r} is simulated, and there is no model to play it")
        began = self._clock()
        asked = asked_of(self.state, called, self._environment)
        proposal = await self._tools.propose(asked, objections_to(self.state, called.call_id))
        mind = self._tools
        thoughts = mind.reasoning and clean_text(mind.reasoning)
        via = ModelReplied(agent=TOOLS, model=mind.model, request=mind.request, usage=mind.usage, reasoning=thoughts)
        events = self._decide(Propose(called.call_id, proposal, via))
        self._record(events, latency=self._clock() - began, cost_usd=mind.cost_usd, more=beside(mind))

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
        if isinstance(reply, Unusable):
            return self._unusable(agent, reply, via)
        if not isinstance(reply, Say):
            if self._above_own_limit(agent, len(reply.calls)):
                return self._decide(GiveUp(agent, "call-limit", via))
            return self._decide(CallTools(agent, reply.calls, reply.content, reply.reasoning, via))
        spoken = self._decide(Speak(agent, reply.content, reply.reasoning, via))
        if reply.done is None or agent not in (USER, ASSISTANT):
            return spoken
        after = replay(self.state, spoken)
        return [*spoken, *decide(after, End(reply.done), self._environment, self._memory)]

    def _unusable(self, agent: str, reply: Unusable, via: ModelReplied) -> Sequence[Event]:
        """The model is asked again; or, in the end, its agent cannot go on."""
        if not reply.final:
            told = {"raw": clean_text(reply.raw), "characters": reply.characters, "reasons": tuple(map(clean_text, reply.reasons))}
            return [ReplyRejected(agent=agent, model=via.model, request=via.request, usage=via.usage, **told)]
        via = via.model_copy(update={"raw": clean_text(reply.raw)})
        if agent not in (USER, ASSISTANT):
            return self._decide(GiveUp(agent, UNUSABLE, via))
        return self._decide(End(UNUSABLE, "user" if agent == USER else "assistant", via, detail=list(map(clean_text, reply.reasons))))

    def _above_own_limit(self, agent: str, calls: int) -> bool:
        most = None if agent in (USER, ASSISTANT) else self._environment.assistant.at(agent).most_calls
        return most is not None and self.state.team.calls.get(agent, 0) + calls > most

    def _decide(self, command: Command) -> list[Event]:
        return decide(self.state, command, self._environment, self._memory)

    def _record(
        self, events: Sequence[Event], latency: float | None = None, cost_usd: float | None = None, more: Mapping[str, Any] | None = None
    ) -> None:
        circumstances: dict[str, Any] = {"at": round(self._clock(), 3), **(more or {})}
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


def _own_thoughts(agent: str, reply: Reply) -> str | None:
    """Reasoning that no event after the reply holds."""
    return clean_text(reply.reasoning) if agent == USER and not isinstance(reply, Unusable) and reply.reasoning else None


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
    """Whether an agent sees an event: what it was told and feels, its own words and calls, and how those came out."""
    match event:
        case UserSpoke():
            return agent in (USER, ASSISTANT)
        case AssistantSpoke(agent=speaker):
            return speaker == agent or (agent == USER and speaker == ASSISTANT)
        case MoodShifted() | ReplyRejected() | SubagentStarted() | ToolCalled() | ToolAnswered() | ToolRefused() | ToolFaulted():
            return event.agent == agent
        case _:
            return False
