"""Rules over calls: allowed, fitting, grounded, not in vain, and their failures noticed."""

import re
from collections.abc import Iterator
from typing import Any

from actors.offline.hearing import hear_assistant
from actors.offline.judging.reading import Finding, Made, Reading, leaves
from domain.agents import ASSISTANT
from domain.team import kind_of
from domain.values import canonical
from projections.case import observation

_ADMITS = re.compile(
    r"\b(?:sorry|unfortunately|afraid|can(?:'t|not)|could(?:n't| not)|unable|not (?:able|possible|found|allowed|find)|no (?:such|record)|"
    r"answer is no|"
    r"did(?:n't| not)|does(?:n't| not)|isn't|fail\w*|error|problem|went wrong|refused|declined|invalid|another way|try again)\b",
    re.IGNORECASE,
)


def refused(reading: Reading) -> Iterator[Finding]:
    """Calls that the policy forbids, that are malformed, or that ask for what is not there."""
    for made in reading.made:
        code = made.outcome.code if made.failed and made.outcome else ""
        if made.outcome is None or not code or made.outcome.kind != "refusal":
            continue
        if code.startswith("policy:") and _premature(reading, made):
            reason = f"{made.call.tool} was called against the policy: {made.outcome.text}"
            yield Finding("tool_usage", 5, reason, made.positions)
        elif code in ("invalid-arguments", "unknown-tool"):
            yield Finding("tool_usage", 2, f"{made.call.tool} was called in a way that it cannot take: {made.outcome.text}", made.positions)
        else:
            yield Finding("tool_usage", 1, f"{made.call.tool} brought nothing: {made.outcome.text}", made.positions)


def _premature(reading: Reading, made: Made) -> bool:
    """Whether a forbidden call came too soon, rather than for what turned out to be nobody's to have.

    It did where nothing had been answered before it, or where it was allowed later.
    """
    others = [other for other in reading.made if other.outcome is not None and other.outcome.kind == "answer"]
    first = all(other.call.position > made.call.position or other.call.call_id in reading.handed for other in others)
    same = (made.call.tool, made.call.arguments)
    return first or any(same == (other.call.tool, other.call.arguments) and other.call.position > made.call.position for other in others)


def unfitting(reading: Reading) -> Iterator[Finding]:
    """Identifiers of one kind handed to a tool that wants another."""
    kinds: dict[str, set[str]] = {}
    for made in reading.made:
        answered = () if made.failed else (*leaves(made.call.arguments), *(leaves(observation(made.outcome)) if made.outcome else ()))
        for name, value in answered:
            if name.endswith("_id"):
                kinds.setdefault(str(value), set()).add(name)
    for made in reading.made:
        for name, value in leaves(made.call.arguments):
            known = kinds.get(str(value), set())
            if made.failed and name.endswith("_id") and known and not any(_alike(name, other) for other in known):
                reason = f"{made.call.tool} was given {value} as {name}, which is a {', '.join(sorted(known))}"
                yield Finding("tool_usage", 4, reason, made.positions)


def _alike(one: str, other: str) -> bool:
    return one.endswith(other) or other.endswith(one) or one.split("_")[-2:] == other.split("_")[-2:]


def repeated(reading: Reading) -> Iterator[Finding]:
    """The same question again, though nothing has changed since it was answered."""
    answered: dict[tuple[str, str, bytes], Made] = {}
    times = 0
    for made in reading.made:
        if made.call.call_id in reading.handed:
            continue
        key = (kind_of(made.call.agent), made.call.tool, _key(made.call.arguments))
        before = answered.get(key)
        if before is not None and not reading.effect_between(before.call.position, made.call.position):
            times += 1
            reason = f"{made.call.tool} was called again with the same arguments, and nothing had changed"
            yield Finding("tool_usage", 4 if times == 1 else 2, reason, (made.call.position, before.call.position))
        if made.outcome is not None and made.outcome.kind == "answer" and not made.outcome.effects:
            answered[key] = made


def _key(arguments: Any) -> bytes:
    try:
        return canonical(dict(arguments))
    except ValueError:
        return repr(arguments).encode()


def ungrounded(reading: Reading) -> Iterator[Finding]:
    """Arguments that nobody told or showed; asking about an invented value does not ground it."""
    found: set[str] = set()
    for made in reading.made:
        texts = " ".join(str(value) for _, value in leaves(made.call.arguments))
        for token in reading.unknown(texts, made.call.position):
            if token not in found:
                found.add(token)
                reason = f"{made.call.tool} was called with {token}, which nobody had told or shown"
                yield Finding("tool_call_hallucination", 5, reason, made.positions)


def ignored(reading: Reading) -> Iterator[Finding]:
    """Failed calls that were neither made good nor told to whoever waits."""
    seen = reading.case.seen
    for made in reading.made:
        if not made.failed or made.outcome is None:
            continue
        later = [item for item in seen if item.position > made.outcome.position and item.agent == made.call.agent]
        for item in later:
            if item.kind in ("answer", "asked"):
                break
            if item.kind == "says":
                if not _ADMITS.search(item.text) and not (item.agent == ASSISTANT and hear_assistant(item.text, {}).questions):
                    reason = f"{made.call.tool} failed ({made.outcome.text}), and the next message passes over it"
                    yield Finding("error_handling", 6, reason, (item.position, *made.positions))
                break
