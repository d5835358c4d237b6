"""The report of imported transcripts, as tables and lines."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from projections.imports import Agreement, Divergence
from worldloom.show import cut

_LONGEST = 160
_THEIRS = {
    None: "",
    True: "; the benchmark's own code gives what was recorded",
    False: "; nor does the benchmark's own code give what was recorded",
}
_MOST = 50
"""Lines of a kind; ``--json`` has all."""


def tables(found: Agreement) -> Iterator[RenderableType]:
    """Counts, agreement with the benchmark's own re-run, rewards beside verdicts, oddities, and each difference."""
    yield _counts(found)
    if any(theirs != "unknown" for _, theirs in (*found.against, *found.verdicts)):
        yield _pairs("against the benchmark's own re-run", ("what", "ours", "theirs", "number"), found)
    rewards = Table("published reward", "our verdict", "conversations", title="reward and verdict")
    for (reward, verdict), number in sorted(found.rewards.items()):
        rewards.add_row(reward, verdict, str(number))
    yield rewards
    if found.oddities:
        odd = Table("oddity", "messages", title="kept as they were")
        for code, number in found.oddities.most_common():
            odd.add_row(code, str(number))
        yield odd
    yield from _lines("verdict on the state not the benchmark's", [f"{stream}: {what}" for stream, what in found.disputed])
    yield from _lines("reward 1, but the calls did not lead there", found.unearned)
    yield from _lines("calls that differ", [_line(each) for each in found.divergences])


def _counts(found: Agreement) -> Table:
    table = Table("what", "number", title="imported")
    rows = [
        ("conversations", found.conversations),
        ("events", found.events),
        ("tool calls", found.calls),
        ("  equal to what was recorded", found.equal),
        *((f"  differing: {cause}", number) for cause, number in sorted(found.causes.items())),
        *((f"  live: {why}", number) for why, number in sorted(found.live.items())),
        *((f"  never executed: {tool or '(no name)'}", number) for tool, number in sorted(found.never.items())),
    ]
    for what, number in rows:
        table.add_row(what, str(number))
    return table


def _pairs(title: str, columns: tuple[str, ...], found: Agreement) -> Table:
    table = Table(*columns, title=title)
    for what, pairs in (("call", found.against), ("verdict", found.verdicts)):
        for (ours, theirs), number in sorted(pairs.items()):
            table.add_row(what, ours, theirs, str(number))
    return table


def _lines(title: str, lines: list[str]) -> Iterator[Text]:
    if not lines:
        return
    yield Text(f"{title} ({len(lines)}):")
    for line in lines[:_MOST]:
        yield Text(f"  {line}")
    if len(lines) > _MOST:
        yield Text(f"  ... and {len(lines) - _MOST} more; --json has all")


def _line(one: Divergence) -> str:
    known = _THEIRS[one.theirs]
    recorded, ours = cut(one.recorded, _LONGEST), cut(one.recomputed, _LONGEST)
    return f"{one.stream} event {one.event} {one.tool} ({one.cause}, {one.path}): recorded {recorded}, here {ours}{known}"
