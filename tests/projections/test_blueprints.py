"""Reports on blueprints: estimators that are unbiased, yields that add up, coverage, and the corpus in numbers."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.conversation import Speak
from events.blueprints import BlueprintAccepted, BlueprintRejected, Reason
from projections.blueprints.corpus import lengths, profile
from projections.blueprints.coverage import Coverage
from projections.blueprints.passes import all_of, any_of, passes
from projections.blueprints.yields import Passed, Yield
from tests.actors.parcel import SETTING
from tests.domain.blueprints.test_recombining import ONE, OTHER, WORLD, redirect, show, stop
from tests.parcels import begun, call, hold, say


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=7), st.data())
def test_estimators_are_the_mean_over_all_choices_of_k_attempts(attempts: list[bool], data: st.DataObject) -> None:
    """So they are unbiased, whatever k is."""
    k = data.draw(st.integers(1, len(attempts)))
    chosen = list(combinations(attempts, k))

    assert any_of(len(attempts), sum(attempts), k) == pytest.approx(sum(map(any, chosen)) / len(chosen))
    assert all_of(len(attempts), sum(attempts), k) == pytest.approx(sum(map(all, chosen)) / len(chosen))


def test_passes_of_several_blueprints() -> None:
    """At k = 1 both are the accepted share; a blueprint with fewer attempts says nothing of more."""
    found = passes([[True, True], [True, False], [False], []])

    assert [(one.k, one.blueprints) for one in found] == [(1, 3), (2, 2)]
    assert found[0].any_of == found[0].all_of == pytest.approx(0.5)
    assert (found[1].any_of, found[1].all_of) == (1.0, 0.5)


def rejected(drawn: int, stage: str, code: str, attempt: int = 0) -> BlueprintRejected:
    reason = Reason(code=code, place="actions.0", sentence="")
    return BlueprintRejected(name="n", blueprint="b", drawn=drawn, round=attempt, stage=stage, reasons=(reason, reason))


def accepted(drawn: int, attempt: int = 0) -> BlueprintAccepted:
    return BlueprintAccepted(name="n", blueprint="b", drawn=drawn, round=attempt)


def test_yield_is_counted_with_and_without_what_was_written_again() -> None:
    """Each drawing counts once; each version's reasons count once."""
    found = Yield.of(
        [
            accepted(0),
            rejected(1, "format", "leak"),
            accepted(1, 1),
            rejected(2, "policy", "breach"),
            rejected(2, "committee", "unclear", 1),
            rejected(3, "duplicate", "same"),
        ]
    )

    assert (found.drawn, found.accepted(reflected=False), found.accepted(reflected=True)) == (4, 1, 2)
    assert found.stages(reflected=False) == [Passed("format", 4, 1), Passed("policy", 3, 1), Passed("duplicate", 2, 1)]
    assert found.stages(reflected=True) == [Passed("committee", 4, 1), Passed("duplicate", 3, 1)]
    assert found.reasons["policy", "breach"] == 1


def test_coverage_says_what_is_led_through_and_what_is_not() -> None:
    """Tools, pairs among those that can follow each other, tables, and what is missing."""
    looked = stop(ONE)
    path = (*show(ONE).goal.actions, *looked.goal.actions[1:])
    looked = looked.model_copy(update={"goal": looked.goal.model_copy(update={"actions": path})})
    coverage = Coverage(SETTING, WORLD, [("show_parcel", "stop_parcel"), ("show_parcel", "redirect_parcel")])
    for blueprint in (looked, show(OTHER)):
        coverage.add(blueprint)
    shares = {share.what: share for share in coverage.shares()}

    assert shares["tools"].missing == ["redirect_parcel"]
    assert (shares["tool pairs"].covered, shares["tool pairs"].missing) == (1, ["show_parcel -> redirect_parcel"])
    assert shares["tables written"].missing == ["senders"]
    assert shares["error kinds"].covered == 0
    coverage.add(redirect(ONE))
    assert {share.what: share for share in coverage.shares()}["tools"].missing == []


def test_the_corpus_in_numbers() -> None:
    """Calls, turns, messages and tokens of each conversation, and over them."""
    talk = [
        say("Where is R-1?"),
        call("find_return", return_id="R-1"),
        Speak("assistant", "Here."),
        say("Thanks."),
        Speak("assistant", "Bye."),
    ]
    one = lengths([event for event, _ in hold(begun(), talk)])

    assert one == (1, 2, 6, (6, 2))
    found = profile([one, one._replace(calls=3, turns=4, messages=12)], held=4)
    assert found is not None
    assert (found.calls, found.turns, found.median_messages, found.success) == (2, 3, 9, 0.5)
    assert profile([], held=3) is None
