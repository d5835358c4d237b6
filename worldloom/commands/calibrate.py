"""``worldloom calibrate``: how well judges find what was planted."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from actors.calibration import LOG, Study
from actors.flawed.kinds import KINDS
from actors.judges import DEFAULT
from actors.plan import prepare
from domain.errors import SettingError
from domain.judgement import AXES
from projections.calibration import FLAGGED_UP_TO, Labelled, axis_report, drops, reliability
from projections.comparison import number
from projections.reliability import plot
from scenarios.load import load
from worldloom.bar import watching
from worldloom.models import choose_judges

console = Console(highlight=False)
_NAMES = [axis.name for axis in AXES]
_NOT_OWN = 1


def calibrate(
    settings: Annotated[list[str] | None, typer.Argument(metavar="[SETTING...]", help="Where; by default retail supply_chain.")] = None,
    count: Annotated[int, typer.Option("-n", "--count", min=2, help="Conversations of each kind of flaw, and as many clean ones.")] = 40,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides what is held.")] = 0,
    judges: Annotated[list[str] | None, typer.Option("--judge", help="A judge; may be repeated for a committee.")] = None,
    models: Annotated[Path | None, typer.Option("--models", help="YAML file: how models are reached, and how they are asked.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="US dollars for all judging; more, and it goes on.")] = None,
    kinds: Annotated[list[str] | None, typer.Option("--kind", help="A kind of flaw; may be repeated; all if not told.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder; the same command goes on in it.")] = Path("calibration"),
) -> None:
    """Hold clean and flawed twins, judge them, and report how well each axis tells them apart."""
    unknown = [kind for kind in kinds or () if kind not in KINDS]
    if unknown:
        raise SettingError(f"there is no kind of flaw {unknown[0]!r}; there are {', '.join(KINDS)}")
    committee = choose_judges(judges or [DEFAULT], models, max_cost, out)
    places = {name: prepare(load(name), seed, None) for name in settings or ("retail", "supply_chain")}
    study = Study(places, count, seed, out, committee.judges, tuple(dict.fromkeys(kinds or KINDS)))
    with watching(console, "kinds", len(study.kinds) + 1, least=1) as watch:

        async def go_on() -> None:
            try:
                async for _ in study.hold():
                    watch(1)
            finally:
                await committee.close()

        asyncio.run(go_on())
    labelled = study.labelled()
    report = _report(study, labelled)
    (out / "report.json").write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    panels = {axis: {who: reliability(items, axis) for who, items in labelled.items() if who != LOG} for axis in _NAMES}
    (out / "reliability.svg").write_text(plot(panels), "utf-8")
    _print(study, report)
    console.print(f"{out / 'report.json'}, {out / 'reliability.svg'}; a run folder for each kind beside them", soft_wrap=True)
    for conversation, model, why in study.failed:
        console.print(f"not judged: {conversation} by {model}: {why}", markup=False, soft_wrap=True)
    if study.stopped:
        console.print(f"stopped: {study.stopped}; the same command with a higher --max-cost goes on", soft_wrap=True)
    if study.stopped or study.failed or not all(row["own"] for row in _shown(report)[1].values() if row["count"]):
        raise typer.Exit(_NOT_OWN)


def _report(study: Study, labelled: Mapping[str, Sequence[Labelled]]) -> dict[str, Any]:
    kinds: dict[str, dict[str, Any]] = {}
    for who, items in labelled.items():
        if who != LOG:
            kinds[who] = {kind: _of_kind(items, kind) for kind in study.kinds}
    axes = {who: {axis: axis_report(items, axis)._asdict() for axis in _NAMES} for who, items in labelled.items()}
    return {
        "flagged_up_to": FLAGGED_UP_TO,
        "kinds": kinds,
        "axes": axes,
        "alpha": {axis: study.agreement(axis) for axis in _NAMES},
        "spent": {name: getattr(study.spent, name) for name in ("prompt_tokens", "completion_tokens", "cost_usd")},
    }


def _of_kind(items: Sequence[Labelled], kind: str) -> dict[str, Any]:
    lower = drops(items, kind, _NAMES)
    most = max(lower, key=lambda axis: lower[axis]) if lower else ""
    count = sum(item.kind == kind for item in items)
    return {"count": count, "axis": KINDS[kind].axis, "drops": lower, "own": most == KINDS[kind].axis}


def _shown(report: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Whose drops are shown: the committee's where there is one, else the only judge's; the report has all."""
    who = list(report["kinds"])[-1]
    return who, report["kinds"][who]


def _print(study: Study, report: Mapping[str, Any]) -> None:
    who, kinds = _shown(report)
    table = Table("planted", "n", *(name.replace("_", "\n") for name in _NAMES), title=f"{who}: points below the clean twin, means")
    for kind, row in kinds.items():
        cells = [f"[bold]{drop:.2f}[/bold]" if axis == row["axis"] else f"{drop:.2f}" for axis, drop in row["drops"].items()]
        table.add_row(kind + ("" if row["own"] or not row["count"] else " (!)"), str(row["count"]), *cells)
    console.print(table)
    for who, axes in report["axes"].items():
        title = f"{who}: flagged is {FLAGGED_UP_TO} or less"
        table = Table("axis", "flawed", "sound", "AUROC", "precision", "recall", "bias", "alpha", title=title)
        for axis, row in axes.items():
            figures = [number(row[name]) for name in ("auroc", "precision", "recall", "bias")]
            table.add_row(axis, str(row["flawed"]), str(row["sound"]), *figures, number(report["alpha"][axis]))
        console.print(table)
    took = study.spent
    console.print(f"{took.prompt_tokens} prompt and {took.completion_tokens} completion tokens, {took.cost_usd:.2f} USD")
