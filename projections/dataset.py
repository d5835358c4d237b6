"""The data set of a run: its records and its card, in one folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

from events.log import Log
from events.run import ConversationFinished
from projections.card import card
from projections.contents import Contents
from projections.many import Over, over, unwatched
from projections.records import judgements
from projections.records.files import JSONL, PARQUET, Block, block, replacing, write_blocks
from projections.records.sft import examples_for
from projections.runs import RunView, read_run

CARD = "README.md"
FILES = (PARQUET, JSONL, CARD)
JUDGED = (judgements.PARQUET, judgements.JSONL)
"""Besides, where conversations were judged."""


def files_of(folder: Path) -> list[str]:
    """Names of the files of a data set that was just written."""
    return [*FILES, *(name for name in JUDGED if (folder / name).is_file())]


def write_dataset(
    store: Log,
    folder: Path,
    run: RunView | None = None,
    *,
    source: Path | None = None,
    watch: Callable[[int], None] = unwatched,
    over: Over = over,
) -> int:
    """Write the data set of the run that a log holds; the same log gives the same bytes.

    Args:
        folder: Made where it is missing; each file is replaced whole.
        run: What ``read_run`` gave, where the caller has it already.
        source: Folder of the run, so that other processes can help; None to read in this one alone.
        watch: Is told of so many conversations more, as they are written.
        over: Who makes the rows of some conversations: this machine, or a cluster.

    Returns:
        The number of rows.

    Raises:
        RecordError: The log holds no run, or a conversation is not the one that the run recorded.
        CorruptLog: A stream or a content is damaged.
        OSError: The folder cannot be written.
    """
    run = run or read_run(store)
    ends = run.distinct()
    rows = write_blocks(over(ends, _block, Contents(store), source, watch), folder)
    judged = judgements.write(judgements.rows(store, run), folder) if judgements.any_judgements(store) else 0
    with replacing(folder / CARD) as file:
        file.write(card(run, rows, judged, sum(end.accepted for end in ends)).encode())
    return rows


def _block(contents: Contents, ends: Sequence[ConversationFinished]) -> Block:
    return block(list(examples_for(contents, ends)))
