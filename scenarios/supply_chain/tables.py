"""What each table's rows look like: keys, columns, references. Amounts are in cents, dates ISO 8601 without time."""

from collections.abc import Mapping
from typing import Any

from domain.schema import Table

TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
COUNT: Mapping[str, Any] = {"type": "integer", "minimum": 0}
CENTS = COUNT
FLAG: Mapping[str, Any] = {"type": "boolean"}
DATE: Mapping[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
DATE_OR_NULL: Mapping[str, Any] = {"anyOf": [DATE, {"type": "null"}]}
TEXTS: Mapping[str, Any] = {"type": "array", "items": TEXT}


def one_of(*values: str | None) -> Mapping[str, Any]:
    """Schema of a closed list."""
    return {"enum": list(values)}


def rows_of(**fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Schema of a list of flat rows."""
    item = {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
    return {"type": "array", "items": item, "minItems": 1}


PLACES = {
    "companies": Table(
        "company_id",
        {
            "company_id": TEXT,
            "name": TEXT,
            "tier": one_of("standard", "priority"),
            "credit_limit_cents": CENTS,
            "expedite_ceiling_cents": CENTS,
            "payment_terms_days": COUNT,
        },
    ),
    "sites": Table(
        "site_id",
        {"site_id": TEXT, "company_id": TEXT, "city": TEXT, "country": TEXT, "address": TEXT},
        references={"company_id": "companies"},
    ),
    "contacts": Table(
        "contact_id",
        {
            "contact_id": TEXT,
            "company_id": TEXT,
            "name": TEXT,
            "email": TEXT,
            "role": one_of("customer", "planner"),
            "spend_limit_cents": CENTS,
            "access_code": {"type": "string", "pattern": r"^\d{6}$"},
        },
        references={"company_id": "companies"},
    ),
    "products": Table(
        "product_id",
        {"product_id": TEXT, "name": TEXT, "unit_price_cents": CENTS, "weight_kg": {"type": "number", "exclusiveMinimum": 0}},
    ),
    "warehouses": Table("warehouse_id", {"warehouse_id": TEXT, "city": TEXT, "country": TEXT}),
    "stock": Table(
        "stock_id",
        {"stock_id": TEXT, "warehouse_id": TEXT, "product_id": TEXT, "on_hand": COUNT, "reserved": COUNT, "safety_stock": COUNT},
        references={"warehouse_id": "warehouses", "product_id": "products"},
    ),
    "carriers": Table("carrier_id", {"carrier_id": TEXT, "name": TEXT}),
    "lanes": Table(
        "lane_id",
        {
            "lane_id": TEXT,
            "warehouse_id": TEXT,
            "country": TEXT,
            "carrier_id": TEXT,
            "base_cents": CENTS,
            "per_kg_cents": CENTS,
            "express_percent": COUNT,
            "standard_days": COUNT,
            "express_days": COUNT,
        },
        references={"warehouse_id": "warehouses", "carrier_id": "carriers"},
    ),
    "suppliers": Table(
        "supplier_id",
        {
            "supplier_id": TEXT,
            "name": TEXT,
            "lead_time_days": COUNT,
            "minimum_order_cents": CENTS,
            "offers": {"type": "object", "additionalProperties": CENTS},
        },
        references={"offers{}": "products"},
    ),
}

FLOWS = {
    "orders": Table(
        "order_id",
        {
            "order_id": TEXT,
            "company_id": TEXT,
            "site_id": TEXT,
            "warehouse_id": TEXT,
            "status": one_of("open", "ready", "booked", "shipped", "delivered", "cancelled"),
            "ordered_on": DATE,
            "requested_on": DATE,
            "lines": rows_of(product_id=TEXT, quantity=COUNT, allocated=COUNT, unit_price_cents=CENTS),
            "total_cents": CENTS,
        },
        references={"company_id": "companies", "site_id": "sites", "warehouse_id": "warehouses", "lines[].product_id": "products"},
    ),
    "shipments": Table(
        "shipment_id",
        {
            "shipment_id": TEXT,
            "order_id": TEXT,
            "company_id": TEXT,
            "site_id": TEXT,
            "warehouse_id": TEXT,
            "carrier_id": TEXT,
            "service": one_of("standard", "express"),
            "status": one_of("booked", "in_transit", "customs_hold", "out_for_delivery", "delivered", "cancelled"),
            "booked_on": DATE,
            "promised_on": DATE,
            "eta": DATE,
            "delivered_on": DATE_OR_NULL,
            "weight_kg": {"type": "number", "exclusiveMinimum": 0},
            "cost_cents": CENTS,
            "last_seen": TEXT,
        },
        references={
            "order_id": "orders",
            "company_id": "companies",
            "site_id": "sites",
            "warehouse_id": "warehouses",
            "carrier_id": "carriers",
        },
    ),
    "customs_holds": Table(
        "hold_id",
        {
            "hold_id": TEXT,
            "shipment_id": TEXT,
            "status": one_of("open", "release_requested", "released"),
            "reason": TEXT,
            "required_documents": TEXTS,
            "submitted_documents": TEXTS,
            "opened_on": DATE,
        },
        references={"shipment_id": "shipments"},
        sets=frozenset({"required_documents", "submitted_documents"}),
    ),
    "purchase_orders": Table(
        "purchase_order_id",
        {
            "purchase_order_id": TEXT,
            "supplier_id": TEXT,
            "warehouse_id": TEXT,
            "product_id": TEXT,
            "status": one_of("sent", "confirmed", "shipped", "received", "cancelled"),
            "quantity": COUNT,
            "received": COUNT,
            "unit_cost_cents": CENTS,
            "total_cents": CENTS,
            "ordered_on": DATE,
            "expected_on": DATE,
        },
        references={"supplier_id": "suppliers", "warehouse_id": "warehouses", "product_id": "products"},
    ),
    "invoices": Table(
        "invoice_id",
        {
            "invoice_id": TEXT,
            "company_id": TEXT,
            "order_id": TEXT,
            "status": one_of("open", "overdue", "disputed", "paid"),
            "issued_on": DATE,
            "due_on": DATE,
            "extended": FLAG,
            "dispute_reason": one_of(None, "wrong_quantity", "wrong_price", "damaged_goods", "not_received", "duplicate"),
            "lines": rows_of(text=TEXT, amount_cents=CENTS),
            "total_cents": CENTS,
            "credited_cents": CENTS,
            "paid_cents": CENTS,
        },
        references={"company_id": "companies", "order_id": "orders"},
    ),
    "payments": Table(
        "payment_id",
        {"payment_id": TEXT, "invoice_id": TEXT, "amount_cents": CENTS, "paid_on": DATE},
        references={"invoice_id": "invoices"},
    ),
    "credits": Table(
        "credit_id",
        {"credit_id": TEXT, "invoice_id": TEXT, "amount_cents": CENTS, "reason": one_of("late_delivery", "goodwill"), "issued_on": DATE},
        references={"invoice_id": "invoices"},
    ),
    "tickets": Table(
        "ticket_id",
        {
            "ticket_id": TEXT,
            "contact_id": TEXT,
            "area": one_of("inventory", "logistics", "procurement", "billing"),
            "about": TEXT,
            "opened_on": DATE,
        },
        references={"contact_id": "contacts"},
    ),
}
