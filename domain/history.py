"""What grows at its end and is shared between those who look at it at different lengths: a list, and a set of names."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class History(Sequence[T], Generic[T]):
    """An immutable sequence. Adding to the longest holder costs what is added; adding to a shorter one copies.

    So a conversation that only goes on stays linear, and one that is forked keeps its branches apart.
    """

    __slots__ = ("_items", "_length")

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = list(items)
        self._length = len(self._items)

    def plus(self, *items: T) -> "History[T]":
        """The history and what came after it."""
        longer: History[T] = History.__new__(History)
        longer._items = self._items if self._length == len(self._items) else self._items[: self._length]
        longer._items.extend(items)
        longer._length = self._length + len(items)
        return longer

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self._items[i] for i in range(*index.indices(self._length))]
        if not -self._length <= index < self._length:
            raise IndexError(f"position {index} of a history of {self._length}")
        return self._items[index if index >= 0 else self._length + index]

    def __len__(self) -> int:
        return self._length


class Names(Collection[str]):
    """An immutable set of names, shared as a History is: adding to it and asking it cost the same however large it is."""

    __slots__ = ("_length", "_places")

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._places = {name: place for place, name in enumerate(dict.fromkeys(names))}
        self._length = len(self._places)

    def plus(self, name: str) -> "Names":
        """The set with one name more."""
        if name in self:
            return self
        larger = Names.__new__(Names)
        larger._places = self._places if self._length == len(self._places) else {each: place for place, each in enumerate(self)}
        larger._places[name] = self._length
        larger._length = self._length + 1
        return larger

    def __contains__(self, name: object) -> bool:
        return self._places.get(name, self._length) < self._length  # type: ignore[call-overload, no-any-return]

    def __iter__(self) -> Iterator[str]:
        return islice(self._places, self._length)

    def __len__(self) -> int:
        return self._length
