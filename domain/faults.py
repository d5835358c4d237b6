"""Faults: tools that do not answer, answer rubbish or answer with what was true before, at configured rates.

They come from the conversation's seed and the call's id alone, so that equal settings break equal calls. A fault leaves
the world as it is; only ``stale`` lets a tool answer, from the world before the last change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from domain.rates import check_rates, kind_at
from domain.world import World
from events.base import Event
from events.tools import Change, ToolAnswered

STALE = "stale"
_REASONS = {
    "timeout": ("No answer came within 30 seconds; the call was called off, and nothing was changed.",),
    "rate-limit": ("Too many calls at once (429); nothing was changed. Try again in a moment.",),
    "garbage": (
        "The answer cannot be read, and nothing was changed: <html><head><title>502 Bad Gateway</title></head><body>",
        'The answer cannot be read, and nothing was changed: {"status": "ok", "data": {"id": "\\u00',
        "The answer cannot be read, and nothing was changed: \ufffd\ufffd\x1f\ufffd\x08\ufffd",
        "The answer is empty, and nothing was changed.",
    ),
    "partial": ("The tool failed half way and took back what it had done: the effect did not happen.",),
}
KINDS = (*_REASONS, STALE)
"""Of every call: ``timeout``, ``rate-limit``, ``garbage``; of those that may write: ``partial``; of those that may not: ``stale``."""


@dataclass(frozen=True)
class Faults:
    """How often tools fail: kind -> share of the calls that reach a tool of the sort that can fail so."""

    rates: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """
        Check kinds and rates.

        Raises:
            SettingError: There is no such kind, or a rate is not one.
        """
        check_rates("faults", self.rates, KINDS)

    def draw(self, seed: int, call_id: str, *, writes: bool) -> str | None:
        """The fault that meets a call; None for most."""
        if not self.rates:
            return None
        kind = kind_at(self.rates, KINDS, Random(f"{seed}/fault/{call_id}").random())
        return None if kind == (STALE if writes else "partial") else kind


NO_FAULTS = Faults()


def wording(kind: str, seed: int, call_id: str) -> str:
    """What the agent sees of a fault."""
    ways = _REASONS[kind]
    return ways[int(Random(f"{seed}/wording/{call_id}").random() * len(ways))]


def before_last_change(world: World, history: Sequence[Event]) -> tuple[World, str] | None:
    """The world as it was before the last change, and the call that made it; None where nothing has changed."""
    for event in reversed(history):
        if isinstance(event, ToolAnswered) and event.changes:
            return world.with_changes([_undo(change) for change in reversed(event.changes)]), event.call_id
    return None


def _undo(change: Change) -> Change:
    absent = {"before": "after", "after": "before"}.get(change.absent or "")
    return Change(table=change.table, key=change.key, field=change.field, before=change.after, after=change.before, absent=absent)
