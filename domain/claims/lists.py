"""Counts, superlatives and negatives: evaluated over the lists that were observed."""

import re
from collections.abc import Iterator, Sequence

from domain.claims.claim import Claim, bad, good
from domain.claims.facts import Record
from domain.claims.known import Known
from domain.claims.states import records_of, statuses_of
from domain.claims.text import Unit
from domain.claims.values import numbers_in
from domain.claims.words import stem, stems

_NOUN = re.compile(r"\s+((?:[a-z][a-z'\-]*\s+){0,3}?)(?=([a-z][a-z\-]+s)\b)", re.IGNORECASE)
_SAME = {
    "version": "variant",
    "option": "variant",
    "choic": "variant",
    "model": "variant",
    "typ": "variant",
    "reservat": "reservat",
    "travel": "passenger",
    "certificat": "certificate",
    "bag": "",
    "day": "",
    "hour": "",
    "minut": "",
    "piec": "",
    "unit": "",
    "seat": "",
    "dollar": "",
    "person": "",
}
_LEAST = re.compile(r"\b(?:cheapest|lowest[- ]?(?:priced?|cost|fare)?|least expensive|most affordable)\b")
_MOST = re.compile(r"\b(?:most expensive|priciest|highest[- ]priced?|costliest)\b")
_RECENT = re.compile(r"\b(?:more|most) recent (?:one|order|reservation|booking)|\b(?:latest|newest) (?:order|reservation|booking)\b")
_CODE = re.compile(r"#?\b([A-Z0-9]{6}|W\d{5,})\b")
_PAY = {
    "gift card": "gift_card",
    "credit card": "credit_card",
    "paypal": "paypal",
    "certificate": "certificate",
    "debit card": "debit_card",
}
_NONE = re.compile(
    r"\b(?:no|not have (?:a|an|any)|n't have (?:a|an|any)|without (?:a|an|any)|holds? no|has no)\b[^.;,]{0,30}?\b(gift card|"
    r"credit card|debit card|paypal|certificate)s?\b"
)
_GONE = re.compile(
    r"\b(?:not|n't|un)\s?(?:currently |longer )?(?:available|found|recognized|recognised|listed|on file|in stock|exist|registered|"
    r"in your (?:profile|account))\b|\bout of stock\b|\bsold out\b|\bno longer available\b"
)
_ENDING = re.compile(r"ending (?:in|with)\W*(\d{4,})")
_EMPTY = re.compile(
    r"\b(?:there (?:is|are) no|has no|have no|holds? no|contains? no|shows? no|"
    r"lists? no)\s+((?:[a-z\-]+ ){0,2}?[a-z\-]+?)s?\b(?= in| on| for| at| with| left| open|[.,;!]|$)"
)

_NO_SUCH = re.compile(
    r"\b(?:there (?:are|is)|i (?:found|see|find)|we have) (?:currently |also )?no (?:other )?((?:[a-z\-]+ ){1,3}?)(?:is |are )?"
    r"(?=available|found|from|on|for|that|between|to)\b"
)


def lists(known: Known, units: Sequence[Unit]) -> Iterator[Claim]:
    """Claims about how many, which is most, and what is not there."""
    for unit, after in zip(units, [*units[1:], None], strict=False):
        if not unit.question:
            yield from _counts(known, unit)
            yield from _superlatives(known, unit, after)
        yield from _recent(known, unit)
        yield from _negatives(known, unit)


def _counts(known: Known, unit: Unit) -> Iterator[Claim]:
    for number, start, end in numbers_in(unit.text):
        match = _NOUN.match(unit.text, end)
        if (
            match is None
            or number > 99
            or re.search(
                r"(?:up to|at most|least|than|within|over|maximum of|next|first|last|about|around|only|the|these|those|of the|"
                r"other|another|per|ending in|more)\s*$",
                unit.lower[:start],
            )
        ):
            continue
        noun = stem(match[2].lower())
        wanted = _SAME.get(noun, noun)
        if not wanted or re.search(
            r"\b(?:of|separate|free|checked|extra|more|additional|new|different|per|"
            r"business)\b",
            match[1].lower(),
        ):
            continue
        if re.match(r"\W+(?:with|containing|that|which|for|from|to|of)\b", unit.text[match.end(2) :]) or number == len(set(unit.ids)):
            continue
        found = _lengths(known, unit, wanted, match[1].lower().split())
        if not found or any(
            f"{number} {word}" in text for text in known.users for word in (match[2].lower(), match[2].lower().rstrip("s"))
        ):
            continue
        span = unit.start + start, unit.start + match.end(2)
        if number in found:
            yield good("count", span)
        elif not unit.hypothetical and number not in {value for value, _, _ in numbers_in(known.users[-1] if known.users else "")}:
            shown = ", ".join(map(str, sorted(found)[:6]))
            yield bad("count", span, "wrong-count", f"the lists that were shown give {shown}")


def _lengths(known: Known, unit: Unit, noun: str, adjectives: Sequence[str]) -> set[int]:
    """Lengths of the lists that a noun may stand for, as a whole and for each value of their records."""
    about = set(map(id, records_of(known, unit)))
    found: set[int] = set()
    narrow: set[int] = set()
    adjectives = [word for word in adjectives if word not in ("the", "your", "my")]
    for facts in known.seen:
        for record in facts.records:
            for name, length in record.lists.items():
                if listed(name) != stem(noun):
                    continue
                counts = {length} | _partial(record, name.rpartition(".")[2], adjectives)
                found |= counts
                if id(record) in about or f"{name}[]0" in record.fields or any(path.startswith(f"{name}[]") for path in record.fields):
                    narrow |= counts
    if adjectives and found:
        by_status = [id for id in known.things if statuses_of(known, id) and statuses_of(known, id)[-1] in adjectives]
        found |= {len({record.id for id in by_status for record in known.records(id)[-1:] if "status" in record.fields})}
    for word, source in _PAY.items():
        if stem(word.split()[-1]) == stem(noun) or noun in word:
            found |= (
                {sum(1 for record in known.methods() if source in str(record.fields.get("source", record.id)))}
                if known.methods()
                else set()
            )
    if not narrow:
        return set()
    return narrow if unit.ids and not adjectives else narrow | found


def listed(name: str) -> str:
    """Stem of what a list holds: ``orders`` of orders, ``line_ids`` of lines."""
    return stem(name.rpartition(".")[2].lower().removesuffix("_ids"))


def _partial(record: Record, name: str, adjectives: Sequence[str]) -> set[int]:
    """How many records of a list have each value of a flag or a short word."""
    children = [child for child in record.children if child.kind == name]
    groups: dict[tuple[str, object], int] = {}
    for child in children:
        for path, value in child.fields.items():
            if isinstance(value, bool | str):
                groups[path, value] = groups.get((path, value), 0) + 1
    if "available" in adjectives and any(path == "available" for path, _ in groups):
        return {groups.get(("available", True), 0)}
    return set(groups.values())


def _superlatives(known: Known, unit: Unit, after: Unit | None) -> Iterator[Claim]:
    sign = 1 if _LEAST.search(unit.lower) else -1 if _MOST.search(unit.lower) else 0
    if not sign or unit.hypothetical:
        return
    named = after if after is not None and unit.text.rstrip(" *").endswith(":") and not unit.ids else unit
    groups = _flights(known, unit, named)
    if groups is not None:
        target, others = groups
        better = [value for value in others if sign * value < sign * target]
        yield _judge(unit, better, target)
        return
    match = (_LEAST if sign == 1 else _MOST).search(unit.lower)
    assert match is not None
    for amount, _, _ in unit.amounts:
        for record, path in _priced(known, amount):
            if record.parent is None:
                continue
            siblings = [
                child
                for child in record.parent.children
                if child.kind == record.kind and path in child.own_amounts and child.fields.get("available") is not False
            ]
            if len(siblings) < 2:
                continue
            alike = [child for child in siblings if all(child.fields.get(key) == record.fields[key] for key in _asked(known, unit, record))]
            better = [child.own_amounts[path] for child in alike if sign * child.own_amounts[path] < sign * amount]
            yield _judge(unit, better, amount)
            return
        break
    else:
        yield from _described(known, unit, sign, match.end())


def _described(known: Known, unit: Unit, sign: int, at: int) -> Iterator[Claim]:
    """A superlative of what is told by its options alone."""
    words = unit.lower[at:]
    for facts in reversed(known.seen):
        for record in facts.records:
            children = [child for child in record.children if child.kind == "variants" and "price" in child.own_amounts]
            told = [
                child
                for child in children
                if (keys := [p for p in child.fields if p.startswith("options.")])
                and all(f"{p[8:]} {child.fields[p]}".lower() in words for p in keys)
            ]
            if len(told) == 1:
                free = [child.own_amounts["price"] for child in children if child.fields.get("available") is not False]
                own = told[0].own_amounts["price"]
                yield _judge(unit, [value for value in free if sign * value < sign * own], own)
                return


def _judge(unit: Unit, better: Sequence[int], own: int) -> Claim:
    if better:
        return bad("superlative", unit.span, "not-the-most", f"another has {min(better) / 100:,.2f}, this one {own / 100:,.2f}")
    return good("superlative", unit.span)


def _priced(known: Known, amount: int) -> Iterator[tuple[Record, str]]:
    """Records with a price of this amount; none before a list that shows it as something else, since that is what is spoken of."""
    for facts in reversed(known.seen):
        is_else = False
        for record in facts.records:
            paths = [path for path, value in record.own_amounts.items() if value == amount]
            price = next((path for path in paths if "price" in path or "cost" in path), None)
            if price is not None:
                yield record, price
            elif record.parent is not None:
                is_else |= any(path in child.own_amounts for path in paths for child in record.parent.children if child is not record)
        if is_else:
            return


def _asked(known: Known, unit: Unit, record: Record) -> list[str]:
    """Fields whose value the user or the unit names: what the choice was narrowed to."""
    said = " ".join([*known.users[-1:], unit.context])
    return [
        key
        for key, value in record.fields.items()
        if isinstance(value, str) and len(value) > 1 and value.lower() in said and key not in ("name",)
    ]


def _flights(known: Known, unit: Unit, named: Unit) -> tuple[int, list[int]] | None:
    """Price of the group of records whose identifiers the unit or its entries name, and the prices of the other groups."""
    ids = {id.lower() for id in named.ids}
    if len(ids) < 2:
        return None
    for facts in reversed(known.seen):
        groups = [record for record in facts.root.children if len(record.children) > 1]
        target = next((group for group in groups if {child.id.lower() for child in group.children} == ids), None)
        if target is None:
            continue
        text = unit.lower + " " + " ".join(known.users[-1:])
        cabins = [path for path in target.children[0].fields if path.startswith("prices.")]
        path = max((p for p in cabins if p[7:].replace("_", " ") in text), key=len, default="prices.economy")
        seats = path.replace("prices.", "available_seats.")
        fit = [group for group in groups if all(path in c.own_amounts and (c.fields.get(seats, 1) or 0) > 0 for c in group.children)]
        if target not in fit:
            return None
        return sum(c.own_amounts[path] for c in target.children), [sum(c.own_amounts[path] for c in group.children) for group in fit]
    return None


def _recent(known: Known, unit: Unit) -> Iterator[Claim]:
    """Which of several is the latest, though not all of them were looked at."""
    if not _RECENT.search(unit.lower) or unit.question or unit.hypothetical:
        return
    named = [id for id in dict.fromkeys(_CODE.findall(unit.text)) if known.has_token(id)]
    unread = [id for id in named if not known.records(id) and known.has_token(id)]
    if named and unread:
        yield bad("superlative", unit.span, "not-compared", f"{unread[0]} was never looked at", about=unread[0], verdict="unsupported")


def _negatives(known: Known, unit: Unit) -> Iterator[Claim]:
    text = unit.lower
    methods = known.methods()
    match = _NONE.search(text)
    if (
        match
        and not unit.question
        and not re.search(r"\b(?:if|other|another|no need|more|additional|compensat\w+|issue[ds]?|use|apply)\b", text)
        and methods
    ):
        source = _PAY[match[1]]
        held = [record.id for record in methods if source in str(record.fields.get("source", record.id))]
        yield bad("negative", unit.span, "is-there", f"the profile shows {held[0]}", about=held[0]) if held else good("negative", unit.span)
    gone = _GONE.search(text)
    if gone and not unit.question:
        yield from _gone(known, unit, text)
    missing = _NO_SUCH.search(text)
    if missing and not unit.hypothetical:
        yield from _never_looked(known, unit, set(stems(missing[1])))
    empty = _EMPTY.search(text)
    if empty and not unit.question:
        yield from _empty(known, unit, empty)


def _never_looked(known: Known, unit: Unit, words: set[str]) -> Iterator[Claim]:
    """That there is nothing of a kind that a tool finds, without that tool."""
    finding = [tool for tool in known.tools or () if len(words) > 1 and words <= set(stems(tool.replace("_", " ")))]
    looked = any(made.tool in finding for made in known.calls)
    if finding and not looked:
        yield bad("negative", unit.span, "never-looked", f"{finding[0]} was never called", verdict="unsupported")
    elif looked:
        empty = any(made.facts is not None and made.facts.value == [] for made in known.calls if made.tool in finding)
        yield from [good("negative", unit.span)] if empty else []


def _gone(known: Known, unit: Unit, text: str) -> Iterator[Claim]:
    ending = _ENDING.search(text)
    if ending:
        shown = [record for record in known.methods() if ending[1] in (str(record.fields.get("last_four")), record.id[-len(ending[1]) :])]
        if shown:
            yield bad("negative", unit.span, "is-there", f"the profile shows {shown[0].id} ending in {ending[1]}", about=shown[0].id)
        elif not known.methods():
            yield bad("negative", unit.span, "never-looked", "what there is was never looked at", verdict="unsupported")
        return
    for id in unit.ids[:1]:
        flags = known.field(id, "available")
        near = text[text.find(id.lower()) + len(id) :][:50]
        if flags and len(unit.ids) == 1 and _GONE.search(near) and "note" not in near:
            yield (
                bad("negative", unit.span, "is-there", f"{id} was shown as available", about=id)
                if flags[-1] is True
                else good("negative", unit.span, id)
            )


def _empty(known: Known, unit: Unit, match: "re.Match[str]") -> Iterator[Claim]:
    """A list that is said to be empty, of the things that the unit is about."""
    words = stems(match[1])
    if len(words) != 1:
        return
    records = [record for id in unit.scope for record in reversed(known.records(id)) if record.lists]
    for record in records:
        for name, length in record.lists.items():
            if listed(name) == words[0]:
                yield (
                    bad("negative", unit.span, "is-there", f"{name} of {record.id} has {length}", about=record.id)
                    if length
                    else good("negative", unit.span)
                )
                return
