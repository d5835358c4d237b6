"""Promises, and what the user is said to have said: neither may go beyond the instructions and the conversation."""

import re
from collections.abc import Iterator, Sequence

from domain.claims.claim import Claim, bad, good
from domain.claims.known import Known
from domain.claims.prose import Prose, durations
from domain.claims.text import Unit
from domain.claims.words import stems

_PROMISE = re.compile(
    r"\b(?:you(?:'ll| will| should| can expect to)(?: (?:also|now|then|soon|shortly))* (?:receive|get|be (?:notified|contacted|"
    r"informed|charged|emailed)|hear|see)"
    r"|(?:we|i|they|our (?:\w+ )?team|someone|an? \w+)(?:'ll| will)(?: \w+)? (?:send|ship|notify|contact|email|call|e-mail|text|"
    r"mail|follow up|reach out|process|monitor|inform|update|issue|apply)"
    r"|will (?:then |now |also )?be (?:sent|shipped|delivered|notified|processed|mailed|emailed|dispatched|contacted|credited|"
    r"refunded|posted|applied|waived|reflected|inspected|scanned)"
    r"|(?:should|will) (?:arrive|reach|appear|reflect|take|show up|ship)|goes to your|reaches your)\b"
)
_PROCESS = {
    "email": ("email",), "e-mail": ("email",), "sms": ("sms", "text"), "text message": ("sms", "text"), "notification": ("notify",
    "notificate"), "courier": ("courier",),
    "carrier": ("carrier",), "tracking information": ("track",), "return label": ("label",), "shipping label": ("label",),
    "prepaid": ("prepaid",), "warehouse": ("warehouse",),
    "inspect": ("inspect",), "scanned": ("scan",), "automatically": ("automatically", "automatical"), "phone call": ("call",),
    "call you": ("call",), "website": ("website",), "app ": ("app",),
    "portal": ("portal",), "voucher": ("voucher",), "discount": ("discount",), "free of charge": ("free",),
    "overnight": ("overnight",), "priority": ("priority",),
    "guarantee": ("guarante",), "supervisor": ("supervis",), "manager": ("manager",), "letter": ("letter",), "packaging": ("package",),
    "pick up": ("pick",), "pickup": ("pickup", "pick"),
    "boarding pass": ("board",), "e-ticket": ("ticket",), "receipt": ("receipt",), "waive": ("waiv",), "coupon": ("coupon",),
    "bonus": ("bonus",), "loyalty": ("loyalty",),
    "support team": ("support",), "our team": ("team",), "specialist": ("special", "specialist"), "technician": ("technic",),
    "billing department": ("department",),
}  # fmt: skip
"""Words of a process -> stems, one of which the instructions, the tools or an observation must have."""
_NUMBERED = re.compile(r"\b\d+(?:\s?(?:-|–|to)\s?\d+)?[- ](?:business |working |calendar )?(?:day|hour|week|month)s?\b")
_AT_ONCE = re.compile(
    r"immediately if (?:it is |it's |paid (?:with|by) )?(?:an? )?(gift card|paypal|credit card)|\b(gift card)[^.]{0,50}\bimmediately\b"
)
_WAYS = ("gift card", "paypal", "credit card", "visa", "mastercard", "certificate")
_SAID = re.compile(
    r"\byou(?:'ve| have)? (?:also |already |just )?(confirmed|mentioned|stated|told me|said|indicated|agreed)(?: that)? (.{6,160})"
)
_EMAIL_TOPIC = re.compile(r"return|exchang|instruct|send .*back|follow")


def promises(known: Known, units: Sequence[Unit]) -> Iterator[Claim]:
    """Claims about what will happen, and about the user."""
    prose = known.prose
    for unit in units:
        if not unit.question:
            yield from _about_user(known, unit)
        if len(prose.words) >= 40:
            yield from _timing(prose, unit)
            yield from _process(known, prose, unit)


def _process(known: Known, prose: Prose, unit: Unit) -> Iterator[Claim]:
    promise = _PROMISE.search(unit.lower)
    hints = [stems_ for word, stems_ in _PROCESS.items() if word in unit.lower]
    if not promise and not (hints and _steps(unit)):
        return
    if unit.question or re.search(r"\b(?:i cannot|i can't|unable|not able)\b", unit.lower):
        return
    for wanted in hints:
        if any(word in prose.words for word in wanted) or (wanted != ("track",) and any(_anywhere(known, word) for word in wanted)):
            if wanted == ("email",) and not _email_fits(prose, unit):
                yield bad(
                    "promise",
                    unit.span,
                    "unknown-process",
                    "the instructions promise an e-mail for other things only",
                    verdict="unsupported",
                )
                return
            continue
        yield bad(
            "promise", unit.span, "unknown-process", f"neither instructions nor observations know of {wanted[0]}", verdict="unsupported"
        )
        return
    named = durations(unit.lower[promise.start() :] if promise else unit.lower)
    if named and promise and _NUMBERED.search(unit.lower):
        allowed = prose.days | frozenset(hours for facts in known.seen[-12:] for hours in durations(facts.lower))
        if not set(named) <= allowed and not any(
            known.has_number(hours // 24) and hours % 24 == 0 and hours <= 24 * 31 and _shown_days(known, hours // 24) for hours in named
        ):
            why = "the instructions give another time" if prose.days else "the instructions give no time"
            yield bad("promise", unit.span, "other-time", why, verdict="contradicted" if prose.days else "unsupported")
            return
    if promise and (hints or named):
        yield good("promise", unit.span)


def _timing(prose: Prose, unit: Unit) -> Iterator[Claim]:
    """When a refund arrives, where the instructions make that hang on the way of paying."""
    if "refund" not in unit.lower or unit.question:
        return
    match = _AT_ONCE.search(prose.lower)
    if match is None:
        return
    at_once = match[1] or match[2]
    ways = [way for way in _WAYS if way in unit.lower]
    late = ways == [at_once] and _NUMBERED.search(unit.lower) and not re.search(r"\bimmediate|\bif\b", unit.lower)
    early = ways and at_once not in ways and re.search(r"\b(?:immediately|instantly|right away)\b", unit.lower)
    if late or early:
        yield bad("promise", unit.span, "other-time", f"the instructions say: {match[0]}")


def _shown_days(known: Known, days: int) -> bool:
    return any(
        path.endswith(("days", "days_late", "transit_days")) and value == days
        for facts in known.seen
        for record in facts.records
        for path, value in record.fields.items()
    )


def _steps(unit: Unit) -> bool:
    return any(
        re.search(r"next step|what happens|process|return|after that", parent.lower) for parent in unit.parents
    ) or unit.lower.startswith(("(include", "once "))


def _anywhere(known: Known, word: str) -> bool:
    return (
        any(word in text for text in known.users)
        or any(word in facts.lower for facts in known.seen)
        or any(word in name for name in known.tools or ())
    )


def _email_fits(prose: Prose, unit: Unit) -> bool:
    """Whether the instructions know an e-mail about what this one is said to be about."""
    if not re.search(r"(?:receive|get|send)\b.*\be-?mail|e-?mails?\b.*\b(?:sent|confirm|arrive|shortly|soon)", unit.lower):
        return True
    about = [sentence for sentence in prose.sentences if "email" in sentence.stems and {"receiv", "send", "get"} & sentence.stems]
    if not about:
        return False
    return bool(_EMAIL_TOPIC.search(unit.lower)) or not any(_EMAIL_TOPIC.search(sentence.text.lower()) for sentence in about)


def _about_user(known: Known, unit: Unit) -> Iterator[Claim]:
    """What the user is said to have said."""
    match = _SAID.search(unit.lower)
    if match is None or not known.users or re.search(r"\b(?:once|if|after|when|as soon as|until)\b", unit.lower[: match.start()]):
        return
    said = {word for word in stems(match[2]) if len(word) > 2}
    told = {word for text in known.users for word in stems(text)}
    asked = (
        {word for text in known.said[-3:] for word in stems(text.lower())}
        if re.search(r"\b(?:yes|yeah|correct|right|sure|ok|confirm)", known.users[-1])
        else set()
    )
    if len(said) < 3:
        return
    left = said - told - asked
    if len(left) <= len(said) * 0.6 and not (
        match[1] == "confirmed"
        and re.search(r"\bonly\b", match[2])
        and not re.search(r"\b(?:only|that's (?:all|it|everything)|nothing else|no other|no more)\b", " ".join(known.users[-2:]))
    ):
        yield good("about_user", unit.span)
    elif not any(known.observed(word) for word in left if any(map(str.isdigit, word))):
        yield bad("about_user", unit.span, "not-said", "the user did not say so", verdict="unsupported")
