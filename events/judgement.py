"""What is thought of a conversation that has ended, and what was planted in one to try the judges."""

from typing import Annotated, ClassVar

from pydantic import Field

from events.base import Event, Fact
from events.conversation import Usage

BESIDE = "judged/"
"""Before a conversation's name, the stream of its judgements; the conversation itself is history, and takes no more."""


class Score(Fact):
    """One axis, from 1 (worst) to 10 (best), with the events that show it."""

    axis: str
    score: Annotated[int, Field(ge=1, le=10)]
    reason: Annotated[str, Field(min_length=1)]
    evidence: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)]
    """Positions in the conversation's stream."""


class TurnScores(Fact):
    """What one turn of the user, and all that it led to, says on some of the axes."""

    turn: Annotated[int, Field(ge=1)]
    scores: Annotated[tuple[Score, ...], Field(min_length=1)]


class Judged(Event):
    """A judge gave its opinion; it stands in a stream of its own, ``judged/<conversation>``."""

    TOPIC: ClassVar[str] = "judged.v1"
    judge: str
    """Model name."""
    conversation: str
    """Name of the stream that was judged."""
    events: int
    """Its length."""
    digest: str
    """Its digest: what was judged is just this."""
    axes: tuple[Score, ...]
    turns: tuple[TurnScores, ...] = ()
    request: str | None = None
    """Digest of all that the model was shown; None for rules."""
    usage: Usage | None = None
    reasoning: str | None = None
    """What it thought before it answered."""


class JudgementRejected(Event):
    """A judge's answer was no judgement, such as one whose evidence does not exist; it was asked again where that was left."""

    TOPIC: ClassVar[str] = "judgement-rejected.v1"
    judge: str
    conversation: str
    reasons: tuple[str, ...]
    request: str | None = None
    usage: Usage | None = None
    raw: str | None = None
    """What it answered."""


class FlawPlanted(Event):
    """The reply that follows, in the same append, is flawed on purpose; no agent and no judge sees this."""

    TOPIC: ClassVar[str] = "flaw-planted.v1"
    agent: str
    kind: str
    axis: str
    """The axis that it should lower most."""
