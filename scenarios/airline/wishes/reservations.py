"""Wishes about a reservation as it is: cancelling, bags, names, questions, compensation."""

from domain.goal import Task
from scenarios.airline import terms, words
from scenarios.airline.changes import BAG_FEE
from scenarios.airline.scripts.shared import any_payment
from scenarios.airline.wishes.caller import Caller, Row, Wish, denied, single
from scenarios.airline.world import draw_person

_COVERED = (
    "I am ill", "I need an operation", "my doctor told me not to fly", "I have the flu", "a hurricane is on its way",
    "the weather is too bad to travel", "there is a blizzard where I am going",
)  # fmt: skip
_OTHER = (
    "my plans are different now", "I found a lower fare", "I got no days off", "the meeting fell through", "I would rather go by train",
    "my friend cannot come along", "I picked the wrong week",
)  # fmt: skip


def cancel(c: Caller) -> Wish | None:
    """Cancel something that may be cancelled."""
    reservation = c.take(lambda row: not c.flown(row) and terms.ground_to_cancel(row, c.statuses(row), None) is not None)
    if reservation is None:
        return None
    free = terms.ground_to_cancel(reservation, c.statuses(reservation), "other") is not None
    reason = c.rng.choice((*_COVERED, *_OTHER) if free else _COVERED)
    known = {**c.known(reservation), "reason": reason}
    action = c.act("cancel_reservation", reservation_id=reservation["reservation_id"])
    sentence = f"You want to cancel reservation {reservation['reservation_id']}: {reason}."
    return single("cancel_reservation", known, sentence, action, [words.money(_paid(reservation))])


def _paid(reservation: Row) -> int:
    return sum(entry["amount"] for entry in reservation["payment_history"])


def cancel_without_ground(c: Caller) -> Wish | None:
    """Cancel something that must stay."""
    reservation = c.take(lambda row: not c.flown(row) and terms.ground_to_cancel(row, c.statuses(row), "other") is None)
    if reservation is None:
        return None
    insured = reservation["insurance"] == "yes"
    reason = c.rng.choice(_OTHER if insured else (*_COVERED, *_OTHER))
    known = {**c.known(reservation), "reason": reason}
    return denied("cancel_reservation", known, f"You want to cancel reservation {reservation['reservation_id']}: {reason}.")


def cancel_flown(c: Caller) -> Wish | None:
    """Cancel what has been flown in part; a person takes over."""
    reservation = c.take(c.flown)
    if reservation is None:
        return None
    task = Task(skill="cancel_reservation", known={**c.known(reservation), "reason": c.rng.choice(_OTHER)})
    sentence = f"You want to cancel reservation {reservation['reservation_id']}, although you have flown a part of it."
    return Wish((task,), sentence, last=True)


def cancel_someone_elses(c: Caller) -> Wish:
    """Cancel somebody else's reservation."""
    others = [key for key, row in c.world.rows("reservations") if row["user_id"] != c.user_id]
    known = {"reservation_id": c.rng.choice(others), "reason": c.rng.choice(_OTHER)}
    return denied("cancel_reservation", known, f"You want to cancel reservation {known['reservation_id']} of somebody else.")


def add_bags(c: Caller) -> Wish | None:
    """Add bags, free ones or not."""
    reservation = c.take(lambda _row: True)
    if reservation is None:
        return None
    more = c.rng.choice((1, 1, 2, 3))
    total = reservation["total_baggages"] + more
    extra = terms.extra_bags(total, c.user["membership"], reservation["cabin"], len(reservation["passengers"]))
    price = BAG_FEE * (extra - reservation["nonfree_baggages"])
    method = c.payer(price) if price else any_payment(reservation, c.methods)
    known = {**c.known(reservation), "bags": words.plural(more, "bag")}
    if method is None:
        return None
    if price:
        known["payment"] = c.name(method)
    about = {"reservation_id": reservation["reservation_id"], "payment_id": method}
    action = c.act("update_reservation_baggages", total_baggages=total, nonfree_baggages=extra, **about)
    sentence = f"You want to add {words.plural(more, 'checked bag')} to reservation {reservation['reservation_id']}."
    return single("add_bags", known, sentence, action, [words.plural(total, "checked bag"), *([words.money(price)] if price else [])])


def change_passenger(c: Caller) -> Wish | None:
    """Correct a name, or send somebody else."""
    reservation = c.take(lambda _row: True)
    if reservation is None:
        return None
    persons = [dict(person) for person in reservation["passengers"]]
    place = c.rng.randrange(len(persons))
    old = persons[place]
    new = draw_person(c.rng) if c.rng.random() < 0.4 else {**old, "last_name": _respelled(c, old["last_name"])}
    if words.full_name(new) in [words.full_name(person) for person in persons]:
        return None
    persons[place] = new
    known = {**c.known(reservation), "passenger": words.full_name(old), "new_passenger": f"{words.full_name(new)}, born {new['dob']}"}
    action = c.act("update_reservation_passengers", reservation_id=reservation["reservation_id"], passengers=persons)
    sentence = f"On reservation {reservation['reservation_id']}, {known['passenger']} should be {known['new_passenger']}."
    return single("change_passenger", known, sentence, action, [known["new_passenger"]])


def _respelled(c: Caller, name: str) -> str:
    place = c.rng.randrange(1, len(name))
    return name[:place] + name[place - 1].lower() + name[place:]


def details(c: Caller) -> Wish | None:
    """Ask what is in a reservation."""
    reservation = c.take(lambda _row: True)
    if reservation is None:
        return None
    outputs = [words.say_cabin(reservation["cabin"]), reservation["flights"][0]["flight_number"], words.money(_paid(reservation))]
    sentence = f"You want to know what is in reservation {reservation['reservation_id']}."
    return single("reservation_details", c.known(reservation), sentence, None, outputs)


def paid_in_all(c: Caller) -> Wish | None:
    """Ask what all of them have cost."""
    rows = [c.reservation(name) for name in c.user["reservations"]]
    amounts = [entry["amount"] for row in rows if row["status"] is None for entry in row["payment_history"] if entry["amount"] > 0]
    if not amounts:
        return None
    return single("paid_in_all", {}, "You want to know what all your reservations have cost.", None, [words.money(sum(amounts))])


def compensated(c: Caller) -> Wish | None:
    """Ask for compensation for a flight that the airline cancelled."""
    reservation = c.take(lambda row: "cancelled" in c.statuses(row) and terms.is_favoured(c.user["membership"], row))
    if reservation is None:
        return None
    known = c.known(reservation)
    amount = terms.FOR_CANCELLED * len(reservation["passengers"])
    action = c.act("send_certificate", user_id=c.user_id, amount=amount)
    sentence = f"The airline cancelled a flight of reservation {reservation['reservation_id']}, and you want compensation."
    return single("compensation", known, sentence, action, [words.money(amount)])


def cancelled_and_compensated(c: Caller) -> Wish | None:
    """Cancel because a flight is late, and ask for compensation then."""

    def fits(row: Row) -> bool:
        found = c.statuses(row)
        ground = terms.ground_to_cancel(row, found, "other")
        late = "delayed" in found and "cancelled" not in found and not c.flown(row)
        return late and ground is not None and terms.is_favoured(c.user["membership"], row)

    reservation = c.take(fits)
    if reservation is None:
        return None
    name, amount = reservation["reservation_id"], terms.FOR_DELAYED * len(reservation["passengers"])
    tasks = (
        Task(skill="cancel_reservation", known={"reservation_id": name, "reason": "I cannot wait for a late flight"}),
        Task(skill="compensation", known={"reservation_id": name}),
    )
    actions = (c.act("cancel_reservation", reservation_id=name), c.act("send_certificate", user_id=c.user_id, amount=amount))
    sentence = f"A flight of reservation {name} is delayed; you want to cancel it, and then you want compensation."
    outputs = (words.money(_paid(reservation)), words.money(amount))
    return Wish(tasks, sentence, actions, outputs)


def not_compensated(c: Caller) -> Wish | None:
    """Ask for compensation that is not due: nothing happened, it is not for such users, or the reservation is kept."""

    def fits(row: Row) -> bool:
        return "cancelled" not in c.statuses(row) or not terms.is_favoured(c.user["membership"], row)

    reservation = c.take(fits)
    if reservation is None:
        return None
    sentence = f"You want compensation for reservation {reservation['reservation_id']}, which you keep."
    return denied("compensation", c.known(reservation), sentence)


def _never(c: Caller, skill: str, what: str) -> Wish | None:
    reservation = c.take(lambda row: row["status"] is None)
    if reservation is None:
        return None
    return denied(skill, c.known(reservation), f"You want to {what} reservation {reservation['reservation_id']}.")


def fewer_bags(c: Caller) -> Wish | None:
    """Take bags off."""
    return _never(c, "remove_bags", "take a checked bag off")


def other_number(c: Caller) -> Wish | None:
    """Fly with more people, or fewer."""
    return _never(c, "change_number", "have another number of passengers on")


def late_insurance(c: Caller) -> Wish | None:
    """Buy insurance after the booking."""
    return _never(c, "add_insurance", "add insurance to")


def person(c: Caller) -> Wish | None:
    """Talk to a person."""
    if c.rng.random() < 0.6:
        return None
    return Wish((Task(skill="hand_over"),), "You want to talk to a person, and nothing else.", last=True)
