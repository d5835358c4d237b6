"""``worldloom generate`` and ``worldloom settings``: the main job."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from actors.minds import check_models
from actors.placement import Placement, crew_of
from actors.plan import RunSettings, data_digest, prepare
from actors.run import Crew, Ledger, Supervisor
from projections.dataset import write_dataset
from projections.folder import RunFolder
from scenarios.load import load, names
from worldloom.progress import watching

console = Console(highlight=False)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.command()(generate)
    app.command("settings")(show_settings)


def generate(
    settings: Annotated[list[str], typer.Argument(metavar="SETTING...", help="One or more settings; conversations take turns.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="Conversations in all.")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides every byte, with the other settings.")] = 0,
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; the same command goes on in it.")] = Path("out"),
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data to run on, with its tasks as goals.")] = None,
    user: Annotated[str, typer.Option("--user", help="Model that plays the user.")] = "offline/user",
    assistant: Annotated[str, typer.Option("--assistant", help="Model that plays the assistant.")] = "offline/assistant",
    placement: Annotated[str, typer.Option("--placement", help="inline, shared, dedicated, or auto.")] = "auto",
    workers: Annotated[int, typer.Option("--workers", min=0, help="Host processes; 0 is one for each core.")] = 0,
    capacity: Annotated[int, typer.Option("--capacity", min=1, help="Conversations that a host holds at a time.")] = 500,
    store: Annotated[str | None, typer.Option("--store", help="postgresql://user@host/database, instead of files.")] = None,
    ray_address: Annotated[str | None, typer.Option("--ray-address", help="A running Ray cluster; auto finds one here.")] = None,
) -> None:
    """Generate conversations, and the data set made of them."""
    loaded = {name: load(name) for name in settings}
    run_settings = RunSettings(
        settings=tuple(loaded),
        count=count,
        seed=seed,
        models={"user": user, "assistant": assistant},
        data=data_digest(data) if data else None,
    )
    check_models(run_settings.models)
    placed = Placement(placement, workers, capacity, ray_address).settled(count)
    places = {name: prepare(setting, seed, data) for name, setting in loaded.items()}
    folder = RunFolder.start(out, run_settings.model_dump(mode="json"), [store] if store else placed.logs())
    log = folder.write_log()
    try:
        ledger = Ledger(run_settings, log)
        if ledger.open():
            with crew_of(placed, run_settings, places, folder.path, log, data) as crew:
                _hold(ledger, crew, count)
        ledger.close()
        with watching(console, "writing the data set", len(ledger.finished)) as watch:
            rows = write_dataset(log, folder.dataset, source=folder.path, watch=watch)
    finally:
        log.close()
    _summarise(ledger, folder, rows)


def _hold(ledger: Ledger, crew: Crew, count: int) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[how]}"))
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task("conversations", total=count, completed=count - len(ledger.open()), how="")

        async def hold() -> None:
            async for ends in Supervisor(ledger, crew).hold_all():
                progress.update(task, advance=len(ends), how=_how(ledger))

        asyncio.run(hold())


def _how(ledger: Ledger) -> str:
    accepted = sum(end.accepted for end in ledger.finished.values())
    abandoned = f", {len(ledger.abandoned)} abandoned" if ledger.abandoned else ""
    return f"{accepted} accepted, {len(ledger.finished) - accepted} not{abandoned}"


def _summarise(run: Ledger, folder: RunFolder, rows: int) -> None:
    table = Table("setting", "conversations", "accepted", "events", "not accepted because", title=f"{run.settings.name} in {folder.path}")
    for name in run.settings.settings:
        ends = [end for stream, end in run.finished.items() if stream.startswith(f"{name}/")]
        reasons: dict[str, int] = {}
        for end in ends:
            for code in {finding.split(":")[0] for finding in end.findings}:
                reasons[code] = reasons.get(code, 0) + 1
        why = ", ".join(f"{count} {code}" for code, count in sorted(reasons.items()))
        table.add_row(name, str(len(ends)), str(sum(end.accepted for end in ends)), str(sum(end.events for end in ends)), why)
    console.print(table)
    for abandoned in run.abandoned.values():
        console.print(f"abandoned: {abandoned.stream} ({abandoned.fault}): {abandoned.reason}", markup=False)
    digest = run.closed.digest[:16] if run.closed else "-"
    console.print(f"{rows} rows in {folder.dataset}; log digest {digest}", soft_wrap=True)
    first = min(run.finished, default=None)
    if first:
        console.print(f"look next: worldloom show {first} --out {folder.path}", soft_wrap=True)


def show_settings() -> None:
    """List the settings there are."""
    table = Table("setting", "what it is", "tools", "rules", "skills", "own data")
    for name in names():
        setting = load(name)
        numbers = (len(setting.toolset), len(setting.policy.rules), len(setting.skills))
        table.add_row(name, setting.summary, *map(str, numbers), "--data" if setting.data else "")
    console.print(table)
