"""Single things that a customer may want, drawn so that the desk can do them, or must not."""

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, NamedTuple

from domain.goal import Action, Task
from domain.world import World
from scenarios.retail import words
from scenarios.retail.changes import REASONS
from scenarios.retail.tasks import said_of
from scenarios.retail.world import draw_address

_SAME = 0.7
"""Share of questions about an item that are about one that was ordered."""
_BAD_REASONS = ("found it cheaper elsewhere", "delivery is too slow", "changed my mind about the color", "want to save money")


class Wish(NamedTuple):
    """One task, with what the desk should do for it and say."""

    task: Task
    sentence: str
    """For the instruction."""
    action: Action | None = None
    outputs: tuple[str, ...] = ()


class Caller:
    """A customer while their wishes are drawn; every wish takes an order of its own, so that none gets in another's way.

    Args:
        who: Their id; anybody where it is None.
        about: Ids of orders and payment methods that are taken first.
        near: Questions are about what they ordered.
    """

    def __init__(
        self, world: World, rng: Random, who: str | None = None, about: frozenset[str] = frozenset(), *, near: bool = False
    ) -> None:
        self.world, self.rng, self.near, self._about = world, rng, near, about
        self.user: Mapping[str, Any] = rng.choice([row for key, row in world.rows("users") if row["orders"] and who in (None, key)])
        self.methods: Mapping[str, Mapping[str, Any]] = self.user["payment_methods"]
        self._taken: list[Mapping[str, Any]] = []
        self._free = [row for order_id in self.user["orders"] if (row := world.row("orders", order_id)) is not None]

    def take(self, *statuses: str) -> Mapping[str, Any] | None:
        """An order with one of the statuses that no wish has taken yet."""
        fitting = [order for order in self._free if order["status"] in statuses]
        if not fitting:
            return None
        order = self.rng.choice([order for order in fitting if order["order_id"] in self._about] or fitting)
        self._free.remove(order)
        self._taken.append(order)
        return order

    def act(self, tool: str, sentence: str, output: str = "", **arguments: Any) -> Wish:
        """A wish for one call."""
        action = Action(tool=tool, arguments=arguments)
        return Wish(said_of(action, self.world), sentence, action, (output,) if output else ())

    def denied(self, tool: str, sentence: str, **arguments: Any) -> Wish:
        """A wish for a call that must not be made."""
        return Wish(said_of(Action(tool=tool, arguments=arguments), self.world), f"{sentence} The desk will not do it.")

    def ordered(self) -> list[Mapping[str, Any]]:
        """Items of the orders that their wishes are about, or of all where there are none yet."""
        rows = self._taken or [row for order_id in self.user["orders"] if (row := self.world.row("orders", order_id)) is not None]
        return [item for row in rows for item in row["items"]]

    def payer(self, amount: float) -> str | None:
        """A payment method that can pay an amount."""
        able = [name for name, method in self.methods.items() if method["source"] != "gift_card" or method["balance"] >= amount]
        return self.rng.choice([name for name in able if name in self._about] or able) if able else None


def _cancel(c: Caller) -> Wish | None:
    order = c.take("pending")
    if order is None:
        return None
    reason, total = c.rng.choice(REASONS), order["payment_history"][0]["amount"]
    sentence = f"You want to cancel order {order['order_id']} ({reason})."
    return c.act("cancel_pending_order", sentence, f"{total:.2f}", order_id=order["order_id"], reason=reason)


def _redirect(c: Caller) -> Wish | None:
    order = c.take("pending")
    if order is None:
        return None
    address = draw_address(c.rng)
    sentence = f"Order {order['order_id']} should go to {words.say_address(address)} instead."
    return c.act("modify_pending_order_address", sentence, address["address1"], order_id=order["order_id"], **address)


def _move(c: Caller) -> Wish:
    address = draw_address(c.rng)
    sentence = f"You have moved; your default address should be {words.say_address(address)}."
    return c.act("modify_user_address", sentence, address["address1"], user_id=c.user["user_id"], **address)


def _repay(c: Caller) -> Wish | None:
    order = c.take("pending")
    if order is None:
        return None
    paid = order["payment_history"][0]
    method = c.payer(paid["amount"])
    if method is None or method == paid["payment_method_id"]:
        return None
    sentence = f"You want to pay order {order['order_id']} with your {words.name_payment(method, c.methods)} instead."
    return c.act("modify_pending_order_payment", sentence, f"{paid['amount']:.2f}", order_id=order["order_id"], payment_method_id=method)


def _return(c: Caller) -> Wish | None:
    order = c.take("delivered")
    if order is None:
        return None
    picked = _some(c.rng, order)
    gifts = [name for name, method in c.methods.items() if method["source"] == "gift_card"]
    method = c.rng.choice([order["payment_history"][0]["payment_method_id"], *gifts])
    total = sum(item["price"] for item in order["items"] if item["item_id"] in picked)
    named = words.name_items(picked, order["items"])
    sentence = f"You want to return the {named} of order {order['order_id']}, refunded to your {words.name_payment(method, c.methods)}."
    return c.act(
        "return_delivered_order_items", sentence, f"{total:.2f}", order_id=order["order_id"], item_ids=picked, payment_method_id=method
    )


def _exchange(c: Caller) -> Wish | None:
    return _swap(c, "delivered", "exchange_delivered_order_items", most=2)


def _modify(c: Caller) -> Wish | None:
    # one item: with more, the tool gives price and options of the last one to all, which no customer would want
    return _swap(c, "pending", "modify_pending_order_items", most=1)


def _swap(c: Caller, status: str, tool: str, most: int) -> Wish | None:
    order = c.take(status)
    if order is None:
        return None
    pairs = []
    for item in c.rng.sample(order["items"], min(len(order["items"]), c.rng.randint(1, most))):
        variant = _other_variant(c, item)
        if variant is not None:
            pairs.append((item, variant))
    difference = round(sum(variant["price"] - item["price"] for item, variant in pairs), 2)
    method = c.payer(difference)
    if not pairs or method is None:
        return None
    old = [item["item_id"] for item, _ in pairs]
    new = [variant["item_id"] for _, variant in pairs]
    wish = c.act(
        tool,
        "",
        f"{abs(difference):.2f}" if difference else "",
        order_id=order["order_id"],
        item_ids=old,
        new_item_ids=new,
        payment_method_id=method,
    )
    known = wish.task.known
    verb = "change" if status == "pending" else "exchange"
    paid = f"paid or refunded by {known['payment_method']}"
    sentence = f"You want to {verb} the {known['items']} of order {known['order_id']} ({known['new_options']}), {paid}."
    return wish._replace(sentence=sentence)


def _other_variant(c: Caller, item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Another available variant of an item's product, alike in all but one or two options where there is one."""
    product: Mapping[str, Any] = c.world.row("products", item["product_id"]) or {"variants": {}}
    others = [variant for variant in product["variants"].values() if variant["available"] and variant["item_id"] != item["item_id"]]
    near = [variant for variant in others if sum(item["options"][name] != value for name, value in variant["options"].items()) <= 2]
    return c.rng.choice(near or others) if others else None


def _some(rng: Random, order: Mapping[str, Any]) -> list[str]:
    items = [item["item_id"] for item in order["items"]]
    chosen = set(rng.sample(items, rng.randint(1, len(items))))
    return [item_id for item_id in items if item_id in chosen]


def _status(c: Caller) -> Wish | None:
    order = c.take("pending", "processed", "delivered", "cancelled")
    if order is None:
        return None
    tracking = [number for sent in order["fulfillments"] for number in sent["tracking_id"]]
    task = Task(skill="order_status", known={"order_id": order["order_id"]})
    return Wish(task, f"You want to know how order {order['order_id']} stands.", outputs=(order["status"], *tracking))


def _product(c: Caller) -> Wish:
    near = {item["product_id"] for item in c.ordered()} if c.near else set()
    _, product = c.rng.choice([(key, row) for key, row in c.world.rows("products") if not near or key in near])
    number = sum(variant["available"] for variant in product["variants"].values())
    task = Task(skill="product_question", known={"product": product["name"]})
    return Wish(task, f"You want to know how many kinds of {product['name']} are available.", outputs=(str(number),))


def _item(c: Caller) -> Wish | None:
    """An item that they ordered, or another one of the same product."""
    item = c.rng.choice(c.ordered())
    product: Mapping[str, Any] = c.world.row("products", item["product_id"]) or {"variants": {}}
    others = list(product["variants"].values())
    variant = product["variants"].get(item["item_id"]) if c.rng.random() < _SAME else c.rng.choice(others)
    if variant is None:
        return None
    task = Task(skill="item_question", known={"item_id": variant["item_id"]})
    return Wish(task, f"You want to know what item number {variant['item_id']} is and costs.", outputs=(f"{variant['price']:.2f}",))


def _sum(c: Caller) -> Wish | None:
    orders = [row for order_id in c.user["orders"] if (row := c.world.row("orders", order_id)) is not None]
    standing = [row["payment_history"][0]["amount"] for row in orders if row["status"] != "cancelled"]
    if not standing:
        return None
    return Wish(Task(skill="order_sum"), "You want to know what all your orders come to.", outputs=(f"{sum(standing):.2f}",))


def _person(c: Caller) -> Wish | None:
    if c.rng.random() < 0.6:
        return None
    return Wish(Task(skill="hand_over"), "You want to talk to a person, and nothing else.")


def _late_cancel(c: Caller) -> Wish | None:
    order = c.take("processed", "delivered", "cancelled")
    if order is None:
        return None
    sentence = f"You want to cancel order {order['order_id']}."
    return c.denied("cancel_pending_order", sentence, order_id=order["order_id"], reason=c.rng.choice(REASONS))


def _bad_reason(c: Caller) -> Wish | None:
    order = c.take("pending")
    if order is None:
        return None
    reason = c.rng.choice(_BAD_REASONS)
    sentence = f"You want to cancel order {order['order_id']}: you {reason}."
    return c.denied("cancel_pending_order", sentence, order_id=order["order_id"], reason=reason)


def _late_redirect(c: Caller) -> Wish | None:
    order = c.take("processed", "delivered")
    if order is None:
        return None
    sentence = f"Order {order['order_id']} should go to another address."
    return c.denied("modify_pending_order_address", sentence, order_id=order["order_id"], **draw_address(c.rng))


def _early_return(c: Caller) -> Wish | None:
    order = c.take("pending", "processed")
    if order is None:
        return None
    method = order["payment_history"][0]["payment_method_id"]
    sentence = f"You want to return something of order {order['order_id']}."
    return c.denied(
        "return_delivered_order_items", sentence, order_id=order["order_id"], item_ids=_some(c.rng, order), payment_method_id=method
    )


def _wrong_refund(c: Caller) -> Wish | None:
    order = c.take("delivered")
    if order is None:
        return None
    original = order["payment_history"][0]["payment_method_id"]
    others = [name for name, method in c.methods.items() if name != original and method["source"] != "gift_card"]
    if not others:
        return None
    method = c.rng.choice(others)
    sentence = f"You want to return something of order {order['order_id']}, refunded to your {words.name_payment(method, c.methods)}."
    return c.denied(
        "return_delivered_order_items", sentence, order_id=order["order_id"], item_ids=_some(c.rng, order), payment_method_id=method
    )


def _poor_gift_card(c: Caller) -> Wish | None:
    order = c.take("pending")
    if order is None:
        return None
    amount = order["payment_history"][0]["amount"]
    poor = [name for name, method in c.methods.items() if method["source"] == "gift_card" and method["balance"] < amount]
    if not poor or poor[0] == order["payment_history"][0]["payment_method_id"]:
        return None
    sentence = f"You want to pay order {order['order_id']} with your gift card, which does not hold enough."
    return c.denied("modify_pending_order_payment", sentence, order_id=order["order_id"], payment_method_id=poor[0])


def _someone_elses(c: Caller) -> Wish | None:
    others = [row for _, row in c.world.rows("orders") if row["user_id"] != c.user["user_id"] and row["status"] == "pending"]
    if not others:
        return None
    order = c.rng.choice(others)
    sentence = f"You want to cancel order {order['order_id']} of somebody else."
    return c.denied("cancel_pending_order", sentence, order_id=order["order_id"], reason=REASONS[0])


TO_DO: tuple[Callable[[Caller], Wish | None], ...] = (
    _cancel,
    _redirect,
    _move,
    _repay,
    _return,
    _return,
    _exchange,
    _exchange,
    _modify,
    _modify,
    _status,
    _product,
    _person,
)
TO_ASK: tuple[Callable[[Caller], Wish | None], ...] = (_status, _product, _item, _sum, _person)
"""Those that change nothing."""
TO_DECLINE: tuple[Callable[[Caller], Wish | None], ...] = (
    _late_cancel,
    _bad_reason,
    _late_redirect,
    _early_return,
    _wrong_refund,
    _poor_gift_card,
    _someone_elses,
)
