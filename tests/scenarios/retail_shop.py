"""A shop of a few rows, and short ways to call its tools."""

from pathlib import Path
from typing import Any

from domain.conversation import Conversation
from domain.outcome import Environment, outcome
from domain.policy import Memory, Policy
from domain.tools import Toolset
from domain.world import Base, World
from events.base import Event
from events.tools import ToolCalled
from scenarios.retail.tools import TOOLS
from scenarios.retail.world import SCHEMA

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "tau2" / "retail"
"""Somebody else's data, where there is any."""

_ADDRESS = {"address1": "12 Alder Way", "address2": "Suite 204", "city": "Madison", "country": "USA", "state": "WI", "zip": "53703"}
_NONE = dict.fromkeys(
    (
        "cancel_reason",
        "exchange_items",
        "exchange_new_items",
        "exchange_payment_method_id",
        "exchange_price_difference",
        "return_items",
        "return_payment_method_id",
    )
)
HOODIES = {
    "1000000001": {"item_id": "1000000001", "options": {"color": "black", "size": "M"}, "available": True, "price": 40.0},
    "1000000002": {"item_id": "1000000002", "options": {"color": "grey", "size": "M"}, "available": True, "price": 45.5},
    "1000000003": {"item_id": "1000000003", "options": {"color": "grey", "size": "L"}, "available": False, "price": 44.0},
    "1000000004": {"item_id": "1000000004", "options": {"color": "black", "size": "XL"}, "available": True, "price": 700.0},
}
PENS = {"2000000001": {"item_id": "2000000001", "options": {"nib": "fine"}, "available": True, "price": 10.0}}


def _order(order_id: str, user_id: str, status: str, method: str, *items: dict[str, Any]) -> dict[str, Any]:
    paid = {"transaction_type": "payment", "amount": round(sum(item["price"] for item in items), 2), "payment_method_id": method}
    about = {"order_id": order_id, "user_id": user_id, "address": _ADDRESS, "items": list(items), "status": status}
    return {**about, "fulfillments": [], "payment_history": [paid], **_NONE}


def _item(name: str, product_id: str, variant: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "product_id": product_id, "item_id": variant["item_id"], "price": variant["price"], "options": variant["options"]}


HOODIE = _item("Hoodie", "7000000001", HOODIES["1000000001"])
PEN = _item("Fountain Pen", "7000000002", PENS["2000000001"])


def shop() -> World:
    """Two customers; mira has a pending, a delivered and a processed order, omar a pending one."""
    return World(
        Base(
            {
                "users": {
                    "mira_holt_1": {
                        "user_id": "mira_holt_1",
                        "name": {"first_name": "Mira", "last_name": "Holt"},
                        "address": _ADDRESS,
                        "email": "mira.holt@example.com",
                        "payment_methods": {
                            "gift_card_1": {"source": "gift_card", "id": "gift_card_1", "balance": 60.0},
                            "credit_card_1": {"source": "credit_card", "id": "credit_card_1", "brand": "visa", "last_four": "1111"},
                            "paypal_1": {"source": "paypal", "id": "paypal_1"},
                        },
                        "orders": ["#W0000001", "#W0000002", "#W0000003"],
                    },
                    "omar_becker_2": {
                        "user_id": "omar_becker_2",
                        "name": {"first_name": "Omar", "last_name": "Becker"},
                        "address": {**_ADDRESS, "zip": "53704"},
                        "email": "omar@example.com",
                        "payment_methods": {"paypal_2": {"source": "paypal", "id": "paypal_2"}},
                        "orders": ["#W0000004"],
                    },
                },
                "orders": {
                    "#W0000001": _order("#W0000001", "mira_holt_1", "pending", "gift_card_1", HOODIE, PEN),
                    "#W0000002": _order("#W0000002", "mira_holt_1", "delivered", "credit_card_1", HOODIE, HOODIE, PEN),
                    "#W0000003": _order("#W0000003", "mira_holt_1", "processed", "paypal_1", PEN),
                    "#W0000004": _order("#W0000004", "omar_becker_2", "pending", "paypal_2", PEN),
                },
                "products": {
                    "7000000001": {"name": "Hoodie", "product_id": "7000000001", "variants": HOODIES},
                    "7000000002": {"name": "Fountain Pen", "product_id": "7000000002", "variants": PENS},
                },
            },
            SCHEMA.sets,
        )
    )


def call(world: World, tool: str, **arguments: Any) -> Event:
    """How a call of a tool comes out, with no policy in its way."""
    called = ToolCalled(agent="assistant", call_id="c1", tool=tool, arguments=arguments)
    return outcome(Conversation(world), called, Environment.of(Toolset(TOOLS), Policy("", ()), SCHEMA), Memory())
