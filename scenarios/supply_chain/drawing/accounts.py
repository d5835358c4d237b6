"""Invoices, payments, and how much credit each company has."""

from random import Random

from scenarios.supply_chain import catalogue as names
from scenarios.supply_chain.drawing.common import Rows, day, numbers

_INVOICES = ("open", "open", "open", "paid", "paid", "overdue", "disputed", "open")
_INVOICE_COUNT = 120


def draw_invoices(tables: dict[str, Rows], rng: Random) -> dict[str, Rows]:
    """Invoices with what was paid on them; no credits yet."""
    moved = [key for key, row in tables["orders"].items() if row["status"] in ("shipped", "delivered")]
    others = [key for key, row in tables["orders"].items() if row["status"] in ("ready", "booked")]
    billed = moved + rng.sample(others, _INVOICE_COUNT - len(moved))
    invoices, payments = {}, {}
    payment_ids = iter(numbers(rng, "PAY", len(billed)))
    for number, (invoice_id, order_id) in enumerate(zip(numbers(rng, "INV", len(billed)), billed, strict=True)):
        status = _INVOICES[number % len(_INVOICES)]
        order = tables["orders"][order_id]
        lines = [
            {
                "text": f"{line['quantity']} x {names.PRODUCTS[line['product_id']][0]}",
                "amount_cents": line["quantity"] * line["unit_price_cents"],
            }
            for line in order["lines"]
        ]
        lines.append({"text": "freight", "amount_cents": rng.randrange(6_000, 40_000, 100)})
        total = sum(line["amount_cents"] for line in lines)
        paid = total if status == "paid" else total // 4 if status == "open" and rng.random() < 0.2 else 0
        due = rng.randint(-15, -1) if status == "overdue" else rng.randint(2, 30)
        invoices[invoice_id] = {
            "invoice_id": invoice_id,
            "company_id": order["company_id"],
            "order_id": order_id,
            "status": status,
            "issued_on": day(due - 30),
            "due_on": day(due),
            "extended": status == "open" and rng.random() < 0.25,
            "dispute_reason": rng.choice(["wrong_quantity", "wrong_price", "damaged_goods"]) if status == "disputed" else None,
            "lines": lines,
            "total_cents": total,
            "credited_cents": 0,
            "paid_cents": paid,
        }
        if paid:
            key = next(payment_ids)
            payments[key] = {"payment_id": key, "invoice_id": invoice_id, "amount_cents": paid, "paid_on": day(min(due, -1))}
    return {"invoices": invoices, "payments": payments, "credits": {}}


def set_credit_limits(tables: dict[str, Rows], rng: Random) -> None:
    """Room for some more orders for most companies, for every fourth hardly any."""
    owed = dict.fromkeys(tables["companies"], 0)
    for invoice in tables["invoices"].values():
        owed[invoice["company_id"]] += invoice["total_cents"] - invoice["paid_cents"]
    for number, (company_id, company) in enumerate(tables["companies"].items()):
        room = 20_000 if number % 4 == 3 else rng.choice([4_000_000, 6_000_000, 9_000_000])
        company["credit_limit_cents"] = (owed[company_id] + room) // 10_000 * 10_000
