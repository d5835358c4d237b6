"""Scripts of the offline assistant: returns, exchanges and changes of items."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from domain.skill import Script
from scenarios.retail import words
from scenarios.retail.changes import covers
from scenarios.retail.scripts import find_order, payment_method, profile, when

_NAMED_ALTERNATIVES = 4


def _pick(s: Script, order: Mapping[str, Any]) -> list[str]:
    """Ids of the items that the request is about; asks where nothing fits, or too much does."""
    try:
        picked = words.pick_items(s.said, order["items"])
    except words.Unclear as unclear:
        s.ask_again("items", "items.which", choices="; ".join(unclear.candidates))
    if picked:
        return picked
    names = [words.full_name(item) for item in order["items"]]
    if s.has("items"):
        s.ask_again("items", "items.not_found", order_id=order["order_id"], choices="; ".join(names))
    s.need("items", order_id=order["order_id"])
    return picked


def return_items(s: Script) -> NoReturn:
    """Take back items of a delivered order."""
    order = find_order(s)
    about = {"order_id": order["order_id"]}
    if order["status"] != "delivered":
        s.decline("return_items.declined", **about, status=order["status"])
    picked = _pick(s, order)
    methods = profile(s)["payment_methods"]
    original = order["payment_history"][0]["payment_method_id"]
    method = payment_method(s, methods, original)
    original_name = words.name_payment(original, methods)
    if method != original and methods[method]["source"] != "gift_card":
        s.decline("return_items.wrong_method", **about, method=words.name_payment(method, methods), original=original_name)
    prices = {item["item_id"]: item["price"] for item in order["items"]}
    total = words.money(sum(prices[item_id] for item_id in picked))
    values = {"items": words.name_items(picked, order["items"]), "total": total, "method": words.name_payment(method, methods)}
    s.confirm("return_items.confirm", **about, **values)
    after = s.act("return_delivered_order_items", order_id=order["order_id"], item_ids=picked, payment_method_id=method)
    s.tell("return_items.done", **about, **values, status=after["status"], when=when(method, methods))


def swap_items(s: Script) -> NoReturn:
    """Give items of an order for other variants: before it is sent a change, after it was delivered an exchange."""
    order = find_order(s)
    about = {"order_id": order["order_id"]}
    if order["status"] not in ("pending", "delivered"):
        s.decline("swap.declined", **about, status=order["status"])
    picked = _pick(s, order)
    old = [next(item for item in order["items"] if item["item_id"] == item_id) for item_id in picked]
    new = _choose(s, old)
    difference = round(sum(variant["price"] for variant in new) - sum(item["price"] for item in old), 2)
    methods = profile(s)["payment_methods"]
    method = payment_method(s, methods, order["payment_history"][0]["payment_method_id"])
    if not covers(dict(methods[method]), difference):
        s.decline("swap.insufficient", **about, balance=words.money(methods[method]["balance"]), extra=words.money(difference))
    values = {
        "items": "; ".join(_change(item, variant) for item, variant in zip(old, new, strict=True)),
        "difference": _difference(difference),
        "method": words.name_payment(method, methods),
    }
    kind = "modify_items" if order["status"] == "pending" else "exchange_items"
    s.confirm(f"{kind}.confirm", **about, **values)
    tool = "modify_pending_order_items" if order["status"] == "pending" else "exchange_delivered_order_items"
    new_ids = [variant["item_id"] for variant in new]
    after = s.act(tool, order_id=order["order_id"], item_ids=picked, new_item_ids=new_ids, payment_method_id=method)
    s.tell(f"{kind}.done", **about, **values, status=after["status"], when=when(method, methods))


def _choose(s: Script, old: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The variant that is to come for each item."""
    wishes = words.new_options_by_item(s.need("new_options", items=words.join([words.full_name(item) for item in old])), old)
    chosen = []
    for item, wish in zip(old, wishes, strict=True):
        product = s.look("get_product_details", product_id=item["product_id"])
        wanted = words.said_options(wish, product)
        name = words.full_name(item)
        if not wanted:
            options = words.join(list(item["options"]))
            s.ask_again("new_options", "new_options.unclear", items=name, options=options)
        fitting = [variant for variant in words.variants_like(product, item["options"], wanted) if variant["item_id"] != item["item_id"]]
        kept = [variant for variant in fitting if _keeps(variant, item, wanted)]
        if not kept:
            others = [
                words.describe_options(variant["options"]) for variant in fitting or words.variants_like(product, item["options"], {})
            ]
            s.decline(
                "swap.unavailable", items=name, wanted=words.describe_options(wanted), choices="; ".join(others[:_NAMED_ALTERNATIVES])
            )
        chosen.append(kept[0])
    return chosen


def _keeps(variant: Mapping[str, Any], item: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether a variant keeps all old options but the ones that are to change: nobody gets what they did not ask for."""
    return all(variant["options"].get(option) == value for option, value in item["options"].items() if option not in wanted)


def _change(item: Mapping[str, Any], variant: Mapping[str, Any]) -> str:
    changed = {option: value for option, value in variant["options"].items() if item["options"].get(option) != value}
    kind = words.describe_options(changed)
    return f"{words.full_name(item)} at {words.money(item['price'])} to {kind} at {words.money(variant['price'])}"


def _difference(amount: float) -> str:
    if amount == 0:
        return "no price difference"
    return f"an extra charge of {words.money(amount)}" if amount > 0 else f"a refund of {words.money(amount)}"
