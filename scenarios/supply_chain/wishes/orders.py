"""What customers' contacts want of their orders."""

from datetime import date, timedelta

from scenarios.supply_chain.catalogue import TODAY
from scenarios.supply_chain.wishes.facts import around, called, cheapest_carrier, in_credit, other_site, short
from scenarios.supply_chain.wishes.plan import Desk, Wish


def order_status(desk: Desk) -> Wish | None:
    """How is it coming along?"""
    order = desk.pick(desk.own("orders", "open", "ready", "booked", "shipped"), "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"know how {called(known)} is coming along and for which date it is planned"
    return Wish("order_status", known, prose, outputs=(order["requested_on"],), about=frozenset({key}))


def cancel_order(desk: Desk) -> Wish | None:
    """Before it is shipped."""
    order = desk.pick(desk.own("orders", "open", "ready", "booked"), "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"cancel {called(known)}"
    return Wish("cancel_order", known, prose, (("cancel_order", {"order_id": key}),), about=around(desk, order))


def change_site(desk: Desk) -> Wish | None:
    """To another site of the company."""
    order = desk.pick(desk.own("orders", "open", "ready"), "order_id")
    site = other_site(desk, order)
    if order is None or site is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    return Wish(
        "change_site",
        {**known, "site_city": site["city"]},
        f"have {called(known)} delivered to your site in {site['city']} instead",
        (("change_delivery_site", {"order_id": key, "site_id": site["site_id"]}),),
        about=frozenset({key}),
    )


def change_date(desk: Desk) -> Wish | None:
    """On some other day."""
    order = desk.pick(desk.own("orders", "open", "ready"), "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    day = (date.fromisoformat(TODAY) + timedelta(days=desk.rng.randint(7, 70))).isoformat()
    if day == order["requested_on"]:
        return None
    return Wish(
        "change_date",
        {**known, "new_date": desk.say_date(day)},
        f"have {called(known)} delivered on {day}",
        (("change_delivery_date", {"order_id": key, "requested_on": day}),),
        outputs=(day,),
        about=frozenset({key}),
    )


def split_order(desk: Desk) -> Wish | None:
    """Part of the first line."""
    order = desk.pick([row for row in desk.own("orders", "open", "ready") if row["lines"][0]["quantity"] > 3], "order_id")
    if order is None:
        return None
    key, line = order["order_id"], order["lines"][0]
    part = f"{key.partition('.')[0]}.2"
    count = desk.rng.randint(1, line["quantity"] - 1)
    return Wish(
        "split_order",
        {"order_id": key, "product": desk.product(line["product_id"]), "quantity": str(count)},
        f"have {count} units of {line['product_id']} taken out of order {key} into an order of their own",
        (("split_order", {"order_id": key, "product_id": line["product_id"], "quantity": count}),),
        outputs=(part,),
        about=frozenset({key, part}),
    )


def reserve_stock(desk: Desk) -> Wish | None:
    """What is lacking, within credit and stock."""
    order = desk.pick([row for row in desk.own("orders", "open") if in_credit(desk, row) and not short(desk, row)], "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"have the missing stock reserved for {called(known)}"
    return Wish("reserve_stock", known, prose, (("reserve_stock", {"order_id": key}),), about=around(desk, order))


def release_stock(desk: Desk) -> Wish | None:
    """Keep the order, give up its goods."""
    held = [row for row in desk.own("orders", "open", "ready") if any(line["allocated"] for line in row["lines"])]
    order = desk.pick(held, "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    prose = f"give up the stock reserved for {called(known)}, but keep the order"
    return Wish("release_stock", known, prose, (("release_stock", {"order_id": key}),), about=around(desk, order))


def book_shipment(desk: Desk) -> Wish | None:
    """Standard or express, within credit."""
    order = desk.pick([row for row in desk.own("orders", "ready") if in_credit(desk, row)], "order_id")
    if order is None:
        return None
    key, known = order["order_id"], desk.order_known(order)
    service = desk.rng.choice(["standard", "express"])
    carrier = cheapest_carrier(desk, order, service)
    arguments = {"order_id": key, "carrier_id": carrier, "service": service}
    prose = f"have the transport of {called(known)} booked, with {service} service"
    return Wish("book_shipment", {**known, "service": service}, prose, (("book_shipment", arguments),), about=around(desk, order))
