"""Where the user's turns begin: with what they say, or with what they do themselves before they say it."""

from collections.abc import Iterable

from domain.agents import USER
from events.conversation import UserSpoke
from events.log import Recorded
from events.tools import ToolCalled


def beginnings(records: Iterable[Recorded]) -> list[int]:
    """Positions at which the user's turns begin, in order."""
    found: list[int] = []
    acts = False
    for record in records:
        match record.event:
            case ToolCalled(agent=agent) if agent == USER and not acts:
                found.append(record.position)
                acts = True
            case UserSpoke():
                found += [] if acts else [record.position]
                acts = False
    return found
