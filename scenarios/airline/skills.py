"""What the offline assistant can do here, what users can tell it, and how it finds out who they are."""

import re
from typing import Any

from domain.skill import LookupRefused, Script, Skill, Slot
from scenarios.airline import words
from scenarios.airline.scripts import flights, reservations, shared


def any_of(*patterns: str) -> str:
    """One pattern that matches where any of them does."""
    return "|".join(f"(?:{pattern})" for pattern in patterns)


_NAME = r"(?-i:[A-Z][\w'-]+ [A-Z][\w'-]+)"
_CITY = r"(?-i:[A-Z][\w'-]+(?: [A-Z][\w'-]+)?)"
_DAY = r"(?:(?:May|June) \d{1,2}|2024-\d{2}-\d{2})\b"
_CODE = r"(?-i:\b(?![A-Z]{3}\d{3}\b)(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6}\b)"
_BAGS = r"(?:bags?|suitcases?|baggage|luggage)\b"
_HEALTH = r"\b(?:ill|sick|unwell|surgery|operation|hospital|doctor|flu|health)\b"
_WEATHER = r"\b(?:weather|hurricane|blizzard|floods?|storms?)\b"


def _reason(text: str) -> str:
    """What sort of reason it is to cancel."""
    if re.search(_HEALTH, text, re.IGNORECASE):
        return "health"
    return "weather" if re.search(_WEATHER, text, re.IGNORECASE) else "other"


def _trip(text: str) -> str:
    return "one_way" if text.lower().startswith("one") else "round_trip"


def _leg(text: str) -> str:
    return "back" if re.search(r"return|back", text, re.IGNORECASE) else "there"


def _cabin(text: str) -> str:
    return text.lower().replace(" ", "_")


def _insurance(text: str) -> str:
    return "no" if re.search(r"\bno|\bwithout", text, re.IGNORECASE) else "yes"


def _person(text: str) -> str | None:
    return text if words.read_person(text) else None


SLOTS = [
    Slot("user_id", r"\b[a-z]+(?:_[a-z]+)+_\d{3,5}\b", r"\buser id\b", clean=str.lower),
    Slot("reservation_id", _CODE, r"\breservation (?:id|number|code)\b|\bwhich reservation\b", answer=r"(?-i:\b[A-Z0-9]{6}\b)"),
    Slot("reason", any_of(_HEALTH, _WEATHER), r"\breason\b|\bwhy\b", answer=r"(?s)(.+)", clean=_reason),
    Slot(
        "leg",
        r"\b((?:outbound|outward|return) (?:flight|leg|trip)|way (?:there|back))\b",
        r"\bwhich (?:flight|leg|way)\b|\boutbound\b[^?]*\breturn\b",
        answer=r"\b(outbound|outward|return|back|there)\b",
        clean=_leg,
    ),
    Slot("date", rf"(?<!back on )(?<!returning on )\b({_DAY})", r"\b(?:which|what) (?:new )?(?:day|date)\b", clean=words.read_day),
    Slot("return_date", rf"\b(?:back|returning) on ({_DAY})", r"\bcome back\b", answer=rf"({_DAY})", clean=words.read_day),
    Slot(
        "preference",
        r"\bthe (cheapest|earliest|latest)\b",
        r"\bprefer\b|\bwhich one\b",
        answer=r"\b(cheapest|earliest|latest)\b",
        clean=str.lower,
    ),
    Slot(
        "cabin",
        r"\b(?:in|to|into) (basic economy|economy|business)\b|\b(basic economy|economy|business) (?:class|cabin)\b",
        r"\bcabin\b|\bwhich class\b",
        answer=r"\b(basic economy|economy|business)\b",
        clean=_cabin,
    ),
    Slot("payment", rf"\b({words.METHOD})", r"\bpayment method\b|\bwhich card\b"),
    Slot("payments", r"(?!)", r"\bhow\b[^?]*\bpay\b", answer=r"(?s)(.+)"),
    Slot(
        "bags",
        rf"\b(no|an?|one|two|three|four|five|six|\d)(?: (?:more|extra|additional|checked|another))* {_BAGS}",
        r"\bhow many\b[^?]*\bbags\b",
        answer=r"\b(no|none|one|two|three|four|five|six|\d)\b",
        clean=words.read_number,
    ),
    Slot("passenger", r"(?!)", r"\bwhich passenger\b|\bwhose name\b", answer=r"(?s)(.+)"),
    Slot("new_passenger", rf"({_NAME}, born \d{{4}}-\d\d-\d\d)", r"\bname and date of birth\b", clean=_person),
    Slot("route", rf"\bfrom ({_CITY} to {_CITY})", r"\bwhere\b[^?]*\b(?:from|to)\b", answer=rf"({_CITY} to {_CITY})"),
    Slot("trip", r"\b(one[- ]way|round[- ]trip)\b", r"\bone way or\b", clean=_trip),
    Slot("passengers", r"(?!)", r"\bwho\b[^?]*\b(?:flying|travelling)\b", answer=r"(?s)(.+)"),
    Slot(
        "insurance",
        r"\b((?:no|without|with|plus|add)(?: the| any| travel)* insurance)\b",
        r"\binsurance\b",
        answer=r"\b(yes|yeah|please|no|nope|without|with)\b",
        clean=_insurance,
    ),
    Slot("flight_number", r"(?-i:\b[A-Z]{3}\d{3}\b)", r"\bflight number\b"),
]

CUES = {
    "cancel_reservation": any_of(
        r"\bcancel(?!led\b|ed\b)\w*",
        r"\b(?:be|get|have|want|need|like)\b[^.!?]{0,50}\bcancell?ed\b",
        r"\bcall off\b",
    ),
    "change_flights": any_of(
        r"\b(?:change|move|shift|switch|postpone|push|bring forward|put off)\b(?![^.!?]*\b(?:cabin|class)\b)"
        r"[^.!?]*\b(?:flights?|days?|dates?|trip|departure)\b",
        r"\b(?:flights?|days?|dates?)\b[^.!?]*\b(?:moved|changed|switched|postponed)\b",
        r"\breschedul\w+",
        r"\bfly (?:on )?(?:another|a different) (?:day|date)\b",
        r"\b(?:another|different|new) (?:day|date)\b",
    ),
    "change_cabin": any_of(
        r"\bupgrad\w+",
        r"\bdowngrad\w+",
        r"\b(?:another|different|better|new|chang\w+|switch\w*)\b[^.!?]*\b(?:cabin|class)\b",
    ),
    "add_bags": any_of(
        rf"\b(?:add\w*|more|extra|another|additional|check in|checking in)\b[^.!?]*\b{_BAGS}",
        rf"\b{_BAGS}[^.!?]*\b(?:added|on top|more)\b",
    ),
    "remove_bags": any_of(rf"\b(?:remov\w+|fewer|less|drop\w*|take off|taken off|too many|get rid of)\b[^.!?]*\b{_BAGS}"),
    "change_passenger": any_of(
        r"\bmisspel\w+",
        r"\bspell\w+",
        r"\btypo\b",
        r"\bname\b[^.!?]*\b(?:ticket|reservation|passenger)\b",
        r"\b(?:correct|fix|wrong)\b[^.!?]*\bname\b",
        r"\b(?:somebody|someone) else\b[^.!?]*\b(?:fly|flies|seat|place|travel\w*)\b",
        r"\b(?:replac\w+|substitut\w+)\b[^.!?]*\b(?:passengers?|travell?ers?)\b",
    ),
    "change_number": any_of(
        r"\b(?:remov\w+|add\w*|drop\w*|leave out|one (?:more|less|fewer)|extra|another|take off|fewer)\b"
        r"[^.!?]*\b(?:passengers?|travell?ers?|person|seat)\b"
    ),
    "add_insurance": any_of(r"\b(?:add\w*|buy\w*|get|include|take out|insure|purchase|want|need|like)\b[^.!?]*\binsur(?:e|ed|ance)\b"),
    "book_flight": any_of(
        r"(?<!the )\bbook\b(?! (?:reference|number))",
        r"\bnew (?:flight|trip|reservation|ticket)\b",
        r"\bbuy\b[^.!?]*\btickets?\b",
        r"\b(?:make|making) a reservation\b",
    ),
    "flight_status": any_of(
        r"\bflight status\b",
        r"\bstatus of\b[^.!?]*\bflight\b",
        r"(?<!short )\bon time\b",
        r"\bon schedule\b",
        r"\bhow\b[^.!?]*\bflight\b[^.!?]*\b(?:stands?|doing)\b",
        r"\b(?:has|did|will)\b[^.!?]*\b(?:landed|land|taken off|take off|leave on)\b",
        r"\bis\b[^.!?]*\brunning late\b",
    ),
    "reservation_details": any_of(
        r"\bdetails of\b",
        r"\bitinerary\b",
        r"\bwhat(?:'?s| is)\b[^.!?]*\b(?:in|on) (?:my |the )?(?:reservation|[A-Z0-9]{6}\b)",
        r"\blook (?:it )?up\b",
        r"\bremind me\b",
        r"\bread me\b",
        r"\b(?:check(?! in)|go over|overview of|summary of)\b[^.!?,]*\breservation\b",
    ),
    "paid_in_all": any_of(r"\ball (?:of )?my (?:trips|reservations)\b", r"\bspent\b[^.!?]*\bwith you\b"),
    "compensation": any_of(r"\bcompensat\w+", r"\bvouchers?\b", r"\bmake (?:it )?up for\b", r"\bgoodwill\b", r"\bgesture\b"),
    "hand_over": any_of(
        r"\b(?:human|real person|actual person|representative|supervisor|manager|live agent)",
        r"\b(?:speak|talk) (?:to|with|wiht) (?:a|some)",
    ),
}
"""Skill -> how its request is recognised; no cue matches a request for anything else."""

_FIND = ("reservation_id", "route")
SKILLS = [
    Skill("cancel_reservation", CUES["cancel_reservation"], reservations.cancel_reservation, (*_FIND, "reason"), "complaint"),
    Skill("change_flights", CUES["change_flights"], flights.change_flights, (*_FIND, "leg", "date", "preference", "payment")),
    Skill("change_cabin", CUES["change_cabin"], flights.change_cabin, (*_FIND, "cabin", "payment"), "checkout"),
    Skill("add_bags", CUES["add_bags"], reservations.add_bags, (*_FIND, "bags", "payment"), "checkout"),
    Skill("remove_bags", CUES["remove_bags"], reservations.remove_bags, _FIND),
    Skill(
        "change_passenger", CUES["change_passenger"], reservations.change_passenger, (*_FIND, "passenger", "new_passenger"), "account_issue"
    ),
    Skill("change_number", CUES["change_number"], reservations.change_number, _FIND, "account_issue"),
    Skill("add_insurance", CUES["add_insurance"], reservations.add_insurance, _FIND),
    Skill(
        "book_flight",
        CUES["book_flight"],
        flights.book_flight,
        ("trip", "route", "date", "return_date", "cabin", "passengers", "preference", "bags", "insurance", "payments"),
        "checkout",
    ),
    Skill("flight_status", CUES["flight_status"], flights.flight_status, ("flight_number", "date")),
    Skill("reservation_details", CUES["reservation_details"], reservations.reservation_details, _FIND),
    Skill("paid_in_all", CUES["paid_in_all"], reservations.paid_in_all),
    Skill("compensation", CUES["compensation"], reservations.compensation, _FIND, "dispute"),
    Skill("hand_over", CUES["hand_over"], shared.hand_over, kind="escalation"),
]


def authenticate(s: Script) -> Any:
    """Who the user is, by their user id; returns it."""
    user_id = s.need("user_id")
    try:
        return s.look("get_user_details", user_id=user_id)["user_id"]
    except LookupRefused:
        s.ask_again("user_id", "user.not_found", wrong=user_id)
