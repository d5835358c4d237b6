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
    """(JSON pointer, value) pairs by which its state at the start differs from the database's."""
    ends: Sequence[Any] | None = None
    """Likewise how the benchmark's gold state differs from the one at the start; None where the source does not say."""
    begins: Mapping[str, Any] = field(default_factory=dict)
    """``initial_state`` as tau2-bench writes it, where it says anything."""
    checks: Sequence[Mapping[str, Any]] = ()
    """``env_assertions``: ``func_name``, ``arguments``, ``assert_value``."""


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
    inferred: Mapping[int, tuple[str, Mapping[str, Any]]] = field(default_factory=dict)
    """Place of a result whose call is missing -> (tool, arguments) as the source infers them."""
