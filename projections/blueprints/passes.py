"""How reliably blueprints are held: pass@k and pass^k over several attempts at each, by their unbiased estimators.

pass@k: that of k attempts at a blueprint one at least is accepted (Chen et al. 2021, "Evaluating Large Language Models Trained
on Code"); pass^k: that all k are (Yao et al. 2024, "tau-bench").
"""

from collections.abc import Iterable, Sequence
from math import comb
from typing import NamedTuple

from projections.errors import RecordError
from projections.runs import RunView


class Passes(NamedTuple):
    """One k."""

    k: int
    any_of: float
    """pass@k."""
    all_of: float
    """pass^k."""
    blueprints: int
    """With k attempts that came to an end, at least; the others say nothing of this k."""


def any_of(attempts: int, accepted: int, k: int) -> float:
    """pass@k of one blueprint, for k up to its attempts."""
    return 1 - comb(attempts - accepted, k) / comb(attempts, k)


def all_of(attempts: int, accepted: int, k: int) -> float:
    """pass^k of one blueprint, for k up to its attempts."""
    return comb(accepted, k) / comb(attempts, k)


def passes(tries: Iterable[Sequence[bool]]) -> list[Passes]:
    """
    pass@k and pass^k for each k up to the most attempts there are.

    Args:
        tries: For each blueprint, whether each of its attempts that came to an end was accepted.
    """
    counted = [(len(attempts), sum(attempts)) for attempts in tries if attempts]
    found = []
    for k in range(1, max((attempts for attempts, _ in counted), default=0) + 1):
        enough = [one for one in counted if one[0] >= k]
        any_share, all_share = (sum(measure(*one, k) for one in enough) / len(enough) for measure in (any_of, all_of))
        found.append(Passes(k, any_share, all_share, len(enough)))
    return found


def tries_of(run: RunView) -> list[list[bool]]:
    """For each blueprint of a run that holds some, whether each of its attempts that came to an end was accepted.

    Raises:
        RecordError: The run holds none.
    """
    held = run.started.settings.get("blueprints")
    counts = held.get("counts") if isinstance(held, dict) else None
    if not isinstance(counts, dict):
        raise RecordError(f"{run.started.run} holds no blueprints; make one that does with `worldloom generate --blueprints FILE`")
    total = sum(int(str(count)) for count in counts.values())
    found: list[list[bool]] = [[] for _ in range(total)]
    for stream, end in run.finished.items():
        found[int(stream.rpartition("/")[2]) % total].append(end.accepted)
    return found
