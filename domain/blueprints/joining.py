"""Joining: several instructions of one user, written again as one request."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from domain.grammar import Alternative, Grammar

AROUND = ("plan.first", "plan.then", "plan.knows", "plan.manner")
"""Phrases in which the offline author says what comes after the facts."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_WORD = re.compile(r"\w+")
_PLAIN = re.compile(r"(You|Your|Order|The|If|When|After|Please|It|There|Then|Also)\b")
"""First words that may stand in small letters after others."""
_MORE = ("Besides", "Apart from that", "On top of that", "In the same conversation")
_LAST = ("And finally", "Lastly")
_APART = "There is one more thing."


def joined(instructions: Sequence[str], turn: int = 0) -> str:
    """
    One instruction that asks for all that several ask for, in their order.

    What all of them begin and end with, such as who the user is, is said once.

    Args:
        instructions: Of one user.
        turn: Which of several wordings.
    """
    parts = [_SENTENCE.split(instruction.strip()) for instruction in instructions]
    longest = max((part[0] for part in parts), key=len)
    if all(set(_WORD.findall(part[0])) <= set(_WORD.findall(longest)) for part in parts):  # who they are, in more or in fewer words
        parts = [[longest, *part[1:]] for part in parts]
    before = _common(parts)
    head, parts = parts[0][:before], [part[before:] for part in parts]
    after = _common([part[::-1] for part in parts])
    tail = parts[0][len(parts[0]) - after :]
    own = [part[: len(part) - after] for part in parts]
    said: list[str] = []
    for number, part in enumerate(own):
        news = [sentence for sentence in part if sentence not in said]
        if not news:
            continue
        said += [_linked(news[0], number, len(own), turn), *news[1:]] if number else news
    return " ".join([*head, *said, *tail])


def _linked(sentence: str, number: int, count: int, turn: int) -> str:
    words = _LAST if number == count - 1 and count > 2 else _MORE
    if not _PLAIN.match(sentence):
        return f"{_APART} {sentence}"
    return f"{words[(turn + number) % len(words)]}, {sentence[0].lower()}{sentence[1:]}"


def _common(parts: Sequence[Sequence[str]]) -> int:
    """How many sentences all begin with; each keeps one of its own."""
    shortest = min(map(len, parts)) - 1
    return next((place for place in range(shortest) if len({part[place] for part in parts}) > 1), max(shortest, 0))


def facts_of(instruction: str, phrases: Grammar) -> str:
    """What an instruction says is wanted, fact by fact, without what the offline author put after it."""
    ends = (found.start() for key in AROUND for way in phrases.alternatives(key) if (found := _pattern(way).search(instruction)))
    return instruction[: min(ends, default=len(instruction))].strip()


@lru_cache(256)
def _pattern(way: Alternative) -> re.Pattern[str]:
    return re.compile(_matching(way.parts), re.DOTALL)


def _matching(parts: Sequence[Any]) -> str:
    """An expression that matches whatever can be said of a phrase's parts."""
    said = []
    for part in parts:
        if isinstance(part, str):
            said.append(re.escape(part))
        elif part[0] == "choice":
            said.append(f"(?:{'|'.join(_matching(option) for option, _ in part[1])})")
        else:
            said.append(".*?")
    return "".join(said)
