"""The committee: a majority an item, and closed where votes cannot be read."""

from domain.blueprints.verifying.committee import ITEMS, Item, Vote, against
from tests.domain.blueprints.verifying.plans import codes


def vote(*no: str) -> Vote:
    """Yes to all but these."""
    return Vote(**{item: Item(holds=item not in no, reason=f"It is {item not in no}.") for item in ITEMS})


def test_more_than_half_must_say_yes() -> None:
    """Two of three do; one of two is no majority."""
    assert against([vote(), vote(), vote("creativity")]) == []
    assert codes(against([vote(), vote("creativity")])) == [("creativity", "instruction")]


def test_reasons_of_those_who_said_no_are_told() -> None:
    """So that whoever writes it again knows what to mend."""
    (reason,) = against([vote("correctness"), vote("correctness"), vote()])
    assert reason.code == "correctness"
    assert "It is False." in reason.sentence


def test_votes_that_cannot_be_read_are_no_yes() -> None:
    """One yes of three seats is no majority, nor is none at all."""
    assert codes(against([vote(), None, None])) == [("unreadable", "instruction")] * len(ITEMS)
    assert len(against([])) == len(ITEMS)
