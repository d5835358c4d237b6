"""Stored name -> class, and how an old version becomes the new one.

To change an event: leave the old name here, add ``Upcast(new name, step)`` for it, and put a stream of the
old version into ``tests/golden``.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import ValidationError

from events import blueprints, conversation, imports, judgement, run, subagents, tools
from events.base import Event
from events.errors import CorruptLog, NewerLog

CLASSES: dict[str, type[Event]] = {
    cls.TOPIC: cls
    for module in (blueprints, conversation, imports, judgement, run, subagents, tools)
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Event) and cls.TOPIC
}


class Upcast(NamedTuple):
    """One step from an old version of an event to the next."""

    topic: str
    step: Callable[[dict[str, Any]], dict[str, Any]]


UPCASTS: dict[str, Upcast] = {
    "conversation-finished.v1": Upcast("conversation-finished.v2", lambda old: old),  # who was at fault was not recorded
}


def decode(topic: str, fact: bytes) -> Event:
    """Read one stored fact, of whatever version.

    Raises:
        NewerLog: Nothing here knows the topic.
        CorruptLog: The bytes are not the topic's fact.
    """
    try:
        if topic in UPCASTS:
            topic, fact = _lift(topic, fact)
        cls = CLASSES.get(topic)
        if cls is None:
            raise NewerLog(f"this log holds an event {topic!r}, which this version of Worldloom does not know; upgrade it")
        return cls.__pydantic_validator__.validate_json(fact)  # type: ignore[no-any-return]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the whole"
        raise CorruptLog(f"a stored {topic!r} cannot be read: {where}: {first['msg']}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise CorruptLog(f"a stored {topic!r} cannot be read: {error}") from error


def _lift(topic: str, fact: bytes) -> tuple[str, bytes]:
    fields = json.loads(fact)
    while topic in UPCASTS:
        topic, step = UPCASTS[topic]
        fields = step(fields)
    return topic, json.dumps(fields).encode()
