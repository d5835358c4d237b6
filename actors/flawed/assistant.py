"""``flawed/KIND``: the offline assistant, with one labelled flaw in each conversation where the kind finds a place."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from actors.flawed.kinds import KINDS
from actors.flawed.view import Planted, View
from actors.mind import Usable, UseTools
from actors.offline.assistant import OfflineAssistant
from domain.agents import ASSISTANT
from domain.setting import Setting
from events.base import Event
from events.conversation import AssistantSpoke, Usage, UserSpoke
from events.judgement import FlawPlanted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

FAMILY = "flawed/"
ANY = "all"
_PASS = 0.35
"""Chance of passing over a step where a kind fits that fits often, so that flaws stand at different places."""


def flawed_models() -> list[str]:
    """Names of all models of the family."""
    return [FAMILY + kind for kind in (*KINDS, ANY)]


class FlawedAssistant:
    """An assistant for one conversation.

    Args:
        model: ``flawed/KIND``, or ``flawed/all``, which draws the kind.
        setting: Where it works.
        seed: Of the conversation; with the step, the only source of chance.
    """

    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def __init__(self, model: str, setting: Setting, seed: int) -> None:
        self.model, self._setting, self._seed = model, setting, seed
        kind = model.removeprefix(FAMILY)
        self._kind = kind if kind in KINDS else list(KINDS)[int(Random(f"{seed}/flawed").random() * len(KINDS))]
        self._sound = OfflineAssistant(setting.skills, setting.slots, setting.authenticate, setting.phrases, seed, setting.team)
        self._seen: list[Event] = []
        self._hidden: set[str] = set()
        """Calls that the sound assistant does not know of."""
        self._rest: list[Planted | Callable[[View], Planted]] = []
        self._planted = self._acted = False
        self._step = 0
        self._calls_left = 0
        """Calls of the present step that are still to be seen."""
        self._hides = False
        self._plan: Planted | None = None

    def observe(self, event: Event) -> None:
        """Take in what was said, what was called, and how it came out; the sound assistant learns of all but detours."""
        match event:
            case AssistantSpoke():
                plan = self._take()
                if not plan.hidden:
                    self._sound.observe(event)
                if plan.drops:
                    self._sound.drop()
            case ToolCalled():
                if not self._calls_left:
                    plan = self._take()
                    self._calls_left = len(plan.reply.calls) if isinstance(plan.reply, UseTools) else 1
                    self._hides = plan.hidden
                self._calls_left -= 1
                if self._hides:
                    self._hidden.add(event.call_id)
                else:
                    self._sound.observe(event)
            case ToolAnswered() | ToolRefused() | ToolFaulted() if event.call_id in self._hidden:
                pass
            case _:
                if isinstance(event, UserSpoke):
                    self._acted = False
                self._sound.observe(event)
        self._seen.append(event)
        self._plan = None

    async def reply(self) -> Usable:
        """What to do now; where it is flawed, it says so to the log."""
        plan = self._next()
        if not plan.label:
            return plan.reply
        return replace(plan.reply, flaw=FlawPlanted(agent=ASSISTANT, kind=self._kind, axis=KINDS[self._kind].axis))

    def _take(self) -> Planted:
        """The plan that has become an event."""
        plan = self._next()
        self._step += 1
        self._acted = self._acted or (not plan.hidden and self._view().acts is not None)
        if self._rest:
            self._rest.pop(0)
        self._planted = self._planted or plan.label
        return plan

    def _next(self) -> Planted:
        if self._plan is None:
            if not self._rest and not self._planted:
                self._rest = [*self._flaw()]
            if self._rest:
                first = self._rest[0]
                self._plan = first if isinstance(first, Planted) else first(self._view())
            else:
                self._plan = Planted(self._sound.intended, hidden=False, label=False)
        return self._plan

    def _flaw(self) -> Sequence[Planted | Callable[[View], Planted]]:
        kind, view = KINDS[self._kind], self._view()
        return kind.plant(view) if kind.rare or view.rng.random() >= _PASS else ()

    def _view(self) -> View:
        return View(
            reply=self._sound.intended,
            step=self._sound.step,
            desk=self._sound.desk,
            seen=self._seen,
            acted=self._acted,
            tools=self._setting.service_tools,
            team=self._setting.team,
            phrases=self._setting.phrases,
            rng=Random(f"{self._seed}/flawed/{self._step}"),
        )
