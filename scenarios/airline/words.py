"""From what people say to what the airline has on record, and back: days, people, flights, payment methods."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Method = Mapping[str, Any]
Person = Mapping[str, str]
_MONTHS = {"may": 5, "june": 6}
_DAY = re.compile(r"\b(may|june) (\d{1,2})\b|\b(2024-\d{2}-\d{2})\b", re.IGNORECASE)
_SELF = re.compile(r"(?:^|[,:.;] |\b(?:just|only|for|and|that'?s|it'?s|be|is|are) )(?:me|myself)\b", re.IGNORECASE)
"""The user among those who fly; ``let me see`` is nobody."""
_PERSON = re.compile(r"([A-Z][\w'-]+) ([A-Z][\w'-]+)[, (]+(?:born|date of birth)(?: on)? (\d{4}-\d{2}-\d{2})")
_NUMBERS = {"no": 0, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_KINDS = {
    "certificate": "certificate",
    "voucher": "certificate",
    "gift": "gift_card",
    "credit": "credit_card",
    "visa": "credit_card",
    "mastercard": "credit_card",
    "amex": "credit_card",
}
METHOD = (
    r"(?:gift_card|credit_card|certificate)_\d+|gift cards?(?: with \$[\d.,]+)?|(?:travel )?(?:certificates?|vouchers?)(?: of \$[\d.,]+)?|"
    r"(?:visa|mastercard|amex|credit card)(?: ending in \d{4})?|card ending in \d{4}"
)
"""Pattern of a payment method as people name it."""
_METHOD = re.compile(METHOD, re.IGNORECASE)


class Unclear(Exception):
    """Several things fit what was said; ``candidates`` are what to choose from."""

    def __init__(self, candidates: Sequence[str]) -> None:
        super().__init__(", ".join(candidates))
        self.candidates = list(candidates)


def join(parts: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def money(amount: float) -> str:
    """``$120``; with cents only where there are any."""
    return f"${abs(amount):g}" if abs(amount) < 1_000_000 else f"${abs(amount):.2f}"


def plural(number: int, name: str) -> str:
    """``1 bag``, ``2 bags``."""
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def say_day(date: str) -> str:
    """``May 20`` for ``2024-05-20``."""
    month = next(name for name, number in _MONTHS.items() if number == int(date[5:7]))
    return f"{month.capitalize()} {int(date[8:])}"


def read_day(text: str) -> str | None:
    """``2024-05-20`` for ``May 20`` or itself, or None where there is no day in a text."""
    match = _DAY.search(text)
    if match is None:
        return None
    return match[3] or f"2024-{_MONTHS[match[1].lower()]:02d}-{int(match[2]):02d}"


def read_number(text: str) -> int:
    """A small number in digits or as a word."""
    return int(text) if text.isdecimal() else _NUMBERS[text.lower()]


def full_name(person: Person) -> str:
    """``Mira Holt``."""
    return f"{person['first_name']} {person['last_name']}"


def people(persons: Sequence[Person]) -> str:
    """The names of some people."""
    return join([full_name(person) for person in persons])


def say_people(persons: Sequence[Person], user: Mapping[str, Any]) -> str:
    """Who flies, in the words of the user: ``me and Omar Becker, born 1990-04-05``."""
    own = full_name(user["name"])
    return join(["me" if full_name(person) == own else f"{full_name(person)}, born {person['dob']}" for person in persons])


def read_person(text: str) -> dict[str, str] | None:
    """Somebody whom a text names with a date of birth, or None."""
    match = _PERSON.search(text)
    return dict(zip(("first_name", "last_name", "dob"), match.groups(), strict=True)) if match else None


def read_people(text: str, user: Mapping[str, Any]) -> list[dict[str, str]]:
    """Those whom a text names: the user as ``me`` or by name, saved passengers by name, others with their date of birth."""
    me = {**user["name"], "dob": user["dob"]}
    found = [dict(zip(("first_name", "last_name", "dob"), match.groups(), strict=True)) for match in _PERSON.finditer(text)]
    found += [dict(person) for person in user["saved_passengers"] if names(text, person)]
    named = {full_name(person): person for person in found}
    mine = _SELF.search(text) is not None or names(text, me)
    return [*([me] if mine else []), *(person for name, person in named.items() if name != full_name(me))]


def names(text: str, person: Person) -> bool:
    """Whether a text names somebody in full."""
    return re.search(rf"\b{re.escape(full_name(person))}\b", text) is not None


def say_flight(segment: Mapping[str, Any]) -> str:
    """``KTW101 from ALD to BRM on May 20``."""
    return f"{segment['flight_number']} from {segment['origin']} to {segment['destination']} on {say_day(segment['date'])}"


def say_flights(segments: Sequence[Mapping[str, Any]]) -> str:
    """Some flights in a row."""
    return join([say_flight(segment) for segment in segments])


def say_cabin(cabin: str) -> str:
    """``basic economy``."""
    return cabin.replace("_", " ")


def name_payment(method_id: str, methods: Mapping[str, Method]) -> str:
    """What to call a payment method so that it can be told from the user's others."""
    method = methods[method_id]
    name = method["source"].replace("_", " ")
    if sum(other["source"] == method["source"] for other in methods.values()) == 1:
        return str(name)
    if method["source"] == "credit_card":
        return f"{method['brand']} ending in {method['last_four']}"
    return f"{name} with {money(method['amount'])}" if method["source"] == "gift_card" else f"{name} of {money(method['amount'])}"


def name_payments(methods: Mapping[str, Method]) -> list[str]:
    """All payment methods of a user by name."""
    return [name_payment(method_id, methods) for method_id in methods]


def pick_payment(text: str, methods: Mapping[str, Method]) -> str | None:
    """
    The payment method that a text names.

    Returns:
        Its id, or None where the user has none like it.

    Raises:
        Unclear: Several fit.
    """
    said = text.lower()
    for method_id in methods:
        if method_id in said:
            return method_id
    source = next((kind for word, kind in _KINDS.items() if word in said), "credit_card" if "card" in said else None)
    fitting = [method_id for method_id, method in methods.items() if method["source"] == source]
    exact = [method_id for method_id in fitting if _is_meant(said, methods[method_id])]
    told = re.search(r"\d", said) is not None or any(word in said for word in ("visa", "mastercard", "amex"))
    fitting = exact if told else fitting
    if len(fitting) > 1:
        raise Unclear([name_payment(method_id, methods) for method_id in fitting])
    return fitting[0] if fitting else None


def _is_meant(said: str, method: Method) -> bool:
    """Whether numbers and brand in a text are those of a method."""
    if method["source"] != "credit_card":
        amount = re.search(r"\$([\d.,]+\d|\d)", said)
        return amount is not None and float(amount[1].replace(",", "")) == method["amount"]
    digits = re.search(r"\b(\d{4})\b", said)
    brand = next((word for word in ("visa", "mastercard", "amex") if word in said), None)
    return (brand is None or brand == method["brand"]) and (digits is None or digits[1] == method["last_four"])


def pick_payments(text: str, methods: Mapping[str, Method]) -> list[str]:
    """
    The payment methods that a text names, in its order; unknown ones are left out.

    Raises:
        Unclear: Several fit one of the names.
    """
    picked = (pick_payment(match[0], methods) for match in _METHOD.finditer(text))
    return list(dict.fromkeys(method_id for method_id in picked if method_id is not None))


def share_out(total: int, picked: Sequence[str], methods: Mapping[str, Method]) -> list[dict[str, Any]] | None:
    """What each of some payment methods pays of a total, the first ones all that they can; None where it is not enough."""
    shares = []
    left = total
    for method_id in picked:
        method = methods[method_id]
        amount = left if method["source"] == "credit_card" else min(left, int(method["amount"]))
        left -= amount
        if amount:
            shares.append({"payment_id": method_id, "amount": amount})
    return None if left else shares


def find_airport(text: str, airports: Sequence[Mapping[str, str]]) -> str | None:
    """Code of the airport that a text names by code or city."""
    for airport in airports:
        if re.search(rf"\b{re.escape(airport['city'])}\b", text, re.IGNORECASE) or re.search(rf"\b{airport['iata']}\b", text):
            return airport["iata"]
    return None
