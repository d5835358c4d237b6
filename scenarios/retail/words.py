"""From what people say to what the shop has on record, and back: items, options, payment methods, addresses."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

Item = Mapping[str, Any]
"""An item of an order: name, product_id, item_id, price, options."""

_EVERYTHING = re.compile(
    r"\b(?:everything|the (?:whole|entire|full|complete) order|all (?:of )?(?:the |my |those )?items|"
    r"all of (?:it|them)|every (?:single )?item)\b",
    re.IGNORECASE,
)
_ORDINARY = frozenset(
    {"yes", "no", "none", "one", "two", "full", "half", "fine", "plain", "short", "long", "high", "low", "included", "zip"}
)
"""Values that people also use for other things, such as a zip code."""
_SEGMENT = re.compile(r"^(?P<options>.*?)(?:\s+for (?:the|my) (?P<item>[^;]+))?$", re.IGNORECASE | re.DOTALL)


class Unclear(Exception):
    """Several things fit what was said; ``candidates`` are what to choose from."""

    def __init__(self, candidates: Sequence[str]) -> None:
        super().__init__(", ".join(candidates))
        self.candidates = list(candidates)


def describe_options(options: Mapping[str, str]) -> str:
    """Options in words: ``color black, size M``."""
    return ", ".join(f"{name} {value}" for name, value in options.items())


def full_name(item: Item) -> str:
    """An item with all its options: ``Hoodie (black, M, zip)``."""
    return f"{item['name']} ({', '.join(item['options'].values())})" if item["options"] else str(item["name"])


def name_items(chosen: Iterable[str], items: Sequence[Item]) -> str:
    """
    What to call some items of an order so that they can be told from the others.

    Args:
        chosen: Item ids; one that was ordered twice may appear twice.
        items: All items of the order.
    """
    wanted = Counter(chosen)
    named = []
    for item_id, count in wanted.items():
        item = next(item for item in items if item["item_id"] == item_id)
        alike = sum(other["name"] == item["name"] for other in items)
        name = full_name(item) if alike > 1 else item["name"]
        named.append(f"{count} x {name}" if count > 1 else name)
    return join(named)


def join(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def pick_items(text: str, items: Sequence[Item]) -> list[str]:
    """
    The items of an order that a text names.

    Returns:
        Item ids, in the order in which they are named; none where the text names no item.

    Raises:
        Unclear: A name fits several items, and nothing says which.
    """
    picked, candidates = _picked(text, tuple([(item["item_id"], item["name"], tuple(item["options"].items())) for item in items]))
    if candidates:
        raise Unclear(candidates)
    return list(picked)


@lru_cache(maxsize=1024)
def _picked(text: str, ordered: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Item ids, or what to choose from; remembered, as a script picks the same again at each of its steps."""
    items = [{"item_id": item_id, "name": name, "options": dict(options)} for item_id, name, options in ordered]
    try:
        return tuple(_pick(text, items)), ()
    except Unclear as unclear:
        return (), tuple(unclear.candidates)


def _pick(text: str, items: Sequence[Item]) -> list[str]:
    picked: Counter[str] = Counter()
    at: dict[str, int] = {}
    for name in dict.fromkeys(item["name"] for item in items):
        alike = [item for item in items if item["name"] == name]
        mentions = _mentions(text, name, items)
        picked |= _pick_alike(text, name, alike, mentions)
        at[name] = mentions[0].start() if mentions else 0
    found = []
    for item in sorted(items, key=lambda item: at[item["name"]]):
        if picked[item["item_id"]]:
            picked[item["item_id"]] -= 1
            found.append(item["item_id"])
    if not found and _EVERYTHING.search(text):
        return [item["item_id"] for item in items]
    return found


def _mentions(text: str, name: str, items: Sequence[Item]) -> list[re.Match[str]]:
    """Where a text names an item; by the name's last word where the whole name is missing and no other item shares it."""
    found = _named(text, name)
    tail = name.rsplit(maxsplit=1)[-1].lower()
    if found or tail not in text.lower():
        return found
    others = {item["name"] for item in items if item["name"] != name and tail in item["name"].lower().split()}
    if any(other.lower().endswith(tail) for other in others):
        return []
    for other in others:  # "Desk Chair" names no Standing Desk
        text = re.sub(re.escape(other), lambda match: " " * len(match[0]), text, flags=re.IGNORECASE)
    return _named(text, tail)


def _named(text: str, name: str) -> list[re.Match[str]]:
    return list(_mention_of(name).finditer(text)) if name.lower() in text.lower() else []  # the plain look costs a tenth


@lru_cache(maxsize=4096)
def _mention_of(name: str) -> re.Pattern[str]:
    """Matches a name with how many before it, and which in brackets after it."""
    return re.compile(rf"(?:(\d+) x )?\b{re.escape(name)}(?:e?s)?\b(?:\s*\(([^)]*)\))?", re.IGNORECASE)


def _pick_alike(text: str, name: str, alike: Sequence[Item], mentions: Sequence[re.Match[str]]) -> Counter[str]:
    picked: Counter[str] = Counter()
    open_mention = False
    for mention in mentions:
        words = [word.strip().lower() for word in (mention[2] or "").split(",") if word.strip()]
        values = [{value.lower() for value in item["options"].values()} for item in alike]
        fitting = [item["item_id"] for item, has in zip(alike, values, strict=True) if words and has.issuperset(words)]
        if len(set(fitting)) == 1:
            picked |= Counter({fitting[0]: int(mention[1] or 1)})
        else:
            open_mention = True
    if picked or not open_mention:
        return picked
    if len({item["item_id"] for item in alike}) == 1:
        number = int(mentions[0][1] or 1)
        return Counter({alike[0]["item_id"]: max(number, len(alike) if re.search(r"\b(?:both|all)\b", text, re.IGNORECASE) else 1)})
    if re.search(rf"\b(?:both|all|two|three)\b[^.!?]*{re.escape(name.rsplit(maxsplit=1)[-1])}", text, re.IGNORECASE):
        return Counter(item["item_id"] for item in alike)
    raise Unclear([full_name(item) for item in alike])


def new_options_by_item(text: str, chosen: Sequence[Item]) -> list[str]:
    """
    The part of a text that says what each item is to become.

    Args:
        text: ``color black``, or for several items ``color black for the Hoodie; size 9 for the Trail Shoes``.
        chosen: The items to change.

    Returns:
        One text for each of them; empty where nothing was said of it.
    """
    if len(chosen) == 1:
        return [text]
    found = ["" for _ in chosen]
    for segment in re.split(r"[;\n]", text):
        match = _SEGMENT.match(segment.strip())
        if match is None or not match["options"]:
            continue
        try:
            named = pick_items(match["item"] or segment, chosen)
        except Unclear:
            continue
        for place, item in enumerate(chosen):
            if item["item_id"] in named and not found[place]:
                found[place] = match["options"]
    return found


def said_options(text: str, product: Mapping[str, Any]) -> dict[str, str]:
    """
    The option values of a product that a text names, with or without the option's name.

    A value that is also an ordinary word (``yes``, ``one``), or that two options share, counts only where the option's
    name stands beside it. Longer values go first: ``non-polarized`` is not ``polarized``.
    """
    return dict(_said(text, tuple([tuple(variant["options"].items()) for variant in product["variants"].values()])))


@lru_cache(maxsize=1024)
def _said(text: str, variants: tuple[tuple[tuple[str, str], ...], ...]) -> dict[str, str]:
    """Remembered, as a script looks for the same again at each of its steps."""
    found: dict[str, str] = {}
    left = text
    lowered = text.lower()
    for option, value, with_name in _options_of(variants):
        if option in found or _first_word(value) not in lowered:
            continue
        match = _option_said(option if with_name else "", value).search(left)
        if match:
            found[option] = value
            left = left[: match.start()] + " ; " + left[match.end() :]
    return found


@lru_cache(maxsize=1024)
def _options_of(variants: tuple[tuple[tuple[str, str], ...], ...]) -> list[tuple[str, str, bool]]:
    """(option, value, whether the option's name must stand beside it), in the order in which to look for them."""
    values: dict[str, set[str]] = {}
    for options in variants:
        for option, value in options:
            values.setdefault(option, set()).add(value)
    named = [(option, value, True) for option in values for value in values[option]]
    shared = Counter(value.lower() for option in values for value in values[option])
    bare = [
        (option, value, False)
        for option, value, _ in named
        if shared[value.lower()] == 1 and value.lower() not in _ORDINARY and not (value.isdigit() or len(value) == 1)
    ]
    return sorted(named, key=_longest) + sorted(bare, key=_longest)


def _first_word(value: str) -> str:
    return re.split("[ -]", value, maxsplit=1)[0].lower()


@lru_cache(maxsize=4096)
def _option_said(option: str, value: str) -> re.Pattern[str]:
    """Matches a value, where an option is given with that beside it."""
    said = _words(value)
    pattern = rf"{_words(option)}[ :]+(?:is |of |to )?{said}|{said} {_words(option)}" if option else said
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-]|\.\d)", re.IGNORECASE)


def _longest(entry: tuple[str, str, bool]) -> tuple[int, str, str]:
    return (-len(entry[1]), entry[1], entry[0])


def _words(text: str) -> str:
    return r"[ -]".join(map(re.escape, re.split(r"[ -]", text)))


def variants_like(product: Mapping[str, Any], old: Mapping[str, str], wanted: Mapping[str, str]) -> list[Mapping[str, Any]]:
    """
    Available variants with the wanted options, nearest to the old ones first.

    Returns:
        All that have every wanted option; the first keeps as many of the old ones as any of them does.
    """
    fitting = [
        variant
        for variant in product["variants"].values()
        if variant["available"] and all(variant["options"].get(option) == value for option, value in wanted.items())
    ]
    return sorted(fitting, key=lambda variant: sum(variant["options"].get(option) != value for option, value in old.items()))


def pick_payment(text: str, methods: Mapping[str, Mapping[str, Any]], original: str | None = None) -> str | None:
    """
    The payment method that a text names.

    Args:
        methods: The customer's, by id.
        original: Id of the one with which the order was paid.

    Returns:
        Its id, or None where the customer has none like it.

    Raises:
        Unclear: Several fit.
    """
    said = text.lower()
    for method_id in methods:
        if method_id in said:
            return method_id
    if "original" in said or "same" in said:
        return original
    digits = re.search(r"\b(\d{4})\b", said)
    kinds = {"paypal": "paypal", "gift": "gift_card", "credit": "credit_card", "visa": "credit_card", "mastercard": "credit_card"}
    source = next((kind for word, kind in kinds.items() if word in said), None)
    brand = next((word for word in ("visa", "mastercard") if word in said), None)
    fitting = [
        method_id
        for method_id, method in methods.items()
        if method["source"] == source
        and (brand is None or method.get("brand") == brand)
        and (digits is None or source != "credit_card" or method.get("last_four") == digits[1])
    ]
    if len(fitting) > 1:
        raise Unclear([name_payment(method_id, methods) for method_id in fitting])
    return fitting[0] if fitting else None


def name_payment(method_id: str, methods: Mapping[str, Mapping[str, Any]]) -> str:
    """What to call a payment method so that it can be told from the customer's others."""
    method = methods[method_id]
    source = method["source"].replace("_", " ").replace("paypal", "PayPal")
    alike = [other for other in methods.values() if other["source"] == method["source"]]
    if len(alike) == 1:
        return str(source)
    if method["source"] != "credit_card":
        return f"{source} {method_id}"
    return f"{method['brand']} ending in {method['last_four']}"


_ADDRESS = re.compile(
    r"^(?P<address1>[^,]+), (?:(?P<address2>[^,]+), )?(?P<city>[^,]+), (?P<state>[A-Z]{2}),? (?P<zip>\d{5})(?:, (?P<country>USA))?$"
)


def say_address(address: Mapping[str, str]) -> str:
    """An address on one line: ``12 Alder Way, Suite 204, Madison, WI 53703``."""
    street = f"{address['address1']}, {address['address2']}" if address["address2"] else address["address1"]
    return f"{street}, {address['city']}, {address['state']} {address['zip']}"


def read_address(line: str) -> dict[str, str] | None:
    """The parts of an address on one line, or None where it is none."""
    match = _ADDRESS.match(line.strip())
    if match is None:
        return None
    return {**{part: value or "" for part, value in match.groupdict().items()}, "country": "USA"}


def money(amount: float) -> str:
    """``$12.50``."""
    return f"${abs(amount):.2f}"
