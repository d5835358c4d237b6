"""Examples as files: Parquet and JSON lines, written row by row, whole or not at all, and read back.

Equal examples give equal bytes (with the same version of pyarrow).
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from projections.errors import RecordError
from projections.records.sft import Example

PARQUET, JSONL = "sft.parquet", "sft.jsonl"
ROW_GROUP = 500
"""Rows that are in memory at a time."""

_TEXT = pa.string()
_CALL = pa.struct({"id": _TEXT, "type": _TEXT, "function": pa.struct({"name": _TEXT, "arguments": _TEXT})})
_MESSAGE = pa.struct(
    {
        "role": _TEXT,
        "content": _TEXT,
        "reasoning_content": _TEXT,
        "tool_calls": pa.list_(_CALL),
        "tool_call_id": _TEXT,
        "name": _TEXT,
        "train": pa.bool_(),
    }
)
_TYPES = {
    "messages": pa.list_(_MESSAGE),
    "seed": pa.int64(),
    "first_event": pa.int64(),
    "last_event": pa.int64(),
    "accepted": pa.bool_(),
    "findings": pa.list_(_TEXT),
    "parts": pa.list_(_TEXT),
}
SCHEMA = pa.schema([pa.field(name, _TYPES.get(name, _TEXT), nullable=False) for name in Example.model_fields])


class Block(NamedTuple):
    """Some rows, as they stand in both files."""

    table: pa.Table
    lines: bytes


def block(examples: Sequence[Example]) -> Block:
    """Examples to rows."""
    table = pa.Table.from_pylist([example.model_dump() for example in examples], SCHEMA)
    return Block(table, b"".join(map(json_line, examples)))


def write(examples: Iterable[Example], folder: Path) -> int:
    """Write both files into a folder; see ``write_blocks``."""
    return write_blocks(map(block, _groups(examples, ROW_GROUP)), folder)


def write_blocks(blocks: Iterable[Block], folder: Path) -> int:
    """Write both files into a folder; what was there before stays until the new files are complete.

    Args:
        blocks: Sorted by conversation; how the rows are cut into blocks does not show in the files.

    Returns:
        The number of rows.

    Raises:
        OSError: The folder cannot be written (full disk, no permission).
    """
    folder.mkdir(parents=True, exist_ok=True)
    rows = 0
    with ExitStack() as stack:
        lines = stack.enter_context(replacing(folder / JSONL))
        table = stack.enter_context(_parquet(stack.enter_context(replacing(folder / PARQUET))))
        waiting = SCHEMA.empty_table()
        for part in blocks:
            lines.write(part.lines)
            rows += part.table.num_rows
            waiting = pa.concat_tables([waiting, part.table])
            whole = waiting.num_rows - waiting.num_rows % ROW_GROUP
            for first in range(0, whole, ROW_GROUP):
                table(waiting.slice(first, ROW_GROUP))
            waiting = waiting.slice(whole)
        if waiting.num_rows:
            table(waiting)
    return rows


def json_line(example: Example) -> bytes:
    """A row as a line of JSON; message fields that a message does not have are left out."""
    return orjson.dumps(example.model_dump(exclude_none=True), option=orjson.OPT_APPEND_NEWLINE)


def read_parquet(path: Path) -> Iterator[Example]:
    """The rows of a Parquet file.

    Raises:
        RecordError: The file, or a row of it, is damaged.
    """
    try:
        with pq.ParquetFile(path) as file:
            number = 0
            for group in range(file.num_row_groups):
                for row in file.read_row_group(group).to_pylist():
                    number += 1
                    yield _example(row, f"{path}: row {number}")
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RecordError(f"{path} cannot be read ({_line(error)}); run `worldloom export` to make it again") from error


def accepted_rows(path: Path) -> int:
    """How many rows of a Parquet file are of accepted conversations; 0 where there is no file.

    Raises:
        RecordError: The file is damaged.
    """
    if not path.is_file():
        return 0
    try:
        return sum(map(bool, pq.read_table(path, columns=["accepted"])["accepted"].to_pylist()))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise RecordError(f"{path} cannot be read ({_line(error)}); run `worldloom export` to make it again") from error


def read_jsonl(path: Path) -> Iterator[Example]:
    """The rows of a file of JSON lines.

    Raises:
        RecordError: The file, or a row of it, is damaged.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield _example(orjson.loads(line), f"{path}: line {number}")
    except (OSError, ValueError) as error:
        raise RecordError(f"{path} cannot be read ({_line(error)}); run `worldloom export` to make it again") from error


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name, and the place of what had it, only when it is complete and on the disk."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def _parquet(file: IO[bytes]) -> Iterator[Callable[[pa.Table], None]]:
    with pq.ParquetWriter(file, SCHEMA, compression="zstd", compression_level=3) as writer:
        yield lambda rows: writer.write_table(rows.combine_chunks(), row_group_size=ROW_GROUP)


def _groups(examples: Iterable[Example], size: int) -> Iterator[list[Example]]:
    group: list[Example] = []
    for example in examples:
        group.append(example)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _example(row: Any, where: str) -> Example:
    try:
        return Example.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise RecordError(f"{where}: {place}: {first['msg']}; run `worldloom export` to make it again") from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
