"""Rehearsing: a blueprint is held by the offline user and assistant, with nothing recorded, to see where its text leads."""

from collections.abc import Iterator

from actors.conversation import visible
from actors.mind import Mind, Reply, Say
from actors.minds import OFFLINE, make_mind
from domain.agents import ASSISTANT, USER
from domain.conversation import CallTools, Command, Conversation, End, RunTool, Speak, decide, replay
from domain.policy import Memory
from domain.verifying.ground import Ground
from domain.verifying.rehearsal import Rehearsal, as_said, unsaid
from domain.world import World
from events.conversation import ConversationStarted, ModelReplied
from events.subagents import SubagentStarted


def rehearse(ground: Ground) -> Rehearsal:
    """Hold a blueprint with rules, its user knowing no more than its text says."""
    setting, blueprint = ground.setting, ground.blueprint
    missing = unsaid(blueprint, setting.clock)
    goal = as_said(blueprint.goal, missing)
    minds = {role: make_mind(role, OFFLINE[role], setting, goal, blueprint.persona, blueprint.seed) for role in (USER, ASSISTANT)}
    started = ConversationStarted(
        **dict.fromkeys(("run", "world", "scenario", "policy", "toolset", "persona", "goal"), ""),
        setting=setting.name,
        index=0,
        seed=blueprint.seed,
        models={},
        clock=setting.clock,
        limits=setting.limits,
        setup=goal.setup,
    )
    state, memory = replay(Conversation(World(ground.base)), [started]), Memory()
    while state.ended is None:
        for command in _commands(state, minds):
            for event in decide(state, command, setting.environment, memory):
                state = replay(state, [event])
                memory.observe(event)
                if isinstance(event, SubagentStarted):
                    minds[event.agent] = make_mind(event.agent, OFFLINE[ASSISTANT], setting, goal, blueprint.persona, blueprint.seed)
                for agent, mind in minds.items():
                    if visible(event, agent):
                        mind.observe(event)
    return Rehearsal(state, missing)


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
    reply = _reply(mind)
    via = ModelReplied(agent=turn.agent, model=mind.model)
    if not isinstance(reply, Say):
        yield CallTools(turn.agent, getattr(reply, "calls", ()), None, None, via)
        return
    yield Speak(turn.agent, reply.content, reply.reasoning, via)
    if reply.done:
        yield End(reply.done)


def _reply(mind: Mind) -> Reply:
    """A reply, without a loop: rules have nothing to wait for."""
    coroutine = mind.reply()
    try:
        coroutine.send(None)
    except StopIteration as stop:
        reply: Reply = stop.value
        return reply
    raise AssertionError(f"{mind.model} waits for something")
