"""Calibration: how well judges find flaws that were planted, axis by axis.

A conversation counts as flawed on an axis where a flaw was planted against that axis; all others, clean twins and
conversations flawed on other axes, count as sound on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

FLAGGED_UP_TO = 7
"""A judge flags an axis by a score up to this."""


class Labelled(NamedTuple):
    """One conversation, what was planted in it, and what a judge gave it and its clean twin."""

    conversation: str
    kind: str
    """Empty for a clean one."""
    axis: str
    """That the kind should lower most; empty for a clean one."""
    scores: Mapping[str, float]
    twin: Mapping[str, float]
    """Scores of the clean twin; its own for a clean one."""


class AxisReport(NamedTuple):
    """How a judge does on one axis."""

    flawed: int
    sound: int
    auroc: float | None
    precision: float | None
    """Of those flagged, the share that is flawed."""
    recall: float | None
    """Of the flawed, the share that is flagged."""
    bias: float | None
    """Mean score of the sound ones, less 10: how much a judge takes off for nothing that was planted."""


def axis_report(labelled: Sequence[Labelled], axis: str) -> AxisReport:
    """How well one judge's scores on an axis tell flawed conversations from sound ones."""
    flawed = [item.scores[axis] for item in labelled if item.axis == axis and axis in item.scores]
    sound = [item.scores[axis] for item in labelled if item.axis != axis and axis in item.scores]
    hits, alarms = (sum(score <= FLAGGED_UP_TO for score in side) for side in (flawed, sound))
    return AxisReport(
        flawed=len(flawed),
        sound=len(sound),
        auroc=auroc(flawed, sound),
        precision=hits / (hits + alarms) if hits + alarms else None,
        recall=hits / len(flawed) if flawed else None,
        bias=fmean(sound) - 10 if sound else None,
    )


def auroc(flawed: Sequence[float], sound: Sequence[float]) -> float | None:
    """Chance that a flawed one scores lower than a sound one, ties counting half (Mann and Whitney 1947); None where either is empty."""
    if not flawed or not sound:
        return None
    ordered = sorted([(score, True) for score in flawed] + [(score, False) for score in sound])
    below = wins = 0.0
    start = 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and ordered[end][0] == ordered[start][0]:
            end += 1
        hits = sum(is_flawed for _, is_flawed in ordered[start:end])
        others = end - start - hits
        wins += others * (below + hits / 2)
        below += hits
        start = end
    return wins / (len(flawed) * len(sound))


def drops(labelled: Iterable[Labelled], kind: str, axes: Sequence[str]) -> dict[str, float]:
    """Axis -> by how much conversations with a kind of flaw score lower than their clean twins, on the mean."""
    mine = [item for item in labelled if item.kind == kind]
    return {axis: fmean([item.twin[axis] - item.scores[axis] for item in mine]) for axis in axes} if mine else {}


class Bin(NamedTuple):
    """Conversations that were given one score."""

    score: float
    conversations: int
    sound: float
    """Share on which nothing was planted against the axis."""


def reliability(labelled: Sequence[Labelled], axis: str) -> list[Bin]:
    """For each score that was given on an axis, how many of those that got it are sound."""
    given: dict[float, list[bool]] = {}
    for item in labelled:
        if axis in item.scores:
            given.setdefault(item.scores[axis], []).append(item.axis != axis)
    return [Bin(score, len(sound), fmean(sound)) for score, sound in sorted(given.items())]
