"""``worldloom seal``: a finished run's log as Parquet files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from projections.errors import FolderError
from projections.folder import RunFolder
from projections.sealed.layout import open_folder
from projections.sealed.reading import SealedLog
from projections.sealed.writing import seal as write_sealed

console = Console(highlight=False, soft_wrap=True)


def seal(
    out: Annotated[Path, typer.Argument(help="Folder of the run.")] = Path("out"),
    to: Annotated[str | None, typer.Option("--to", help="A folder, or a URI such as s3://bucket/run; without it, OUT/sealed.")] = None,
) -> None:
    """Seal a finished run's log into Parquet files; all commands read it there from then on."""
    folder = RunFolder.find(out)
    log = folder.open_log()
    address, entry = _target(folder, to)
    if entry in folder.logs():
        raise FolderError(f"{out} is sealed in {address} already; name another place with --to to copy it there")
    target = open_folder(address, make=True)
    done = write_sealed(log, target)
    sealed = SealedLog(address, target)
    sealed.check()  # what is there now is what was written
    sealed.close()
    log.close()
    folder.keep_log_in(entry)
    console.print(f"{done.streams} streams, {done.events} events, {done.contents} contents in {address}: {done.bytes} bytes")
    console.print(f"the log before is kept, and is read no more: {log.place}")


def _target(folder: RunFolder, to: str | None) -> tuple[str, str]:
    """Where to write, and what the manifest says: relative inside of the run's folder, so that the folder can be moved."""
    if to is not None and "://" in to:
        return to.rstrip("/"), to.rstrip("/")
    path = (Path(to) if to else folder.sealed).absolute()
    root = folder.path.absolute()
    return str(path), str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
