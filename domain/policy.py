"""Policy: prose for the prompt, and executable rules. The same rule guards a call and audits an old log."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.agents import ASSISTANT, USER
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, ModelReplied, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolRefused

_YES = re.compile(
    r"(?<!\bnot )(?<!n't )(?<!\bmake )(?<!\byou )"
    r"\b(yes|yeah|yep|yup|sure|ok|okay|correct|confirm(ed)?|go ahead|proceed|please do|do it|sounds good|that works|"
    r"that's right|that is right|exactly|absolutely|definitely|perfect|by all means|fine by me)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\b(no|nope|don't|do not|wait|hold on|stop|not yet|never ?mind|leave it)\b(?!\s+(problem|rush|worries))", re.IGNORECASE)


@dataclass(frozen=True)
class Call:
    """A tool call as policy sees it."""

    agent: str
    tool: str
    arguments: Mapping[str, Any]
    writes: bool


class Calls(list[tuple[Mapping[str, Any], Any]]):
    """(arguments, outcome) of calls of one tool, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self._indexes: dict[str, tuple[int, dict[str, tuple[Mapping[str, Any], Any]]]] = {}

    def last(self, argument: str, value: str) -> tuple[Mapping[str, Any], Any] | None:
        """The latest with this text as an argument; costs the same however many there are."""
        known, latest = self._indexes.get(argument, (0, {}))
        for place in range(known, len(self)):
            text = self[place][0].get(argument)
            if isinstance(text, str):
                latest[text] = self[place]
        self._indexes[argument] = len(self), latest
        return latest.get(value)


@dataclass
class Memory:
    """What rules may look back on: a fold over the events so far, cheap to keep and to ask."""

    user_said: str = ""
    """The user's last turn."""
    assistant_said: str = ""
    """What the user's last turn answers, or what was said since."""
    answers: dict[str, Calls] = field(default_factory=lambda: defaultdict(Calls))
    """Tool -> (arguments, observation) of its calls that were answered."""
    effects: dict[str, Calls] = field(default_factory=lambda: defaultdict(Calls))
    """Tool -> the same of its calls that changed the world."""
    refused: dict[str, Calls] = field(default_factory=lambda: defaultdict(Calls))
    """Tool -> (arguments, code) of its calls that were refused."""
    calls_in_step: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Agent -> tool calls of its model's current step."""
    _open: dict[str, ToolCalled] = field(default_factory=dict)
    _latest: dict[str, Any] = field(default_factory=dict)
    """Tool -> its last observation; the tool that answered last stands last."""

    def observe(self, event: Event) -> None:
        """Take in one more event."""
        match event:
            case UserSpoke():
                self.user_said = event.content
            case AssistantSpoke(agent=agent) if agent == ASSISTANT:
                self.assistant_said = event.content
            case ModelReplied():
                self.calls_in_step.pop(event.agent, None)
            case ToolCalled():
                self.calls_in_step[event.agent] += 1
                self._open[event.call_id] = event
            case ToolAnswered() if call := self._open.pop(event.call_id, None):
                self.answers[call.tool].append((call.arguments, event.observation))
                self._latest.pop(call.tool, None)
                self._latest[call.tool] = event.observation
                if event.changes:
                    self.effects[call.tool].append((call.arguments, event.observation))
            case ToolRefused() if call := self._open.pop(event.call_id, None):
                self.refused[call.tool].append((call.arguments, event.code))

    def last_answer(self, *tools: str) -> Any:
        """Observation of the latest answered call of any of the tools, or None."""
        return next((self._latest[tool] for tool in reversed(self._latest) if tool in tools), None)

    @property
    def confirmed(self) -> bool:
        """Whether the user's last turn agrees to something."""
        return agrees(self.user_said)


def agrees(text: str) -> bool:
    """Whether a sentence says yes, and does not say no as well."""
    return bool(_YES.search(text)) and not _NO.search(text)


def declines(text: str) -> bool:
    """Whether a sentence says no."""
    return bool(_NO.search(text))


@dataclass(frozen=True)
class Rule:
    """One sentence of a policy as a predicate.

    Args:
        id: Stable name, such as ``authenticate-first``.
        sentence: As the policy states it; what a refused agent is told.
        tools: Tools that it guards; none named means all that write, but the user's own.
        allows: Whether the call may go ahead, given what was said and done before and the world as it stands.
    """

    id: str
    sentence: str
    allows: Callable[[Memory, Call, World], bool]
    tools: frozenset[str] = frozenset()

    def guards(self, call: Call) -> bool:
        """Whether the rule has a say in this call."""
        return call.tool in self.tools if self.tools else call.writes and call.agent != USER


@dataclass(frozen=True)
class Policy:
    """A setting's rules, as prose and as checks."""

    prose: str
    rules: tuple[Rule, ...] = ()

    def broken_by(self, memory: Memory, call: Call, world: World) -> Rule | None:
        """The first rule that the call would break."""
        return next((rule for rule in self.rules if rule.guards(call) and not rule.allows(memory, call, world)), None)


def remember(history: Iterable[Event]) -> Memory:
    """What a history leaves to look back on."""
    memory = Memory()
    for event in history:
        memory.observe(event)
    return memory
