"""A run while it goes on: two lines that move on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

from events.base import Event
from projections.tally import Tally
from worldloom.summary import spent

_SHARE, _MOST_S, _LEAST_S = 0.1, 30.0, 2.0
"""A plain line for each tenth of the run and each half minute, but none sooner than two seconds after another."""

Advance = Callable[[Sequence[Event]], None]
"""Takes how conversations came out."""


class Meter:
    """Counts what came out, and how fast.

    Args:
        before: How conversations came out that are not held again.
        count: Conversations in all.
        clock: Seconds that only grow.
    """

    def __init__(self, before: Iterable[Event], count: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.tally, self.count, self._clock = Tally.of(before), count, clock
        self._began, self._first = clock(), (self.done, self.tally.events)

    def add(self, ends: Iterable[Event]) -> None:
        """Take in how conversations came out."""
        for end in ends:
            self.tally.add(end)

    @property
    def done(self) -> int:
        """Conversations that came out."""
        return self.tally.finished + self.tally.abandoned

    @property
    def passed_s(self) -> float:
        """Since the beginning."""
        return self._clock() - self._began

    def rate(self) -> str:
        """Conversations and events a second since the beginning."""
        passed = self.passed_s or 1.0
        done, events = self.done - self._first[0], self.tally.events - self._first[1]
        return f"{done / passed:,.1f} conversations/s, {events / passed:,.0f} events/s"

    def outcome(self) -> str:
        """How they came out, whose fault it was where they failed, and what it took."""
        tally = self.tally
        parts = [f"{tally.accepted} accepted, {tally.finished - tally.accepted} not accepted, {tally.abandoned} abandoned"]
        if tally.parties:
            parts.append("at fault: " + ", ".join(f"{party} {number}" for party, number in sorted(tally.parties.items())))
        return "; ".join([*parts, *filter(None, [spent(tally)])])


class _Below(Progress):
    """A bar with a line of text under it."""

    below = ""

    def get_renderables(self) -> Iterator[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        yield Text(self.below, no_wrap=True, overflow="ellipsis")


@contextmanager
def showing(meter: Meter, console: Console) -> Iterator[Advance]:
    """Show how a run goes on; gives what takes in how conversations came out."""
    if not console.is_interactive:
        yield _plain(meter, console)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn())
    with _Below(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=meter.count, completed=meter.done, rate="")

        def advance(ends: Sequence[Event]) -> None:
            meter.add(ends)
            progress.below = meter.outcome()
            progress.update(task, completed=meter.done, rate=meter.rate())

        yield advance


def _plain(meter: Meter, console: Console) -> Advance:
    last_s, last = 0.0, meter.done

    def advance(ends: Sequence[Event]) -> None:
        nonlocal last_s, last
        meter.add(ends)
        waited_s = meter.passed_s - last_s
        if waited_s >= _LEAST_S and (waited_s >= _MOST_S or meter.done - last >= _SHARE * meter.count):
            last_s, last = meter.passed_s, meter.done
            console.print(f"{meter.done} of {meter.count}: {meter.rate()}; {meter.outcome()}", markup=False, soft_wrap=True)

    return advance
