"""What a role thinks with: a model, or rules that stand in for one.

A mind sees only what its role can see, event by event, and then says what it wants. ``reply`` is a function of
what was observed and of nothing else: a mind that is made anew and shown the same events gives the same reply.
That is what makes a conversation resumable and forkable at every event.
"""

from dataclasses import dataclass
from typing import Protocol

from domain.conversation import Wanted
from domain.errors import SettingError
from events.base import Event
from events.conversation import Usage
from events.errors import EventsError


class MindLost(Exception):
    """The mind cannot be reached: nothing was decided, so nothing is recorded, and asked again it may well reply."""


class MindBroke(Exception):
    """The mind was reached and could not reply; how is a fact, and the text says it."""


@dataclass(frozen=True)
class Say:
    """Say something; with ``done``, a reason such as ``user-done``, the conversation is over with it."""

    content: str
    reasoning: str | None = None
    done: str | None = None


@dataclass(frozen=True)
class UseTools:
    """Ask for tools."""

    calls: tuple[Wanted, ...]
    content: str | None = None
    reasoning: str | None = None


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

    @property
    def cost_usd(self) -> float | None:
        """What the last reply cost, in US dollars; recorded, never hashed."""


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
