"""Events as a retail conversation has them, of about 600 bytes each."""

from random import Random
from typing import Any

from events.base import Event
from events.conversation import AssistantSpoke, ModelReplied
from events.tools import Change, ToolAnswered, ToolCalled

_WORDS = [
    "order",
    "lamp",
    "refund",
    "exchange",
    "customer",
    "delivered",
    "pending",
    "payment",
    "please",
    "confirm",
    "item",
    "total",
    "card",
]


def step(rng: Random, number: int) -> list[Event]:
    """What one step of a model and its tool leave: five events."""
    order_id, call_id = f"#W{rng.randrange(10**7):07d}", f"c{number}"
    order = {
        "order_id": order_id,
        "user_id": f"user_{rng.randrange(10**4)}",
        "items": [_item(rng) for _ in range(4)],
        "status": "pending",
        "address": {"address1": "445 Maple Drive", "city": "Fort Worth", "country": "USA", "state": "TX", "zip": "76165"},
        "payment_history": [{"transaction_type": "payment", "amount": 1573.09, "payment_method_id": "credit_card_9513926"}],
    }
    reads = tuple(("orders", order_id, field) for field in order)
    return [
        ModelReplied(agent="assistant", model="offline/assistant", request=f"{rng.getrandbits(128):032x}"),
        ToolCalled(
            agent="assistant", call_id=call_id, tool="get_order_details", arguments={"order_id": order_id}, reasoning=_prose(rng, 50)
        ),
        ToolAnswered(agent="assistant", call_id=call_id, observation=order, reads=reads),
        ToolAnswered(
            agent="assistant",
            call_id=call_id + "b",
            observation=order,
            changes=(Change(table="orders", key=order_id, field="status", before="pending", after="cancelled"),),
            world=f"{rng.getrandbits(256):064x}",
        ),
        AssistantSpoke(agent="assistant", content=_prose(rng, 40), reasoning=_prose(rng, 30)),
    ]


def _item(rng: Random) -> dict[str, Any]:
    price = rng.randrange(1000, 90000) / 100
    return {
        "name": "Desk Lamp",
        "product_id": "6817146515",
        "item_id": f"{rng.randrange(10**10):010d}",
        "price": price,
        "options": {"color": "black"},
    }


def _prose(rng: Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words))
