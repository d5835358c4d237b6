"""A transcript as all formats give it, before anything in it is believed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.errors import DomainError
from events.imports import Replayed


class TranscriptError(DomainError):
    """A file of transcripts cannot be read; the text names file and place."""


@dataclass(frozen=True)
class Task:
    """What a conversation was to achieve, as its source says."""

    id: str
    instruction: str
    actions: Sequence[Mapping[str, Any]] = ()
    """Gold calls: ``name``, ``arguments``."""
    outputs: Sequence[str] = ()
    criterion: Sequence[str] = ()
    """What the reward is given for; empty where the source does not say."""
    initial: Sequence[Any] = ()
    """(JSON pointer, value) pairs by which its state differs from the database's at the start."""
    begins_elsewhere: bool = False
    """Whether it starts in a state that only the benchmark's own code can make."""


@dataclass(frozen=True)
class Transcript:
    """One conversation, its messages as they were found."""

    key: str
    place: str
    shape: str
    messages: Sequence[Any]
    benchmark: str = ""
    domain: str = ""
    engine: str = ""
    """Version of the benchmark, where the source says."""
    task: Task | None = None
    policy: str = ""
    tools: Sequence[Any] = ()
    """Specifications that the agent was offered, where they are in the file."""
    models: Mapping[str, str] = field(default_factory=dict)
    """Role -> model."""
    reward: float | None = None
    rewards: Mapping[str, Any] = field(default_factory=dict)
    termination: str | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    replayed: Replayed | None = None
