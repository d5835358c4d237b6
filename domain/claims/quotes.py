"""Quotes: what a choice among the prices that were shown comes to, for so many people, with fees, and less what was paid before."""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from domain.claims.facts import Facts, Record
from domain.claims.known import Known
from domain.claims.prose import prose_of
from domain.claims.text import Unit
from domain.claims.values import dates_in, numbers_in
from domain.claims.words import stems

_SHOWN = 12
"""Observations that a quote may rest on, the latest."""
_TEXTS = 5
"""Messages of either side that a choice may be named in, the latest."""
_SEARCHES = 2
_SHARED = 12
"""One in so many sentences may have a word that tells them apart."""
_MOST_EACH = 9


def quoted(known: Known, units: Sequence[Unit]) -> frozenset[int]:
    """Cents that a message may quote for what its last few messages are about."""
    near = " ".join([*(unit.lower for unit in units), *(text.lower() for text in known.said[-_TEXTS:]), *known.users[-_TEXTS:]])
    shown = _shown(known, near)
    heads = _heads(known, shown, near)
    fees = _fees(known, shown, heads, near)
    one, two = _chosen(known, shown, near)
    each, whole = _before(shown, near)
    gaps = {abs(new - old) for new in one for old in each} | {abs(new - old) for new in two for old in whole}
    wanted = {value for text in known.users[-_TEXTS:] for value, _, _ in numbers_in(text) if value > _MOST_EACH}
    several = {n * price for n in wanted for price in one}
    quotes = {n * price + fee for n in heads for price in one | two for fee in fees | {0}}
    return frozenset(fees | several | quotes | {n * gap for n in heads for gap in gaps})


def _shown(known: Known, near: str) -> list[Facts]:
    """The latest observations, and the latest of each thing that is named, whenever that was."""
    late = list(reversed(known.seen))
    named: dict[str, Facts] = {}
    for facts in late:
        if facts.root.id and facts.root.id.lower() in near:
            named.setdefault(facts.root.id, facts)
    return list({id(facts): facts for facts in [*late[:_SHOWN], *named.values()]}.values())


def _chosen(known: Known, shown: Sequence[Facts], near: str) -> tuple[set[int], set[int]]:
    """Prices of one alternative of each search, of one search and of two together, in the class that the user named."""
    searches = [_alternatives(facts, near) for facts in shown if not facts.root.id]
    searches = [search for search in searches if search][:_SEARCHES]
    paths = {path for search in searches for path in search}
    one, two = set[int](), set[int]()
    for path in _wanted(known, paths) or paths:
        prices = [search[path] for search in searches if path in search]
        one.update(*prices)
        two |= {a + b for first, second in combinations(prices, 2) for a in first for b in second}
    return one, two


def _wanted(known: Known, paths: set[str]) -> set[str]:
    """Prices whose class the user named lately, such as ``prices.basic_economy``."""
    text = " ".join(known.users[-_TEXTS:])
    found: set[str] = set()
    for path in sorted(paths, key=lambda path: (-len(path), path)):
        name = path.rpartition(".")[2].replace("_", " ")
        if name in text:
            found.add(path)
            text = text.replace(name, " ")
    return found


def _alternatives(facts: Facts, near: str) -> dict[str, set[int]]:
    """Path of a price -> the prices there of what was named, else of all; legs that belong together are added up."""
    found: dict[str, set[int]] = {}
    offers = [record for record in facts.records if record.own_amounts and any(map(_priced, record.own_amounts))]
    offers = [offer for offer in offers if offer.id and offer.id.lower() in near] or offers
    joined = [record for record in facts.root.children if not record.own_amounts and len(record.children) > 1]
    for offer in offers:
        for path, value in offer.own_amounts.items():
            if _priced(path):
                found.setdefault(path, set()).add(value)
    for record in joined:
        for path in record.children[0].own_amounts if record.children[0] in offers else ():
            if _priced(path) and all(path in child.own_amounts for child in record.children):
                found.setdefault(path, set()).add(sum(child.own_amounts[path] for child in record.children))
    return found


def _priced(path: str) -> bool:
    return "price" in path or "cost" in path


def _before(shown: Sequence[Facts], near: str) -> tuple[set[int], set[int]]:
    """Prices of the lines of what is to be changed, each and together."""
    roots = _named([facts for facts in shown if any(path.endswith(".price") for path in facts.root.sums)], near)
    each = {child.own_amounts["price"] for root in roots for child in root.children if "price" in child.own_amounts}
    return each, {value for root in roots for path, value in root.sums.items() if path.endswith(".price")}


def _heads(known: Known, shown: Sequence[Facts], near: str) -> set[int]:
    """For how many people or the like: lengths of lists of things without a price, and names that are spoken of."""
    roots = _named(shown, near)
    lengths = {len([c for c in root.children if c.kind == name]) for root in roots for name in _unpriced(root)}
    people = {
        name
        for facts in shown
        for record in facts.records
        if (name := " ".join(str(record.fields.get(key, "")) for key in ("first_name", "last_name")).lower().strip()) and name in near
    }
    born = {date for text in known.users for date, _, _ in dates_in(text) if date.year and known.now and date.year < known.now.year}
    return {1} | {n for n in lengths | {len(people), len(born), len(born) + 1} if 0 < n <= _MOST_EACH}


def _named(shown: Sequence[Facts], near: str) -> list[Record]:
    """The things that are named, else all."""
    roots = [facts.root for facts in shown if facts.root.id]
    return [root for root in roots if root.id.lower() in near] or roots


def _unpriced(root: Record) -> Iterator[str]:
    for name in dict.fromkeys(child.kind for child in root.children):
        if not any(child.own_amounts for child in root.children if child.kind == name):
            yield name


def _fees(known: Known, shown: Sequence[Facts], heads: set[int], near: str) -> set[int]:
    """Fees that the instructions name in words of these messages, for so many; and two of them together."""
    words = set(stems(near)) - _common(known.prose.text)
    told = [value for text in known.users[-_TEXTS:] for value, _, _ in numbers_in(text) if 0 < value <= _MOST_EACH]
    sizes = {size for root in _named(shown, near) for size in root.lists.values() if 0 < size <= _MOST_EACH}
    counts = heads | sizes | set(range(1, max(told, default=0) + 1))
    rates = {value for sentence in known.prose.sentences if sentence.around & words for value in sentence.amounts}
    each = {rate: {rate * n for n in counts} for rate in rates}
    single = set[int]().union(*each.values())
    return single | {a + b for one, other in combinations(each, 2) for a in each[one] for b in each[other]}


@lru_cache(256)
def _common(text: str) -> frozenset[str]:
    """Words of so many sentences of a policy that they tell none of them from the others."""
    times = Counter(word for sentence in prose_of(text).sentences for word in sentence.stems)
    return frozenset(word for word, number in times.items() if number > max(2, len(prose_of(text).sentences) // _SHARED))
