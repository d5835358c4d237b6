"""``worldloom origins``: where each argument of each tool call comes from."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from actors.sourcing import Sourcer
from domain.provenance.known import Source
from domain.provenance.origins import BY_MODEL, UNGROUNDED, CallOrigins, Origin
from events.base import Event
from events.log import Log
from events.tools import ToolAnswered
from projections.contents import Contents
from projections.folder import RunFolder
from projections.origins import Coverage, Loose, coverage, origins_of
from projections.state import conversations, history
from projections.transcript import json_text
from worldloom.bar import watching
from worldloom.commands.inspect import Out, find
from worldloom.models import choose_sourcer
from worldloom.show import cut

console = Console(highlight=False)
_MOST = 20
_LONGEST = 60


def origins(
    conversation: Annotated[str | None, typer.Argument(help="A conversation, call by call; without it, the whole run.")] = None,
    out: Out = Path("out"),
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, a line for each call or for the run.")] = False,
    model: Annotated[str | None, typer.Option("--model", help="Model that is asked about what comes from nowhere, and must quote.")] = None,
    models: Annotated[Path | None, typer.Option("--models", help="YAML file: how models are reached, and how they are asked.")] = None,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, help="US dollars for the model; more, and it is not asked.")
    ] = None,
) -> None:
    """Show where the arguments of tool calls come from: what a user said, what a tool showed, the policy, arithmetic, or nowhere."""
    folder = RunFolder.find(out)
    log = folder.open_log()
    sourcer = choose_sourcer(model, models, max_cost, folder.path) if model else None
    if conversation is None:
        _run(log, out, as_json, sourcer)
    else:
        _conversation(log, find(log, conversation), as_json, sourcer)
    for why in sourcer.failed if sourcer else ():
        print(f"not asked: {why}", file=sys.stderr)


def _asked(sourcer: Sourcer, log: Log, loose: Sequence[Loose]) -> list[Origin]:
    """What the model says of arguments that come from nowhere."""

    async def ask() -> list[Origin]:
        try:
            return await sourcer.source(Contents(log), loose)
        finally:
            await sourcer.close()

    return asyncio.run(ask())


def _sourced(sourcer: Sourcer | None, log: Log, stream: str, calls: Sequence[CallOrigins]) -> list[CallOrigins]:
    """Calls with what a model says of their loose arguments."""
    places = [(call, origin) for call in calls for origin in call.origins if origin.kind == UNGROUNDED]
    if sourcer is None or not places:
        return [*calls]
    told = _asked(sourcer, log, [Loose(stream, call.position, call.agent, call.tool, origin) for call, origin in places])
    said = {(call.call_id, origin.path): new for (call, origin), new in zip(places, told, strict=True)}
    return [call._replace(origins=tuple(said.get((call.call_id, origin.path), origin) for origin in call.origins)) for call in calls]


def _conversation(log: Log, stream: str, as_json: bool, sourcer: Sourcer | None) -> None:
    records = history(log, stream)
    events = {record.position: record.event for record in records}
    table = Table("event", "call", "argument", "value", "comes from", title=stream)
    for call in _sourced(sourcer, log, stream, list(origins_of(Contents(log), records))):
        if as_json:
            print(orjson.dumps({"conversation": stream, **call._asdict(), "origins": [_told(origin) for origin in call.origins]}).decode())
            continue
        for number, origin in enumerate(call.origins):
            who = f"{call.tool} {call.call_id}" if number == 0 else ""
            style = "red" if origin.kind == UNGROUNDED else ""
            value = cut(json_text(origin.value), _LONGEST)
            table.add_row(str(call.position) if who else "", who, origin.path, Text(value), Text(_from(origin, events), style))
    if not as_json:
        console.print(table)


def _told(origin: Origin) -> dict[str, object]:
    return {**origin._asdict(), "sources": [source._asdict() for source in origin.sources]}


def _from(origin: Origin, events: Mapping[int, Event]) -> str:
    places = "; ".join(_place(source, events) for source in origin.sources[:3])
    if origin.kind == UNGROUNDED:
        return f"nowhere: {origin.rule}" if origin.rule else "nowhere"
    if origin.kind == "declared":
        return "what the tool offers"
    if origin.kind == BY_MODEL:
        return f"as a model says: {places} ({origin.rule})"
    return f"{origin.rule} of {places}" if origin.rule else places


def _place(source: Source, events: Mapping[int, Event]) -> str:
    """Such as ``user, event 7: "CT-4250"`` or ``c3, event 10: /items/0/price``."""
    event = events.get(source.event)
    if source.kind == "instructions":
        return "instructions"
    if isinstance(event, ToolAnswered):
        return f"{event.call_id}, event {source.event}{': ' + source.where if source.where else ''}"
    first, _, last = source.where.partition(":")
    said = str(getattr(event, "content", getattr(event, "request", getattr(event, "reason", ""))))
    span = f': "{said[int(first) : int(last)]}"' if last else ""
    return f"{source.kind}, event {source.event}{span}"


def _run(log: Log, out: Path, as_json: bool, sourcer: Sourcer | None) -> None:
    streams = conversations(log)
    with watching(console, "looking up arguments", len(streams)) as watch:
        found = coverage(Contents(log), streams, RunFolder.find(out).path, watch)
    if sourcer is not None and found.loose:
        found.told(_asked(sourcer, log, found.loose))
    if as_json:
        told = {"conversations": found.conversations, "calls": found.calls, "grounded": found.grounded, "leaves": dict(found.leaves)}
        print(orjson.dumps(told).decode())
        return
    _print(found, out)


def _print(found: Coverage, out: Path) -> None:
    every = found.leaves.total()
    table = Table("comes from", "arguments", "share", title=f"{found.calls} calls of {found.conversations} conversations in {out}")
    for kind, number in sorted(found.leaves.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(kind, str(number), f"{number / every:.2%}")
    console.print(table)
    console.print(f"{found.grounded:.2%} of {every} arguments come from somewhere")
    _loose(found, found.loose[:_MOST])


def _loose(found: Coverage, shown: Sequence[object]) -> None:
    if not found.loose:
        return
    table = Table("conversation", "event", "tool", "argument", "value", title="from nowhere")
    for one in found.loose[: len(shown)]:
        table.add_row(one.conversation, str(one.position), one.tool, one.origin.path, Text(cut(json_text(one.origin.value), _LONGEST)))
    console.print(table)
    if len(found.loose) > len(shown):
        console.print(f"... and {len(found.loose) - len(shown)} more; --json shows all of a conversation")
