"""Validity: whether a conversation is one at all, whatever it came to (the first of AgentScaler's three filters).

Speakers take turns; nobody goes round in circles: the same call again and again, the same message again and again, or one
run of words over and over in what somebody says or thinks (an n-gram loop, the mark of stuck reasoning).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from domain.agents import ASSISTANT, USER
from domain.team import kind_of
from domain.values import canonical
from events.base import Event
from events.conversation import AssistantSpoke, ModelReplied, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolRefused

OUT_OF_TURN, EMPTY, REPEATED_CALL, REPEATED_MESSAGE, LOOP = "out-of-turn", "empty-message", "repeated-call", "repeated-message", "loop"
"""Findings, each with the agent that it is about, or the tool."""
MOST_SAME = 3
"""How often a call may come out the same while nothing changes, or a message be said."""
_FEWEST_WORDS = 6
"""A shorter message, such as a yes, may be said as often as it takes."""
_LONGEST_PERIOD, _ROUNDS, _LOOP_WORDS = 60, 4, 24
"""A loop is a run of at most so many words, so many times in a row at least, and so many words in all."""
_WORD = re.compile(r"\w+")


def invalid(history: Iterable[Event]) -> list[str]:
    """What is wrong with a conversation, as findings such as ``repeated-call:get_order_details``; each once, in order of appearance."""
    events = tuple(history)
    return list(dict.fromkeys([*_out_of_turn(events), *_repeated_calls(events), *_repeated_messages(events), *_loops(events)]))


def loops(text: str) -> bool:
    """Whether a run of words follows itself again and again."""
    words = _WORD.findall(text.lower())
    for period in range(1, min(_LONGEST_PERIOD, len(words) // _ROUNDS) + 1):
        needed = max((_ROUNDS - 1) * period, _LOOP_WORDS - period)
        same = 0
        for place in range(period, len(words)):
            same = same + 1 if words[place] == words[place - period] else 0
            if same >= needed:
                return True
    return False


def at_fault(finding: str) -> str:
    """The agent that a finding is about: ``user`` or ``assistant``."""
    return USER if finding.partition(":")[2] == USER else ASSISTANT


def _out_of_turn(events: Iterable[Event]) -> Iterator[str]:
    last = ""
    for event in events:
        if isinstance(event, UserSpoke | AssistantSpoke):
            if not event.content.strip():
                yield f"{EMPTY}:{kind_of(event.agent)}"
            if event.agent in (USER, ASSISTANT):
                if event.agent == last or (not last and event.agent == ASSISTANT):
                    yield f"{OUT_OF_TURN}:{event.agent}"
                last = event.agent


def _repeated_calls(events: Iterable[Event]) -> Iterator[str]:
    """A tool that breaks may be tried again: only what was answered or refused counts."""
    calls: dict[str, ToolCalled] = {}
    count: Counter[tuple[str, str, bytes, bytes]] = Counter()
    for event in events:
        match event:
            case ToolCalled():
                calls[event.call_id] = event
            case ToolAnswered(changes=changes) if changes:
                count.clear()
            case ToolAnswered() | ToolRefused() if event.call_id in calls:
                called = calls[event.call_id]
                shown = event.observation if isinstance(event, ToolAnswered) else event.code
                what = (kind_of(called.agent), called.tool, canonical(called.arguments), canonical(shown))
                count[what] += 1
                if count[what] > MOST_SAME:
                    yield f"{REPEATED_CALL}:{called.tool}"


def _repeated_messages(events: Iterable[Event]) -> Iterator[str]:
    count: Counter[tuple[str, str]] = Counter()
    for event in events:
        if isinstance(event, UserSpoke | AssistantSpoke):
            words = event.content.lower().split()
            what = (kind_of(event.agent), " ".join(words))
            count[what] += len(words) >= _FEWEST_WORDS
            if count[what] > MOST_SAME:
                yield f"{REPEATED_MESSAGE}:{what[0]}"


def _loops(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        if isinstance(event, UserSpoke | AssistantSpoke | ToolCalled | ModelReplied):
            said = getattr(event, "content", None), getattr(event, "reasoning", None)
            if any(text and loops(text) for text in said):
                yield f"{LOOP}:{kind_of(event.agent)}"
