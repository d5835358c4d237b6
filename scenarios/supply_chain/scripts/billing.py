"""Invoices, and the way to a colleague."""

from typing import Any, NoReturn

from domain.skill import Script
from scenarios.supply_chain.policy import EXTENSION_DAYS, LATE_DAYS, credit_cents
from scenarios.supply_chain.scripts.shared import customer_only, look_up, money

_AREAS = {"SO": "inventory", "SH": "logistics", "INV": "billing", "PO": "procurement"}


def invoice_status(s: Script) -> NoReturn:
    """What is due, and when."""
    customer_only(s)
    invoice = look_up(s, "get_invoice", "invoice_id")
    lines = [f"{line['text']} at {money(line['amount_cents'])}" for line in invoice["lines"]]
    s.tell("invoice_status.paid" if invoice["status"] == "paid" else "invoice_status.told", **_values(invoice), lines=lines)


def dispute_invoice(s: Script) -> NoReturn:
    """Object to an unpaid invoice."""
    customer_only(s)
    invoice = look_up(s, "get_invoice", "invoice_id")
    if invoice["status"] in ("paid", "disputed"):
        s.decline("dispute_invoice.closed", **_values(invoice))
    reason = s.need("dispute_reason")
    values = {**_values(invoice), "grounds": reason.replace("_", " ")}
    s.confirm("dispute_invoice.confirm", **values)
    s.act("dispute_invoice", invoice_id=invoice["invoice_id"], reason=reason)
    s.tell("dispute_invoice.done", **values)


def claim_credit(s: Script) -> NoReturn:
    """Credit for a late delivery."""
    customer_only(s)
    invoice = look_up(s, "get_invoice", "invoice_id")
    late, values = invoice["delivered_days_late"], _values(invoice)
    if late is None:
        s.decline("claim_credit.not_delivered", **values)
    if late <= LATE_DAYS:
        s.decline("claim_credit.not_late", **values, late=str(late), least=str(LATE_DAYS))
    if invoice["status"] == "paid" or invoice["credited_cents"]:
        s.decline("claim_credit.closed", **values, credited=money(invoice["credited_cents"]))
    amount = min(credit_cents(invoice["total_cents"]), invoice["balance_cents"])
    s.confirm("claim_credit.confirm", **values, late=str(late), amount=money(amount))
    done = s.act("issue_credit", invoice_id=invoice["invoice_id"], amount_cents=amount, reason="late_delivery")
    left = money(done["balance_cents"])
    s.tell("claim_credit.done", **values, amount=money(amount), credit_id=done["credit_id"], left=left)


def extend_due_date(s: Script) -> NoReturn:
    """More time to pay, once."""
    customer_only(s)
    invoice = look_up(s, "get_invoice", "invoice_id")
    values = _values(invoice)
    if invoice["status"] != "open":
        s.decline("extend_due_date.not_open", **values)
    if invoice["extended"]:
        s.decline("extend_due_date.once", **values)
    days = s.need("days")
    company = s.look("get_company", company_id=invoice["company_id"])
    most = EXTENSION_DAYS[company["tier"]]
    if days > most:
        s.decline("extend_due_date.too_long", **values, most=str(most), wanted=str(days))
    s.confirm("extend_due_date.confirm", **values, wanted=str(days))
    done = s.act("extend_due_date", invoice_id=invoice["invoice_id"], days=days)
    s.tell("extend_due_date.done", **{**values, "due": done["due_on"]}, was=invoice["due_on"])


def callback(s: Script) -> NoReturn:
    """A colleague calls back."""
    about = s.need("reference")
    area = _AREAS[about.partition("-")[0]]
    s.confirm("callback.confirm", number=about, area=area)
    done = s.act("escalate_to_person", contact_id=s.user["contact_id"], area=area, about=about)
    s.tell("callback.done", number=about, area=area, ticket_id=done["ticket_id"])


def hand_over(s: Script) -> NoReturn:
    """Nothing more can be done by the assistant."""
    s.hand_over("hand_over.told")


def _values(invoice: Any) -> dict[str, Any]:
    return {
        "invoice_id": invoice["invoice_id"],
        "total": money(invoice["total_cents"]),
        "balance": money(invoice["balance_cents"]),
        "due": invoice["due_on"],
        "status": invoice["status"],
        "order_number": invoice["order_id"],
    }
