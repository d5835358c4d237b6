"""What happens in a run: which conversations it schedules, and how each one came out."""

from typing import ClassVar

from pydantic import JsonValue

from events.base import Event, Fact
from events.conversation import Party, Usage


class RunStarted(Event):
    """The settings that decide every byte of the run's log and data set."""

    TOPIC: ClassVar[str] = "run-started.v1"
    run: str
    settings: dict[str, JsonValue]
    """Setting names, count, seed, models, limits, digests of outside data."""


class ConversationScheduled(Event):
    """A conversation is to be held; its stream may not exist yet."""

    TOPIC: ClassVar[str] = "conversation-scheduled.v1"
    stream: str


class Incident(Fact):
    """One kind of failure that a conversation went on after: a tool that broke, or a sub-agent that gave up."""

    party: Party
    who: str
    """Name of the tool, or path of the sub-agent without numbers."""
    code: str
    reason: str
    """As it was told the first time."""
    count: int = 1


class ConversationFinished(Event):
    """A conversation was held to its end; ``digest`` seals its stream, ``findings`` say why it is not accepted.

    All else can be counted from that stream again; it stands here so that a run is summed up without reading them all.
    """

    TOPIC: ClassVar[str] = "conversation-finished.v2"
    stream: str
    events: int
    digest: str
    accepted: bool
    findings: tuple[str, ...] = ()
    fault: Party | None = None
    """Whose fault it is that it is not accepted."""
    incidents: tuple[Incident, ...] = ()
    usage: Usage | None = None
    """Of all replies together; None where none was paid for."""
    cost_usd: float = 0.0
    course: str | None = None
    """Digest of what was said, called and shown, where a goal is held more than once: equal ones say the same again."""


class ConversationAbandoned(Event):
    """A conversation could not be held. Where infrastructure is at fault it is tried again, and may be finished after all."""

    TOPIC: ClassVar[str] = "conversation-abandoned.v1"
    stream: str
    reason: str
    fault: Party


class BudgetReached(Event):
    """The run may spend no more; what was begun goes on where it may."""

    TOPIC: ClassVar[str] = "budget-reached.v1"
    reason: str


class RunFinished(Event):
    """All that was scheduled is finished or abandoned; ``digest`` covers every conversation that is finished.

    A run that goes on after it, with what was abandoned, has another one in the end: the last one counts.
    """

    TOPIC: ClassVar[str] = "run-finished.v1"
    conversations: int
    accepted: int
    digest: str
