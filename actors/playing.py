"""The user that a real model plays: knows goal and persona, in words; knows no tools."""

from functools import cache
from pathlib import Path
from typing import Any

from actors.gateway.calls import Answer
from actors.gateway.gateway import Gateway
from actors.gateway.parse import Understood, understand, unusable
from actors.gateway.settings import Role
from actors.mind import Say
from actors.thinking import ModelMind
from domain.conversation import USER
from domain.goal import Goal
from domain.persona import Persona
from projections.transcript import Message

PROMPTS = Path(__file__).parent / "prompts"
ENDS = {"###DONE###": "user-done", "###TRANSFERRED###": "user-transferred", "###GIVE-UP###": "user-gave-up"}
"""What a user writes at the end of the last message -> why the conversation ends."""
OPENING = Message(role="user", content="(The chat is open. Write your first message.)")
"""Stands before the user's first message: models reply to something."""
_DEGREES = {"low": "little", "high": "much"}


class UserMind(ModelMind):
    """A user that a model plays.

    Args:
        goal: What they want and know.
        persona: How they speak.
    """

    def __init__(self, gateway: Gateway, model: str, goal: Goal, persona: Persona, role: Role, conversation: str) -> None:
        super().__init__(gateway, model, USER, user_prompt(goal, persona), None, role, conversation)

    def _transcript(self) -> list[Message]:
        return [OPENING, *super()._transcript()]

    def _understood(self, answer: Answer) -> Understood:
        reasons, reply = understand(answer, {})
        if not isinstance(reply, Say):
            return Understood(reasons, reply if not answer.calls else unusable(answer, reasons, final=True))
        text, done = reply.content, None
        for marker, reason in ENDS.items():
            if marker in text:
                text, done = text.replace(marker, ""), done or reason
        if not text.strip():
            reason = "empty: the last message needs words before its mark"
            return Understood((reason,), unusable(answer, (reason,), final=True))
        return Understood((), Say(text.strip(), done=done))


def user_prompt(goal: Goal, persona: Persona) -> str:
    """What the model that plays a user is told."""
    done, transferred, gave_up = ENDS
    words: dict[str, Any] = {"done": done, "transferred": transferred, "gave_up": gave_up}
    return str(_template("user").render(instruction=goal.instruction, identity=goal.identity, manner=manner(persona), **words)).strip()


def manner(persona: Persona) -> list[str]:
    """A persona in words; what is neither low nor high needs none."""
    return [f"{_DEGREES[bucket]} {trait.replace('_', ' ')}" for trait, bucket in persona.buckets.items() if bucket in _DEGREES]


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415, for models only

    environment = Environment(loader=FileSystemLoader(PROMPTS), undefined=StrictUndefined, autoescape=False)  # noqa: S701, no HTML
    return environment.get_template(f"{name}.md")
