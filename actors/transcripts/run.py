"""A run of imports: files of transcripts into the log of a run folder, in as many processes as there are cores."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from hashlib import blake2b
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, PrivateAttr

from actors.run import Ledger
from actors.transcripts.files import read_transcripts
from actors.transcripts.ground import Grounds
from actors.transcripts.importing import Importer
from actors.transcripts.library import Library
from actors.transcripts.transcript import Transcript, TranscriptError
from domain.errors import DomainError
from domain.values import canonical, clean_text
from events.digests import content_digest
from events.errors import EventsError
from events.run import ConversationAbandoned, ConversationFinished
from projections.folder import LOGS, RunFolder, shard_names
from projections.many import unwatched

LIVE = "live"
"""Before the names of streams whose calls cannot be run again."""
_PIECE, _AHEAD = 25, 3
_WORTH = 200
"""Transcripts that take longer than other processes take to start."""

Piece = list[tuple[str, int, Transcript]]
Ending = ConversationFinished | ConversationAbandoned


class ImportSettings(BaseModel):
    """What decides every byte of a run of imports."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    imports: dict[str, str]
    """File name -> digest."""
    setting: str | None
    """The only setting to run calls again in; None for any that there is."""
    data: str | None
    """Digest of the data that they are run on."""
    count: int
    _streams: tuple[str, ...] = PrivateAttr(())

    @property
    def name(self) -> str:
        """The run's name: a digest of its settings."""
        return "import-" + content_digest(canonical(self.model_dump(mode="json")))[:12]

    def stream(self, index: int) -> str:
        """Name of a conversation's stream."""
        return self._streams[index]

    @classmethod
    def of(cls, files: Sequence[Path], setting: str | None, library: Library) -> "ImportSettings":
        """
        The settings for some files; all of them are read once, so that a damaged one is found before anything is written.

        Raises:
            TranscriptError: One cannot be read, or two have one name.
        """
        if len({path.name for path in files}) < len(files):
            raise TranscriptError("two of the files have one name; rename one, or import them into two folders")
        grounds = Grounds(library, setting)
        streams = [f"{grounds.setting_of(each) or LIVE}/{index:06d}" for index, each in enumerate(_all(files, library))]
        digests = {path.name: blake2b(path.read_bytes(), digest_size=32).hexdigest() for path in files}
        settings = cls(imports=digests, setting=setting, data=library.digest, count=len(streams))
        settings._streams = tuple(streams)
        return settings


def run_imports(
    folder: Path,
    files: Sequence[Path],
    settings: ImportSettings,
    library: Library,
    *,
    workers: int = 0,
    watch: Callable[[int], None] = unwatched,
) -> RunFolder:
    """
    Import what is not imported yet; the same settings go on where they stopped.

    Args:
        folder: Made where it is missing.
        workers: Processes; 0 is one for each core.
        watch: Is told of so many transcripts more.

    Raises:
        FolderError: The folder belongs to another run.
        TranscriptError, SettingError: A file or the data cannot be read.
    """
    workers = workers or (os.cpu_count() or 1)
    alone = workers == 1 or settings.count < _WORTH
    run = RunFolder.start(folder, settings.model_dump(mode="json"), LOGS if alone else shard_names(workers))
    log = run.write_log()
    try:
        ledger = Ledger(settings, log)
        ledger.schedule()
        pieces = _pieces(ledger, files, settings, library)
        importer = Importer(settings.name, Grounds(library, settings.setting), log)
        ends = (_hold(importer, piece) for piece in pieces) if alone else _apart(pieces, run, settings, library, workers)
        for piece in ends:
            ledger.record(*piece)
            watch(len(piece))
        if not ledger.open():
            ledger.close()
    finally:
        log.close()
    return run


def _pieces(ledger: Ledger, files: Sequence[Path], settings: ImportSettings, library: Library) -> Iterator[Piece]:
    """What is still to be imported, some at a time; files that need not be read again are not."""
    left = set(ledger.open())
    wanted = ((settings.stream(index), index, each) for index, each in enumerate(_all(files, library) if left else ()) if index in left)
    return iter(lambda: list(islice(wanted, _PIECE)), [])


def _all(files: Sequence[Path], library: Library) -> Iterator[Transcript]:
    return chain.from_iterable(read_transcripts(path, library) for path in files)


def _hold(importer: Importer, piece: Piece) -> list[Ending]:
    return [_held(importer, *each) for each in piece]


def _held(importer: Importer, stream: str, index: int, transcript: Transcript) -> Ending:
    try:
        return importer.hold(stream, index, transcript)
    except (DomainError, EventsError, OSError):  # these concern the whole run
        raise
    except Exception as error:  # a transcript that we cannot take must not stop the others
        reason = clean_text(f"{transcript.place}: {type(error).__name__}: {error}")
        return ConversationAbandoned(stream=stream, reason=reason, fault="infrastructure")


def _apart(pieces: Iterator[Piece], run: RunFolder, settings: ImportSettings, library: Library, workers: int) -> Iterator[list[Ending]]:
    """In other processes, each with a file of the log to itself."""
    context = get_context("spawn")
    shards: Any = context.Queue()
    for number in range(workers):
        shards.put(number)
    about = (run.path, settings.name, settings.setting, library.folder, shards)
    with ProcessPoolExecutor(workers, context, _open, about) as pool:
        waiting: deque[Future[list[Ending]]] = deque()
        try:
            for piece in pieces:
                waiting.append(pool.submit(_in_process, piece))
                if len(waiting) >= _AHEAD * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


_opened: list[Importer] = []
"""The importer of this process, where it is one of the others."""


def _open(folder: Path, name: str, setting: str | None, data: Path | None, shards: Any) -> None:
    with suppress(ValueError):  # Ctrl-C is for the process that waits for us
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    log = RunFolder(folder).write_log(shards.get())
    _opened.append(Importer(name, Grounds(Library(data), setting), log))


def _in_process(piece: Piece) -> list[Ending]:
    return _hold(_opened[0], piece)
