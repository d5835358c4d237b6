"""What goes to a model and what comes back, whoever serves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, JsonValue

from events.digests import content_digest

MOST_CHARACTERS = 200_000
"""Of one reply; what is longer is cut before anything else sees it."""


@dataclass(frozen=True)
class Request:
    """One question to a model.

    Args:
        messages: In OpenAI's shape.
        tools: Specifications, as the agent is offered them.
        parameters: What else decides the reply, such as ``temperature``.
        conversation: Stream of the log that the reply goes to.
        agent: Path of the agent that asks.
        sample: Tells questions apart that are equal in all else.
    """

    model: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    conversation: str = ""
    agent: str = ""
    sample: int = 0

    @cached_property
    def digest(self) -> str:
        """Of all that the model is shown."""
        shown = {"model": self.model, "messages": self.messages, "tools": self.tools, "parameters": self.parameters}
        return content_digest(orjson.dumps(shown, option=orjson.OPT_SORT_KEYS))

    @cached_property
    def key(self) -> str:
        """Of the question where it is asked: equal questions of two conversations have replies of their own."""
        return content_digest(f"{self.digest} {self.conversation} {self.agent} {self.sample}".encode())

    @cached_property
    def tokens(self) -> int:
        """Roughly what the prompt takes: four characters a token."""
        return len(orjson.dumps([self.messages, self.tools])) // 4


class AskedCall(BaseModel):
    """A tool call as a model wrote it; nothing of it is checked."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    arguments: str


class Answer(BaseModel):
    """A model's reply as it came; nothing of it is checked."""

    model_config = ConfigDict(frozen=True)

    model: str
    """Who replied: the one that was asked, or a fallback."""
    content: str = ""
    reasoning: str | None = None
    calls: tuple[AskedCall, ...] = ()
    finish: str = ""
    """Why it ended, as the provider says: such as ``stop``, ``tool_calls`` or ``length``."""
    characters: int = 0
    """Of the whole reply, before it was cut."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_nano: int | None = None
    """Billionths of a US dollar; None where the price is not known."""
    incidents: tuple[str, ...] = ()
    """What went wrong on the way, in order: such as ``rate-limited`` or ``timeout``."""

    @property
    def is_cut(self) -> bool:
        """Whether it was too long to be kept."""
        return self.characters > MOST_CHARACTERS


class CallFailed(Exception):
    """A call brought no reply.

    Args:
        kind: ``rate-limited``, ``overloaded``, ``server-error``, ``timeout``, ``connection`` and ``garbage`` may pass;
            ``declined`` (this prompt is too long, or not allowed) and ``rejected`` (key, name or parameters are wrong) will not.
        retry_after_s: As the provider asks.
    """

    def __init__(self, kind: str, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind, self.reason, self.retry_after_s = kind, reason, retry_after_s


THROTTLED = frozenset({"rate-limited", "overloaded"})
"""Kinds of failure that say: less at a time."""
