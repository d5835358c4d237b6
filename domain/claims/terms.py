"""Terms: how old a thing is, and whether the conditions that the instructions set for a deed hold for it."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.claims.claim import Claim, bad, good
from domain.claims.facts import Record
from domain.claims.known import Known
from domain.claims.prose import Sentence
from domain.claims.text import Unit
from domain.claims.words import stem, stems

_AGE = re.compile(
    r"\b(?:booked|created|made|placed|purchased|ordered|booking|reservation)\b.{0,60}?\b(within|in|less than|under|more than|over|"
    r"outside|beyond)\b(?: of)?(?: the)?"
    r"(?: last| past| previous)? (\d+)[- ]?(?:hours?|hrs?)\b(?! of (?:booking|purchase))"
)
_YOUNG = ("within", "in", "less than", "under")
_MAY = re.compile(
    r"\b(?:can|may|able to|choose to|eligible (?:for|to be)|option to)\b(?: still| now| also| be| a| choose to| fully)* (cancel|"
    r"refund|return|exchang|modif)\w*"
)
_OPEN = re.compile(r"\b(?:if|only|unless|not|n't|cannot|whether|until|human|once)\b|\?")
_WINDOW = re.compile(r"\b(?:within|last|past)(?: the)?(?: last)? (\d+) (?:hours?|hrs?)\b")


def terms(known: Known, units: Sequence[Unit]) -> Iterator[Claim]:
    """Claims about ages, and about deeds that hang on conditions."""
    if known.now is None:
        return
    for unit in units:
        record = _about(known, units, unit)
        made_at = _made_at(record) if record is not None else None
        if record is None or made_at is None:
            continue
        yield from _age(known.now - made_at, record, unit)
        match = _MAY.search(unit.lower)
        if match and not _OPEN.search(unit.lower):
            yield from _allowed(known, record, known.now - made_at, match[1], unit)


def _about(known: Known, units: Sequence[Unit], unit: Unit) -> Record | None:
    """The only dated thing that a unit, else its message, else the conversation is about."""
    of_message = [id for other in units for id in other.ids]
    for ids in (unit.scope, of_message, [record.id for facts in known.seen for record in facts.records[:1]]):
        dated = {record.id: record for id in ids for record in known.records(id) if _made_at(record) is not None}
        if dated:
            return next(iter(dated.values())) if len(dated) == 1 else None
    return None


def _made_at(record: Record) -> datetime | None:
    value = record.fields.get("created_at")
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else None
    except ValueError:
        return None


def _age(age: timedelta, record: Record, unit: Unit) -> Iterator[Claim]:
    match = _AGE.search(unit.lower)
    if match is None or unit.question or re.search(r"\bif\b", unit.context):
        return
    young = (match[1] in _YOUNG) != bool(re.search(r"\b(?:not|n't|no longer)\b", unit.lower[max(0, match.start(1) - 16) : match.start(1)]))
    if young == (age <= timedelta(hours=int(match[2]))):
        yield good("date", unit.span, record.id)
    else:
        hours = age.total_seconds() / 3600
        yield bad("date", unit.span, "other-age", f"{record.id} was made {hours:.0f} hours before now", about=record.id)


def _allowed(known: Known, record: Record, age: timedelta, deed: str, unit: Unit) -> Iterator[Claim]:
    """Whether any of the conditions holds that the instructions name for a deed; nothing where there are too few to tell."""
    about = [sentence for sentence in known.prose.sentences if stem(deed) in sentence.around]
    windows = [int(match[1]) for sentence in about for match in _WINDOW.finditer(sentence.text.lower())]
    answers = {
        path: value for path, value in record.fields.items() if value in ("yes", "no") and any(stem(path) in one.stems for one in about)
    }
    if not windows or not answers or any(re.search(r"airline|weather|health|sick|ill\b|defect|damag", text) for text in known.users):
        return
    holds = age <= timedelta(hours=max(windows)) or "yes" in answers.values() or _always(record, about)
    if not holds:
        why = f"{record.id} is older than {max(windows)} hours and has {', '.join(f'{path} {value}' for path, value in answers.items())}"
        yield bad("policy", unit.span, "terms-not-met", why, about=record.id)


def _always(record: Record, about: Sequence[Sentence]) -> bool:
    """Whether a value of the thing is one for which a sentence makes no condition."""
    values = [
        frozenset(stems(value.replace("_", " ").lower())) for value in record.fields.values() if isinstance(value, str) and len(value) < 24
    ]
    for sentence in about:
        for clause in sentence.text.lower().split(","):
            bare = len(sentence.stems) < 6 and "if" not in clause
            if ("always" in clause or bare) and any(value and value <= set(stems(clause)) for value in values):
                return True
    return False
