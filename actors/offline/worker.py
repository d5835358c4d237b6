"""A sub-agent made of rules: does what its request says with a tool of its own, or hands it on, and answers with what came of it."""

from random import Random

from actors.mind import Reply, Say, UseTools
from actors.offline import handover
from domain.agents import Ability, Agent
from domain.conversation import Wanted
from domain.grammar import Grammar
from events.base import Event
from events.conversation import Usage
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolFaulted, ToolRefused


class OfflineWorker:
    """A sub-agent for one request.

    Args:
        model: Name under which it is asked for.
        path: Its path, such as ``assistant/logistics#2``; with the seed and the step, the only source of chance.
        agent: What it is.
        phrases: For its reasoning.
        seed: Of the conversation.
    """

    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def __init__(self, model: str, path: str, agent: Agent, phrases: Grammar, seed: int) -> None:
        self.model, self._path, self._agent, self._phrases, self._seed = model, path, agent, phrases, seed
        self._asked = ""
        self._outcome: handover.Outcome | None = None

    def observe(self, event: Event) -> None:
        """Take in the request, and what came of the call that it led to."""
        match event:
            case SubagentStarted():
                self._asked = event.request
            case ToolAnswered() | ToolRefused() | ToolFaulted():
                self._outcome = event

    async def reply(self) -> Reply:
        """The call that the request asks for, or its outcome."""
        rng = Random(f"{self._seed}/{self._path}/{self._outcome is not None}")
        wanted = handover.understood(self._agent, self._asked)
        if wanted is None:
            return Say(handover.puzzled(rng), self._why("report_no", "", rng))
        tool, arguments = wanted
        ability = self._agent.abilities[tool]
        if self._outcome is not None:
            return self._report(self._outcome, ability, rng)
        if ability.via is None:
            return UseTools((Wanted(tool, arguments),), reasoning=self._why("asked_act" if ability.writes else "asked_look", tool, rng))
        request = handover.ask(self._agent, tool, arguments, rng)
        return UseTools((Wanted(ability.via, {"request": request}),), reasoning=self._why("hand_on", ability.via, rng))

    def _report(self, seen: handover.Outcome, ability: Ability, rng: Random) -> Reply:
        outcome = seen if ability.via is None else handover.outcome(seen)
        why = self._why("report" if isinstance(outcome, ToolAnswered) else "report_no", "", rng)
        return Say(handover.answer(outcome, rng, acted=ability.writes), why)

    def _why(self, what: str, tool: str, rng: Random) -> str:
        return self._phrases.say(f"why.{what}", {"tool": tool}, rng)
