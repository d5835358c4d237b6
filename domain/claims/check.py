"""Check: all claims of one message."""

from collections.abc import Iterable

from domain.claims.claim import Claim
from domain.claims.deeds import deeds
from domain.claims.known import Known
from domain.claims.lists import lists
from domain.claims.money import money
from domain.claims.promises import promises
from domain.claims.rules import rules
from domain.claims.states import states
from domain.claims.terms import terms
from domain.claims.text import plain_content, units_of

_MOST = {"error": 3, "warning": 1, "info": 0}


def claims_of(known: Known, content: str) -> list[Claim]:
    """
    The claims that a message makes, by where they stand; each place and kind once, what is bad before what is good.

    Args:
        known: What its author had observed when it was written.
    """
    text = plain_content(content)
    if _relayed(known, text):
        return []
    units = units_of(text)
    found: dict[tuple[str, int, int], Claim] = {}
    for check in (money, states, lists, deeds, rules, terms, promises):
        for claim in check(known, units):
            place = claim.kind, claim.start, claim.end
            if place not in found or (claim.bad and not found[place].bad):
                found[place] = claim
    return sorted(found.values(), key=lambda claim: (claim.start, claim.end, claim.kind))


def _relayed(known: Known, text: str) -> bool:
    """Whether a message only hands on, unchanged, what was just observed."""
    begin = text.find("{")
    return begin >= 0 and bool(known.seen) and text[begin:].strip() == known.seen[-1].text[known.seen[-1].text.find("{") :].strip()


def score(severities: Iterable[str]) -> float:
    """
    Tool-call hallucination of one conversation from the severities of its findings: 10 is none, 0 is the worst.

    Three points for each claim that contradicts an observation and each call of nothing, one for each that nothing supports.
    """
    return float(max(0, 10 - sum(_MOST[severity] for severity in severities)))
