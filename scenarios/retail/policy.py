"""The rules of the help desk as checks; the same sentences stand in ``policy.md``."""

from collections.abc import Mapping
from typing import Any

from domain.policy import Call, Memory, Rule
from domain.world import World
from scenarios.retail.changes import REASONS
from scenarios.retail.tools import TOOLS

_FIND = frozenset({"find_user_id_by_email", "find_user_id_by_name_zip"})
_CHANGES = frozenset(tool.name for tool in TOOLS if tool.writes)
_PENDING = frozenset({"cancel_pending_order", "modify_pending_order_address", "modify_pending_order_items", "modify_pending_order_payment"})
_DELIVERED = frozenset({"return_delivered_order_items", "exchange_delivered_order_items"})
_SWAPS = frozenset({"modify_pending_order_items", "exchange_delivered_order_items"})
_OF_ORDERS = _PENDING | _DELIVERED
_PERSONAL = _CHANGES | {"get_user_details", "get_order_details"}


def customer(memory: Memory) -> str | None:
    """Id of the authenticated customer."""
    found = memory.last_answer(*_FIND)
    return found if isinstance(found, str) else None


def _authenticated(memory: Memory, _call: Call, _world: World) -> bool:
    return customer(memory) is not None


def _same_customer(memory: Memory, call: Call, world: World) -> bool:
    known = customer(memory)
    if known is None:
        return True
    row: Mapping[str, Any] = world.row("users", known) or {}
    if call.tool == "find_user_id_by_email":
        return bool(str(row.get("email", "")).lower() == call.arguments["email"].lower())
    return _full_name(row.get("name", {})) == _full_name(call.arguments)


def _full_name(name: Mapping[str, Any]) -> tuple[str, str]:
    return str(name.get("first_name", "")).lower(), str(name.get("last_name", "")).lower()


def _own_data(memory: Memory, call: Call, world: World) -> bool:
    known = customer(memory)
    if "user_id" in call.arguments:
        return bool(call.arguments["user_id"] == known)
    order = world.row("orders", call.arguments.get("order_id", ""))
    return order is None or order["user_id"] == known


def _one_at_a_time(memory: Memory, call: Call, _world: World) -> bool:
    return memory.calls_in_step[call.agent] <= 1


def _looked_up(memory: Memory, call: Call, _world: World) -> bool:
    return memory.answers["get_order_details"].last("order_id", call.arguments["order_id"]) is not None


def _confirmed(memory: Memory, _call: Call, _world: World) -> bool:
    return memory.confirmed


def _good_reason(_memory: Memory, call: Call, _world: World) -> bool:
    return call.arguments["reason"] in REASONS


def _pending(_memory: Memory, call: Call, world: World) -> bool:
    order = world.row("orders", call.arguments["order_id"])
    return order is None or str(order["status"]).startswith("pending")


def _delivered(_memory: Memory, call: Call, world: World) -> bool:
    order = world.row("orders", call.arguments["order_id"])
    return order is None or order["status"] == "delivered"


def _first_swap(memory: Memory, call: Call, _world: World) -> bool:
    return memory.effects[call.tool].last("order_id", call.arguments["order_id"]) is None


def _refund_where_paid(_memory: Memory, call: Call, world: World) -> bool:
    order = world.row("orders", call.arguments["order_id"])
    wanted = call.arguments["payment_method_id"]
    if order is None or wanted == order["payment_history"][0]["payment_method_id"]:
        return True
    owner: Mapping[str, Any] = world.row("users", order["user_id"]) or {}
    method = owner.get("payment_methods", {}).get(wanted)
    return method is None or method["source"] == "gift_card"


def _same_product(_memory: Memory, call: Call, world: World) -> bool:
    order = world.row("orders", call.arguments["order_id"])
    if order is None:
        return True
    products = {item["item_id"]: item["product_id"] for item in order["items"]}
    pairs = zip(call.arguments["item_ids"], call.arguments["new_item_ids"], strict=False)
    for old_id, new_id in pairs:
        product = world.row("products", products.get(old_id, ""))
        if product is not None and new_id not in product["variants"] and _sold(world, new_id):
            return False
    return True


def _sold(world: World, item_id: str) -> bool:
    return any(item_id in product["variants"] for _, product in world.rows("products"))


RULES = [
    Rule(
        "one-call-at-a-time",
        "Make one tool call at a time.",
        _one_at_a_time,
        frozenset(tool.name for tool in TOOLS),
    ),
    Rule(
        "authenticate-first",
        "Find out who the customer is, by email or by name and zip code, before anything about a profile or an order is looked up "
        "or changed.",
        _authenticated,
        _PERSONAL,
    ),
    Rule("one-customer", "Serve one customer a conversation; requests about anybody else are denied.", _same_customer, _FIND),
    Rule("own-data-only", "Look up and change only what belongs to the authenticated customer.", _own_data, _PERSONAL),
    Rule("look-first", "Look an order up before changing anything about it.", _looked_up, _OF_ORDERS),
    Rule("pending-only", "Only a pending order can be cancelled or modified.", _pending, _PENDING),
    Rule("delivered-only", "Only items of a delivered order can be returned or exchanged.", _delivered, _DELIVERED),
    Rule(
        "cancel-reason",
        "An order is cancelled as 'no longer needed' or 'ordered by mistake', for no other reason.",
        _good_reason,
        frozenset({"cancel_pending_order"}),
    ),
    Rule("swap-once", "The items of an order are modified or exchanged once; collect all of them first.", _first_swap, _SWAPS),
    Rule("same-product", "An item can become another variant of the same product, not another product.", _same_product, _SWAPS),
    Rule(
        "refund-where-paid",
        "A return is refunded to the original payment method or to a gift card of the customer.",
        _refund_where_paid,
        frozenset({"return_delivered_order_items"}),
    ),
    Rule("confirm-first", "List the details of a change and get an explicit yes before making it.", _confirmed, _CHANGES),
]
