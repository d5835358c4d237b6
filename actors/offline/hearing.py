"""What a sentence is about, as far as rules can tell. Made for free text: the other side may be a language model."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from domain.skill import Skill, Slot

_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?](?=\S)[^.!?\n]*)*[.!?\n]*")
_WANTS = re.compile(
    r"\b(please|could you|can you|would you|will you|tell me|give me|share|provide|let me know|i(?:'ll| will)? (?:still |also |just )?need|"
    r"what(?:'s| is| are)|which|who|when|where|how (?:many|much)|send me|may i have|can i have|could i (?:get|have)|confirm your|verify your)\b",
    re.IGNORECASE,
)
_ELSE = re.compile(
    r"\b(anything|something|what|any other\w*|another) (?:else|other\b)|\bany (?:other|further|more) (?:question|request|concern|issue|thing|matter)|"
    r"\b(?:further|additional) (?:assistance|help|questions)|\bother (?:request|question|matter|thing)s?\b[^?]*\?|\belse (?:i|we) can\b",
    re.IGNORECASE,
)
_CONFIRM = re.compile(
    r"\b((?:shall|should) (?:i|we)\b|do you (?:want|wish|confirm|agree|approve|consent)|would you like (?:me|us|to (?:proceed|go ahead|continue|confirm))|"
    r"is (?:that|this|it|everything|all of this|all this) (?:all )?(?:ok|okay|correct|right|fine|alright|good|accurate|acceptable)|"
    r"(?:sounds?|looks?) (?:good|right|correct|ok|okay|fine)|(?:answer|reply|say|type|respond|with) ['\"]?yes|yes or no|yes/no|\(yes|"
    r"go ahead|proceed|may i (?:proceed|go)|are you (?:ok|okay|sure|happy|fine|ready|good)|(?:do|can|could|would) you (?:please )?confirm (?:that|this|these|the |it\b|all|to |by )|"
    r"please confirm(?: that| this| these| the (?:above|details|following)|[.:?!]|$)|ok(?:ay)? (?:with|for) you|your (?:ok|okay|go-ahead|approval|confirmation))",
    re.IGNORECASE,
)
_POLAR = re.compile(
    r"(?:^|[,;:] |\b(?:so|and|or|but|then) )(?:would|do|does|did|is|are|was|were|have|has|can|could|will|should|may|might|am|shall)(?:n't)? "
    r"(?:you|i|we|it|that|this|there|the|these|those|they|your|my|everything|all)\b",
    re.IGNORECASE,
)
_HOW_HELP = re.compile(
    r"\bhow (?:can|may|could|might) (?:i|we) (?:help|assist|be of)|what (?:can|may) (?:i|we) (?:do|help)|what (?:would|do) you (?:like|need|want)(?: me)? (?:to do|help|done|today|assist)|"
    r"what brings you|how (?:can|may) i help",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"\b(?:did(?:n't| not)|do(?:n't| not)) (?:quite |fully )?(?:understand|catch|get|follow)|not (?:quite )?sure (?:i|what you)|rephrase|"
    r"say (?:that|it) (?:again|differently|another way)|clarify|more detail|in other words|what exactly",
    re.IGNORECASE,
)
_DECLINED = re.compile(
    r"\b(?:unfortunately|(?:i'm|i am|we're|we are) (?:afraid|sorry|unable|not able|not allowed)|sorry|apologi[sz]e|(?:can(?:'t|not)|could(?:n't| not)|won't be able to) "
    r"(?:be|do|process|cancel|change|modify|make|help|offer|go|find|complete)|not (?:possible|eligible|allowed|permitted)|regret)\b",
    re.IGNORECASE,
)
_HANDED = re.compile(
    r"\b(?:being transferred|transferr?(?:ing|ed) you|hand(?:ing|ed) (?:you|this|things|it) over|pass(?:ing|ed) (?:you|this|it) (?:on|over|to)|"
    r"connect(?:ing|ed) you|(?:a|to a) (?:human|colleague|specialist|person|human agent) (?:will|of|from|who|for)|put(?:ting)? you through)\b",
    re.IGNORECASE,
)
_DONE = re.compile(
    r"\b(?:all set|(?:is|are|has been|have been|was|were|'s|'ve been) (?:now |all |just |successfully )*(?:done|cancell?ed|updated|changed|processed|completed?|modified|"
    r"returned|exchanged|confirmed|submitted|placed|created|booked|scheduled|sorted|taken care of|released|approved|recorded|requested|refunded|sent|set)|"
    r"you're welcome|have a (?:great|good|nice|lovely|wonderful) (?:day|one|evening|weekend)|goodbye|take care)\b",
    re.IGNORECASE,
)
_UNSURE = re.compile(
    r"\b(?:(?:do(?:n'?t|es not| not)|dont|can'?t|cannot|could(?:n'?t| not)|did(?:n'?t| not)) (?:\w+ ){0,2}?(?:know|have|remember|recall|find|tell|got|see)|"
    r"no (?:idea|clue)|not (?:sure|certain)|unsure|forgot(?:ten)?|haven'?t got|idk|dunno|lost (?:it|that|track of (?:it|that)))\b",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\b(?:also|another thing|as well|in addition|one more|additionally|besides|on top of that|while you're at it)\b", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:instead|rather|actually|never ?mind|forget (?:it|that|about))\b", re.IGNORECASE)
_CLOSING = re.compile(
    r"\b(?:that(?:'s| is| was|s| will be|'ll be) (?:all|it|everything)|nothing (?:else|more)|no(?:pe)?,? (?:thanks|thank you|that|thx|i'm)|(?:good)?bye|"
    r"i'm (?:good|all set|done)|all good|all set|cheers|have a (?:good|great|nice|lovely)|see (?:you|ya)|take care|no more|that covers)\b",
    re.IGNORECASE,
)
_PROTEST = re.compile(
    r"\b(?:really|come on|surely|seriously|unacceptable|ridiculous|exception|any way|anyway|nothing you can|why not|are you sure|not fair|disappoint\w+|supervisor|sure\?)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\b(?:which|what|whom?|when|where|how|why)\b[^,;:]*$", re.IGNORECASE)
_YES_WORD = re.compile(r"\b(?:confirm|yes)\b", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:or|either|alternatively)\b", re.IGNORECASE)
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
        return _LOST.search(self.text) is not None

    @cached_property
    def declined(self) -> bool:
        """It says no."""
        return _DECLINED.search(self.text) is not None

    @cached_property
    def handed_over(self) -> bool:
        """Somebody else takes over."""
        return not self.asks and _HANDED.search(self.text) is not None

    @cached_property
    def settled(self) -> bool:
        """It says that something is done, and asks nothing."""
        return not self.asks and _DONE.search(self.text) is not None

    @cached_property
    def polar(self) -> bool:
        """A question in it can be answered by yes or no."""
        return any(_POLAR.search(sentence) for sentence in self.questions)


def hear_assistant(text: str, slots: Mapping[str, Slot]) -> Heard:
    """What an assistant's message asks or says."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.strip()]
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    own = [sentence for sentence in questions if not _ELSE.search(sentence)]
    anything_else = len(own) < len(questions) or (not questions and _ELSE.search(text) is not None)
    confirms = any(_wants_yes(sentence) for sentence in own) or (not questions and _ends_on_yes(sentences))
    wanting = [] if confirms or (anything_else and not own) else own + _wanting(sentences)
    asked = _asked(wanting, slots)
    return Heard(
        text,
        questions=tuple(own),
        asked=asked,
        choice=len(asked) > 1 and any(_EITHER.search(sentence) for sentence in wanting),
        confirms=confirms,
        anything_else=anything_else and not asked and not confirms,
        asks=bool(questions),
    )


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
    places = sorted(((match.start(), match.end(), skill) for skill in skills if (match := skill.recogniser.search(text))), key=lambda place: place[:2])
    if not places:
        return []
    kept: list[tuple[int, int, Skill]] = []
    for start, end, skill in places:
        if not kept or (start >= kept[-1][1] and _CLAUSE.search(text, kept[-1][1], start)):
            kept.append((start, end, skill))
    ends = [start for start, _, _ in kept[1:]] + [len(text)]
    begins = [0] + [start for start, _, _ in kept[1:]]
    return [(skill, text[begin:end]) for (_, _, skill), begin, end in zip(kept, begins, ends, strict=True)]


def _wanting(sentences: list[str]) -> list[str]:
    """Requests without a question mark, with the list that follows one."""
    found = []
    listing = False
    for sentence in sentences:
        if not sentence.endswith("?") and (listing or _WANTS.search(sentence)):
            found.append(sentence)
            listing = listing or sentence.endswith(":")
    return found


def _wants_yes(question: str) -> bool:
    """Whether a question asks for a yes; "which one should I stop?" does not."""
    match = _CONFIRM.search(question)
    return match is not None and not _OPEN.search(question[: match.start()])


def _ends_on_yes(sentences: list[str]) -> bool:
    """Without a question mark, only the last sentence can ask for a yes."""
    return bool(sentences) and _YES_WORD.search(sentences[-1]) is not None and _CONFIRM.search(sentences[-1]) is not None


def _asked(sentences: list[str], slots: Mapping[str, Slot]) -> tuple[str, ...]:
    places = []
    for number, sentence in enumerate(sentences):
        for name, slot in slots.items():
            at = slot.asked_at(sentence)
            if at is not None:
                places.append((number, at, name))
    return tuple(dict.fromkeys(name for _, _, name in sorted(places)))
