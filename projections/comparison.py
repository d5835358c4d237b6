"""Judges beside each other and beside the log: means, bias and correlation an axis, agreement, and what it took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from domain.judgement import by_axis, overall
from events.judgement import Judged
from events.log import Log
from events.run import ConversationFinished
from projections.agreement import alpha
from projections.contents import Contents
from projections.judged import Spent, judgements, scores, spent, stream_of
from projections.many import over, unwatched
from projections.runs import RunView
from projections.scores import Comparison, compare, mechanical


@dataclass
class Scored:
    """What is known of the conversations of a run that were judged."""

    judged: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    """Conversation -> judge -> axis -> score."""
    committee: dict[str, dict[str, float]] = field(default_factory=dict)
    """Conversation -> axis -> median over the judges."""
    overall: dict[str, float] = field(default_factory=dict)
    log: dict[str, dict[str, int]] = field(default_factory=dict)
    """Conversation -> axis -> mechanical score."""
    spent: Spent = field(default_factory=Spent)

    @property
    def judges(self) -> list[str]:
        """All judges, sorted."""
        return sorted({judge for given in self.judged.values() for judge in given})

    @property
    def axes(self) -> list[str]:
        """All axes that were scored, the eight first."""
        return list(dict.fromkeys(axis for given in self.committee.values() for axis in given))

    def mean(self, judge: str, axis: str) -> float | None:
        """A judge's mean score."""
        given = [by[judge][axis] for by in self.judged.values() if axis in by.get(judge, {})]
        return fmean(given) if given else None

    def log_mean(self, axis: str) -> float | None:
        """The mean of the mechanical scores of the same conversations."""
        given = [score[axis] for score in self.log.values() if axis in score]
        return fmean(given) if given else None

    def against_log(self, axis: str) -> Comparison | None:
        """The committee's scores compared with the mechanical ones."""
        return compare([(by[axis], self.log[name][axis]) for name, by in self.committee.items() if axis in by and axis in self.log[name]])

    def agreement(self, axis: str) -> float | None:
        """Krippendorff's alpha among the judges; None where there are not two."""
        return alpha([[given.get(judge, {}).get(axis) for judge in self.judges] for given in self.judged.values()])


def scored(log: Log, run: RunView, judges: Sequence[str] | None = None, *, source: Path | None = None) -> Scored:
    """Fold the judgements of a run.

    Args:
        judges: By whom; None for all.
        source: Folder of the run, so that other processes can help; None to read in this one alone.
    """
    found = Scored()
    ends = [run.finished[conversation] for conversation in sorted(run.finished)]
    for some in over(ends, _scores, Contents(log), source, unwatched):
        for conversation, took, events, mechanically in some:
            found.spent = found.spent.plus(took)
            chosen = {judge: event for judge, event in events.items() if judges is None or judge in judges}
            if chosen:
                found.judged[conversation] = scores(chosen)
                found.committee[conversation] = by_axis(event.axes for event in chosen.values())
                found.overall[conversation] = overall(event.axes for event in chosen.values())
                found.log[conversation] = mechanically
    return found


def _scores(contents: Contents, ends: Sequence[ConversationFinished]) -> list[tuple[str, Spent, dict[str, Judged], dict[str, int]]]:
    """Of some conversations that were judged: what it took, the judgements, and the mechanical scores."""
    found = []
    for end in ends:
        records = list(contents.store.read(stream_of(end.stream)))
        if records:
            mechanically = mechanical(contents, list(contents.store.read(end.stream)), end)
            found.append((end.stream, spent(records), judgements(records), mechanically))
    return found


def table(found: Scored) -> Iterator[list[str]]:
    """Rows to print: axis, each judge's mean, the log's mean, bias and correlation against the log, alpha."""
    for axis in found.axes:
        beside = found.against_log(axis)
        yield [
            axis,
            *(number(found.mean(judge, axis)) for judge in found.judges),
            number(found.log_mean(axis)),
            f"{beside.bias:+.2f}" if beside else "-",
            number(beside.correlation if beside else None),
            number(found.agreement(axis)),
        ]


def number(value: float | None) -> str:
    """Two places, or a dash."""
    return "-" if value is None else f"{value:.2f}"
