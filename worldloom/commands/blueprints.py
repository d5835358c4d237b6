"""``worldloom blueprints``: conversations that are planned before they are held."""

from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console

from actors.drawing.drawer import Drawer
from actors.drawing.drawings import Drawings
from events.blueprints import BlueprintAccepted
from projections.blueprints.drawn import accepted_in
from projections.blueprints.files import FILE, write_blueprints
from projections.folder import RunFolder
from scenarios.load import load
from worldloom.bar import watching
from worldloom.commands.blueprints_recombine import recombine
from worldloom.commands.blueprints_report import report
from worldloom.commands.blueprints_verify import verify_blueprints

console = Console(highlight=False)
group = typer.Typer(help="Plan conversations, verify the plans, and look at them.", no_args_is_help=True, rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    group.command("verify")(verify_blueprints)
    group.command("recombine")(recombine)
    group.command("report")(report)
    app.add_typer(group, name="blueprints")


@group.command()
def draw(
    settings: Annotated[list[str], typer.Argument(metavar="SETTING...", help="One or more settings.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="Blueprints of each setting.")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides every byte, with the other settings.")] = 0,
    world_seed: Annotated[int, typer.Option("--world-seed", min=0, help="Of the worlds in which they begin.")] = 0,
    out: Annotated[Path, typer.Option("--out", help="Folder of the drawings; the same command goes on in it.")] = Path("blueprints"),
) -> None:
    """Draw blueprints: who asks for what in which world, and the calls that lead there."""
    loaded = {name: load(name) for name in settings}
    folder = RunFolder.start(out, {"blueprints": list(loaded), "count": count, "seed": seed, "world_seed": world_seed})
    log = folder.write_log()
    try:
        with watching(console, "drawing", count * len(loaded)) as watch:
            for name, setting in loaded.items():
                base = setting.base(setting.draw_world(Random(f"{world_seed}/world/{name}")))
                drawings = Drawings(Drawer(setting, base, seed), log)
                watch(drawings.accepted)
                for event in drawings.until(count):
                    watch(isinstance(event, BlueprintAccepted))
        file = folder.path / FILE
        write_blueprints(accepted_in(log, list(loaded)), file)
    finally:
        log.close()
    console.print(f"blueprints in {file}", soft_wrap=True)
