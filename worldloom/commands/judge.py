"""``worldloom judge``: what judges think of a run's conversations, beside what the log says of them."""

import asyncio
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from actors.judges import DEFAULT, make_judge
from actors.judging import Judging
from projections.comparison import Scored, scored, table
from projections.dataset import write_dataset
from projections.folder import RunFolder

console = Console(highlight=False)
_UNJUDGED = 1


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(judge)


def judge(
    out: Annotated[Path, typer.Argument(help="Folder of the run.")] = Path("out"),
    judges: Annotated[list[str] | None, typer.Option("--judge", help="A judge; may be repeated for a committee.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask those again who have judged; their last judgement counts.")] = False,
) -> None:
    """Judge a run's conversations on eight axes, each score with its evidence; stopped, the same command goes on."""
    minds = [make_judge(model) for model in dict.fromkeys(judges or [DEFAULT])]
    folder = RunFolder.find(out)
    log = folder.write_log()
    try:
        judging = Judging(log, minds, again=again)
        with Progress(
            *(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn()),
            console=console,
            transient=True,
        ) as progress:
            task = progress.add_task("judged", total=len(judging.conversations))

            async def go_on() -> None:
                async for _ in judging.judge(judging.conversations):
                    progress.advance(task)

            asyncio.run(go_on())
        found = scored(log, judging.run, source=folder.path)
        write_dataset(log, folder.dataset, judging.run, source=folder.path)
    finally:
        log.close()
    _print(found, folder)
    for conversation, model, why in judging.failed:
        console.print(f"not judged: {conversation} by {model}: {why}", markup=False, soft_wrap=True)
    if judging.failed:
        console.print("the same command asks for these again")
        raise typer.Exit(_UNJUDGED)


def _print(found: Scored, folder: RunFolder) -> None:
    if not found.judged:
        console.print(f"{folder.path} holds no conversation that has ended, so there is nothing to judge")
        return
    shown = Table("axis", *found.judges, "log", "bias", "r", "alpha", title=f"{len(found.judged)} conversations of {folder.path}, means")
    for row in table(found):
        shown.add_row(*row)
    console.print(shown)
    console.print("log: what the log alone says; bias and r: the judges' median against it; alpha: agreement among judges")
    console.print(f"overall {fmean(found.overall.values()):.2f}: mean over the axes of the median over the judges")
    took = found.spent
    each = took.cost_usd / len(found.judged)
    tokens = f"{took.prompt_tokens} prompt and {took.completion_tokens} completion tokens"
    console.print(f"{tokens}, {took.cost_usd:.2f} USD, {each:.4f} a conversation", soft_wrap=True)
    worst = min(found.overall, key=lambda conversation: (found.overall[conversation], conversation))
    console.print(f"look next: worldloom show {worst} --out {folder.path}", soft_wrap=True)
