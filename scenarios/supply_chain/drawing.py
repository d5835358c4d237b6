"""Draws the world: seeded, consistent, and with every status present, so that each kind of goal finds its rows."""

from datetime import date, timedelta
from random import Random
from typing import Any

from scenarios.supply_chain import catalogue as names

Row = dict[str, Any]
Rows = dict[str, Row]

_ORDERS = {"open": 45, "ready": 35, "booked": 25, "shipped": 45, "delivered": 40, "cancelled": 10}
_ON_THE_WAY = ("in_transit", "in_transit", "customs_hold", "in_transit", "customs_hold", "out_for_delivery", "customs_hold")
_INVOICES = ("open", "open", "open", "paid", "paid", "overdue", "disputed", "open")
_INVOICE_COUNT = 120
_HOLD_COUNT = 30
_PURCHASES = ("sent", "sent", "confirmed", "confirmed", "shipped", "shipped", "received", "cancelled")
_PURCHASE_COUNT = 50


def day(offset: int) -> str:
    """A date so many days from today."""
    return (date.fromisoformat(names.TODAY) + timedelta(days=offset)).isoformat()


def draw_world(rng: Random) -> dict[str, Rows]:
    """Tables of a whole supply chain; the same for the same state of ``rng``."""
    tables: dict[str, Rows] = {"companies": {}, "sites": {}, "contacts": {}}
    _companies(tables, rng)
    tables["products"] = {
        key: {"product_id": key, "name": name, "unit_price_cents": price, "weight_kg": weight}
        for key, (name, price, weight) in names.PRODUCTS.items()
    }
    tables["warehouses"] = {
        key: {"warehouse_id": key, "city": city, "country": country} for key, (city, country) in names.WAREHOUSES.items()
    }
    tables["carriers"] = {key: {"carrier_id": key, "name": name} for key, name in names.CARRIERS.items()}
    tables["lanes"] = _lanes(rng)
    tables["orders"] = _orders(tables, rng)
    tables["stock"] = _stock(tables["orders"], rng)
    tables["shipments"] = _shipments(tables, rng)
    tables["customs_holds"] = _holds(tables["shipments"], rng)
    tables["suppliers"] = _suppliers(rng)
    tables["purchase_orders"] = _purchases(tables["suppliers"], rng)
    tables |= _invoices(tables, rng)
    _credit_limits(tables, rng)
    return {**tables, "tickets": {}}


def _numbers(rng: Random, prefix: str, count: int, digits: int = 5) -> list[str]:
    """So many different identifiers, in ascending order."""
    return [f"{prefix}-{number}" for number in sorted(rng.sample(range(10 ** (digits - 1), 10**digits), count))]


def _companies(tables: dict[str, Rows], rng: Random) -> None:
    people = iter(rng.sample([(first, last) for first in names.FIRST_NAMES for last in names.LAST_NAMES], 40))
    contact_ids = iter(rng.sample(_numbers(rng, "CT", 40, 4), 40))
    site_ids = iter(_numbers(rng, "SI", 3 * len(names.COMPANIES) + 1, 4))
    for number, name in enumerate((*names.COMPANIES, names.OPERATOR)):
        own = name == names.OPERATOR
        company_id = f"C-{101 + number}"
        tier = "priority" if rng.random() < 0.4 else "standard"
        tables["companies"][company_id] = {
            "company_id": company_id,
            "name": name,
            "tier": tier,
            "credit_limit_cents": 0,
            "expedite_ceiling_cents": 80_000 if tier == "priority" else 30_000,
            "payment_terms_days": rng.choice([14, 30, 45]),
        }
        for city in rng.sample(list(names.SITE_CITIES), 1 if own else 3):
            site_id = next(site_ids)
            address = f"{rng.randint(1, 180)} {rng.choice(names.STREETS)}, {city}"
            country = names.SITE_CITIES[city]
            tables["sites"][site_id] = {
                "site_id": site_id,
                "company_id": company_id,
                "city": city,
                "country": country,
                "address": address,
            }
        for _ in range(7 if own else 2 + (number % 4 != 0)):
            contact_id, (first, last) = next(contact_ids), next(people)
            tables["contacts"][contact_id] = {
                "contact_id": contact_id,
                "company_id": company_id,
                "name": f"{first} {last}",
                "email": f"{first}.{last}@{name.split()[0]}.example".lower(),
                "role": "planner" if own else "customer",
                "spend_limit_cents": rng.choice([500_000, 1_500_000, 4_000_000]) if own else 0,
                "access_code": f"{rng.randint(100_000, 999_999)}",
            }


def _lanes(rng: Random) -> Rows:
    lanes = {}
    for warehouse_id in names.WAREHOUSES:
        for country in dict.fromkeys(names.SITE_CITIES.values()):
            for carrier_id in sorted(rng.sample(list(names.CARRIERS), 3)):
                lane_id = f"{warehouse_id}/{country}/{carrier_id}"
                standard_days = rng.randint(3, 8)
                lanes[lane_id] = {
                    "lane_id": lane_id,
                    "warehouse_id": warehouse_id,
                    "country": country,
                    "carrier_id": carrier_id,
                    "base_cents": rng.randrange(4_000, 12_000, 50),
                    "per_kg_cents": rng.randint(18, 55),
                    "express_percent": rng.choice([40, 60, 80, 100]),
                    "standard_days": standard_days,
                    "express_days": max(1, standard_days // 2),
                }
    return lanes


def _orders(tables: dict[str, Rows], rng: Random) -> Rows:
    companies = [key for key, row in tables["companies"].items() if row["name"] != names.OPERATOR]
    statuses = [status for status, count in _ORDERS.items() for _ in range(count)]
    rng.shuffle(statuses)
    orders = {}
    for number, (order_id, status) in enumerate(zip(_numbers(rng, "SO", len(statuses)), statuses, strict=True)):
        company_id = companies[number % len(companies)]
        done = status in ("shipped", "delivered")
        lines = [_line(product_id, status, rng) for product_id in rng.sample(list(names.PRODUCTS), rng.randint(1, 3))]
        if status == "open":
            lines[0]["allocated"] = rng.randrange(0, lines[0]["quantity"])
        ordered = rng.randint(-60, -25) if done else rng.randint(-20, -2)
        orders[order_id] = {
            "order_id": order_id,
            "company_id": company_id,
            "site_id": rng.choice([key for key, site in tables["sites"].items() if site["company_id"] == company_id]),
            "warehouse_id": rng.choice(list(names.WAREHOUSES)),
            "status": status,
            "ordered_on": day(ordered),
            "requested_on": day(rng.randint(-12, 2) if done else rng.randint(6, 30)),
            "lines": lines,
            "total_cents": sum(line["quantity"] * line["unit_price_cents"] for line in lines),
        }
    return orders


def _line(product_id: str, status: str, rng: Random) -> Row:
    quantity = rng.randint(4, 60)
    allocated = {"open": rng.choice([quantity, quantity, quantity // 2, 0]), "cancelled": 0}.get(status, quantity)
    return {
        "product_id": product_id,
        "quantity": quantity,
        "allocated": allocated,
        "unit_price_cents": names.PRODUCTS[product_id][1],
    }


def _stock(orders: Rows, rng: Random) -> Rows:
    reserved: dict[tuple[str, str], int] = {}
    for order in orders.values():
        if order["status"] in ("open", "ready", "booked"):
            for line in order["lines"]:
                place = (order["warehouse_id"], line["product_id"])
                reserved[place] = reserved.get(place, 0) + line["allocated"]
    stock = {}
    for warehouse_id in names.WAREHOUSES:
        for product_id in names.PRODUCTS:
            held = reserved.get((warehouse_id, product_id), 0)
            stock_id = f"{warehouse_id}/{product_id}"
            stock[stock_id] = {
                "stock_id": stock_id,
                "warehouse_id": warehouse_id,
                "product_id": product_id,
                "on_hand": held + rng.choice([0, 5, 18, 40, 75, 120, 180]),
                "reserved": held,
                "safety_stock": rng.choice([5, 10, 20, 30]),
            }
    return stock


def _shipments(tables: dict[str, Rows], rng: Random) -> Rows:
    ready = [key for key, row in tables["orders"].items() if row["status"] == "ready"]
    cancelled = set(rng.sample(ready, 10))
    moved = [key for key, row in tables["orders"].items() if row["status"] in ("booked", "shipped", "delivered") or key in cancelled]
    return {
        shipment_id: _shipment(shipment_id, tables["orders"][order_id], number, tables, rng)
        for number, (shipment_id, order_id) in enumerate(zip(_numbers(rng, "SH", len(moved)), moved, strict=True))
    }


def _shipment(shipment_id: str, order: Row, number: int, tables: dict[str, Rows], rng: Random) -> Row:
    warehouse, site = tables["warehouses"][order["warehouse_id"]], tables["sites"][order["site_id"]]
    status = {"booked": "booked", "delivered": "delivered", "ready": "cancelled"}.get(
        order["status"], _ON_THE_WAY[number % len(_ON_THE_WAY)]
    )
    way = (order["warehouse_id"], site["country"])
    lane = rng.choice([lane for lane in tables["lanes"].values() if (lane["warehouse_id"], lane["country"]) == way])
    weight = round(sum(line["quantity"] * names.PRODUCTS[line["product_id"]][2] for line in order["lines"]), 1)
    express = rng.random() < 0.25
    cost = lane["base_cents"] + round(lane["per_kg_cents"] * weight)
    cost += cost * lane["express_percent"] // 100 if express else 0
    booked = {"booked": rng.randint(-3, 0), "delivered": rng.randint(-24, -16)}.get(status, rng.randint(-10, -4))
    promised = booked + lane["express_days" if express else "standard_days"]
    late = rng.choice([0, 0, 0, 1, 3, 4, 6])
    eta = promised + (late if status == "delivered" else rng.choice([0, 0, 1, 3]))
    if status in ("in_transit", "out_for_delivery", "customs_hold"):
        eta = max(eta, 0 if status == "out_for_delivery" else 2)
    places = {"booked": f"{warehouse['city']} warehouse", "delivered": site["city"], "out_for_delivery": f"{site['city']} depot"}
    return {
        "shipment_id": shipment_id,
        "order_id": order["order_id"],
        "company_id": order["company_id"],
        "site_id": order["site_id"],
        "warehouse_id": order["warehouse_id"],
        "carrier_id": lane["carrier_id"],
        "service": "express" if express else "standard",
        "status": status,
        "booked_on": day(booked),
        "promised_on": day(promised),
        "eta": day(eta),
        "delivered_on": day(eta) if status == "delivered" else None,
        "weight_kg": weight,
        "cost_cents": cost,
        "last_seen": places.get(status) or rng.choice(names.TRANSIT_POINTS),
    }


def _holds(shipments: Rows, rng: Random) -> Rows:
    held = [key for key, row in shipments.items() if row["status"] == "customs_hold"]
    past = [key for key, row in shipments.items() if row["status"] == "delivered"]
    chosen = [(key, False) for key in held] + [(key, True) for key in rng.sample(past, max(0, _HOLD_COUNT - len(held)))]
    holds = {}
    for number, (hold_id, (shipment_id, released)) in enumerate(zip(_numbers(rng, "CH", len(chosen), 4), chosen, strict=True)):
        required = rng.sample(names.DOCUMENTS, rng.randint(2, 3))
        missing = 0 if released else (1, 1, 2, 1, 0)[number % 5]
        asked = missing == 0 and not released and number % 2 == 0
        holds[hold_id] = {
            "hold_id": hold_id,
            "shipment_id": shipment_id,
            "status": "released" if released else "release_requested" if asked else "open",
            "reason": "documents missing" if missing else rng.choice(names.HOLD_REASONS[1:]),
            "required_documents": required,
            "submitted_documents": required[missing:],
            "opened_on": day(rng.randint(-14, -8) if released else rng.randint(-4, -1)),
        }
    return holds


def _suppliers(rng: Random) -> Rows:
    keys = list(names.PRODUCTS)
    suppliers = {}
    for number, name in enumerate(names.SUPPLIERS):
        offers = sorted({*keys[number :: len(names.SUPPLIERS)], *rng.sample(keys, 4)})
        supplier_id = f"SU-{201 + number}"
        suppliers[supplier_id] = {
            "supplier_id": supplier_id,
            "name": name,
            "lead_time_days": rng.randint(5, 25),
            "minimum_order_cents": rng.choice([20_000, 50_000, 100_000]),
            "offers": {key: names.PRODUCTS[key][1] * rng.randint(50, 75) // 100 for key in offers},
        }
    return suppliers


def _purchases(suppliers: Rows, rng: Random) -> Rows:
    purchases = {}
    for number, key in enumerate(_numbers(rng, "PO", _PURCHASE_COUNT)):
        supplier = suppliers[rng.choice(list(suppliers))]
        product_id = rng.choice(list(supplier["offers"]))
        cost, quantity = supplier["offers"][product_id], rng.randrange(20, 160, 5)
        status = _PURCHASES[number % len(_PURCHASES)]
        ordered = rng.randint(-30, -8)
        purchases[key] = {
            "purchase_order_id": key,
            "supplier_id": supplier["supplier_id"],
            "warehouse_id": rng.choice(list(names.WAREHOUSES)),
            "product_id": product_id,
            "status": status,
            "quantity": quantity,
            "received": quantity if status == "received" else quantity // 4 if status == "shipped" and rng.random() < 0.3 else 0,
            "unit_cost_cents": cost,
            "total_cents": quantity * cost,
            "ordered_on": day(ordered),
            "expected_on": day(rng.randint(-6, -1) if status == "received" else rng.randint(1, 20)),
        }
    return purchases


def _invoices(tables: dict[str, Rows], rng: Random) -> dict[str, Rows]:
    moved = [key for key, row in tables["orders"].items() if row["status"] in ("shipped", "delivered")]
    others = [key for key, row in tables["orders"].items() if row["status"] in ("ready", "booked")]
    billed = moved + rng.sample(others, _INVOICE_COUNT - len(moved))
    invoices, payments = {}, {}
    payment_ids = iter(_numbers(rng, "PAY", len(billed)))
    for number, (invoice_id, order_id) in enumerate(zip(_numbers(rng, "INV", len(billed)), billed, strict=True)):
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


def _credit_limits(tables: dict[str, Rows], rng: Random) -> None:
    """Room for some more orders for most companies, for every fourth hardly any."""
    owed = dict.fromkeys(tables["companies"], 0)
    for invoice in tables["invoices"].values():
        owed[invoice["company_id"]] += invoice["total_cents"] - invoice["paid_cents"]
    for number, (company_id, company) in enumerate(tables["companies"].items()):
        room = 20_000 if number % 4 == 3 else rng.choice([4_000_000, 6_000_000, 9_000_000])
        company["credit_limit_cents"] = (owed[company_id] + room) // 10_000 * 10_000
