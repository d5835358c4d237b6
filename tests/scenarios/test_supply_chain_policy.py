"""Each rule of the control tower lets through what it should, and stops what it should."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.policy import Call, Memory
from domain.world import World
from events.conversation import ModelReplied, UserSpoke
from events.tools import ToolAnswered, ToolCalled
from scenarios.load import load
from scenarios.supply_chain.areas.shared import free_units
from scenarios.supply_chain.policy import RULES, credit_cents
from scenarios.supply_chain.tools import TOOLS
from tests.scenarios.supply_chain_desk import call, changed, first, row, world

_RULES = {rule.id: rule for rule in RULES}
_WRITES = {tool.name: tool.writes for tool in TOOLS}
CUSTOMER, PLANNER = first("contacts", role="customer"), first("contacts", role="planner")
COMPANY = row("contacts", CUSTOMER)["company_id"]


def memory(contact: str | None = CUSTOMER, said: str = "yes", seen: Mapping[str, tuple[dict[str, Any], Any]] | None = None) -> Memory:
    """What an assistant looks back on: a verified contact, look-ups, and the user's last words."""
    kept = Memory()
    kept.observe(ModelReplied(agent="assistant", model="m", request=""))
    answers = dict(seen or {})
    if contact:
        code = row("contacts", contact)["access_code"]
        answers["verify_contact"] = ({"contact_id": contact}, call("verify_contact", contact_id=contact, access_code=code)[0])
    for number, (tool, (arguments, answer)) in enumerate(answers.items()):
        kept.observe(ToolCalled(agent="assistant", call_id=f"c{number}", tool=tool, arguments=arguments))
        kept.observe(ToolAnswered(agent="assistant", call_id=f"c{number}", observation=answer))
    kept.observe(ModelReplied(agent="assistant", model="m", request=""))
    kept.observe(UserSpoke(agent="user", content=said))
    return kept


def allows(rule: str, kept: Memory, tool: str, at: World | None = None, **arguments: Any) -> bool:
    """Whether a rule that guards this call lets it through."""
    wanted = Call("assistant", tool, arguments, _WRITES[tool])
    assert _RULES[rule].guards(wanted)
    return _RULES[rule].allows(kept, wanted, at or world())


def test_rules_are_declared_and_stated() -> None:
    """The scenario file names every rule, and each is a sentence."""
    assert [rule.id for rule in load("supply_chain").policy.rules] == list(_RULES)
    assert all(rule.sentence.endswith(".") for rule in RULES)


def test_one_call_at_a_time() -> None:
    """The second call of one step is stopped, also if it only reads."""
    kept = memory()
    kept.observe(ToolCalled(agent="assistant", call_id="a", tool="get_order", arguments={}))
    assert allows("one-call-at-a-time", kept, "get_order")
    kept.observe(ToolCalled(agent="assistant", call_id="b", tool="get_order", arguments={}))
    assert not allows("one-call-at-a-time", kept, "get_order")


def test_identify_first() -> None:
    """Nothing is looked up for strangers, but finding and verifying a contact is."""
    order = first("orders")
    assert allows("identify-first", memory(), "get_order", order_id=order)
    assert not allows("identify-first", memory(None), "get_order", order_id=order)
    assert not _RULES["identify-first"].guards(Call("assistant", "verify_contact", {}, writes=False))


@pytest.mark.parametrize(
    ("tool", "argument", "table"),
    [
        ("get_order", "order_id", "orders"),
        ("track_shipment", "shipment_id", "shipments"),
        ("get_invoice", "invoice_id", "invoices"),
        ("get_company", "company_id", "companies"),
    ],
)
def test_own_company(tool: str, argument: str, table: str) -> None:
    """Customers see their own company's records; planners may look at all."""
    mine = first(table, company_id=COMPANY)
    foreign = next(found for found, fields in world().rows(table) if fields["company_id"] != COMPANY)
    assert allows("own-company", memory(), tool, **{argument: mine})
    assert not allows("own-company", memory(), tool, **{argument: foreign})
    assert allows("own-company", memory(PLANNER), tool, **{argument: foreign})


def test_own_company_reaches_through_holds() -> None:
    """A hold belongs to whom its shipment belongs."""
    for key, hold in world().rows("customs_holds"):
        mine = row("shipments", hold["shipment_id"])["company_id"] == COMPANY
        assert allows("own-company", memory(), "get_hold", hold_id=key) == mine


def test_planners_and_customers_do_their_own_things() -> None:
    """Purchasing for planners, changes of customers' records for customers."""
    purchase, order = first("purchase_orders"), first("orders")
    assert allows("planners-only", memory(PLANNER), "get_purchase_order", purchase_order_id=purchase)
    assert not allows("planners-only", memory(), "get_purchase_order", purchase_order_id=purchase)
    assert allows("customers-decide", memory(), "cancel_order", order_id=order)
    assert not allows("customers-decide", memory(PLANNER), "cancel_order", order_id=order)


def test_own_ticket() -> None:
    """Nobody is called back on somebody else's behalf."""
    assert allows("own-ticket", memory(), "escalate_to_person", contact_id=CUSTOMER, area="billing", about="x")
    assert not allows("own-ticket", memory(), "escalate_to_person", contact_id=PLANNER, area="billing", about="x")


def test_look_first() -> None:
    """The very record must have been looked up."""
    order, other = first("orders", status="open"), first("orders", status="ready")
    kept = memory(seen={"get_order": ({"order_id": order}, {})})
    assert allows("look-first", kept, "cancel_order", order_id=order)
    assert not allows("look-first", kept, "cancel_order", order_id=other)
    assert allows("look-first", kept, "transfer_stock", product_id="HX-204")


def test_confirm_first() -> None:
    """A yes, and nothing less."""
    assert allows("confirm-first", memory(said="yes, go ahead"), "cancel_order", order_id="SO-1")
    for said in ("what would that cost?", "no", "yes, but wait"):
        assert not allows("confirm-first", memory(said=said), "cancel_order", order_id="SO-1")


@pytest.mark.parametrize(("tool", "status"), [("reserve_stock", "open"), ("book_shipment", "ready")])
def test_credit_limit(tool: str, status: str) -> None:
    """What is owed and the order together stay within the limit, to the cent."""
    order = first("orders", status=status)
    company, total = row("orders", order)["company_id"], row("orders", order)["total_cents"]
    owed = call("get_company", company_id=company)[0]["owed_cents"]
    assert allows("credit-limit", memory(), tool, changed("companies", company, credit_limit_cents=owed + total), order_id=order)
    assert not allows("credit-limit", memory(), tool, changed("companies", company, credit_limit_cents=owed + total - 1), order_id=order)


def test_expedite_ceiling() -> None:
    """What express adds stays within the company's ceiling, to the cent."""
    key = first("shipments", status="in_transit", service="standard")
    company, extra = row("shipments", key)["company_id"], call("quote_expedite", shipment_id=key)[0]["extra_cents"]
    arguments = {"shipment_id": key}
    assert allows("expedite-ceiling", memory(), "expedite_shipment", changed("companies", company, expedite_ceiling_cents=extra), **arguments)
    assert not allows("expedite-ceiling", memory(), "expedite_shipment", changed("companies", company, expedite_ceiling_cents=extra - 1), **arguments)


def test_carrier_cost() -> None:
    """The new price is at most 120 percent of the booked one."""
    key = first("shipments", status="booked", service="standard")
    shipment = call("track_shipment", shipment_id=key)[0]
    quote = call("quote_lane", warehouse_id=shipment["warehouse_id"], country=shipment["site_country"], weight_kg=shipment["weight_kg"])[0][-1]
    arguments = {"shipment_id": key, "carrier_id": quote["carrier_id"]}
    least = -(-quote["standard_cents"] * 100 // 120)
    assert allows("carrier-cost", memory(), "change_carrier", changed("shipments", key, cost_cents=least), **arguments)
    assert not allows("carrier-cost", memory(), "change_carrier", changed("shipments", key, cost_cents=least - 1), **arguments)


def test_not_once_shipped() -> None:
    """Shipped and delivered orders are not cancelled."""
    for status, fine in (("open", True), ("booked", True), ("shipped", False), ("delivered", False)):
        assert allows("not-once-shipped", memory(), "cancel_order", order_id=first("orders", status=status)) == fine


def test_documents_first() -> None:
    """Release is requested when nothing is missing."""
    for key, hold in world().rows("customs_holds"):
        complete = set(hold["submitted_documents"]) == set(hold["required_documents"])
        assert allows("documents-first", memory(), "request_release", hold_id=key) == complete


def test_safety_stock() -> None:
    """What is free may go, and not one unit more."""
    stock = next(found for _, found in world().rows("stock") if free_units(found) > 0)
    arguments = {"product_id": stock["product_id"], "from_warehouse_id": stock["warehouse_id"], "to_warehouse_id": "WH-X"}
    assert allows("safety-stock", memory(PLANNER), "transfer_stock", **arguments, quantity=free_units(stock))
    assert not allows("safety-stock", memory(PLANNER), "transfer_stock", **arguments, quantity=free_units(stock) + 1)


def test_spend_limit() -> None:
    """New and amended purchase orders stay within the planner's limit."""
    limit, purchase = row("contacts", PLANNER)["spend_limit_cents"], first("purchase_orders", status="sent")
    most = limit // row("purchase_orders", purchase)["unit_cost_cents"]
    assert allows("spend-limit", memory(PLANNER), "amend_purchase_order", purchase_order_id=purchase, quantity=most)
    assert not allows("spend-limit", memory(PLANNER), "amend_purchase_order", purchase_order_id=purchase, quantity=most + 1)
    supplier_id, supplier = next(iter(world().rows("suppliers")))
    product_id, cost = next(iter(supplier["offers"].items()))
    arguments = {"supplier_id": supplier_id, "product_id": product_id, "warehouse_id": "WH-RTM"}
    assert allows("spend-limit", memory(PLANNER), "create_purchase_order", **arguments, quantity=limit // cost)
    assert not allows("spend-limit", memory(PLANNER), "create_purchase_order", **arguments, quantity=limit // cost + 1)


def test_late_credit() -> None:
    """More than two days late, five percent, at most EUR 500; and only after the invoice was looked at."""
    key = first("invoices", status="open")
    invoice = call("get_invoice", invoice_id=key)[0]
    most = credit_cents(invoice["total_cents"])
    late = memory(seen={"get_invoice": ({"invoice_id": key}, {**invoice, "delivered_days_late": 3})})
    arguments = {"invoice_id": key, "amount_cents": most, "reason": "late_delivery"}
    assert allows("late-credit", late, "issue_credit", **arguments)
    assert not allows("late-credit", late, "issue_credit", **{**arguments, "amount_cents": most + 1})
    assert not allows("late-credit", late, "issue_credit", **{**arguments, "reason": "goodwill"})
    assert not allows("late-credit", memory(), "issue_credit", **arguments)
    for days in (None, 0, 2):
        kept = memory(seen={"get_invoice": ({"invoice_id": key}, {**invoice, "delivered_days_late": days})})
        assert not allows("late-credit", kept, "issue_credit", **arguments)
    assert (credit_cents(100_000), credit_cents(9_000_000)) == (5_000, 50_000)


@pytest.mark.parametrize(("tier", "most"), [("standard", 14), ("priority", 30)])
def test_extension_limit(tier: str, most: int) -> None:
    """Two weeks, or thirty days for priority companies."""
    invoice = first("invoices", status="open")
    at = changed("companies", row("invoices", invoice)["company_id"], tier=tier)
    assert allows("extension-limit", memory(), "extend_due_date", at, invoice_id=invoice, days=most)
    assert not allows("extension-limit", memory(), "extend_due_date", at, invoice_id=invoice, days=most + 1)
