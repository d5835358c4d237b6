"""``worldloom slice``: conversations as shorter demonstrations, of which every call was run again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.plan import RunSettings
from actors.replanning import Replanner
from domain.errors import SettingError
from domain.faults import Faults
from domain.slips import wanted
from events.log import Log
from events.run import ConversationFinished
from projections.branches import finished_forks
from projections.contents import Contents
from projections.folder import RunFolder
from projections.records.files import replacing
from projections.records.repairs import json_line
from projections.runs import read_run
from projections.slices import Sliced, Slicer, slice_examples
from projections.state import history
from scenarios.load import load
from worldloom.bar import watching
from worldloom.commands.inspect import Out, find
from worldloom.held import run_settings

console = Console(highlight=False)
SLICES = "slices/slices.jsonl"
_MOST = 20


def slice_(
    conversations: Annotated[
        list[str] | None, typer.Argument(metavar="[CONVERSATION]...", help="Which; without any, all that were accepted.")
    ] = None,
    out: Out = Path("out"),
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a line for each conversation.")] = False,
) -> None:
    """Leave out what a conversation did not need, as long as the same calls give the same world and every claim still has its source."""
    folder = RunFolder.find(out)
    settings = run_settings(folder)
    log = folder.open_log()
    try:
        ends = {**read_run(log).finished, **(finished_forks(log) if conversations else {})}
        chosen = _chosen(ends, [find(log, name) for name in conversations or ()])
        plans = Replanner(settings, {name: load(name) for name in settings.settings}, log)
        path = folder.path / SLICES
        path.parent.mkdir(exist_ok=True)
        sliced, contents = [], Contents(log)
        with replacing(path) as file, watching(console, "slicing", len(chosen)) as watch:
            for end in chosen:
                one = _sliced(plans, log, contents, settings, end)
                file.writelines(map(json_line, slice_examples(contents, one)))
                sliced.append(one)
                watch(1)
    finally:
        log.close()
    if as_json:
        for one in sliced:
            print(orjson.dumps(_told(one)).decode())
    else:
        _print(sliced, path)


def _chosen(ends: dict[str, ConversationFinished], named: Sequence[str]) -> list[ConversationFinished]:
    for stream in named:
        if stream not in ends:
            raise SettingError(f"{stream} has not ended, so it is no demonstration yet; go on with it first")
    return [ends[stream] for stream in sorted(named or ends) if named or ends[stream].accepted]


def _sliced(plans: Replanner, log: Log, contents: Contents, settings: RunSettings, end: ConversationFinished) -> Sliced:
    planned, records = plans.plan(end.stream), history(log, end.stream)
    goal = wanted(planned.goal, (record.event for record in records))
    environment = replace(planned.place.setting.environment, faults=Faults(settings.faults))
    found = Slicer(contents, records, environment, goal.outputs).smallest()
    return Sliced(end, tuple(records[position - 1] for position in found.kept), found)


def _told(one: Sliced) -> dict[str, object]:
    dropped = [{"kind": unit.kind, "what": unit.what, "events": sorted(unit.positions)} for unit in one.slice.dropped]
    return {
        "conversation": one.finished.stream,
        "events_before": one.slice.before,
        "events_after": len(one.slice.kept),
        "events": one.slice.kept,
        "dropped": dropped,
    }


def _print(sliced: Sequence[Sliced], path: Path) -> None:
    before, after = sum(one.slice.before for one in sliced), sum(len(one.slice.kept) for one in sliced)
    shorter = [one for one in sliced if one.slice.dropped]
    table = Table("conversation", "events", "kept", "left out", title=f"{len(shorter)} of {len(sliced)} conversations are shorter")
    for one in shorter[:_MOST] if len(sliced) > 1 else sliced:
        what = "\n".join(f"{unit.kind}: {unit.what}" for unit in one.slice.dropped) or "nothing: all of it is needed"
        table.add_row(one.finished.stream, str(one.slice.before), str(len(one.slice.kept)), Text(what))
    console.print(table)
    if len(shorter) > _MOST:
        console.print(f"... and {len(shorter) - _MOST} more; --json shows all")
    console.print(f"{before} events before, {after} after; each slice was run again: same outcomes, same world, same claims")
    console.print(f"rows: {path}", soft_wrap=True)
