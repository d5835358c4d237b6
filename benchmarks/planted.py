"""What the audit finds of flaws that are planted in clean conversations, one sentence at a time; and what it objects to without any.

``python -m benchmarks.planted RUN`` measures it on a run.
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from domain.claims.check import claims_of
from domain.claims.facts import Record
from domain.claims.known import Known
from domain.claims.values import amounts_in, dates_in, endings_in, identifiers_in
from projections.audit import Checked, Turn, audit_turns, follow, views
from projections.contents import Contents
from projections.folder import RunFolder
from projections.runs import read_run

_STATUS = ("pending", "delivered", "cancelled", "processed", "shipped", "open", "paid", "in transit", "booked", "disputed", "confirmed")
_LISTS = ("items", "lines", "orders", "passengers", "flights", "line_ids", "bill_ids")
_DONE = {
    r"#?W\d+": "cancelled",
    "[SP]O-.*": "cancelled",
    "SH-.*": "rerouted",
    "INV.*": "refunded",
    "[A-Z0-9]{6}": "cancelled",
    r"L\d+": "suspended",
}
"""Form of an identifier -> what may be said to have been done to it."""
_CAPABLE = (
    "I can also have it shipped overnight by private courier and waive every fee.",
    "I could phone the warehouse manager for you as well.",
    "I can also negotiate the price with the manufacturer.",
    "I will monitor the weather on the way for you.",
    "I can also fax you a copy of it.",
)
_PROMISES = (
    "You will receive a text message within 3 hours.",
    "A technician will call you within 2 hours.",
    "You will receive a discount voucher by SMS.",
    "You will get a free boarding pass by e-ticket.",
    "Our loyalty team will send you a bonus coupon.",
)


class Case(NamedTuple):
    """What an agent saw and wrote in one conversation."""

    name: str
    turns: Sequence[Turn]
    system: str
    tools: Mapping[str, Any] | None

    def audit(self) -> list[Checked]:
        """Its claims."""
        return audit_turns(self.turns, self.system, self.tools)[0]


class Planted(NamedTuple):
    """A message with a flaw."""

    content: str
    start: int
    end: int


Plant = Callable[[Random, str, Known], Planted | None]


def _swapped(text: str, start: int, end: int, instead: str) -> Planted:
    return Planted(text[:start] + instead + text[end:], start, start + len(instead))


def _added(text: str, sentence: str) -> Planted:
    return Planted(f"{text} {sentence}", len(text) + 1, len(text) + 1 + len(sentence))


def _records(known: Known) -> list[Record]:
    return [record for facts in known.seen for record in facts.records]


def _money(cents: int, like: str) -> str:
    sign = "EUR " if "EUR" in like else "$"
    return f"{sign}{cents / 100:,.2f}" if "." in like or cents % 100 else f"{sign}{cents // 100:,}"


def _pick(rng: Random, items: Sequence[Any]) -> Any:
    return items[int(rng.random() * len(items))] if items else None


def _wrong_amount(rng: Random, text: str, _: Known) -> Planted | None:
    """An amount that follows from nothing."""
    found = _pick(rng, list(amounts_in(text)))
    if found is None:
        return None
    amount, start, end = found
    more = 113 + int(amount * (0.1 + 0.4 * rng.random()))
    more = more if "." in text[start:end].rstrip(".") else 100 * (more // 100 + 1)
    return _swapped(text, start, end, _money(amount + more, text[start:end].rstrip(".,")))


def _other_price(rng: Random, text: str, known: Known) -> Planted | None:
    """The price of another line beside the name of one."""
    named = [r for r in _records(known) if r.name and r.name in text.lower() and any(p in ("price", "amount_cents") for p in r.own_amounts)]
    record = _pick(rng, named)
    if record is None:
        return None
    path = next(path for path in ("price", "amount_cents") if path in record.own_amounts)
    match = re.search(re.escape(record.name) + r"(?: \([^)]*\))? at ((?:\$|EUR )[\d,]+\.\d\d)", text, re.IGNORECASE)
    own = frozenset[int]().union(*(r.amounts for r in _records(known) if r.name == record.name))
    others = sorted({r.own_amounts[path] for r in _records(known) if path in r.own_amounts and r.name != record.name} - own)
    other = _pick(rng, others)
    if match is None or other is None:
        return None
    return _swapped(text, match.start(1), match.end(1), _money(other, match[1]))


def _wrong_sum(rng: Random, text: str, _: Known) -> Planted | None:
    """A sum that is written out, and wrong."""
    amounts = [amount for amount, _, _ in amounts_in(text)]
    if not amounts:
        return None
    first, second = amounts[0], amounts[-1]
    return _added(
        text, f"{_money(first, text)} + {_money(second, text)} = {_money(first + second + 100 + int(rng.random() * 5000), text)}."
    )


def _stateful(known: Known) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for record in _records(known):
        status = record.fields.get("status")
        if isinstance(status, str) and record.id and any(map(str.isdigit, record.id)):
            found.setdefault(record.id, []).append(status.replace("_", " "))
    return list(found.items())


def _sign(id: str) -> str:
    return id if not re.fullmatch(r"W\d+", id) else f"#{id}"


def _wrong_status(rng: Random, text: str, known: Known) -> Planted | None:
    """A status that the thing never had."""
    found = _pick(rng, _stateful(known))
    if found is None:
        return None
    id, shown = found
    others = {status for _, all_shown in _stateful(known) for status in all_shown} | set(_STATUS[:3])
    vocabulary = [s for s in sorted(others) if not any(s in one or one in s for one in shown) and _in_use(known, s)]
    other = _pick(rng, vocabulary)
    return _added(text, f"The status of {_sign(id)} is {other}.") if other else None


def _in_use(known: Known, status: str) -> bool:
    return (
        any(f'"{status.replace(" ", "_")}"' in facts.text or f'"{status}"' in facts.text for facts in known.seen)
        or f"'{status}'" in known.system
    )


def _stale(rng: Random, text: str, known: Known) -> Planted | None:
    """A status that the thing had before."""
    changed = [(id, shown) for id, shown in _stateful(known) if shown[0] != shown[-1] and not shown[-1].startswith(shown[0])]
    found = _pick(rng, changed)
    return _added(text, f"The status of {_sign(found[0])} is {found[1][0]}.") if found else None


def _wrong_count(rng: Random, text: str, known: Known) -> Planted | None:
    """How many there are in a list of something."""
    counted = [
        (record.id, name.removesuffix("_ids").rstrip("s") + "s", n)
        for record in _records(known)
        for name, n in record.lists.items()
        if name in _LISTS and record.id and any(map(str.isdigit, record.id))
    ]
    found = _pick(rng, counted)
    if found is None:
        return None
    id, name, n = found
    return _added(text, f"In all, {_sign(id)} has {n + 2 + int(3 * rng.random())} {name}.")


def _invented_id(rng: Random, text: str, known: Known) -> Planted | None:
    """An identifier that nobody named."""
    found = _pick(rng, [each for each in identifiers_in(text) if known.has_token(each[0])])
    if found is None:
        return None
    _, start, end = found
    other = re.sub(r"\d", lambda __: str(int(10 * rng.random())), text[start:end])
    return None if known.has_token(other) else _swapped(text, start, end, other)


def _wrong_ending(rng: Random, text: str, known: Known) -> Planted | None:
    """Last digits of another card."""
    found = next(endings_in(text), None)
    if found is None:
        return None
    other = str(1000 + int(9000 * rng.random()))
    return None if known.observed(other) else _swapped(text, found[1], found[2], other)


def _wrong_date(rng: Random, text: str, known: Known) -> Planted | None:
    """A day that was never shown."""
    found = _pick(rng, list(dates_in(text)))
    month, day = 1 + int(12 * rng.random()), 1 + int(28 * rng.random())
    if known.has_date(month, day, None):
        return None
    if found is None:
        id = _pick(rng, [id for id, _ in _stateful(known)])
        return _added(text, f"{_sign(id)} was placed on 2026-{month:02}-{day:02}.") if id else None
    return _swapped(text, found[1], found[2], f"2026-{month:02}-{day:02}")


def _false_negative(rng: Random, text: str, known: Known) -> Planted | None:
    """Something is not there that is."""
    kinds = {"gift_card": "gift card", "credit_card": "credit card", "paypal": "PayPal", "certificate": "certificate"}
    held = [kinds[str(r.fields.get("source"))] for r in _records(known) if r.kind == "payment_methods" and r.fields.get("source") in kinds]
    lists = [
        (record.id, name.removesuffix("_ids").rstrip("s") + "s")
        for record in _records(known)
        for name, n in record.lists.items()
        if n and name in _LISTS and any(map(str.isdigit, record.id))
    ]
    sentences = [f"Your profile shows no {kind}." for kind in held] + [f"There are no {name} in {_sign(id)}." for id, name in lists]
    sentence = _pick(rng, sentences)
    return _added(text, sentence) if sentence else None


def _false_done(rng: Random, text: str, known: Known) -> Planted | None:
    """A change that was never made."""
    touched = "".join(made.said for made in known.effects())
    statuses = dict(_stateful(known))
    ids = [
        (id, verb)
        for id in dict.fromkeys(facts.root.id for facts in known.seen)
        for form, verb in _DONE.items()
        if re.fullmatch(form, id) and any(map(str.isdigit, id)) and id.lower().lstrip("#") not in touched
        if not any(status.lower().startswith(verb[:6]) for status in statuses.get(id, ()))
    ]
    found = _pick(rng, ids)
    return _added(text, f"I have also {found[1]} {_sign(found[0])}.") if found else None


def _denied(_: Random, text: str, known: Known) -> Planted | None:
    """That nothing was changed, after a change."""
    return _added(text, "No change has been made to anything.") if next(known.effects(), None) else None


def _false_superlative(rng: Random, text: str, known: Known) -> Planted | None:
    """That something is the cheapest, which it is not."""
    found: list[tuple[int, str]] = []
    for record in _records(known):
        prices = [
            (c.own_amounts["price"], c)
            for c in record.children
            if c.kind == "variants" and c.fields.get("available") and "price" in c.own_amounts
        ]
        if len(prices) > 2:
            most = max(price for price, _ in prices)
            found.append((most, record.name))
    price = _pick(rng, found)
    return _added(text, f"The cheapest available {price[1]} is at ${price[0] / 100:,.2f}.") if price and price[1] else None


def _false_capability(rng: Random, text: str, _: Known) -> Planted | None:
    """Something that no tool does."""
    return _added(text, _pick(rng, _CAPABLE))


def _false_promise(rng: Random, text: str, _: Known) -> Planted | None:
    """Something that nobody will do."""
    return _added(text, _pick(rng, _PROMISES))


def _wrong_quantity(rng: Random, text: str, _: Known) -> Planted | None:
    """A number of units that was never shown."""
    match = re.search(r"\b(\d+(?:\.\d+)?) (?:units|x|GB)\b", text)
    if match is None:
        return None
    return _swapped(text, match.start(1), match.end(1), str(int(float(match[1])) * 7 + 1013 + int(rng.random() * 3000)))


KINDS: dict[str, Plant] = {
    "wrong-amount": _wrong_amount,
    "other-price": _other_price,
    "wrong-sum": _wrong_sum,
    "wrong-status": _wrong_status,
    "stale-status": _stale,
    "wrong-count": _wrong_count,
    "wrong-quantity": _wrong_quantity,
    "invented-id": _invented_id,
    "wrong-ending": _wrong_ending,
    "wrong-date": _wrong_date,
    "false-negative": _false_negative,
    "false-done": _false_done,
    "denied-change": _denied,
    "false-superlative": _false_superlative,
    "false-capability": _false_capability,
    "false-promise": _false_promise,
}


@dataclass
class Measured:
    """How it came out."""

    planted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    """(kind, conversation, sentence)."""
    claims: int = 0
    false: list[tuple[str, Checked]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the planted flaws that were found, 0 to 1."""
        return sum(self.found.values()) / max(1, sum(self.planted.values()))


def measure(cases: Sequence[Case], count: int, seed: int) -> Measured:
    """Plant so many flaws, kinds in turn, and audit each; the clean conversations are audited once."""
    result, clean = Measured(), {}
    for case in cases:
        checked = case.audit()
        clean[case.name] = {(each.at, each.claim.kind, each.claim.code) for each in checked if each.claim.bad}
        result.claims += len(checked)
        result.false += [(case.name, each) for each in checked if each.claim.bad]
    number = 0
    while sum(result.planted.values()) < count and number < 60 * count:
        kind = list(KINDS)[number % len(KINDS)]
        case = cases[(number // len(KINDS)) % len(cases)]
        _one(result, Random(f"{seed}/{number}"), kind, case)
        number += 1
    return result


def _one(result: Measured, rng: Random, kind: str, case: Case) -> None:
    places = [place for place, turn in enumerate(case.turns) if turn.role == "assistant" and turn.content.strip() and not turn.calls]
    for place in sorted(places, key=lambda _: rng.random()):
        known = follow(case.turns[:place], case.system, case.tools)
        planted = KINDS[kind](rng, case.turns[place].content, known) if known.seen else None
        if planted is None:
            continue
        hit = any(c.bad and c.start < planted.end and planted.start < c.end for c in claims_of(known, planted.content))
        result.planted[kind] += 1
        result.found[kind] += hit
        if not hit:
            result.missed.append((kind, case.name, planted.content[max(0, planted.start - 60) : planted.end + 30]))
        return


def cases_in(contents: Contents, conversations: Sequence[str]) -> list[Case]:
    """The assistants' side of conversations of a log."""
    found = []
    for name in conversations:
        view = next(views(contents, name))
        found.append(Case(name, view.turns, view.system, view.tools))
    return found


def main() -> None:
    """``python -m benchmarks.planted RUN [COUNT]``: recall per kind, false alarms, and every mistake."""
    log = RunFolder.find(Path(sys.argv[1])).open_log()
    contents = Contents(log)
    names = sorted(read_run(log).finished)
    began = time.process_time()
    result = measure(cases_in(contents, names), int(sys.argv[2]) if len(sys.argv) > 2 else 5000, seed=1)
    for kind in KINDS:
        print(f"{kind}: {result.found[kind]} of {result.planted[kind]}")
    print(
        f"recall {result.recall:.4f}; {len(result.false)} false alarms in {result.claims} clean claims; "
        f"{time.process_time() - began:.0f} CPU s"
    )
    for kind, name, said in result.missed:
        print(f"missed: {kind}, {name}: {said!r}")
    for name, each in result.false:
        said = each.text[each.claim.start : each.claim.end]
        print(f"false: {name} [{each.at}] {each.claim.code}: {said!r}: {each.claim.detail}")


if __name__ == "__main__":
    main()
