"""What a log says of the blueprints that were drawn."""

from collections.abc import Iterator

from domain.blueprint import Blueprint
from events.blueprints import BlueprintAccepted
from events.log import Log

_DRAWN = "blueprints/"
"""Before a setting's name: the stream of its drawings."""


def stream_of(setting: str) -> str:
    """Name of the stream of a setting's drawings."""
    return f"{_DRAWN}{setting}"


def drawn_in(log: Log) -> list[str]:
    """Settings of which blueprints were drawn, sorted."""
    return [stream.removeprefix(_DRAWN) for stream in log.streams() if stream.startswith(_DRAWN)]


def accepted_in(log: Log, settings: list[str]) -> Iterator[Blueprint]:
    """Blueprints that were accepted, setting by setting, in the order in which they were drawn."""
    for setting in settings:
        for record in log.read(stream_of(setting)):
            if isinstance(record.event, BlueprintAccepted):
                yield Blueprint.model_validate_json(log.get(record.event.blueprint))
