"""Billing's tools: invoices, disputes, credits and due dates."""

from datetime import date
from typing import Any, Literal

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from scenarios.supply_chain.areas.shared import balance_cents, fetch, later, steady_id, today

Reason = Literal["wrong_quantity", "wrong_price", "damaged_goods", "not_received", "duplicate"]


@tool
def get_invoice(world: Transaction, invoice_id: str) -> dict[str, Any]:
    """
    An invoice with its lines, what is paid, credited and due, and how late its order was delivered.

    Args:
        invoice_id: Such as ``INV-30991``.
    """
    invoice = fetch(world, "invoices", invoice_id)
    return {
        **dict(invoice),
        "lines": [dict(line) for line in invoice["lines"]],
        "balance_cents": balance_cents(invoice),
        "delivered_days_late": _days_late(world, invoice["order_id"]),
    }


@tool
def list_invoices(world: Transaction, company_id: str) -> list[dict[str, Any]]:
    """
    A company's unpaid invoices, the one due first on top.

    Args:
        company_id: Such as ``C-104``.
    """
    fetch(world, "companies", company_id)
    found = [
        {
            "invoice_id": key,
            "order_id": row["order_id"],
            "status": row["status"],
            "due_on": row["due_on"],
            "balance_cents": balance_cents(row),
        }
        for key, row in world.where("invoices", "company_id", company_id)
        if row["status"] != "paid"
    ]
    return sorted(found, key=lambda row: (row["due_on"], row["invoice_id"]))


@tool(writes=True)
def dispute_invoice(world: Transaction, invoice_id: str, reason: Reason) -> dict[str, Any]:
    """
    Mark an unpaid invoice as disputed; it is not dunned until the dispute is settled.

    Args:
        invoice_id: Such as ``INV-30991``.
        reason: What the customer objects to.
    """
    invoice = _unpaid(world, invoice_id)
    if invoice["status"] == "disputed":
        raise Refusal("already-disputed", f"Invoice {invoice_id} is disputed already.")
    world.update("invoices", invoice_id, status="disputed", dispute_reason=reason)
    return {"invoice_id": invoice_id, "status": "disputed", "reason": reason}


@tool(writes=True)
def issue_credit(world: Transaction, invoice_id: str, amount_cents: int, reason: Literal["late_delivery", "goodwill"]) -> dict[str, Any]:
    """
    Credit an amount to an unpaid invoice.

    Args:
        invoice_id: Such as ``INV-30991``.
        amount_cents: In cents; at most what is still to be paid.
        reason: Why it is given.
    """
    invoice = _unpaid(world, invoice_id)
    if not 1 <= amount_cents <= balance_cents(invoice):
        raise Refusal("bad-amount", f"Between 1 and {balance_cents(invoice)} cents can be credited to invoice {invoice_id}.")
    if any(row["reason"] == reason for _, row in world.where("credits", "invoice_id", invoice_id)):
        raise Refusal("already-credited", f"Invoice {invoice_id} has had a credit for {reason.replace('_', ' ')} already.")
    key = steady_id(world, "credits", "CN", invoice_id, reason)
    row = {"credit_id": key, "invoice_id": invoice_id, "amount_cents": amount_cents, "reason": reason, "issued_on": today(world)}
    world.insert("credits", key, row)
    world.update("invoices", invoice_id, credited_cents=invoice["credited_cents"] + amount_cents)
    left = balance_cents(invoice) - amount_cents
    return {"credit_id": key, "invoice_id": invoice_id, "amount_cents": amount_cents, "balance_cents": left}


@tool(writes=True)
def extend_due_date(world: Transaction, invoice_id: str, days: int) -> dict[str, Any]:
    """
    Give an open invoice more time; once per invoice.

    Args:
        invoice_id: Such as ``INV-30991``.
        days: How many more days, at least 1.
    """
    invoice = _unpaid(world, invoice_id)
    if invoice["status"] != "open":
        raise Refusal("not-open", f"Invoice {invoice_id} is {invoice['status']}; only an open invoice can be extended.")
    if invoice["extended"]:
        raise Refusal("already-extended", f"Invoice {invoice_id} has been extended once already.")
    if days < 1:
        raise Refusal("bad-days", "An extension has at least one day.")
    due = later(invoice["due_on"], days)
    world.update("invoices", invoice_id, due_on=due, extended=True)
    return {"invoice_id": invoice_id, "due_on": due, "was": invoice["due_on"]}


def _unpaid(world: Transaction, invoice_id: str) -> Row:
    invoice = fetch(world, "invoices", invoice_id)
    if invoice["status"] == "paid":
        raise Refusal("paid", f"Invoice {invoice_id} is paid.")
    return invoice


def _days_late(world: Transaction, order_id: str) -> int | None:
    """Days by which the latest delivery of an order missed its promise; None while nothing is delivered."""
    late = [
        (_ordinal(row["delivered_on"]) - _ordinal(row["promised_on"]))
        for _, row in world.where("shipments", "order_id", order_id)
        if row["status"] == "delivered"
    ]
    return max(0, *late) if late else None


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


TOOLS = (get_invoice, list_invoices, dispute_invoice, issue_credit, extend_due_date)
