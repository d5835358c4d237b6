"""Facts: one observation as records that can be asked, made once for each text however often it is seen."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import orjson

from domain.claims.values import Date, amounts_in, cents, dates_in

_ID_KEY = re.compile(r"(?:^id|_id|_number|Number)$")
_ID_LIKE = re.compile(r"^#?(?=.*\d)[\w.#-]{3,}$")
_STATUS_KEY = re.compile(r"(?:^|[._])(?:status|state)$")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9_\-]*[a-z0-9]|[a-z0-9]")
_NAME_KEYS = ("name", "text", "title", "product", "description", "plan_name")
_COUNTED = re.compile(r"^\d+ x ")
_COUNT = re.compile(r"seat|bag|count|quantity|units|days|year|stock|weight")
"""Of a number that is no money."""
_FIGURE = re.compile(r"(?<![\w.-])\d{1,9}(?:\.\d+)?(?!\d)")
_PIECES = 2048


class Record:
    """A JSON object that stands for something: it has an identifier, or is one of many."""

    __slots__ = ("__dict__", "children", "fields", "id", "kind", "lists", "parent")

    def __init__(self, id: str, kind: str, parent: "Record | None") -> None:
        self.id, self.kind, self.parent = id, kind, parent
        self.fields: dict[str, Any] = {}
        """Leaves by dotted path, of itself and of plain objects in it."""
        self.children: list[Record] = []
        self.lists: dict[str, int] = {}
        """Name of a list or of a map of records in it -> how many there are."""

    @cached_property
    def own_amounts(self) -> dict[str, int]:
        """Path -> cents of its numbers, its own only."""
        return {path: value for path, leaf in self.fields.items() if (value := as_cents(path, leaf)) is not None}

    @cached_property
    def amounts(self) -> frozenset[int]:
        """Cents of all numbers in it and below that may be money, sums over its lists among them."""
        found = {value for path, value in self.own_amounts.items() if not _COUNT.search(path)}
        found = found.union(*(child.amounts for child in self.children))
        return frozenset(found.union(value for path, value in self.sums.items() if not _COUNT.search(path)))

    @cached_property
    def sums(self) -> dict[str, int]:
        """``list.path`` -> sum over the records of a list."""
        found: dict[str, int] = {}
        for child in self.children:
            for path, value in child.own_amounts.items():
                found[f"{child.kind}.{path}"] = found.get(f"{child.kind}.{path}", 0) + value
        return found

    @cached_property
    def name(self) -> str:
        """What it is called, in small letters; empty where it has no name."""
        for key in _NAME_KEYS:
            value = self.fields.get(key)
            if isinstance(value, str) and 2 < len(value) <= 60:
                return _COUNTED.sub("", value.lower())
        return ""

    def below(self) -> Iterator["Record"]:
        """Itself and all in it."""
        yield self
        for child in self.children:
            yield from child.below()


def as_cents(path: str, leaf: Any) -> int | None:
    """A number as cents; None where it is none."""
    if isinstance(leaf, bool) or not isinstance(leaf, int | float):
        return None
    return int(leaf) if path.endswith("_cents") else round(leaf * 100) if abs(leaf) < 1e12 else None


class Facts:
    """What one text shows."""

    def __init__(self, text: str, value: Any = None) -> None:
        self.text = text
        self.lower = text.lower()
        self.value = value if value is not None else _json(text)
        self.root = Record(root_id(self.value), "", None)
        if self.value is not None:
            _fill(self.root, "", self.value)

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Words and identifiers in it."""
        return frozenset(_TOKEN.findall(self.lower))

    @cached_property
    def records(self) -> tuple[Record, ...]:
        """All in it, outer ones first."""
        return tuple(self.root.below())

    @cached_property
    def methods(self) -> tuple[Record, ...]:
        """Ways of paying in it."""
        return tuple(record for record in self.records if record.kind == "payment_methods")

    @cached_property
    def statuses(self) -> frozenset[str]:
        """Values of its statuses."""
        pairs = ((path, value) for record in self.records for path, value in record.fields.items())
        return frozenset(value for path, value in pairs if isinstance(value, str) and 3 < len(value) < 40 and _STATUS_KEY.search(path))

    @cached_property
    def by_id(self) -> dict[str, list[Record]]:
        """Identifier in small letters, without number sign -> records."""
        found: dict[str, list[Record]] = {}
        for record in self.records:
            if record.id:
                found.setdefault(record.id.lstrip("#").lower(), []).append(record)
        return found

    @cached_property
    def by_name(self) -> dict[str, list[Record]]:
        """Name -> records."""
        found: dict[str, list[Record]] = {}
        for record in self.records:
            if record.name:
                found.setdefault(record.name, []).append(record)
        return found

    @cached_property
    def amounts(self) -> frozenset[int]:
        """Cents of all numbers in it, and sums over its lists."""
        found = self.root.amounts | {value for value, _, _ in amounts_in(self.text)}
        if self.value is None and re.fullmatch(r"\s*-?[\d,]+(?:\.\d+)?\s*", self.text):
            found |= {abs(cents(self.text.strip().lstrip("-")))}
        return frozenset(found)

    @cached_property
    def numbers(self) -> frozenset[int]:
        """Whole numbers in it, lengths of its lists among them."""
        found = {int(number) for number in re.findall(r"(?<![\w.])\d{1,9}(?![\w.]\d)", self.text)}
        return frozenset(found.union(*(record.lists.values() for record in self.records)))

    @cached_property
    def figures(self) -> frozenset[float]:
        """Numbers in it, whole or not, with a unit or without."""
        return frozenset(float(number) for number in _FIGURE.findall(self.text))

    @cached_property
    def dates(self) -> frozenset[tuple[int, int]]:
        """(month, day) of all days in it."""
        return frozenset((date.month, date.day) for date, _, _ in dates_in(self.text))

    @cached_property
    def days(self) -> frozenset[Date]:
        """All days in it."""
        return frozenset(date for date, _, _ in dates_in(self.text))


@lru_cache(_PIECES)
def facts_of(text: str) -> Facts:
    """The facts of a text; the same object for the same text."""
    return Facts(text)


def _json(text: str) -> Any:
    """The JSON value of a text, or the one at its end, where another agent passed it on."""
    begin = min((place for place in (text.find("{"), text.find("[")) if place >= 0), default=-1)
    if begin < 0:
        return None
    try:
        return orjson.loads(text[begin:])
    except ValueError:
        return None


def _fill(record: Record, path: str, value: Any) -> None:
    """Take a JSON value into a record, below a dotted path."""
    if isinstance(value, Mapping):
        many = len(value) > 0 and all(isinstance(item, Mapping) for item in value.values())
        keyed = many and any(_ID_LIKE.match(key) for key in value)
        if keyed:
            record.lists[path] = len(value)
        for key, item in value.items():
            if keyed:
                _child(record, path, item, key)
            elif isinstance(item, Mapping) and _own_id(item, key):
                _child(record, key, item, "")
            else:
                _fill(record, f"{path}.{key}" if path else key, item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        record.lists[path] = len(value)
        for item in value:
            if isinstance(item, Mapping | list):
                _child(record, path, item, "")
            else:
                record.fields[f"{path}[]{len(record.fields)}"] = item
    else:
        record.fields[path] = value


def _child(record: Record, path: str, item: Any, key: str) -> None:
    own = _own_id(item, path.rpartition(".")[2]) if isinstance(item, Mapping) else ""
    child = Record(own or key, path.rpartition(".")[2], record)
    record.children.append(child)
    _fill(child, "", item)


def _own_id(item: Mapping[str, Any], kind: str) -> str:
    """The identifier of an object: that of its kind, else ``id``, else the first."""
    for name in (f"{kind.removesuffix('s')}_id", "id"):
        value = item.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    for name, value in item.items():
        if isinstance(value, str) and _ID_KEY.search(name) and _ID_LIKE.match(value):
            return value
    return ""


def root_id(value: Any) -> str:
    """The identifier of a whole observation."""
    return _own_id(value, "") if isinstance(value, Mapping) else ""
