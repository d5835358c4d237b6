"""Seal: a finished log becomes Parquet files; the same log gives the same bytes (with the same version of pyarrow)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from events.digests import Head, stream_head, streams_digest
from events.errors import CorruptLog, StoreUnavailable
from events.log import Log
from events.rows import unpack_row
from projections.errors import RecordError
from projections.runs import read_run
from projections.sealed.layout import CONTENT, EVENTS, INDEX, Index, Segment, digest_of

SEGMENT_BYTES = 32 * 2**20
"""Of events or content in one file, before compression; that much is in memory at a time."""
ROW_GROUP = 2048
"""Events that are read for one stream at the least: some hundred kilobytes."""
_CONTENT_GROUP = 256


class Sealed(NamedTuple):
    """What was written."""

    streams: int
    events: int
    contents: int
    bytes: int


def seal(log: Log, folder: fs.FileSystem) -> Sealed:
    """Write a finished run's log into a folder; each event is checked on the way.

    Raises:
        RecordError: The run is not finished.
        CorruptLog: The log is not what the run recorded.
        StoreUnavailable: The folder cannot be written; what was written is no log until ``segments.json`` is there.
    """
    run = read_run(log)
    if run.closed is None:
        raise RecordError(f"{log.place}: the run is not finished; let the same generate command go on to its end, then seal it")
    heads: dict[str, Head] = {}
    try:
        if folder.get_file_info(INDEX).type != fs.FileType.NotFound:
            folder.delete_file(INDEX)
        index = Index([*_write(folder, "events", EVENTS, _events(log, heads), ROW_GROUP)], [])
        digest = streams_digest({stream: heads[stream].digest if stream in heads else "" for stream in run.finished})
        if digest != run.closed.digest:
            raise CorruptLog(f"{log.place}: the conversations are not those that the run recorded; run `worldloom verify`")
        index.content.extend(_write(folder, "content", CONTENT, _contents(log), _CONTENT_GROUP))
        _put(folder, INDEX, index.to_json())
        sizes = [info.size or 0 for info in folder.get_file_info([INDEX, *(part.file for parts in index for part in parts)])]
    except (OSError, pa.ArrowException) as error:
        raise StoreUnavailable(f"the sealed log cannot be written ({' '.join(str(error).split())}); run the same command again") from error
    events, contents = (sum(part.rows for part in parts) for parts in index)
    return Sealed(len(heads), events, contents, sum(sizes))


def _events(log: Log, heads: dict[str, Head]) -> Iterator[tuple[str, int, str, bytes]]:
    for stream in sorted(log.streams()):
        head = stream_head(stream)
        for row in log.rows(stream):
            record = unpack_row(row, head)
            head = Head(record.position, record.link)
            yield row
        heads[stream] = head


def _contents(log: Log) -> Iterator[tuple[str, bytes]]:
    for digest in sorted(log.contents()):
        yield digest, log.get(digest)


def _write(folder: fs.FileSystem, name: str, schema: pa.Schema, rows: Iterable[tuple[object, ...]], group: int) -> Iterator[Segment]:
    for number, part in enumerate(_parts(rows)):
        table = pa.Table.from_arrays(
            [pa.array(column, field.type) for column, field in zip(zip(*part, strict=True), schema, strict=True)], schema=schema
        )
        body = _parquet(table, group)
        file = f"{name}-{number:05d}.parquet"
        _put(folder, file, body)
        yield Segment(file, len(part), str(part[0][0]), str(part[-1][0]), digest_of(body))


def _parts(rows: Iterable[tuple[object, ...]]) -> Iterator[list[tuple[object, ...]]]:
    part: list[tuple[object, ...]] = []
    size = 0
    for row in rows:
        part.append(row)
        size += len(row[-1])  # type: ignore[arg-type]
        if size >= SEGMENT_BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _parquet(table: pa.Table, group: int) -> pa.Buffer:
    key, last = table.column_names[0], table.column_names[-1]
    sink = pa.BufferOutputStream()
    pq.write_table(
        table,
        sink,
        row_group_size=group,
        compression="zstd",
        use_dictionary=[name for name in ("stream", "topic") if name in table.column_names],
        write_statistics=[key],  # says which row groups a stream is in
        store_schema=False,
        data_page_size=2**18,
        column_encoding={last: "PLAIN"},
    )
    return sink.getvalue()


def _put(folder: fs.FileSystem, file: str, body: bytes | pa.Buffer) -> None:
    with folder.open_output_stream(file) as stream:
        stream.write(body)
