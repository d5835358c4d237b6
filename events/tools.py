"""What happens to a tool call: it is made, and it is answered, refused, or it fails."""

from typing import ClassVar

from pydantic import JsonValue

from events.base import Event, Fact


class Change(Fact):
    """One field of one row, before and after; with ``field`` left out, the whole row.

    A whole row that appears has ``before`` None, one that disappears has ``after`` None. A field that is
    absent is told from one that is null by ``absent``.
    """

    table: str
    key: str
    field: str | None = None
    before: JsonValue = None
    after: JsonValue = None
    absent: str | None = None
    """``before`` or ``after``: on that side the row lacks the field altogether."""


class ToolCalled(Event):
    """An agent asked for a tool."""

    TOPIC: ClassVar[str] = "tool-called.v1"
    agent: str
    call_id: str
    """Pairs the call with its outcome; unique within the conversation."""
    tool: str
    arguments: dict[str, JsonValue]
    content: str | None = None
    """Text that the model put beside its calls; on the first call of a step only."""
    reasoning: str | None = None
    """On the first call of a step only."""


class ToolAnswered(Event):
    """The tool did its work: the observation and its effect, in one fact."""

    TOPIC: ClassVar[str] = "tool-answered.v1"
    agent: str
    call_id: str
    observation: JsonValue
    """All that the agent sees: a text as it is, anything else as JSON."""
    changes: tuple[Change, ...] = ()
    reads: tuple[tuple[str, str, str], ...] = ()
    """(table, key, field) that the answer depends on; ``*`` stands for all."""
    world: str | None = None
    """Digest of the world after the changes, where there are any."""


class ToolRefused(Event):
    """The tool, or the policy that guards it, declined; nothing changed."""

    TOPIC: ClassVar[str] = "tool-refused.v1"
    agent: str
    call_id: str
    code: str
    reason: str


class ToolFaulted(Event):
    """The tool broke; nothing changed."""

    TOPIC: ClassVar[str] = "tool-faulted.v1"
    agent: str
    call_id: str
    kind: str
    """Such as ``exception``, ``invariant``, ``schema``, ``timeout``."""
    reason: str


class Objection(Fact):
    """One reason why a proposal cannot be."""

    code: str
    """Such as ``contradicts-world``; ``domain/simulated.py`` lists them."""
    place: str
    """What it is about: ``status`` of the observation, ``orders.#W1.status`` of the changes."""
    reason: str


class ProposalRejected(Event):
    """What a simulated tool's model proposed for a call cannot be: nothing changed, and no agent sees it."""

    TOPIC: ClassVar[str] = "proposal-rejected.v1"
    agent: str
    """The role that proposed: ``tools``."""
    call_id: str
    model: str
    objections: tuple[Objection, ...]
    proposal: str
    """As JSON, cut where it is long."""


class ToolLagged(Event):
    """The answer that follows is read off an earlier world: it does not show what the last change did."""

    TOPIC: ClassVar[str] = "tool-lagged.v1"
    agent: str
    call_id: str
    unseen: str
    """Call whose changes it does not show."""
