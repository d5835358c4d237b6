"""Solvability: every value of the gold path is told by the user, or can be found out with the tools, and none is told too early."""

import re
from collections.abc import Iterator

from domain.agents import ASSISTANT
from domain.blueprints.verifying.ground import Ground, at
from domain.blueprints.verifying.reach import explored
from domain.blueprints.verifying.terms import known_from
from domain.provenance.arithmetic import can_follow, is_by_chance, shown_beside
from domain.provenance.known import Known
from domain.provenance.names import reference_names
from domain.provenance.origins import UNGROUNDED, CallOrigins, Origin, Origins
from domain.provenance.reading import counted_as, is_telling, leaves, normal, numbers, tokens
from domain.provenance.reckoning import Question
from domain.values import is_number
from events.base import Event
from events.blueprints import Reason
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

_STEM = 4
"""Letters by which words are the same: of ``units`` and ``unit``."""
_CODE = 4
"""Characters that a key has at least which is no count."""
_SENTENCE = re.compile(r"[^\d@\s]+(?:\s[^\d@\s]+){3,}[.!?]")


def solvability(ground: Ground) -> list[Reason]:
    """Values that come from nowhere, or are told before they are there."""
    return [*_too_early(ground), *_ungrounded(ground)]


def _too_early(ground: Ground) -> Iterator[Reason]:
    """Keys that the instruction names, and that only the path's own calls make; one that a call is made with is its caller's to choose."""
    told = known_from(ground.goal.instruction, ground.setting.clock)
    for step in ground.trace.steps:
        chosen = {str(leaf) for _, leaf in leaves(step.action.arguments)}
        for change in step.outcome.changes if isinstance(step.outcome, ToolAnswered) else ():
            key, made = change.key, change.field is None and change.after is not None
            if made and _is_code(key) and key not in chosen and ground.start.row(change.table, key) is None and told.find(key):
                sentence = f"It names {key}, which only {step.action.tool} ({at(step.number)}) makes; ask for it without its name, or not."
                yield Reason(code="told-too-early", place="instruction", sentence=sentence)


def _is_code(key: str) -> bool:
    """Whether a key cannot stand in a text for anything else, as ``12`` or ``mobile`` can."""
    return len(key) >= _CODE and (is_telling(key) or key.isupper())


def _ungrounded(ground: Ground) -> Iterator[Reason]:
    origins = _fold(ground)
    steps = iter(ground.trace.steps)
    seen: list[object] = []
    for position, event in enumerate(map(_as_one, ground.trace.events), 1):
        found = origins.observe(position, event)
        if isinstance(event, ToolAnswered):
            seen.append(event.observation)
        if found is None or not isinstance(event, ToolCalled):
            continue
        step, known = next(steps), origins.known(ASSISTANT)
        loose = list(_loose(ground, known, event, found))
        if loose:
            for shown in explored(ground.setting, step.before, ground.told, seen):
                known.show(position, shown)
            loose = [
                origin for origin in _loose(ground, known, event, origins.of(position, event)) if not _can_follow(known, event, origin)
            ]
        yield from (_missing(step.number, event, origin) for origin in loose)


def _loose(ground: Ground, known: Known, called: ToolCalled, found: CallOrigins) -> Iterator[Origin]:
    """What comes from nowhere, or was shown or told as something else; a sentence without any value in it is the caller's own."""
    for origin in found.origins:
        own = isinstance(origin.value, str) and _SENTENCE.fullmatch(origin.value.strip()) is not None
        if (origin.kind == UNGROUNDED and not own) or (
            is_number(origin.value) and origin.value and _is_else(ground, known, called, origin)
        ):
            yield origin


def _is_else(ground: Ground, known: Known, called: ToolCalled, origin: Origin) -> bool:
    """Whether a number is another one's: shown as something else, or told in words that the tool does not count, as of two papers."""
    if origin.kind == "observation":
        return is_by_chance(origin.sources[0], Question(known, origin.path, called.arguments))
    told = normal(ground.told)
    if origin.kind != "user" or origin.value in numbers(told):
        return False
    tool = ground.tool(called.tool)
    stems = tuple(word[:_STEM] for word in tokens(normal(str(tool.spec if tool else ""))) if len(word) >= _STEM)
    return not any(word.startswith(stems) for phrase in counted_as(origin.value, told) for word in phrase.split())


def _can_follow(known: Known, called: ToolCalled, origin: Origin) -> bool:
    if not is_number(origin.value) or origin.kind == "user":
        return False
    asked = Question(known, origin.path, called.arguments)
    return shown_beside(float(origin.value), asked) is not None or can_follow(float(origin.value), asked)


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
