"""What happens to blueprints before they are held: each is drawn, and then accepted, or rejected with its reasons."""

from typing import ClassVar, Literal

from events.base import Event, Fact

Stage = Literal["format", "execution", "policy", "solvability", "necessity", "uniqueness", "committee", "duplicate", "recombination"]
"""In the order in which they are gone through."""


class Reason(Fact):
    """Why a stage does not let a blueprint pass; ``code`` such as ``unknown-id``, ``place`` such as ``actions.2.order_id``."""

    code: str
    place: str
    sentence: str
    """For whoever writes it again: what was found there, and what would do."""


class BlueprintAccepted(Event):
    """A blueprint passed all stages. ``blueprint`` is the digest of its content."""

    TOPIC: ClassVar[str] = "blueprint-accepted.v1"
    name: str
    blueprint: str
    drawn: int
    """Which of the drawings it is, counted from 0."""
    round: int = 0
    """How often it was written again before."""
    diff: tuple[str, ...] = ()
    """``table.key.field`` of all that the gold path changes."""


class BlueprintRejected(Event):
    """A blueprint was stopped at a stage; it is kept for contrast."""

    TOPIC: ClassVar[str] = "blueprint-rejected.v1"
    name: str
    blueprint: str
    drawn: int
    round: int = 0
    stage: Stage
    reasons: tuple[Reason, ...]
