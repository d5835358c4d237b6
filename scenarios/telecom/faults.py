"""What can be wrong as a conversation begins: each puts something into the phone, what is around it, or the records."""

from datetime import date, timedelta
from typing import Any

from domain.transaction import Transaction
from domain.world import World
from events.tools import Change
from scenarios.telecom.account import customer_of, line_of
from scenarios.telecom.display import phone
from scenarios.telecom.handling import search
from scenarios.telecom.syncing import sync
from scenarios.telecom.tables import PHONE

_SLOW_VPN = {"server_address": "192.168.1.1", "protocol": "OpenVPN", "server_performance": "poor"}
_DUE_DAYS = 14
_ENDED_DAYS = 25
"""So long ago a contract ended, where it has."""


def set_user_info(world: Transaction, name: str, phone_number: str) -> None:
    """Whose phone it is."""
    world.update("surroundings", PHONE, name=name, phone_number=phone_number)


def set_user_location(world: Transaction, *, abroad: bool) -> None:
    """Where the user is."""
    world.update("surroundings", PHONE, is_abroad=abroad)


def turn_airplane_mode_on(world: Transaction) -> None:
    """Nothing goes in or out."""
    _set(world, airplane_mode=True)
    search(world)


def turn_data_off(world: Transaction) -> None:
    """No mobile data."""
    _set(world, data_enabled=False)
    search(world)


def turn_roaming_on(world: Transaction) -> None:
    """Mobile data abroad, as far as the phone goes."""
    _set(world, roaming_enabled=True)
    search(world)


def turn_roaming_off(world: Transaction) -> None:
    """No mobile data abroad."""
    _set(world, roaming_enabled=False)
    search(world)


def turn_data_saver_mode_on(world: Transaction) -> None:
    """Slow data."""
    _set(world, data_saver_mode=True)


def unseat_sim_card(world: Transaction) -> None:
    """The phone does not find its SIM card."""
    _set(world, sim_card_missing=True)
    search(world)


def lock_sim_card(world: Transaction, mode: str) -> None:
    """The SIM card wants a ``pin`` or a ``puk`` that nobody at the desk can give."""
    _set(world, sim_card_status=f"locked_{mode}")
    search(world)


def break_apn_settings(world: Transaction) -> None:
    """The phone finds no network."""
    _set(world, active_apn_settings={**phone(world)["active_apn_settings"], "apn_name": "broken"})
    search(world)


def break_apn_mms_setting(world: Transaction) -> None:
    """Picture messages find no way."""
    _set(world, active_apn_settings={**phone(world)["active_apn_settings"], "mmsc_url": None})


def break_vpn(world: Transaction) -> None:
    """A VPN over a slow server."""
    _set(world, vpn_connected=True, vpn_details=_SLOW_VPN)


def remove_app_permission(world: Transaction, app_name: str, permission: str) -> None:
    """An app may no longer use something."""
    apps = phone(world)["app_statuses"]
    app = {**apps[app_name], "permissions": {**apps[app_name]["permissions"], permission: False}}
    _set(world, app_statuses={**apps, app_name: app})


def set_network_mode(world: Transaction, mode: str) -> None:
    """The phone keeps to some kinds of network."""
    _set(world, network_mode_preference=mode)
    search(world)


def set_wifi_calling(world: Transaction, *, enabled: bool, mms_over_wifi: bool | None = None) -> None:
    """Calls over Wi-Fi, and picture messages with them."""
    over = {} if mms_over_wifi is None else {"wifi_calling_mms_over_wifi": mms_over_wifi}
    _set(world, wifi_calling_enabled=enabled, **over)


def set_roaming(world: Transaction, customer_id: str, line_id: str, *, allowed: bool) -> None:
    """Whether the company lets a line be used abroad."""
    line_of(world, customer_id, line_id)
    world.update("lines", line_id, roaming_enabled=allowed)


def set_data_usage(world: Transaction, customer_id: str, line_id: str, data_used_gb: float) -> None:
    """How much data a line has used in this cycle."""
    line_of(world, customer_id, line_id)
    world.update("lines", line_id, data_used_gb=data_used_gb)


def overdue_bill(world: Transaction, customer_id: str, line_id: str, new_bill_id: str) -> None:
    """A bill for a line should have been paid."""
    line = line_of(world, customer_id, line_id)
    amount = world.get("plans", line["plan_id"])["price_per_month"]
    today = date.fromisoformat(world.now[:10])
    last = today.replace(day=1) - timedelta(days=1)
    issued = last.replace(day=1)
    item = {"description": f"Charge for line {line_id}", "amount": amount, "date": today.isoformat(), "item_type": "Charge"}
    bill = {
        "bill_id": new_bill_id,
        "customer_id": customer_id,
        "period_start": issued.isoformat(),
        "period_end": last.isoformat(),
        "issue_date": issued.isoformat(),
        "total_due": amount,
        "due_date": (issued + timedelta(days=_DUE_DAYS)).isoformat(),
        "line_items": [item],
        "status": "Overdue",
    }
    world.insert("bills", new_bill_id, bill)
    world.update("customers", customer_id, bill_ids=[*customer_of(world, customer_id)["bill_ids"], new_bill_id])


def suspend_for_overdue_bill(world: Transaction, customer_id: str, line_id: str, new_bill_id: str, *, contract_ended: bool) -> None:
    """A bill for a line is overdue and the line suspended; its contract may have ended besides."""
    overdue_bill(world, customer_id, line_id, new_bill_id)
    today = date.fromisoformat(world.now[:10])
    ended = {"contract_end_date": (today - timedelta(days=_ENDED_DAYS)).isoformat()} if contract_ended else {}
    world.update("lines", line_id, status="Suspended", suspension_start_date=today.isoformat(), **ended)


def set_contract_end(world: Transaction, line_id: str, day: str) -> None:
    """The contract of a line ends on a day."""
    world.update("lines", line_id, contract_end_date=day)


def prepared(world: World, now: str, wrong: list[tuple[Any, dict[str, Any]]]) -> tuple[Change, ...]:
    """What has to change in a world for things to be wrong with it.

    Args:
        now: Time inside the world, ISO 8601.
        wrong: Functions of this module with their arguments, in order.
    """
    transaction = Transaction(world, now=now)
    for put, arguments in wrong:
        put(transaction, **arguments)
        sync(transaction)
    return transaction.changes


def _set(world: Transaction, **fields: Any) -> None:
    world.update("phones", PHONE, **fields)
