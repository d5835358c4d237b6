"""Recombining into a log: no try more than is wanted, and only what was accepted makes another one a duplicate."""

from collections.abc import Iterator
from typing import Any

import pytest

from actors import recombining
from actors.plan import Place
from actors.recombining import Recombinations
from actors.verifying import Verified
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.verifying.ground import Ground
from events.blueprints import BlueprintAccepted, BlueprintRejected, Reason
from events.log import WritableLog
from events.open import open_log
from tests.actors.parcel import SETTING
from tests.domain.blueprints.test_recombining import ONE, OTHER, WORLD, redirect, stop

PLACE = Place(SETTING, WORLD.base, (), {})
MILD = stop(ONE)
STERN = MILD.model_copy(update={"goal": MILD.goal.model_copy(update={"instruction": "You are Ada, and you are angry."})})
"""Whatever goes with the one gives the same calls with the other."""
PARTS = (MILD, STERN, redirect(OTHER))


@pytest.fixture
def log(tmp_path) -> WritableLog:
    return open_log(tmp_path / "log.sqlite")


def outcomes(log: WritableLog, monkeypatch: pytest.MonkeyPatch, count: int, *reasons: Reason) -> list[Any]:
    """What becomes of the parts where verification has this against all of them."""

    def verdict(ground: Ground) -> Verified:
        return Verified(ground.blueprint, "policy" if reasons else None, reasons)

    monkeypatch.setattr(recombining, "verify", verdict)
    return list(Recombinations(PLACE, PARTS, log, size=2, seed=SEED).until(count))


SEED = 0


def test_only_what_was_accepted_is_known(tmp_path, monkeypatch) -> None:
    """What verification rejects makes no later one a duplicate; what it accepts does, and again when the same goes on."""
    reason = Reason(code="no", place="actions", sentence="No.")
    accepting, rejecting = open_log(tmp_path / "accepting.sqlite"), open_log(tmp_path / "rejecting.sqlite")

    def stages(events: list[Any]) -> list[str | None]:
        return sorted(event.stage if isinstance(event, BlueprintRejected) else "accepted" for event in events)

    assert stages(outcomes(accepting, monkeypatch, 9)) == ["accepted", "duplicate", "recombination"]
    assert stages(outcomes(accepting, monkeypatch, 9)) == ["accepted", "duplicate", "recombination"]
    assert stages(outcomes(rejecting, monkeypatch, 9, reason)) == ["policy", "policy", "recombination"]


def test_no_try_is_made_that_nobody_wants(log, monkeypatch) -> None:
    """As soon as there are enough, or with none wanted, nothing more is put together."""
    made: list[Blueprint] = []

    def counted(*given: Any, **named: Any) -> Iterator[Any]:
        for tried in real(*given, **named):
            made.append(tried.blueprint)
            yield tried

    real = recombining.tries
    monkeypatch.setattr(recombining, "tries", counted)
    events = outcomes(log, monkeypatch, 1)
    assert isinstance(events[-1], BlueprintAccepted)
    assert len(made) == len(events)
