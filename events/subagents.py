"""What happens between agents: one hands work to another, gets an answer, or finds that another was faster."""

from typing import ClassVar

from events.base import Event


class SubagentStarted(Event):
    """An agent was put to work on a request; what it is, is named by digest."""

    TOPIC: ClassVar[str] = "subagent-started.v1"
    agent: str
    """Path of the new agent, such as ``assistant/billing``; a second one is ``assistant/billing#2``."""
    call_id: str
    """The parent's call that it answers."""
    request: str
    """All that it is told."""
    prompt: str
    """Digest of its prompt."""
    toolset: str
    """Digest of its tool list."""
    model: str


class SubagentFinished(Event):
    """The agent is done. Its answer is its last message; with ``reason``, it has none."""

    TOPIC: ClassVar[str] = "subagent-finished.v1"
    agent: str
    call_id: str
    reason: str | None = None
    """Why there is no answer: such as ``model-fault`` or ``step-limit``."""


class ToolConflicted(Event):
    """Since the call was made, another agent changed what it reads or writes; nothing was done, and the call is run again."""

    TOPIC: ClassVar[str] = "tool-conflicted.v1"
    agent: str
    call_id: str
    place: tuple[str, str, str]
    """(table, key, field) that was overtaken."""
    overtaken_by: str
    """Call that changed it."""
