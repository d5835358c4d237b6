"""What users can tell, and how it is found in what they say."""

import re
from collections.abc import Iterable

from domain.skill import Slot
from scenarios.supply_chain import catalogue as names

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTH = "|".join(_MONTHS)
_DATE = rf"\b(\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTH})|(?:{_MONTH}) \d{{1,2}})\b"

REASONS = {
    "wrong_quantity": ("wrong quantity", "the quantity is off"),
    "wrong_price": ("wrong price", "the price is off"),
    "damaged_goods": ("damaged goods", "the goods were damaged"),
    "not_received": ("goods not received", "the goods never came"),
    "duplicate": ("duplicate", "billed twice"),
}
"""What an invoice can be disputed for -> how people say it."""
_TELLING = {
    "quantity": "wrong_quantity",
    "price": "wrong_price",
    "damaged": "damaged_goods",
    "broken": "damaged_goods",
    "never": "not_received",
    "not received": "not_received",
    "duplicate": "duplicate",
    "twice": "duplicate",
}


def any_of(items: Iterable[str]) -> str:
    """Alternatives of a regular expression, longest first."""
    return "|".join(sorted(map(re.escape, items), key=len, reverse=True))


def _date(text: str) -> str | None:
    """ISO form of a date; years are never said and are those of the setting's today."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return text
    day, month = re.search(r"\d{1,2}", text), re.search(_MONTH, text.lower())
    if day is None or month is None:
        return None
    return f"{names.TODAY[:4]}-{_MONTHS.index(month[0]) + 1:02d}-{int(day[0]):02d}"


def _reason(text: str) -> str | None:
    return next((reason for word, reason in _TELLING.items() if word in text.lower()), None)


_GOODS = any_of(name for name, _, _ in names.PRODUCTS.values())
_WAREHOUSES = any_of(city for city, _ in names.WAREHOUSES.values())
_COUNTRIES = any_of(dict.fromkeys(names.SITE_CITIES.values()))

SLOTS = (
    Slot(
        "contact",
        r"\b(CT-\d{4})\b|([\w.]+@[\w-]+\.example)\b",
        r"contact number|e-?mail",
        clean=lambda text: text.upper() if "@" not in text else text.lower(),
    ),
    Slot("access_code", r"\b(?:code|pin)\b\D{0,20}\b(\d{6})\b", r"access code|six[- ]digit", answer=r"\b(\d{6})\b"),
    Slot(
        "order_id",
        r"\b(SO-\d{5}(?:\.\d+)?)\b",
        r"(?<!purchase )\border number|number of (?:the|that|your) order|\bwhich order\b",
        clean=str.upper,
    ),
    Slot(
        "shipment_id",
        r"\b(SH-\d{5})\b",
        r"shipment number|number of (?:the|that|your) shipment|\bwhich shipment\b",
        clean=str.upper,
    ),
    Slot("invoice_id", r"\b(INV-\d{5})\b", r"invoice number|number of (?:the|that|your) invoice|\bwhich invoice\b", clean=str.upper),
    Slot(
        "purchase_order_id",
        r"\b(PO-\d{5})\b",
        r"\bPO number|purchase order number|number of (?:the|that|your) purchase order|\bwhich purchase order\b",
        clean=str.upper,
    ),
    Slot(
        "reference",
        r"\b((?:SO|SH|INV|PO)-\d{5}(?:\.\d+)?)\b",
        r"call (?:be |to be )?about|number of the matter|(?:order, shipment or invoice|which number|reference number)",
        clean=str.upper,
    ),
    Slot(
        "product",
        rf"\b([A-Z]{{2}}-\d{{3}}|{_GOODS})(?:s|es)?\b",
        r"\bwhich product|\bwhat product|product number|product name|item number|name of the product|\bwhich (?:item|article)",
        clean=lambda text: text.upper() if re.fullmatch(r"[A-Za-z]{2}-\d{3}", text) else text.lower(),
    ),
    Slot(
        "quantity",
        r"(?<![-\w.])(\d{1,5})(?= ?(?:units|pieces|pcs|x\b|of them))|(?<=\bto )(\d{1,5})\b(?![-.]\d)",
        r"\bhow many (?!(?:more |extra )?days)|what quantity|which quantity|number of units",
        answer=r"(?<![-\w.])(\d{1,5})(?![-\w.]\d)",
        clean=int,
    ),
    Slot(
        "days",
        r"\b(\d{1,3})(?= (?:(?:more|extra|additional) )?days\b)",
        r"how many (?:more |extra )?days|how much (?:more |extra )?time",
        answer=r"\b(\d{1,3})\b",
        clean=int,
    ),
    Slot(
        "weight",
        r"\b(\d+(?:\.\d+)?)(?= ?(?:kg|kilos?|kilograms?)\b)",
        r"\bweigh|\bhow heavy|kilograms|gross weight",
        answer=r"\b(\d+(?:\.\d+)?)\b",
        clean=float,
    ),
    Slot(
        "new_date",
        _DATE,
        r"\b(?:new|delivery|requested|which|what) (?:delivery )?(?:date|day)\b|\bwhen would you like\b|\bwhich day\b",
        clean=_date,
    ),
    Slot(
        "site_city",
        rf"\b({any_of(names.SITE_CITIES)})\b",
        r"which (?:of your )?(?:delivery )?(?:sites?|locations?|city|place)|what (?:site|city|location)|"
        r"where (?:should|shall) (?:it|they|everything|the)",
        clean=str.title,
    ),
    Slot(
        "from_warehouse",
        rf"\b(?:from|form|out of|leaving|ex) (?:the |teh |our )?({_WAREHOUSES})\b",
        r"from which warehouse|source warehouse|shipping warehouse|"
        r"warehouse (?:should|does|do|will) (?:it|they|the \w+) (?:leave|come|start|ship|go out)",
        answer=rf"\b({_WAREHOUSES})\b",
        clean=str.title,
    ),
    Slot(
        "to_warehouse",
        rf"\b(?:to|into|in|at|for|towards) (?:the |teh |our )?({_WAREHOUSES})\b",
        r"to which warehouse|into which warehouse|receiving warehouse|destination warehouse|"
        r"which warehouse (?:should|do|does|will) (?:it|they|the \w+|we) (?:go to|arrive|be delivered|end up|receive|take)",
        answer=rf"\b({_WAREHOUSES})\b",
        clean=str.title,
    ),
    Slot("country", rf"\b({_COUNTRIES})\b", r"which country|what country|destination country", clean=str.title),
    Slot(
        "carrier",
        rf"\b({any_of(names.CARRIERS.values())})\b",
        r"which carrier|what carrier|carrier (?:would|should|do) you",
        clean=str.title,
    ),
    Slot("service", r"\b(standard|express)\b", r"standard or express|express or standard|which service", clean=str.lower),
    Slot(
        "document",
        rf"\b({any_of(names.DOCUMENTS)})\b",
        r"which (?:of (?:these|them)\b|(?:of the )?(?:papers?|documents?))|what documents?|documents? (?:do|can|could) you",
        clean=str.lower,
    ),
    Slot(
        "dispute_reason",
        r"\b((?:wrong|incorrect) (?:quantity|price)|(?:quantity|price) (?:is|was) (?:off|wrong)|damaged|broken|"
        r"never (?:came|arrived)|not received|duplicate|billed twice)\b",
        r"what is wrong|reason for|the reason|why do you|what do you object|grounds?",
        answer=r"\b(quantity|price|damaged|broken|never|not received|duplicate|twice)\b",
        clean=_reason,
    ),
)
