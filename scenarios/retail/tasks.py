"""From tau2-bench's tasks to goals: what its gold calls do, said in the words of somebody who does not know ids of items."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.goal import Action, Goal, Task
from domain.world import World
from scenarios.retail import words
from scenarios.retail.questions import questions_for, user_in, user_of
from scenarios.tau2 import instruction_of

_WRITES = {
    "cancel_pending_order": "cancel_order",
    "modify_pending_order_address": "modify_address",
    "modify_pending_order_payment": "modify_payment",
    "modify_pending_order_items": "modify_items",
    "exchange_delivered_order_items": "exchange_items",
    "return_delivered_order_items": "return_items",
    "modify_user_address": "change_default_address",
}
_ADDRESS = ("address1", "address2", "city", "state", "country", "zip")


def goal_of(task: Mapping[str, Any], world: World) -> Goal:
    """
    One task as a goal.

    Args:
        task: As in the file, already checked for its shape and its tools' names.
        world: In which the task begins.
    """
    calls = (task.get("evaluation_criteria") or {}).get("actions") or []
    actions = tuple(Action(tool=call["name"], arguments=call["arguments"]) for call in calls)
    told = (task.get("evaluation_criteria") or {}).get("communicate_info") or []
    instruction = instruction_of(task)
    user = next((row for action in actions if (row := user_of(action, world)) is not None), None) or user_in(instruction, world)
    return Goal(
        id=f"tau2-{task['id']}",
        instruction=instruction,
        identity=_identity(user, instruction),
        tasks=tuple(_tasks(actions, list(map(str, told)), user, world)),
        actions=actions,
        outputs=tuple(map(str, told)),
    )


def said_of(action: Action, world: World) -> Task:
    """What a user who wants this call would ask for, and what they know about it."""
    given: Mapping[str, Any] = action.arguments
    known: dict[str, str] = {}
    order = world.row("orders", str(given.get("order_id", "")))
    if "order_id" in given:
        known["order_id"] = str(given["order_id"])
    if "item_ids" in given and order is not None:
        known["items"] = words.name_items(_ordered(given["item_ids"], order), order["items"])
    if "new_item_ids" in given and order is not None:
        known["new_options"] = _new_options(given["item_ids"], given["new_item_ids"], order, world)
    if "payment_method_id" in given and order is not None:
        known["payment_method"] = _payment(str(given["payment_method_id"]), order, world)
    if "address1" in given:
        known["address"] = words.say_address({part: str(given.get(part, "")) for part in _ADDRESS})
    if "reason" in given:
        known["reason"] = str(given["reason"])
    return Task(skill=_WRITES[action.tool], known=known)


def _ordered(item_ids: Sequence[str], order: Mapping[str, Any]) -> list[str]:
    there = {item["item_id"] for item in order["items"]}
    return [item_id for item_id in item_ids if item_id in there]


def _tasks(actions: Sequence[Action], told: Sequence[str], user: Mapping[str, Any] | None, world: World) -> Iterator[Task]:
    """What is asked about, then one task for each call that changes something."""
    writes = [action for action in actions if action.tool in _WRITES]
    asked = _asked_about(actions, writes, world)
    changed = {str(action.arguments.get("order_id")) for action in writes}
    questions = [*([asked] if asked is not None else []), *questions_for(told, user, changed, world)]
    questions = [question for place, question in enumerate(questions) if question not in questions[:place]]
    yield from questions
    for action in writes:
        yield said_of(action, world)
    if any(action.tool == "transfer_to_human_agents" for action in actions) or not (actions or questions):
        yield Task(skill="hand_over")
    elif not writes and not questions:
        orders = [str(action.arguments["order_id"]) for action in actions if action.tool == "get_order_details"]
        for order_id in dict.fromkeys(orders):
            yield Task(skill="order_status", known={"order_id": order_id})


def _asked_about(actions: Sequence[Action], writes: Sequence[Action], world: World) -> Task | None:
    """A question about a product: one that is looked up although no item of it is changed, or whose variants are counted."""
    swapped = {item["product_id"] for action in writes for item in _swapped(action, world)}
    looked = [str(action.arguments["product_id"]) for action in actions if action.tool == "get_product_details"]
    for product_id in looked:
        product = world.row("products", product_id)
        if product is not None and (product_id not in swapped or looked.count(product_id) > 1):
            return Task(skill="product_question", known={"product": product["name"]})
    return None


def _swapped(action: Action, world: World) -> list[Mapping[str, Any]]:
    """Items of an order that a call would give for others."""
    order = world.row("orders", str(action.arguments.get("order_id")))
    chosen = action.arguments.get("item_ids")
    if order is None or "new_item_ids" not in action.arguments or not isinstance(chosen, list):
        return []
    return [item for item in order["items"] if item["item_id"] in chosen]


def _new_options(old_ids: Sequence[str], new_ids: Sequence[str], order: Mapping[str, Any], world: World) -> str:
    """What is to change, for a single item ``color black, size M``, for more with the items' names."""
    there = [next((item for item in order["items"] if item["item_id"] == old_id), None) for old_id in old_ids]
    wishes = []
    for item, new_id in zip(there, new_ids, strict=False):
        product = world.row("products", item["product_id"]) if item is not None else None
        if item is None or product is None or new_id not in product["variants"]:
            continue
        options = product["variants"][new_id]["options"]
        changed = {option: value for option, value in options.items() if item["options"].get(option) != value} or options
        named = words.name_items([item["item_id"]], order["items"])
        wishes.append((words.describe_options(changed), named))
    if len(wishes) == 1:
        return wishes[0][0]
    return "; ".join(f"{wish} for the {named}" for wish, named in wishes)


def _payment(method_id: str, order: Mapping[str, Any], world: World) -> str:
    user = world.row("users", order["user_id"])
    methods = user["payment_methods"] if user is not None else {}
    return words.name_payment(method_id, methods) if method_id in methods else method_id


def _identity(user: Mapping[str, Any] | None, instruction: str) -> dict[str, str]:
    """What the user says of who they are: an email only where the task's own text knows it."""
    emails = re.findall(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", instruction)
    if user is None:
        return {"email": emails[0].rstrip(".")} if emails else {}
    full = {"name": f"{user['name']['first_name']} {user['name']['last_name']}", "zip": user["address"]["zip"]}
    known = next((email for email in emails if email.rstrip(".").lower() == user["email"].lower()), None)
    return {"email": user["email"], **full} if known else full
