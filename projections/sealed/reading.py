"""A sealed log, read like every other; only the row groups that hold what is asked for are fetched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import fs

from events.errors import CorruptLog, StoreUnavailable
from events.kept import KeptLog
from events.log import LAST, Row
from projections.sealed.layout import INDEX, Index, Segment, digest_of, open_folder

_GROUPS, _FILES = 8, 64
"""Row groups kept in memory, and files kept open, of each kind."""


class SealedLog(KeptLog):
    """A finished log in a folder of Parquet files.

    Args:
        address: Path or URI of the folder.
        folder: Its file system, where the caller has it open.

    Raises:
        StoreUnavailable: There is no sealed log, or it cannot be read.
        CorruptLog: Its list of files is damaged.
    """

    def __init__(self, address: str | Path, folder: fs.FileSystem | None = None) -> None:
        self._address = str(address)
        self._folder = folder or open_folder(address)
        with _errors(self._address):
            if self._folder.get_file_info(INDEX).type != fs.FileType.File:
                raise StoreUnavailable(f"{address}: there is no sealed log here (no {INDEX}); name the folder that `worldloom seal` wrote")
            with self._folder.open_input_stream(INDEX) as stream:
                self._index = Index.of_json(stream.read(), self._address)
        self._events = _Sorted(self._folder, self._index.events, self._address)
        self._content = _Sorted(self._folder, self._index.content, self._address)

    @property
    def place(self) -> str:
        """Path or URI of the folder."""
        return self._address

    @property
    def files(self) -> list[str]:
        """Names of the files of events, for readers that take them one by one; a stream may go on in the next."""
        return [part.file for part in self._index.events]

    def streams(self) -> list[str]:
        """See ``Log.streams``."""
        return self._events.keys()

    def rows(self, stream: str, first: int = 1, last: int = LAST) -> list[Row]:
        """See ``Log.rows``."""
        with _errors(self._address):
            return [
                Row(*row)
                for table in self._events.find(stream)
                for row in zip(*(column.to_pylist() for column in table.filter((_position >= first) & (_position <= last))), strict=True)
            ]

    def body(self, digest: str) -> Any:
        """See ``KeptLog.body``."""
        with _errors(self._address):
            return next((table["body"][0].as_py() for table in self._content.find(digest)), None)

    def contents(self) -> list[str]:
        """See ``Log.contents``."""
        return self._content.keys()

    def check(self) -> None:
        """Compare every file with its digest."""
        for part in (*self._index.events, *self._index.content):
            with _errors(self._address):
                with self._folder.open_input_stream(part.file) as stream:
                    digest = digest_of(stream.read())
                if digest != part.digest:
                    raise CorruptLog(f"{self._address}: {part.file} was changed after it was written; restore the log from a copy")

    def close(self) -> None:
        """Release the files."""
        self._events.close()
        self._content.close()


_position = pc.field("position")


class _Sorted:
    """Rows sorted by their first column, over several files."""

    def __init__(self, folder: fs.FileSystem, parts: Sequence[Segment], place: str) -> None:
        self._folder, self._parts, self._place = folder, parts, place
        self._file = lru_cache(_FILES)(self._open)
        self._group = lru_cache(_GROUPS)(self._read)

    def keys(self) -> list[str]:
        keys: dict[str, None] = {}
        with _errors(self._place):
            for part in self._parts:
                file, _ = self._file(part.file)
                column = file.read([file.schema_arrow.names[0]], use_threads=False).column(0)
                keys.update(dict.fromkeys(pc.unique(column).to_pylist()))
        return sorted(keys)

    def find(self, key: str) -> Iterator[pa.Table]:
        for part in self._parts:
            if part.first <= key <= part.last:
                for number, (first, last) in enumerate(self._file(part.file)[1]):
                    if first <= key <= last:
                        table, spans = self._group(part.file, number)
                        if key in spans:
                            yield table.slice(*spans[key])

    def close(self) -> None:
        self._group.cache_clear()
        self._file.cache_clear()

    def _open(self, name: str) -> tuple[pq.ParquetFile, list[tuple[str, str]]]:
        file = pq.ParquetFile(self._folder.open_input_file(name))
        statistics = [file.metadata.row_group(number).column(0).statistics for number in range(file.num_row_groups)]
        return file, [(found.min, found.max) for found in statistics]

    def _read(self, name: str, number: int) -> tuple[pa.Table, dict[str, tuple[int, int]]]:
        table = self._file(name)[0].read_row_group(number, use_threads=False)
        spans: dict[str, tuple[int, int]] = {}
        start = 0
        for key, rows in groupby(table.column(0).to_pylist()):
            length = sum(1 for _ in rows)
            spans[key] = (start, length)
            start += length
        return table, spans


@contextmanager
def _errors(place: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, PermissionError) as error:
        raise StoreUnavailable(f"{place}: {' '.join(str(error).split())}; restore the log from a copy") from error
    except (OSError, pa.ArrowException, ValueError, KeyError, IndexError, AttributeError) as error:
        raise CorruptLog(f"{place} is damaged ({' '.join(str(error).split())}); restore the log from a copy") from error
