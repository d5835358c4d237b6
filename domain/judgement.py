"""Judgement: what conversations are scored on, what makes an opinion acceptable, and how opinions become one number.

The eight axes are those of StateGen's judge, each from 1 to 10, higher being better. The overall score is computed here;
no judge is asked for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, median
from typing import NamedTuple, Protocol

from pydantic import BaseModel, ConfigDict

from events.judgement import Score, TurnScores


class Axis(NamedTuple):
    """One thing that conversations are scored on."""

    name: str
    asks: str
    best: str = "Nothing to object to."
    """What a 10 looks like."""
    middling: str = "One objection that matters."
    """What a 5 looks like."""
    worst: str = "It fails throughout."
    """What a 1 looks like."""
    rules: tuple[str, ...] = ()
    """Policy rules whose breach counts against a setting's own axis."""


AXES = (
    Axis(
        "goal_achievement",
        "Was what the user wants done, or rightly declined, and was the user told how it came out?",
        "All that the user asked for is done, or declined for a reason that the policy gives.",
        "A part was done; the rest was dropped, or the user gave up on it.",
        "Nothing was done, or it was said to be done and was not.",
    ),
    Axis(
        "tool_usage",
        "Were the right tools called, in the order that the policy asks for, with fitting arguments, and none in vain?",
        "Every call serves the request, is allowed when it is made, and is made once.",
        "Calls repeat what is known, are malformed, or one is against the policy.",
        "Most calls are the wrong ones, or the policy is ignored throughout.",
    ),
    Axis(
        "tool_call_hallucination",
        "Does every argument come from somewhere: the user, an observation, the policy, or a computation on these?",
        "Every value in every call was told or shown before.",
        "One call holds an identifier or amount that nobody gave.",
        "Calls are mostly made up.",
    ),
    Axis(
        "reasoning_quality",
        "Does the reasoning lead to the step that follows it, and are its sums right?",
        "Each step follows from its reasoning; every figure can be computed from what was shown.",
        "One step goes against its own reasoning, or one figure is computed wrongly.",
        "The steps have nothing to do with the reasoning.",
    ),
    Axis(
        "reasoning_hallucination",
        "Does the reasoning rest on what was said and shown only?",
        "Every fact in the reasoning was told or shown.",
        "One fact was made up.",
        "The reasoning is about things that nobody told or showed.",
    ),
    Axis(
        "communication_quality",
        "Is what the user reads clear, polite, and free of what is none of their business?",
        "Short, kind and plain; the user always knows what comes next.",
        "Once rude, hard to understand, or showing internal data.",
        "Insulting, or of no use to the user.",
    ),
    Axis(
        "consistency",
        "Does what is said agree with what was said before and with the world as last shown?",
        "No statement contradicts another, and every state that is told is the present one.",
        "One statement contradicts an earlier one, or tells a state that has changed since.",
        "The user cannot tell what holds.",
    ),
    Axis(
        "error_handling",
        "Were refusals and failures noticed, and tried otherwise or told to the user?",
        "Every failed call was made good or told. No call failed: that is a 10 as well.",
        "One failure was passed over.",
        "Failures were taken for successes throughout.",
    ),
)


class Judgement(BaseModel):
    """One opinion on one conversation: what a judge has to answer, and nothing else."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    axes: tuple[Score, ...]
    turns: tuple[TurnScores, ...] = ()


class Opinion(Protocol):
    """Scores of a conversation and of its turns, given or recorded."""

    @property
    def axes(self) -> tuple[Score, ...]:
        """Of the whole."""

    @property
    def turns(self) -> tuple[TurnScores, ...]:
        """Of some turns, or all."""


def objections(judgement: Opinion, axes: Sequence[Axis], turns: Mapping[int, Sequence[int]]) -> list[str]:
    """What keeps a judgement from being accepted, in sentences that its author can act on; none where nothing does.

    Each of the eight axes needs a score; an axis of a setting's own may be left out by who cannot tell.

    Args:
        turns: Turn -> positions of its events that can be named as evidence.
    """
    found = []
    known = {axis.name for axis in axes}
    given = [score.axis for score in judgement.axes]
    found += [f"axis {name!r} has no score" for name in (axis.name for axis in AXES) if name not in given]
    found += [f"axis {name!r} is scored more than once" for name in sorted({name for name in given if given.count(name) > 1})]
    everywhere = {position for positions in turns.values() for position in positions}
    found += _of_scores(judgement.axes, known, everywhere, "")
    for turn in judgement.turns:
        if turn.turn not in turns:
            found.append(f"there is no turn {turn.turn}; there are {min(turns, default=0)} to {max(turns, default=0)}")
        else:
            found += _of_scores(turn.scores, known, set(turns[turn.turn]), f" of turn {turn.turn}")
    return found


def _of_scores(scores: Iterable[Score], known: set[str], positions: set[int], where: str) -> list[str]:
    found = []
    for score in scores:
        if score.axis not in known:
            found.append(f"there is no axis {score.axis!r}; there are {', '.join(sorted(known))}")
        missing = ", ".join(str(position) for position in score.evidence if position not in positions)
        if missing:
            found.append(f"{score.axis}{where}: evidence {missing} does not exist; name numbers that stand in brackets")
    return found


def by_axis(opinions: Iterable[Sequence[Score]]) -> dict[str, float]:
    """Axis -> median over the judges that score it."""
    given: dict[str, list[int]] = {}
    for scores in opinions:
        for score in scores:
            given.setdefault(score.axis, []).append(score.score)
    return {axis: float(median(values)) for axis, values in given.items()}


def overall(opinions: Iterable[Sequence[Score]]) -> float:
    """The mean over the axes of the median over the judges, to two places; 1 to 10."""
    axes = by_axis(opinions)
    return round(fmean(axes.values()), 2) if axes else 0.0
