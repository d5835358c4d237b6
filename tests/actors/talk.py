"""Whole conversations between the offline models, held in memory, as actors/conversation.py holds them in a log."""

from collections.abc import Iterator
from random import Random

from actors.conversation import visible
from actors.mind import Mind, Reply, Say
from actors.minds import OFFLINE, make_mind
from domain.agents import ASSISTANT, USER
from domain.conversation import CallTools, Command, Conversation, End, RunTool, Speak, decide, replay
from domain.goal import Goal, gold_world
from domain.persona.mood import Mood
from domain.persona.sampling import draw_persona
from domain.persona.traits import Persona
from domain.policy import Memory
from domain.setting import Setting
from domain.verdict import Verdict, judge
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, ConversationStarted, ModelReplied, UserSpoke
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused


def minds(setting: Setting, goal: Goal, persona: Persona, seed: int) -> dict[str, Mind]:
    """Both offline models, new."""
    return {role: make_mind(role, OFFLINE[role], setting, goal, persona, seed) for role in (USER, ASSISTANT)}


def think(mind: Mind) -> Reply:
    """A reply, without a loop."""
    try:
        mind.reply().send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("an offline model has nothing to wait for")


def commands(state: Conversation, pair: dict[str, Mind]) -> Iterator[Command]:
    """What the next speaker wants."""
    turn = state.next()
    assert turn is not None
    if turn.call is not None:
        yield RunTool(turn.call.call_id)
        return
    agent = turn.agent
    limit = state.limit_for(agent)
    if limit:
        yield End(limit)
        return
    reply = think(pair[agent])
    via = ModelReplied(agent=agent, model=pair[agent].model, request="")
    if not isinstance(reply, Say):
        yield CallTools(agent, reply.calls, reply.content, reply.reasoning, via)
        return
    yield Speak(agent, reply.content, reply.reasoning, via)
    if reply.done:
        yield End(reply.done)


def hold(setting: Setting, world: World, goal: Goal, persona: Persona, seed: int, pair: dict[str, Mind] | None = None) -> Conversation:
    """One conversation to its end."""
    pair = pair or minds(setting, goal, persona, seed)
    memory = Memory()
    nowhere = dict.fromkeys(("run", "world", "scenario", "policy", "toolset", "persona", "goal"), "")
    started = ConversationStarted(
        setting=setting.name, index=0, seed=seed, models={}, clock=setting.clock, limits=setting.limits, **nowhere
    )
    state = replay(Conversation(world, mood=Mood.of(persona, setting.slots)), [started])
    while state.ended is None:
        for command in commands(state, pair):
            for event in decide(state, command, setting.environment, memory):
                state = replay(state, [event])
                memory.observe(event)
                if isinstance(event, SubagentStarted):
                    pair[event.agent] = make_mind(event.agent, OFFLINE[ASSISTANT], setting, goal, persona, seed)
                for agent, mind in pair.items():
                    if visible(event, agent):
                        mind.observe(event)
    return state


def drawn(setting: Setting, world: World, seed: int) -> tuple[Goal, Persona, Conversation, Verdict]:
    """Goal, persona, conversation and verdict of one seed."""
    rng = Random(seed)
    goal = setting.draw_goal(world, rng)
    persona = draw_persona(rng, setting.kind_of(goal))
    world = world.with_changes(goal.setup)
    state = hold(setting, world, goal, persona, seed)
    gold = gold_world(world, goal, setting.toolset, seed=seed, now=setting.clock)
    return goal, persona, state, judge(state, goal, gold, setting.checks)


def text(events: list[Event] | Conversation) -> str:
    """To be read by people."""
    lines = []
    for event in events.history if isinstance(events, Conversation) else events:
        match event:
            case UserSpoke(content=content):
                lines.append(f"USER  {content}")
            case AssistantSpoke(content=content, reasoning=reasoning):
                lines.append(f"      ({reasoning})\nASST  {content}")
            case ToolCalled(tool=tool, arguments=arguments, reasoning=reasoning):
                lines.append(f"      ({reasoning})\n CALL {tool} {arguments}")
            case ToolAnswered(observation=observation):
                lines.append(f"   -> {str(observation)[:160]}")
            case ToolRefused(code=code, reason=reason):
                lines.append(f"   -> REFUSED {code}: {reason}")
            case ToolFaulted(reason=reason):
                lines.append(f"   -> FAULT {reason}")
            case SubagentStarted(agent=agent, request=request):
                lines.append(f"      [{agent}: {request}]")
            case SubagentFinished(agent=agent):
                lines.append(f"      [{agent} is done]")
            case ConversationEnded(reason=reason):
                lines.append(f"END   {reason}")
    return "\n".join(lines)
