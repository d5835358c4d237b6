"""Solvability: every value of the gold path is told by the user, or can be found out with the tools."""

import re
from collections.abc import Iterable, Iterator

from domain.agents import ASSISTANT
from domain.blueprints.verifying.ground import Ground, at
from domain.blueprints.verifying.reach import explored
from domain.provenance.arithmetic import Argument, can_follow
from domain.provenance.known import Known
from domain.provenance.names import reference_names
from domain.provenance.origins import UNGROUNDED, Origin, Origins
from events.base import Event
from events.blueprints import Reason
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

_SENTENCE = re.compile(r"[^\d@\s]+(?:\s[^\d@\s]+){3,}[.!?]")


def solvability(ground: Ground) -> list[Reason]:
    """Values that come from nowhere."""
    return list(_ungrounded(ground))


def _ungrounded(ground: Ground) -> Iterator[Reason]:
    origins = _fold(ground)
    steps = iter(ground.trace.steps)
    seen: list[object] = []
    for position, event in enumerate(map(_as_one, ground.trace.events), 1):
        found = origins.observe(position, event)
        if isinstance(event, ToolAnswered):
            seen.append(event.observation)
        if found is None:
            continue
        step = next(steps)
        loose = list(_loose(found.origins))
        if loose and isinstance(event, ToolCalled):
            for shown in explored(ground.setting, step.before, ground.told, seen):
                origins.known(ASSISTANT).show(position, shown)
            known = origins.known(ASSISTANT)
            loose = [origin for origin in _loose(origins.of(position, event).origins) if not _can_follow(origin, event, known)]
        yield from (_missing(step.number, event, origin) for origin in loose if isinstance(event, ToolCalled))


def _loose(origins: Iterable[Origin]) -> Iterator[Origin]:
    """What comes from nowhere; a sentence without any value in it is the caller's own."""
    for origin in origins:
        own = isinstance(origin.value, str) and _SENTENCE.fullmatch(origin.value.strip()) is not None
        if origin.kind == UNGROUNDED and not own:
            yield origin


def _can_follow(origin: Origin, called: ToolCalled, known: Known) -> bool:
    is_number = isinstance(origin.value, int | float)
    return is_number and can_follow(float(origin.value), known, Argument.of(origin.path, called.arguments))


def _fold(ground: Ground) -> Origins:
    """One agent stands for all, since whatever one finds out it can pass on."""
    origins = Origins(ground.setting.clock, reference_names(ground.base))
    prose = f"{ground.setting.policy.prose}\n{ground.setting.clock}"
    origins.brief(ASSISTANT, prose, ground.setting.toolset.specs)
    return origins


def _as_one(event: Event) -> Event:
    if isinstance(event, ToolCalled | ToolAnswered | ToolRefused | ToolFaulted):
        return event.model_copy(update={"agent": ASSISTANT})
    return event


def _missing(number: int, called: ToolCalled, origin: Origin) -> Reason:
    path = origin.path.strip("/").split("/")
    why = f" ({origin.rule})" if origin.rule else ""
    sentence = (
        f"{called.tool} needs {path[0]} {origin.value!r}, which neither the instruction tells nor a look-up shows{why}; "
        f"tell it in the instruction, or put the look-up that shows it before."
    )
    return Reason(code="missing-value", place=at(number, *path), sentence=sentence)
