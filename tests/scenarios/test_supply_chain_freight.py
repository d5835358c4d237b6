"""Tools of logistics, customs and billing: what each does, and each of its refusals."""

from scenarios.supply_chain.areas.shared import later
from tests.scenarios.supply_chain_desk import NOW, call, changed, first, refused, row, world

TODAY = NOW[:10]
READY = first("orders", status="ready")
BOOKED = first("shipments", status="booked", service="standard")
MOVING = first("shipments", status="in_transit", service="standard")
HELD, DELIVERED = first("shipments", status="customs_hold"), first("shipments", status="delivered")
OPEN, OVERDUE, PAID, DISPUTED = (first("invoices", status=status) for status in ("open", "overdue", "paid", "disputed"))


def _other_site(shipment_id: str) -> str:
    shipment = row("shipments", shipment_id)
    return next(key for key, site in world().rows("sites") if site["company_id"] == shipment["company_id"] and key != shipment["site_id"])


def test_tracking_names_the_hold() -> None:
    """Only a hold that is not released is named."""
    assert row("customs_holds", call("track_shipment", shipment_id=HELD)[0]["hold_id"])["shipment_id"] == HELD
    assert call("track_shipment", shipment_id=MOVING)[0]["hold_id"] is None


def test_lane_is_quoted_cheapest_first() -> None:
    """Standard prices ascend; express is dearer and faster."""
    quotes = call("quote_lane", warehouse_id="WH-RTM", country="norway", weight_kg=250)[0]
    assert [quote["standard_cents"] for quote in quotes] == sorted(quote["standard_cents"] for quote in quotes)
    assert all(quote["express_cents"] > quote["standard_cents"] and quote["express_days"] <= quote["standard_days"] for quote in quotes)
    assert refused("quote_lane", warehouse_id="WH-RTM", country="Atlantis", weight_kg=250) == "no-lane"
    assert refused("quote_lane", warehouse_id="WH-RTM", country="Norway", weight_kg=0) == "bad-weight"


def test_shipment_is_booked_for_a_ready_order() -> None:
    """Price, weight and day of arrival are those of the quote; the number does not depend on when it is booked."""
    order = call("get_order", order_id=READY)[0]
    quote = call("quote_lane", warehouse_id=order["warehouse_id"], country=order["site_country"], weight_kg=order["weight_kg"])[0][0]
    arguments = {"order_id": READY, "carrier_id": quote["carrier_id"], "service": "express"}
    answer, after = call("book_shipment", **arguments)
    assert answer["cost_cents"] == quote["express_cents"]
    assert answer["eta"] == later(TODAY, quote["express_days"])
    assert row("orders", READY, after)["status"] == "booked"
    assert answer == call("book_shipment", **arguments)[0]
    assert refused("book_shipment", after, **arguments) == "not-ready"
    served = {lane["carrier_id"] for _, lane in world().rows("lanes") if (lane["warehouse_id"], lane["country"]) == (order["warehouse_id"], order["site_country"])}
    stranger = next(key for key, _ in world().rows("carriers") if key not in served)
    assert refused("book_shipment", **{**arguments, "carrier_id": stranger}) == "no-lane"


def test_express_costs_what_was_quoted() -> None:
    """Booked and moving shipments can be upgraded, once."""
    for key in (BOOKED, MOVING):
        quote = call("quote_expedite", shipment_id=key)[0]
        answer, after = call("expedite_shipment", shipment_id=key)
        assert (answer["extra_cents"], answer["eta"]) == (quote["extra_cents"], quote["eta"])
        assert row("shipments", key, after)["cost_cents"] == row("shipments", key)["cost_cents"] + quote["extra_cents"]
        assert refused("expedite_shipment", after, shipment_id=key) == "already-express"
    slow = changed("shipments", HELD, service="standard")
    assert refused("expedite_shipment", slow, shipment_id=HELD) == "cannot-expedite"
    assert refused("quote_expedite", slow, shipment_id=HELD) == "cannot-expedite"


def test_reroute_and_its_refusals() -> None:
    """To another site of the same company, two days later; not when held or delivered."""
    answer, after = call("reroute_shipment", shipment_id=MOVING, site_id=_other_site(MOVING))
    assert row("shipments", MOVING, after)["site_id"] == _other_site(MOVING)
    assert answer["eta"] == later(row("shipments", MOVING)["eta"], 2)
    foreign = next(key for key, site in world().rows("sites") if site["company_id"] != row("shipments", MOVING)["company_id"])
    assert refused("reroute_shipment", shipment_id=MOVING, site_id=foreign) == "foreign-site"
    assert refused("reroute_shipment", shipment_id=MOVING, site_id=row("shipments", MOVING)["site_id"]) == "same-site"
    assert refused("reroute_shipment", shipment_id=HELD, site_id=_other_site(HELD)) == "cannot-reroute"
    assert refused("reroute_shipment", shipment_id=DELIVERED, site_id=_other_site(DELIVERED)) == "cannot-reroute"


def test_carrier_changes_before_pickup() -> None:
    """At the new carrier's price, and only where it serves the lane."""
    shipment = call("track_shipment", shipment_id=BOOKED)[0]
    quotes = call("quote_lane", warehouse_id=shipment["warehouse_id"], country=shipment["site_country"], weight_kg=shipment["weight_kg"])[0]
    quote = next(quote for quote in quotes if quote["carrier_id"] != shipment["carrier_id"])
    answer, after = call("change_carrier", shipment_id=BOOKED, carrier_id=quote["carrier_id"])
    assert (answer["cost_cents"], row("shipments", BOOKED, after)["carrier_id"]) == (quote["standard_cents"], quote["carrier_id"])
    stranger = next(key for key, _ in world().rows("carriers") if key not in {found["carrier_id"] for found in quotes})
    assert refused("change_carrier", shipment_id=BOOKED, carrier_id=stranger) == "no-lane"
    assert refused("change_carrier", shipment_id=BOOKED, carrier_id=shipment["carrier_id"]) == "same-carrier"
    assert refused("change_carrier", shipment_id=MOVING, carrier_id=quote["carrier_id"]) == "picked-up"


def test_release_is_requested_after_the_last_document() -> None:
    """Documents go in one by one; the shipment stays held, as customs decide."""
    hold_id = next(
        key for key, hold in world().rows("customs_holds") if hold["status"] == "open" and len(hold["submitted_documents"]) < len(hold["required_documents"])
    )
    missing = call("get_hold", hold_id=hold_id)[0]["missing_documents"]
    assert refused("request_release", hold_id=hold_id) == "documents-missing"
    assert refused("submit_document", hold_id=hold_id, document="love letter") == "not-required"
    after = world()
    for document in missing:
        after = call("submit_document", after, hold_id=hold_id, document=document.upper())[1]
    assert refused("submit_document", after, hold_id=hold_id, document=missing[0]) == "already-submitted"
    after = call("request_release", after, hold_id=hold_id)[1]
    assert row("shipments", row("customs_holds", hold_id)["shipment_id"], after)["status"] == "customs_hold"
    assert refused("request_release", after, hold_id=hold_id) == "already-requested"
    assert refused("request_release", hold_id=first("customs_holds", status="released")) == "released"


def test_invoices_are_shown_and_listed() -> None:
    """Unpaid ones, the one due first on top; the balance is what is left."""
    invoice = call("get_invoice", invoice_id=OPEN)[0]
    assert invoice["balance_cents"] == invoice["total_cents"] - invoice["paid_cents"] - invoice["credited_cents"]
    listed = call("list_invoices", company_id=invoice["company_id"])[0]
    assert [found["due_on"] for found in listed] == sorted(found["due_on"] for found in listed)
    assert OPEN in {found["invoice_id"] for found in listed}
    assert "paid" not in {found["status"] for found in listed}


def test_dispute_and_its_refusals() -> None:
    """Unpaid invoices, once."""
    for key in (OPEN, OVERDUE):
        after = call("dispute_invoice", invoice_id=key, reason="wrong_price")[1]
        assert (row("invoices", key, after)["status"], row("invoices", key, after)["dispute_reason"]) == ("disputed", "wrong_price")
    assert refused("dispute_invoice", invoice_id=DISPUTED, reason="duplicate") == "already-disputed"
    assert refused("dispute_invoice", invoice_id=PAID, reason="duplicate") == "paid"


def test_credit_lowers_the_balance() -> None:
    """At most what is still to be paid, once per reason."""
    before = call("get_invoice", invoice_id=OPEN)[0]["balance_cents"]
    answer, after = call("issue_credit", invoice_id=OPEN, amount_cents=100, reason="late_delivery")
    assert answer["balance_cents"] == before - 100 == call("get_invoice", after, invoice_id=OPEN)[0]["balance_cents"]
    assert row("credits", answer["credit_id"], after)["issued_on"] == TODAY
    assert refused("issue_credit", after, invoice_id=OPEN, amount_cents=100, reason="late_delivery") == "already-credited"
    assert refused("issue_credit", invoice_id=OPEN, amount_cents=before + 1, reason="late_delivery") == "bad-amount"
    assert refused("issue_credit", invoice_id=OPEN, amount_cents=0, reason="goodwill") == "bad-amount"
    assert refused("issue_credit", invoice_id=PAID, amount_cents=1, reason="goodwill") == "paid"


def test_due_date_is_extended_once() -> None:
    """Open invoices only."""
    key = first("invoices", status="open", extended=False)
    answer, after = call("extend_due_date", invoice_id=key, days=10)
    assert answer["due_on"] == later(row("invoices", key)["due_on"], 10) == row("invoices", key, after)["due_on"]
    assert refused("extend_due_date", after, invoice_id=key, days=1) == "already-extended"
    assert refused("extend_due_date", invoice_id=key, days=0) == "bad-days"
    assert refused("extend_due_date", invoice_id=OVERDUE, days=1) == "not-open"
    assert refused("extend_due_date", invoice_id=PAID, days=1) == "paid"


def test_lateness_is_that_of_the_delivery() -> None:
    """None while nothing is delivered, else the days beyond the promise."""
    by_order = {invoice["order_id"]: key for key, invoice in world().rows("invoices")}
    late = next(found for _, found in world().rows("shipments") if found["status"] == "delivered" and found["delivered_on"] > found["promised_on"])
    assert call("get_invoice", invoice_id=by_order[late["order_id"]])[0]["delivered_days_late"] > 0
    moving = next(found for _, found in world().rows("shipments") if found["status"] == "in_transit" and found["order_id"] in by_order)
    assert call("get_invoice", invoice_id=by_order[moving["order_id"]])[0]["delivered_days_late"] is None
