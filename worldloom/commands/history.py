"""``worldloom rules``, ``regress`` and ``recall``: what today's rules, tools and knowledge say of what is recorded."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.errors import SettingError
from domain.temporal import TemporalRule, rules_of
from events.forks import home
from events.log import Log
from projections.contents import Contents
from projections.folder import RunFolder
from projections.recall import Bad, Recalled, Row
from projections.recall import recall as run_recall
from projections.regress import Divergence, Regression
from projections.regress import regress as run_regress
from projections.rules import Broken, Place, broken
from projections.state import conversations, history
from projections.taint import AFTER
from scenarios.load import load
from worldloom.bar import watching
from worldloom.commands.inspect import find
from worldloom.show import cut

console = Console(highlight=False)
Run = Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")]
Json = Annotated[bool, typer.Option("--json", help="All of it, as JSON.")]
Shown = Annotated[int, typer.Option("--show", min=1, help="Places to show of each.")]
_FOUND = 1
_SHORT = 80
_LARGEST = 1_000_000
"""Bytes of a file of rules."""


def rules(
    out: Run,
    file: Annotated[Path | None, typer.Option("--rules", help="YAML file of temporal rules; docs/history.md says how.")] = None,
    show: Shown = 3,
    as_json: Json = False,
) -> None:
    """Run rules of today over every recorded conversation; exit code 1 when any is broken."""
    asked = read_rules(file) if file else ()
    folder = RunFolder.find(out)
    log = folder.open_log()
    streams = conversations(log)
    began = time.perf_counter()
    with watching(console, "looking", len(streams)) as watch:
        found = broken(Contents(log), streams, asked, load, folder.path, watch)
    took = time.perf_counter() - began
    if as_json:
        print(orjson.dumps(_broken_json(found)).decode())
    else:
        _print_broken(found, out, show, took)
    if found.places:
        raise typer.Exit(_FOUND)


def read_rules(path: Path) -> tuple[TemporalRule, ...]:
    """The rules of a file.

    Raises:
        SettingError: It is not YAML, or not rules.
        OSError: It cannot be read.
    """
    if path.stat().st_size > _LARGEST:
        raise SettingError(f"{path} is larger than {_LARGEST} bytes, so it is no file of rules; name another")
    try:
        text = path.read_text("utf-8")
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            raise SettingError(f"{path} has an alias (*); write out what it stands for")
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    return rules_of(document, str(path))


def _broken_json(found: Broken) -> dict[str, object]:
    places: dict[str, list[dict[str, object]]] = defaultdict(list)
    for place in found.places:
        places[place.rule].append({"conversation": place.conversation, "event": place.position})
    names = sorted({*found.sentences})
    return {
        "conversations": found.conversations,
        "events": found.events,
        "calls": found.calls,
        "rules": [
            {"rule": name, "sentence": found.sentences[name], "refused": found.refused[name], "violations": places[name]} for name in names
        ],
        "unjudged": dict(found.unjudged),
    }


def _print_broken(found: Broken, out: Path, show: int, took: float) -> None:
    by_rule: dict[str, list[Place]] = defaultdict(list)
    for place in found.places:
        by_rule[place.rule].append(place)
    if found.sentences:
        table = Table("rule", "sentence", "violations", "conversations", "first places", "refused then")
        for name in sorted(found.sentences, key=lambda name: (-len(by_rule[name]), name)):
            places = by_rule[name]
            first = "\n".join(f"{place.conversation} event {place.position}" for place in places[:show])
            count = str(len({place.conversation for place in places}))
            table.add_row(Text(name), Text(found.sentences[name]), str(len(places)), count, Text(first), str(found.refused[name] or ""))
        console.print(table)
    _print_counted("not looked at by policy", found.unjudged)
    rate = f"{found.events / took:,.0f} events/s" if took > 0 else ""
    looked = (
        f"{found.conversations} conversations, {found.events} events, {found.calls} calls: {len(found.places) or 'no'} violation(s); {rate}"
    )
    console.print(looked, soft_wrap=True)
    if found.places:
        place = found.places[0]
        console.print(f"look next: worldloom show {place.conversation} --out {out}", markup=False, soft_wrap=True)


def regress(out: Run, show: Shown = 3, as_json: Json = False) -> None:
    """Run every recorded call of a tool with code again by today's code; exit code 1 when any comes out otherwise."""
    folder = RunFolder.find(out)
    log = folder.open_log()
    streams = conversations(log)
    with watching(console, "running again", len(streams)) as watch:
        found = run_regress(Contents(log), streams, load, folder.path, watch)
    if as_json:
        print(orjson.dumps(_regression_json(found), default=repr).decode())
    else:
        _print_regression(found, show)
    if found.divergences:
        raise typer.Exit(_FOUND)


def _regression_json(found: Regression) -> dict[str, object]:
    return {
        "conversations": found.conversations,
        "compared": dict(sorted(found.compared.items())),
        "skipped": dict(sorted(found.skipped.items())),
        "divergences": [each._asdict() for each in found.divergences],
    }


def _print_regression(found: Regression, show: int) -> None:
    by_tool: dict[str, list[Divergence]] = defaultdict(list)
    for each in found.divergences:
        by_tool[each.tool].append(each)
    if by_tool:
        table = Table("tool", "run again", "otherwise", "first places", "what", "recorded", "today")
        for tool, diverging in sorted(by_tool.items(), key=lambda item: (-len(item[1]), item[0])):
            for number, each in enumerate(diverging[:show]):
                counts = ("", "", "") if number else (tool, str(found.compared[tool]), str(len(diverging)))
                sides = (Text(cut(value if isinstance(value, str) else repr(value), _SHORT)) for value in (each.recorded, each.today))
                table.add_row(*counts, Text(f"{each.conversation} event {each.position}"), Text(each.what), *sides)
        console.print(table)
    skipped = ", ".join(f"{number} {why}" for why, number in sorted(found.skipped.items())) or "none"
    again = f"{found.compared.total()} calls of {len(found.compared)} tools run again, skipped: {skipped}"
    line = f"{found.conversations} conversations, {again}: {len(found.divergences) or 'no'} divergence(s)"
    console.print(line, markup=False, soft_wrap=True)


def recall(
    out: Run,
    event: Annotated[str | None, typer.Option("--event", metavar="CONVERSATION:N", help="An event that was bad.")] = None,
    tool: Annotated[str | None, typer.Option("--tool", help="A tool whose outcomes were bad.")] = None,
    model: Annotated[str | None, typer.Option("--model", help="A model whose replies were bad.")] = None,
    scenario: Annotated[str | None, typer.Option("--scenario", help="Digest of a setting's files, or how it begins.")] = None,
    mended: Annotated[bool, typer.Option("--mended", help="Only outcomes that today's code gives otherwise; the rest was right.")] = False,
    show: Annotated[int, typer.Option("--show", min=1, help="Rows to show.")] = 20,
    as_json: Json = False,
) -> None:
    """Name the rows that hold anything that came of what was bad; several options narrow it down together."""
    if event is None and tool is None and model is None and scenario is None and not mended:
        raise SettingError("nothing is named that was bad; give --event, --tool, --model, --scenario or --mended")
    folder = RunFolder.find(out)
    log = folder.open_log()
    bad = Bad(_place(log, event) if event else None, tool, model, scenario, mended)
    streams = conversations(log)
    with watching(console, "following", len(streams)) as watch:
        found = run_recall(Contents(log), streams, bad, load, folder.path, watch)
    if as_json:
        rows = [row._asdict() for row in found.touched]
        told = {"conversations": found.conversations, "rows": found.rows, "bad_events": found.bad, "touched": rows}
        print(orjson.dumps(told).decode())
    else:
        _print_recalled(found, show)


def _place(log: Log, event: str) -> tuple[str, int]:
    """The stream that holds an event, and its position."""
    name, _, number = event.rpartition(":")
    if not name or not number.isdecimal():
        raise SettingError(f"--event {event!r} names no event; write CONVERSATION:N, such as retail/000003:12")
    stream = find(log, name)
    length, position = len(history(log, stream)), int(number)
    if not 1 <= position <= length:
        raise SettingError(f"{stream} has no event {position}; it has 1 to {length}")
    return home(log, stream, position), position


def _print_recalled(found: Recalled, show: int) -> None:
    touched = [row for row in found.touched if row.how != AFTER]
    later = [row for row in found.touched if row.how == AFTER]
    for title, rows in (("rows", touched), ("rows that nothing of it shows in, begun by an agent that had seen it", later)):
        if rows:
            console.print(_rows_table(title, rows[:show]))
            if len(rows) > show:
                console.print(f"... and {len(rows) - show} more; --show or --json shows more")
    beside = sum(not row.in_data_set for row in touched)
    outside = f", {beside} of them of forks and conversations outside of the data set" if beside else ""
    more = f"; {len(later)} more were begun after it" if later else ""
    counts = f"{found.bad} bad event(s) touched {len(touched)} of {found.rows} rows of {found.conversations} conversations"
    console.print(f"{counts}{outside}{more}", soft_wrap=True)


def _rows_table(title: str, rows: Sequence[Row]) -> Table:
    table = Table("conversation", "agent", "from event", "how", "in the data set", title=title)
    for row in rows:
        table.add_row(Text(row.conversation), Text(row.agent), str(row.position), row.how, "yes" if row.in_data_set else "no")
    return table


def _print_counted(what: str, counts: Counter[str]) -> None:
    for why, number in sorted(counts.items()):
        console.print(f"{what}: {number} {why}", markup=False, soft_wrap=True)
