"""What happens in a run: which conversations it schedules, and how each one came out."""

from typing import ClassVar

from pydantic import JsonValue

from events.base import Event
from events.conversation import Party


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


class ConversationFinished(Event):
    """A conversation was held to its end; ``digest`` seals its stream, ``findings`` say why it is not accepted."""

    TOPIC: ClassVar[str] = "conversation-finished.v1"
    stream: str
    events: int
    digest: str
    accepted: bool
    findings: tuple[str, ...] = ()


class ConversationAbandoned(Event):
    """A conversation could not be held."""

    TOPIC: ClassVar[str] = "conversation-abandoned.v1"
    stream: str
    reason: str
    fault: Party


class BudgetReached(Event):
    """The run may spend no more; what was begun goes on where it may."""

    TOPIC: ClassVar[str] = "budget-reached.v1"
    reason: str


class RunFinished(Event):
    """All that was scheduled is finished or abandoned; ``digest`` covers every stream of the run."""

    TOPIC: ClassVar[str] = "run-finished.v1"
    conversations: int
    accepted: int
    digest: str
