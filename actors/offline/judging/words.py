"""Rules over what is said and thought: sums, facts, tone, contradictions."""

import re
from collections.abc import Iterator
from itertools import combinations

from actors.offline.judging.reading import Finding, Reading, numbers
from projections.case import Seen

_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?](?=\S)[^.!?\n]+)*[.!?]*")
_MONEY = re.compile(r"(?:[$€£]|\b(?:EUR|USD|GBP) ?)(\d[\d,]*(?:\.\d+)?)")
_HOLDS_BACK = re.compile(
    r"\b(?:should (?:wait|not)|must (?:wait|not)|may not|nothing (?:may|should|must)|not (?:yet )?(?:agreed|allowed)|"
    r"(?:has|have)(?:n't| not) (?:agreed|confirmed|said yes))\b",
    re.IGNORECASE,
)
_RUDE = re.compile(
    r"\b(?:stupid|idiot\w*|dumb|moron\w*|pathetic|ridiculous|annoying|nuisance|shut up|whatever\b(?= you| then)|"
    r"wast(?:e|ing) (?:my|our) time|(?:couldn't|could not|don't|do not) care|read (?:properly|again)|a child could|people like you|"
    r"not my problem|how hard can|pay attention|calm down|for once|sick of|get lost|use your (?:head|brain)|hurry up)\b",
    re.IGNORECASE,
)
_LOST = re.compile(r"\b(?:did(?:n't| not) (?:quite )?understand|not sure (?:i understand|what you need))\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:nothing (?:has been|was|is|had been) (?:changed|done|made|booked|cancel\w+|sent|touched)|"
    r"(?:not|never|n't) (?:made?|chang\w+|done|do|touch\w*|carried out|book\w*|cancel\w*)\b[^.?!]{0,30}?"
    r"\b(?:any|a thing|changes?|it|anything|so far)|"
    r"no changes? (?:was|were|has been|have been|is|are)(?: made)?)\b",
    re.IGNORECASE,
)
_PROVISO = re.compile(r"\b(?:if|unless|until|before|would)\b", re.IGNORECASE)
_CONDITION = re.compile(r"\b(?:if|unless|until|before|would|was|were|from|instead|used to|previously|rather than)\b", re.IGNORECASE)


def sums(reading: Reading) -> Iterator[Finding]:
    """Amounts told to the user that were neither shown nor follow from what was."""
    for message in reading.messages:
        amounts = [float(match.replace(",", "")) for match in _MONEY.findall(message.text)]
        for amount in dict.fromkeys(amounts):
            if not reading.knows_number(amount, message.position) and not _follows(reading, message, amount):
                reason = f"the amount {amount:,.2f} was not shown, and cannot be computed from what was"
                yield Finding("reasoning_quality", 5, reason, (message.position,))


def _follows(reading: Reading, message: Seen, amount: float) -> bool:
    """Whether it is a sum or difference of what the message names, or a figure times a number that it names."""
    named = [number for number in numbers(message.text.replace("$", " ")) if abs(number - amount) > 0.005]
    known = [number for number in dict.fromkeys(named) if reading.knows_number(number, message.position)]
    signed = [*known[:8], *(-number for number in known[:8])]
    parts = [figure for at, name, figure in reading.named if at < message.position and name.lower() in message.text.lower()]
    for terms, most in ((signed, 4), (list(dict.fromkeys(parts))[:10], 5)):
        for size in range(2, most + 1):
            if any(abs(sum(group) - amount) < 0.006 for group in combinations(terms, size)):
                return True
    counts = [*known, *(number for at, number in reading.said if at < message.position)]
    return any(abs(count * figure / scale - amount) < 0.006 for count in counts for figure in reading.figures for scale in (1, 100))


def invented(reading: Reading) -> Iterator[Finding]:
    """Facts in the reasoning that nobody told or showed."""
    for seen in reading.case.seen:
        unknown = reading.unknown(seen.reasoning or "", seen.position)
        if unknown:
            reason = f"the reasoning rests on {', '.join(unknown[:3])}, which nobody told or showed"
            yield Finding("reasoning_hallucination", 6, reason, (seen.position,))


def against(reading: Reading) -> Iterator[Finding]:
    """Changes that their own reasoning speaks against."""
    effects = {seen.call_id: seen for seen in reading.effects}
    handed = {seen.call_id: seen for seen in reading.case.seen if seen.kind == "asked"}
    for made in reading.made:
        if made.call.reasoning is None or not _HOLDS_BACK.search(made.call.reasoning):
            continue
        changed = made.call.call_id in effects or (made.outcome is not None and reading.effect_between(*_span(made.positions)))
        if changed or made.call.call_id in handed:
            reason = f"the reasoning says to hold back, and {made.call.tool} is called all the same"
            yield Finding("reasoning_quality", 5, reason, made.positions)


def _span(positions: tuple[int, ...]) -> tuple[int, int]:
    return positions[0], positions[-1]


def tone(reading: Reading) -> Iterator[Finding]:
    """Rudeness, internal data, and messages that do not help."""
    tools = {spec["function"]["name"] for specs in reading.case.tools.values() for spec in specs}
    for message in reading.messages:
        words = _RUDE.search(message.text)
        if words:
            yield Finding("communication_quality", 6, f"the user is told {words[0]!r}", (message.position,))
        internal = next((tool for tool in sorted(tools) if "_" in tool and tool in message.text), None)
        if internal or '{"' in message.text or "assistant/" in message.text:
            what = internal or "raw data"
            yield Finding("communication_quality", 5, f"the user is shown internals: {what}", (message.position,))
        if _LOST.search(message.text):
            yield Finding("communication_quality", 1, "the user was not understood", (message.position,))


def denials(reading: Reading) -> Iterator[Finding]:
    """Statements that nothing was done, after something was."""
    for message in reading.messages:
        before = [seen.position for seen in reading.effects if seen.position < message.position]
        for sentence in _SENTENCE.findall(message.text) if before else ():
            if _DENIES.search(sentence) and not _PROVISO.search(sentence):
                reason = f"{sentence.strip()!r} contradicts the change that was made and told"
                yield Finding("consistency", 5, reason, (message.position, before[-1]))


def stale(reading: Reading) -> Iterator[Finding]:
    """States told as present that were shown to have changed."""
    for message in reading.messages:
        latest: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for position, about, name, value in reading.shown:
            if position < message.position and not isinstance(value, bool):
                values = latest.setdefault((about, name), [])
                if not values or values[-1][1] != str(value):
                    values.append((position, str(value)))
        for (about, name), values in latest.items():
            if len(values) < 2:
                continue
            for sentence in _SENTENCE.findall(message.text):
                if _says(sentence, about, name.removesuffix("_id").replace("_", " "), values) and not _CONDITION.search(sentence):
                    reason = f"{sentence.strip()!r} is out of date: {name} of {about} is {values[-1][1]}"
                    yield Finding("consistency", 5, reason, (message.position, values[-1][0], values[0][0]))


def _says(sentence: str, about: str, name: str, values: list[tuple[int, str]]) -> bool:
    """Whether a sentence gives a field of a record a value that it had, and not the one that it has."""
    said = sentence.lower()
    if about.lower() not in said or not any(word in said for word in (name, name.split(maxsplit=1)[0])):
        return False
    rest = said.replace(about.lower(), " ")
    old = [value.lower() for _, value in values[:-1] if value != values[-1][1]]
    return any(_stands(value, rest) for value in old) and not _stands(values[-1][1].lower(), rest)


def _stands(value: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text) is not None
