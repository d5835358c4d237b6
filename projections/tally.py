"""How the conversations of a run came out: counts, and what failed, by party and reason."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from domain.verdict import RECOVERED, SLIPPED
from events.base import Event
from events.run import ConversationAbandoned, ConversationFinished

_WHOLE = ("ended:", "gold-faulted:")
"""Findings that are codes to the last word and name no place; all other findings of the conversation follow from them."""


class Failure(NamedTuple):
    """One kind of failure."""

    what: str
    """``conversation abandoned``, ``conversation not accepted``, or the tool or sub-agent that failed on the way."""
    party: str
    code: str


@dataclass
class Seen:
    """How often a kind of failure was seen, and where."""

    reason: str
    """Of the conversation that ``stream`` names."""
    stream: str
    """The first conversation, by name."""
    times: int = 0
    conversations: int = 0


@dataclass
class Tally:
    """Counts; each conversation is to be added once."""

    finished: int = 0
    accepted: int = 0
    abandoned: int = 0
    events: int = 0
    """Of finished conversations, as the next three."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float = 0.0
    parties: Counter[str] = field(default_factory=Counter)
    """Party at fault -> conversations that were abandoned or not accepted."""
    failures: dict[Failure, Seen] = field(default_factory=dict)

    @classmethod
    def of(cls, ends: Iterable[Event]) -> "Tally":
        """Of these conversations."""
        tally = cls()
        for end in ends:
            tally.add(end)
        return tally

    def add(self, end: Event) -> None:
        """Take in how a conversation came out; other events count for nothing."""
        match end:
            case ConversationFinished():
                self._add_finished(end)
            case ConversationAbandoned():
                self.abandoned += 1
                self.parties[end.fault] += 1
                self._note(Failure("conversation abandoned", end.fault, end.reason.partition(":")[0]), end.reason, end.stream)

    def ranked(self) -> list[tuple[Failure, Seen]]:
        """Failures: conversations before tools and sub-agents, and what is seen more often first."""
        return sorted(self.failures.items(), key=lambda item: (not item[0].what.startswith("conversation "), -item[1].times, item[0]))

    def _add_finished(self, end: ConversationFinished) -> None:
        self.finished += 1
        self.accepted += end.accepted
        self.events += end.events
        self.cost_usd += end.cost_usd
        if end.usage is not None:
            self.prompt_tokens += end.usage.prompt_tokens
            self.completion_tokens += end.usage.completion_tokens
        if not end.accepted:
            party = end.fault or "not recorded"  # by older versions
            self.parties[party] += 1
            for code, finding in reasons(end.findings).items():
                self._note(Failure("conversation not accepted", party, code), finding, end.stream)
        for one in end.incidents:
            what = f"tool {one.who}" if one.party == "tool" else one.who
            self._note(Failure(what, one.party, one.code), one.reason, end.stream, one.count)

    def _note(self, failure: Failure, reason: str, stream: str, times: int = 1) -> None:
        seen = self.failures.setdefault(failure, Seen(reason, stream))
        seen.times += times
        seen.conversations += 1
        if stream < seen.stream:
            seen.reason, seen.stream = reason, stream


def reasons(findings: Sequence[str]) -> dict[str, str]:
    """What findings of one kind have in common -> the first of them."""
    for finding in findings:
        if finding.startswith(_WHOLE):
            return {finding: finding}
    codes = ((finding.partition(":")[0], finding) for finding in reversed(findings))
    return {code: finding for code, finding in codes if code not in (RECOVERED, SLIPPED)}
