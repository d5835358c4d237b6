"""Work on a sealed run's conversations, spread over a Ray cluster by Ray Data.

Each process opens the sealed files where they are, and keeps what it has read of prompts, tool lists and worlds. Results come back in
the order of the conversations, a few pieces at a time, so what is made of them is what one process makes, byte for byte.
"""

import logging
import pickle
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from actors.cluster import connect
from projections.contents import Contents
from projections.errors import FolderError
from projections.folder import RunFolder
from projections.many import Item, Over, Result, Work, pieces_of
from projections.sealed.reading import SealedLog


def over_cluster(address: str) -> Over:
    """See ``projections.many.over``; the work is done on the cluster at an address, which ``connect`` explains.

    Raises:
        FolderError: The run is not sealed.
        SettingError: No cluster answers.
    """

    def over(
        items: Sequence[Item], work: Work[Item, Result], _: Contents, folder: Path | None, watch: Callable[[int], None]
    ) -> Iterator[Result]:
        assert folder is not None
        pieces = pieces_of(items)
        results = _results([pickle.dumps(piece) for piece in pieces], work, _sealed(folder), address)
        for piece, result in zip(pieces, results, strict=True):
            watch(len(piece))
            yield result

    return over


def _sealed(folder: Path) -> str:
    """Where the sealed log is, by an address that holds on every machine."""
    run = RunFolder(folder.resolve())
    if not isinstance(run.open_log(), SealedLog):
        raise FolderError(f"{folder} is not sealed, and other machines read sealed files only; run `worldloom seal {folder}` first")
    return run.addresses()[0]


def _results(pieces: Sequence[bytes], work: Work[Any, Any], sealed: str, address: str) -> Iterator[Any]:
    if not pieces:
        return
    connect(address)
    from ray import data  # noqa: PLC0415, as slow to import as Ray itself, and in need of pandas

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = data.DataContext.get_current()
    context.enable_progress_bars = False
    context.execution_options.preserve_order = True
    given = data.from_items([{"piece": piece} for piece in pieces], override_num_blocks=len(pieces))
    done = given.map_batches(partial(_read, work, sealed), batch_size=1, num_cpus=1)
    for row in done.iter_rows():
        result = pickle.loads(row["result"])  # noqa: S301, our own
        if isinstance(result, Exception):
            raise result
        yield result


def _read(work: Work[Any, Any], sealed: str, batch: dict[str, Any]) -> dict[str, Any]:
    """Ray Data's form of work, columns in and columns out; what goes wrong is a result like any other."""
    results = []
    for piece in batch["piece"]:
        try:
            result = work(_contents(sealed), pickle.loads(piece))  # noqa: S301, our own
        except Exception as error:
            result = error
        results.append(pickle.dumps(result))
    return {"result": results}


@lru_cache(1)
def _contents(sealed: str) -> Contents:
    return Contents(SealedLog(sealed))
