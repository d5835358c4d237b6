"""Costs in words: a table, and what an accepted conversation and a kept row come to."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from actors.gateway.cache import REPLIES, paid_nano
from actors.judges import JUDGES_REPLIES
from projections.costs import Bill, Costs
from projections.folder import RunFolder
from projections.records.files import PARQUET, accepted_rows


def costs_table(costs: Costs) -> Table:
    """A line for each agent and model, and one for all."""
    table = Table()
    table.add_column("setting, agent and model", no_wrap=True)
    for number in ("replies", "rejected", "tokens in", "out", "US dollars"):
        table.add_column(number, justify="right")
    table.add_column("went wrong on the way")
    for (setting, agent, model), bill in sorted(costs.by_payer.items()):
        table.add_row(f"{setting} {agent}\n  {model}", *_cells(bill))
    table.add_row("all", *_cells(costs.total), style="bold")
    return table


def costs_of(folder: RunFolder, costs: Costs) -> Iterator[RenderableType]:
    """What a run comes to, its unused replies included."""
    paid = paid_nano(folder.path / REPLIES) + paid_nano(folder.path / JUDGES_REPLIES)
    return costs_lines(costs, accepted_rows(folder.dataset / PARQUET), paid - costs.total.nano_usd)


def costs_lines(costs: Costs, rows: int, unused_nano: int = 0) -> Iterator[RenderableType]:
    """What it comes to.

    Args:
        rows: Of the data set, those of accepted conversations.
        unused_nano: Paid for replies that no conversation took.
    """
    total = costs.total
    each = f", ${total.usd / costs.accepted:,.4f} for each accepted conversation" if costs.accepted else ""
    row = f", ${total.usd / rows:,.4f} for each row of theirs" if rows else ""
    tokens = f"{total.prompt_tokens:,} + {total.completion_tokens:,} tokens in {total.replies:,} replies"
    yield Text(f"cost: ${total.usd:,.2f}{each}{row}; {tokens}")
    if total.unpriced:
        yield Text(f"the price of {total.unpriced:,} replies is not known and counts as 0; `price` in the --models file sets it")
    if unused_nano > 0:
        yield Text(f"besides, ${unused_nano / 1e9:,.4f} for replies that no conversation took: they are kept, and not paid for again")
    if total.rejected:
        yield Text(f"{total.rejected:,} replies could not be acted on, and were asked for again")
    if total.incidents:
        yield Text("on the way: " + ", ".join(f"{count:,} {kind}" for kind, count in sorted(total.incidents.items())))


def _cells(bill: Bill) -> tuple[str, ...]:
    wrong = ", ".join(f"{count} {kind}" for kind, count in sorted(bill.incidents.items()))
    numbers = (bill.replies, bill.rejected, bill.prompt_tokens, bill.completion_tokens)
    return (*(f"{number:,}" for number in numbers), f"{bill.usd:,.4f}", wrong)
