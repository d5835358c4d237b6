"""``worldloom judge``: what judges think of a run's conversations, beside what the log says of them."""

import asyncio
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from actors.judges import DEFAULT
from actors.judging import Judging
from projections.comparison import Scored, scored, table
from projections.dataset import write_dataset
from projections.errors import FolderError
from projections.folder import RunFolder
from worldloom.bar import watching
from worldloom.models import choose_judges

console = Console(highlight=False)
_UNJUDGED = 1


def judge(
    out: Annotated[Path, typer.Argument(help="Folder of the run.")] = Path("out"),
    judges: Annotated[list[str] | None, typer.Option("--judge", help="A judge; may be repeated for a committee.")] = None,
    models: Annotated[Path | None, typer.Option("--models", help="YAML file: how models are reached, and how they are asked.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="US dollars for all judging; more, and it goes on.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask those again who have judged; their last judgement counts.")] = False,
) -> None:
    """Judge a run's conversations on eight axes, each score with its evidence; stopped, the same command goes on.

    Exit code 1 where a judge is left without a judgement that could be taken.
    """
    folder = RunFolder.find(out)
    if folder.is_sealed:
        raise FolderError(f"{out} is sealed, and takes no judgements: judge a run before `worldloom seal`; those that it holds can be read")
    committee = choose_judges(judges or [DEFAULT], models, max_cost, folder.path)
    log = folder.write_log()
    try:
        judging = Judging(log, committee.judges, again=again)
        with watching(console, "judging", len(judging.conversations), least=1) as watch:

            async def go_on() -> None:
                try:
                    async for _ in judging.judge(judging.conversations):
                        watch(1)
                finally:
                    await committee.close()

            asyncio.run(go_on())
        found = scored(log, judging.run, source=folder.path)
        write_dataset(log, folder.dataset, judging.run, source=folder.path)
    finally:
        log.close()
    _print(found, folder, len(judging.conversations))
    for conversation, model, why in judging.failed:
        console.print(f"not judged: {conversation} by {model}: {why}", markup=False, soft_wrap=True)
    if judging.stopped:
        console.print(f"stopped: {judging.stopped}; the same command with a higher --max-cost goes on", soft_wrap=True)
    elif judging.failed:
        console.print("the same command asks for these again")
    if judging.stopped or judging.failed:
        raise typer.Exit(_UNJUDGED)


def _print(found: Scored, folder: RunFolder, conversations: int) -> None:
    if not conversations:
        console.print(f"{folder.path} holds no conversation that has ended, so there is nothing to judge")
    elif len(found.judged) < conversations:
        console.print(f"{conversations - len(found.judged)} of {conversations} conversations are judged by nobody", soft_wrap=True)
    if found.judged:
        _print_scores(found, folder)
    _print_spent(found, conversations)


def _print_scores(found: Scored, folder: RunFolder) -> None:
    shown = Table("axis", *found.judges, "log", "bias", "r", "alpha", title=f"{len(found.judged)} conversations of {folder.path}, means")
    for row in table(found):
        shown.add_row(*row)
    console.print(shown)
    console.print("log: what the log alone says; bias and r: the judges' median against it; alpha: agreement among judges")
    console.print(f"overall {fmean(found.overall.values()):.2f}: mean over the axes of the median over the judges")
    worst = min(found.overall, key=lambda conversation: (found.overall[conversation], conversation))
    console.print(f"look next: worldloom show {worst} --out {folder.path}", soft_wrap=True)


def _print_spent(found: Scored, conversations: int) -> None:
    took = found.spent
    each = took.cost_usd / max(1, conversations)
    tokens = f"{took.prompt_tokens} prompt and {took.completion_tokens} completion tokens"
    console.print(f"{tokens}, {took.cost_usd:.2f} USD, {each:.4f} a conversation", soft_wrap=True)
    if took.rejected:
        console.print(f"{took.rejected} answers were no judgement, and were sent back with the reason")
    if took.incidents:
        console.print("on the way: " + ", ".join(f"{count} {kind}" for kind, count in took.incidents))
