"""Tools of the desk, of inventory and of procurement: what each does, and each of its refusals."""

import pytest

from domain.transaction import Transaction
from scenarios.load import load
from scenarios.supply_chain.areas.shared import stock_id
from scenarios.supply_chain.tools import AREAS, TOOLS
from tests.scenarios.supply_chain_desk import NOW, call, first, refused, row, world

CONTACT = first("contacts", role="customer")
COMPANY = row("contacts", CONTACT)["company_id"]
OPEN, READY, BOOKED, SHIPPED = (first("orders", status=status) for status in ("open", "ready", "booked", "shipped"))
SENT, CONFIRMED, ON_ITS_WAY = (first("purchase_orders", status=status) for status in ("sent", "confirmed", "shipped"))


def test_all_tools_are_offered_and_described() -> None:
    """Each area has tools, all are in the scenario file, and each parameter is described."""
    assert set(AREAS) == {"desk", "inventory", "logistics", "procurement", "billing"}
    assert list(load("supply_chain").toolset) == [tool.name for tool in TOOLS]
    assert len(TOOLS) >= 28
    for tool in TOOLS:
        assert all(described["description"] for described in tool.spec["function"]["parameters"]["properties"].values())


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("verify_contact", {"contact_id": "CT-0", "access_code": "1"}, "unknown-contact"),
        ("get_company", {"company_id": "C-0"}, "unknown-company"),
        ("escalate_to_person", {"contact_id": "CT-0", "area": "billing", "about": "x"}, "unknown-contact"),
        ("get_order", {"order_id": "SO-0"}, "unknown-order"),
        ("list_orders", {"company_id": "C-0"}, "unknown-company"),
        ("check_stock", {"product_id": "XX-000"}, "unknown-product"),
        ("track_shipment", {"shipment_id": "SH-0"}, "unknown-shipment"),
        ("quote_lane", {"warehouse_id": "WH-X", "country": "Norway", "weight_kg": 1}, "unknown-warehouse"),
        ("get_hold", {"hold_id": "CH-0"}, "unknown-customs-hold"),
        ("find_suppliers", {"product_id": "XX-000"}, "unknown-product"),
        ("get_purchase_order", {"purchase_order_id": "PO-0"}, "unknown-purchase-order"),
        ("list_purchase_orders", {"product_id": "XX-000"}, "unknown-product"),
        ("get_invoice", {"invoice_id": "INV-0"}, "unknown-invoice"),
        ("list_invoices", {"company_id": "C-0"}, "unknown-company"),
        ("change_delivery_site", {"order_id": READY, "site_id": "SI-0"}, "unknown-delivery-site"),
        ("book_shipment", {"order_id": READY, "carrier_id": "CA-X", "service": "express"}, "unknown-carrier"),
        ("create_purchase_order", {"supplier_id": "SU-0", "product_id": "HX-204", "warehouse_id": "WH-RTM", "quantity": 1}, "unknown-supplier"),
    ],
)
def test_unknown_records_are_refused(tool: str, arguments: dict[str, object], code: str) -> None:
    """What is not there is refused by name."""
    assert refused(tool, **arguments) == code


def test_contact_is_found_by_either_and_verified_by_code() -> None:
    """E-mail address and number lead to the same contact; only the code proves it."""
    contact = row("contacts", CONTACT)
    assert call("find_contact", email_or_number=contact["email"].upper())[0]["contact_id"] == CONTACT
    assert call("find_contact", email_or_number=CONTACT.lower())[0] == {"contact_id": CONTACT, "name": contact["name"]}
    answer = call("verify_contact", contact_id=CONTACT, access_code=contact["access_code"])[0]
    assert (answer["verified"], answer["company_id"], answer["role"]) == (True, COMPANY, "customer")
    assert refused("verify_contact", contact_id=CONTACT, access_code="000000") == "wrong-code"
    assert refused("find_contact", email_or_number="nobody@nowhere.example") == "unknown-contact"


def test_company_shows_terms_and_sites() -> None:
    """What a company owes is the unpaid part of its invoices."""
    answer = call("get_company", company_id=COMPANY)[0]
    owed = sum(
        invoice["total_cents"] - invoice["paid_cents"] - invoice["credited_cents"]
        for _, invoice in world().rows("invoices")
        if invoice["company_id"] == COMPANY and invoice["status"] != "paid"
    )
    assert answer["owed_cents"] == owed
    assert len(answer["sites"]) == 3


def test_ticket_is_opened_once() -> None:
    """A second ticket about the same thing is refused."""
    arguments = {"contact_id": CONTACT, "area": "inventory", "about": OPEN}
    answer, after = call("escalate_to_person", **arguments)
    assert row("tickets", answer["ticket_id"], after)["opened_on"] == NOW[:10]
    assert refused("escalate_to_person", after, **arguments) == "already-open"


def test_orders_are_listed_by_company_and_product() -> None:
    """Only what is not delivered or cancelled, newest first."""
    company, product = row("orders", OPEN)["company_id"], row("orders", OPEN)["lines"][0]["product_id"]
    listed = call("list_orders", company_id=company)[0]
    assert [order["ordered_on"] for order in listed] == sorted((order["ordered_on"] for order in listed), reverse=True)
    assert {order["status"] for order in listed} <= {"open", "ready", "booked", "shipped"}
    assert OPEN in {order["order_id"] for order in call("list_orders", company_id=company, product_id=product)[0]}
    assert call("get_order", order_id=OPEN)[0]["weight_kg"] > 0


@pytest.mark.parametrize("order_id", [OPEN, READY, BOOKED])
def test_cancelled_order_frees_its_stock(order_id: str) -> None:
    """Reservations and a booked shipment go with the order."""
    answer, after = call("cancel_order", order_id=order_id)
    assert row("orders", order_id, after)["status"] == "cancelled"
    assert all(row("shipments", key, after)["status"] == "cancelled" for key in answer["shipments_cancelled"])
    assert len(answer["shipments_cancelled"]) == (order_id == BOOKED)
    assert refused("cancel_order", after, order_id=order_id) == "too-late"
    assert refused("cancel_order", order_id=SHIPPED) == "too-late"


def test_delivery_site_and_its_refusals() -> None:
    """Only to another site of the same company, before a shipment is booked."""
    order = row("orders", READY)
    mine = [key for key, site in world().rows("sites") if site["company_id"] == order["company_id"] and key != order["site_id"]]
    foreign = next(key for key, site in world().rows("sites") if site["company_id"] != order["company_id"])
    assert row("orders", READY, call("change_delivery_site", order_id=READY, site_id=mine[0])[1])["site_id"] == mine[0]
    assert refused("change_delivery_site", order_id=READY, site_id=foreign) == "foreign-site"
    assert refused("change_delivery_site", order_id=READY, site_id=order["site_id"]) == "same-site"
    assert refused("change_delivery_site", order_id=BOOKED, site_id=mine[0]) == "too-late"


def test_delivery_date_and_its_refusals() -> None:
    """From tomorrow on, at most 120 days ahead."""
    assert row("orders", OPEN, call("change_delivery_date", order_id=OPEN, requested_on="2026-04-30")[1])["requested_on"] == "2026-04-30"
    assert refused("change_delivery_date", order_id=OPEN, requested_on="2026-02-30") == "not-a-date"
    assert refused("change_delivery_date", order_id=OPEN, requested_on="2026-03-09") == "in-the-past"
    assert refused("change_delivery_date", order_id=OPEN, requested_on="2026-12-24") == "too-far-ahead"
    assert refused("change_delivery_date", order_id=SHIPPED, requested_on="2026-04-30") == "too-late"


@pytest.mark.parametrize("order_id", [OPEN, READY])
def test_split_keeps_units_money_and_reservations(order_id: str) -> None:
    """Both parts together are the order as it was; a second split gets another number."""
    order = row("orders", order_id)
    line = order["lines"][0]
    arguments = {"order_id": order_id, "product_id": line["product_id"], "quantity": 2}
    answer, after = call("split_order", **arguments)
    parts = [row("orders", order_id, after), row("orders", answer["new_order_id"], after)]
    assert sum(part["total_cents"] for part in parts) == order["total_cents"]
    assert sum(line["allocated"] for part in parts for line in part["lines"]) == sum(line["allocated"] for line in order["lines"])
    assert call("split_order", after, **{**arguments, "quantity": 1})[0]["new_order_id"] == f"{order_id}.3"
    assert refused("split_order", **{**arguments, "product_id": "XX-000"}) == "not-in-order"
    assert refused("split_order", **{**arguments, "quantity": 0}) == "bad-quantity"
    assert refused("split_order", **{**arguments, "quantity": 10_000}) == "bad-quantity"
    assert refused("split_order", **{**arguments, "order_id": SHIPPED}) == "too-late"


def test_whole_line_splits_off() -> None:
    """A line that goes completely leaves no empty line behind."""
    order_id, order = next((key, found) for key, found in world().rows("orders") if found["status"] == "ready" and len(found["lines"]) > 1)
    line = order["lines"][0]
    after = call("split_order", order_id=order_id, product_id=line["product_id"], quantity=line["quantity"])[1]
    assert len(row("orders", order_id, after)["lines"]) == len(order["lines"]) - 1


def test_stock_is_reserved_and_given_back() -> None:
    """All that lacks or nothing; giving back leaves the order open."""
    _, freed = call("release_stock", order_id=READY)
    assert row("orders", READY, freed)["status"] == "open"
    assert refused("release_stock", freed, order_id=READY) == "nothing-reserved"
    assert refused("release_stock", order_id=BOOKED) == "too-late"
    assert row("orders", READY, call("reserve_stock", freed, order_id=READY)[1])["status"] == "ready"
    assert refused("reserve_stock", order_id=READY) == "not-open"
    short = next(
        key
        for key, order in world().rows("orders")
        if order["status"] == "open"
        and any(
            line["quantity"] - line["allocated"]
            > row("stock", stock_id(order["warehouse_id"], line["product_id"]))["on_hand"]
            - row("stock", stock_id(order["warehouse_id"], line["product_id"]))["reserved"]
            for line in order["lines"]
        )
    )
    assert refused("reserve_stock", order_id=short) == "short"


def test_products_and_stock() -> None:
    """Found by name or number; free is what is neither reserved nor safety stock."""
    assert [found["product_id"] for found in call("find_product", text="Pressure")[0]] == ["HX-311", "SN-091"]
    assert call("find_product", text="hx-204")[0][0]["name"] == "hydraulic pump"
    assert call("find_product", text="unicorn")[0] == []
    assert len(call("list_warehouses")[0]) == 6
    stock = call("check_stock", product_id="HX-204")[0]
    assert stock["free_in_all"] == sum(max(0, place["on_hand"] - place["reserved"] - place["safety_stock"]) for place in stock["warehouses"])


def test_transfer_and_its_refusals() -> None:
    """Units that are not reserved move; none appear or vanish."""
    source = next(found for _, found in world().rows("stock") if found["on_hand"] - found["reserved"] >= 40)
    target = next(key for key in ("WH-RTM", "WH-HAM") if key != source["warehouse_id"])
    arguments = {
        "product_id": source["product_id"],
        "from_warehouse_id": source["warehouse_id"],
        "to_warehouse_id": target,
        "quantity": 40,
    }
    answer, after = call("transfer_stock", **arguments)
    assert answer["left_at_source"] == source["on_hand"] - 40 == row("stock", source["stock_id"], after)["on_hand"]
    assert answer["now_at_target"] == row("stock", stock_id(target, source["product_id"]))["on_hand"] + 40
    assert refused("transfer_stock", **{**arguments, "quantity": 0}) == "bad-quantity"
    assert refused("transfer_stock", **{**arguments, "quantity": 100_000}) == "short"
    assert refused("transfer_stock", **{**arguments, "to_warehouse_id": source["warehouse_id"]}) == "same-warehouse"
    assert refused("transfer_stock", **{**arguments, "product_id": "XX-000"}) == "not-stocked"


def test_suppliers_and_purchase_orders_are_listed() -> None:
    """The cheapest supplier and the next delivery come first."""
    product = row("purchase_orders", SENT)["product_id"]
    offers = call("find_suppliers", product_id=product)[0]
    assert offers == sorted(offers, key=lambda offer: offer["unit_cost_cents"])
    assert SENT in {found["purchase_order_id"] for found in call("list_purchase_orders", product_id=product)[0]}
    assert call("get_purchase_order", purchase_order_id=SENT)[0]["supplier"]
    nobody = Transaction(world())
    for key, _ in world().rows("suppliers"):
        nobody.update("suppliers", key, offers={})
    assert refused("find_suppliers", world().with_changes(nobody.changes), product_id=product) == "no-supplier"


def test_purchase_order_is_created_at_the_suppliers_price() -> None:
    """Its number follows from what it is for, so it does not depend on when it is made."""
    product = row("purchase_orders", SENT)["product_id"]
    offer = call("find_suppliers", product_id=product)[0][0]
    arguments = {"supplier_id": offer["supplier_id"], "product_id": product, "warehouse_id": "WH-LYS", "quantity": 200}
    answer, after = call("create_purchase_order", **arguments)
    assert answer["total_cents"] == 200 * offer["unit_cost_cents"]
    assert row("purchase_orders", answer["purchase_order_id"], after)["status"] == "sent"
    assert call("create_purchase_order", **arguments)[0] == answer
    assert call("create_purchase_order", after, **arguments)[0]["purchase_order_id"] != answer["purchase_order_id"]
    assert refused("create_purchase_order", **{**arguments, "quantity": 0}) == "below-minimum"
    other = next(key for key, found in world().rows("suppliers") if product not in found["offers"])
    assert refused("create_purchase_order", **{**arguments, "supplier_id": other}) == "not-offered"


def test_purchase_order_is_amended_until_confirmed() -> None:
    """Its total follows its quantity."""
    count = row("purchase_orders", SENT)["quantity"]
    after = call("amend_purchase_order", purchase_order_id=SENT, quantity=count + 100)[1]
    assert row("purchase_orders", SENT, after)["total_cents"] == (count + 100) * row("purchase_orders", SENT)["unit_cost_cents"]
    assert refused("amend_purchase_order", purchase_order_id=SENT, quantity=count) == "same-quantity"
    assert refused("amend_purchase_order", purchase_order_id=SENT, quantity=0) == "below-minimum"
    assert refused("amend_purchase_order", purchase_order_id=CONFIRMED, quantity=5) == "already-confirmed"


def test_purchase_order_is_cancelled_until_shipped() -> None:
    """Sent and confirmed orders can be called off."""
    for key in (SENT, CONFIRMED):
        assert row("purchase_orders", key, call("cancel_purchase_order", purchase_order_id=key)[1])["status"] == "cancelled"
    assert refused("cancel_purchase_order", purchase_order_id=ON_ITS_WAY) == "too-late"


def test_goods_are_received_into_stock() -> None:
    """In one go or in parts; never more than is outstanding."""
    order = row("purchase_orders", ON_ITS_WAY)
    place, outstanding = stock_id(order["warehouse_id"], order["product_id"]), order["quantity"] - order["received"]
    answer, after = call("receive_goods", purchase_order_id=ON_ITS_WAY, quantity=outstanding - 1)
    assert (answer["status"], answer["outstanding"]) == ("shipped", 1)
    assert row("stock", place, after)["on_hand"] == row("stock", place)["on_hand"] + outstanding - 1
    assert call("receive_goods", after, purchase_order_id=ON_ITS_WAY, quantity=1)[0]["status"] == "received"
    assert refused("receive_goods", purchase_order_id=ON_ITS_WAY, quantity=outstanding + 1) == "bad-quantity"
    assert refused("receive_goods", purchase_order_id=SENT, quantity=1) == "not-shipped"
