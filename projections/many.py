"""Work on many conversations at a time: here, or where there are thousands in a process for each core.

Results come in the order of the conversations, so nobody can tell from them how many processes there were.
"""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from projections.contents import Contents
from projections.folder import RunFolder

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[Contents, Sequence[Item]], Result]

_PIECE = 100
"""Conversations that are worked on, and whose results are in memory, at a time."""
_WORTH = 2000
"""Conversations that take longer than other processes take to start."""
_AHEAD = 3
"""Pieces for each process that may wait to be taken."""


def over(
    streams: Sequence[str],
    about: Callable[[str], Item],
    work: Work[Item, Result],
    log: Contents,
    folder: Path | None,
    watch: Callable[[int], None],
) -> Iterator[Result]:
    """Do work on conversations, piece by piece.

    Args:
        about: What the work needs to know of a conversation; asked when its piece is next.
        work: A function of a module, since other processes must find it; called with a log's contents and a piece.
        log: What is used in this process.
        folder: Of the run that the log belongs to, to be opened by other processes; None to stay here.
        watch: Is told how many conversations each result is for, as they come.
    """
    pieces = (list(map(about, streams[first : first + _PIECE])) for first in range(0, len(streams), _PIECE))
    processes = os.cpu_count() or 1
    if folder is None or len(streams) < _WORTH or processes == 1:
        results: Iterator[Result] = (work(log, piece) for piece in pieces)
    else:
        results = _apart(pieces, work, folder, processes)
    for first, result in zip(range(0, len(streams), _PIECE), results, strict=True):
        watch(min(_PIECE, len(streams) - first))
        yield result


def _apart(pieces: Iterable[Sequence[Item]], work: Work[Item, Result], folder: Path, processes: int) -> Iterator[Result]:
    with ProcessPoolExecutor(processes, get_context("spawn"), _open, (folder,)) as pool:
        waiting: deque[Future[Result]] = deque()
        try:
            for piece in pieces:
                waiting.append(pool.submit(_in_process, work, piece))
                if len(waiting) >= _AHEAD * processes:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_opened: list[Contents] = []
"""The log of this process, where it is one of the others."""


def _open(folder: Path) -> None:
    with suppress(ValueError):  # Ctrl-C is for the process that waits for us
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    _opened.append(Contents(RunFolder(folder).open_log()))


def _in_process(work: Work[Any, Result], piece: Sequence[Any]) -> Result:
    return work(_opened[0], piece)


def unwatched(_: int) -> None:
    """For those who need not know how far it is."""
