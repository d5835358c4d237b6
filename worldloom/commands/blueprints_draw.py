"""``worldloom blueprints draw``: so many blueprints of each setting, with what they cover of its tool graph."""

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from actors.drawing.drawer import Drawer
from actors.drawing.drawings import MOST_IN_VAIN, Drawings
from actors.drawing.samplers import SAMPLERS, WEIGHTS
from actors.drawing.survey import feasible
from actors.verifying import Verified, verify
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.toolgraph import names_of
from domain.blueprints.verifying.ground import Ground
from domain.errors import SettingError
from domain.setting import Setting
from domain.world import Base, World
from events.log import WritableLog
from projections.blueprints.drawn import accepted_in, rejections_in
from projections.blueprints.files import FILE, write_blueprints
from projections.blueprints.graph import Graphed, graphed
from projections.folder import RunFolder
from projections.records.files import replacing
from scenarios.load import load
from worldloom.bar import watching
from worldloom.numbers import numbers

console = Console(highlight=False)
_NONE_DRAWN = 1
GRAPH = "toolgraph.json"
"""Beside the blueprints: how many go through each tool and each feasible pair."""
_WHY_FEWER = (
    f"{MOST_IN_VAIN} drawings in a row brought nothing new, so its world has no more to ask for; "
    "another --seed, --world-seed or --weights, with another --out, gives others"
)


def draw(
    settings: Annotated[list[str], typer.Argument(metavar="SETTING...", help="One or more settings.")],
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="Blueprints of each setting.")] = 20,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides every byte, with the other settings.")] = 0,
    world_seed: Annotated[int, typer.Option("--world-seed", min=0, help="Of the worlds in which they begin.")] = 0,
    weights: Annotated[
        str, typer.Option("--weights", metavar="SAMPLER=WEIGHT,...", help=f"How often each is asked: {', '.join(SAMPLERS)}.")
    ] = "",
    out: Annotated[Path, typer.Option("--out", help="Folder of the blueprints; the same command goes on in it.")] = Path("blueprints"),
) -> None:
    """Draw blueprints: who asks for what in which world, and the calls that lead there.

    Exit code 1 where none could be drawn.
    """
    loaded = {name: load(name) for name in settings}
    chosen = numbers("--weights", weights, f"{SAMPLERS[0]}=0.5") or dict(WEIGHTS)
    bases = {name: setting.base(setting.draw_world(Random(f"{world_seed}/world/{name}"))) for name, setting in loaded.items()}
    drawers = {name: Drawer(setting, bases[name], seed, chosen) for name, setting in loaded.items()}
    plan = {"blueprints": list(loaded), "count": count, "seed": seed, "world_seed": world_seed, "weights": dict(chosen)}
    folder = RunFolder.start(out, plan)
    log = folder.write_log()
    try:
        speeds = {}
        with watching(console, "drawing", count * len(loaded)) as watch:
            for name, drawer in drawers.items():
                speeds[name] = _drawn(Drawings(drawer, log, _verifier(loaded[name], bases[name])), count, watch)
        file = folder.path / FILE
        write_blueprints(accepted_in(log, list(loaded)), file)
        _report(log, folder, count, loaded, bases, speeds)
        first = next(accepted_in(log, list(loaded)), None)
    finally:
        log.close()
    console.print(f"blueprints in {file}; how often each pair of tools is gone through, in {folder.path / GRAPH}", soft_wrap=True)
    if first is None:
        raise typer.Exit(_NONE_DRAWN)
    console.print(f"look next: worldloom blueprints show {first.name} --out {folder.path}", soft_wrap=True)


def _verifier(setting: Setting, base: Base) -> Callable[[Blueprint], Verified]:
    return lambda blueprint: verify(Ground(blueprint, setting, base))


def _drawn(drawings: Drawings, count: int, watch: Callable[[int], None]) -> str:
    """Draw what is missing; how many drawings a second that took, empty where none was missing."""
    watch(min(drawings.accepted, count))
    began, number = time.perf_counter(), 0
    for number, _ in enumerate(drawings.until(count), 1):  # noqa: B007, the last one counts
        watch(drawings.fresh)
    return f"{number / (time.perf_counter() - began):.1f}" if number else ""


def _report(
    log: WritableLog, folder: RunFolder, count: int, loaded: Mapping[str, Setting], bases: Mapping[str, Base], speeds: Mapping[str, str]
) -> None:
    table = Table("setting", "blueprints", "rejected", "tools", "feasible pairs", "drawn/s", title=f"blueprints in {folder.path}")
    documents = {}
    for name, setting in loaded.items():
        blueprints = list(accepted_in(log, [name]))
        found = graphed(setting, World(bases[name]), blueprints, names_of(bases[name]), feasible(setting, bases[name]) or ())
        if found.broken:
            raise SettingError(f"blueprint {found.broken[0]} of {name} cannot be carried out in a clean world; report it with its folder")
        documents[name] = found.document()
        rejected = rejections_in(log, name)
        table.add_row(name, f"{len(blueprints)} of {count}", str(sum(rejected.values())), *_covered(found), speeds[name])
        told = f"; rejected: {_told(rejected)}" if rejected else ""
        console.print(f"{name}: {_shapes(blueprints)}{told}", soft_wrap=True)
        if len(blueprints) < count:
            console.print(f"{name}: {len(blueprints)} of {count} drawn; {_WHY_FEWER}", soft_wrap=True)
        if found.missing:
            console.print(f"{name}: no blueprint calls {', '.join(found.missing)}", soft_wrap=True)
    with replacing(folder.path / GRAPH) as file:
        file.write(orjson.dumps(documents, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
    console.print(table)


def _covered(found: Graphed) -> tuple[str, str]:
    all_tools = len(found.graph.tools)
    pairs = len(found.graph.pairs.keys() & found.feasible)
    return f"{all_tools - len(found.missing)} of {all_tools}", f"{pairs} of {len(found.feasible)} ({found.covered:.0%})"


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{reason} {number}" for reason, number in counts.items()) or "0"


def _shapes(blueprints: Iterable[Blueprint]) -> str:
    counts: dict[str, int] = {}
    for blueprint in blueprints:
        counts[blueprint.shape] = counts.get(blueprint.shape, 0) + 1
    return _told(dict(sorted(counts.items())))
