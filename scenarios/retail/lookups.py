"""Tools that look something up, and the one that gives the conversation away."""

from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction


def order_of(world: Transaction, order_id: str) -> Row:
    """An order, or a refusal."""
    return _known(world.find("orders", order_id), "Order not found")


def user_of(world: Transaction, user_id: str) -> Row:
    """A customer, or a refusal."""
    return _known(world.find("users", user_id), "User not found")


def product_of(world: Transaction, product_id: str) -> Row:
    """A product, or a refusal."""
    return _known(world.find("products", product_id), "Product not found")


def payment_method_of(world: Transaction, user_id: str, payment_method_id: str) -> dict[str, Any]:
    """One of the customer's ways to pay, or a refusal."""
    methods: dict[str, dict[str, Any]] = user_of(world, user_id)["payment_methods"]
    if payment_method_id not in methods:
        raise Refusal("not-found", "Payment method not found")
    return methods[payment_method_id]


def _known(row: Row | None, reason: str) -> Row:
    if row is None:
        raise Refusal("not-found", reason)
    return row


@tool
def find_user_id_by_email(world: Transaction, email: str) -> str:
    """
    Find out who the customer is by their email address.

    Args:
        email: As the customer gives it, e.g. ``mira.holt@example.com``; capitals do not matter.
    """
    for user_id, _ in world.where("users", "email", email):
        return user_id
    for user_id, user in world.rows("users"):
        if user["email"].lower() == email.lower():
            return user_id
    raise Refusal("not-found", "User not found")


@tool
def find_user_id_by_name_zip(world: Transaction, first_name: str, last_name: str, zip: str) -> str:
    """
    Find out who the customer is by name and zip code, where the email address is unknown or leads nowhere.

    Args:
        first_name: Given name, e.g. ``Mira``; capitals do not matter.
        last_name: Family name, e.g. ``Holt``; capitals do not matter.
        zip: Zip code of the default address, e.g. ``60614``.
    """
    wanted = (first_name.lower(), last_name.lower())
    for user_id, user in world.rows("users"):
        if user["address"]["zip"] == zip and (user["name"]["first_name"].lower(), user["name"]["last_name"].lower()) == wanted:
            return user_id
    raise Refusal("not-found", "User not found")


@tool
def get_user_details(world: Transaction, user_id: str) -> dict[str, Any]:
    """
    Look up a customer's profile: name, email, default address, payment methods and order ids.

    Args:
        user_id: As found by email or by name and zip code, e.g. ``mira_holt_2041``.
    """
    return dict(user_of(world, user_id))


@tool
def get_order_details(world: Transaction, order_id: str) -> dict[str, Any]:
    """
    Look up an order: status, items, address, deliveries and payments.

    Args:
        order_id: With its number sign, e.g. ``#W0000000``.
    """
    return dict(order_of(world, order_id))


@tool
def get_product_details(world: Transaction, product_id: str) -> dict[str, Any]:
    """
    Look up a product with all its variants: options, price, and whether each is available.

    Args:
        product_id: Of the product, not of one of its items, e.g. ``6086499569``.
    """
    return dict(product_of(world, product_id))


@tool
def get_item_details(world: Transaction, item_id: str) -> dict[str, Any]:
    """
    Look up one variant of a product: its options, its price, and whether it is available.

    Args:
        item_id: Of the item, not of its product, e.g. ``1008292230``.
    """
    for _, product in world.rows("products"):
        if item_id in product["variants"]:
            return dict(product["variants"][item_id])
    raise Refusal("not-found", "Item not found")


@tool
def list_all_product_types(world: Transaction) -> dict[str, str]:
    """List the names of all products that the shop sells, each with its product id."""
    found = {product["name"]: product_id for product_id, product in world.rows("products")}
    return dict(sorted(found.items()))


@tool
def transfer_to_human_agents(world: Transaction, summary: str) -> str:  # noqa: ARG001
    """
    Hand the customer over to a person, when they ask for one or when no tool can do what they need.

    Args:
        summary: What the customer wants and what has been done so far.
    """
    return "Transfer successful"
