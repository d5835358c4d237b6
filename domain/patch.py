"""JSON documents: changed by patches (RFC 6902), and compared place by place."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from domain.errors import DomainError


class PatchError(DomainError):
    """A patch does not fit the document."""


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT = _Absent()
"""Stands where one document has no value and the other has one."""


class Difference(NamedTuple):
    """One place where two documents differ; ``path`` is a JSON pointer."""

    path: str
    expected: Any
    found: Any


def patched(document: Any, operations: Iterable[Mapping[str, Any]]) -> Any:
    """The document after the operations; what they do not touch is shared with the one before.

    Raises:
        PatchError: A path is not there, or an operation is none of add, replace and remove.
    """
    for number, operation in enumerate(operations):
        try:
            kind, steps = operation["op"], _steps(operation["path"])
            if kind not in ("add", "replace", "remove"):
                raise PatchError(f"operation {number} is {kind!r}; add, replace and remove are understood")
            document = _at(document, steps, kind, None if kind == "remove" else operation["value"])
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise PatchError(f"operation {number} ({operation.get('op')} {operation.get('path')}) does not fit: {error!r}") from error
    return document


def differences(expected: Any, found: Any, path: str = "") -> Iterator[Difference]:
    """Where two JSON values differ: 25 equals 25.0, true is not 1, the order of keys is free, that of lists counts."""
    if expected is found:
        return
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in dict.fromkeys([*expected, *found]):
            left, right = expected.get(key, ABSENT), found.get(key, ABSENT)
            if left is not right:
                yield from differences(left, right, f"{path}/{_escaped(key)}")
    elif isinstance(expected, list) and isinstance(found, list):
        for index in range(max(len(expected), len(found))):
            left = expected[index] if index < len(expected) else ABSENT
            right = found[index] if index < len(found) else ABSENT
            yield from differences(left, right, f"{path}/{index}")
    elif isinstance(expected, bool) or isinstance(found, bool) or expected != found:
        yield Difference(path, expected, found)


def _at(node: Any, steps: list[str], kind: str, value: Any) -> Any:
    """A copy of ``node`` in which the operation was done at the end of the steps."""
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    if isinstance(node, dict):
        if (rest or kind != "add") and step not in node:
            raise KeyError(step)
        copy: Any = dict(node)
        if rest:
            copy[step] = _at(node[step], rest, kind, value)
        elif kind == "remove":
            del copy[step]
        else:
            copy[step] = value
        return copy
    if not isinstance(node, list):
        raise TypeError(f"{step!r} is inside of a {type(node).__name__}")
    copy, adds = list(node), kind == "add" and not rest
    index = _index(step, len(node), adds=adds)
    if rest:
        copy[index] = _at(node[index], rest, kind, value)
    elif adds:
        copy.insert(index, value)
    elif kind == "remove":
        del copy[index]
    else:
        copy[index] = value
    return copy


def _index(step: str, length: int, *, adds: bool) -> int:
    if step == "-" and adds:
        return length
    index = int(step) if step.isdecimal() else -1
    if not 0 <= index < length + adds:
        raise IndexError(f"{step} in a list of {length}")
    return index


def _steps(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON pointer")
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
