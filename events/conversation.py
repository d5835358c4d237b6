"""What happens in one conversation: it starts, somebody thinks, speaks or feels otherwise, it ends."""

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from events.base import Event, Fact
from events.tools import Change


class Limits(Fact):
    """Where a conversation is stopped, whatever its participants want."""

    turns: int = 30
    """Turns of the user."""
    tool_calls: int = 60
    """Tool calls of all agents together."""
    depth: int = 3
    """How often work may be handed on: 0 for no sub-agents at all."""


class ConversationStarted(Event):
    """Everything the conversation depends on, named by digest; the content behind each is in the content store."""

    TOPIC: ClassVar[str] = "conversation-started.v1"
    run: str
    """Name of the run stream."""
    setting: str
    index: int
    """Position in the run, counted from 0."""
    seed: int
    world: str
    """Digest of the base world's content."""
    scenario: str
    """Digest of scenario.yaml."""
    policy: str
    """Digest of the policy's prose."""
    toolset: str
    """Digest of the tool list, as the assistant is offered it."""
    persona: str
    """Digest of the user's persona."""
    goal: str
    """Digest of the goal; a blueprint is a goal with its plan."""
    models: dict[str, str]
    """Role to model name."""
    clock: str
    """Time inside the world when the conversation begins, ISO 8601, UTC."""
    limits: Limits = Limits()
    enforced: bool = True
    """Whether policy rules guard calls, or only describe them."""
    user_toolset: str | None = None
    """Digest of the tool list, as the user is offered it; None where they have no tools of their own."""
    setup: tuple[Change, ...] = ()
    """What is different from the base world as this conversation begins."""


class ConversationForked(Event):
    """Another conversation goes on otherwise here: all up to a position of it is the past of this stream as well.

    It is the first event of its stream, and counts: what follows has positions from ``position + 2`` on.
    """

    TOPIC: ClassVar[str] = "conversation-forked.v1"
    parent: str
    position: int
    """Events that are shared, counted as the parent itself is read: with those that it shares in turn."""
    shared: str
    """Digest of the last event that is shared."""
    edits: int | None = None
    """The parent's event that is written otherwise; the step that it belongs to follows, as it is now."""
    amends: dict[str, JsonValue] = Field(default={})
    """What of ConversationStarted holds no longer, and what holds instead from here on: ``models``, ``seed``, ``policy`` ..."""


class Usage(Fact):
    """What a reply took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class ModelReplied(Event):
    """A model answered. What it answered is what the events after it, in the same append, say.

    The reply is thus stored once. ``raw`` holds it only where those events cannot: when it was malformed.
    """

    TOPIC: ClassVar[str] = "model-replied.v1"
    agent: str
    model: str
    request: str | None = None
    """Digest of all that the model was shown; None for rules, which see the conversation as it stands and no prompt."""
    usage: Usage | None = None
    raw: str | None = None
    reasoning: str | None = None
    """What it thought, where the events after it do not say: a user's, and that of who plays simulated tools."""


class ReplyRejected(Event):
    """A model's reply could not be acted on, and the model is asked again. No message of a data set comes of it."""

    TOPIC: ClassVar[str] = "reply-rejected.v1"
    agent: str
    model: str
    raw: str
    """What it replied, cut where it is long."""
    characters: int
    """Of the whole reply."""
    reasons: tuple[str, ...]
    """A code and a sentence each; the model is told them."""
    request: str | None = None
    """As in ModelReplied."""
    usage: Usage | None = None


class UserSpoke(Event):
    """The user's turn."""

    TOPIC: ClassVar[str] = "user-spoke.v1"
    agent: str
    content: str


class UserSlipped(Event):
    """With what they say next the user changes their mind, or tells something wrong, as was planned; no agent is told.

    ``kind`` is one of ``domain/slips.py``.
    """

    TOPIC: ClassVar[str] = "user-slipped.v1"
    agent: str
    kind: str
    task: int | None = None
    """Which of the goal's tasks it is about, counted from 0; None for who the user is."""
    dropped: tuple[int, ...] = ()
    """Actions of the goal, counted from 0, that the user no longer wants."""
    untold: tuple[str, ...] = ()
    """Outputs of the goal that they need no longer be told."""
    slot: str = ""
    meant: str = ""
    said: str = ""
    """In place of what is meant."""


class AssistantSpoke(Event):
    """An agent's message to whoever it serves: the user, or for a sub-agent its parent."""

    TOPIC: ClassVar[str] = "assistant-spoke.v1"
    agent: str
    content: str
    reasoning: str | None = None


class MoodChange(Fact):
    """One emotion, 0 to 1, before and after."""

    emotion: str
    before: float
    after: float


class MoodShifted(Event):
    """What happened moved somebody's emotions; nobody else is told. ``cause`` is a code, such as ``repeated-question``."""

    TOPIC: ClassVar[str] = "mood-shifted.v1"
    agent: str
    cause: str
    changes: tuple[MoodChange, ...]


Party = Literal["user", "assistant", "tool", "judge", "infrastructure"]
"""Who is at fault when something went wrong."""


class ConversationEnded(Event):
    """Nothing follows this. ``reason`` is a code, such as ``user-done`` or ``turn-limit``."""

    TOPIC: ClassVar[str] = "conversation-ended.v1"
    reason: str
    fault: Party | None = None
    detail: JsonValue = None
