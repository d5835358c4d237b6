"""What a run's models took: calls, tokens, money and what went wrong on the way, by agent and model, from the log."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.team import kind_of
from events.conversation import ModelReplied, ReplyRejected
from events.judgement import Judged, JudgementRejected
from events.log import Log, Recorded
from events.tools import ProposalRejected
from projections.judged import stream_of
from projections.runs import RunView, read_run

_NANO = 10**9
JUDGE = "judge"
"""For whom judging was paid."""
_REPLIES = ModelReplied | ReplyRejected | Judged | JudgementRejected


class Payer(NamedTuple):
    """For whom a model was asked."""

    setting: str
    agent: str
    model: str


@dataclass
class Bill:
    """What was taken; money in billionths of a US dollar, so that sums are exact."""

    replies: int = 0
    """Those that were rejected among them; of simulated tools, each proposal."""
    rejected: int = 0
    """Those of which nothing came: of simulated tools, proposals that could not be true."""
    unpriced: int = 0
    """Replies whose price is not known; they count for nothing."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    nano_usd: int = 0
    latency_s: float = 0.0
    incidents: Counter[str] = field(default_factory=Counter)

    @property
    def usd(self) -> float:
        """US dollars."""
        return self.nano_usd / _NANO

    def add(self, record: Recorded) -> None:
        """One reply."""
        event, beside = record.event, record.circumstances
        assert isinstance(event, _REPLIES)
        self.replies += 1
        self.rejected += isinstance(event, ReplyRejected | JudgementRejected)
        if event.usage is not None:
            self.prompt_tokens += event.usage.prompt_tokens
            self.completion_tokens += event.usage.completion_tokens
            self.unpriced += not {"cost_usd", "recorded"} & beside.keys()
        self.nano_usd += round(beside.get("cost_usd", 0) * _NANO)
        self.latency_s += beside.get("latency_s", 0)
        self.incidents.update(beside.get("incidents", ()))

    def plus(self, other: "Bill") -> "Bill":
        """Both together."""
        return Bill(
            self.replies + other.replies,
            self.rejected + other.rejected,
            self.unpriced + other.unpriced,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.nano_usd + other.nano_usd,
            self.latency_s + other.latency_s,
            self.incidents + other.incidents,
        )


@dataclass
class Costs:
    """All bills of a run."""

    by_payer: dict[Payer, Bill] = field(default_factory=dict)
    by_conversation: dict[str, Bill] = field(default_factory=dict)
    """Judging it included."""
    accepted: int = 0
    """Conversations."""

    @property
    def total(self) -> Bill:
        """Of everything, conversations that came to nothing included."""
        whole = Bill()
        for bill in self.by_payer.values():
            whole = whole.plus(bill)
        return whole


def read_costs(log: Log, run: RunView | None = None) -> Costs:
    """Read all conversations that were scheduled, and their judgements.

    Raises:
        RecordError: The log holds no run.
        CorruptLog: A stream is damaged.
    """
    run = run or read_run(log)
    found = Costs(accepted=sum(end.accepted for end in run.finished.values()))
    for stream in run.scheduled:
        _add(found, stream, log.read(stream))
        _add(found, stream, log.read(stream_of(stream)))
    return found


def _add(found: Costs, stream: str, records: Iterable[Recorded]) -> None:
    for record in records:
        event = record.event
        if isinstance(event, _REPLIES):
            who, model = (JUDGE, event.judge) if isinstance(event, Judged | JudgementRejected) else (kind_of(event.agent), event.model)
            payer = Payer(stream.rpartition("/")[0], who, model)
            found.by_payer.setdefault(payer, Bill()).add(record)
            found.by_conversation.setdefault(stream, Bill()).add(record)
        elif isinstance(event, ProposalRejected):
            found.by_payer[Payer(stream.rpartition("/")[0], event.agent, event.model)].rejected += 1
            found.by_conversation[stream].rejected += 1
