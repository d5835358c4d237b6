"""Rounds: what became of each version of an instruction that a model wrote, as events in the stream of its setting's blueprints."""

import time
from collections.abc import Callable, Sequence

from actors.verifying import Verified
from domain.values import canonical
from events.blueprints import BlueprintAccepted, BlueprintRejected
from events.log import WritableLog
from projections.blueprints.drawn import stream_of


def record(log: WritableLog, written: Sequence[Sequence[Verified]], clock: Callable[[], float] = time.time) -> None:
    """
    Record every round with its verdict and reasons; what the log holds already is not recorded again.

    Args:
        written: Of each blueprint, what its rounds came to; its place here is the number of its drawing.
        clock: Wall time in seconds; recorded, never hashed.
    """
    for setting in dict.fromkeys(rounds[0].blueprint.setting for rounds in written):
        stream = stream_of(setting)
        head, events = log.head(stream), [record.event for record in log.read(stream)]
        known = {(event.drawn, event.round) for event in events if isinstance(event, BlueprintAccepted | BlueprintRejected)}
        for drawn, rounds in enumerate(written):
            new = [number for number in range(len(rounds)) if (drawn, number) not in known]
            if rounds[0].blueprint.setting != setting or not new:
                continue
            for number in new:
                log.put(canonical(rounds[number].blueprint.model_dump(mode="json")))
            head = log.append(stream, [rounds[number].event(drawn, number) for number in new], head, {"at": round(clock(), 3)})
