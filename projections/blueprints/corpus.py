"""What conversations of a run are like in numbers: calls, turns and lengths, as other corpora tell of themselves."""

import re
from collections.abc import Sequence
from statistics import fmean, median
from typing import NamedTuple

from domain.agents import ASSISTANT, USER
from events.base import Event
from events.conversation import AssistantSpoke, UserSpoke
from events.forks import whole
from events.run import ConversationFinished
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.many import over, unwatched

_TOKEN = re.compile(r"\w+|[^\w\s]")


class Lengths(NamedTuple):
    """One conversation."""

    calls: int
    """Of tools, by all agents."""
    turns: int
    """Of the user."""
    messages: int
    """What user and assistant said, calls, and what they showed."""
    tokens: tuple[int, ...]
    """Words and marks of each turn of the user; a model's tokens are about as many or a few more."""


class Profile(NamedTuple):
    """A corpus."""

    conversations: int
    calls: float
    """Mean."""
    turns: float
    """Mean."""
    fewest_turns: int
    most_turns: int
    fewest_messages: int
    median_messages: float
    most_messages: int
    median_tokens: float
    """Of a turn of the user."""
    success: float
    """Share of conversations that were accepted, of all that were held."""


APIGEN_MT = Profile(5000, 7, 6, 1, 29, 3, 18, 56, 28, 0.67)
"""As APIGen-MT tells of its corpus (arXiv 2504.03601, and the released 5,000 conversations)."""


def lengths(history: Sequence[Event]) -> Lengths:
    """Of one conversation."""
    said = [event for event in history if isinstance(event, UserSpoke)]
    answers = sum(isinstance(event, AssistantSpoke) and event.agent == ASSISTANT for event in history)
    calls = sum(isinstance(event, ToolCalled) for event in history)
    shown = sum(isinstance(event, ToolAnswered | ToolRefused | ToolFaulted) for event in history)
    tokens = tuple(len(_TOKEN.findall(event.content)) for event in said if event.agent == USER)
    return Lengths(calls, len(said), len(said) + answers + calls + shown, tokens)


def profile(found: Sequence[Lengths], held: int) -> Profile | None:
    """
    Of these conversations together; None where there are none.

    Args:
        found: Those that were accepted.
        held: How many were held to get them.
    """
    if not found:
        return None
    turns, messages = [one.turns for one in found], [one.messages for one in found]
    return Profile(
        len(found),
        fmean(one.calls for one in found),
        fmean(turns),
        min(turns),
        max(turns),
        min(messages),
        median(messages),
        max(messages),
        median([tokens for one in found for tokens in one.tokens] or [0]),
        len(found) / held,
    )


def lengths_of(contents: Contents, ends: Sequence[ConversationFinished]) -> list[Lengths]:
    """Of finished conversations, read from their log."""
    return [lengths([record.event for record in whole(contents.store, end.stream)]) for end in ends]


def profile_of(contents: Contents, ends: Sequence[ConversationFinished], held: int) -> Profile | None:
    """Of the conversations of a run; see ``profile``."""
    return profile([one for some in over(ends, lengths_of, contents, None, unwatched) for one in some], held)
