"""Views: what one agent had been told and shown at any event, and nothing else; what its prompt would have been."""

from collections.abc import Iterator, Sequence

from domain.agents import ASSISTANT, USER
from events.conversation import ConversationStarted
from events.log import Recorded
from events.subagents import SubagentStarted
from projections.contents import Contents
from projections.errors import NoSuchPlace
from projections.transcript import Message, agent_prompt, system_prompt, transcript


def agents(records: Sequence[Recorded]) -> list[str]:
    """Paths of all who take part in a conversation, in the order of their first event."""
    return list(dict.fromkeys([USER, ASSISTANT, *(record.event.agent for record in records if isinstance(record.event, SubagentStarted))]))


def view(contents: Contents, records: Sequence[Recorded], agent: str, event: int | None = None) -> list[Message]:
    """The messages that an agent had before it, its instructions first; of the user, what was said to it and by it.

    Args:
        records: Of a whole conversation.
        event: After so many events; None for all.

    Raises:
        NoSuchPlace: Nobody of that path takes part, or not yet, or there is no such event.
    """
    event = len(records) if event is None else event
    if not 0 <= event <= len(records):
        raise NoSuchPlace(f"{records[0].stream} has no event {event}; it has 1 to {len(records)}, and 0 is before the first")
    seen = records[:event]
    if agent not in agents(seen):
        raise NoSuchPlace(f"{agent!r} takes no part in {records[0].stream} up to event {event}; there are {', '.join(agents(seen))}")
    return [*_told(contents, records, agent), *(line.message for line in transcript(seen, agent))]


def view_lines(contents: Contents, records: Sequence[Recorded], agent: str, event: int) -> Iterator[tuple[int, str]]:
    """(position, text) of all that an agent had been told and shown by others after so many events; its instructions stand at 0.

    Raises:
        NoSuchPlace: See ``view``.
    """
    view(contents, records, agent, event)
    yield from ((0, message.content) for message in _told(contents, records, agent))
    for line in transcript(records[:event], agent):
        if line.message.role != "assistant":
            yield line.first, line.message.content


def _told(contents: Contents, records: Sequence[Recorded], agent: str) -> list[Message]:
    started = records[0].event
    assert isinstance(started, ConversationStarted)
    if agent == USER:
        return []  # its goal and persona are its own; `worldloom show` tells them
    begun = next((one.event for one in records if isinstance(one.event, SubagentStarted) and one.event.agent == agent), None)
    prompt = agent_prompt(contents, started, begun) if begun else system_prompt(contents, started)
    return [Message(role="system", content=prompt)]
