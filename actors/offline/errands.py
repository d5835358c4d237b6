"""What the offline user does when the assistant asks for it, and how they tell what it showed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from actors.offline.hearing import sentences
from domain.agents import Agent
from domain.conversation import Wanted
from domain.errand import Errand
from domain.grammar import Grammar, spoken
from events.tools import ToolAnswered, ToolFaulted, ToolRefused

Outcome = ToolAnswered | ToolRefused | ToolFaulted

_NOT_THEIRS = re.compile(
    r"\b(?:i|we)(?:'\w+)?\b(?!.*\byou\b)|\b(?:me|us) to\b|\b(?:don't|do not|never|no need to|needn't|without|instead of|rather than)\b",
    re.IGNORECASE,
)
"""Before an errand in its sentence: the assistant speaks of itself, or wants it left alone."""
_TRIES = 2


class Asked(NamedTuple):
    """What a message asks the user to do, in the order of the text."""

    wanted: tuple[Wanted, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    """Of the first of them."""
    faults: int = 0
    """How often the next one has failed."""

    @property
    def next(self) -> Wanted | None:
        """What is still to be done."""
        return self.wanted[len(self.outcomes)] if len(self.outcomes) < len(self.wanted) else None

    def came_out(self, outcome: Outcome) -> "Asked":
        """What is left after an outcome; what failed is tried once more."""
        if isinstance(outcome, ToolFaulted) and self.faults + 1 < _TRIES:
            return self._replace(faults=self.faults + 1)
        return Asked(self.wanted, (*self.outcomes, outcome))


def hear_errands(text: str, errands: Sequence[Errand], user: Agent | None, known: Mapping[str, str]) -> Asked:
    """What an assistant's message asks the user to do with tools of their own."""
    found: list[Wanted] = []
    for sentence in sentences(text) if user is not None and errands else ():
        places = sorted(_places(sentence, errands), key=lambda place: (place[1].start(), -place[1].end()))
        end = 0
        for errand, match in places:
            if match.start() < end or _NOT_THEIRS.search(sentence[: match.start()]):
                continue
            assert user is not None
            arguments = errand.call(match, user.tools[errand.tool], known)
            if arguments is not None and Wanted(errand.tool, arguments) not in found:
                found.append(Wanted(errand.tool, arguments))
            end = match.end()
    return Asked(tuple(found))


def _places(sentence: str, errands: Sequence[Errand]) -> Iterator[tuple[Errand, re.Match[str]]]:
    for errand in errands:
        match = errand.pattern.search(sentence)
        if match is not None:
            yield errand, match


def telling(wanted: Wanted, outcome: Outcome, phrases: Grammar) -> tuple[str, dict[str, Any]]:
    """(phrase, its values) that say what came of an errand: ``did.TOOL``, ``cannot.TOOL`` or ``broken.TOOL``, or the general one."""
    match outcome:
        case ToolAnswered(observation=observation):
            kind, values = "did", _values(observation)
        case ToolRefused(reason=reason):
            kind, values = "cannot", {"reason": reason}
        case ToolFaulted(reason=reason):
            kind, values = "broken", {"reason": reason}
    own = f"{kind}.{wanted.tool}"
    values = {**wanted.arguments, **values}
    fits = any(way.needs <= values.keys() for way in phrases.alternatives(own))
    return own if fits else kind, values


def _values(observation: Any) -> dict[str, Any]:
    """What a phrase can say of an observation: all of it as ``shown``, and its fields by name."""
    if not isinstance(observation, Mapping):
        return {} if observation is None else {"shown": spoken(observation)}
    fields = {str(name): value for name, value in observation.items() if value is not None and not isinstance(value, Mapping)}
    shown = [f"{name.replace('_', ' ')} {spoken(value)}" for name, value in fields.items()]
    return {**fields, "shown": ", ".join(shown)} if shown else fields
