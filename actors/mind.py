"""What a role thinks with: a model, or rules that stand in for one.

A mind sees only what its role can see, event by event, and then says what it wants. ``reply`` is a function of
what was observed and of nothing else: a mind that is made anew and shown the same events gives the same reply.
That is what makes a conversation resumable and forkable at every event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.conversation import Wanted
from domain.judgement import Judgement
from events.base import Event
from events.conversation import Usage
from events.judgement import FlawPlanted
from projections.case import Case


@dataclass(frozen=True)
class Say:
    """Say something; with ``done``, a reason such as ``user-done``, the conversation is over with it."""

    content: str
    reasoning: str | None = None
    done: str | None = None
    flaw: FlawPlanted | None = None
    """What is wrong with it on purpose."""


@dataclass(frozen=True)
class UseTools:
    """Ask for tools."""

    calls: tuple[Wanted, ...]
    content: str | None = None
    reasoning: str | None = None
    flaw: FlawPlanted | None = None


Reply = Say | UseTools


class Mind(Protocol):
    """One role's thinking in one conversation."""

    model: str
    """As models are named, such as ``offline/assistant``."""

    def observe(self, event: Event) -> None:
        """Take in one event that the role can see: its own words and calls, what was said to it, what it observed."""

    async def reply(self) -> Reply:
        """What the role wants to do now; changes nothing."""

    @property
    def request(self) -> str | None:
        """Digest of all that the model was shown for the last reply; None for rules, which are shown no prompt."""

    @property
    def usage(self) -> Usage | None:
        """What the last reply took; None where nothing was paid for."""


@dataclass(frozen=True)
class Opinion:
    """A judge's answer, and what it took."""

    judgement: Judgement | None
    """None where the answer was no judgement."""
    objections: tuple[str, ...] = ()
    """Why it was none."""
    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None
    raw: str | None = None
    """The answer as it came, where it was none."""


class JudgeMind(Protocol):
    """Somebody who has an opinion on a conversation that has ended."""

    model: str

    async def judge(self, case: Case, rejected: Sequence[str] = ()) -> Opinion:
        """Score a conversation.

        Args:
            rejected: What was wrong with the answers to the same case so far, oldest first.
        """
