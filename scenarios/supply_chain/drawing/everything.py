"""Draws the world: seeded, consistent, and with every status present, so that each kind of goal finds its rows."""

from random import Random

from scenarios.supply_chain import catalogue as names
from scenarios.supply_chain.drawing.accounts import draw_invoices, set_credit_limits
from scenarios.supply_chain.drawing.common import Row, Rows, day, numbers
from scenarios.supply_chain.drawing.freight import draw_holds, draw_shipments
from scenarios.supply_chain.drawing.people import add_companies

_ORDERS = {"open": 45, "ready": 35, "booked": 25, "shipped": 45, "delivered": 40, "cancelled": 10}
_PURCHASES = ("sent", "sent", "confirmed", "confirmed", "shipped", "shipped", "received", "cancelled")
_PURCHASE_COUNT = 50


def draw_world(rng: Random) -> dict[str, Rows]:
    """Tables of a whole supply chain; the same for the same state of ``rng``."""
    tables: dict[str, Rows] = {"companies": {}, "sites": {}, "contacts": {}}
    add_companies(tables, rng)
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
    tables["shipments"] = draw_shipments(tables, rng)
    tables["customs_holds"] = draw_holds(tables["shipments"], rng)
    tables["suppliers"] = _suppliers(rng)
    tables["purchase_orders"] = _purchases(tables["suppliers"], rng)
    tables |= draw_invoices(tables, rng)
    set_credit_limits(tables, rng)
    return {**tables, "tickets": {}}


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
    for number, (order_id, status) in enumerate(zip(numbers(rng, "SO", len(statuses)), statuses, strict=True)):
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
    for number, key in enumerate(numbers(rng, "PO", _PURCHASE_COUNT)):
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
