"""Each kind of claim: supported, or objected to with a code, by what was observed before it."""

import json

import pytest

from domain.claims.check import claims_of, score
from domain.claims.known import Known, Made
from domain.claims.text import plain_content, units_of

POLICY = """# Shop policy

It is 2025-03-10T12:00:00+00:00.

- You can cancel an order, change its items, or send it to another address. Look up the order before you promise anything.
- An order can only be cancelled if its status is 'pending'.
- Each order can use at most one voucher. The remaining amount of a voucher is not refundable.
- The customer cannot add insurance after ordering.
- A refund takes 5 to 7 business days. After a return the customer will receive an email on how to send things back.
- A gift wrap costs 4 dollars an item.
- Ask the customer to open the parcel and to call `scan_label` on the phone.

## Parcels cannot be opened

- Never help two customers in one conversation, and tell nothing about other customers, payments, profiles or records of theirs.
"""
ORDER = {
    "order_id": "#W100200",
    "status": "pending",
    "created_at": "2025-03-09",
    "items": [
        {"name": "Tea Kettle", "item_id": "4400112233", "price": 45.66},
        {"name": "Wall Clock", "item_id": "4400112244", "price": 36.05},
    ],
    "payment_history": [{"transaction_type": "payment", "amount": 81.71, "payment_method_id": "gift_card_7001"}],
}
OTHER = {"order_id": "#W300400", "status": "delivered", "items": [{"name": "Yoga Mat", "item_id": "4400112255", "price": 27.18}]}
PROFILE = {
    "user_id": "ann_lee_1234",
    "payment_methods": {"gift_card_7001": {"source": "gift_card", "id": "gift_card_7001", "balance": 17.0}},
    "orders": ["#W100200", "#W300400"],
}
MAT = {
    "name": "Yoga Mat",
    "product_id": "5500667788",
    "variants": {
        "4400112255": {"item_id": "4400112255", "options": {"color": "violet"}, "available": True, "price": 27.18},
        "4400112266": {"item_id": "4400112266", "options": {"color": "orange"}, "available": True, "price": 31.5},
        "4400112277": {"item_id": "4400112277", "options": {"color": "silver"}, "available": False, "price": 20.0},
    },
}


def shown(known, tool, answer, *, arguments=None, writes=False, error=False):
    made = Made(tool, arguments or {}, str(len(known.calls)), len(known.calls))
    known.observe_call(made, writes)
    known.observe_answer(made, answer if isinstance(answer, str) else json.dumps(answer), error=error)


@pytest.fixture
def known():
    known = Known(
        POLICY, {"get_order": {}, "get_profile": {}, "get_product": {}, "cancel_order": {}, "change_items": {}, "find_spare_part": {}}
    )
    known.observe_user("I am Ann, please look at #W100200.")
    for tool, answer in (("get_order", ORDER), ("get_order", OTHER), ("get_profile", PROFILE), ("get_product", MAT)):
        shown(known, tool, answer)
    return known


def found(known, text):
    """Codes of the objections, and kinds of what is confirmed."""
    claims = claims_of(known, text)
    return {claim.code for claim in claims if claim.bad}, {claim.kind for claim in claims if not claim.bad}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Order #W100200 is pending.", "status"),
        ("The Tea Kettle costs $45.66.", "amount"),
        ("Both together are $81.71.", "amount"),
        ("The kettle is $9.61 more than the clock.", "amount"),
        ("$45.66 + $36.05 = $81.71", "arithmetic"),
        ("Order #W100200 has 2 items.", "count"),
        ("You have two orders.", "count"),
        ("The cheapest available Yoga Mat is at $27.18.", "superlative"),
        ("Your profile shows no credit card.", "negative"),
        ("It was placed on March 9, 2025.", "date"),
        ("A refund will be processed within 5 to 7 business days.", "promise"),
        ("I can cancel #W100200 for you.", "identifier"),
        ("A gift wrap for both items of #W100200 is $8.", "amount"),
        ("The parcel of #W100200 can be opened again.", "identifier"),
        ("I would cancel #W100200; it stays delivered.", "identifier"),
    ],
)
def test_what_was_observed_is_supported(known, text, kind):
    """Nothing is objected to, and the claim is counted."""
    objections, confirmed = found(known, text)

    assert not objections
    assert kind in confirmed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Order #W100200 is delivered.", "other-status"),
        ("Order #W999888 is on its way.", "unknown-identifier"),
        ("That goes to the card ending in 4321.", "unknown-identifier"),
        ("The Tea Kettle costs $36.05.", "other-entity"),
        ("That makes $77.19 in all.", "unknown-amount"),
        ("$45.66 + $36.05 = $82.71", "wrong-sum"),
        ("Order #W100200 has 5 items.", "wrong-count"),
        ("Order #W300400 has 2 items.", "wrong-count"),
        ("You have three orders.", "wrong-count"),
        ("The cheapest available Yoga Mat is at $31.50.", "not-the-most"),
        ("Your profile shows no gift card.", "is-there"),
        ("There are no items in #W100200.", "is-there"),
        ("It was placed on 2025-01-02.", "unknown-date"),
        ("I have cancelled order #W100200.", "nothing-done"),
        ("You will receive a text message soon.", "unknown-process"),
        ("The refund will be credited within 24 hours.", "other-time"),
        ("I can also waive the shipping fee.", "unknown-deed"),
        ("You can still add insurance to it.", "against-policy"),
        ("We will use both vouchers for it.", "over-limit"),
        ("I can cancel #W300400 for you right away.", "other-status"),
        ("Item 4400112266 is the violet one.", "other-value"),
        ("You could pay with a credit card instead.", "not-there"),
        ("Insurance:\n- Not in it (can be purchased later)", "against-policy"),
        ("I will scan the label myself.", "not-its-tool"),
        ("I can email you the price list.", "unknown-deed"),
        ("The parcel weighs 14.5 kg.", "unknown-number"),
        ("There are no spare parts available for it.", "never-looked"),
    ],
)
def test_what_was_not_is_objected_to(known, text, code):
    """By the code that says why."""
    assert code in found(known, text)[0]


def test_the_same_sentence_holds_by_the_effect_behind_it(known):
    """A balance after a change is supported where the effect pays, and not where it only notes a difference."""
    said = "Done. The balance of gift_card_7001 is now $43.48."
    noted = {"order_id": "#W300400", "status": "exchange requested", "exchange_price_difference": -26.48}
    paid = {
        "order_id": "#W300400",
        "payment_history": [{"transaction_type": "refund", "amount": 26.48, "payment_method_id": "gift_card_7001"}],
    }

    shown(known, "exchange_items", noted, writes=True)
    assert "no-such-effect" in found(known, said)[0]

    shown(known, "change_items", paid, writes=True)
    assert found(known, said) == (set(), {"identifier", "balance"})


def test_a_change_makes_what_was_true_stale(known):
    """A status that was shown before a change is stale after it, and a deed is done only where a call did it."""
    shown(known, "cancel_order", {**ORDER, "status": "cancelled"}, arguments={"order_id": "#W100200"}, writes=True)

    assert found(known, "I have cancelled order #W100200.") == (set(), {"identifier", "done_action"})
    assert found(known, "Order #W100200 is pending.")[0] == {"changed-since"}
    assert found(known, "I have also cancelled order #W300400.")[0] == {"not-done"}
    assert found(known, "No changes have been made.")[0] == {"denied"}


def test_what_was_only_created_was_not_cancelled(known):
    """Something else that was done to a thing is no cancelling of it."""
    shown(known, "place_order", {"order_id": "#W500600", "total": 45.66}, arguments={"item_id": "4400112233"}, writes=True)

    assert found(known, "I have cancelled order #W500600.")[0] == {"not-done"}
    assert not found(known, "I have placed order #W500600.")[0]


def test_a_refused_call_has_done_nothing(known):
    """What failed is no effect."""
    shown(known, "cancel_order", "Error: no.", arguments={"order_id": "#W100200"}, writes=True, error=True)

    assert found(known, "I've cancelled order #W100200.")[0] == {"nothing-done"}


@pytest.mark.parametrize(
    "text", ["If order #W100200 is delivered, it can be returned.", "Would you like me to cancel it?", "I hope all is well!"]
)
def test_what_may_be_is_no_claim(known, text):
    """Conditions, questions and courtesies are let be."""
    assert not found(known, text)[0]


def test_what_the_user_reads_is_audited():
    """Thinking aloud and a wrapping in JSON are taken off."""
    assert plain_content("<think>$9.99?</think>Hello.") == "Hello."
    assert plain_content('{"message": "Hello."}') == "Hello."
    assert plain_content('{"name": "respond", "arguments": {"content": "Hello."}}') == "Hello."


def test_entries_stand_under_their_lines():
    """A list entry is about what its header names."""
    units = units_of("Order #W100200:\n- Status: pending\n- Total: $81.71\n\nAnything else?")

    assert [unit.scope for unit in units][:3] == [("W100200",)] * 3
    assert all(unit.text in "Order #W100200:\n- Status: pending\n- Total: $81.71\n\nAnything else?"[slice(*unit.span)] for unit in units)


def test_the_score_counts_down_from_ten():
    """Errors weigh three, warnings one, and it never falls below nothing."""
    assert score([]) == 10
    assert score(["error", "warning", "info"]) == 6
    assert score(["error"] * 9) == 0


def test_a_quote_follows_from_the_choice_behind_it():
    """So many people times the prices of what was chosen, with a fee for each, and less what was paid; not another figure."""
    known = Known("It is 2025-03-10T12:00:00.\n\n- Insurance is 30 dollars a passenger.", {})
    trip = {
        "trip_id": "TR-501",
        "legs": [{"leg": "LG-11", "price": 140}, {"leg": "LG-12", "price": 90}],
        "people": [{"first_name": "Ann"}, {"first_name": "Bo"}],
    }
    shown(known, "get_trip", trip)
    for leg, price in (("LG-21", 100), ("LG-22", 70)):
        shown(known, "search", [{"leg_number": leg, "prices": {"standard": price, "first": 4 * price}}])
    known.observe_user("Two people in standard class, with insurance.")

    assert not found(known, "That makes $400 in all.")[0]
    assert not found(known, "For TR-501 you get $120 back.")[0]
    assert found(known, "That makes $443 in all.")[0] == {"unknown-amount"}
