"""Yield: how many of the blueprints that were drawn pass each stage, at once and after they were written again."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, get_args

from events.base import Event
from events.blueprints import BlueprintAccepted, BlueprintRejected, Stage

_FIRST = "recombination"
STAGES: tuple[str, ...] = (_FIRST, *(stage for stage in get_args(Stage) if stage != _FIRST))
"""In the order in which they are gone through: parts that conflict are not verified."""


class Passed(NamedTuple):
    """One stage."""

    stage: str
    reached: int
    stopped: int

    @property
    def share(self) -> float:
        """Of those that reached it, how many passed."""
        return 1 - self.stopped / self.reached if self.reached else 1.0


@dataclass
class Yield:
    """A fold over what happened to blueprints; several rounds of one drawing count as one blueprint."""

    first: dict[int, str | None] = field(default_factory=dict)
    """Drawing -> stage that stopped its first version; None where none did."""
    last: dict[int, str | None] = field(default_factory=dict)
    """The same of its last."""
    rounds: dict[int, int] = field(default_factory=dict)
    """Drawing -> how often it was written again."""
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(stage, code of a reason) -> versions that were stopped so."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Yield":
        """Of these events; others than those of blueprints count for nothing."""
        found = cls()
        for event in events:
            found.add(event)
        return found

    def add(self, event: Event) -> None:
        """Take in what happened to one blueprint."""
        if not isinstance(event, BlueprintAccepted | BlueprintRejected):
            return
        stage = event.stage if isinstance(event, BlueprintRejected) else None
        if event.round == 0:
            self.first[event.drawn] = stage
        if event.round >= self.rounds.get(event.drawn, 0):
            self.last[event.drawn], self.rounds[event.drawn] = stage, event.round
        if isinstance(event, BlueprintRejected):
            self.reasons.update({(event.stage, reason.code) for reason in event.reasons})

    @property
    def rewritten(self) -> bool:
        """Whether any was written again."""
        return any(self.rounds.values())

    @property
    def drawn(self) -> int:
        """Blueprints in all, however often each was written."""
        return len(self.last)

    def accepted(self, *, reflected: bool) -> int:
        """How many passed all stages: at once, or with ``reflected`` in the end."""
        return sum(stage is None for stage in (self.last if reflected else self.first).values())

    def stages(self, *, reflected: bool) -> list[Passed]:
        """Each stage that stopped any, in their order."""
        ends = Counter((self.last if reflected else self.first).values())
        left, found = self.drawn, []
        for stage in STAGES:
            if ends[stage]:
                found.append(Passed(stage, left, ends[stage]))
            left -= ends[stage]
        return found
