"""Scripts about a reservation as it is: cancelling, what is in it, bags, passengers, compensation, and what is never done."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

from domain.skill import Script
from scenarios.airline import terms, words
from scenarios.airline.changes import BAG_FEE
from scenarios.airline.scripts.shared import about, any_payment, find_payment, find_reservation, profile, refuse_flown, statuses


def cancel_reservation(s: Script) -> NoReturn:
    """Cancel a reservation, if there is a ground for it."""
    reservation = find_reservation(s)
    found = refuse_flown(s, reservation)
    reason = s.need("reason")
    ground = terms.ground_to_cancel(reservation, found, reason)
    values = about(reservation)
    if ground is None:
        s.decline("cancel_reservation.declined", **values, insured=_insured(reservation["insurance"]))
    paid = sum(entry["amount"] for entry in reservation["payment_history"])
    s.confirm("cancel_reservation.confirm", **values, ground=_GROUNDS[ground], total=words.money(paid))
    s.act("cancel_reservation", reservation_id=reservation["reservation_id"])
    s.tell("cancel_reservation.done", **values, total=words.money(paid))


_GROUNDS = {
    "recent": "it was booked within the last 24 hours",
    "airline": "one of its flights will not go",
    "business": "it is in business class",
    "insured": "it is insured and the reason is covered",
}


def _insured(insurance: str) -> str:
    return "insured, but not for this reason" if insurance == "yes" else "not insured"


def reservation_details(s: Script) -> NoReturn:
    """Say what is in a reservation."""
    reservation = find_reservation(s, standing=False)
    values = {
        **about(reservation),
        "bags": words.plural(reservation["total_baggages"], "checked bag"),
        "insured": "insured" if reservation["insurance"] == "yes" else "not insured",
        "total": words.money(sum(entry["amount"] for entry in reservation["payment_history"])),
    }
    if reservation["status"] == "cancelled":
        s.tell("reservation_details.cancelled", **values)
    s.tell("reservation_details.told", **values)


def add_bags(s: Script) -> NoReturn:
    """Add checked bags."""
    reservation = find_reservation(s)
    more = s.need("bags")
    user = profile(s)
    total = reservation["total_baggages"] + more
    extra = terms.extra_bags(total, user["membership"], reservation["cabin"], len(reservation["passengers"]))
    extra = max(extra, reservation["nonfree_baggages"])
    price = BAG_FEE * (extra - reservation["nonfree_baggages"])
    method = find_payment(s, price) if price else any_payment(reservation, user["payment_methods"])
    values = {
        "reservation_id": reservation["reservation_id"],
        "more": words.plural(more, "bag"),
        "total": words.plural(total, "checked bag"),
    }
    if price and method is not None:
        payment = words.name_payment(method, user["payment_methods"])
        s.confirm("add_bags.confirm", **values, price=words.money(price), method=payment)
    else:
        s.confirm("add_bags.confirm_free", **values)
    s.act(
        "update_reservation_baggages",
        reservation_id=reservation["reservation_id"],
        total_baggages=total,
        nonfree_baggages=extra,
        payment_id=method,
    )
    s.tell("add_bags.done", **values, price=words.money(price))


def change_passenger(s: Script) -> NoReturn:
    """Correct a passenger's name, or let somebody else fly."""
    reservation = find_reservation(s)
    persons = [dict(person) for person in reservation["passengers"]]
    place = _place(s, persons)
    old = words.full_name(persons[place])
    new = s.need("new_passenger", passenger=old)
    persons[place] = words.read_person(new) or persons[place]
    values = {"reservation_id": reservation["reservation_id"], "old": old, "new": new}
    s.confirm("change_passenger.confirm", **values)
    s.act("update_reservation_passengers", reservation_id=reservation["reservation_id"], passengers=persons)
    s.tell("change_passenger.done", **values)


def _place(s: Script, persons: Sequence[Mapping[str, str]]) -> int:
    """Which of the passengers the user means: the one whom the request names, or whom they name when asked."""
    said = s.said if not s.has("passenger") else s.need("passenger")
    named = [place for place, person in enumerate(persons) if words.names(said, person)]
    if len(named) == 1:
        return named[0]
    people = words.people(persons)
    wrong = s.need("passenger", people=people)
    s.ask_again("passenger", "passenger.not_found", wrong=wrong, people=people)


def compensation(s: Script) -> NoReturn:
    """Make a gesture for a flight that was cancelled or is late, if there is reason to."""
    reservation = find_reservation(s, standing=False)
    found = statuses(s, reservation)
    values = about(reservation)
    if "cancelled" not in found and "delayed" not in found:
        s.decline("compensation.no_cause", **values, status=words.join(list(dict.fromkeys(found))))
    if not terms.is_favoured(profile(s)["membership"], reservation):
        s.decline("compensation.declined", **values)
    if "cancelled" not in found and reservation["status"] != "cancelled":
        s.decline("compensation.kept", **values)
    each, cause = (terms.FOR_CANCELLED, "does not go") if "cancelled" in found else (terms.FOR_DELAYED, "is late")
    amount = each * len(reservation["passengers"])
    s.confirm("compensation.confirm", **values, cause=cause, amount=words.money(amount))
    s.act("send_certificate", user_id=s.user, amount=amount)
    s.tell("compensation.done", **values, amount=words.money(amount))


def remove_bags(s: Script) -> NoReturn:
    """Bags are never taken off again."""
    s.decline("remove_bags.declined", **about(find_reservation(s)))


def change_number(s: Script) -> NoReturn:
    """The number of passengers stays."""
    s.decline("change_number.declined", **about(find_reservation(s)))


def add_insurance(s: Script) -> NoReturn:
    """Insurance is sold with the booking only."""
    s.decline("add_insurance.declined", **about(find_reservation(s)))


def paid_in_all(s: Script) -> NoReturn:
    """Say what all standing reservations of the user have cost."""
    found = [s.look("get_reservation_details", reservation_id=name) for name in profile(s)["reservations"]]
    standing = [row for row in found if row["status"] is None]
    amounts = [paid["amount"] for row in standing for paid in row["payment_history"] if paid["amount"] > 0]
    if not amounts:
        s.tell("paid_in_all.none")
    total = s.look("calculate", expression=" + ".join(map(str, amounts)))
    s.tell("paid_in_all.told", total=words.money(round(float(total))), trips=[row["reservation_id"] for row in standing])
