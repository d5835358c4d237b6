"""Whole conversations between the offline models, as they are rehearsed: drawn by a seed, and to be read by people."""

from random import Random

from actors.drawing.rehearsal import rehearse
from actors.mind import Mind
from actors.minds import OFFLINE, make_mind
from domain.agents import ASSISTANT, USER
from domain.conversation import Conversation
from domain.goal import Goal
from domain.persona.sampling import draw_persona
from domain.persona.traits import Persona
from domain.setting import Setting
from domain.verdict import Verdict
from domain.world import World
from events.conversation import AssistantSpoke, ConversationEnded, UserSpoke
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused


def minds(setting: Setting, goal: Goal, persona: Persona, seed: int) -> dict[str, Mind]:
    """Both offline models, new."""
    return {role: make_mind(role, OFFLINE[role], setting, goal, persona, seed) for role in (USER, ASSISTANT)}


def drawn(setting: Setting, world: World, seed: int) -> tuple[Goal, Persona, Conversation, Verdict]:
    """Goal, persona, conversation and verdict of one seed."""
    rng = Random(seed)
    goal = setting.draw_goal(world, rng)
    persona = draw_persona(rng, setting.kind_of(goal))
    return goal, persona, *rehearse(setting, world, goal, persona, seed)


def text(held: Conversation) -> str:
    """To be read by people."""
    lines = []
    for event in held.history:
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
