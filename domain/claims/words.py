"""Words as claims use them: stems, and which verbs mean the same deed."""

import re
from functools import lru_cache

_WORD = re.compile(r"[a-z][a-z'\-]*[a-z]|[a-z]")
_STOP_WORDS = """
a an the of to in on at for from by with and or is are was were be been being it its this that these those i you your we our us my
me he she they them their will would can could may might shall should must do does did has have had not no any all each as if so
than then there here what which who how when where also only just now please let know s t ll re ve d m about into out up more
other per such via
"""
_STOP = frozenset(_STOP_WORDS.split())
_IRREGULAR = {
    "sent": "send",
    "paid": "pay",
    "made": "make",
    "got": "get",
    "given": "give",
    "taken": "take",
    "bought": "buy",
    "ids": "id",
    "e-mail": "email",
    "emails": "email",
    "e-mails": "email",
    "cancelled": "cancel",
    "canceled": "cancel",
    "cancelling": "cancel",
    "cancellation": "cancel",
    "canceling": "cancel",
    "cancellations": "cancel",
    "modification": "modify",
    "modified": "modify",
    "refunded": "refund",
    "payment": "pay",
    "payments": "pay",
    "charged": "charge",
    "exchanging": "exchange",
    "exchanged": "exchange",
    "flying": "fly",
    "flown": "fly",
    "booking": "book",
    "baggages": "bag",
    "baggage": "bag",
    "luggage": "bag",
    "bags": "bag",
}


@lru_cache(65536)
def stem(word: str) -> str:
    """A word without its ending; crude, but the same for all forms of most words."""
    word = word.removesuffix("'s").replace("'", "")
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead in (
        ("ies", "y"),
        ("ied", "y"),
        ("sses", "ss"),
        ("ations", "ate"),
        ("ation", "ate"),
        ("ing", ""),
        ("ed", ""),
        ("es", ""),
        ("s", ""),
        ("ly", ""),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            cut = word[: -len(ending)] + instead
            if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "lse" and ending in ("ing", "ed"):
                cut = cut[:-1]
            return cut.rstrip("e") or cut
    return word.rstrip("e") or word


@lru_cache(8192)
def stems(text: str) -> tuple[str, ...]:
    """Stems of the words of a text in small letters that mean something."""
    return tuple(
        stem(word)
        for word in _WORD.findall(text.replace("basic economy", "basic-economy").replace("basic_economy", "basic-economy"))
        if word not in _STOP
    )


DEEDS: dict[str, tuple[str, ...]] = {
    "cancel": ("cancel", "delete", "void", "remove", "withdraw", "terminate", "close", "revoke"),
    "return": ("return",),
    "exchange": ("exchange", "swap", "replace"),
    "modif": (
        "modify",
        "change",
        "update",
        "set",
        "edit",
        "correct",
        "reroute",
        "reschedule",
        "transfer",
        "switch",
        "upgrade",
        "downgrade",
        "adjust",
        "pay",
        "move",
    ),
    "book": ("book", "reserve", "create", "place", "receive"),
    "refund": ("refund", "cancel", "return", "credit", "modify", "update", "exchange", "pay", "compensate"),
    "charg": ("charge", "pay", "book", "modify", "update", "exchange", "refuel", "add"),
    "enabl": ("enable", "turn", "toggle", "set", "activate", "resume", "switch", "grant"),
    "disabl": ("disable", "turn", "toggle", "set", "deactivate", "suspend"),
    "add": ("add", "update", "refuel", "modify", "set", "submit", "book", "change", "create"),
    "remov": ("remove", "update", "modify", "delete", "cancel", "change", "give"),
    "upgrad": ("upgrade", "update", "change", "modify", "set"),
    "suspend": ("suspend",),
    "resum": ("resume",),
    "issu": ("issue", "send", "create", "give", "grant", "compensate", "credit", "apply"),
    "refuel": ("refuel", "add"),
    "extend": ("extend", "set", "give", "change"),
    "rerout": ("reroute", "redirect", "divert", "send", "move", "transfer", "change", "modify", "update", "set"),
    "reschedul": ("reschedule", "move", "postpone", "change", "modify", "update", "set", "book"),
    "submit": (
        "submit",
        "add",
        "send",
        "exchange",
        "return",
        "cancel",
        "modify",
        "request",
        "update",
        "create",
        "open",
        "book",
        "register",
        "file",
        "transfer",
    ),
}
"""Deed, as the beginning of its verb -> words in the names of tools that do it."""


def deed_of(word: str) -> str | None:
    """The deed that a verb in small letters names."""
    if word.startswith(("updat", "chang", "edit", "switch", "adjust", "replac", "downgrad")):
        return "modif"
    if word.startswith(("reserv", "plac")):
        return "book"
    if word.startswith(("deduct", "debit", "bill")):
        return "charg"
    if word.startswith(("credit", "reimburs")):
        return "refund"
    if word.startswith(("activat",)):
        return "enabl"
    if word.startswith(("deactivat",)):
        return "disabl"
    return next((deed for deed in DEEDS if word.startswith(deed)), None)
