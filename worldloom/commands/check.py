"""``worldloom export``, ``verify`` and ``conform``: what can be made again, and what can be checked."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from actors.completing import published_beside
from actors.conform import conform as run_conform
from domain.errors import SettingError
from projections import many
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.runs import KEEP, read_run
from projections.verify import verify as run_verify
from scenarios.load import load
from worldloom.bar import watching

console = Console(highlight=False, soft_wrap=True)
_NOT_EQUAL = 1


def export(
    out: Annotated[Path, typer.Option("--out", help="Folder of the run.")] = Path("out"),
    to: Annotated[Path | None, typer.Option("--to", help="Another folder for the data set.")] = None,
    keep: Annotated[
        list[str] | None,
        typer.Option("--keep", help=f"Only these conversations: {KEEP[0]}, or at whose fault others are not: {', '.join(KEEP[1:])}."),
    ] = None,
    ray_address: Annotated[str | None, typer.Option("--ray-address", help="Let a Ray cluster read a sealed run; auto finds one.")] = None,
) -> None:
    """Make the data set again from the log; no model is called."""
    folder = RunFolder.find(out)
    target = to or folder.dataset
    if keep and to is None:
        raise SettingError("--keep makes a data set with less in it, which needs a folder of its own: add --to")
    log = folder.open_log()
    run = read_run(log).only(keep or ())
    with watching(console, "writing", len(run.finished)) as watch:
        over = _over_cluster(ray_address) if ray_address else many.over
        rows = write_dataset(log, target, run, source=folder.path, watch=watch, over=over)
    console.print(f"{rows} rows in {target}")


def _over_cluster(address: str) -> many.Over:
    try:
        from actors.spread import over_cluster  # noqa: PLC0415, ray is an extra, and slow to import
    except ImportError as error:
        raise SettingError(f"--ray-address {address} needs Ray ({error}); pip install 'worldloom[cluster]'") from error
    return over_cluster(address)


def verify(out: Annotated[Path, typer.Argument(help="Folder of the run.")] = Path("out")) -> None:
    """Derive every hash and every row again from the log; exit code 0 only when all is as it was recorded."""
    folder = RunFolder.find(out)
    count = folder.settings().get("count")
    with watching(console, "checking, then deriving rows", 2 * count if isinstance(count, int) else 0) as watch:
        report = run_verify(folder, folder.open_log(), watch)
    counts = ", ".join(f"{number} {what}" for what, number in sorted(report.counts.items()))
    for problem in report.problems:
        console.print(str(problem), markup=False)
    state = "the run is finished" if report.finished else "the run was interrupted; the same generate command goes on"
    if report.abandoned:
        state += f", without {report.abandoned} that were abandoned"
    console.print(f"checked {counts}: {len(report.problems) or 'no'} problem(s); {state}")
    if report.problems:
        raise typer.Exit(_NOT_EQUAL)


def conform(
    setting: Annotated[str, typer.Argument(metavar="SETTING", help="The setting under test.")],
    data: Annotated[Path, typer.Option("--data", help="Folder of the data that the recordings were made on.")],
    recordings: Annotated[list[Path], typer.Option("--recordings", help="A file of recordings, plain or gzip; may be repeated.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="More files of recordings.")] = None,
    tasks: Annotated[
        Path | None,
        typer.Option(
            "--tasks", help="Published tasks, for those that the folder lacks; trajectories/tasks.jsonl.zst beside its parent, if there."
        ),
    ] = None,
    through_log: Annotated[bool, typer.Option("--through-log", help="Record every call, and judge what is read back.")] = False,
    show: Annotated[int, typer.Option("--show", min=0, help="Differences to show of each kind.")] = 10,
) -> None:
    """Run recordings of another implementation against a setting; exit code 0 only when all are equal."""
    files = [*recordings, *(more or [])]
    tallies = run_conform(load(setting), data, files, tasks=tasks or published_beside(data), through_log=through_log, keep=show)
    for tally in tallies:
        console.print(str(tally), markup=False)
        for mismatch in tally.mismatches:
            console.print(f"  {mismatch}", markup=False)
    equal, total = sum(tally.equal for tally in tallies), sum(tally.total for tally in tallies)
    console.print(f"all: {equal} of {total} equal")
    if equal != total:
        raise typer.Exit(_NOT_EQUAL)
