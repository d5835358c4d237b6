"""What the run stream says: which conversations were held, and how each came out."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

from events.base import Event
from events.conversation import Party
from events.log import Log, Recorded
from events.run import BudgetReached, ConversationAbandoned, ConversationFinished, ConversationScheduled, RunFinished, RunStarted
from projections.errors import RecordError

RUN = "run"
"""Name of the run's own stream."""
ACCEPTED = "accepted"
DUPLICATE = "duplicate"
"""Finding of a conversation that says another one of the run again: ``duplicate:retail/000003``."""
KEEP = (ACCEPTED, *get_args(Party))
"""What conversations of a data set can be chosen by."""


class Endings(Mapping[str, ConversationFinished]):
    """How conversations came out, by name; kept as the bytes that are stored, which take a quarter of the memory."""

    def __init__(self) -> None:
        self._facts: dict[str, bytes] = {}

    def add(self, event: ConversationFinished) -> None:
        """Take in one more."""
        self._facts[event.stream] = event.to_json()

    def __getitem__(self, stream: str) -> ConversationFinished:
        return ConversationFinished.model_validate_json(self._facts[stream])

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __contains__(self, stream: object) -> bool:
        return stream in self._facts


@dataclass
class RunView:
    """A fold over the run stream. Of what was abandoned, ``abandoned`` has only what was not finished later."""

    started: RunStarted
    scheduled: list[str] = field(default_factory=list)
    finished: Endings = field(default_factory=Endings)
    abandoned: dict[str, ConversationAbandoned] = field(default_factory=dict)
    budget: BudgetReached | None = None
    """Why it stopped last, where money was why."""
    closed: RunFinished | None = None
    """Its end; None while it goes on, and again where it went on after an end."""
    reopened: bool = False
    """Whether it ever went on after an end: what was made of it then is older than it."""

    def believe(self, event: Event) -> None:
        """Take in the next event."""
        match event:
            case RunStarted():
                self.started = event
            case ConversationScheduled():
                self.scheduled.append(event.stream)
            case ConversationFinished():
                self.finished.add(event)
                self.abandoned.pop(event.stream, None)
            case ConversationAbandoned():
                self.abandoned[event.stream] = event
            case BudgetReached():
                self.budget = event
        self.reopened = self.reopened or self.closed is not None
        self.closed = event if isinstance(event, RunFinished) else None

    def ends(self) -> list[ConversationFinished | ConversationAbandoned]:
        """How each conversation came out, of those that did."""
        return [*self.finished.values(), *self.abandoned.values()]

    def distinct(self) -> list[ConversationFinished]:
        """How each finished conversation came out, by name; one that says an earlier one again is not accepted besides it."""
        first: dict[tuple[str, str], str] = {}
        found = []
        for stream in sorted(self.finished):
            end = self.finished[stream]
            if end.course is not None:
                known = first.setdefault((stream.partition("/")[0], end.course), stream)
                if known != stream:
                    end = end.model_copy(update={"accepted": False, "findings": (*end.findings, f"{DUPLICATE}:{known}")})
            found.append(end)
        return found

    def only(self, keep: Collection[str]) -> "RunView":
        """
        The same run with some of its finished conversations.

        Args:
            keep: ``accepted``, and parties at whose fault others are not; nothing for all.

        Raises:
            RecordError: There is no such party.
        """
        for what in keep:
            if what not in KEEP:
                raise RecordError(f"there is nothing {what!r} to keep; there are {', '.join(KEEP)}")
        finished = Endings()
        for end in self.finished.values():
            if not keep or (ACCEPTED if end.accepted else end.fault) in keep:
                finished.add(end)
        return replace(self, finished=finished)

    def again(self) -> set[str]:
        """Abandoned conversations that may be tried again: nothing in them was at fault."""
        return {stream for stream, end in self.abandoned.items() if end.fault == "infrastructure"}


def mismatch(records: Sequence[Recorded], finished: ConversationFinished) -> str | None:
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
        view.believe(event)
    if view is None:
        raise RecordError(f"{store.place} holds no run; name the folder that `worldloom generate --out` made")
    return view
