"""What planners want of stock and purchase orders."""

from domain.values import FrozenDict
from scenarios.supply_chain.areas.shared import free_units
from scenarios.supply_chain.wishes.plan import Desk, Kind, Wish


def check_stock(desk: Desk) -> Wish | None:
    """How many, and where?"""
    product = desk.pick([row for _, row in desk.world.rows("products")], "product_id")
    if product is None:
        return None
    key = product["product_id"]
    free = sum(max(0, free_units(row)) for _, row in desk.world.where("stock", "product_id", key))
    prose = f"know how many units of {key} are free, and where"
    return Wish("check_stock", {"product": desk.product(key)}, prose, outputs=(str(free),) if free else (), about=frozenset({key}))


def transfer_stock(desk: Desk) -> Wish | None:
    """Above the safety stock."""
    source = desk.pick([row for _, row in desk.world.rows("stock") if free_units(row) > 3], "product_id")
    if source is None:
        return None
    count = desk.rng.randint(1, free_units(source))
    return transfer(desk, source, count, allowed=True)


def transfer(desk: Desk, source: FrozenDict, count: int, *, allowed: bool) -> Wish:
    """A transfer to any other warehouse; with nothing to do where it is not allowed."""
    others = [row for _, row in desk.world.rows("warehouses") if row["warehouse_id"] != source["warehouse_id"]]
    target, origin = desk.rng.choice(others), desk.row("warehouses", source["warehouse_id"])
    key = source["product_id"]
    arguments = {
        "product_id": key,
        "from_warehouse_id": origin["warehouse_id"],
        "to_warehouse_id": target["warehouse_id"],
        "quantity": count,
    }
    return Wish(
        "transfer_stock",
        {"product": desk.product(key), "quantity": str(count), "from_warehouse": origin["city"], "to_warehouse": target["city"]},
        f"have {count} units of {key} moved from {origin['city']} to {target['city']}",
        (("transfer_stock", arguments),) if allowed else (),
        about=frozenset({key}),
    )


def purchase_status(desk: Desk) -> Wish | None:
    """When does it come?"""
    order = pick_purchase(desk, "sent", "confirmed", "shipped")
    if order is None:
        return None
    key = order["purchase_order_id"]
    prose = f"know how purchase order {key} stands and when it is expected"
    return Wish("purchase_status", {"purchase_order_id": key}, prose, outputs=(order["expected_on"],), about=frozenset({key}))


def incoming(desk: Desk) -> Wish | None:
    """What comes next of a product?"""
    order = pick_purchase(desk, "sent", "confirmed", "shipped")
    if order is None:
        return None
    key = order["product_id"]
    prose = f"know what is still to come in of {key}"
    return Wish("incoming", {"product": desk.product(key)}, prose, outputs=(order["purchase_order_id"],), about=frozenset({key}))


def create_purchase(desk: Desk) -> Wish | None:
    """Within the spend limit, from the minimum order on."""
    product = desk.pick([row for _, row in desk.world.rows("products") if cheapest_offer(desk, row["product_id"])], "product_id")
    offer = cheapest_offer(desk, product["product_id"]) if product else None
    if product is None or offer is None:
        return None
    key = product["product_id"]
    cost = offer["offers"][key]
    least, most = -(-offer["minimum_order_cents"] // cost), min(400, desk.contact["spend_limit_cents"] // cost)
    if least > most:
        return None
    return purchase(desk, key, offer["supplier_id"], desk.rng.randint(least, most), allowed=True)


def purchase(desk: Desk, key: str, supplier_id: str, count: int, *, allowed: bool) -> Wish:
    """Buying from a supplier into any warehouse; with nothing to do where it is not allowed."""
    warehouse = desk.rng.choice([row for _, row in desk.world.rows("warehouses")])
    arguments = {"supplier_id": supplier_id, "product_id": key, "warehouse_id": warehouse["warehouse_id"], "quantity": count}
    return Wish(
        "create_purchase",
        {"product": desk.product(key), "quantity": str(count), "to_warehouse": warehouse["city"]},
        f"buy {count} units of {key} for the warehouse in {warehouse['city']}",
        (("create_purchase_order", arguments),) if allowed else (),
        about=frozenset({key}),
    )


def amend_purchase(desk: Desk) -> Wish | None:
    """While it is not confirmed."""
    order = pick_purchase(desk, "sent")
    if order is None:
        return None
    supplier = desk.row("suppliers", order["supplier_id"])
    cost = order["unit_cost_cents"]
    least, most = -(-supplier["minimum_order_cents"] // cost), min(400, desk.contact["spend_limit_cents"] // cost)
    counts = [count for count in range(least, most + 1) if count != order["quantity"]]
    if not counts:
        return None
    key, count = order["purchase_order_id"], desk.rng.choice(counts)
    return Wish(
        "amend_purchase",
        {"purchase_order_id": key, "quantity": str(count)},
        f"change the quantity of purchase order {key} to {count}",
        (("amend_purchase_order", {"purchase_order_id": key, "quantity": count}),),
        about=frozenset({key}),
    )


def cancel_purchase(desk: Desk) -> Wish | None:
    """While it is not shipped."""
    order = pick_purchase(desk, "sent", "confirmed")
    if order is None:
        return None
    key = order["purchase_order_id"]
    actions = (("cancel_purchase_order", {"purchase_order_id": key}),)
    return Wish("cancel_purchase", {"purchase_order_id": key}, f"cancel purchase order {key}", actions, about=frozenset({key}))


def receive_goods(desk: Desk) -> Wish | None:
    """All that is outstanding, or part of it."""
    order = pick_purchase(desk, "shipped")
    if order is None:
        return None
    key, outstanding = order["purchase_order_id"], order["quantity"] - order["received"]
    count = outstanding if desk.rng.random() < 0.6 else desk.rng.randint(1, outstanding)
    return Wish(
        "receive_goods",
        {"purchase_order_id": key, "quantity": str(count)},
        f"have {count} units booked in that arrived for purchase order {key}",
        (("receive_goods", {"purchase_order_id": key, "quantity": count}),),
        about=frozenset({key, order["product_id"]}),
    )


def pick_purchase(desk: Desk, *statuses: str) -> FrozenDict | None:
    """A purchase order in some status that no earlier wish is about."""
    return desk.pick([row for _, row in desk.world.rows("purchase_orders") if row["status"] in statuses], "purchase_order_id")


def cheapest_offer(desk: Desk, product_id: str) -> FrozenDict | None:
    """The supplier from whom policy buys a product."""
    offers = [row for _, row in desk.world.rows("suppliers") if product_id in row["offers"]]
    return min(offers, key=lambda row: (row["offers"][product_id], row["supplier_id"])) if offers else None


READS: tuple[Kind, ...] = (check_stock, purchase_status)
WRITES: tuple[Kind, ...] = (transfer_stock, create_purchase, amend_purchase, cancel_purchase, receive_goods)
ASKED: tuple[Kind, ...] = (incoming,)
"""Asked only where a conversation is planned."""
