"""Judgements as rows: one for each judge of each conversation, to filter training rows by."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from domain.judgement import AXES, overall
from events.log import Log
from projections.judged import is_judged, judgements, spent, stream_of
from projections.records.files import ROW_GROUP, replacing
from projections.runs import RunView

PARQUET, JSONL = "judgements.parquet", "judgements.jsonl"
VERSION = "judgements.v1"
_NUMBERS = {"overall": pa.float64(), "committee": pa.float64(), "tokens": pa.int64()} | {axis.name: pa.int64() for axis in AXES}
_COLUMNS = (
    "conversation",
    "stream_digest",
    "judge",
    "overall",
    "committee",
    *(axis.name for axis in AXES),
    "axes",
    "turns",
    "tokens",
    "projection",
)
SCHEMA = pa.schema([pa.field(name, _NUMBERS.get(name, pa.string()), nullable=False) for name in _COLUMNS])


def any_judgements(log: Log) -> bool:
    """Whether a log holds any."""
    return any(map(is_judged, log.streams()))


def rows(log: Log, run: RunView) -> Iterator[dict[str, Any]]:
    """
    Rows sorted by conversation, then judge.

    ``overall`` is computed from the judge's axes, ``committee`` from those of all judges of the conversation; ``axes`` and
    ``turns`` are JSON texts with reasons and evidence, and hold the axes of a setting's own.
    """
    for conversation in sorted(run.finished):
        records = list(log.read(stream_of(conversation)))
        judged = judgements(records)
        committee = overall(event.axes for event in judged.values())
        for judge, event in judged.items():
            took = spent(record for record in records if getattr(record.event, "judge", None) == judge)
            scores = {score.axis: score.score for score in event.axes}
            yield {
                "conversation": conversation,
                "stream_digest": event.digest,
                "judge": judge,
                "overall": overall([event.axes]),
                "committee": committee,
                **{axis.name: scores[axis.name] for axis in AXES},
                "axes": orjson.dumps([score.model_dump() for score in event.axes]).decode(),
                "turns": orjson.dumps([turn.model_dump() for turn in event.turns]).decode(),
                "tokens": took.prompt_tokens + took.completion_tokens,
                "projection": VERSION,
            }


def write(rows: Iterable[dict[str, Any]], folder: Path) -> int:
    """Write both files into a folder; the same rows give the same bytes. Returns the number of rows."""
    written = 0
    with ExitStack() as stack:
        lines = stack.enter_context(replacing(folder / JSONL))
        file = stack.enter_context(replacing(folder / PARQUET))
        table = stack.enter_context(pq.ParquetWriter(file, SCHEMA, compression="zstd", compression_level=3))
        remaining = iter(rows)
        while group := [*islice(remaining, ROW_GROUP)]:
            lines.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in group)
            table.write_table(pa.Table.from_pylist(group, SCHEMA), row_group_size=ROW_GROUP)
            written += len(group)
    return written
