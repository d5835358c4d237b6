"""A run in two tables: how many conversations came out how, and what failed, by party and reason."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import RenderableType
from rich.table import Column, Table
from rich.text import Text

from projections.runs import RunView
from projections.tally import Tally
from worldloom.show import cut

_LONGEST = 120
"""Characters of a reason."""


def settings_table(view: RunView, path: Path) -> Table:
    """A line for each setting."""
    table = Table("setting", "conversations", "accepted", "not accepted", "abandoned", "events", title=f"{view.started.run} in {path}")
    for name in dict.fromkeys(stream.rpartition("/")[0] for stream in view.scheduled):
        tally = Tally.of(end for end in view.ends() if end.stream.startswith(f"{name}/"))
        numbers = (tally.finished, tally.accepted, tally.finished - tally.accepted, tally.abandoned, tally.events)
        table.add_row(name, *map(str, numbers))
    return table


def failures(view: RunView, path: Path) -> Iterator[RenderableType]:
    """What failed, and what is to be done about it; nothing where nothing did."""
    ranked = Tally.of(view.ends()).ranked()
    if not ranked:
        return
    table = Table("what failed", "whose fault", "reason", "how often", Column(Text(f"worldloom show ... --out {path}")))
    for failure, seen in ranked:
        often = str(seen.times) if seen.times == seen.conversations else f"{seen.times} in {seen.conversations}"
        table.add_row(failure.what, failure.party, Text(cut(" ".join(seen.reason.split()), _LONGEST)), often, seen.stream)
    yield table
    again = len(view.again())
    if again:
        yield f"{again} abandoned; the same generate command tries {'it' if again == 1 else 'them'} again"


def spent(tally: Tally) -> str:
    """Tokens and dollars in words; empty where no model was paid for."""
    if not tally.prompt_tokens + tally.completion_tokens and not tally.cost_usd:
        return ""
    cost = f", ${tally.cost_usd:,.2f}" if tally.cost_usd else ""
    return f"{tally.prompt_tokens:,} + {tally.completion_tokens:,} tokens{cost}"
