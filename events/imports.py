"""What is known of a conversation that was held elsewhere, and where running its calls again gave something else."""

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from events.base import Event, Fact


class Oddity(Fact):
    """Something in a transcript that is not as it should be; its text is kept as it was."""

    code: str
    """Such as ``leaked-think``; ``docs/import.md`` lists them."""
    message: int
    """Place in the transcript, counted from 0."""


class Replayed(Fact):
    """What the benchmark's own code gives for the same calls, where the transcript's source says so."""

    engine: str
    differing: tuple[int, ...] = ()
    """Calls, counted from 0, whose result was not the recorded one."""
    unknown: tuple[int, ...] = ()
    """Calls that could not be compared."""
    state_equal: bool | None = None
    """Whether the state at the end is the one that the gold calls lead to."""


class TranscriptImported(Event):
    """The conversation was held elsewhere: where it was published, what was said of it there, what it is judged against."""

    TOPIC: ClassVar[str] = "transcript-imported.v1"
    key: str
    """Its name at its source."""
    place: str
    """File name and row."""
    shape: str
    """Format: ``openai``, ``tau-bench``, ``tau2-bench`` or ``trajectories``."""
    benchmark: str = ""
    domain: str = ""
    database: str = ""
    """Name of the data that its calls are run again on; empty where they are not."""
    task: str = ""
    task_version: str = ""
    """Digest of the gold calls and expected outputs that it is judged by: they differ between versions of a task."""
    criterion: tuple[str, ...] = ()
    """What the reward was given for, such as ``DB``."""
    reward: float | None = None
    """As published."""
    rewards: dict[str, JsonValue] = Field(default={})
    """Its parts, as published."""
    termination: str | None = None
    origin: dict[str, str] = Field(default={})
    """Repository, file, commit, licence, note, as far as known."""
    oddities: tuple[Oddity, ...] = ()
    replayed: Replayed | None = None


class MessageSetAside(Event):
    """A message that fits nowhere in a conversation, such as a result without a call; no agent's transcript shows it."""

    TOPIC: ClassVar[str] = "message-set-aside.v1"
    code: str
    message: int
    raw: str


class ToolDiverged(Event):
    """Run again, the call came out otherwise: the outcome that follows shows what was recorded, and has the effect of ours."""

    TOPIC: ClassVar[str] = "tool-diverged.v1"
    agent: str
    call_id: str
    cause: Literal["rounding", "wording", "refused-here", "refused-there", "value"]
    path: str
    """The first difference, such as ``content /items/0/price``."""
    recomputed: str
    """What our tool showed."""


class ToolWasLive(Event):
    """The call could not be run again: the outcome that follows is what was recorded, and nothing is known of its effect."""

    TOPIC: ClassVar[str] = "tool-was-live.v1"
    agent: str
    call_id: str
    why: Literal["unknown-setting", "unknown-tool", "bad-arguments"]
