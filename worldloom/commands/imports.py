"""``worldloom import``: transcripts of conversations that were held elsewhere."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from actors.transcripts.library import Library
from actors.transcripts.run import ImportSettings, run_imports
from projections.dataset import write_dataset
from projections.imports import agreement
from projections.runs import read_run
from worldloom.agreement import tables
from worldloom.bar import watching

console = Console(highlight=False, soft_wrap=True)


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="OpenAI messages, results of tau-bench or tau2-bench, or rows.")],
    setting: Annotated[
        str | None, typer.Option("--setting", help="Run calls again in this setting; without it, in the one that a row's domain names.")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder with the databases; without it, no call is run again.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; the same command goes on in it.")] = Path("out"),
    report: Annotated[bool, typer.Option("--report", help="Show how calls and verdicts agree, and each difference.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The report as JSON.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Processes; 0 is one for each core.")] = 0,
) -> None:
    """Import transcripts into streams: calls are run again where the setting is known, and compared with what was recorded."""
    library = Library(data, files[0].parent)
    settings = ImportSettings.of(files, setting, library)
    with watching(console, "importing", settings.count) as watch:
        folder = run_imports(out, files, settings, library, workers=workers, watch=watch)
    log = folder.open_log()
    run = read_run(log)
    if run.reopened or not folder.dataset.is_dir():
        with watching(console, "writing the data set", len(run.finished)) as watch:
            write_dataset(log, folder.dataset, run, source=folder.path, watch=watch)
    if as_json:
        console.print(orjson.dumps(agreement(log, run, folder.path).document(), option=orjson.OPT_SORT_KEYS).decode(), markup=False)
        return
    if report:
        for part in tables(agreement(log, run, folder.path)):
            console.print(part)
    console.print(f"{len(run.finished)} conversations imported into {out}; digest {run.closed.digest[:16] if run.closed else '-'}")
    for broken in run.abandoned.values():
        console.print(f"not imported: {broken.reason}", markup=False)
    if not report:
        console.print(f"look next: the same command with --report, or worldloom log --out {out}")
