"""Recombining blueprints, each try as an event in a log: what conflicts is rejected, and what does not goes through verification."""

import time
from collections.abc import Callable, Iterator, Sequence

from actors.plan import Place
from actors.verifying import Verified, again, verify
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.pairing import Tried, tries
from domain.blueprints.verifying.ground import Ground
from events.blueprints import BlueprintAccepted
from events.digests import content_digest
from events.log import WritableLog
from projections.blueprints.drawn import Outcome, outcomes_in, stream_of

_IN_VAIN = 500
"""Tries in a row that bring nothing; then the rest is left."""


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
        self._before = list(outcomes_in(log, place.setting.name))
        self._head = log.head(self._stream)
        self._known: set[str] = set()

    def until(self, count: int) -> Iterator[Outcome]:
        """Try until so many are accepted, or there is nothing left to try; yields how each try came out, those before included."""
        number = accepted = in_vain = 0
        while accepted < count and in_vain < _IN_VAIN:
            tried = next(self._tries, None)
            if tried is None:
                return
            event = self._before[number] if number < len(self._before) else self._recorded(number, tried)
            if isinstance(event, BlueprintAccepted):
                self._known.add(content_digest(tried.blueprint.skeleton))
                accepted, in_vain = accepted + 1, 0
            else:
                in_vain += 1
            number += 1
            yield event

    def _recorded(self, number: int, tried: Tried) -> Outcome:
        event = self._outcome(tried).event(number, put=self._log.put)
        self._head = self._log.append(self._stream, [event], self._head, {"at": round(self._clock(), 3)})
        return event

    def _outcome(self, tried: Tried) -> Verified:
        if tried.reasons:
            return Verified(tried.blueprint, "recombination", tried.reasons)
        if content_digest(tried.blueprint.skeleton) in self._known:
            return again(tried.blueprint)
        return verify(Ground(tried.blueprint, self._place.setting, self._place.base))
