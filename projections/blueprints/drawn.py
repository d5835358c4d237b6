"""What a log says of the blueprints that were drawn."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from domain.blueprints.blueprint import Blueprint
from events.blueprints import BlueprintAccepted, BlueprintRejected
from events.log import Log
from projections.errors import NoSuchPlace

_DRAWN = "blueprints/"
"""Before a setting's name: the stream of its drawings."""
Outcome = BlueprintAccepted | BlueprintRejected
T = TypeVar("T")


def stream_of(setting: str) -> str:
    """Name of the stream of a setting's drawings."""
    return f"{_DRAWN}{setting}"


def drawn_in(log: Log) -> list[str]:
    """Settings of which blueprints were drawn, sorted."""
    return [stream.removeprefix(_DRAWN) for stream in log.streams() if stream.startswith(_DRAWN)]


def outcomes_in(log: Log, setting: str) -> Iterator[Outcome]:
    """How each drawing of a setting came out, in their order."""
    for record in log.read(stream_of(setting)):
        if isinstance(record.event, Outcome):
            yield record.event


def accepted_in(log: Log, settings: list[str]) -> Iterator[Blueprint]:
    """Blueprints that were accepted, setting by setting, in the order in which they were drawn."""
    for setting in settings:
        for event in outcomes_in(log, setting):
            if isinstance(event, BlueprintAccepted):
                yield Blueprint.model_validate_json(log.get(event.blueprint))


def rejections_in(log: Log, setting: str) -> dict[str, int]:
    """``stage: code`` -> drawings that were rejected for it, by their first reason; the most frequent first."""
    found = (event for event in outcomes_in(log, setting) if isinstance(event, BlueprintRejected))
    return dict(Counter(f"{event.stage}: {event.reasons[0].code}" for event in found).most_common())


def drawn_as(log: Log, name: str) -> tuple[Blueprint, Outcome]:
    """
    A blueprint, and how it came out.

    Args:
        name: Its own, or the beginning of it; or its setting and the number of its drawing, such as ``retail/0``.

    Raises:
        NoSuchPlace: There is none, or there are several.
    """
    found: dict[str, Outcome] = {}
    ranges: dict[str, tuple[int, int]] = {}
    for setting in drawn_in(log):
        for event in outcomes_in(log, setting):
            ranges[setting] = ranges.get(setting, (event.drawn, 0))[0], event.drawn
            if f"{setting}/{event.drawn}" == name:
                found = {event.name: event}  # of several rounds, the last stands
            elif event.name.startswith(name):
                found[event.name] = event
    event = only(found, name, log.place, _hint(ranges, re.split("[/-]", name)[0]))
    return Blueprint.model_validate_json(log.get(event.blueprint)), event


def _hint(ranges: Mapping[str, tuple[int, int]], asked: str) -> str:
    """Which drawings there are, of the setting that was asked for, or of all."""
    told = {setting: f"{setting}/{first} to {setting}/{last}" for setting, (first, last) in ranges.items()}
    return f"{told.get(asked) or ', '.join(told.values())} are its drawings" if told else "nothing was drawn in it"


def only(found: Mapping[str, T], name: str, where: str, hint: str) -> T:
    """The one thing whose name begins so; raises as ``drawn_as`` does."""
    if len(found) == 1:
        return next(iter(found.values()))
    what = f"{name!r} is the beginning of {', '.join(list(found)[:3])}" if found else f"there is no blueprint {name!r}"
    raise NoSuchPlace(f"{where}: {what}; {hint}")
