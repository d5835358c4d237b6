"""``worldloom blueprints report``: how blueprints passed, what they cover, and how reliably they were held."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from actors.blueprints import read_held
from actors.plan import prepare
from domain.errors import SettingError
from projections.blueprints.corpus import APIGEN_MT, Profile, profile_of
from projections.blueprints.coverage import Coverage
from projections.blueprints.files import FILE
from projections.blueprints.passes import Passes, passes, tries_of
from projections.contents import Contents
from projections.folder import RunFolder
from projections.runs import RunView, read_run
from projections.tally import reasons
from scenarios.load import load

console = Console(highlight=False)
_MOST_MISSING = 12
"""Things not covered that a table names."""


def report(
    place: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of blueprints, or of a run that held some.")],
    world_seed: Annotated[int, typer.Option("--world-seed", min=0, help="What the blueprints' worlds were drawn with.")] = 0,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data that they were made on.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print all as one JSON object.")] = False,
) -> None:
    """Report on blueprints: yield and coverage; on a run that held some: the accepted share, pass^k, and the corpus in numbers."""
    found: dict[str, Any] = {}
    tables: list[Table] = []
    if (place / "manifest.json").is_file():
        _run(RunFolder.find(place), found, tables)
    elif place.suffix == ".jsonl" or (place / FILE).is_file():
        _blueprints(place, world_seed, data, found, tables)
    else:
        raise SettingError(f"{place} holds neither {FILE} nor a run; name what `worldloom blueprints draw` or `generate --blueprints` made")
    if as_json:
        print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    for table in tables:
        console.print(table)


def _blueprints(place: Path, world_seed: int, data: Path | None, found: dict[str, Any], tables: list[Table]) -> None:
    found["coverage"] = {}
    for name, some in read_held(place, 1, world_seed)[1].items():
        ready = prepare(load(name), world_seed, data, blueprints=some)
        coverage = Coverage(ready.setting, ready.world)
        for blueprint in some:
            coverage.add(blueprint)
        tables.append(_covered(name, coverage))
        found["coverage"][name] = {
            "blueprints": coverage.blueprints,
            "shapes": dict(sorted(coverage.shapes.items())),
            **{
                share.what: {
                    "covered": share.covered,
                    "of": None if share.of is None else len(share.of),
                    "missing": share.missing,
                    "seen": dict(sorted(share.seen.items())),
                }
                for share in coverage.shares()
            },
        }


def _covered(name: str, coverage: Coverage) -> Table:
    table = Table("covered", "of", "share", "not covered", title=f"{name}: {coverage.blueprints} blueprints")
    for share in coverage.shares():
        if share.of is None:
            table.add_row(f"{share.covered} {share.what}", "", "", "")
            continue
        missing = [*share.missing[:_MOST_MISSING], *(["..."] if len(share.missing) > _MOST_MISSING else [])]
        part = f"{share.covered / len(share.of):.0%}" if share.of else ""
        table.add_row(f"{share.covered} {share.what}", str(len(share.of)), part, ", ".join(missing))
    return table


def _run(folder: RunFolder, found: dict[str, Any], tables: list[Table]) -> None:
    log = folder.open_log()
    run = read_run(log)
    ends = run.distinct()
    accepted = [end for end in ends if end.accepted]
    tries = tries_of(run)
    found |= {
        "blueprints": len(tries),
        "conversations": {"held": len(ends), "accepted": sum(end.accepted for end in run.finished.values()), "distinct": len(accepted)},
        "blueprints with a success": sum(map(any, tries)),
        "rejected": dict(_rejected(run).most_common()),
        "pass": [one._asdict() for one in passes(tries)],
    }
    tables += [_outcomes(found, len(tries)), _passes(passes(tries))]
    profile = profile_of(Contents(log), accepted, len(ends)) if accepted else None
    if profile is not None:
        found["corpus"] = {"this": profile._asdict(), "APIGen-MT": APIGEN_MT._asdict()}
        tables.append(_corpus(profile))


def _rejected(run: RunView) -> Counter[str]:
    """First code of the findings of each conversation that is not kept -> how many."""
    return Counter(next(iter(reasons(end.findings)), "not recorded") for end in run.distinct() if not end.accepted)


def _outcomes(found: dict[str, Any], blueprints: int) -> Table:
    held, kept = found["conversations"]["held"], found["conversations"]["distinct"]
    table = Table("conversations", "number", "share", title=f"{blueprints} blueprints, {held} conversations")
    table.add_row("accepted", str(found["conversations"]["accepted"]), _share(found["conversations"]["accepted"], held))
    table.add_row("accepted and kept: no two alike", str(kept), _share(kept, held))
    for code, count in found["rejected"].items():
        table.add_row(f"rejected: {code}", str(count), _share(count, held))
    return table


def _passes(found: list[Passes]) -> Table:
    table = Table("k", "pass@k", "pass^k", "blueprints", title="of k attempts one at least, and all")
    for one in found:
        table.add_row(str(one.k), f"{one.any_of:.3f}", f"{one.all_of:.3f}", str(one.blueprints))
    return table


def _corpus(this: Profile) -> Table:
    table = Table("accepted conversations", "this run", "APIGen-MT", title="the corpus in numbers")
    for name, write in _ROWS.items():
        table.add_row(name, *(write.format(**one._asdict()) for one in (this, APIGEN_MT)))
    return table


_ROWS = {
    "conversations": "{conversations}",
    "tool calls, mean": "{calls:.1f}",
    "user turns, mean": "{turns:.1f}",
    "user turns, fewest and most": "{fewest_turns} / {most_turns}",
    "messages, fewest, median, most": "{fewest_messages} / {median_messages:.0f} / {most_messages}",
    "tokens of a user turn, median": "{median_tokens:.0f}",
    "conversations that succeed": "{success:.0%}",
}


def _share(count: int, whole: int) -> str:
    return f"{count / whole:.1%}" if whole else ""
