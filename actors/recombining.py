"""Recombining blueprints, each try as an event in a log: what conflicts is rejected, and what does not goes through verification."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from actors.plan import Place
from actors.verifying import verify
from domain.blueprint import Blueprint
from domain.pairing import Tried, tries
from domain.verifying.ground import Ground
from events.blueprints import BlueprintAccepted, BlueprintRejected, Reason
from events.digests import content_digest
from events.log import WritableLog
from projections.blueprints.drawn import stream_of

_IN_VAIN = 500
"""Tries in a row that bring nothing."""


class Recombinations:
    """Recombines blueprints of one setting into a log, one event for each try.

    Args:
        parts: All in the world of the place.
        log: Takes what is tried; what it holds already is not verified again.
        size: Parts of one at the most.
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(
        self, place: Place, parts: Sequence[Blueprint], log: WritableLog, *, size: int, seed: int, clock: Callable[[], float] = time.time
    ) -> None:
        self._place, self._log, self._clock = place, log, clock
        self._tries = tries(parts, place.setting, place.world, size=size, seed=seed)
        self._stream = stream_of(place.setting.name)
        self._before = [record.event for record in log.read(self._stream)]
        self._head = log.head(self._stream)
        self._known: set[str] = set()

    def until(self, count: int) -> Iterator[BlueprintAccepted | BlueprintRejected]:
        """Try until so many are accepted, or there is nothing left to try; yields how each try came out, those before included."""
        accepted = in_vain = 0
        for number, tried in enumerate(self._tries):
            if accepted >= count or in_vain >= _IN_VAIN:
                return
            event = self._before[number] if number < len(self._before) else self._outcome(number, tried)
            assert isinstance(event, BlueprintAccepted | BlueprintRejected)
            if number >= len(self._before):
                self._head = self._log.append(self._stream, [event], self._head, {"at": round(self._clock(), 3)})
            if not tried.reasons:
                self._known.add(content_digest(tried.blueprint.skeleton))
            accepted += isinstance(event, BlueprintAccepted)
            in_vain = 0 if isinstance(event, BlueprintAccepted) else in_vain + 1
            yield event

    def _outcome(self, number: int, tried: Tried) -> BlueprintAccepted | BlueprintRejected:
        blueprint = tried.blueprint
        kept = self._log.put(blueprint.model_dump_json().encode())
        about: dict[str, Any] = {"name": blueprint.name, "blueprint": kept, "drawn": number}
        if tried.reasons:
            return BlueprintRejected(**about, stage="recombination", reasons=tried.reasons)
        if content_digest(blueprint.skeleton) in self._known:
            reason = Reason(code="same-skeleton", place="actions", sentence="Another one has the same calls and asks for the same.")
            return BlueprintRejected(**about, stage="duplicate", reasons=(reason,))
        found = verify(Ground(blueprint, self._place.setting, self._place.base))
        if found.stage is not None:
            return BlueprintRejected(**about, stage=found.stage, reasons=found.reasons)
        return BlueprintAccepted(**about, diff=found.diff)
