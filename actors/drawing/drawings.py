"""Many drawings, as events in a log: every one is recorded as it came out, so that the same command goes on where it stopped."""

import time
from collections.abc import Callable, Iterator

from actors.drawing.drawer import Drawer, Drawn
from actors.verifying import Verified, again
from domain.blueprints.blueprint import Blueprint
from events.base import Event
from events.blueprints import BlueprintAccepted, BlueprintRejected
from events.digests import content_digest
from events.log import WritableLog
from projections.blueprints.drawn import stream_of

MOST_IN_VAIN = 200
"""Drawings in a row that bring nothing new; then the world has been drawn empty."""


class Drawings:
    """Draws blueprints of a setting into a log, one event each.

    Args:
        log: Takes what is drawn; what it holds already is not drawn again.
        verify: What every blueprint goes through.
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(
        self, drawer: Drawer, log: WritableLog, verify: Callable[[Blueprint], Verified], clock: Callable[[], float] = time.time
    ) -> None:
        self._drawer, self._log, self._verify, self._clock = drawer, log, verify, clock
        self._stream = stream_of(drawer.setting.name)
        self._head = log.head(self._stream)
        self._known: set[str] = set()
        self._next = self._in_vain_from = self.accepted = 0
        self.fresh = False
        """Whether the last drawing was accepted."""
        for record in log.read(self._stream):
            self._believe(record.event)

    def until(self, count: int) -> Iterator[Event]:
        """Draw until so many are accepted, or the world gives no more; yields how each drawing came out, as it is recorded.

        Whoever goes on stops where they would have stopped at once, since what was in vain is counted by the drawings' numbers.
        """
        while self.accepted < count and self._next - self._in_vain_from < MOST_IN_VAIN:
            drawn = self._drawer.draw(self._next)
            if drawn is None:
                self._next += 1
                continue
            event = self._outcome(drawn).event(drawn.number, put=self._log.put)
            self._head = self._log.append(self._stream, [event], self._head, {"at": round(self._clock(), 3)})
            self._believe(event)
            self.fresh = isinstance(event, BlueprintAccepted)
            yield event

    def _outcome(self, drawn: Drawn) -> Verified:
        if drawn.reasons:
            return Verified(drawn.blueprint, "execution", drawn.reasons)
        if content_digest(drawn.blueprint.skeleton) in self._known:
            return again(drawn.blueprint)
        return self._verify(drawn.blueprint)

    def _believe(self, event: Event) -> None:
        if isinstance(event, BlueprintAccepted):
            self.accepted += 1
            self._known.add(content_digest(Blueprint.model_validate_json(self._log.get(event.blueprint)).skeleton))
        if isinstance(event, BlueprintAccepted | BlueprintRejected):
            self._next = event.drawn + 1
        if isinstance(event, BlueprintAccepted):
            self._in_vain_from = self._next
