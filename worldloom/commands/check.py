"""``worldloom export``, ``verify`` and ``conform``: what can be made again, and what can be checked."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.verify import verify as run_verify

console = Console(highlight=False, soft_wrap=True)
_NOT_EQUAL = 1


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(export)
    app.command()(verify)
    app.command()(conform)


def export(
    out: Annotated[Path, typer.Option("--out", help="Folder of the run.")] = Path("out"),
    to: Annotated[Path | None, typer.Option("--to", help="Another folder for the data set.")] = None,
) -> None:
    """Make the data set again from the log; no model is called."""
    folder = RunFolder.find(out)
    target = to or folder.dataset
    rows = write_dataset(folder.open_log(), target)
    console.print(f"{rows} rows in {target}")


def verify(out: Annotated[Path, typer.Argument(help="Folder of the run.")] = Path("out")) -> None:
    """Derive every hash and every row again from the log; exit code 0 only when all is as it was recorded."""
    folder = RunFolder.find(out)
    report = run_verify(folder, folder.open_log())
    counts = ", ".join(f"{number} {what}" for what, number in sorted(report.counts.items()))
    for problem in report.problems:
        console.print(str(problem), markup=False)
    state = "the run is finished" if report.finished else "the run was interrupted; the same generate command goes on"
    console.print(f"checked {counts}: {len(report.problems) or 'no'} problem(s); {state}")
    if report.problems:
        raise typer.Exit(_NOT_EQUAL)
