"""JSON values: frozen so that they can be shared, canonical so that they can be hashed."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn, TypeGuard

import orjson

_LEAST, _BEYOND = -(2**63), 2**64
"""Whole numbers that canonical bytes can hold: those of 64 bits, signed or not."""


class FrozenDict(dict[str, Any]):
    """A dict that refuses to change; libraries still take it for a dict."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a row of the world changes only through its transaction: use world.update(table, key, field=value)")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenDict, (dict(self),))


class FrozenList(list[Any]):
    """A list that refuses to change; libraries still take it for a list."""

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("a row of the world changes only through its transaction: use world.update(table, key, field=value)")

    __setitem__ = __delitem__ = __iadd__ = __imul__ = append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        return (FrozenList, (list(self),))


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a JSON value is a number; Python takes true and false for some too."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def freeze(value: Any) -> Any:
    """The same JSON value, unchangeable at every depth; what is frozen already is shared."""
    kind = type(value)
    if kind is dict:
        return FrozenDict({key: freeze(item) for key, item in value.items()})
    if kind is list or kind is tuple:
        return FrozenList([freeze(item) for item in value])
    if isinstance(value, Mapping) and kind is not FrozenDict:
        return FrozenDict({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list) and kind is not FrozenList:
        return FrozenList([freeze(item) for item in value])
    return value


def thaw(value: Any) -> Any:
    """A copy that may be changed."""
    if isinstance(value, dict):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [thaw(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """Any result of a tool as a JSON value.

    Raises:
        ValueError: There is something in it that JSON cannot hold (a number that is not finite, an object).
    """
    kind = type(value)
    if kind is str:
        return value if value.isascii() else clean_text(value)
    if value is None or kind is bool:
        return value
    if kind is int:
        if not _LEAST <= value < _BEYOND:
            raise ValueError(f"{value} is beyond 64 bits")
        return value
    if kind is float:
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a finite number")
        return value
    if kind is dict or kind is FrozenDict or isinstance(value, Mapping):
        return {_name(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        items: Iterable[Any] = sorted(value) if isinstance(value, (set, frozenset)) else value
        return [plain(item) for item in items]
    if isinstance(value, (str, int, float)):
        return plain(kind.__mro__[1](value))
    raise ValueError(f"a {kind.__name__} is not a JSON value")


def legible(value: Any) -> Any:
    """What an agent wrote, as a JSON value: where JSON cannot hold a part of it, its text stands for that part."""
    if isinstance(value, Mapping):
        return {_name(key): legible(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [legible(item) for item in value]
    try:
        return plain(value)
    except (ValueError, TypeError):
        return clean_text(str(value))


def _name(key: Any) -> str:
    return key if type(key) is str and key.isascii() else clean_text(str(key))


def clean_text(text: str) -> str:
    """The text with what UTF-8 cannot hold (lone surrogates) replaced."""
    if text.isascii():
        return str(text)
    return text.encode("utf-8", "replace").decode("utf-8")


def canonical(value: Any) -> bytes:
    """Bytes that are equal exactly for equal JSON values: 25 equals 25.0, the order of keys is free.

    Raises:
        ValueError: The value is not JSON, or holds an integer beyond 64 bits.
    """
    try:
        return orjson.dumps(_normal(value), option=orjson.OPT_SORT_KEYS)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _normal(value: Any) -> Any:
    if type(value) is str:
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a finite number")
        return int(value) if value.is_integer() and _LEAST <= value < _BEYOND else value
    if isinstance(value, dict):
        return {key: item if type(item) is str else _normal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_normal(item) for item in value]
    return value


def compact(value: Any) -> str:
    """A JSON value as agents see it: keys in their order, no spaces saved at the cost of reading."""
    return orjson.dumps(value).decode()
