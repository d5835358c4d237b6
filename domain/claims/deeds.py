"""Deeds: what is said to have been done, against the calls that changed something."""

import re
from collections.abc import Iterator, Sequence

from domain.claims.claim import Claim, bad, good
from domain.claims.known import Known, Made
from domain.claims.money import moved_by
from domain.claims.states import statuses_of
from domain.claims.text import Unit
from domain.claims.words import DEEDS, deed_of

_VERB = (
    r"(cancel+ed|returned|exchanged|modified|changed|updated|booked|reserved|placed|refunded|charged|deducted|debited|"
    r"credited|enabled|activated|disabled|deactivated|added|removed|upgraded|downgraded|suspended|resumed|issued|refueled|"
    r"refuelled|extended|submitted|replaced|switched|adjusted|rerouted|rescheduled|reimbursed|edited)"
)
_DONE = re.compile(
    rf"\b(?:i(?:'ve| have)|we(?:'ve| have)) (?:(?:now|also|just|already|successfully|gone ahead and) )*{_VERB}\b"
    rf"|\b(?:has|have) (?:now |also |already |both |all )*been (?:(?:successfully|now|fully) )*{_VERB}\b"
    rf"|\b(?:was|were) successfully {_VERB}\b|\bsuccessfully {_VERB}\b|^(?:done[:,.!]? )?{_VERB} (?:from|to) your\b|"
    rf"\b{_VERB} from your gift card\b"
)
_OWN_CALL = frozenset({"cancel", "suspend", "resum", "rerout", "reschedul"})
"""Deeds that no call does by the way: another change of the same thing does not bear them out."""
_NOTHING = re.compile(
    r"\b(?:nothing (?:has been|was) (?:changed|done|modified)|no changes? (?:has been|have been|was|were) made|"
    r"(?:i )?have not (?:made|changed) (?:any|anything)|everything (?:of yours )?stands exactly as)"
)
_OTHERS = re.compile(
    r"\b(?:by the (?:airline|user|customer|seller)|you(?:'ve| have)|previously|originally|earlier|last (?:week|month|year)|cannot|"
    r"can't|can be|could be|have to be|needs? to be|must)\b"
)
_SERVED = re.compile(r"(?:phone|number|email|msisdn)", re.IGNORECASE)
_SHAPE = re.compile(r"\+?\d[\d\-() ]{7,}\d")


def deeds(known: Known, units: Sequence[Unit]) -> Iterator[Claim]:
    """Claims about what was done."""
    moved: frozenset[int] | None = None
    effects = list(known.effects())
    foreign = _foreign(known)
    for unit in units:
        if unit.question:
            continue
        nothing = _NOTHING.search(unit.lower)
        if nothing:
            yield (
                bad("done_action", unit.span, "denied", f"{effects[0].tool} did change something")
                if effects
                else good("done_action", unit.span)
            )
            continue
        match = _DONE.search(unit.lower)
        if (
            match is None
            or (unit.hypothetical and "i've" not in unit.lower and "i have" not in unit.lower)
            or _OTHERS.search(unit.lower[: match.end() + 20])
            or _unsure(unit.lower[: match.start()])
        ):
            yield from _figures(known, unit, foreign)
            continue
        verb = next(group for group in match.groups() if group)
        if moved is None:
            moved = moved_by(known)
        yield from _done(known, unit, verb, effects, moved, foreign)


def _unsure(before: str) -> bool:
    return bool(re.search(r"\b(?:if|once|unless|until|whether|not|after|when|would|shall|before|as soon as|n't)\b", before))


def _done(known: Known, unit: Unit, verb: str, effects: Sequence[Made], moved: frozenset[int], foreign: set[str]) -> Iterator[Claim]:
    deed = deed_of(verb) or verb
    wrong = next((id for made in effects for id in foreign if f"'{id}'" in made.said), None)
    if wrong:
        yield bad(
            "done_action", unit.span, "other-entity", f"it was done to {wrong}, which is not the one that the user named", about=wrong
        )
        return
    ids = [id for id in unit.ids or unit.scope if known.records(id) or any(id.lower() in made.said for made in known.calls)]
    held = [id for id in ids if any(status.startswith((deed, verb)) for status in statuses_of(known, id)[-1:])]
    if not effects and not held:
        if ids and any(deed in (status or "") for id in ids for status in statuses_of(known, id)):
            return
        yield bad("done_action", unit.span, "nothing-done", "no call so far has changed anything")
        return
    words = DEEDS.get(deed, ())
    fitting = [made for made in effects if any(word in made.tool.lower() or word in made.said for word in words)]
    own = [id for id in unit.ids if any(record.lists or record.fields for record in known.records(id))]
    able = [made for made in effects if made in fitting or (made.facts and deed in made.facts.lower)] if deed in _OWN_CALL else effects
    missed = [id for id in own if id not in held and not any(_touches(made, id) for made in able)]
    if missed and len(missed) == len(own):
        yield bad("done_action", unit.span, "not-done", f"no call has changed {missed[0]}", about=missed[0])
        return
    if deed in ("charg", "refund") and unit.amounts and moved:
        amount = unit.amounts[0][0]
        if amount not in moved and any(amount in made.facts.amounts for made in effects if made.facts) and not fitting_pay(effects):
            yield bad("done_action", unit.span, "only-noted", f"{amount / 100:,.2f} is noted as a difference; no payment of it was shown")
            return
    if fitting or held or not words:
        yield good("done_action", unit.span, own[0] if own else "")


def fitting_pay(effects: Sequence[Made]) -> bool:
    """Whether a call by its name pays, whatever its answer shows."""
    return any(any(word in made.tool for word in ("pay", "refund", "charge", "credit", "compensat", "certificate")) for made in effects)


def _touches(made: Made, id: str) -> bool:
    return id.lower() in made.said or (made.facts is not None and id.lower() in made.facts.lower)


def _foreign(known: Known) -> set[str]:
    """Things with a telephone number like the one that the user gave, but another."""
    told = {re.sub(r"\D", "", number) for text in known.users for number in _SHAPE.findall(text)}
    if not told:
        return set()
    found: set[str] = set()
    for id, records in known.things.items():
        for record in records[-3:]:
            numbers = {
                re.sub(r"\D", "", str(v))
                for path, v in record.fields.items()
                if _SERVED.search(path) and isinstance(v, str) and _SHAPE.fullmatch(v)
            }
            if numbers and not numbers & told and {len(n) for n in numbers} & {len(n) for n in told}:
                found.add(id)
    same = {
        number
        for records in known.things.values()
        for record in records
        for v in record.fields.values()
        if isinstance(v, str) and (number := re.sub(r"\D", "", v)) in told
    }
    return found if same else set()


def _figure(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) and len(str(value)) < 12 else None
    except ValueError:
        return None


def _figures(known: Known, unit: Unit, foreign: set[str]) -> Iterator[Claim]:
    """Figures of the user's own that were shown of something else of theirs only."""
    if not foreign or not re.search(r"\byour?(?:'ve)?\b", unit.lower) or unit.ids or unit.hypothetical:
        return
    for match in re.finditer(r"\b(\d+(?:\.\d+)?) ?(gb|mb|minutes)\b", unit.lower):
        number = float(match[1])
        holders = {
            record.id.lower()
            for facts in known.seen
            for record in facts.records
            if any(_figure(v) == number for v in record.fields.values())
        }
        if holders and holders <= foreign:
            yield bad(
                "quantity", unit.span, "other-entity", f"{match[0]} was shown of {sorted(holders)[0]}, not of the one that the user named"
            )
            return
