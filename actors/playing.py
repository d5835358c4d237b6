"""The user that a real model plays: knows goal and persona, in words, and no tools but the user's own."""

import asyncio
import re
from functools import cache
from pathlib import Path
from typing import Any

from actors.gateway.calls import Answer, Request
from actors.gateway.gateway import Gateway
from actors.gateway.parse import Understood, understand, unusable
from actors.gateway.settings import Role
from actors.mind import Reply, Say, UseTools
from actors.thinking import ModelMind
from domain.agents import USER, Agent
from domain.goal import Goal
from domain.persona.guidance import feelings, guidance
from domain.persona.traits import Persona
from events.conversation import MoodShifted
from events.digests import content_digest
from projections.transcript import Message, json_text, told
from scenarios.load import persona_wording

PROMPTS = Path(__file__).parent / "prompts"
ENDS = {"###DONE###": "user-done", "###TRANSFERRED###": "user-transferred", "###GIVE-UP###": "user-gave-up"}
"""What a user writes at the end of the last message -> why the conversation ends."""
FEELING = "(How you feel now, which nobody wrote and only you know:"
"""How what is said of the user's mood begins; a bracket ends it."""
OPENING = Message(role="user", content="(The chat is open. Write your first message.)")
"""Stands before the user's first message: models reply to something."""


class UserMind(ModelMind):
    """A user that a model plays.

    Args:
        goal: What they want and know.
        persona: How they speak.
        own: What they can do themselves; None where they can only speak.
    """

    def __init__(
        self, gateway: Gateway, model: str, goal: Goal, persona: Persona, role: Role, conversation: str, own: Agent | None = None
    ) -> None:
        self._person = user_prompt(goal, persona, own)
        super().__init__(gateway, model, USER, self._person, own, role, conversation)

    async def reply(self) -> Reply:
        """What the user says next: one message, or the best of several."""
        if self._role.candidates == 1 or self._rejected:
            return await super().reply()
        requests = [self._request(self._messages(), sample) for sample in range(self._role.candidates)]
        answers = await asyncio.gather(*map(self._gateway.ask, requests))
        drafts = {text: answer for answer in answers for text in [_draft(self._understood(answer).reply)] if text is not None}
        if not drafts:  # none can be used: as if the first were the only one
            chosen = answers[0]
        elif len(drafts) == 1:
            chosen = next(iter(drafts.values()))
        else:
            critique = self._critique(list(drafts))
            verdict = await self._gateway.ask(critique)
            chosen = list(drafts.values())[_number(verdict.content, len(drafts))]
            requests, answers = [*requests, critique], [*answers, verdict]
        others = [answer for answer in answers if answer is not chosen]
        self._note([chosen, *others], content_digest(" ".join(request.digest for request in requests).encode()))
        reasons, reply = self._understood(chosen)
        return unusable(chosen, reasons) if reasons and self._role.repairs else reply

    def _critique(self, drafts: list[str]) -> Request:
        """The question which draft is best, asked of the same model as itself."""
        text = str(_template("choose").render(person=self._person, candidates=drafts)).strip()
        said = "\n".join(f"{'You' if line.role == 'assistant' else 'Assistant'}: {line.content}" for line in self._transcript()[1:])
        return self._request(
            [{"role": "system", "content": text}, {"role": "user", "content": f"The chat so far:\n{said or '(nothing yet)'}"}]
        )

    def _transcript(self) -> list[Message]:
        """What was said; how the user feels stands below the message that moved them, and there it stays."""
        felt = {position: event for position, event in self._seen if isinstance(event, MoodShifted)}
        lines = [OPENING]
        for line in told(self._seen, self._path):
            shift = felt.get(line.last + 1)  # it is recorded with the message that moved them
            note = f"\n\n{FEELING} {feelings(shift, persona_wording())})" if shift else ""
            lines.append(line.message.model_copy(update={"content": line.message.content + note}))
        return lines

    def _understood(self, answer: Answer) -> Understood:
        reasons, reply = understand(answer, self._tools)
        if not isinstance(reply, Say):
            return Understood(reasons, reply if self._tools or not answer.calls else unusable(answer, reasons, final=True))
        text, done = reply.content, None
        for marker, reason in ENDS.items():
            if marker in text:
                text, done = text.replace(marker, ""), done or reason
        if not text.strip():
            reason = "empty: the last message needs words before its mark"
            return Understood((reason,), unusable(answer, (reason,), final=True))
        return Understood((), Say(text.strip(), reply.reasoning, done))


def _draft(reply: Reply) -> str | None:
    """A candidate as the others are compared with it: what is said, or what is done; None where it is neither."""
    if isinstance(reply, UseTools):
        return "\n".join(f"(does: {wanted.tool} {json_text(dict(wanted.arguments))})" for wanted in reply.calls)
    return reply.content if isinstance(reply, Say) else None


def user_prompt(goal: Goal, persona: Persona, own: Agent | None = None) -> str:
    """What the model that plays a user is told."""
    done, transferred, gave_up = ENDS
    words: dict[str, Any] = {"done": done, "transferred": transferred, "gave_up": gave_up}
    manner = guidance(persona, persona_wording()).splitlines()
    return str(_template("user").render(instruction=goal.instruction, identity=goal.identity, manner=manner, own=own, **words)).strip()


def _number(text: str, most: int) -> int:
    """The draft that is named, counted from 0; the first where none is."""
    found = re.search(r"\d+", text)
    return int(found[0]) - 1 if found and 1 <= int(found[0]) <= most else 0


@cache
def _template(name: str) -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415, for models only

    environment = Environment(loader=FileSystemLoader(PROMPTS), undefined=StrictUndefined, autoescape=False)  # noqa: S701, no HTML
    return environment.get_template(f"{name}.md")
