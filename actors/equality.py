"""What counts as equal between a recorded outcome and ours; one rule for every setting.

Content is compared as JSON where it is JSON, else as text. Where it quotes the Python runtime or a validation library,
no port can be expected to quote the same: then equal means the same error flag, that nothing changed, and that the
message names the same argument. Nothing else is normalised.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from actors.recordings import Probe, Step
from domain.patch import ABSENT, Difference, PatchError, differences, patched

_QUOTES = re.compile(
    r"validation errors? for \w|missing \d+ required (positional|keyword-only) argument|unexpected keyword argument|"
    r"takes \d+ positional argument|takes from \d+ to \d+ positional argument|multiple values for argument|"
    r"object has no attribute|object is not (subscriptable|iterable|callable|a mapping)|object does not support|"
    r"unsupported operand type|not supported between instances of|bad operand type|unhashable type|"
    r"(list|tuple|string) index out of range|(list|tuple|string|byte) indices must be|"
    r"invalid literal for \w+\(\)|could not convert string to|can only concatenate|(must|expected) \w+, not \w+|"
    r"not enough values to unpack|too many values to unpack|division by zero|invalid syntax|"
    r"\A(Error: )?'[^']*'\Z"  # a bare KeyError
)
_ARGUMENTS = re.compile(r"(?:argument|arguments):? ((?:'\w+'(?:, and |, | and )?)+)")
_LOCATION = re.compile(r"^(\w[\w.\[\]]*)$", re.MULTILINE)


def differing(recorded: Step, text: str, error: bool, before: Any, after: Any) -> Iterator[Difference]:
    """Where our outcome of a call differs from the recorded one.

    Args:
        text: What our agent sees.
        error: Whether ours is a refusal or a fault.
        before: Our state as a document.
        after: The same object where nothing changed.
    """
    if error != recorded.error:
        yield Difference("error", recorded.error, f"{error} ({text})")
    if quotes_runtime(recorded):
        names = named_arguments(recorded)
        if names and text != recorded.content and not any(_mentions(text, name) for name in names):
            yield Difference("content", f"a message that names {' or '.join(names)}", text)
    else:
        yield from _content(recorded.content, text)
    yield from _changes(recorded, before, after)


def quotes_runtime(recorded: Step) -> bool:
    """Whether the recorded content is the wording of Python or a validation library."""
    fails = recorded.error or recorded.content.startswith("Error")
    return fails and ((isinstance(recorded, Probe) and recorded.kind == "missing") or bool(_QUOTES.search(recorded.content)))


def named_arguments(recorded: Step) -> list[str]:
    """Arguments that the recorded message is about; where it names none, the one that the probe replaced."""
    content = recorded.content
    quoted = _ARGUMENTS.search(content)
    if quoted:
        return re.findall(r"'(\w+)'", quoted[1])
    if "validation error" in content:
        places = [re.split(r"[.\[]", place) for place in _LOCATION.findall(content.partition("\n")[2])]
        if places:
            return list(dict.fromkeys(name for place in places for name in (place[0], place[-1]) if not name.rstrip("]").isdecimal()))
    arg = recorded.arg if isinstance(recorded, Probe) else None
    return [re.split(r"[.\[]", arg)[0]] if arg else []


def tables_changed(before: Any, after: Any) -> list[str]:
    """``root.table`` of each table that differs between two documents, sorted."""
    changed = {".".join(found.path.split("/")[1:3]) for found in differences(before, after)}
    return sorted(changed)


def same_state(expected: Any, found: Any) -> Iterator[Difference]:
    """Where a state differs from the recorded one."""
    for place, left, right in differences(expected, found):
        yield Difference(f"state {place}", left, right)


def _changes(recorded: Step, before: Any, after: Any) -> Iterator[Difference]:
    if recorded.changed is not None and (before is not after or recorded.changed):
        tables = [] if before is after else tables_changed(before, after)
        if tables != sorted(recorded.changed):
            yield Difference("changed", sorted(recorded.changed), tables)
    if recorded.patch is None and recorded.changed:
        return  # that something changed was recorded, but not what
    if before is after and not recorded.patch:
        return
    try:
        yield from same_state(patched(before, recorded.patch or ()), after)
    except PatchError as error:
        yield Difference("patch", "a patch of the state before", str(error))


def _content(recorded: str, text: str) -> Iterator[Difference]:
    expected = _json(recorded)
    if expected is ABSENT:
        if recorded != text:
            yield Difference("content", recorded, text)
        return
    found = _json(text)
    if found is ABSENT:
        yield Difference("content", recorded, text)
        return
    for place, left, right in differences(expected, found):
        yield Difference(f"content {place}".strip(), left, right)


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return ABSENT


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _mentions(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
