"""Policy and capability: what is said to be possible, allowed or limited, against the sentences of the instructions."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

from domain.claims.claim import Claim, bad, good
from domain.claims.known import Known
from domain.claims.prose import Prose, prose_of
from domain.claims.states import records_of, statuses_of
from domain.claims.text import Unit
from domain.claims.values import numbers_in
from domain.claims.words import stem, stems

_ALLOWS = re.compile(
    r"\b(?:can|could|able to|may|eligible|allowed|possible|let me know|such as|option|would you like|if you(?:'d| would) like|"
    r"alternatively|feel free|permitted|qualif\w+|happy to)\b"
)
_CUT = re.compile(r"\b(?:after|once|during|following)\b", re.IGNORECASE)
_BEGINS = re.compile(r"\bbook\b|\bbook (?:a|an|the|me|one|this|that|it|flights?)\b|\bnew (?:flight|reservation|booking|order|trip)\b")
_DEPENDS = re.compile(r"\b(?:if|unless|without|until|except|when|other than|before|only)\b", re.IGNORECASE)
_NO = re.compile(
    r"\b(?:cannot|can't|can not|not|n't|unable|unfortunately|no longer|never|only if|neither|nor|instead|though|although)\b|n't\b"
)
_ASIDE = re.compile(r"[(;,]|\bvs\b|\.\s")
_GENERIC_WORDS = """
user customer agent cannot can able allow permit must never should order reservation flight item request initial action
"""
_GENERIC = frozenset(map(stem, _GENERIC_WORDS.split()))
_OFFERED = re.compile(
    r"\b(?:can|could|able to|may|eligible (?:for|to))(?: be| also| still| then| now| proceed with| proceed to| an?| you| i)* (\w+)"
)
_ONLY_STATUS = re.compile(
    r"\b(?:can only be|only be) (\w+)(?: or (\w+))?[^.]*?\bstatus is ['\"‘“]?(\w+)|\bonly (\w+) orders can be (\w+)(?: or (\w+))?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[(),;:]|\bbut\b|\bhowever\b|\s[–—-]\s")
_TITLE = 40
"""Characters of a line that is no more than a title."""
_ALIKE = {stem(word): stem("add") for word in ("purchase", "buy", "include")}
_FUNCTION = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_MYSELF = re.compile(
    r"\b(?:i(?:'ll| will| can| am going to|'m going to)|let me)(?: (?:also|now|then|first|quickly|just))* (\w+)((?: [\w']+){1,7})"
)
_MANY = {"all": 0, "both": 2, "two": 2, "three": 3, "four": 4, "five": 5, "all two": 2, "all three": 3, "all four": 4}
_USED = re.compile(r"\b(?:use|used|using|apply|applied|pay|paid|combine|add|split)\b")
_MODAL = re.compile(
    r"\bi(?:'ll| (?:can|could|will|am able to|would be able to|may))(?: also| then| now| certainly| gladly|"
    r" happily)* ((?!not\b)\w+(?: \w+){0,12})"
)
_OFFERS = re.compile(r"(?:^|\band |have (?:it|this|that|them) )(\w+)")
_ABOUT = 4
"""Words after a verb that say what it is done to."""
_OUTSIDE_WORDS = """
call phone email text notify monitor contact escalate discount waive remind schedule guarantee expedite compensate flag alert rush
mail fax forward override reopen negotiate lower reduce extend ship courier deliver track ping message bypass
"""
_OUTSIDE = frozenset(map(stem, _OUTSIDE_WORDS.split()))
"""Deeds that agents like to offer; each needs its word in the instructions or the tools."""
_PAYS = {"credit card": "credit_card", "debit card": "debit_card", "gift card": "gift_card", "paypal": "paypal"}
_USE_PAY = re.compile(
    r"\b(?:use|proceed with|pay with|pay by|payment method|switch to|choose|with a|different)\b[^;\n]{0,30}?\b(credit card|"
    r"debit card|gift card|paypal)\b"
)


class Row(NamedTuple):
    """A number that a policy gives for a case: so many of something, under conditions."""

    number: int
    noun: tuple[str, ...]
    case: frozenset[str]


def rules(known: Known, units: Sequence[Unit]) -> Iterator[Claim]:
    """Claims about what is possible."""
    prose = known.prose
    if len(prose.words) < 40:
        return
    for unit in units:
        offered = unit.lower if not _NO.search(unit.lower) else _clauses(unit)
        allows = bool(_ALLOWS.search(offered))
        yield from _limits(prose, unit)
        yield from _tabled(prose, unit)
        found = list(_forbidden(known, prose, unit, offered)) if allows else []
        found = found or (list(_by_status(known, prose, unit)) if allows and offered == unit.lower else [])
        found = found or list(_payments(known, unit)) or list(_capability(known, prose, unit)) or list(_not_own(known, prose, unit))
        yield from found


def _limits(prose: Prose, unit: Unit) -> Iterator[Claim]:
    """More of something than may be had."""
    if unit.negated or unit.question:
        return
    for limit in prose.limits:
        noun = limit.what[-1] if limit.what[-1] not in ("per", "each") else limit.what[0]
        for match in re.finditer(r"\b(all two|all three|all four|both|two|three|four|five|six|[2-9])(?: \w+){0,2}? (\w+)", unit.lower):
            if stem(match[2]) != noun or (
                len(limit.what) > 1 and limit.what[0] not in (*stems(unit.lower), noun) and _shared(prose, noun) > 1
            ):
                continue
            many = _MANY.get(match[1], int(match[1]) if match[1].isdigit() else 6)
            if many > limit.most and _USED.search(unit.context):
                yield bad("policy", unit.span, "over-limit", f"the policy says: {limit.sentence.strip()}")
                return


def _shared(prose: Prose, noun: str) -> int:
    return sum(limit.what[-1] == noun for limit in prose.limits)


@lru_cache(256)
def _rows(text: str) -> tuple[Row, ...]:
    """The numbers that a policy gives by case."""
    found = []
    for sentence in prose_of(text).sentences:
        clauses = [clause for clause in re.split(r",|;| and (?=\d)", sentence.text) if clause.strip()]
        lead = sentence.around - sentence.stems | frozenset(stems(clauses[0].lower())) if clauses else frozenset()
        for clause in clauses:
            number = next(((value, end) for value, _, end in numbers_in(clause)), None)
            words = stems(clause[number[1] :].lower()) if number else ()
            if number and len(words) >= 3:
                found.append(Row(number[0], words[:2], frozenset(lead | set(words[2:]))))
    return tuple(found)


def _tabled(prose: Prose, unit: Unit) -> Iterator[Claim]:
    """A number that the policy gives otherwise for the case that the unit names."""
    for number, _, end in numbers_in(unit.text):
        after = stems(unit.text[end : end + 60].replace("*", "").lower())
        rows = [row for row in _rows(prose.text) if after[:2] == row.noun]
        if len(rows) < 3:
            continue
        common = frozenset.intersection(*(row.case for row in rows))
        if re.search(r"\b(?:reservation|booking)\b.{0,24}\b(?:includes?|has|have|shows?|currently)\b", unit.lower):
            continue
        said = frozenset(stems(unit.text[: end + len(_ASIDE.split(unit.text[end:])[0])].replace("*", "").lower()))
        fitting = [row for row in rows if row.case - common and row.case - common <= said | _GENERIC | {"passenger"}]
        numbers = {row.number for row in fitting}
        if len(numbers) == 1 and number not in numbers:
            most = next(iter(numbers))
            if (
                most
                and number % most == 0
                and number > most
                and not re.search(r"\b(?:per|each)\b", _ASIDE.split(unit.text[end : end + 40])[0])
            ):
                continue
            yield bad("policy", unit.span, "other-number", f"the policy gives {most} {' '.join(after[:2])} for this case, not {number}")
        elif numbers:
            yield good("policy", unit.span)


def _clauses(unit: Unit) -> str:
    """The clauses of a unit that offer something and deny nothing, below what an entry of a list is about."""
    kept = [clause for clause in _CLAUSE.split(unit.lower) if _ALLOWS.search(clause) and not _NO.search(clause)]
    return " ".join([*(parent.lower for parent in unit.parents[-1:] if unit.listed and len(parent.text) < _TITLE), *kept]) if kept else ""


def _forbidden(known: Known, prose: Prose, unit: Unit, offered: str) -> Iterator[Claim]:
    """What is offered, and a sentence of the policy rules out."""
    said = {_ALIKE.get(word, word) for word in stems(offered)}
    shown = {
        stem_
        for record in records_of(known, unit)[-3:]
        for v in record.fields.values()
        if isinstance(v, str) and len(v) < 30
        for stem_ in stems(v.replace("_", " ").lower())
    }
    for sentence in prose.sentences:
        if not sentence.forbids or _DEPENDS.search(sentence.text) or len(sentence.stems) > 14:
            continue
        core = {_ALIKE.get(word, word) for word in stems(_CUT.split(sentence.text)[0].lower())} - _GENERIC
        if len(core) < 2 or not core <= said | shown or len(core & said) < 2 - bool(core & shown):
            continue
        if not _acts(sentence.text, said) or (_CUT.search(sentence.text) and _begins(known)):
            continue
        yield bad("capability", unit.span, "against-policy", f"the policy says: {sentence.text.strip()}")
        return


def _begins(known: Known) -> bool:
    """Whether the user wants something new, and has not got it yet."""
    return bool(_BEGINS.search(known.user_text)) and not any("book" in made.tool or "create" in made.tool for made in known.effects())


def _acts(sentence: str, said: AbstractSet[str]) -> bool:
    """Whether the deed that is forbidden is the one that is offered."""
    match = re.search(
        r"(?:cannot|can not|can't|must not|may not|should not|never|do not|don't|be) (?:be )?(?:proactively )?(\w+)",
        sentence,
        re.IGNORECASE,
    )
    return match is not None and _ALIKE.get(stem(match[1].lower()), stem(match[1].lower())) in said


def _by_status(known: Known, prose: Prose, unit: Unit) -> Iterator[Claim]:
    """A deed that is possible in one status only, offered for something in another."""
    holders = [id for id in unit.ids if statuses_of(known, id)]
    if len(holders) != 1:
        return
    status = statuses_of(known, holders[0])[-1]
    for match in _ONLY_STATUS.finditer(prose.text):
        needed = (match[3] or match[4] or "").lower()
        offered = {stem(found[1]) for found in _OFFERED.finditer(unit.lower)}
        verbs = {stem(verb.lower()) for verb in (match[1], match[2], match[5], match[6]) if verb}
        if verbs & offered and not status.startswith(needed) and needed not in unit.lower:
            yield bad(
                "policy", unit.span, "other-status", f"{holders[0]} is {status}; the policy says: {match[0].strip()}", about=holders[0]
            )
            return


def _payments(known: Known, unit: Unit) -> Iterator[Claim]:
    """A way of paying that the profile does not show."""
    match = _USE_PAY.search(unit.lower)
    if match is None or re.search(r"\b(?:cannot|not|no|unable)\b|n't\b", unit.lower) or re.search(r"\b(?:or|provide|add)\b", match[0]):
        return
    methods = known.methods()
    kind = _PAYS[match[1]]
    if (
        methods
        and not any(kind in f"{record.id} {record.fields.get('source', '')}" for record in methods)
        and match[1] not in known.user_text
    ):
        yield bad("capability", unit.span, "not-there", f"the profile shows no {match[1]}", verdict="unsupported")


def _capability(known: Known, prose: Prose, unit: Unit) -> Iterator[Claim]:
    """What the agent says it can do, and neither its instructions nor its tools know of."""
    match = _MODAL.search(unit.lower)
    if match is None or "human" in unit.lower:
        return
    offered = [found for found in _OFFERS.finditer(match[1]) if stem(found[1]) in _OUTSIDE]
    for found in offered:
        verb, about = stem(found[1]), set(stems(match[1][found.end() :])[:_ABOUT])
        if not any(verb in words and (not about or about & words) for words in (*_said_in(prose.text), *_tool_words(known))):
            why = f"neither the instructions nor the tools know of {' '.join([found[1], *match[1][found.end() :].split()[:_ABOUT]])}"
            yield bad("capability", unit.span, "unknown-deed", why, verdict="unsupported")
            return
    if offered:
        yield good("capability", unit.span)


def _not_own(known: Known, prose: Prose, unit: Unit) -> Iterator[Claim]:
    """What the agent says it will do itself, though the instructions name it as what somebody else does: none of its tools."""
    match = _MYSELF.search(unit.lower)
    if match is None or known.tools is None or unit.negated:
        return
    words = set(stems(match[2]))
    for name in _functions(prose.text):
        verb, *rest = stems(name.replace("_", " "))
        if name not in known.tools and rest and verb == stem(match[1]) and set(rest) <= words and not _has_tool(known, rest):
            why = f"{name} is named in the instructions, and is none of its tools"
            yield bad("capability", unit.span, "not-its-tool", why, verdict="unsupported")
            return


def _has_tool(known: Known, rest: Sequence[str]) -> bool:
    """Whether a tool of its own does the like, such as reading what another shows."""
    names = (set(stems(name.replace("_", " "))) for name in known.tools or ())
    return any(set(rest) <= name for name in names)


@lru_cache(256)
def _functions(text: str) -> tuple[str, ...]:
    """Names of functions in a policy, at least of two words that mean something."""
    return tuple(name for name in sorted(set(_FUNCTION.findall(text))) if len(stems(name.replace("_", " "))) > 1)


@lru_cache(256)
def _said_in(text: str) -> tuple[frozenset[str], ...]:
    return tuple(sentence.around for sentence in prose_of(text).sentences)


def _tool_words(known: Known) -> Iterator[frozenset[str]]:
    """Words of each tool's name and description."""
    specs = dict.fromkeys(made.tool for made in known.calls) | dict(known.tools or {})
    for name, spec in specs.items():
        told = str(spec.get("description", "")) if isinstance(spec, dict) else ""
        yield _stems_of(f"{name} {told}")


@lru_cache(1024)
def _stems_of(text: str) -> frozenset[str]:
    return frozenset(stems(text.replace("_", " ").lower()))
