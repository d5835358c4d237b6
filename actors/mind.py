"""What a role thinks with: a model, or rules that stand in for one.

A mind sees only what its role can see, event by event, and then says what it wants. ``reply`` is a function of
what was observed and of nothing else: a mind that is made anew and shown the same events gives the same reply.
That is what makes a conversation resumable and forkable at every event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.conversation import Wanted
from domain.errors import SettingError
from domain.judgement import Judgement
from domain.simulated import Asked, Proposal
from events.base import Event
from events.conversation import Usage, UserSlipped
from events.errors import EventsError
from events.judgement import FlawPlanted
from events.tools import Objection
from projections.case import Case


class MindLost(Exception):
    """The mind cannot be reached: nothing was decided, so nothing is recorded, and asked again it may well reply."""


class BudgetSpent(MindLost):
    """The mind is not asked, because it costs more than is left."""


class MindBroke(Exception):
    """The mind was reached and could not reply; how is a fact, and the text says it."""


@dataclass(frozen=True)
class Say:
    """Say something; with ``done``, a reason such as ``user-done``, the conversation is over with it."""

    content: str
    reasoning: str | None = None
    done: str | None = None
    flaw: FlawPlanted | UserSlipped | None = None
    """What is wrong with it on purpose."""


@dataclass(frozen=True)
class UseTools:
    """Ask for tools."""

    calls: tuple[Wanted, ...]
    content: str | None = None
    reasoning: str | None = None
    flaw: FlawPlanted | UserSlipped | None = None


@dataclass(frozen=True)
class Unusable:
    """Something that cannot be acted on; with ``final``, the mind does not try again."""

    raw: str
    """What it was, cut where it is long."""
    characters: int
    """Of the whole."""
    reasons: tuple[str, ...]
    """A code and a sentence each, such as ``empty: there is neither text nor a tool call``."""
    final: bool = False


Usable = Say | UseTools
Reply = Usable | Unusable


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

    @property
    def cost_usd(self) -> float | None:
        """What the last reply cost, in US dollars; recorded, never hashed."""


def beside(mind: "Mind | ToolMind") -> Mapping[str, Any]:
    """What else the last reply is recorded with, such as ``incidents`` on the way to it; nothing for rules. Never hashed."""
    found: Mapping[str, Any] = getattr(mind, "beside", {})
    return found


class Guarded:
    """A mind that fails only where it is asked, and in one of two ways, wherever it runs."""

    def __init__(self, mind: Mind) -> None:
        self.mind = mind
        self._failed: Exception | None = None

    def observe(self, event: Event) -> None:
        """Let it take in one event; where it cannot, its next reply fails."""
        try:
            self.mind.observe(event)
        except Exception as error:
            self._failed = self._failed or error

    async def reply(self) -> Reply:
        """What the role wants to do now.

        Raises:
            MindLost: The machine or the network is at fault.
            MindBroke: The mind is.
            SettingError, EventsError: The whole run is in question.
        """
        try:
            if self._failed is not None:
                raise self._failed
            return await self.mind.reply()
        except (MindLost, MindBroke, SettingError, EventsError):
            raise
        except (OSError, MemoryError) as error:
            raise MindLost(f"{type(error).__name__}: {error}") from error
        except Exception as error:
            raise MindBroke(f"{type(error).__name__}: {error}") from error


class ToolMind(Protocol):
    """What simulated tools are played by. It observes nothing: all that it may know is in the question."""

    model: str
    """As models are named, such as ``offline/tools``."""

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        """How a call might come out; a function of the arguments and of nothing else.

        Args:
            asked: Tool, call, the world as it stands, and what the same call showed before.
            objections: Why each earlier proposal for this call cannot be, oldest first.
        """

    @property
    def request(self) -> str | None:
        """Digest of all that the model was shown for the last proposal; None for rules."""

    @property
    def usage(self) -> Usage | None:
        """What the last proposal took; None where nothing was paid for."""

    @property
    def cost_usd(self) -> float | None:
        """What the last proposal cost, in US dollars; recorded, never hashed."""

    @property
    def reasoning(self) -> str | None:
        """What was thought for the last proposal; None for rules."""


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
    reasoning: str | None = None
    incidents: tuple[str, ...] = ()
    """What went wrong on the way to it; recorded, never hashed."""


class JudgeMind(Protocol):
    """Somebody who has an opinion on a conversation that has ended."""

    model: str

    async def judge(self, case: Case, rejected: Sequence[str] = (), sample: int = 0) -> Opinion:
        """Score a conversation.

        Args:
            rejected: What was wrong with the answers to the same case so far, oldest first.
            sample: How often this judge has judged the same case before: who is asked again is not to be read from a cache.

        Raises:
            MindLost: The machine or the network is at fault.
            MindBroke: The judge was reached and could not answer.
        """
