"""Slices: a conversation as a shorter demonstration, of which every call was run again."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from domain.agents import ASSISTANT
from domain.goal import told
from domain.outcome import Environment
from domain.slicing import Rerun, Slice, may_go, smallest
from domain.supported import Supported
from events.base import Event
from events.conversation import AssistantSpoke
from events.log import Recorded
from events.run import ConversationFinished
from projections.contents import Contents
from projections.errors import RecordError
from projections.origins import briefed
from projections.records.sft import Example, examples_of
from projections.state import beginning


class SliceExample(Example):
    """A training record of a slice."""

    events: tuple[int, ...]
    """Positions of all events that are kept."""
    events_before: int
    """Events of the whole conversation."""


class Sliced(NamedTuple):
    """A conversation, and what is kept of it."""

    finished: ConversationFinished
    records: tuple[Recorded, ...]
    """Those that are kept."""
    slice: Slice


class Slicer:
    """Verifies slices of one conversation.

    Args:
        records: All of it.
        environment: Its tools, rules, and the faults of its run.
        outputs: What its goal wants the user told.

    Raises:
        RecordError: Its calls, run again, do not come out as they are recorded.
        CorruptLog: A content is damaged.
    """

    def __init__(self, contents: Contents, records: Sequence[Recorded], environment: Environment, outputs: Sequence[str]) -> None:
        self._records = records
        self._events: list[Event] = [record.event for record in records]
        self._outputs = outputs
        self._rerun = Rerun(beginning(contents, records), self._events, environment)
        if not self._rerun.holds(self._all):
            stream = records[0].stream
            raise RecordError(f"{stream}: its calls, run again, come out otherwise; use the version of its setting that it was held with")
        self._claims = Supported(self._events, lambda: briefed(contents, records))
        self._told = self._missing(self._all)

    @property
    def _all(self) -> AbstractSet[int]:
        return frozenset(range(1, len(self._events) + 1))

    def holds(self, kept: AbstractSet[int]) -> bool:
        """Whether what is kept does what the whole does: the same world, the same outcomes, the same claims, the same outputs."""
        if not may_go(self._events, kept, self._all - kept) or self._missing(kept) != self._told:
            return False
        return self._rerun.holds(kept) and self._claims.holds(kept)

    def smallest(self) -> Slice:
        """The slice from which nothing more can be left out."""
        return smallest(self._events, self.holds)

    def _missing(self, kept: AbstractSet[int]) -> list[str]:
        spoken = (event for position, event in enumerate(self._events, 1) if position in kept and isinstance(event, AssistantSpoke))
        return told(self._outputs, "\n".join(event.content for event in spoken if event.agent == ASSISTANT))


def slice_examples(contents: Contents, sliced: Sliced) -> Iterator[SliceExample]:
    """A row for each agent that wrote something in what is kept."""
    for example in examples_of(contents, sliced.records, sliced.finished):
        yield SliceExample(**example.model_dump(), events=sliced.slice.kept, events_before=sliced.slice.before)
