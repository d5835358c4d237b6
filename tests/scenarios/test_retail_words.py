"""Items, options, payment methods and addresses, from what people say."""

import pytest

from scenarios.retail import words
from tests.scenarios.retail_shop import HOODIE, HOODIES, PEN, shop

GREY = {**HOODIE, "item_id": "1000000002", "options": {"color": "grey", "size": "M"}}
PRODUCT = {"name": "Hoodie", "product_id": "7000000001", "variants": HOODIES}


@pytest.mark.parametrize(
    ("said", "picked"),
    [
        ("the hoodie", ["1000000001"]),
        ("I don't like the Pen and the Hoodie", ["2000000001", "1000000001"]),
        ("fountain pens, please", ["2000000001"]),
        ("everything in it", ["1000000001", "2000000001"]),
        ("the umbrella", []),
    ],
)
def test_items_are_picked_as_they_are_named(said: str, picked: list[str]) -> None:
    """By name or its last word, in the order of the sentence."""
    assert words.pick_items(said, [HOODIE, PEN]) == picked


def test_items_of_one_name_are_told_apart_by_their_options() -> None:
    """Without them it is unclear which is meant."""
    assert words.pick_items("the Hoodie (grey, M)", [HOODIE, GREY]) == ["1000000002"]
    assert words.pick_items("both hoodies", [HOODIE, GREY]) == ["1000000001", "1000000002"]
    with pytest.raises(words.Unclear):
        words.pick_items("the hoodie", [HOODIE, GREY])


def test_a_name_inside_another_name_picks_nothing() -> None:
    """Who says "Desk Chair" means no Standing Desk; who says "desk" does."""
    desk, chair = {**HOODIE, "item_id": "1", "name": "Standing Desk"}, {**HOODIE, "item_id": "2", "name": "Desk Chair"}
    assert words.pick_items("the Desk Chair", [desk, chair]) == ["2"]
    assert words.pick_items("the desk", [desk, chair]) == ["1"]
    assert words.pick_items("the desk and the desk chair", [desk, chair]) == ["1", "2"]


@pytest.mark.parametrize("chosen", [["1000000001"], ["1000000001", "1000000001"], ["1000000002", "2000000001"]])
def test_what_items_are_called_picks_them_again(chosen: list[str]) -> None:
    """A name given is a name understood, for equal items too."""
    items = [HOODIE, HOODIE, GREY, PEN]
    assert sorted(words.pick_items(words.name_items(chosen, items), items)) == sorted(chosen)


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("color grey, size XL", {"color": "grey", "size": "XL"}),
        ("a grey one in size M please", {"color": "grey", "size": "M"}),
        ("I'm not sure", {}),
    ],
)
def test_options_are_found(said: str, options: dict[str, str]) -> None:
    """With their names or, where the value says enough, without."""
    assert words.said_options(said, PRODUCT) == options


def test_a_zip_code_is_no_zip() -> None:
    """Who says where they live has not chosen how a hoodie closes."""
    zipped = {"1": {"item_id": "1", "options": {"closure": "zip"}, "available": True, "price": 1.0}}
    assert words.said_options("I'm Mira Holt, zip code 53703", {**PRODUCT, "variants": zipped}) == {}
    assert words.said_options("with closure zip", {**PRODUCT, "variants": zipped}) == {"closure": "zip"}


def test_wishes_for_several_items_are_kept_apart() -> None:
    """Each item gets the part that names it."""
    wishes = words.new_options_by_item("sure: color grey for the Hoodie; nib broad for the Fountain Pen", [PEN, HOODIE])
    assert wishes == ["nib broad", "sure: color grey"]


def test_nearest_variant_comes_first_and_sold_out_ones_never() -> None:
    """What was not to change stays as it was, if that can be had."""
    assert [variant["item_id"] for variant in words.variants_like(PRODUCT, HOODIE["options"], {"color": "grey"})] == ["1000000002"]


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ("my PayPal", "paypal_1"),
        ("visa ending in 1111", "credit_card_1"),
        ("credit card", "credit_card_1"),
        ("amex", None),
        ("the original one", "gift_card_1"),
    ],
)
def test_payment_methods_are_picked(said: str, method: str | None) -> None:
    """By kind, brand or last digits."""
    row = shop().row("users", "mira_holt_1")
    assert row is not None
    assert words.pick_payment(said, row["payment_methods"], "gift_card_1") == method


@pytest.mark.parametrize("line", ["12 Alder Way, Suite 204, Madison, WI 53703", "101 Highway, New York, NY 10001"])
def test_addresses_go_there_and_back(line: str) -> None:
    """With or without a second line."""
    address = words.read_address(line)
    assert address is not None
    assert words.say_address(address) == line
    assert words.read_address("somewhere in Madison") is None
