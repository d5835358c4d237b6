"""What customers' contacts want of invoices, and of a colleague."""

from datetime import date, timedelta

from scenarios.supply_chain.areas.shared import balance_cents
from scenarios.supply_chain.policy import EXTENSION_DAYS, LATE_DAYS, credit_cents
from scenarios.supply_chain.slots import REASONS
from scenarios.supply_chain.wishes.facts import days_late
from scenarios.supply_chain.wishes.plan import Desk, Wish


def invoice_status(desk: Desk) -> Wish | None:
    """How much, by when?"""
    invoice = desk.pick(desk.own("invoices", "open", "overdue", "disputed"), "invoice_id")
    if invoice is None:
        return None
    key = invoice["invoice_id"]
    prose = f"know how much of invoice {key} is still to be paid, and by when"
    told = (f"{balance_cents(invoice) / 100:.2f}", invoice["due_on"])
    return Wish("invoice_status", {"invoice_id": key}, prose, outputs=told, about=frozenset({key}))


def dispute_invoice(desk: Desk) -> Wish | None:
    """For one of the reasons."""
    invoice = desk.pick(desk.own("invoices", "open", "overdue"), "invoice_id")
    if invoice is None:
        return None
    key, reason = invoice["invoice_id"], desk.rng.choice(list(REASONS))
    return Wish(
        "dispute_invoice",
        {"invoice_id": key, "dispute_reason": desk.rng.choice(REASONS[reason])},
        f"dispute invoice {key}: {reason.replace('_', ' ')}",
        (("dispute_invoice", {"invoice_id": key, "reason": reason}),),
        about=frozenset({key}),
    )


def claim_credit(desk: Desk) -> Wish | None:
    """For a delivery that was late enough."""
    fitting = [row for row in desk.own("invoices", "open", "overdue", "disputed") if (days_late(desk, row) or 0) > LATE_DAYS]
    invoice = desk.pick([row for row in fitting if not row["credited_cents"] and balance_cents(row)], "invoice_id")
    if invoice is None:
        return None
    key, amount = invoice["invoice_id"], min(credit_cents(invoice["total_cents"]), balance_cents(invoice))
    return Wish(
        "claim_credit",
        {"invoice_id": key},
        f"get a credit on invoice {key}, as the delivery was late",
        (("issue_credit", {"invoice_id": key, "amount_cents": amount, "reason": "late_delivery"}),),
        outputs=(f"{amount / 100:.2f}",),
        about=frozenset({key}),
    )


def extend_due_date(desk: Desk) -> Wish | None:
    """As long as policy allows."""
    invoice = desk.pick([row for row in desk.own("invoices", "open") if not row["extended"]], "invoice_id")
    if invoice is None:
        return None
    key, days = invoice["invoice_id"], desk.rng.randint(3, EXTENSION_DAYS[desk.company["tier"]])
    due = (date.fromisoformat(invoice["due_on"]) + timedelta(days=days)).isoformat()
    return Wish(
        "extend_due_date",
        {"invoice_id": key, "days": str(days)},
        f"get {days} more days to pay invoice {key}",
        (("extend_due_date", {"invoice_id": key, "days": days}),),
        outputs=(due,),
        about=frozenset({key}),
    )


def callback(desk: Desk) -> Wish | None:
    """About any record of the company."""
    kinds = [("orders", "order_id", "inventory"), ("shipments", "shipment_id", "logistics"), ("invoices", "invoice_id", "billing")]
    near = [kind for kind in kinds if any(desk.world.row(kind[0], key) is not None for key in desk.first)]
    table, field, area = desk.rng.choice(near or kinds)
    row = desk.pick(desk.own(table), field)
    if row is None:
        return None
    arguments = {"contact_id": desk.contact["contact_id"], "area": area, "about": row[field]}
    prose = f"be called back by a colleague about {row[field]}"
    return Wish("callback", {"reference": row[field]}, prose, (("escalate_to_person", arguments),), about=frozenset({row[field]}))
