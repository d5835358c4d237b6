"""What the scripts have in common: who is calling, finding records, speaking of money and statuses."""

from typing import Any

from domain.skill import LookupRefused, Script


def authenticate(s: Script) -> Any:
    """Find the contact and check their access code; what the check shows is known about them from then on."""
    contact_slot = s.need("contact")
    try:
        contact = s.look("find_contact", email_or_number=contact_slot)
    except LookupRefused:
        s.ask_again("contact", "ask.contact_again")
    try:
        return s.look("verify_contact", contact_id=contact["contact_id"], access_code=s.need("access_code"))
    except LookupRefused:
        s.ask_again("access_code", "ask.access_code_again")


def look_up(s: Script, tool: str, slot: str) -> Any:
    """The record with the number that the caller gives; theirs, or it is declined."""
    number = s.need(slot)
    try:
        return s.look(tool, **{slot: number})
    except LookupRefused as refused:
        if refused.code == "policy:own-company":
            s.decline("not_yours", number=number)
        if refused.code.startswith("unknown-"):
            s.ask_again(slot, f"ask.{slot}_again", number=number)
        raise


def own_order(s: Script) -> Any:
    """The order that is meant, by its number or by a product of which only one order is open."""
    if not s.has("order_id") and s.unknown("order_id") and s.user["role"] == "customer":
        product = product_id(s)
        orders = s.look("list_orders", company_id=s.user["company_id"], product_id=product)
        if len(orders) != 1:
            s.decline("order.not_found", count=str(len(orders)), product_id=product)
        return s.look("get_order", order_id=orders[0]["order_id"])
    return look_up(s, "get_order", "order_id")


def product_id(s: Script) -> str:
    """Number of the product that the caller names, by number or by name."""
    said = s.need("product")
    if "-" in said:
        return str(said)
    found = s.look("find_product", text=said)
    if len(found) != 1:
        s.ask_again("product", "ask.product_again", text=said)
    return str(found[0]["product_id"])


def own_site(s: Script, city: str) -> Any:
    """The site of the caller's company in a city; declines where there is none."""
    company = s.look("get_company", company_id=s.user["company_id"])
    site = next((site for site in company["sites"] if site["city"] == city), None)
    if site is None:
        s.decline("site.not_registered", city=city, cities=[site["city"] for site in company["sites"]])
    return site


def warehouse_of(rows: list[Any], city: str) -> Any:
    """The row of the warehouse in a city."""
    return next(row for row in rows if row["city"] == city)


def planner_only(s: Script) -> None:
    """Stock transfers and purchase orders are not for customers."""
    if s.user["role"] != "planner":
        s.decline("planners_only")


def customer_only(s: Script) -> None:
    """Customers' records are not changed for planners."""
    if s.user["role"] != "customer":
        s.decline("customers_only")


def money(cents: int) -> str:
    """An amount as it is said."""
    return f"EUR {cents / 100:,.2f}"


def words(status: str) -> str:
    """A status as it is said."""
    return {
        "open": "open and waiting for stock",
        "ready": "fully reserved and ready to ship",
        "booked": "booked with the carrier",
        "customs_hold": "on customs hold",
        "sent": "sent to the supplier but not confirmed yet",
        "confirmed": "confirmed by the supplier",
    }.get(status, status.replace("_", " "))


def within_credit(s: Script, order: Any) -> None:
    """Go on only while the order fits into the company's credit limit."""
    company = s.look("get_company", company_id=order["company_id"])
    if company["owed_cents"] + order["total_cents"] > company["credit_limit_cents"]:
        limit, owed, total = (money(cents) for cents in (company["credit_limit_cents"], company["owed_cents"], order["total_cents"]))
        s.decline("credit_limit", limit=limit, owed=owed, total=total, order_id=order["order_id"])
