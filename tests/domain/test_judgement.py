"""A judgement is taken only whole and with evidence that exists; the overall score is computed."""

import pytest
from pydantic import ValidationError

from domain.judgement import AXES, Axis, Judgement, by_axis, objections, overall
from events.judgement import Score, TurnScores

TURNS = {1: [3, 5], 2: [7, 9]}


def score(axis, value=8, evidence=(3,)):
    return Score(axis=axis, score=value, reason="So it is.", evidence=evidence)


def whole(*more, leave_out=(), turns=(), evidence=(3,)):
    axes = tuple(score(axis.name, evidence=evidence) for axis in AXES if axis.name not in leave_out)
    return Judgement(axes=(*axes, *more), turns=turns)


def test_a_whole_judgement_is_taken():
    """All eight axes, evidence that exists, turns with their own evidence."""
    turns = (TurnScores(turn=2, scores=(score("consistency", evidence=(7, 9)),)),)

    assert objections(whole(turns=turns), AXES, TURNS) == []


@pytest.mark.parametrize(
    ("judgement", "words"),
    [
        (whole(leave_out=("consistency",)), "'consistency' has no score"),
        (whole(score("consistency")), "'consistency' is scored more than once"),
        (whole(score("charm")), "no axis 'charm'"),
        (whole(evidence=(3, 99)), "evidence 99 does not exist"),
        (whole(evidence=(4,)), "evidence 4 does not exist"),
        (whole(turns=(TurnScores(turn=3, scores=(score("consistency"),)),)), "no turn 3; there are 1 to 2"),
        (whole(turns=(TurnScores(turn=2, scores=(score("consistency", evidence=(3,)),)),)), "of turn 2: evidence 3 does not exist"),
    ],
)
def test_what_is_wrong_is_named(judgement, words):
    """In a sentence that its author can act on."""
    assert any(words in what for what in objections(judgement, AXES, TURNS))


def test_an_axis_of_a_settings_own_may_be_left_out():
    """Rules cannot tell what prose asks; whoever can, scores it."""
    axes = (*AXES, Axis("booking_flow", "Is the booking made step by step?"))

    assert objections(whole(), axes, TURNS) == []
    assert objections(whole(score("booking_flow")), axes, TURNS) == []


@pytest.mark.parametrize("wrong", [{"score": 0}, {"score": 11}, {"evidence": ()}, {"evidence": (0,)}, {"reason": ""}])
def test_scores_are_1_to_10_with_a_reason_and_evidence(wrong):
    """Anything else is malformed."""
    with pytest.raises(ValidationError):
        Score(**{"axis": "consistency", "score": 5, "reason": "So it is.", "evidence": (3,), **wrong})


def test_overall_is_the_mean_over_axes_of_the_median_over_judges():
    """One judge far off does not move it."""
    both = [(score("consistency", value), score("tool_usage", 5)) for value in (9, 8)]
    judges = [*both, (score("consistency", 1),)]

    assert by_axis(judges) == {"consistency": 8, "tool_usage": 5}
    assert overall(judges) == 6.5
    assert overall([]) == 0
