"""``worldloom blueprints show``: one blueprint, as people read it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from domain.blueprints.blueprint import Blueprint
from events.blueprints import BlueprintRejected
from events.tools import Change
from projections.blueprints.drawn import Outcome, drawn_as, only
from projections.blueprints.files import file_of, read_blueprints
from projections.folder import RunFolder
from projections.transcript import json_text

console = Console(highlight=False, soft_wrap=True)
_LONGEST = 120
"""Characters of a value that are shown."""


def show(
    name: Annotated[str, typer.Argument(help="Name of the blueprint, or the beginning of it; or such as retail/0, by its drawing.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE|DIR", help="Where they are; how one came out, the folder tells that made it.")
    ] = Path("blueprints"),
) -> None:
    """Show a blueprint: who wants what, what is different in the world, the gold path, and how it came out."""
    blueprint, event = _read(out, name)
    for part in _parts(blueprint):
        console.print(part)
    if isinstance(event, BlueprintRejected):
        console.print(Rule(f"rejected at {event.stage}", align="left", style="red"))
        for reason in event.reasons:
            console.print(Text(f"{reason.code} at {reason.place}: {reason.sentence}"))
    elif event is not None:
        console.print(Rule("accepted; it changes", align="left", style="dim"))
        console.print(Text("\n".join(event.diff) or "nothing"))


def _read(place: Path, name: str) -> tuple[Blueprint, Outcome | None]:
    """The blueprint, and how it came out where a log tells."""
    if not RunFolder(place).manifest.is_file():
        found = {one.name: one for one in read_blueprints(place) if one.name.startswith(name)}
        return only(found, name, str(file_of(place)), "name one by its setting and digest, or its folder with --out"), None
    with closing(RunFolder(place).open_log()) as log:
        return drawn_as(log, name)


def _parts(blueprint: Blueprint) -> Iterator[RenderableType]:
    goal, hard = blueprint.goal, blueprint.difficulty
    yield Rule(f"{blueprint.name}: {blueprint.shape}", align="left")
    yield Text(goal.instruction)
    persona = blueprint.persona
    yield Text(f"persona: {persona.profile}, {persona.complexity}", style="dim")
    yield Text(
        f"difficulty: {hard.writes} writes, {hard.evidence} look-ups for them, {hard.hops} hops, {hard.hazards} hazards", style="dim"
    )
    yield Text(f"rules: {', '.join(blueprint.policies) or 'none'}", style="dim")
    if blueprint.parts:
        yield Text(f"made of: {', '.join(blueprint.parts)}", style="dim")
    if goal.setup:
        yield Rule("different in the world", align="left", style="dim")
        yield from map(_change, goal.setup)
    yield Rule("gold path", align="left", style="dim")
    table = Table(box=None, show_header=False)
    for number, action in enumerate(goal.actions):
        table.add_row(str(number), Text(action.tool, style="bold"), Text(json_text(action.arguments)))
    yield table
    wanted = [f"must be told: {text}" for text in goal.outputs]
    wanted += [f"must hold: {check.name} {json_text(check.arguments)} = {check.expected}" for check in goal.checks]
    wanted += [f"must be called: {call.tool} {json_text(call.arguments)}" for call in goal.calls]
    if wanted:
        yield Rule("in the end", align="left", style="dim")
        yield Text("\n".join(wanted))


def _change(change: Change) -> Text:
    place = ".".join(filter(None, [change.table, change.key, change.field]))
    return Text(f"{place}: {_cut(change.before)} -> {_cut(change.after)}")


def _cut(value: object) -> str:
    text = json_text(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
