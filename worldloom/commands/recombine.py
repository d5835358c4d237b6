"""``worldloom blueprints recombine``: blueprints of one user become one that asks for all of it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from actors.blueprints import read_held
from actors.plan import prepare
from domain.blueprint import Blueprint
from domain.errors import SettingError
from domain.joining import joined
from domain.pairing import Tried, tries
from projections.blueprints.files import FILE, file_of, write_blueprints
from scenarios.load import load

console = Console(highlight=False)
_FEWEST = 2
_NONE_MADE = 1


def recombine(
    blueprints: Annotated[Path, typer.Argument(metavar="FILE_OR_DIR", help="Blueprints, as `worldloom blueprints draw` makes them.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for those that are made.")] = Path("recombined"),
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many to make of each setting, where there are so many.")] = 100,
    size: Annotated[int, typer.Option("--parts", min=_FEWEST, help="Blueprints that go into one, at most.")] = _FEWEST,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides which are tried together first.")] = 0,
    world_seed: Annotated[int, typer.Option("--world-seed", min=0, help="What the blueprints' worlds were drawn with.")] = 0,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data that they were made on.")] = None,
) -> None:
    """Concatenate blueprints of one user, reject what conflicts, and write what is left as one request each."""
    if file_of(out) == file_of(blueprints) or out.is_file():
        raise SettingError(f"--out {out} is where the parts are, or a file; name another folder")
    _, grouped = read_held(blueprints, 1, world_seed)
    made: list[Blueprint] = []
    table = Table("setting", "parts", "tried", "made", "rejected, and why")
    for name, parts in grouped.items():
        place = prepare(load(name), world_seed, data, blueprints=parts)
        tried = list(_until(tries(parts, place.setting, place.world, _write, size=size, seed=seed), count))
        new = [one.blueprint for one in tried if one.blueprint is not None]
        why = Counter(reason.code for one in tried for reason in one.reasons[:1])
        table.add_row(
            name, str(len(parts)), str(len(tried)), str(len(new)), ", ".join(f"{code} {often}" for code, often in why.most_common())
        )
        made += new
    write_blueprints(made, out / FILE)
    console.print(table)
    console.print(f"{len(made)} blueprints in {out / FILE}", soft_wrap=True)
    if not made:
        raise typer.Exit(_NONE_MADE)


def _until(found: Iterable[Tried], count: int) -> Iterator[Tried]:
    """Until so many have been made."""
    made = 0
    for one in found:
        yield one
        made += one.blueprint is not None
        if made == count:
            return


def _write(parts: Sequence[Blueprint]) -> str:
    return joined([part.goal.instruction for part in parts], Random(parts[0].name).randrange(4))
