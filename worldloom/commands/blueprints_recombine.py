"""``worldloom blueprints recombine``: blueprints of one user become one that asks for all of it."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from actors.blueprints import read_held
from actors.plan import prepare
from actors.recombining import Recombinations
from events.blueprints import BlueprintAccepted
from projections.blueprints.drawn import accepted_in
from projections.blueprints.files import FILE, world_seed_of, write_blueprints
from projections.blueprints.yields import Yield
from projections.folder import RunFolder
from scenarios.load import load
from worldloom.bar import watching
from worldloom.blueprints import yield_table

console = Console(highlight=False)
_FEWEST = 2
_NONE_MADE = 1


def recombine(
    blueprints: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="Blueprints, as `worldloom blueprints draw` makes them.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for those that are made.")] = Path("recombined"),
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many to make of each setting, where there are so many.")] = 100,
    size: Annotated[int, typer.Option("--parts", min=_FEWEST, help="Blueprints that go into one, at the most.")] = _FEWEST,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides which are tried together first.")] = 0,
    world_seed: Annotated[int | None, typer.Option("--world-seed", min=0, help="Of their worlds; as their folder says.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data in which they begin instead.")] = None,
) -> None:
    """Concatenate blueprints of one user, reject what conflicts, verify the rest again, and write each as one request.

    Exit code 1 where none could be made.
    """
    world_seed = world_seed_of(blueprints) if world_seed is None else world_seed
    held, grouped = read_held(blueprints, 1, world_seed)
    told = {"blueprints": list(grouped), "parts_of": held.digest, "parts": size, "count": count, "seed": seed, "world_seed": world_seed}
    folder = RunFolder.start(out, told)
    log = folder.write_log()
    made = 0
    try:
        for name, parts in grouped.items():
            place = prepare(load(name), world_seed, data, blueprints=parts)
            with watching(console, f"recombining {name}", count) as watch:
                events = []
                for event in Recombinations(place, parts, log, size=size, seed=seed).until(count):
                    events.append(event)
                    watch(isinstance(event, BlueprintAccepted))
            found = Yield.of(events)
            made += found.accepted(reflected=True)
            console.print(yield_table(name, found))
            if found.accepted(reflected=True) < count:
                console.print(f"{name}: {_why_fewer(found, count, len(parts))}", soft_wrap=True)
        write_blueprints(accepted_in(log, list(grouped)), folder.path / FILE)
    finally:
        log.close()
    console.print(f"{made} blueprints in {folder.path / FILE}", soft_wrap=True)
    if not made:
        raise typer.Exit(_NONE_MADE)


def _why_fewer(found: Yield, count: int, parts: int) -> str:
    if not found.drawn:
        return f"no two of its {parts} blueprints are of one user, so none can be made; draw more of it"
    return f"{found.accepted(reflected=True)} of {count} made, in {found.drawn} tries; no others are left to try, so draw more of it"
