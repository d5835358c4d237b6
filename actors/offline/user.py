"""``offline/user``: somebody with a goal, a manner, and no idea of what goes on behind the counter."""

from collections.abc import Iterator, Mapping
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from actors.mind import Say
from actors.offline.hearing import Heard, hear_assistant
from actors.offline.voice import draw_voice
from domain.goal import Goal, Task
from domain.grammar import Grammar, Phrase, release
from domain.persona import Persona
from domain.skill import Slot
from events.base import Event
from events.conversation import AssistantSpoke, Usage, UserSpoke

_SAME_QUESTION = 3
"""How often a user answers the same question before it counts as useless."""


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


class _Move(NamedTuple):
    """What the user does next, and how far they are once it is done."""

    reply: Say
    after: _Progress


class OfflineUser:
    """A user for one conversation.

    Args:
        goal: What they want and know.
        persona: How they speak.
        phrases: The setting's, with those that all settings share.
        slots: The setting's, to hear what is asked for.
        seed: Of the conversation; with the turn, the only source of chance.
    """

    model = "offline/user"
    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def __init__(self, goal: Goal, persona: Persona, phrases: Grammar, slots: Mapping[str, Slot], seed: int) -> None:
        self._goal, self._persona, self._phrases, self._slots, self._seed = goal, persona, phrases, slots, seed
        rng = Random(f"{seed}/user")
        self._voice = draw_voice(persona, rng)
        self._patience = 3 + round(persona.traits["patience"] * 4)
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
                self._move = None
            case AssistantSpoke(content=content):
                self._heard = hear_assistant(content, self._slots, self._known(self._at.task))
                self._move = None

    async def reply(self) -> Say:
        """What the user says next."""
        return self._next().reply

    def _next(self) -> _Move:
        if self._move is None:
            self._move = _Turn(self, Random(f"{self._seed}/user/{self._at.turn}"), self._at).take(self._heard)
        return self._move

    def _known(self, task: int) -> dict[str, str]:
        return {**self._goal.identity, **self._tasks[task].known}


class _Turn:
    """One turn of the user; lives as long as it is being planned."""

    def __init__(self, user: OfflineUser, rng: Random, at: _Progress) -> None:
        self._user, self._rng, self._at = user, rng, at
        self._persona, self._phrases = user._persona, user._phrases
        self._known = user._known(at.task)
        self._held: list[str] = []

    def take(self, heard: Heard | None) -> _Move:
        """Decide what to say to what was heard."""
        at = self._at
        if heard is None:
            return self._say("opening", self._requesting(), at, and_then=self._volunteered())
        if heard.handed_over:
            return self._end("leave.handed_over", "user-done" if self._last_task else "user-transferred")
        if at.useless >= self._user._patience:
            return self._end("give_up", "user-gave-up", mood="bad")
        if heard.anything_else or (heard.settled and not heard.asked and not heard.confirms):
            return self._settled(heard)
        if heard.confirms:
            return self._confirm(heard)
        if heard.asked:
            return self._answer(heard)
        if heard.how_help or heard.lost:
            useless = at.useless + (1 if at.turn > 1 else 0)
            return self._say("request.again", self._requesting(all_of_it=True), at._replace(useless=useless))
        if heard.questions:
            return self._answer_anything(heard)
        return self._say("ack", {}, at._replace(useless=at.useless + 1))

    @property
    def _last_task(self) -> bool:
        return self._at.task + 1 >= len(self._user._tasks)

    def _settled(self, heard: Heard) -> _Move:
        """The task is over: protest once, go on to the next, or leave."""
        at = self._at
        assertive = self._persona.traits["assertiveness"]
        if heard.declined and not at.protested and self._rng.random() < (assertive - 0.3) * 0.8:
            return self._say("protest", self._known, at._replace(protested=True), mood="bad")
        if self._last_task:
            return self._end("leave.declined" if heard.declined else "leave", "user-done")
        after = _Progress(task=at.task + 1, turn=at.turn, said=at.said & self._user._goal.identity.keys())
        self._known = self._user._known(after.task)
        return self._say("next.declined" if heard.declined else "next", self._requesting(after.task), after)

    def _confirm(self, heard: Heard) -> _Move:
        wrong = next(self._misheard(heard.text), None)
        if wrong is not None and not self._at.corrected:
            return self._say("correct", {"answer": self._telling(wrong)}, self._at._replace(corrected=True))
        return self._say("agree", {}, self._at._replace(useless=0, corrected=False))

    def _misheard(self, text: str) -> Iterator[str]:
        """Slots for which a text names other values than the one that the user knows; only numbers and codes are that sure."""
        for name, value in self._user._tasks[self._at.task].known.items():
            slot = self._user._slots.get(name)
            if slot is None or value in text or not any(char.isdigit() for char in value):
                continue
            mine, named = slot.find(value, asked=True), slot.all_in(text)
            if mine is not None and named and mine not in named:
                yield name

    def _answer(self, heard: Heard) -> _Move:
        """Tell what was asked for, as far as it is known; offered a choice, one thing will do."""
        known = [slot for slot in heard.asked if slot in self._known]
        missing = [slot for slot in heard.asked if slot not in self._known]
        if heard.choice and len(known) > 1 and self._persona.bucket("verbosity") != "high":
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

    def _requesting(self, task: int | None = None, *, all_of_it: bool = False) -> dict[str, Phrase]:
        """The request as a phrase; how much of it is told at once is the persona's way."""
        skill = self._user._tasks[self._at.task if task is None else task].skill
        ways = self._phrases.alternatives(f"request.{skill}")
        if not ways:
            self._known = {**self._known, "what": skill.replace("_", " ") or "a few things"}
            return {"request": Phrase("request")}
        verbosity = self._persona.traits["verbosity"]
        if not all_of_it:
            share = 0.1 if verbosity < 0.35 else 1.0 if verbosity >= 0.7 else 0.55
            told = {slot: value for slot, value in self._known.items() if self._rng.random() < share}
            if any(way.needs <= told.keys() for way in ways):
                self._known = told
        return {"request": Phrase(f"request.{skill}", most=all_of_it or self._rng.random() < verbosity - 0.2)}

    def _volunteered(self) -> list[Phrase]:
        """Who they are, unasked: talkative users often say it at once."""
        identity = self._user._goal.identity
        if self._rng.random() >= self._persona.traits["verbosity"] * 0.6 or not identity:
            return []
        self._known = {**self._known, **identity}
        slots = [slot for slot in identity if self._tellable(slot)]
        return self._tellings(slots[:1] if self._rng.random() < 0.6 else slots)

    def _end(self, key: str, done: str, mood: str = "good") -> _Move:
        move = self._say(key, {}, self._at, mood=mood)
        return _Move(Say(move.reply.content, done=done), move.after)

    def _say(
        self, key: str, values: Mapping[str, str | Phrase], after: _Progress, *, mood: str = "good", and_then: list[Phrase] | None = None
    ) -> _Move:
        return self._write(self._draft(key, values), and_then or [], after, mood)

    def _write(self, draft: str, more: list[Phrase], after: _Progress, mood: str = "good") -> _Move:
        ways = ("volunteer" if self._at.turn == 0 else "tell.more", "tell.more")
        drafts = [draft, *(self._draft(ways[number > 0], {"answer": phrase}) for number, phrase in enumerate(more))]
        text = self._user._voice.write(" ".join(drafts), self._held, self._rng, mood)
        return _Move(Say(release(text, self._held)), after)

    def _draft(self, key: str, values: Mapping[str, str | Phrase]) -> str:
        return self._phrases.draft(key, {**self._known, **values}, self._rng, self._persona, self._held)
