"""``worldloom blueprints report``: how blueprints passed, what they cover, and how reliably they were held."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from actors.blueprints import read_held
from actors.drawing.survey import feasible
from actors.plan import prepare
from domain.blueprints.toolgraph import names_of
from domain.errors import SettingError
from projections.blueprints.corpus import APIGEN_MT, profile_of
from projections.blueprints.coverage import Coverage
from projections.blueprints.drawn import drawn_in, outcomes_in
from projections.blueprints.files import FILE, world_seed_of
from projections.blueprints.passes import passes, tries_of
from projections.blueprints.yields import Yield
from projections.contents import Contents
from projections.folder import RunFolder
from projections.runs import RUN, RunView, read_run
from projections.tally import reasons
from scenarios.load import load
from worldloom.blueprints import (
    corpus_table,
    coverage_figures,
    coverage_table,
    outcomes_table,
    passes_table,
    yield_figures,
    yield_table,
)

console = Console(highlight=False)


def report(
    place: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="Blueprints, or the folder of a run that held some.")],
    world_seed: Annotated[int | None, typer.Option("--world-seed", min=0, help="Of their worlds; as their folder says.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data in which they begin instead.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
) -> None:
    """Report on blueprints: yield and coverage; on a run that held some: the accepted share, pass^k, and the corpus in numbers."""
    found: dict[str, Any] = {}
    tables: list[Table] = []
    if RunFolder(place).manifest.is_file():
        _logged(RunFolder(place), found, tables)
    if not place.is_dir() or _has_some(place / FILE):
        _covered(place, world_seed_of(place) if world_seed is None else world_seed, data, found, tables)
    if not found:
        what = f"its {FILE} is empty, and nothing was tried" if (place / FILE).is_file() else f"it holds neither {FILE} nor a run"
        raise SettingError(f"nothing to report on in {place}: {what}; name what `worldloom blueprints` or `generate --blueprints` made")
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    for table in tables:
        console.print(table)


def _has_some(file: Path) -> bool:
    """Whether there is anything in a file; an empty one is well where a log says how it came to that."""
    return file.is_file() and file.stat().st_size > 0


def _logged(folder: RunFolder, found: dict[str, Any], tables: list[Table]) -> None:
    """What a log says of the blueprints that were drawn in it, and of the conversations that were held."""
    with closing(folder.open_log()) as log:
        for name in drawn_in(log):
            yields = Yield.of(outcomes_in(log, name))
            found.setdefault("yield", {})[name] = yield_figures(yields)
            tables.append(yield_table(name, yields))
        if RUN in log.streams():
            _held(read_run(log), Contents(log), found, tables)


def _held(run: RunView, contents: Contents, found: dict[str, Any], tables: list[Table]) -> None:
    tries, ends = tries_of(run), run.distinct()
    kept = [end for end in ends if end.accepted]
    accepted = sum(end.accepted for end in run.finished.values())
    found |= {
        "blueprints": len(tries),
        "conversations": {"held": len(ends), "accepted": accepted, "distinct": len(kept), "abandoned": len(run.abandoned)},
        "blueprints with a success": sum(map(any, tries)),
        "rejected": dict(Counter(next(iter(reasons(end.findings)), "not recorded") for end in ends if not end.accepted).most_common()),
        "pass": [one._asdict() for one in passes(tries)],
    }
    tables += [outcomes_table(found), passes_table(passes(tries))]
    profile = profile_of(contents, kept, len(ends))
    if profile is not None:
        found["corpus"] = {"this": profile._asdict(), "APIGen-MT": APIGEN_MT._asdict()}
        tables.append(corpus_table(profile))


def _covered(place: Path, world_seed: int, data: Path | None, found: dict[str, Any], tables: list[Table]) -> None:
    found["coverage"] = {}
    for name, some in read_held(place, 1, world_seed)[1].items():
        ready = prepare(load(name), world_seed, data, blueprints=some)
        pairs = None if data else feasible(ready.setting, ready.base)  # wishes are drawn in worlds of the setting's own
        coverage = Coverage(ready.setting, ready.world, pairs, names_of(ready.base))
        for blueprint in some:
            coverage.add(blueprint)
        tables.append(coverage_table(name, coverage))
        found["coverage"][name] = coverage_figures(coverage)
