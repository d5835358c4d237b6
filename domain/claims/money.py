"""Amounts: each is looked for in what was observed of the thing that it is said of, then among sums and differences."""

import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from domain.claims.claim import Claim, bad, good
from domain.claims.facts import Record
from domain.claims.known import Known
from domain.claims.quotes import quoted
from domain.claims.text import Unit
from domain.claims.values import cents, identifiers_in, numbers_in

_EQUATION = re.compile(
    r"(?P<left>[$€]?\d[\d,]*(?:\.\d+)?(?:\s*(?:[+\-−–×x*]|minus|plus|times)\s*[$€]?\d[\d,]*(?:\.\d+)?)+)\s*\)?\s*(?:=|"
    r"equals)\s*\**(?P<right>-?[$€]?\d[\d,]*(?:\.\d+)?)"
)
_TERM = re.compile(r"([+\-−–×x*]|minus|plus|times)?\s*[$€]?(\d[\d,]*(?:\.\d+)?)")
_APART = re.compile(
    r"\b(?:difference|total|refund|charge|in all|back|instead|from|to|balance|fee|sum|pay|paid|save|more|less|credit|limit|"
    r"subtotal|discount|per|insurance|and|or)\b|[=→;]"
)
_ABOUT = re.compile(r"(?:\b(?:about|around|approximately|roughly|estimated|under|up to|less than|more than)|[~≈])[\s*]*$", re.IGNORECASE)
_BALANCE = re.compile(r"balance|remaining|left (?:on|in)|holds?\b", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:now|new|updated|remaining|remains|left|becomes?)\b|→", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:total|in all|altogether|overall|sav\w+|cheaper|increase|difference|refund)\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:per|each|every|apiece|/ ?(?:person|passenger))\b", re.IGNORECASE)
_FORFEIT = re.compile(r"remaining (?:amount|balance|value)[^.]*?\b(\w+)s?\b (?:is|are|will be) not refund", re.IGNORECASE)
_APART_PAY = re.compile(r"mastercard|visa|credit card|to be (?:charged|paid)", re.IGNORECASE)
_LOST = re.compile(r"refundable|forfeit|lost|expire|to be (?:charged|paid)|to cover|split", re.IGNORECASE)
_SHARE = re.compile(r"(?<![\w$€£.,])(\d+\.\d+)(?![\w.%])")
"""Of a unit, such as 1.5 gigabytes; amounts of money have their sign."""
_MOST = 24
"""Amounts that are combined with each other; more would explain any figure."""


def money(known: Known, units: Sequence[Unit]) -> Iterator[Claim]:
    """Claims about amounts of money."""
    message = {amount for unit in units for amount, _, _ in unit.amounts}
    derived: frozenset[int] | None = None
    for unit in units:
        sums = list(_equations(unit))
        yield from sums
        for amount, start, end in unit.amounts:
            span = unit.start + start, unit.start + end
            found = _of_balance(known, unit, amount, span, start) or _of_each(known, units, unit, amount, span)
            found = found or _of_other(known, unit, amount, span, start)
            shown = any(claim.start <= span[0] and span[1] <= claim.end for claim in sums) or _ABOUT.search(unit.text[:start])
            if found is None and not shown and not (known.has_amount(amount) or known.told_amount(amount) or amount == 0):
                if derived is None:
                    derived = _derived(known, units, message)
                if amount not in derived and not _broadly(known, message, amount) and amount not in quoted(known, units):
                    what = f"{amount / 100:,.2f} was not observed, and nothing observed adds up to it"
                    found = bad("amount", span, "unknown-amount", what, verdict="unsupported")
            yield found or good("amount", span)


def _equations(unit: Unit) -> Iterator[Claim]:
    for match in _EQUATION.finditer(unit.text):
        left, right = _value(match["left"]), cents(match["right"].lstrip("-$€"))
        if abs(abs(left) - right) <= 1:
            yield good("arithmetic", unit.at(match))
        else:
            yield bad("arithmetic", unit.at(match), "wrong-sum", f"{match['left'].strip()} is {left / 100:,.2f}")


def _value(text: str) -> int:
    """Cents of a sum as it is written, products first."""
    terms: list[float] = []
    for sign, number in _TERM.findall(text):
        value = float(number.replace(",", "").rstrip("."))
        if sign in ("×", "x", "*", "times") and terms:
            terms[-1] *= value
        else:
            terms.append(-value if sign in ("-", "−", "–", "minus") else value)
    return round(sum(terms) * 100)


def _of_balance(known: Known, unit: Unit, amount: int, span: tuple[int, int], at: int) -> Claim | None:
    """What is left on something: as shown, or as shown and then changed by a payment that an effect shows."""
    near = unit.text[max(0, at - 60) : at + 40]
    if not _BALANCE.search(near) or unit.hypothetical:
        return None
    close = unit.text[max(0, at - 28) : at + 28]
    shown = any(amount in record.own_amounts.values() for record in known.methods()) or bool(
        _APART_PAY.search(unit.text[max(0, at - 50) : at + 60]) or _LOST.search(unit.text)
    )
    if (
        amount
        and not shown
        and not unit.negated
        and re.search(r"remain|left", close, re.IGNORECASE)
        and (kind := _FORFEIT.search(known.prose.text))
        and _AFTER.search(near)
    ):
        noun = kind[1].lower().rstrip("s")
        if noun in near.lower() or (noun in unit.lower and "balance" in close.lower()):
            return bad("balance", span, "against-policy", f"the policy says: {kind[0]}", verdict="contradicted")
    if not _AFTER.search(near) or not amount or "balance" not in near.lower() or _LOST.search(unit.text[at:]):
        return None
    held = [(record, value) for record, value in _accounts(known) if not unit.ids or record.id.lower() in map(str.lower, unit.scope)]
    if not held or any(value == amount for _, value in held):
        return None
    moved = {value for made in known.effects() if made.facts for value in _transactions(made.facts.records)}
    if any(abs(value - amount) in moved for _, value in held):
        return good("balance", span)
    if amount in {abs(value - other) for _, value in held for other in known.amounts} and list(known.effects()):
        record, value = held[-1]
        return bad(
            "balance", span, "no-such-effect", f"{record.id} was shown with {value / 100:,.2f}, and no effect pays on it", about=record.id
        )
    return None


def _accounts(known: Known) -> Iterator[tuple[Record, int]]:
    """Things that money is on, with how much was shown."""
    for facts in known.seen:
        for record in facts.records:
            if "gift" in str(record.fields.get("source", "")) or "balance" in record.fields:
                value = record.own_amounts.get("balance", record.own_amounts.get("amount"))
                if value is not None and record.id:
                    yield record, value


@lru_cache(4096)
def _transactions(records: tuple[Record, ...]) -> frozenset[int]:
    """Amounts of payments and refunds among the records of an effect."""
    kinds = ("payment", "transaction", "refund", "charge", "history")
    found = {abs(value) for record in records if any(kind in record.kind for kind in kinds) for value in record.own_amounts.values()}
    return frozenset(found | {a + b for a in found for b in found})


def moved_by(known: Known) -> frozenset[int]:
    """Cents that effects so far paid or refunded, and that their records show."""
    return frozenset[int]().union(*(_transactions(made.facts.records) for made in known.effects() if made.facts))


def _of_each(known: Known, units: Sequence[Unit], unit: Unit, amount: int, span: tuple[int, int]) -> Claim | None:
    """A price of one that is given for that of all."""
    near = unit.text[max(0, span[0] - unit.start - 40) : span[1] - unit.start + 16]
    if not _WHOLE.search(near) or _EACH.search(unit.text):
        return None
    for record, each, count in _by_head(known):
        mentioned = any(record.id.lstrip("#") in other.scope for other in units)
        if not mentioned:
            continue
        others = {value for other in units for value, _, _ in other.amounts}
        total = bool(re.match(r"\W*(?:in )?total", unit.text[span[1] - unit.start :]))
        apart = amount in _gaps(known, record, each, others) and (total or amount * count not in others)
        wording = re.search(r"\b(?:sav\w+|difference|increase|cheaper|refund)\b", near.lower())
        if ((amount == each and "total" in near.lower()) or (apart and wording)) and amount not in {
            abs(value) for child in record.children for value in _payments(child)
        }:
            what = f"{amount / 100:,.2f} is for one of {count}; {record.id} shows {each * count / 100:,.2f} for all"
            return bad("amount" if amount == each else "arithmetic", span, "price-of-one", what, about=record.id)
    return None


def _gaps(known: Known, record: Record, each: int, others: set[int]) -> set[int]:
    """What the price of one differs by from other prices: those in the message, and earlier ones of the same thing."""
    earlier = {value for other in known.records(record.id) for path, value in other.sums.items() if path.endswith(".price")}
    return {abs(each - value) for value in others | earlier if value != each and each not in (0, 2 * value)}


def _payments(child: Record) -> list[int]:
    return list(child.own_amounts.values()) if "payment" in child.kind else []


def _by_head(known: Known) -> Iterator[tuple[Record, int, int]]:
    """(record, price, count) where what was paid is the price of its lines times the length of another list."""
    for facts in known.seen:
        record = facts.root
        paid = sum(value for child in record.children for value in _payments(child))
        each = next((value for path, value in record.sums.items() if path.endswith(".price")), 0)
        for count in record.lists.values():
            if each and count > 1 and paid == each * count:
                yield record, each, count


def _of_other(known: Known, unit: Unit, amount: int, span: tuple[int, int], at: int) -> Claim | None:
    """An amount that stands beside a name or an identifier, and belongs to another."""
    linked = _beside(known, unit, at)
    if linked is None:
        return None
    about, records = linked
    own = frozenset[int]().union(*(record.amounts for record in records))
    if not own or known.told_amount(amount):
        return None
    if amount in own:
        return good("amount", span, about)
    paths = {path for record in records for path in record.own_amounts}
    for facts in known.seen:
        for record in facts.records:
            path = next((path for path, value in record.own_amounts.items() if value == amount and path in paths), None)
            if path is not None:
                other = record.id or record.name
                return bad("amount", span, "other-entity", f"{path} {amount / 100:,.2f} belongs to {other}, not to {about}", about=about)
    return None


def _beside(known: Known, unit: Unit, at: int) -> tuple[str, list[Record]] | None:
    """The name or identifier right before an amount, and its records."""
    begin = max((end for _, _, end in unit.amounts if end <= at), default=0)
    before = unit.text[begin:at].lower()
    best: tuple[int, str, list[Record]] | None = None
    for name, _, records in known.named(before):
        end = before.rfind(name) + len(name)
        if best is None or end > best[0] or (end == best[0] and len(name) > len(best[1])):
            best = end, name, records
    if best is None:
        return None
    end, name, records = best
    between = before[end:]
    inside = re.match(r"\W*\(([^)]*)\)", between)
    if inside:
        between = between[inside.end() :]
        words = [word.strip() for word in inside[1].split(",") if word.strip()]
        fitting = [record for record in records if words and all(_has(record, word) for word in words)]
        records = fitting or records
    if len(between) > 40 or _APART.search(between) or "\n" in between:
        return None
    return name, [record for record in records if record.amounts]


def _has(record: Record, word: str) -> bool:
    return any(str(value).lower() == word for value in record.fields.values())


def _derived(known: Known, units: Sequence[Unit], message: set[int]) -> frozenset[int]:
    """Sums, differences and small multiples of what the message is about."""
    base = set(message)
    groups: list[frozenset[int]] = []
    for id in dict.fromkeys(id for unit in units for id in unit.ids):
        for record in known.records(id)[-2:]:
            base |= set(record.own_amounts.values())
            groups.append(record.amounts)
    for made in list(known.effects())[:2]:
        if made.facts:
            groups.append(made.facts.amounts)
    for group in sorted(groups, key=len):
        if len(base | group) <= _MOST:
            base |= group
    known_base = sorted(value for value in base if known.has_amount(value) or known.told_amount(value) or value in message)
    observed = [value for value in known_base if known.has_amount(value) or known.told_amount(value)][:_MOST]
    found = {a + b for a in observed for b in observed} | {abs(a - b) for a in observed for b in observed}
    said = {n for unit in units for n, _, _ in numbers_in(unit.text) if 1 < n < 100_000}
    found |= {a * n for a in observed for n in said | set(range(2, 10))}
    shares = {
        float(match[1])
        for unit in units
        for match in _SHARE.finditer(unit.text)
        if not any(start <= match.start() < end for _, start, end in unit.amounts)
    }
    found |= {round(a * share) for a in observed for share in shares}
    shared = {a * share * n / 100 for a in observed for share in known.prose.percents for n in range(1, 11)}
    found |= {math.floor(value) for value in shared} | {math.ceil(value) for value in shared}
    named = [value for value in observed if value in message][:8]
    pairs = {abs(a - b) for a in named for b in named}
    found |= {abs(a - b) for a in pairs for b in pairs} if len(pairs) <= 40 else set()
    found |= {a + b for a in pairs for b in pairs} if len(pairs) <= 40 else set()
    found |= _summed(known, units)
    inner = sorted(message)[:30]
    found |= {a * n for a in inner for n in range(2, 7)}
    found |= {(a + b) * n for a in inner for b in inner for n in range(2, 6)} if len(inner) <= 12 else set()
    found |= {a + b for a in inner for b in inner if a and b} | {abs(a - b) for a in inner for b in inner if a - b not in (a, 0)}
    lines = [[value for value, _, _ in unit.amounts if value in known.amounts] for unit in units]
    flat = [value for line in lines for value in line[:1]]
    found |= {sum(flat[i:j]) for i in range(len(flat)) for j in range(i + 2, min(len(flat), i + 12) + 1)}
    return frozenset(found)


def _summed(known: Known, units: Sequence[Unit]) -> set[int]:
    """Sums over the things that the message or those before it name, field by field, for one and for several."""
    ids = list(dict.fromkeys(id for unit in units for id in unit.ids))
    ids = ids or list(dict.fromkeys(id for text in known.said[-2:] for id, _, _ in identifiers_in(text)))
    totals: dict[str, int] = {}
    for id in ids[:12]:
        for record in known.records(id)[-1:]:
            for path, value in record.own_amounts.items():
                totals[path] = totals.get(path, 0) + value
    return {value * n for value in totals.values() for n in range(1, 7)}


def _broadly(known: Known, message: set[int], amount: int) -> bool:
    """Whether an amount follows from another of the message, or its user's figures, and one that was observed."""
    observed = known.amounts
    others = [value for value in message if value != amount and value]
    if any(amount + other in observed or abs(amount - other) in observed for other in others):
        return True
    return len(observed) <= 30 and any(amount - value in observed or amount + value in observed for value in observed)
