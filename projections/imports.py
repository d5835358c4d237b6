"""How imported transcripts agree: call by call with what was recorded, and verdict by verdict with what was published."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from events.base import Event
from events.imports import ToolDiverged, ToolWasLive, TranscriptImported
from events.log import Log
from events.run import ConversationFinished
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.many import over, unwatched
from projections.runs import RunView
from projections.transcript import observation_text

NEVER_EXECUTED = "never-executed"
UNEARNED = "unearned-reward"
_DIFFERS, _UNJUDGED = "state-differs", ("not-judged", "gold-faulted")


class Divergence(NamedTuple):
    """One call that came out otherwise than was recorded."""

    stream: str
    event: int
    """Of the outcome, in the stream."""
    tool: str
    cause: str
    path: str
    recorded: str
    recomputed: str
    theirs: bool | None
    """Whether the benchmark's own code gave what was recorded; None where that is not known."""


@dataclass
class Agreement:
    """Sums over transcripts."""

    conversations: int = 0
    events: int = 0
    calls: int = 0
    equal: int = 0
    """Calls that gave what was recorded."""
    live: Counter[str] = field(default_factory=Counter)
    """Why a call was not run again -> calls."""
    never: Counter[str] = field(default_factory=Counter)
    """Tool -> calls that the transcripts hold no result of."""
    divergences: list[Divergence] = field(default_factory=list)
    against: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(ours, the benchmark's own re-run) -> calls, each ``equal``, ``differs``, ``unknown``."""
    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(our verdict on the state, the benchmark's) -> conversations, each ``match``, ``differs``, ``unknown``."""
    disputed: list[tuple[str, str]] = field(default_factory=list)
    """(stream, what is said of it) where the two verdicts on the state differ, though all calls were run again and are equal."""
    rewards: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(published reward, our verdict) -> conversations."""
    unearned: list[str] = field(default_factory=list)
    """Streams with a published reward of 1 whose calls did not lead to the state that it is given for."""
    oddities: Counter[str] = field(default_factory=Counter)
    """Code -> messages."""

    def take(self, other: "Agreement") -> None:
        """Take in other transcripts."""
        for name, value in vars(other).items():
            mine = getattr(self, name)
            if isinstance(value, Counter):
                mine.update(value)
            else:
                setattr(self, name, mine + value)

    @property
    def causes(self) -> Counter[str]:
        """Cause -> calls."""
        return Counter(each.cause for each in self.divergences)

    def document(self) -> dict[str, Any]:
        """All of it as JSON."""
        pairs = ("against", "verdicts", "rewards")
        told = {name: value for name, value in vars(self).items() if name not in (*pairs, "divergences")}
        return {
            **told,
            "causes": self.causes,
            **{name: {"/".join(pair): number for pair, number in sorted(getattr(self, name).items())} for name in pairs},
            "divergences": [each._asdict() for each in self.divergences],
        }


def agreement(log: Log, run: RunView, folder: Path | None = None) -> Agreement:
    """How the transcripts of a run of imports agree; other conversations count for nothing.

    Args:
        folder: Of the run, so that other processes can help.

    Raises:
        CorruptLog: A stream is damaged.
    """
    found = Agreement()
    ends = [run.finished[stream] for stream in sorted(run.finished)]
    for part in over(ends, _agreement, Contents(log), folder, unwatched):
        found.take(part)
    return found


def _agreement(contents: Contents, ends: Sequence[ConversationFinished]) -> Agreement:
    found = Agreement()
    for end in ends:
        _add(found, contents.store, end)
    return found


class _Stream:
    """What one imported stream says of its calls."""

    def __init__(self, log: Log, name: str) -> None:
        self.imported: TranscriptImported | None = None
        self.calls: dict[str, ToolCalled] = {}
        self.odd: dict[str, str] = {}
        """Call -> why it is not equal: a reason, ``differs`` or ``never-executed``."""
        self.live: Counter[str] = Counter()
        self.diverged: list[tuple[int, ToolDiverged, str]] = []
        """(event of the outcome, what differs, what was recorded)."""
        differs: ToolDiverged | None = None
        for record in log.read(name):
            if differs is not None:
                self.diverged.append((record.position, differs, _seen(record.event)))
            differs = record.event if isinstance(record.event, ToolDiverged) else None
            self._take(record.event)

    def _take(self, event: Event) -> None:
        match event:
            case TranscriptImported():
                self.imported = event
            case ToolCalled():
                self.calls[event.call_id] = event
            case ToolWasLive():
                self.odd[event.call_id] = event.why
                self.live[event.why] += 1
            case ToolDiverged():
                self.odd[event.call_id] = "differs"
            case ToolFaulted(kind=kind) if kind == NEVER_EXECUTED:
                self.odd[event.call_id] = kind

    @property
    def never(self) -> Counter[str]:
        """Tool -> calls without a result."""
        return Counter(self.calls[call_id].tool for call_id, why in self.odd.items() if why == NEVER_EXECUTED)


def _add(found: Agreement, log: Log, end: ConversationFinished) -> None:
    stream = _Stream(log, end.stream)
    imported, calls, odd = stream.imported, stream.calls, stream.odd
    if imported is None:
        return
    found.conversations, found.events = found.conversations + 1, found.events + end.events
    found.calls, found.equal = found.calls + len(calls), found.equal + len(calls) - len(odd)
    found.live.update(stream.live)
    found.never.update(stream.never)
    theirs = dict(zip(calls, _theirs(imported, len(calls)), strict=True))
    for call_id, other in theirs.items():
        ours = odd.get(call_id, "equal")
        found.against[ours if ours in ("equal", "differs") else "unknown", other] += 1
    for position, event, recorded in stream.diverged:
        about = (calls[event.call_id].tool, event.cause, event.path, recorded, event.recomputed)
        known = {"equal": True, "differs": False}.get(theirs[event.call_id])
        found.divergences.append(Divergence(end.stream, position, *about, known))
    found.oddities.update(oddity.code for oddity in imported.oddities)
    _add_verdict(found, imported, end, all_equal=not odd)


def _seen(event: Event) -> str:
    return observation_text(event) if isinstance(event, ToolAnswered | ToolRefused | ToolFaulted) else ""


def _theirs(imported: TranscriptImported, calls: int) -> Iterator[str]:
    replayed = imported.replayed
    for number in range(calls):
        if replayed is None or number in replayed.unknown:
            yield "unknown"
        else:
            yield "differs" if number in replayed.differing else "equal"


def _add_verdict(found: Agreement, imported: TranscriptImported, end: ConversationFinished, *, all_equal: bool) -> None:
    unjudged = any(finding.startswith(_UNJUDGED) for finding in end.findings)
    differs = any(finding.startswith(_DIFFERS) for finding in end.findings)
    ours = "differs" if differs else "unknown" if unjudged else "match"
    state = imported.replayed.state_equal if imported.replayed else None
    other = "unknown" if state is None else "match" if state else "differs"
    found.verdicts[ours, other] += 1
    if "unknown" not in (ours, other) and ours != other:
        calls = "all calls equal" if all_equal else "not all calls equal"
        found.disputed.append((end.stream, f"{imported.key}: {ours} here, {other} there, {calls}"))
    reward = "none" if imported.reward is None else f"{imported.reward:g}"
    found.rewards[reward, "accepted" if end.accepted else "not judged" if unjudged else "not accepted"] += 1
    if UNEARNED in end.findings:
        found.unearned.append(end.stream)
