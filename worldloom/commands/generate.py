"""``worldloom generate`` and ``worldloom settings``: the main job."""

import asyncio
from hashlib import blake2b
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from actors.minds import check_models
from actors.placement import Placement, crew_of
from actors.plan import RunSettings, prepare
from actors.run import Crew, Ledger, Supervisor
from domain.errors import SettingError
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.runs import RunView
from projections.tally import Tally
from scenarios.load import load, names
from worldloom.bar import watching
from worldloom.progress import Meter, showing
from worldloom.summary import failures, settings_table, spent

console = Console(highlight=False)
_NONE_HELD = 1


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
    """Generate conversations, and the data set made of them; exit code 1 where not one could be held to its end."""
    loaded = {name: load(name) for name in settings}
    run_settings = RunSettings(
        settings=tuple(loaded), count=count, seed=seed, models={"user": user, "assistant": assistant}, data=_digest(data)
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
                _hold(ledger, crew)
        ledger.close()
        with watching(console, "writing the data set", len(ledger.view.finished)) as watch:
            rows = write_dataset(log, folder.dataset, ledger.view, source=folder.path, watch=watch)
    finally:
        log.close()
    _summarise(ledger.view, folder, rows)
    if not ledger.view.finished:
        raise typer.Exit(_NONE_HELD)


def _hold(ledger: Ledger, crew: Crew) -> None:
    again = ledger.view.again()
    before = [end for end in ledger.view.ends() if end.stream not in again]
    with showing(Meter(before, ledger.settings.count), console) as advance:

        async def hold() -> None:
            async for ends in Supervisor(ledger, crew).hold_all():
                advance(ends)

        asyncio.run(hold())


def _summarise(view: RunView, folder: RunFolder, rows: int) -> None:
    console.print(settings_table(view, folder.path))
    for line in failures(view, folder.path):
        console.print(line, markup=False, soft_wrap=True)
    paid = spent(Tally.of(view.finished.values()))
    digest = view.closed.digest[:16] if view.closed else "-"
    console.print(f"{rows} rows in {folder.dataset}; log digest {digest}{paid and '; '}{paid}", soft_wrap=True)
    first = min(view.finished, default=None)
    if first:
        console.print(f"look next: worldloom show {first} --out {folder.path}", soft_wrap=True)


def _digest(data: Path | None) -> str | None:
    """Digest of the files of an outside data folder, so that a run knows whether it goes on with the same."""
    if data is None:
        return None
    if not data.is_dir():
        raise SettingError(f"{data}: there is no such folder; --data names a folder that holds db.json and tasks")
    whole = blake2b(digest_size=32)
    for path in sorted(path for path in data.iterdir() if path.is_file()):
        whole.update(path.name.encode() + b"\n" + path.read_bytes())
    return whole.hexdigest()


def show_settings() -> None:
    """List the settings there are."""
    table = Table("setting", "what it is", "tools", "rules", "skills", "own data")
    for name in names():
        setting = load(name)
        numbers = (len(setting.toolset), len(setting.policy.rules), len(setting.skills))
        table.add_row(name, setting.summary, *map(str, numbers), "--data" if setting.data else "")
    console.print(table)
