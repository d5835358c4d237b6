"""The data set of a run: its records and its card, in one folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

from events.log import Log
from events.run import ConversationFinished
from projections.card import card
from projections.contents import Contents
from projections.many import over, unwatched
from projections.records.files import JSONL, PARQUET, Block, block, replacing, write_blocks
from projections.records.sft import examples_for
from projections.runs import RunView, read_run

CARD = "README.md"
FILES = (PARQUET, JSONL, CARD)


def write_dataset(
    store: Log, folder: Path, run: RunView | None = None, *, source: Path | None = None, watch: Callable[[int], None] = unwatched
) -> int:
    """Write the data set of the run that a log holds; the same log gives the same bytes.

    Args:
        folder: Made where it is missing; each file is replaced whole.
        run: What ``read_run`` gave, where the caller has it already.
        source: Folder of the run, so that other processes can help; None to read in this one alone.
        watch: Is told of so many conversations more, as they are written.

    Returns:
        The number of rows.

    Raises:
        RecordError: The log holds no run, or a conversation is not the one that the run recorded.
        CorruptLog: A stream or a content is damaged.
        OSError: The folder cannot be written.
    """
    run = run or read_run(store)
    blocks = over(sorted(run.finished), run.finished.__getitem__, _block, Contents(store), source, watch)
    rows = write_blocks(blocks, folder)
    with replacing(folder / CARD) as file:
        file.write(card(run, rows).encode())
    return rows


def _block(contents: Contents, ends: Sequence[ConversationFinished]) -> Block:
    return block(list(examples_for(contents, ends)))
