"""How many blueprints come through verification, stage by stage, as a table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import get_args

from rich.table import Table

from actors.verifying import Verified
from events.blueprints import Stage

_PUBLISHED = {"without": "28 %", "with": "70 %"}
"""Of APIGen-MT (arXiv 2504.03601), over all stages; it prints none for each."""


def stages(found: Iterable[Verified]) -> Table:
    """How many each stage stopped, and for which reasons."""
    found = list(found)
    table = Table("stage", "stopped", "reasons", title=f"{sum(one.stage is None for one in found)} of {len(found)} blueprints pass")
    for stage in get_args(Stage):
        stopped = [one for one in found if one.stage == stage]
        codes = Counter(code for one in stopped for code in dict.fromkeys(reason.code for reason in one.reasons))
        if stopped:
            table.add_row(stage, str(len(stopped)), ", ".join(f"{code} {many}" for code, many in codes.most_common()))
    return table


def yields(rounds: Sequence[Sequence[Verified]]) -> Table:
    """
    Yield with and without reflection, and what stopped the others.

    Args:
        rounds: Of each blueprint, what its rounds came to.
    """
    first, last = [tried[0] for tried in rounds], [tried[-1] for tried in rounds]
    title = f"{len(rounds)} blueprints, {max(map(len, rounds), default=0)} rounds at the most"
    table = Table("stopped at", "without reflection", "with reflection", title=title)
    for stage in get_args(Stage):
        counts = [sum(one.stage == stage for one in some) for some in (first, last)]
        if any(counts):
            table.add_row(stage, *(_share(count, len(rounds)) for count in counts))
    table.add_row("passed", *(_share(sum(one.stage is None for one in some), len(rounds)) for some in (first, last)), end_section=True)
    table.add_row("APIGen-MT, passed", _PUBLISHED["without"], _PUBLISHED["with"])
    return table


def _share(count: int, of: int) -> str:
    return f"{count} ({count / of:.1%})" if of else "0"
