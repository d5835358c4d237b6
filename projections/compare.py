"""Two data files, byte by byte, and where they differ row by row."""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from pathlib import Path

from projections.errors import RecordError
from projections.records.files import read_jsonl, read_parquet
from projections.records.sft import Example

_MOST_NAMED = 10
_CHUNK = 1 << 20
_READERS: dict[str, Callable[[Path], Iterator[Example]]] = {".parquet": read_parquet, ".jsonl": read_jsonl}


def compare_files(stored: Path, derived: Path) -> Iterator[tuple[str, str]]:
    """(place, what) of the differences between a stored file and the one derived now; none where the bytes are equal."""
    at = _first_difference(stored, derived)
    if at is None:
        return
    reader = _READERS.get(stored.suffix)
    named = 0
    if reader is not None:
        for place, what in _rows(stored, derived, reader):
            named += 1
            yield place, what
            if named == _MOST_NAMED:
                return
    if not named:
        yield f"{stored}: byte {at}", "differs from what the log gives" + (", though all rows are equal" if reader else "")


def _first_difference(one: Path, other: Path) -> int | None:
    """Offset of the first byte that differs."""
    offset = 0
    with one.open("rb") as left, other.open("rb") as right:
        while True:
            a, b = left.read(_CHUNK), right.read(_CHUNK)
            if a != b:
                return offset + next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
            if not a:
                return None
            offset += len(a)


def _rows(stored: Path, derived: Path, reader: Callable[[Path], Iterator[Example]]) -> Iterator[tuple[str, str]]:
    number = 0
    try:
        for number, (row, right) in enumerate(zip_longest(reader(stored), reader(derived)), 1):
            place = f"{stored}: row {number}"
            if row is None:
                yield place, f"{right.conversation} is missing"
            elif right is None:
                yield place, f"{row.conversation} is not in the log"
            elif row != right:
                fields = [name for name in Example.model_fields if getattr(row, name) != getattr(right, name)]
                yield place, f"{right.conversation}: {', '.join(fields)} differ from what the log gives"
    except RecordError as error:
        what = str(error).removeprefix(f"{stored}").removeprefix(": ").rpartition("; ")[0]
        yield str(stored), f"after row {max(number, 0)}: {what}"
