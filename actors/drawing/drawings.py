"""Many drawings, as events in a log: every one is recorded as it came out, so that the same command goes on where it stopped."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from actors.drawing.drawer import Drawer, Drawn
from domain.blueprint import Blueprint
from events.base import Event
from events.blueprints import BlueprintAccepted, BlueprintRejected, Reason, Stage
from events.digests import content_digest
from events.log import WritableLog
from projections.blueprints.drawn import stream_of

_MOST_IN_VAIN = 200
"""Drawings in a row that bring nothing new; then the world has been drawn empty."""


class Failed(NamedTuple):
    """The first stage of verification that a blueprint does not pass, and why."""

    stage: Stage
    reasons: tuple[Reason, ...]


Verify = Callable[[Blueprint], Failed | None]
"""All stages in their order, for one blueprint that was drawn; None where it passes them all."""


def passes(_: Blueprint) -> None:
    """Verification that lets everything pass."""


class Drawings:
    """Draws blueprints of a setting into a log, one event each.

    Args:
        log: Takes what is drawn; what it holds already is not drawn again.
        verify: What every blueprint goes through.
        clock: Wall time in seconds; recorded, never hashed.
    """

    def __init__(self, drawer: Drawer, log: WritableLog, verify: Verify = passes, clock: Callable[[], float] = time.time) -> None:
        self._drawer, self._log, self._verify, self._clock = drawer, log, verify, clock
        self._stream = stream_of(drawer.setting.name)
        self._head = log.head(self._stream)
        self._known: set[str] = set()
        self._next = self.accepted = 0
        self.fresh = False
        """Whether the last drawing was accepted."""
        for record in log.read(self._stream):
            self._believe(record.event)

    def until(self, count: int) -> Iterator[Event]:
        """Draw until so many are accepted, or the world gives no more; yields how each drawing came out, as it is recorded."""
        in_vain = 0
        while self.accepted < count and in_vain < _MOST_IN_VAIN:
            drawn = self._drawer.draw(self._next)
            if drawn is None:
                self._next += 1
                in_vain += 1
                continue
            event = self._outcome(drawn)
            self._head = self._log.append(self._stream, [event], self._head, {"at": round(self._clock(), 3)})
            self._believe(event)
            self.fresh = isinstance(event, BlueprintAccepted)
            in_vain = 0 if self.fresh else in_vain + 1
            yield event

    def _outcome(self, drawn: Drawn) -> BlueprintAccepted | BlueprintRejected:
        blueprint = drawn.blueprint
        about: dict[str, Any] = {
            "name": blueprint.name,
            "blueprint": self._log.put(blueprint.model_dump_json().encode()),
            "drawn": drawn.number,
        }
        failed = self._failed(drawn)
        if failed is not None:
            return BlueprintRejected(**about, stage=failed.stage, reasons=failed.reasons)
        return BlueprintAccepted(**about, diff=drawn.diff)

    def _failed(self, drawn: Drawn) -> Failed | None:
        if drawn.reasons:
            return Failed("execution", drawn.reasons)
        if content_digest(drawn.blueprint.skeleton) in self._known:
            sentence = "Another one has the same calls and asks for the same; draw on."
            return Failed("duplicate", (Reason(code="same-skeleton", place="actions", sentence=sentence),))
        return self._verify(drawn.blueprint)

    def _believe(self, event: Event) -> None:
        if isinstance(event, BlueprintAccepted):
            self.accepted += 1
            self._known.add(content_digest(Blueprint.model_validate_json(self._log.get(event.blueprint)).skeleton))
        if isinstance(event, BlueprintAccepted | BlueprintRejected):
            self._next = max(self._next, event.drawn + 1)
