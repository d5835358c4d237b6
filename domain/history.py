"""A list that grows at its end and is shared between those who look at it at different lengths."""

from collections.abc import Iterable, Sequence
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
