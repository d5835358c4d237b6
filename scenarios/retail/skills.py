"""What the offline assistant can do here, what users can tell it, and how it finds out who they are."""

import re
from typing import Any

from domain.skill import LookupRefused, Script, Skill, Slot
from scenarios.retail import answers, scripts, swapping


def any_of(*patterns: str) -> str:
    """One pattern that matches where any of them does."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)


_CARD = r"visa|mastercard|amex|american express|credit card"
_PAYMENT = any_of(
    r"(?:the )?original (?:payment )?method",
    r"(?:gift[ _]card|paypal|credit[ _]card)_\d+",
    r"gift ?cards?",
    "paypal",
    rf"(?:{_CARD}|card) (?:ending|that ends) (?:in|with) \d{{4}}",
    _CARD,
)
_STREET = r"(?<![\w#])\d{1,5} (?!to )[\w .'-]+?, (?:[\w .#'-]+?, )?[A-Za-z][A-Za-z .'-]+?, (?-i:[A-Z]{2}),? \d{5}(?:, USA)?"
_REASON = (
    r"(?:no longer|not) need\w*|(?:don't|dont|do not) need (?:it|them|this|that|any of it|the order)? ?(?:any ?more|any longer)?|"
    r"(?:ordered|bought|placed)(?: (?:it|this|them|that|the order))? by (?:mistake|accident)|by mistake|by accident|accidental\w*"
)


def _order_id(text: str) -> str:
    return "#W" + re.sub(r"\D", "", text)


def _reason(text: str) -> str:
    """One of the two reasons that the shop accepts, or what was said."""
    if re.search(r"mistake|accident|wrong (?:order|button)", text, re.IGNORECASE):
        return "ordered by mistake"
    if re.search(r"need", text, re.IGNORECASE):
        return "no longer needed"
    return text.strip(" .!")


def _name(text: str) -> str | None:
    name = text.strip(" .,!")
    return name if len(name.split()) in (2, 3) else None


SLOTS = [
    Slot("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", r"\be-?mail", clean=lambda text: text.strip(". ")),
    Slot(
        "name",
        r"\b(?:my name is|my name's|name's|the name is|name is|name:|this is|i'?m|i am|it's under) ((?-i:[A-Z][\w'-]+ [A-Z][\w'-]+))",
        r"\b(?:full name|first and last name|your name|name (?:and|on the account|the account))",
        answer=r"((?-i:[A-Z][\w'-]+ [A-Z][\w'-]+))",
        clean=_name,
    ),
    Slot("zip", r"\bzip(?: ?code)?(?: is|'s|:| of| would be)? (\d{5})\b", r"\b(?:the|your) zip\b|\bpostal code", answer=r"\b(\d{5})\b"),
    Slot("order_id", r"#?\bW\d{7}\b", r"\border (?:number|id)|\bwhich order|\bnumber of the order|\border's number", clean=_order_id),
    Slot("item_id", r"(?<![\w#])\d{10}\b", r"\bitem number\b|\bnumber of the item\b"),
    Slot(
        "items",
        r"(?!)",
        r"\bwhich (?:of the |of these |of those )?(?:items?|ones?|articles?|products? (?:in|from))|"
        r"\bitems? (?:from|of|in) (?:the|this|that|your) order",
        answer=r"(?s)(.+)",
    ),
    Slot(
        "new_options",
        r"(?s)\b(?:with|wiht) ([^.!?]+(?:\.\d[^.!?]*)*?) instead\b",
        r"\b(?:new|different|other|which) (?:options?|version|variant|specification)s?\b",
        answer=r"(?s)(.+)",
    ),
    Slot(
        "payment_method",
        rf"\b({_PAYMENT})\b",
        r"\bpayment method|\bway to pay|\bpay(?:ing)? (?:for|with)|\brefund (?:go|to go)|\bwhere\b[^?]*\brefund",
        answer=rf"\b({_PAYMENT})\b",
    ),
    Slot("address", rf"({_STREET})", r"\b(?:new|full|complete|which|what|right|correct|whole) (?:\w+ )?address", answer=rf"({_STREET})"),
    Slot("reason", rf"\b({_REASON})\b", r"\breason\b|\bwhy\b", answer=r"(?s)(.+)", clean=_reason),
    Slot("product", r"(?!)", r"\b(?:which|what|name of the|kind of) (?:kind of |type of )?(?:product|article|goods)", answer=r"(?s)(.+)"),
]

CUES = {
    "cancel_order": any_of(r"\bcancel\w*", r"\bcall off\b"),
    "modify_address": any_of(
        r"\b(?:deliver\w*|ship(?:ping|ped|ment)?|sen[dt]|parcel|package|redirect\w*|reroute\w*|order\b)"
        r"(?![^.!?]*\b(?:default|profile|account|on file)\b)[^.!?]*\b(?:address|elsewhere|somewhere else)\b",
        r"\baddress (?:on|for|of) (?:my |the |this |that |a )?(?:pending )?order",
    ),
    "modify_payment": any_of(r"\bpayment\b", r"\bpay(?:ing)? (?:for|with|by)\b", r"\bcharged?\b", r"\bbilled\b"),
    "modify_items": any_of(
        r"\b(?:options?|version|variant|specs?|specification|configuration)\b"
        r"(?=[^?]*(?:\binstead\b|\bpending\b|\bnot (?:yet )?shipped|\bbefore it))",
        r"\bbefore it (?:ships|goes out|leaves)",
        r"\b(?:modify|change|switch|alter|amend|adjust)\b[^.!?]*\bitems?\b",
        r"\bpending\b[^.!?]*\b(?:items?|version|variant)\b",
        r"\bitems?\b[^.!?]*\bpending\b",
    ),
    "return_items": any_of(
        r"\breturn(?:s|ing|ed)?\b", r"\b(?:send|sending|give|bring)\b[^.!?]{0,80}\bback\b", r"\brefund(?:ed)?\b", r"\bmoney back\b"
    ),
    "exchange_items": any_of(r"\bexchang\w+", r"\bswap\w*", r"\btrad(?:e|ing)\b"),
    "change_default_address": any_of(
        r"\b(?:default|profile|account|on file|moved|moving)\b[^.!?]*\baddress\b",
        r"\baddress\b[^.!?]*\b(?:default|profile|account|on file|moved|moving)\b",
    ),
    "order_status": any_of(
        r"\bstatus\b",
        r"\btrack(?:ing)?\b",
        r"\bwhere(?:'?s| is| are| my)\b",
        r"\bwhen (?:will|should|can)\b",
        r"\bwhereabouts\b",
        r"\bwhats up with\b",
        r"\bupdate on\b",
        r"\bhow far\b",
        r"\bwhat(?:'?s| is) (?:going on|happening)\b",
        r"\bhas(?:n'?t)?\b[^.!?]*\b(?:shipped|arrived|gone out)\b",
        r"\blook up\b",
    ),
    "product_question": any_of(
        r"\bhow many\b",
        r"\bin stock\b",
        r"\bavailab\w+",
        r"\bdo you (?:carry|sell|stock)\b",
        r"\bcheapest\b",
        r"\byour (?:selection|range|assortment|catalog\w*)\b",
    ),
    "item_question": r"\bitem (?:number|code|no\.?)(?!\w)|\bitem \d{10}\b",
    "order_sum": any_of(r"\ball (?:of )?my orders\b", r"\bspent\b[^.!?]*\b(?:with you|at your shop)\b"),
    "hand_over": any_of(
        r"\b(?:human|real person|actual person|representative|supervisor|manager|live agent|person to talk to)",
        r"\b(?:speak|talk) (?:to|with|wiht) (?:a|some)",
    ),
}
"""Skill -> how its request is recognised; no cue matches a request for anything else."""

_OF_SWAPS = ("order_id", "items", "new_options", "payment_method")
SKILLS = [
    Skill("cancel_order", CUES["cancel_order"], scripts.cancel_order, ("order_id", "reason")),
    Skill("modify_address", CUES["modify_address"], scripts.modify_address, ("order_id", "address")),
    Skill("modify_payment", CUES["modify_payment"], scripts.modify_payment, ("order_id", "payment_method"), "checkout"),
    Skill("modify_items", CUES["modify_items"], swapping.swap_items, _OF_SWAPS),
    Skill("return_items", CUES["return_items"], swapping.return_items, ("order_id", "items", "payment_method"), "complaint"),
    Skill("exchange_items", CUES["exchange_items"], swapping.swap_items, _OF_SWAPS),
    Skill("change_default_address", CUES["change_default_address"], scripts.change_default_address, ("address",), "account_issue"),
    Skill("order_status", CUES["order_status"], scripts.order_status, ("order_id",)),
    Skill("product_question", CUES["product_question"], scripts.product_question, ("product",)),
    Skill("item_question", CUES["item_question"], answers.item_question, ("item_id",)),
    Skill("order_sum", CUES["order_sum"], answers.order_sum),
    Skill("hand_over", CUES["hand_over"], scripts.hand_over, kind="escalation"),
]


def authenticate(s: Script) -> Any:
    """Who the customer is, by email, else by name and zip code; returns the user id."""
    by_name = s.unknown("email") or (not s.has("email") and s.has("name") and s.has("zip"))
    if not by_name:
        try:
            return s.look("find_user_id_by_email", email=s.need("email"))
        except LookupRefused:
            by_name = True
    first, _, last = s.need("name").partition(" ")
    try:
        return s.look("find_user_id_by_name_zip", first_name=first, last_name=last, zip=s.need("zip"))
    except LookupRefused:
        s.decline("authenticate.failed")
