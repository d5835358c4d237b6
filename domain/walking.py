"""Walking a path: call after call as in a conversation that consists of little else, with a user who agrees to each change."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.agents import ASSISTANT, USER, Agent
from domain.conversation import CallTools, Conversation, RunTool, Speak, Wanted, decide, replay
from domain.outcome import Environment
from domain.policy import Memory
from domain.setting import Setting
from domain.world import World
from events.base import Event
from events.conversation import ConversationStarted, ModelReplied
from events.tools import Change, ToolAnswered, ToolFaulted, ToolRefused

_CALL = "g"
_SHALL = "Shall I go ahead?"
YES = "Yes, please go ahead."
"""Said before each call that changes something, so that rules which want a yes have one."""

Outcome = ToolAnswered | ToolRefused | ToolFaulted


def number_of(call_id: str) -> int:
    """Which call of a walk it is, counted from 0."""
    return int(call_id.removeprefix(_CALL))


def blank_start(setting: Setting, **given: Any) -> ConversationStarted:
    """How a conversation of no run begins, at the setting's time; digests that nobody looks up are empty."""
    nothing = dict.fromkeys(("run", "scenario", "policy", "toolset", "persona", "goal", "world"), "")
    return ConversationStarted(**{**nothing, "setting": setting.name, "index": 0, "seed": 0, "models": {}, "clock": setting.clock, **given})


class Walk:
    """A path while it is gone.

    Args:
        world: Before what is different.
        setup: What is different as it begins.
        said: The user's first words.
        enforced: Whether rules stand in its way.
    """

    def __init__(
        self, setting: Setting, world: World, setup: Sequence[Change], said: str = YES, *, seed: int = 0, enforced: bool = True
    ) -> None:
        self._own = setting.user.tools if setting.user else {}
        self._toolset = setting.toolset
        alone = Agent(ASSISTANT, "", setting.policy.prose, setting.service_tools)
        self._environment = Environment(alone, setting.policy, setting.schema, user=setting.user)
        started = blank_start(setting, seed=seed, setup=tuple(setup), enforced=enforced)
        self.events: list[Event] = [started]
        self.state = replay(Conversation(world), self.events)
        self._memory = Memory()
        self._do(Speak(USER, said))

    def call(self, tool: str, arguments: Mapping[str, Any], number: int) -> Outcome:
        """Make a call, by whoever has the tool, and see how it comes out.

        Args:
            number: Of the call, counted from 0.
        """
        agent, known = USER if tool in self._own else ASSISTANT, self._toolset.get(tool)
        if agent == ASSISTANT and known is not None and known.writes:
            self._do(Speak(ASSISTANT, _SHALL))
            self._do(Speak(USER, YES))
        self._do(CallTools(agent, [Wanted(tool, dict(arguments), f"{_CALL}{number}")], via=ModelReplied(agent=agent, model="gold")))
        (outcome,) = self._do(RunTool())
        assert isinstance(outcome, Outcome)
        return outcome

    def _do(self, command: Speak | CallTools | RunTool) -> Sequence[Event]:
        events = decide(self.state, command, self._environment, self._memory)
        self.state = replay(self.state, events)
        self.events += events
        for event in events:
            self._memory.observe(event)
        return events
