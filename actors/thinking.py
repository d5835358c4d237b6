"""What a model is told, and how it is asked again: the minds of assistant and sub-agents that a real model plays."""

from collections.abc import Mapping, Sequence
from typing import Any

from actors.gateway.calls import Answer, Request
from actors.gateway.gateway import Gateway
from actors.gateway.parse import Understood, understand, unusable
from actors.gateway.receipt import receipt
from actors.gateway.settings import Role
from actors.mind import Reply
from domain.agents import Agent
from events.base import Event
from events.conversation import ReplyRejected, Usage
from projections.transcript import Message, told

AGAIN = "Your last reply could not be used:"
"""How a model's next question begins after such a reply."""


class ModelMind:
    """An agent that a model plays. It is shown what the agent's row of the data set will show, and nothing else.

    Args:
        model: As LiteLLM names it.
        path: Of the agent.
        system: What it is told before anything else.
        agent: What it may use; None for somebody without tools.
        role: How the model is asked.
        conversation: Stream of the log.
    """

    def __init__(self, gateway: Gateway, model: str, path: str, system: str, agent: Agent | None, role: Role, conversation: str) -> None:
        self._gateway, self._asked, self._path, self._role, self._conversation = gateway, model, path, role, conversation
        self._tools = agent.toolset if agent else {}
        self._specs = agent.toolset.specs if agent else []
        self._system = Message(role="system", content=system)
        self._seen: list[tuple[int, Event]] = []
        self._rejected: list[ReplyRejected] = []
        self.model = model
        self.request: str | None = None
        self.usage: Usage | None = None
        self.cost_usd: float | None = None
        self.beside: Mapping[str, Any] = {}

    def observe(self, event: Event) -> None:
        """Take in one event; a rejected reply is forgotten as soon as a usable one has come."""
        if isinstance(event, ReplyRejected):
            self._rejected.append(event)
            return
        self._rejected.clear()
        self._seen.append((len(self._seen), event))

    async def reply(self) -> Reply:
        """What the model wants to do now."""
        request = self._request(self._messages())
        answer = await self._gateway.ask(request)
        self._note([answer], request.digest)
        reasons, reply = self._understood(answer)
        if reasons and len(self._rejected) < self._role.repairs:
            return unusable(answer, reasons)
        return reply

    def _understood(self, answer: Answer) -> Understood:
        return understand(answer, self._tools)

    def _transcript(self) -> list[Message]:
        return [line.message for line in told(self._seen, self._path)]

    def _messages(self) -> list[dict[str, Any]]:
        messages = [_sent(message) for message in (self._system, *self._transcript())]
        for rejected in self._rejected:
            messages.append({"role": "assistant", "content": rejected.raw or "(nothing)"})
            messages.append({"role": "user", "content": "\n".join([AGAIN, *rejected.reasons, "Reply again, as if for the first time."])})
        return messages

    def _request(self, messages: list[dict[str, Any]], sample: int = 0) -> Request:
        return Request(self._asked, messages, self._specs, self._role.parameters(sample), self._conversation, self._path, sample)

    def _note(self, answers: Sequence[Answer], request: str) -> None:
        """What the reply took; the first answer is the one that counts."""
        took = receipt(answers, request)
        self.model, self.request, self.usage, self.cost_usd, self.beside = took.model, took.request, took.usage, took.cost_usd, took.beside


def _sent(message: Message) -> dict[str, Any]:
    """A message as providers take it."""
    sent: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        sent["tool_calls"] = [call.model_dump() for call in message.tool_calls]
    if message.tool_call_id is not None:
        sent["tool_call_id"] = message.tool_call_id
    return sent
