"""Calls: tools that do not exist, arguments that nobody gave, and effects that the user was never told of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from domain.claims.known import Known, Made
from domain.claims.values import identifiers_in
from domain.claims.words import stems

_UNKNOWN_TOOL = re.compile(
    r"^\W*(?:error:? )?(?:unknown (?:action|tool|function)|tool .{0,60}(?:not found|does not exist)|"
    r".{0,60}there is no tool)",
    re.IGNORECASE,
)


class CallFinding(NamedTuple):
    """Something wrong with a call."""

    code: str
    kind: str
    detail: str
    argument: str = ""
    value: str = ""


def unknown_tool(known: Known, made: Made, answer: str) -> CallFinding | None:
    """A call of a tool that the agent does not have."""
    missing = known.tools is not None and made.tool not in known.tools
    if missing or _UNKNOWN_TOOL.match(answer):
        return CallFinding("unknown-tool", "argument", f"there is no tool {made.tool!r}")
    return None


def invented_arguments(known: Known, made: Made) -> Iterator[CallFinding]:
    """Identifiers among the arguments that were neither shown nor told before the call."""
    for path, value in leaves(made.arguments):
        for id, start, end in identifiers_in(value):
            if end - start >= len(value.strip("# ")) and not known.has_token(id):
                yield CallFinding("invented-argument", "argument", f"{path} {value!r} was never shown or told", path, value)


def from_origins(origins: Iterable[tuple[str, str, bool]]) -> Iterator[CallFinding]:
    """
    The same from the origins of a call's arguments, where those are known.

    Args:
        origins: (path, value as text, whether it has an origin) of each leaf.
    """
    for path, value, grounded in origins:
        if not grounded:
            yield CallFinding("invented-argument", "argument", f"{path} {value!r} has no origin", path, value)


def untold(effect: Made, later: Iterable[str]) -> CallFinding | None:
    """An effect that none of the messages after it speaks of."""
    ids = [id.lower() for _, value in leaves(effect.arguments) for id, _, _ in identifiers_in(value)]
    words = {word for word in stems(effect.tool.replace("_", " ")) if len(word) > 3}
    for text in later:
        lowered = text.lower()
        if (
            any(id in lowered for id in ids)
            or words & set(stems(lowered))
            or re.search(r"\b(?:done|success\w*|complet\w*|processed|all set|confirmed)\b", lowered)
        ):
            return None
    return CallFinding("untold-effect", "effect", f"{effect.tool} changed something, and no message after it says so")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(dotted path, text) of each text in a JSON value."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from leaves(item, f"{path}[{place}]")
