"""Verification as a whole: the first stage that objects stops a blueprint, and each planted defect is stopped by its own."""

import pytest

from actors.verifying import verify
from benchmarks.defects import KINDS, planted, pools
from domain.goal import Task
from events.blueprints import BlueprintAccepted, BlueprintRejected
from tests.domain.blueprints.verifying.plans import ASKED, CANCEL, FIND, PEN_BACK, SEE_FIRST, SEE_SECOND, TEXT, codes, plan

PLANTED = 3


@pytest.fixture(scope="module")
def sound():
    """Drawn blueprints of a setting that pass."""
    found, stages, reasons = pools(("retail",), 24)
    assert stages["passed"] >= 23, reasons
    return found


def test_sound_blueprint_is_accepted() -> None:
    """Its event says what changes."""
    verified = verify(plan())
    event = verified.event(drawn=4)
    assert isinstance(event, BlueprintAccepted)
    assert (event.drawn, event.round) == (4, 0)
    assert "orders.#W0000001.status" in event.diff


def test_rejected_blueprint_says_where_and_why() -> None:
    """By stage and reasons."""
    event = verify(plan(FIND, CANCEL)).event(drawn=0)
    assert isinstance(event, BlueprintRejected)
    assert (event.stage, codes(event.reasons)) == ("policy", [("policy:look-first", "actions.1")])


def test_value_that_the_text_keeps_back_is_found_by_translating_back() -> None:
    """The user of a rehearsal knows what the text says, and no more."""
    verified = verify(plan(instruction=TEXT.replace("no longer needed", "of something")))
    assert verified.stage == "solvability"
    assert codes(verified.reasons) == [("unsaid", "tasks.0.known.reason")]


def test_write_that_nobody_asks_for_is_found_by_translating_back() -> None:
    """The rehearsal goes well without it."""
    verified = verify(plan(FIND, SEE_FIRST, CANCEL, SEE_SECOND, PEN_BACK))
    assert verified.stage == "necessity"
    assert codes(verified.reasons) == [("not-demanded", "actions.4")]


def test_text_that_leads_elsewhere_is_found() -> None:
    """Where tasks ask for less than the path does, and speak of it."""
    status = Task(skill="order_status", known={"order_id": "#W0000001"})
    assert verify(plan(tasks=(status,), outputs=("0.01",))).stage in ("solvability", "necessity")
    assert verify(plan(tasks=(ASKED,))).stage is None


@pytest.mark.parametrize("kind", KINDS)
def test_planted_defect_is_caught_by_its_stage(sound, kind: str) -> None:
    """Whatever the blueprint."""
    stages, escaped = planted(kind, sound, PLANTED)
    assert stages[KINDS[kind].stage] == stages.total() == PLANTED, escaped
