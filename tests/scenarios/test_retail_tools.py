"""The shop's tools: what they change, and what they refuse in which words."""

from typing import Any

import pytest

from events.tools import ToolAnswered, ToolRefused
from scenarios.retail.world import SCHEMA
from tests.scenarios.retail_shop import call, shop

ADDRESS = {"address1": "9 Ember Lane", "address2": "", "city": "Tampa", "state": "FL", "country": "USA", "zip": "33601"}
SWAP = {"order_id": "#W0000002", "item_ids": ["1000000001"], "new_item_ids": ["1000000002"], "payment_method_id": "paypal_1"}
CHANGE = {**SWAP, "order_id": "#W0000001"}
BACK = {"order_id": "#W0000002", "item_ids": ["2000000001"], "payment_method_id": "credit_card_1"}


def test_the_shop_fits_its_schema() -> None:
    """Every row of the tests' shop would pass as the world's."""
    SCHEMA.check_all(shop())


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("find_user_id_by_email", {"email": "nobody@example.com"}, "User not found"),
    ("find_user_id_by_name_zip", {"first_name": "Mira", "last_name": "Holt", "zip": "00000"}, "User not found"),
    ("get_user_details", {"user_id": "nobody"}, "User not found"),
    ("get_order_details", {"order_id": "W0000001"}, "Order not found"),
    ("get_product_details", {"product_id": "1000000001"}, "Product not found"),
    ("get_item_details", {"item_id": "7000000001"}, "Item not found"),
    ("cancel_pending_order", {"order_id": "#W9", "reason": "no longer needed"}, "Order not found"),
    ("cancel_pending_order", {"order_id": "#W0000002", "reason": "bored"}, "Non-pending order cannot be cancelled"),
    ("cancel_pending_order", {"order_id": "#W0000001", "reason": "bored"}, "Invalid reason"),
    ("modify_pending_order_address", {"order_id": "#W9", **ADDRESS}, "Order not found"),
    ("modify_pending_order_address", {"order_id": "#W0000002", **ADDRESS}, "Non-pending order cannot be modified"),
    ("modify_user_address", {"user_id": "nobody", **ADDRESS}, "User not found"),
    ("modify_pending_order_payment", {"order_id": "#W0000003", "payment_method_id": "x"}, "Non-pending order cannot be modified"),
    ("modify_pending_order_payment", {"order_id": "#W0000001", "payment_method_id": "x"}, "Payment method not found"),
    (
        "modify_pending_order_payment",
        {"order_id": "#W0000001", "payment_method_id": "gift_card_1"},
        "The new payment method should be different from the current one",
    ),
    ("return_delivered_order_items", {**BACK, "order_id": "#W0000001"}, "Non-delivered order cannot be returned"),
    ("return_delivered_order_items", {**BACK, "payment_method_id": "x"}, "Payment method not found"),
    ("return_delivered_order_items", {**BACK, "payment_method_id": "paypal_1"}, "Payment method should be the original payment method"),
    ("return_delivered_order_items", {**BACK, "item_ids": ["2000000001", "2000000001"]}, "Some item not found"),
    ("exchange_delivered_order_items", {**SWAP, "order_id": "#W0000001"}, "Non-delivered order cannot be exchanged"),
    ("exchange_delivered_order_items", {**SWAP, "item_ids": ["1"]}, "Number of 1 not found."),
    ("exchange_delivered_order_items", {**SWAP, "new_item_ids": []}, "The number of items to be exchanged should match."),
    ("exchange_delivered_order_items", {**SWAP, "new_item_ids": ["2000000001"]}, "Variant not found"),
    ("exchange_delivered_order_items", {**SWAP, "new_item_ids": ["1000000003"]}, "New item 1000000003 not found or available"),
    ("exchange_delivered_order_items", {**SWAP, "payment_method_id": "x"}, "Payment method not found"),
    (
        "exchange_delivered_order_items",
        {**SWAP, "new_item_ids": ["1000000004"], "payment_method_id": "gift_card_1"},
        "Insufficient gift card balance to pay for the price difference",
    ),
    ("modify_pending_order_items", {**CHANGE, "order_id": "#W0000002"}, "Non-pending order cannot be modified"),
    ("modify_pending_order_items", {**CHANGE, "item_ids": ["1"]}, "1 not found"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": []}, "The number of items to be exchanged should match"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": ["1000000001"]}, "The new item id should be different from the old item id"),
    ("modify_pending_order_items", {**CHANGE, "new_item_ids": ["1000000003"]}, "New item 1000000003 not found or available"),
    (
        "modify_pending_order_items",
        {**CHANGE, "new_item_ids": ["1000000004"], "payment_method_id": "gift_card_1"},
        "Insufficient gift card balance to pay for the new item",
    ),
]


@pytest.mark.parametrize(("tool", "arguments", "reason"), REFUSALS)
def test_refusal_says_why(tool: str, arguments: dict[str, Any], reason: str) -> None:
    """A call that cannot be served is refused in the words that recordings have."""
    answer = call(shop(), tool, **arguments)
    assert isinstance(answer, ToolRefused), answer
    assert answer.reason == reason


@pytest.mark.parametrize("missing", list(SWAP))
def test_missing_argument_is_named(missing: str) -> None:
    """What is missing is named."""
    answer = call(shop(), "exchange_delivered_order_items", **{name: value for name, value in SWAP.items() if name != missing})
    assert isinstance(answer, ToolRefused)
    assert missing in answer.reason


def test_customer_is_found_whatever_the_capitals() -> None:
    """Email and name are found in any case."""
    assert call(shop(), "find_user_id_by_email", email="MIRA.holt@Example.com").observation == "mira_holt_1"  # type: ignore[attr-defined]
    found = call(shop(), "find_user_id_by_name_zip", first_name="omar", last_name="BECKER", zip="53704")
    assert found.observation == "omar_becker_2"  # type: ignore[attr-defined]


def test_cancelled_order_goes_back_on_the_gift_card() -> None:
    """The order is cancelled, the refund is in its history, and the card has the money at once."""
    answer = call(shop(), "cancel_pending_order", order_id="#W0000001", reason="no longer needed")
    assert isinstance(answer, ToolAnswered)
    after = shop().evolve(answer)
    assert answer.observation["status"] == "cancelled"  # type: ignore[index,call-overload]
    assert [entry["transaction_type"] for entry in after.row("orders", "#W0000001")["payment_history"]] == ["payment", "refund"]  # type: ignore[index]
    assert after.row("users", "mira_holt_1")["payment_methods"]["gift_card_1"]["balance"] == 110.0  # type: ignore[index]


def test_modified_item_takes_the_difference_from_the_gift_card() -> None:
    """The item, the history and the card change together, and the order can be modified no more."""
    world = shop()
    answer = call(world, "modify_pending_order_items", **{**CHANGE, "payment_method_id": "gift_card_1"})
    after = world.evolve(answer)
    order = after.row("orders", "#W0000001")
    assert order is not None
    assert order["items"][0] == {**order["items"][0], "item_id": "1000000002", "price": 45.5, "options": {"color": "grey", "size": "M"}}
    assert order["payment_history"][-1] == {"transaction_type": "payment", "amount": 5.5, "payment_method_id": "gift_card_1"}
    assert after.row("users", "mira_holt_1")["payment_methods"]["gift_card_1"]["balance"] == 54.5  # type: ignore[index]
    again = call(after, "modify_pending_order_items", **CHANGE)
    assert isinstance(again, ToolRefused)
    paid = call(after, "modify_pending_order_payment", order_id="#W0000001", payment_method_id="paypal_1")
    assert paid.reason == "There should be exactly one payment for a pending order"  # type: ignore[attr-defined]
    assert isinstance(call(after, "modify_pending_order_address", order_id="#W0000001", **ADDRESS), ToolAnswered)


def test_payment_moves_from_one_method_to_the_other() -> None:
    """The new method is charged, the old one refunded, the order stays pending; a poor gift card is refused."""
    world = shop()
    answer = call(world, "modify_pending_order_payment", order_id="#W0000001", payment_method_id="paypal_1")
    after = world.evolve(answer)
    assert [entry["transaction_type"] for entry in answer.observation["payment_history"]] == ["payment", "payment", "refund"]  # type: ignore[attr-defined]
    assert after.row("users", "mira_holt_1")["payment_methods"]["gift_card_1"]["balance"] == 110.0  # type: ignore[index]


def test_items_ordered_twice_may_be_exchanged_twice() -> None:
    """Both of two equal items go at once, and what is recorded is sorted."""
    twice = {**SWAP, "item_ids": ["1000000001", "1000000001"], "new_item_ids": ["1000000004", "1000000002"]}
    answer = call(shop(), "exchange_delivered_order_items", **twice)
    assert isinstance(answer, ToolAnswered)
    shown = answer.observation
    assert shown["status"] == "exchange requested"  # type: ignore[index,call-overload]
    assert shown["exchange_new_items"] == ["1000000002", "1000000004"]  # type: ignore[index,call-overload]
    assert shown["exchange_price_difference"] == 665.5  # type: ignore[index,call-overload]


def test_products_are_listed_by_name() -> None:
    """All products, in the order of their names."""
    assert list(call(shop(), "list_all_product_types").observation) == ["Fountain Pen", "Hoodie"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("249.01 - 262.47", "-13.46"),
        ("(2459.74 * 2) - (2291.87 + 2520.52)", "107.09"),
        ("252.06 - 252.06", "0.0"),
        ("155.33 - 147.03", "8.3"),
        ("2+3*4-6/2", "11.0"),
        ("-(1 - -2) * +3", "-9.0"),
        ("54.04", "54.04"),
        ("10 / 4 / 5", "0.5"),
    ],
)
def test_sums_are_worked_out(expression: str, result: str) -> None:
    """Precedence, signs and brackets as at school; rounded to cents."""
    assert call(shop(), "calculate", expression=expression).observation == result  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "expression", ["max(1, 2)", "1 < 2", "", "1 +", "(1", "1)", "1 2", "1..2", "1/0", "(" * 900, "9" * 999, "2**9**9**9", "*" * 900, "1e9"]
)
def test_what_is_no_sum_is_refused(expression: str) -> None:
    """Nothing that is typed can break or hang the calculator."""
    assert isinstance(call(shop(), "calculate", expression=expression), ToolRefused)


def test_forbidden_characters_are_refused_in_the_recorded_words() -> None:
    """The text is that of the recordings."""
    assert call(shop(), "calculate", expression="min(1)").reason == "Invalid characters in expression"  # type: ignore[attr-defined]
