"""Blueprints in the tests' shop, and short ways to alter them."""

from random import Random
from typing import Any

from domain.blueprints.blueprint import Blueprint, Difficulty
from domain.blueprints.verifying.ground import Ground
from domain.goal import Action, Goal, Task
from domain.persona.sampling import draw_persona
from domain.world import Base
from scenarios.load import load
from tests.scenarios.retail_shop import shop

SETTING = load("retail")
SHOP = shop().base
IDENTITY = {"email": "mira.holt@example.com"}
CANCEL = Action(tool="cancel_pending_order", arguments={"order_id": "#W0000001", "reason": "no longer needed"})
PEN_BACK = Action(
    tool="return_delivered_order_items",
    arguments={"order_id": "#W0000002", "item_ids": ["2000000001"], "payment_method_id": "credit_card_1"},
)
TEXT = "You are Mira Holt, mira.holt@example.com. You want to cancel order #W0000001, because it is no longer needed."
ASKED = Task(skill="cancel_order", known={"order_id": "#W0000001", "reason": "no longer needed"})


def look(tool: str, **arguments: Any) -> Action:
    """A call."""
    return Action(tool=tool, arguments=arguments)


FIND = look("find_user_id_by_email", email="mira.holt@example.com")
SEE_FIRST, SEE_SECOND = (look("get_order_details", order_id=order_id) for order_id in ("#W0000001", "#W0000002"))


def plan(*actions: Action, base: Base = SHOP, policies: tuple[str, ...] = (), **goal: Any) -> Ground:
    """A blueprint: by default of a customer who wants to cancel an order."""
    about = {"id": "plan-1", "instruction": TEXT, "identity": IDENTITY, "tasks": (ASKED,), "actions": actions or (FIND, SEE_FIRST, CANCEL)}
    blueprint = Blueprint(
        setting="retail",
        world=shop().digest,
        seed=1,
        shape="chain",
        persona=draw_persona(Random(1)),
        goal=Goal(**{**about, **goal}),
        policies=policies,
        difficulty=Difficulty(writes=1, evidence=1, hops=2),
    )
    return Ground(blueprint, SETTING, base)


def codes(reasons: Any) -> list[tuple[str, str]]:
    """(code, place) of reasons."""
    return [(reason.code, reason.place) for reason in reasons]
