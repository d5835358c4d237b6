"""``offline/assistant``: asks for what is missing, follows its scripts, and reports what it observed and no more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from actors.mind import Say, Usable, UseTools
from actors.offline import handover
from actors.offline.hearing import adds, closing, protests, replaces, requests, unsure
from actors.offline.requests import Desk, Request, Thought, hands_over
from domain.agents import Agent
from domain.conversation import Wanted
from domain.grammar import Grammar, release, tidy
from domain.policy import agrees, declines
from domain.skill import Ask, Confirm, HandOver, Script, Skill, Slot, Step, Tell, Use, UseAll
from events.base import Event
from events.conversation import AssistantSpoke, Usage, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

_FAILURES = 3
"""After so many requests that went wrong, or messages in a row that were not understood, a person takes over."""


@dataclass(frozen=True)
class _Plan:
    """What to do next, and what led to it."""

    reply: Usable
    thought: Thought | None
    phrase: str
    """What a message is about, where no script is: such as ``not_understood``."""


class OfflineAssistant:
    """An assistant for one conversation.

    Args:
        skills: What it can do, by name.
        slots: What users can tell, by name.
        authenticate: Script that finds out who the user is, before any request is served.
        phrases: The setting's, with those that all settings share.
        seed: Of the conversation; with the step, the only source of chance.
        team: Itself with those who work for it; None where it has all the tools.
    """

    model = "offline/assistant"
    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def __init__(
        self,
        skills: Mapping[str, Skill],
        slots: Mapping[str, Slot],
        authenticate: Callable[[Script], Any] | None,
        phrases: Grammar,
        seed: int,
        team: Agent | None = None,
    ) -> None:
        self._team = team
        self._handed_on: set[str] = set()
        """Calls that other agents work on."""
        self._skills, self._phrases, self._seed = skills, phrases, seed
        self._desk = Desk(slots, authenticate, frozenset(name for skill in skills.values() for name in skill.slots))
        self._step = 0
        self._spoke = False
        self._pending: Step | str | None = None
        """What the last message was about: a step, or a phrase where no script was followed."""
        self._topic = "how_can_i_help"
        """What to say where there is no request."""
        self._lost = 0
        self._handed_over = False
        self._unheard: str | None = None
        """What the user said last, until it matters: of a last goodbye nothing need be understood."""
        self._plan: _Plan | None = None

    def observe(self, event: Event) -> None:
        """Take in what was said, what was called, and how it came out."""
        match event:
            case UserSpoke(content=content):
                self._listen()
                self._unheard = content
            case AssistantSpoke():
                self._spoken(self._next())
            case ToolCalled():
                self._called(event, self._next())
            case ToolAnswered() | ToolRefused() | ToolFaulted():
                handed_on = event.call_id in self._handed_on
                self._desk.came_out(handover.outcome(event) if handed_on else event)
            case _:
                return
        self._plan = None
        self._step += 1

    async def reply(self) -> Usable:
        """What to do now."""
        return self.intended

    # for who plays this assistant with a twist

    @property
    def intended(self) -> Usable:
        """What it would do now."""
        return self._next().reply

    @property
    def step(self) -> Step | None:
        """The step of a script that ``intended`` carries out; None where it follows none."""
        thought = self._next().thought
        return thought.step if thought else None

    @property
    def desk(self) -> Desk:
        """What it has on record."""
        self._listen()
        return self._desk

    def drop(self) -> None:
        """Take the request at hand for settled, whatever its script says."""
        self._desk.settle()
        self._pending, self._plan = "told", None

    # what was said and done

    def _listen(self) -> None:
        if self._unheard is not None:
            text, self._unheard = self._unheard, None
            self._hear(text)

    def _hear(self, text: str) -> None:
        if self._desk.current is None:
            self._hear_request(text)
        else:
            self._hear_answer(text, self._desk.current)
        if self._lost >= _FAILURES or (self._desk.failures >= _FAILURES and not closing(text)):
            self._desk.queue.clear()
            self._desk.current = Request(hands_over(self._skills), said=text)

    def _hear_request(self, text: str) -> None:
        """A message while nothing is under way."""
        wanted = requests(text, self._skills.values())
        if wanted:
            self._lost = 0
            self._enqueue(wanted)
            return
        declined = self._pending == "declined"
        self._desk.fill(None, text)
        if declined and protests(text):
            self._topic = "firm"
        elif self._pending in ("told", "declined", "firm", "anything_else", "bye") and (closing(text) or declines(text)):
            self._topic = "bye"
        elif self._pending in ("told", "declined", "firm") and (agrees(text) or len(text) < 25):
            self._topic = "what_else"
        elif self._pending is None and len(text) < 40:
            self._topic = "how_can_i_help"
        else:
            self._topic = "not_understood" if self._spoke else "how_can_i_help"
            self._lost += self._spoke

    def _hear_answer(self, text: str, request: Request) -> None:
        """A message while a request is under way: most often the answer to what was just asked."""
        pending = self._pending
        asked = pending.slot if isinstance(pending, Ask) else None
        found = self._desk.fill(request, text, asked)
        understood = bool(found)
        if isinstance(pending, Confirm):
            if agrees(text):
                request.confirmed.add(pending.key)
                understood = True
            elif declines(text) and not found:
                request.denied.add(pending.key)
                understood = True
        elif pending == "go_on":
            understood = True
            if declines(text) and not agrees(text):
                self._desk.queue.clear()
                self._desk.settle()
                self._topic = "what_else"
                return
        elif asked is not None and asked not in found and unsure(text):
            self._desk.lack(asked)
            understood = True
        if not understood or adds(text) or (asked not in found and replaces(text)):
            others = [pair for pair in requests(text, self._skills.values()) if pair[0].name != request.skill.name]
            dropped = isinstance(pending, Confirm) and declines(text) and not agrees(text)
            if others and replaces(text) and (dropped or not found):
                self._desk.settle()
                self._enqueue(others)
                return
            if others and not understood:
                understood = True
            self._desk.queue += [self._request(skill, part) for skill, part in others]
        request.hear(text)
        self._lost = 0 if understood else self._lost + 1

    def _enqueue(self, wanted: list[tuple[Skill, str]]) -> None:
        made = [self._request(skill, part) for skill, part in wanted]
        self._desk.current, self._desk.queue = made[0], [*made[1:], *self._desk.queue]

    def _request(self, skill: Skill, part: str) -> Request:
        request = Request(skill, said=part)
        self._desk.fill(request, part)
        return request

    def _called(self, event: ToolCalled, plan: _Plan) -> None:
        tool, arguments = event.tool, event.arguments
        if self._team is not None and tool in self._team.subagents:
            self._handed_on.add(event.call_id)
            tool, arguments = handover.understood(self._team, str(arguments.get("request"))) or (tool, arguments)
        planned = plan.thought.step if plan.thought else None
        acts = isinstance(planned, Use) and planned.tool == tool and planned.acts
        self._desk.called(event.call_id, Use(tool, arguments, acts))
        self._learn(plan.thought)

    def _spoken(self, plan: _Plan) -> None:
        """Move on, now that it has been said."""
        self._spoke = True
        thought = plan.thought
        self._learn(thought)
        if thought is None:
            self._pending = plan.phrase
            return
        step = thought.step
        self._pending = step
        if isinstance(step, Ask):
            if self._desk.current is not None:
                asked = self._desk.current.asked
                asked[step.slot] = asked.get(step.slot, 0) + 1
            if step.again:
                self._desk.forget(step.slot)
        elif isinstance(step, Tell):
            self._settled(step, thought)
        elif isinstance(step, HandOver):
            self._handed_over = True

    def _settled(self, step: Tell, thought: Thought) -> None:
        self._desk.failures += thought.failed
        if thought.rejected:
            self._desk.identity.clear()
            self._desk.unknown.clear()
        self._desk.settle()
        if self._desk.current is not None:
            self._pending = "go_on"
        else:
            self._pending = "declined" if step.declined else "told"

    def _learn(self, thought: Thought | None) -> None:
        if thought is not None and thought.user is not None:
            self._desk.user = thought.user

    # what to do

    def _next(self) -> _Plan:
        if self._plan is None:
            self._listen()
            self._plan = self._think(Random(f"{self._seed}/assistant/{self._step}"))
        return self._plan

    def _think(self, rng: Random) -> _Plan:
        if self._handed_over:
            return self._talk("handed_over", rng)
        request = self._desk.current
        if request is None:
            return self._talk(self._topic, rng)
        thought = self._desk.think(request)
        step = thought.step
        values = self._desk.know()
        if isinstance(step, Use | UseAll):
            return self._use(step, thought, values, rng)
        return _Plan(self._verbalise(step, thought, request, {**values, **step.values}, rng), thought, step.phrase)

    def _use(self, step: Use | UseAll, thought: Thought, values: dict[str, Any], rng: Random) -> _Plan:
        """Own tools are used one at a time; other agents can be put to work at once."""
        uses = step.uses if isinstance(step, UseAll) else (step,)
        first = uses[0]
        together = [use for use in uses if self._via(use.tool)] if self._via(first.tool) else [first]
        name = self._via(first.tool) or first.tool
        facts = {**values, **first.arguments, "tool": name}
        if self._desk.broke(first):
            why = self._phrases.say("why.again", facts, rng)
        else:
            why = self._why(first.tool, "act" if first.acts else "look", facts, rng)
        return _Plan(UseTools(tuple(self._wanted(use, rng) for use in together), reasoning=why), thought, first.tool)

    def _wanted(self, use: Use, rng: Random) -> Wanted:
        via = self._via(use.tool)
        if via is None or self._team is None:
            return Wanted(use.tool, dict(use.arguments))
        return Wanted(via, {"request": handover.ask(self._team, use.tool, use.arguments, rng)})

    def _via(self, tool: str) -> str | None:
        """The sub-agent to whom a tool's work is handed on."""
        ability = self._team.abilities.get(tool) if self._team else None
        return ability.via if ability else None

    def _talk(self, topic: str, rng: Random) -> _Plan:
        keys = [topic] if self._spoke or topic == "bye" else ["hello", topic]
        return _Plan(Say(self._message(keys, {}, rng), self._phrases.say(f"why.{topic}", {}, rng)), None, topic)

    def _verbalise(self, step: Step, thought: Thought, request: Request, values: dict[str, Any], rng: Random) -> Say:
        keys = [] if self._spoke or isinstance(step, HandOver) else ["hello"]
        values["label"] = self._label(request.skill)
        if isinstance(step, Ask):
            values["slot"] = self._called_slot(step.slot)
            again = step == self._pending and not step.again
            keys += ["ask.repeat"] if again else ["ask.lead"] if self._spoke else []
            keys += [step.phrase if step.phrase in self._phrases else "ask"]
            kind = "ask"
        elif isinstance(step, Confirm):
            repeated = isinstance(self._pending, Confirm) and step.key == self._pending.key
            keys += ["confirm.repeat"] if repeated else []
            keys += [step.phrase, "confirm.ask"]
            kind = "confirm"
        elif isinstance(step, Tell):
            keys += [step.phrase, "go_on" if self._desk.queue else "anything_else"]
            if step.phrase == "without":
                values["slot"] = self._called_slot(step.values["slot"])
            kind = "failed" if thought.failed else "decline" if step.declined else "tell"
            if self._desk.queue:
                values["label"] = self._label(self._desk.queue[0].skill)
        else:
            assert isinstance(step, HandOver)
            keys += [step.phrase]
            kind = "handover"
        return Say(self._message(keys, values, rng), self._why(f"{request.skill.name}.{kind}", kind, values, rng))

    def _message(self, keys: list[str], values: Mapping[str, Any], rng: Random) -> str:
        held: list[str] = []
        return release(tidy(" ".join([self._phrases.draft(key, values, rng, None, held) for key in keys])), held)

    def _called_slot(self, slot: str) -> str:
        """What a slot is called in speech: ``slot.<slot>`` where there is such a phrase."""
        key = f"slot.{slot}"
        return self._phrases.alternatives(key)[0].text if key in self._phrases else slot.replace("_", " ")

    def _label(self, skill: Skill) -> str:
        """What a request is called in speech."""
        key = f"label.{skill.name}"
        return self._phrases.alternatives(key)[0].text if key in self._phrases else f"the {skill.name.replace('_', ' ')} request"

    def _why(self, what: str, kind: str, values: Mapping[str, Any], rng: Random) -> str:
        """A sentence of reasoning: the setting's own for a tool or a skill's step, else a general one."""
        own = self._phrases.alternatives(f"why.{what}")
        if any(way.needs <= values.keys() for way in own):
            return self._phrases.say(f"why.{what}", values, rng)
        return self._phrases.say(f"why.{kind}", values, rng)
