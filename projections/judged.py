"""Judgements as they stand in a log, beside the conversations that they are about."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from domain.judgement import objections
from events.judgement import BESIDE, Judged, JudgementRejected
from events.log import Recorded
from projections.case import Case


def stream_of(conversation: str) -> str:
    """The stream of a conversation's judgements."""
    return BESIDE + conversation


def conversation_of(stream: str) -> str:
    """The conversation that a stream of judgements is about; any other stream itself."""
    return stream.removeprefix(BESIDE)


def is_judged(stream: str) -> bool:
    """Whether a stream is one of judgements."""
    return stream.startswith(BESIDE)


_NANO = 10**9


class Spent(NamedTuple):
    """What judging took."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    nano_usd: int = 0
    """Billionths of a US dollar, so that sums are exact."""
    rejected: int = 0
    """Answers that were no judgement."""
    incidents: tuple[tuple[str, int], ...] = ()
    """What went wrong on the way to answers, by kind, sorted."""

    @property
    def cost_usd(self) -> float:
        """US dollars."""
        return self.nano_usd / _NANO

    def plus(self, other: "Spent") -> "Spent":
        """Both together."""
        return Spent(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.nano_usd + other.nano_usd,
            self.rejected + other.rejected,
            tuple(sorted((Counter(dict(self.incidents)) + Counter(dict(other.incidents))).items())),
        )


def spent(records: Iterable[Recorded]) -> Spent:
    """What the judgements of a stream took, rejected ones among them."""
    total = Spent()
    for record in records:
        usage = record.event.usage if isinstance(record.event, Judged | JudgementRejected) else None
        cost = round(record.circumstances.get("cost_usd", 0) * _NANO)
        incidents = tuple(sorted(Counter(record.circumstances.get("incidents", ())).items()))
        tokens = (usage.prompt_tokens, usage.completion_tokens) if usage else (0, 0)
        total = total.plus(Spent(*tokens, cost, int(isinstance(record.event, JudgementRejected)), incidents))
    return total


def judgements(records: Iterable[Recorded]) -> dict[str, Judged]:
    """Judge -> its last judgement, sorted by judge."""
    found = {record.event.judge: record.event for record in records if isinstance(record.event, Judged)}
    return dict(sorted(found.items()))


def faults(records: Sequence[Recorded], case: Case) -> Iterator[tuple[int, str]]:
    """(position, what is wrong) for each judgement that is not about the conversation as it stands, or names what is not there."""
    for record in records:
        event = record.event
        if isinstance(event, JudgementRejected):
            if event.conversation != case.conversation:
                yield record.position, f"it is about {event.conversation!r}, not {case.conversation!r}"
            continue
        if not isinstance(event, Judged):
            yield record.position, f"is {event.TOPIC}, which has no place among judgements"
            continue
        if event.conversation != case.conversation:
            yield record.position, f"it judges {event.conversation!r}, not {case.conversation!r}"
        elif (event.digest, event.events) != (case.digest, case.events):
            yield record.position, f"it judges a conversation with digest {event.digest[:12]}, but that has {case.digest[:12]}"
        else:
            yield from ((record.position, f"{event.judge}: {what}") for what in objections(event, case.axes, case.turns))


def scores(judged: Mapping[str, Judged]) -> dict[str, dict[str, int]]:
    """Judge -> axis -> score."""
    return {judge: {score.axis: score.score for score in event.axes} for judge, event in judged.items()}
