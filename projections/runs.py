"""What the run stream says: which conversations were held, and how each came out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from events.log import Log, Recorded
from events.run import ConversationAbandoned, ConversationFinished, ConversationScheduled, RunFinished, RunStarted
from projections.errors import RecordError

RUN = "run"
"""Name of the run's own stream."""


class Ending(NamedTuple):
    """How a conversation came out: what its ConversationFinished says, in a quarter of the memory."""

    stream: str
    events: int
    digest: str
    accepted: bool
    findings: tuple[str, ...]

    @classmethod
    def of(cls, event: ConversationFinished) -> "Ending":
        """What the event says."""
        return cls(event.stream, event.events, event.digest, event.accepted, event.findings)


@dataclass
class RunView:
    """A fold over the run stream."""

    started: RunStarted
    scheduled: list[str] = field(default_factory=list)
    finished: dict[str, Ending] = field(default_factory=dict)
    abandoned: dict[str, ConversationAbandoned] = field(default_factory=dict)
    closed: RunFinished | None = None


def mismatch(records: Sequence[Recorded], finished: Ending) -> str | None:
    """How a conversation differs from what the run recorded at its end; None where it does not."""
    if len(records) != finished.events:
        return f"has {len(records)} events, but the run recorded its end with {finished.events}"
    digest = records[-1].link.hex() if records else ""
    if digest != finished.digest:
        return f"its digest is {digest[:12]}, but the run recorded {finished.digest[:12]}"
    return None


def read_run(store: Log) -> RunView:
    """The run that a log holds.

    Raises:
        RecordError: It holds none.
        CorruptLog: The run stream is damaged.
    """
    view: RunView | None = None
    for record in store.read(RUN):
        event = record.event
        if view is None:
            if not isinstance(event, RunStarted):
                raise RecordError(f"{store.place}: the run stream begins with {event.TOPIC}, not with {RunStarted.TOPIC}; restore the log")
            view = RunView(event)
        match event:
            case ConversationScheduled():
                view.scheduled.append(event.stream)
            case ConversationFinished():
                view.finished[event.stream] = Ending.of(event)
            case ConversationAbandoned():
                view.abandoned[event.stream] = event
            case RunFinished():
                view.closed = event
    if view is None:
        raise RecordError(f"{store.place} holds no run; name the folder that `worldloom generate --out` made")
    return view
