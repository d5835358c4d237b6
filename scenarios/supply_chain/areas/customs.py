"""Logistics' tools for customs: what holds a shipment, which documents are missing, and asking for release."""

from collections.abc import Mapping
from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Row, Transaction
from scenarios.supply_chain.areas.shared import fetch


@tool
def get_hold(world: Transaction, hold_id: str) -> dict[str, Any]:
    """
    A customs hold with its reason and the documents that it requires and that are there.

    Args:
        hold_id: Such as ``CH-4412``; track_shipment names it.
    """
    hold = fetch(world, "customs_holds", hold_id)
    return {
        **{field: hold[field] for field in ("hold_id", "shipment_id", "status", "reason", "opened_on")},
        "required_documents": list(hold["required_documents"]),
        "submitted_documents": list(hold["submitted_documents"]),
        "missing_documents": missing_documents(hold),
    }


@tool(writes=True)
def submit_document(world: Transaction, hold_id: str, document: str) -> dict[str, Any]:
    """
    Pass a document of the customer's file on to customs.

    Args:
        hold_id: Such as ``CH-4412``.
        document: Its kind, as the hold names it, such as ``packing list``.
    """
    hold = _open(world, hold_id)
    kind = document.strip().lower()
    if kind not in hold["required_documents"]:
        raise Refusal("not-required", f"Hold {hold_id} does not ask for a {kind}.")
    if kind in hold["submitted_documents"]:
        raise Refusal("already-submitted", f"Customs have the {kind} for hold {hold_id} already.")
    world.update("customs_holds", hold_id, submitted_documents=[*hold["submitted_documents"], kind])
    missing = [item for item in missing_documents(hold) if item != kind]
    return {"hold_id": hold_id, "submitted": kind, "missing_documents": missing}


@tool(writes=True)
def request_release(world: Transaction, hold_id: str) -> dict[str, Any]:
    """
    Ask customs to release a shipment. Customs decide; the shipment stays held until they do.

    Args:
        hold_id: Such as ``CH-4412``.
    """
    hold = _open(world, hold_id)
    missing = missing_documents(hold)
    if missing:
        raise Refusal("documents-missing", f"Hold {hold_id} still lacks: {', '.join(missing)}.")
    world.update("customs_holds", hold_id, status="release_requested")
    return {"hold_id": hold_id, "status": "release_requested"}


def missing_documents(hold: Mapping[str, Any]) -> list[str]:
    """What customs still wait for."""
    return [item for item in hold["required_documents"] if item not in hold["submitted_documents"]]


def _open(world: Transaction, hold_id: str) -> Row:
    hold = fetch(world, "customs_holds", hold_id)
    if hold["status"] == "release_requested":
        raise Refusal("already-requested", f"Release of hold {hold_id} has been asked for already.")
    if hold["status"] == "released":
        raise Refusal("released", f"Hold {hold_id} has been released.")
    return hold


TOOLS = (get_hold, submit_document, request_release)
