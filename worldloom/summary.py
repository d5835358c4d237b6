"""A run summed up: how many conversations came out how, and what failed, by party and reason."""

from collections.abc import Iterator
from pathlib import Path

from rich.table import Table

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


def failures(view: RunView, path: Path) -> Iterator[str]:
    """What failed, a line for each kind, and what can be done next; nothing where nothing did.

    Lines and no table: what a terminal is too narrow for must not be cut, since names are to be copied.
    """
    ranked = Tally.of(view.ends()).ranked()
    if not ranked:
        return
    yield "what failed, and whose fault it was:"
    width = max(len(failure.party) for failure, _ in ranked)
    for failure, seen in ranked:
        often = str(seen.times) if seen.times == seen.conversations else f"{seen.times}, in {seen.conversations} of the conversations"
        yield f"  {failure.party:{width}}  {failure.what}: {often}, such as {seen.stream}: {cut(' '.join(seen.reason.split()), _LONGEST)}"
    yield f"look at one: worldloom show {ranked[0][1].stream} --out {path}"
    again = len(view.again())
    if again:
        yield f"{again} abandoned; the same generate command tries {'it' if again == 1 else 'them'} again"


def spent(tally: Tally) -> str:
    """Tokens and dollars in words; empty where no model was paid for."""
    if not tally.prompt_tokens + tally.completion_tokens and not tally.cost_usd:
        return ""
    cost = f", ${tally.cost_usd:,.2f}" if tally.cost_usd else ""
    return f"{tally.prompt_tokens:,} + {tally.completion_tokens:,} tokens{cost}"
