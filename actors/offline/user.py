"""``offline/user``: somebody with a goal, a manner, and no idea of what goes on behind the counter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from actors.mind import Say, Usable, UseTools
from actors.offline.errands import Asked, hear_errands, telling
from actors.offline.hearing import Heard, hear_assistant
from actors.offline.voice import draw_voice
from domain.agents import USER, Agent
from domain.errand import Errand
from domain.goal import Goal, Task
from domain.grammar import Grammar, Phrase, release
from domain.persona.traits import COMPLEXITIES, Persona
from domain.skill import Slot
from domain.slips import DROPPED, WRONG, Slip
from events.base import Event
from events.conversation import AssistantSpoke, MoodShifted, Usage, UserSpoke
from events.tools import ToolAnswered, ToolFaulted, ToolRefused

_SAME_QUESTION = 3
"""How often a user answers the same question before it counts as useless."""
_SAME_ERRAND = 6
"""How often they do the same errand before that does."""
_OPENINGS = 8
"""How many openings a user thinks of before taking the one whose length fits best."""


class _Progress(NamedTuple):
    """How far the user is."""

    turn: int = 0
    task: int = 0
    """Index of the task that is being talked about."""
    said: frozenset[str] = frozenset()
    """Slots whose value was told, in this task; of the identity, ever."""
    asked: Mapping[str, int] = MappingProxyType({})
    """Slot -> how often it was asked for in this task."""
    useless: int = 0
    """Turns in a row that brought nothing."""
    protested: bool = False
    corrected: bool = False
    slipped: bool = False
    """Whether the slip has shown, and whether it has been put right."""
    righted: bool = False


class _Move(NamedTuple):
    """What the user does next, and how far they are once it is done."""

    reply: Say
    after: _Progress


class OfflineUser:
    """A user for one conversation.

    Args:
        goal: What they want and know.
        persona: How they speak, and feel as the conversation begins.
        phrases: The setting's, with those that all settings share.
        slots: The setting's, to hear what is asked for.
        seed: Of the conversation; with the turn, the only source of chance.
        own: What they can do themselves; None where they can only speak.
        errands: How they hear that they are asked to.
        slip: What they get wrong, or change their mind about.
    """

    model = "offline/user"
    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def __init__(
        self,
        goal: Goal,
        persona: Persona,
        phrases: Grammar,
        slots: Mapping[str, Slot],
        seed: int,
        own: Agent | None = None,
        errands: Sequence[Errand] = (),
        slip: Slip | None = None,
    ) -> None:
        self._slip = slip
        self._own, self._errands = own, errands
        self._asked = Asked()
        self._goal, self._persona, self._phrases, self._slots, self._seed = goal, persona, phrases, slots, seed
        rng = Random(f"{seed}/user")
        self._voice = draw_voice(persona, rng)
        self._tasks = goal.tasks or (Task(skill=""),)
        self._at = _Progress()
        self._heard: Heard | None = None
        self._move: _Move | None = None

    def observe(self, event: Event) -> None:
        """Take in what was said."""
        match event:
            case UserSpoke(content=content):
                after = self._next().after
                told = {slot for slot, value in self._known(after.task).items() if value in content}
                self._at = after._replace(said=after.said | told, turn=self._at.turn + 1)
                self._asked = Asked()
                self._move = None
            case AssistantSpoke(content=content):
                known = self._known(self._at.task)
                self._heard = hear_assistant(content, self._slots, known)
                self._asked = hear_errands(content, self._errands, self._own, known)
                self._move = None
            case ToolAnswered() | ToolRefused() | ToolFaulted():
                self._asked = self._asked.came_out(event)
                self._move = None
            case MoodShifted(changes=changes):
                self._persona = self._persona.feeling({change.emotion: change.after for change in changes})
                self._move = None

    async def reply(self) -> Usable:
        """What the user does or says next."""
        errand = self._asked.next
        return self._next().reply if errand is None else UseTools((errand,))

    def _next(self) -> _Move:
        if self._move is None:
            move = _Turn(self, Random(f"{self._seed}/user/{self._at.turn}"), self._at).take(self._heard, self._asked)
            slip = self._slip
            if slip is not None and not self._at.slipped and (move.after.slipped or (slip.misleads and slip.said in move.reply.content)):
                move = _Move(replace(move.reply, flaw=slip.event(USER, self._goal)), move.after._replace(slipped=True))
            self._move = move
        return self._move

    @property
    def _patience(self) -> int:
        """Useless turns before giving up: fewer for who is fed up."""
        return 3 + round(self._persona["patience"] * 4) - (self._persona.facets["frustration"] == "high")

    def _known(self, task: int, *, righted: bool = False) -> dict[str, str]:
        """What they say that they know: with a slip, as they misremember it."""
        known, slip = {**self._goal.identity, **self._tasks[task].known}, self._slip
        if slip is not None and slip.misleads and slip.task in (None, task) and not (righted or self._at.righted):
            known[slip.slot] = slip.said
        return known


class _Turn:
    """One turn of the user; lives as long as it is being planned."""

    def __init__(self, user: OfflineUser, rng: Random, at: _Progress) -> None:
        self._user, self._rng, self._at = user, rng, at
        self._persona, self._phrases = user._persona, user._phrases
        self._known = user._known(at.task)
        self._held: list[str] = []

    def take(self, heard: Heard | None, asked: Asked) -> _Move:
        """Decide what to say to what was heard, once all is done that was asked for."""
        at = self._at
        if heard is None:
            return self._open()
        if asked.outcomes:
            return self._report(heard, asked)
        if heard.handed_over:
            return self._end("leave.handed_over", "user-done" if self._last_task else "user-transferred")
        if at.useless >= self._user._patience:
            return self._end("give_up", "user-gave-up", mood="bad")
        if heard.anything_else or (heard.settled and not heard.asked and not heard.confirms):
            return self._settled(heard)
        if heard.confirms:
            return self._change_mind() or self._confirm(heard)
        if heard.asked:
            return self._answer(heard)
        if heard.how_help or heard.lost:
            useless = at.useless + (1 if at.turn > 1 else 0)
            return self._say("request.again", self._requesting(all_of_it=True), at._replace(useless=useless))
        if heard.questions:
            return self._answer_anything(heard)
        return self._say("ack", {}, at._replace(useless=at.useless + 1))

    def _open(self) -> _Move:
        """The first words, as long as the complexity of what they ask wants it, as nearly as may be."""
        fewest, most = COMPLEXITIES[self._persona.complexity]
        short = self._persona.complexity in ("simple", "vague")
        known = self._known
        found: list[tuple[int, _Move]] = []
        for _ in range(_OPENINGS):
            self._known, self._held = known, []
            move = self._say("opening", self._requesting(brief=True), self._at, and_then=[] if short else self._volunteered())
            words = len(move.reply.content.split())
            found.append((max(fewest - words, words - most, 0), move))
            if not found[-1][0]:
                break
        return min(found, key=lambda one: one[0])[1]

    @property
    def _last_task(self) -> bool:
        return self._at.task + 1 >= len(self._user._tasks)

    def _settled(self, heard: Heard) -> _Move:
        """The task is over: protest once, go on to the next, or leave; where it was declined for something told wrong, put that right."""
        at = self._at
        if heard.declined and self._sees(at):
            return self._right("slip.again", at, self._requesting(all_of_it=True))
        insists = (self._persona["assertiveness"] + 0.5 * self._persona["frustration"] - 0.45) * 0.8
        if heard.declined and not at.protested and self._rng.random() < insists:
            return self._say("protest", self._known, at._replace(protested=True), mood="bad")
        if self._last_task:
            return self._end("leave.declined" if heard.declined else "leave", "user-done")
        after = self._next_task()
        return self._say("next.declined" if heard.declined else "next", self._requesting(after.task), after)

    def _next_task(self) -> _Progress:
        at = self._at
        after = _Progress(at.turn, at.task + 1, at.said & self._user._goal.identity.keys(), slipped=at.slipped, righted=at.righted)
        self._known = self._user._known(after.task)
        return after

    def _sees(self, at: _Progress) -> bool:
        """Whether the user can see by now that they were wrong."""
        slip = self._user._slip
        return slip is not None and slip.kind == WRONG and slip.task in (None, at.task) and at.slipped and not at.righted

    def _right(self, key: str, at: _Progress, values: Mapping[str, Phrase] = MappingProxyType({})) -> _Move:
        """Say what is right instead of what was told wrong."""
        slip = self._user._slip
        assert slip is not None
        self._known = self._user._known(at.task, righted=True)
        return self._say(key, {"answer": self._telling(slip.slot), **values}, at._replace(righted=True))

    def _change_mind(self) -> _Move | None:
        """Asked to confirm what they no longer want, they say no; None where they want it."""
        slip, at = self._user._slip, self._at
        if slip is None or slip.misleads or slip.task != at.task:
            return None
        if slip.kind == DROPPED or at.slipped:
            return self._say("slip.drop", {}, at._replace(slipped=True))
        after = self._next_task()._replace(slipped=True)
        return self._say("slip.switch", self._requesting(after.task), after)

    def _report(self, heard: Heard, asked: Asked) -> _Move:
        """Tell what came of the errands, and answer what was asked besides."""
        drafts, count = [], dict(self._at.asked)
        for wanted, outcome in zip(asked.wanted, asked.outcomes, strict=False):
            key, values = telling(wanted, outcome, self._phrases)
            drafts.append(self._draft(key, values))
            count[repr(wanted)] = count.get(repr(wanted), 0) + 1
        tired = any(count[repr(wanted)] > _SAME_ERRAND for wanted in asked.wanted)
        after = self._at._replace(asked=count, useless=self._at.useless + 1 if tired else 0)
        if heard.confirms:
            drafts.append(self._draft("agree", {}))
        return self._write(" ".join(drafts), self._tellings([slot for slot in heard.asked if slot in self._known]), after)

    def _confirm(self, heard: Heard) -> _Move:
        wrong = next(self._misheard(heard.text), None)
        if wrong is not None and not self._at.corrected:
            return self._say("correct", {"answer": self._telling(wrong)}, self._at._replace(corrected=True))
        return self._say("agree", {}, self._at._replace(useless=0, corrected=False))

    def _misheard(self, text: str) -> Iterator[str]:
        """Slots for which a text names other values than the one that the user knows; only numbers and codes are that sure."""
        known = self._user._known(self._at.task)
        for name, value in ((name, known[name]) for name in self._user._tasks[self._at.task].known):
            slot = self._user._slots.get(name)
            if slot is None or value in text or not any(char.isdigit() for char in value):
                continue
            mine, named = slot.find(value, asked=True), slot.all_in(text)
            if mine is not None and named and mine not in named:
                yield name

    def _answer(self, heard: Heard) -> _Move:
        """Tell what was asked for, as far as it is known; offered a choice, one thing will do.

        Asked again for what they told wrong, they put it right.
        """
        slip = self._user._slip
        if slip is not None and slip.slot in heard.asked and self._sees(self._at):
            return self._right("slip.right", self._at._replace(useless=0))
        known = [slot for slot in heard.asked if slot in self._known]
        missing = [slot for slot in heard.asked if slot not in self._known]
        if heard.choice and len(known) > 1 and self._persona.facets["verbosity"] != "high":
            known = known[: 1 if self._stands_alone(known[0], heard.text) else 2]
        count = {slot: self._at.asked.get(slot, 0) + 1 for slot in heard.asked}
        tired = all(number > _SAME_QUESTION for number in count.values())
        useless = self._at.useless + 1 if tired or (not known and self._at.asked.keys() >= set(heard.asked)) else 0
        after = self._at._replace(asked={**self._at.asked, **count}, useless=useless)
        if not known:
            key = f"unknown.{missing[0]}"
            return self._say(key if key in self._phrases else "unknown", self._known, after, mood="bad")
        return self._tell(known, after)

    def _stands_alone(self, slot: str, text: str) -> bool:
        """Whether "or" comes before any "and" after the question for a slot."""
        at = self._user._slots[slot].asked_at(text) or 0
        rest = text[at:].lower()
        either, both = rest.find(" or "), rest.find(" and ")
        return both < 0 or 0 <= either < both

    def _answer_anything(self, heard: Heard) -> _Move:
        """A question for something that no slot knows: a yes, or whatever has not been told yet."""
        task = self._user._tasks[self._at.task].known
        untold = [slot for slot in task if slot not in self._at.said and self._tellable(slot)]
        after = self._at._replace(useless=self._at.useless + 1)
        if heard.polar:
            return self._say("agree", {}, after)
        if untold:
            return self._tell(untold, after._replace(useless=0))
        if self._rng.random() < 0.5:
            return self._say("unknown", self._known, after)
        return self._say("request.again", self._requesting(all_of_it=True), after)

    def _tell(self, slots: list[str], after: _Progress) -> _Move:
        answers = self._tellings(slots)
        return self._write(self._draft("tell.wrap", {"answer": answers[0]}), answers[1:], after)

    def _tellings(self, slots: list[str]) -> list[Phrase]:
        """A sentence for each slot that no sentence before names anyhow."""
        tellings: list[Phrase] = []
        named: set[str] = set()
        for slot in slots:
            if slot in named:
                continue
            telling = self._telling(slot)
            needs = [item.needs for item in self._phrases.alternatives(telling.key)]
            fullest = max(needs, key=len)
            if len(fullest.intersection(slots)) > 1:  # one sentence for both: else each may name both
                telling, needs = Phrase(telling.key, most=True), [fullest]
            tellings.append(telling)
            named |= {slot, *frozenset.intersection(*needs)}
        return tellings

    def _telling(self, slot: str) -> Phrase:
        if self._tellable(slot):
            return Phrase(f"tell.{slot}")
        self._known = {**self._known, "value": self._known[slot]}
        return Phrase("tell")

    def _tellable(self, slot: str) -> bool:
        return any(item.needs <= self._known.keys() for item in self._phrases.alternatives(f"tell.{slot}"))

    def _requesting(self, task: int | None = None, *, all_of_it: bool = False, brief: bool = False) -> dict[str, Phrase]:
        """The request as a phrase; how much of it is told at once is the persona's way."""
        skill = self._user._tasks[self._at.task if task is None else task].skill
        key = f"{self._way(skill) if brief else 'request'}.{skill}"
        ways = self._phrases.alternatives(key)
        if not ways:
            self._known = {**self._known, "what": skill.replace("_", " ") or "a few things"}
            return {"request": Phrase("request")}
        verbosity = self._persona["verbosity"]
        if not all_of_it:
            share = 0.1 if verbosity < 0.35 else 1.0 if verbosity >= 0.7 else 0.55
            longest = 1 if key.startswith("brief") else 100  # words
            told = {slot: value for slot, value in self._known.items() if self._rng.random() < share and len(value.split()) <= longest}
            if any(way.needs <= told.keys() for way in ways):
                self._known = told
        return {"request": Phrase(key, most=all_of_it or self._rng.random() < verbosity - 0.2)}

    def _way(self, skill: str) -> str:
        """How much is made of the first request: ``brief``, ``want`` without reasons, or all of it; as the setting has phrases for."""
        ways = {"simple": ("brief", "want"), "medium": ("want",), "complex": ("want",) if self._rng.random() < 0.5 else ()}
        return next((way for way in ways.get(self._persona.complexity, ()) if f"{way}.{skill}" in self._phrases), "request")

    def _volunteered(self) -> list[Phrase]:
        """Who they are, unasked: talkative users often say it at once."""
        believed = self._user._known(self._at.task)
        identity = {slot: believed[slot] for slot in self._user._goal.identity}
        if self._rng.random() >= self._persona["verbosity"] * 0.6 or not identity:
            return []
        self._known = {**self._known, **identity}
        slots = [slot for slot in identity if self._tellable(slot)]
        return self._tellings(slots[:1] if self._rng.random() < 0.6 else slots)

    def _end(self, key: str, done: str, mood: str = "") -> _Move:
        move = self._say(key, {}, self._at, mood=mood)
        return _Move(Say(move.reply.content, done=done), move.after)

    def _say(
        self, key: str, values: Mapping[str, str | Phrase], after: _Progress, *, mood: str = "", and_then: list[Phrase] | None = None
    ) -> _Move:
        return self._write(self._draft(key, values), and_then or [], after, mood)

    def _write(self, draft: str, more: list[Phrase], after: _Progress, mood: str = "") -> _Move:
        ways = ("volunteer" if self._at.turn == 0 else "tell.more", "tell.more")
        drafts = [draft, *(self._draft(ways[number > 0], {"answer": phrase}) for number, phrase in enumerate(more))]
        mood = mood or ("bad" if self._persona.facets["frustration"] == "high" else "good")
        text = self._user._voice.write(" ".join(drafts), self._held, self._rng, mood)
        return _Move(Say(release(text, self._held)), after)

    def _draft(self, key: str, values: Mapping[str, str | Phrase]) -> str:
        return self._phrases.draft(key, {**self._known, **values}, self._rng, self._persona, self._held)
