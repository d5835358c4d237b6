"""Rehearsal: a conversation between the offline models, held in memory, to find the calls that lead to a goal."""

from collections.abc import Iterator
from typing import NamedTuple

from actors.conversation import visible
from actors.mind import Mind, Reply, Say
from actors.minds import OFFLINE, make_mind
from domain.agents import ASSISTANT, USER
from domain.blueprints.toolgraph import Answered
from domain.conversation import CallTools, Command, Conversation, End, RunTool, Speak, decide, replay
from domain.goal import Goal, gold_world
from domain.persona.mood import Mood
from domain.persona.traits import Persona
from domain.policy import Memory
from domain.setting import Setting
from domain.verdict import Verdict, judge
from domain.walking import blank_start
from domain.world import World
from events.conversation import ModelReplied
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled


class Rehearsed(NamedTuple):
    """A conversation that was held, and how it came out."""

    held: Conversation
    verdict: Verdict

    def path(self, setting: Setting) -> list[Answered]:
        """Every call that was answered, look-ups included and whoever made it, in the order of the answers."""
        calls = {event.call_id: event for event in self.held.history if isinstance(event, ToolCalled)}
        answers = [(calls[event.call_id], event) for event in self.held.history if isinstance(event, ToolAnswered)]
        return [
            Answered(call.tool, call.arguments, answer.observation, setting.toolset[call.tool].writes)
            for call, answer in answers
            if call.tool in setting.toolset
        ]


def rehearse(setting: Setting, world: World, goal: Goal, persona: Persona, seed: int) -> Rehearsed:
    """Hold a conversation to its end.

    Args:
        world: The setting's, before what the goal says is different.
        seed: Of the conversation.
    """
    minds = {role: make_mind(role, OFFLINE[role], setting, goal, persona, seed) for role in (USER, ASSISTANT)}
    started = blank_start(setting, seed=seed, limits=setting.limits, setup=goal.setup)
    state, memory = replay(Conversation(world, mood=Mood.of(persona, setting.slots)), [started]), Memory()
    while state.ended is None:
        for command in _commands(state, minds):
            for event in decide(state, command, setting.environment, memory):
                state = replay(state, [event])
                memory.observe(event)
                if isinstance(event, SubagentStarted):
                    minds[event.agent] = make_mind(event.agent, OFFLINE[ASSISTANT], setting, goal, persona, seed)
                for agent, mind in minds.items():
                    if visible(event, agent):
                        mind.observe(event)
    gold = gold_world(world.with_changes(goal.setup), goal, setting.toolset, seed=seed, now=setting.clock)
    return Rehearsed(state, judge(state, goal, gold, setting.checks))


def _commands(state: Conversation, minds: dict[str, Mind]) -> Iterator[Command]:
    """What the next speaker wants."""
    turn = state.next()
    assert turn is not None
    if turn.call is not None:
        yield RunTool(turn.call.call_id)
        return
    limit = state.limit_for(turn.agent)
    if limit:
        yield End(limit)
        return
    mind = minds[turn.agent]
    reply = think(mind)
    via = ModelReplied(agent=turn.agent, model=mind.model)
    if not isinstance(reply, Say):
        yield CallTools(turn.agent, getattr(reply, "calls", ()), None, None, via)
        return
    yield Speak(turn.agent, reply.content, reply.reasoning, via)
    if reply.done:
        yield End(reply.done)


def think(mind: Mind) -> Reply:
    """A reply, without a loop: rules have nothing to wait for."""
    coroutine = mind.reply()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        reply: Reply = stop.value
        return reply
    raise AssertionError(f"{mind.model} waits for something")
