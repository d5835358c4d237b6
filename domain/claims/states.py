"""Statuses, attributes, identifiers, dates and quantities: values of a thing, against what was shown of that thing."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from domain.claims.claim import Claim, bad, good
from domain.claims.facts import Record
from domain.claims.known import Known
from domain.claims.prose import Prose
from domain.claims.text import Unit
from domain.claims.values import dates_in, endings_in, identifiers_in, numbers_in

_SAID = re.compile(
    r"(?:\b(?:is|are|was|were|status|currently|still|stays?|remains?|already|now|been|as|to)\b|"
    r"[:(\"'“‘\-–])[\s*\"'“‘:]*(?:currently |still |now |already |also )*$"
)
_NOT_SAID = re.compile(r"\b(?:be|not|n't|if|any|only|all|your|other|when|while|once|until|it is|for|or|with|from|no)[\s*\"'“‘]*$")
_PAIR = re.compile(r"^\W*([A-Za-z][A-Za-z _\-]{2,28}?)\s*\**\s*(?::|=|–|—)\s*\**\s*[\"'“]?([A-Za-z0-9][^\n(;,*]{0,40})")
_PROPOSED = re.compile(
    r"\b(?:new|updated?|chang\w+|upgrad\w+|propos\w+|request\w*|want|will|would|to be|book\w*|modif\w+|replac\w+|exchang\w+|after|"
    r"option\w*|instead|select\w*)\b"
)
_SHIFTED = re.compile(r"\b(?:days? (?:later|earlier|after|before)|next day|tomorrow|day after)\b")
_QUOTED = re.compile(r"status[^.\n]{0,60}?['\"‘“]([a-z][a-z _]{3,24})['\"’”]")
_TROUBLE = re.compile(r"\b(?:the|your) delay (?:on|of|with|for|to)\b|\b(?:was|is|has been|being) delayed\b")
_QUANTITY = re.compile(r"\b(\d[\d,]*) (?:x|×|units?|pieces?|pcs)\b|\b(\d[\d,]*) days? (?:late|more|longer)\b", re.IGNORECASE)
_MEASURE = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?) ?(?:GB|MB|Mbps|kg|gigabytes?|megabytes?)\b", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:if|up to|at most|about|around|e\.g|such as|example)\b")
_LATELY = 6
"""Observations that figures may be combined from, the latest."""
_CLOSE = 0.005
_MOST = 60
"""Figures of an observation that are combined; more would explain any."""
_DATED = re.compile(
    r"\b(?:booked|created|placed|delivered|expected|due|payable|issued|ordered|planned|requested|arriv\w+|depart\w+|since|eta|until|on)\b"
)


def states(known: Known, units: Sequence[Unit]) -> Iterator[Claim]:
    """Claims about values of things."""
    for place, unit in enumerate(units):
        yield from _identifiers(known, unit)
        yield from _dates(known, unit)
        yield from _quantities(known, unit)
        yield from _measures(known, unit)
        yield from _statuses(known, unit)
        yield from _attributes(known, unit)
        yield from _options(known, unit, " ".join(_words_of(other.lower) for other in units[place + 1 : place + 7]))
        yield from _delays(known, unit)


def _identifiers(known: Known, unit: Unit) -> Iterator[Claim]:
    for id, start, end in identifiers_in(unit.text):
        span = unit.start + start, unit.start + end
        if known.has_token(id):
            yield good("identifier", span, id)
        elif not _plain(unit.text, start, end):
            yield bad("identifier", span, "unknown-identifier", f"{id} was never shown or told", about=id, verdict="unsupported")
    for digits, start, end in endings_in(unit.text):
        span = unit.start + start, unit.start + end
        if known.observed(digits):
            yield good("identifier", span, digits)
        else:
            yield bad("identifier", span, "unknown-identifier", f"nothing shown or told ends in {digits}", verdict="unsupported")


def _plain(text: str, start: int, end: int) -> bool:
    """Whether it only looks like an identifier: an example, a number of a page, a format."""
    return bool(re.search(r"(?:e\.g\.|such as|like|example|format)[^)]{0,40}$", text[:start], re.IGNORECASE)) or text[
        end : end + 3
    ].lower() in ("mah", " ma")


def _dates(known: Known, unit: Unit) -> Iterator[Claim]:
    for date, start, end in dates_in(unit.text):
        span = unit.start + start, unit.start + end
        if not known.has_date(date.month, date.day, date.year):
            said = unit.text[start:end]
            if (
                not unit.question
                and not _near_by(known, date.month, date.day)
                and not re.search(r"(?:e\.g|\bsay\b|let's|around|assum|such as|example|format|yyyy)", unit.lower)
            ):
                yield bad("date", span, "unknown-date", f"{said} was not observed", verdict="unsupported")
            continue
        other = _elsewhere(known, unit, (date.month, date.day))
        if other and _DATED.search(unit.lower) and not unit.hypothetical:
            yield bad("date", span, "other-entity", f"what was shown of {other} has no {unit.text[start:end]}", about=other)
        else:
            yield good("date", span)


def _near_by(known: Known, month: int, day: int) -> bool:
    """Whether the user asked for a day or two before or after one that was shown."""
    if not any(_SHIFTED.search(text) for text in known.users):
        return False
    return any(known.has_date(month, day + shift, None) for shift in (-2, -1, 1, 2))


def _elsewhere(known: Known, unit: Unit, day: tuple[int, int]) -> str:
    """The only thing that the unit is about, where what was shown of it has other days, and not this one."""
    own = [id for id in unit.ids if known.records(id)]
    if len(own) != 1 or len(unit.ids) > 2:
        return ""
    id = own[0].lower()
    with_it = [facts for facts in known.seen if id in facts.tokens or id in facts.lower]
    if any(day in facts.dates for facts in with_it) or not any(facts.dates for facts in with_it):
        return ""
    if any(f"{day[0]:02}-{day[1]:02}" in text or f" {day[1]}" in text for text in known.users):
        return ""
    told = f"-{day[0]:02}-{day[1]:02}"
    if known.now is not None and (known.now.month, known.now.day) == day:
        return ""
    return "" if any(told in made.said and id in made.said for made in known.calls) else own[0]


def _quantities(known: Known, unit: Unit) -> Iterator[Claim]:
    for match in _QUANTITY.finditer(unit.text):
        number = int((match[1] or match[2]).replace(",", ""))
        if known.has_number(number) or number * 100 in known.amounts or number <= 1:
            yield good("quantity", unit.at(match))
            continue
        numbers = _numbers_of(known, unit)
        if any(number + other in numbers or abs(number - other) in numbers for other in numbers):
            yield good("quantity", unit.at(match))
        else:
            yield bad("quantity", unit.at(match), "unknown-number", f"{match[0]} was not observed", verdict="unsupported")


def _measures(known: Known, unit: Unit) -> Iterator[Claim]:
    """Data, speeds and weights: as shown, told or instructed, or what two of them in one observation make."""
    for match in _MEASURE.finditer(unit.text):
        figure = float(match[1])
        if known.has_figure(figure):
            yield good("quantity", unit.at(match))
        elif (
            not unit.question
            and not _LIMIT.search(unit.lower)
            and not any(_makes(facts.figures, figure) for facts in known.seen[-_LATELY:])
        ):
            yield bad("quantity", unit.at(match), "unknown-number", f"{match[0]} was not observed", verdict="unsupported")


def _makes(figures: frozenset[float], wanted: float) -> bool:
    if len(figures) > _MOST:
        return False
    return any(abs(one + wanted - other) < _CLOSE or abs(one + other - wanted) < _CLOSE for one in figures for other in figures)


def _numbers_of(known: Known, unit: Unit) -> frozenset[int]:
    """Whole numbers of the unit itself, of the user, and of what it is about."""
    found = {value for value, _, _ in numbers_in(unit.text) if known.has_number(value)}
    for id in unit.scope:
        for record in known.records(id):
            found |= {value // 100 for value in record.own_amounts.values() if value % 100 == 0 and value < 10_000_000}
            found |= {value // 100 for child in record.children for value in child.own_amounts.values() if value % 100 == 0}
    return frozenset(found)


@lru_cache(4096)
def _words_of(value: str) -> str:
    return value.replace("_", " ").replace("-", " ").lower()


def _vocabulary(known: Known) -> Sequence[str]:
    """Statuses that were shown, or that the instructions name, in plain words; the longest first."""
    found = {_words_of(value) for facts in known.seen for value in facts.statuses}
    return sorted(found | _named_in(known.prose), key=lambda word: (-len(word), word))


@lru_cache(256)
def _named_in(prose: Prose) -> frozenset[str]:
    return frozenset(_words_of(value) for value in _QUOTED.findall(prose.lower))


def statuses_of(known: Known, id: str) -> list[str]:
    """Statuses that were shown of something, the latest last."""
    values = [
        v
        for record in known.records(id)
        for path, v in record.fields.items()
        if isinstance(v, str) and path in ("status", "state", "order_status")
    ]
    return [_words_of(value) for value in values]


def _delays(known: Known, unit: Unit) -> Iterator[Claim]:
    """A delay or the like of one thing that only the user spoke of."""
    match = _TROUBLE.search(unit.lower)
    if match is None or unit.hypothetical or not unit.ids:
        return
    shown = [facts for facts in known.seen if any(id.lower() in facts.lower for id in unit.ids)]
    if not any("delay" in facts.lower for facts in known.seen) and any("delay" in text for text in known.users):
        yield (
            bad("status", unit.span, "only-told", f"nothing that was shown of {unit.ids[0]} speaks of it", verdict="unsupported")
            if shown
            else good("status", unit.span)
        )


def _statuses(known: Known, unit: Unit) -> Iterator[Claim]:
    if unit.question or not known.seen:
        return
    holders = [id for id in unit.scope if statuses_of(known, id)]
    if len(holders) != 1 or len([id for id in unit.scope if known.records(id)]) > 2:
        return
    id, text = holders[0], unit.lower.replace("_", " ").replace("-", " ")
    shown = statuses_of(known, id)
    said = [word for word in _vocabulary(known) if (at := text.find(word)) >= 0 and _is_word(text, at, word)]
    said = [word for word in said if _SAID.search(text[: text.find(word)]) and not _NOT_SAID.search(text[: text.find(word)])]
    if any(_fits(word, shown[-1]) for word in said):
        yield good("status", unit.span, id)
        return
    for word in sorted(said, key=text.find):
        if (unit.hypothetical and f"status: {word}" not in text) or shown[-1] in text:
            return
        if any(_fits(word, before) for before in shown):
            yield bad("status", unit.span, "changed-since", f"{id} was {word}, and is {shown[-1]} since", about=id, verdict="stale")
        elif not re.search(r"\b(?:cannot|can't|must|only)\b", text) and not _may_follow(known, id, word):
            yield bad("status", unit.span, "other-status", f"{id} was shown as {shown[-1]}", about=id)
        return


def _may_follow(known: Known, id: str, word: str) -> bool:
    """Whether a change of the thing may have led to a status that was not shown."""
    begin = word[:5]
    return any(
        id.lower() in made.said and (begin in made.said + made.tool or (made.facts and begin in made.facts.lower))
        for made in known.effects()
    )


def _is_word(text: str, at: int, word: str) -> bool:
    after = text[at + len(word) : at + len(word) + 1]
    return not (at and text[at - 1].isalnum()) and not after.isalnum()


def _fits(word: str, shown: str) -> bool:
    return shown == word or shown.startswith(word + " ") or word.startswith(shown + " ")


def _attributes(known: Known, unit: Unit) -> Iterator[Claim]:
    """``Key: value`` of one thing."""
    match = _PAIR.match(unit.text)
    if match is None or unit.question or _PROPOSED.search(unit.context):
        return
    key = match[1].strip().lower().replace(" ", "_").replace("-", "_")
    value = _words_of(match[2].strip(" .*\"'”"))
    holders = [id for id in unit.scope if known.records(id)]
    if len(holders) != 1 or not value or key in ("status", "state", "name", "price"):
        return
    shown = [
        _plain_value(leaf) for record in known.records(holders[0]) for path, leaf in record.fields.items() if path.rpartition(".")[2] == key
    ]
    if not shown:
        return
    others = {
        _plain_value(leaf)
        for facts in known.seen
        for record in facts.records
        for path, leaf in record.fields.items()
        if path.rpartition(".")[2] == key
    }
    if shown[-1] == value or shown[-1] in value:
        yield good("attribute", unit.span, holders[0])
    elif value in shown:
        yield bad("attribute", unit.span, "changed-since", f"{key} of {holders[0]} is {shown[-1]} since", about=holders[0], verdict="stale")
    elif value in others and not any(value in text for text in known.users[-2:]):
        yield bad("attribute", unit.span, "other-value", f"{key} of {holders[0]} was shown as {shown[-1]}", about=holders[0])


def _plain_value(leaf: Any) -> str:
    return {True: "yes", False: "no"}[leaf] if isinstance(leaf, bool) else _words_of(str(leaf))


def _options(known: Known, unit: Unit, rest: str) -> Iterator[Claim]:
    """Options that are said of one variant, and are those of another; ``rest`` is what stands under it."""
    ids = [id for id in unit.ids if any(record.parent for record in known.records(id))]
    if (
        len(ids) != 1
        or unit.negated
        or re.search(
            r"\b(?:from|instead|to|with|for|exchange|replace)\b.*\b(?:to|with|for|"
            r"of)\b",
            unit.lower,
        )
    ):
        return
    record = next(
        (record for record in reversed(known.records(ids[0])) if any(path.startswith("options.") for path in record.fields)), None
    )
    if record is None or record.parent is None:
        return
    siblings = [child for child in record.parent.children if child.kind == record.kind]
    context = _words_of(unit.context if unit.listed and not _PROPOSED.search(unit.lower) else unit.lower)
    any_said = False
    for path, own in record.fields.items():
        if not path.startswith("options.") or not isinstance(own, str):
            continue
        said = {
            v
            for child in siblings
            if isinstance(v := child.fields.get(path), str) and len(v) > 3 and not v.isdigit() and _said_of(context, v)
        }
        own_said = _said_of(context, own) or (unit.listed and _said_of(rest, own))
        any_said = any_said or own_said
        other = next((value for value in sorted(said) if value != own and value.lower() not in own.lower()), None)
        if other and not own_said:
            yield bad("attribute", unit.span, "other-value", f"{ids[0]} has {path[8:]} {own}, not {other}", about=ids[0])
            return
    if any_said:
        yield good("attribute", unit.span, ids[0])


def _said_of(context: str, value: str) -> bool:
    value = _words_of(value)
    at = context.find(value)
    return at >= 0 and _is_word(context, at, value) and not re.search(r"\b(?:non|not|no|than|instead of|without)\s*$", context[:at])


def records_of(known: Known, unit: Unit) -> list[Record]:
    """What was shown of the things that a unit is about, the latest last."""
    found = [record for id in unit.scope for record in known.records(id)]
    if found:
        return found
    return [record for _, _, records in known.named(unit.lower) for record in records]
