"""What a sentence is about, as far as rules can tell. Made for free text: the other side may be a language model."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.skill import Skill, Slot
from domain.speech import any_of, says_no, understood_nothing

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?=\S)[^.!?\n]*)*[.!?\n]*")


_WANTS = any_of(
    r"(?:please|tell me|give me|send me|share|provide|let me know|which|who|when|where|how (?:many|much))\b",
    r"(?:can|could|would|will) you\b",
    r"i(?:'ll| will)? (?:still |also |just )?need\b",
    r"what(?:'s| is| are)\b",
    r"(?:may|can|could) i (?:have|get)\b",
    r"(?:confirm|verify) your\b",
)
_ELSE = any_of(
    r"(?:(?:any|some)thing|what|any other\w*|another) (?:else|other\b)",
    r"any (?:other|further|more) (?:question|request|concern|issue|thing|matter)",
    r"(?:further|additional) (?:assistance|help|questions)\b",
    r"other (?:request|question|matter|thing)s?\b[^?]*\?",
    r"else (?:i|we) can\b",
)
_CONFIRM = any_of(
    r"(?:shall|should) (?:i|we)\b",
    r"do you (?:want|wish|confirm|agree|approve|consent)",
    r"would you like (?:me|us|to (?:proceed|go ahead|continue|confirm))",
    r"is (?:that|this|it|everything|all (?:of )?this) (?:all )?(?:ok|okay|correct|right|fine|alright|good|accurate|acceptable)",
    r"(?:sound|look)s? (?:good|right|correct|ok|okay|fine)",
    r"(?:answer|reply|say|type|respond|with) ['\"]?yes",
    r"yes or no|yes/no",
    r"go ahead|proceed|may i (?:proceed|go)",
    r"are you (?:ok|okay|sure|happy|fine|ready|good)",
    r"(?:do|can|could|would) you (?:please )?confirm (?:that|this|these|the |it\b|all|to |by )",
    r"please confirm(?: that| this| these| the (?:above|details|following)|[.:?!]|$)",
    r"ok(?:ay)? (?:with|for) you",
    r"your (?:ok|okay|go-ahead|approval|confirmation)",
)
_POLAR = re.compile(
    r"(?:^|[,;:] |\b(?:so|and|or|but|then) )"
    r"(?:would|do|does|did|is|are|was|were|have|has|can|could|will|should|may|might|am|shall)(?:n't)? "
    r"(?:you|i|we|it|that|this|there|the|these|those|they|your|my|everything|all)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:which|what|whom?|when|where|how|why)\b[^,;:]*$", re.IGNORECASE)
_HOW_HELP = any_of(
    r"how (?:can|may|could|might) (?:i|we) (?:help|assist|be of)",
    r"what (?:can|may) (?:i|we) (?:do|help)",
    r"what (?:would|do) you (?:like|need|want)(?: me)? (?:to do|help|done|today|assist)",
    r"what brings you",
)
_HANDED = any_of(
    r"(?:being transferred|transferr?(?:ing|ed) you|connect(?:ing|ed) you|put(?:ting)? you through)\b",
    r"hand(?:ing|ed) (?:you|this|things|it) over\b",
    r"pass(?:ing|ed) (?:you|this|it) (?:on|over|to)\b",
    r"a (?:human|colleague|specialist|person|human agent) will\b",
)
_DONE = any_of(
    r"(?:is|are|has been|have been|was|were) (?:now |all |just |successfully )*"
    r"(?:done|cancell?ed|updated|changed|processed|completed?|modified|returned|exchanged|confirmed|submitted|placed|created|booked|"
    r"scheduled|sorted|taken care of|released|approved|recorded|requested|refunded|sent|set)\b",
    r"(?:all set|you're welcome|goodbye|take care)\b",
    r"have a (?:great|good|nice|lovely|wonderful) (?:day|one|evening|weekend)\b",
)
_UNSURE = any_of(
    r"(?:do(?:n'?t|es not| not)|can'?t|cannot|could(?:n'?t| not)|did(?:n'?t| not)) "
    r"(?:\w+ ){0,2}?(?:know|have|remember|recall|find|tell|got|see)\b",
    r"no (?:idea|clue)\b",
    r"not (?:sure|certain)\b",
    r"(?:unsure|forgot(?:ten)?|haven'?t got|idk|dunno)\b",
    r"lost (?:it|that|track of (?:it|that))\b",
)
_ALSO = any_of(r"(?:also|another thing|as well|in addition|one more|additionally|besides|on top of that|while you're at it)\b")
_INSTEAD = any_of(r"(?:instead|rather|actually|never ?mind|forget (?:it|that|about))\b")
_CLOSING = any_of(
    r"that(?:'?s| is| was| will be|'ll be) (?:all|it|everything)\b",
    r"nothing (?:else|more)\b",
    r"no(?:pe)?,? (?:thanks|thank you|that|thx|i'm)\b",
    r"(?:(?:good)?bye|cheers|take care|no more|that covers|all good|all set)\b",
    r"(?:i'm|im|we're) (?:good|all (?:good|set)|done)\b",
    r"have a (?:good|great|nice|lovely)\b",
    r"see (?:you|ya)\b",
)
_PROTEST = any_of(
    r"(?:really|come on|surely|seriously|unacceptable|ridiculous|exception|any ?way|why not)\b",
    r"(?:are you sure|not fair|disappoint\w+|supervisor)\b",
    r"nothing you can\b",
    r"must be something\b",
)
_YES_WORD = any_of(r"(?:confirm|yes)\b")
_EITHER = any_of(r"(?:or|either|alternatively)\b")
_CLAUSE = re.compile(r"[.!?;,\n]|\b(?:and|also|plus|then|as well as|second)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Heard:
    """What the user makes of an assistant's message. What is rarely needed is looked for only when it is."""

    text: str
    questions: tuple[str, ...] = ()
    """Sentences that ask, other than for something else."""
    asked: tuple[str, ...] = ()
    """Slots asked for, in the order of the questions."""
    choice: bool = False
    """They were offered as alternatives: one will do."""
    confirms: bool = False
    """It wants a yes."""
    anything_else: bool = False
    asks: bool = False
    """There is a question of any kind in it."""

    @cached_property
    def how_help(self) -> bool:
        """It asks what the user wants."""
        return _HOW_HELP.search(self.text) is not None

    @cached_property
    def lost(self) -> bool:
        """It did not understand."""
        return understood_nothing(self.text)

    @cached_property
    def declined(self) -> bool:
        """It says no."""
        return says_no(self.text)

    @cached_property
    def handed_over(self) -> bool:
        """Somebody else takes over."""
        return not self.asks and not self.confirms and _HANDED.search(self.text) is not None

    @cached_property
    def settled(self) -> bool:
        """It says that something is done, and asks nothing."""
        return not self.asks and not self.confirms and _DONE.search(self.text) is not None

    @cached_property
    def polar(self) -> bool:
        """A question in it can be answered by yes or no."""
        return any(_POLAR.search(sentence) for sentence in self.questions)


def hear_assistant(text: str, slots: Mapping[str, Slot], known: Collection[str] = ()) -> Heard:
    """
    What an assistant's message asks or says.

    Args:
        slots: All that can be asked for.
        known: Those that the listener knows; the others are listened for only where none of these is asked for.
    """
    parts = sentences(text)
    questions = [sentence for sentence in parts if sentence.endswith("?")]
    own = [sentence for sentence in questions if not _ELSE.search(sentence)]
    anything_else = len(own) < len(questions) or (not questions and _ELSE.search(text) is not None)
    confirms = any(_wants_yes(sentence) for sentence in own) or (not questions and _ends_on_yes(parts))
    wanting = [] if confirms or (anything_else and not own) else own + _wanting(parts)
    asked = _asked(wanting, slots, [name for name in slots if name in known])
    asked = asked or _asked(wanting, slots, [name for name in slots if name not in known])
    return Heard(
        text,
        questions=tuple(own),
        asked=asked,
        choice=len(asked) > 1 and any(_EITHER.search(sentence) for sentence in wanting),
        confirms=confirms,
        anything_else=anything_else and not asked and not confirms,
        asks=bool(questions),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, as far as they can be told apart."""
    return [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]


def unsure(text: str) -> bool:
    """Whether a user says that they do not know."""
    return _UNSURE.search(text) is not None


def closing(text: str) -> bool:
    """Whether a user has nothing more to ask."""
    return _CLOSING.search(text) is not None


def protests(text: str) -> bool:
    """Whether a user does not accept a no."""
    return _PROTEST.search(text) is not None


def adds(text: str) -> bool:
    """Whether a user brings up something besides what is being talked about."""
    return _ALSO.search(text) is not None


def replaces(text: str) -> bool:
    """Whether a user drops what is being talked about for something else."""
    return _INSTEAD.search(text) is not None


def requests(text: str, skills: Iterable[Skill]) -> list[tuple[Skill, str]]:
    """Requests in a user's message, in order, each with the part of the message that speaks of it.

    A second one counts only in a clause of its own: "change the address" is one request, not two.
    """
    lowered = text.lower()
    found = ((skill.place(text, lowered), skill) for skill in skills)
    places = sorted(((*place, skill) for place, skill in found if place), key=lambda place: place[:2])
    if not places:
        return []
    kept: list[tuple[int, int, Skill]] = []
    for start, end, skill in places:
        if not kept or (start >= kept[-1][1] and _CLAUSE.search(text, kept[-1][1], start)):
            kept.append((start, end, skill))
    ends = [start for start, _, _ in kept[1:]] + [len(text)]
    begins = [0] + [start for start, _, _ in kept[1:]]
    return [(skill, text[begin:end]) for (_, _, skill), begin, end in zip(kept, begins, ends, strict=True)]


def _wanting(parts: list[str]) -> list[str]:
    """Requests without a question mark, with the list that follows one."""
    found = []
    listing = False
    for sentence in parts:
        if not sentence.endswith("?") and (listing or _WANTS.search(sentence)):
            found.append(sentence)
            listing = listing or sentence.endswith(":")
    return found


def _wants_yes(question: str) -> bool:
    """Whether a question asks for a yes; "which one should I stop?" does not."""
    match = _CONFIRM.search(question)
    return match is not None and not _OPEN.search(question[: match.start()])


def _ends_on_yes(parts: list[str]) -> bool:
    """Without a question mark, only the last sentence can ask for a yes."""
    return bool(parts) and _YES_WORD.search(parts[-1]) is not None and _CONFIRM.search(parts[-1]) is not None


def _asked(parts: list[str], slots: Mapping[str, Slot], names: list[str]) -> tuple[str, ...]:
    places = []
    for number, sentence in enumerate(parts):
        for name in names:
            at = slots[name].asked_at(sentence)
            if at is not None:
                places.append((number, at, name))
    return tuple(dict.fromkeys(name for _, _, name in sorted(places)))
