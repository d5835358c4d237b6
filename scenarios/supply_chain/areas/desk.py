"""The desk's own tools: who is calling, what their company may do, and the way to a person."""

from typing import Any, Literal

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Transaction
from scenarios.supply_chain.areas.shared import OWING, balance_cents, fetch, steady_id, today


@tool
def find_contact(world: Transaction, email_or_number: str) -> dict[str, Any]:
    """
    Find a contact by e-mail address or contact number. It does not prove who is calling: verify_contact does.

    Args:
        email_or_number: E-mail address or contact number, such as ``CT-1042``.
    """
    wanted = email_or_number.strip()
    contact = world.find("contacts", wanted.upper())
    if contact is None:
        contact = next((row for _, row in world.where("contacts", "email", wanted.lower())), None)
    if contact is None:
        raise Refusal("unknown-contact", f"No contact has the e-mail address or number {wanted}.")
    return {"contact_id": contact["contact_id"], "name": contact["name"]}


@tool
def verify_contact(world: Transaction, contact_id: str, access_code: str) -> dict[str, Any]:
    """
    Check a contact's access code. Only after this is the caller identified.

    Args:
        contact_id: Contact number, such as ``CT-1042``.
        access_code: The six digits that the caller gives.
    """
    contact = fetch(world, "contacts", contact_id)
    if contact["access_code"] != access_code:
        raise Refusal("wrong-code", f"That is not the access code of {contact_id}.")
    company = fetch(world, "companies", contact["company_id"])
    return {
        "verified": True,
        "contact_id": contact_id,
        "name": contact["name"],
        "role": contact["role"],
        "company_id": contact["company_id"],
        "company": company["name"],
        "spend_limit_cents": contact["spend_limit_cents"],
    }


@tool
def get_company(world: Transaction, company_id: str) -> dict[str, Any]:
    """
    A company's terms: credit limit, what it owes, expedite ceiling, and its delivery sites.

    Args:
        company_id: Company number, such as ``C-104``.
    """
    company = fetch(world, "companies", company_id)
    owed = sum(balance_cents(row) for _, row in world.where("invoices", "company_id", company_id) if row["status"] in OWING)
    sites = [
        {"site_id": key, "city": site["city"], "country": site["country"], "address": site["address"]}
        for key, site in world.where("sites", "company_id", company_id)
    ]
    return {
        "company_id": company_id,
        "name": company["name"],
        "tier": company["tier"],
        "credit_limit_cents": company["credit_limit_cents"],
        "owed_cents": owed,
        "expedite_ceiling_cents": company["expedite_ceiling_cents"],
        "sites": sites,
    }


@tool(writes=True)
def escalate_to_person(
    world: Transaction, contact_id: str, area: Literal["inventory", "logistics", "procurement", "billing"], about: str
) -> dict[str, Any]:
    """
    Open a ticket for a colleague, who calls the contact back within one working day.

    Args:
        contact_id: Who is to be called back, such as ``CT-1042``.
        area: Which team takes it.
        about: Number of the order, shipment, invoice or purchase order it is about.
    """
    fetch(world, "contacts", contact_id)
    for _, ticket in world.where("tickets", "about", about):
        if (ticket["contact_id"], ticket["area"]) == (contact_id, area):
            raise Refusal("already-open", f"There is a ticket about {about} already: {ticket['ticket_id']}.")
    ticket_id = steady_id(world, "tickets", "TK", contact_id, area, about)
    row = {"ticket_id": ticket_id, "contact_id": contact_id, "area": area, "about": about, "opened_on": today(world)}
    world.insert("tickets", ticket_id, row)
    return {"ticket_id": ticket_id, "area": area, "about": about}


TOOLS = (find_contact, verify_contact, get_company, escalate_to_person)
