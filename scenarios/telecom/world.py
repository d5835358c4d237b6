"""A company of its own to run in, and a phone that works: what is wrong with it comes with the goal."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from domain.world import Tables
from scenarios.telecom import content
from scenarios.telecom.tables import DEFAULT_APN, PHONE, SCHEMA

__all__ = ["CUSTOMERS", "SCHEMA", "draw_world"]

CUSTOMERS = 40
_TODAY = date(2025, 2, 25)
_PERIODS = ((date(2025, 1, 1), "Paid"), (date(2025, 2, 1), "Issued"), (date(2025, 3, 1), "Draft"))
"""First day of a bill's month, and how such a bill stands."""
_SIGNALS = {"2G": "poor", "3G": "fair", "4G": "good", "5G": "excellent"}


def draw_world(rng: Random) -> Tables:
    """
    Draw a company: 40 customers with one to three lines each, their devices and bills, and a phone in good order.

    Returns:
        Tables whose references all hold; the same for the same state of ``rng``.
    """
    plans = {f"P{number}": {"plan_id": f"P{number}", **plan} for number, plan in enumerate(content.PLANS, 2001)}
    tables: dict[str, dict[str, Any]] = {"plans": plans, "customers": {}, "lines": {}, "bills": {}, "devices": {}}
    for number in range(CUSTOMERS):
        _draw_customer(rng, f"C{2001 + number}", tables)
    tables["phones"] = {PHONE: _phone(rng)}
    tables["surroundings"] = {PHONE: _around()}
    return tables


def _draw_customer(rng: Random, customer_id: str, tables: dict[str, dict[str, Any]]) -> None:
    first, last = rng.choice(content.FIRST_NAMES), rng.choice(content.LAST_NAMES)
    city, state = rng.choice(content.CITIES)
    lines = [_draw_line(rng, tables, place) for place in range(rng.choices((1, 2, 3), (50, 35, 15))[0])]
    bills = [_draw_bill(rng, customer_id, lines, tables, *period) for period in _PERIODS]
    tables["customers"][customer_id] = {
        "customer_id": customer_id,
        "full_name": f"{first} {last}",
        "date_of_birth": (date(1950, 1, 1) + timedelta(days=rng.randrange(20000))).isoformat(),
        "email": f"{first.lower()}.{last.lower()}{rng.randint(10, 99)}@{rng.choice(content.MAIL_HOSTS)}",
        "phone_number": lines[0]["phone_number"],
        "address": {
            "street": f"{rng.randint(2, 989)} {rng.choice(content.STREETS)} {rng.choice(content.ROADS)}",
            "city": city,
            "state": state,
            "zip_code": f"{rng.randint(10000, 99999)}",
        },
        "account_status": "Active",
        "payment_methods": [
            {
                "method_type": rng.choice(content.METHODS),
                "account_number_last_4": f"{rng.randint(0, 9999):04d}",
                "expiration_date": f"{rng.randint(1, 12):02d}/{rng.randint(2026, 2029)}",
            }
        ],
        "line_ids": [line["line_id"] for line in lines],
        "bill_ids": bills,
        "created_at": f"{_day(rng, 200, 1500)} 09:00:00",
        "last_extension_date": None,
        "goodwill_credit_used_this_year": 0.0,
    }


def _draw_line(rng: Random, tables: dict[str, dict[str, Any]], place: int) -> dict[str, Any]:
    plan = rng.choice(list(tables["plans"].values()))
    kind = "phone" if place == 0 else rng.choice(("phone", "phone", "tablet", "watch"))
    device_id = _fresh(rng, tables["devices"], "D", 5)
    tables["devices"][device_id] = {
        "device_id": device_id,
        "device_type": kind,
        "model": rng.choice(content.MODELS[kind]),
        "imei": f"{rng.randrange(10**14, 10**15)}",
        "is_esim_capable": rng.random() < 0.7,
        "activated": True,
        "activation_date": f"{_day(rng, 30, 600)} 10:00:00",
        "last_esim_transfer_date": None,
    }
    line_id = _fresh(rng, tables["lines"], "L", 5)
    taken = {row["phone_number"] for row in tables["lines"].values()}
    while (number := f"555-{rng.randint(200, 989)}-{rng.randint(0, 9999):04d}") in taken:
        pass
    tables["lines"][line_id] = {
        "line_id": line_id,
        "phone_number": number,
        "status": "Active",
        "plan_id": plan["plan_id"],
        "device_id": device_id,
        "data_used_gb": round(plan["data_limit_gb"] * rng.uniform(0.05, 0.9), 1),
        "data_refueling_gb": 0.0,
        "roaming_enabled": rng.random() < 0.5,
        "contract_end_date": (_TODAY + timedelta(days=rng.randint(90, 700))).isoformat(),
        "last_plan_change_date": _day(rng, 60, 500),
        "last_sim_replacement_date": None,
        "suspension_start_date": None,
    }
    return dict(tables["lines"][line_id])


def _draw_bill(
    rng: Random, customer_id: str, lines: list[dict[str, Any]], tables: dict[str, dict[str, Any]], begins: date, status: str
) -> str:
    bill_id = _fresh(rng, tables["bills"], "B", 6)
    issued = begins + timedelta(days=4)
    items = [
        {
            "description": f"{tables['plans'][line['plan_id']]['name']} plan, line {line['phone_number']}",
            "amount": tables["plans"][line["plan_id"]]["price_per_month"],
            "date": issued.isoformat(),
            "item_type": "Plan Charge",
        }
        for line in ([] if status == "Draft" else lines)
    ]
    tables["bills"][bill_id] = {
        "bill_id": bill_id,
        "customer_id": customer_id,
        "period_start": begins.isoformat(),
        "period_end": ((begins + timedelta(days=31)).replace(day=1) - timedelta(days=1)).isoformat(),
        "issue_date": issued.isoformat(),
        "total_due": sum((item["amount"] for item in items), 0.0),
        "due_date": (issued + timedelta(days=28)).isoformat(),
        "line_items": items,
        "status": status,
    }
    return bill_id


def _day(rng: Random, least: int, most: int) -> str:
    """A day that lies so many days back."""
    return (_TODAY - timedelta(days=rng.randint(least, most))).isoformat()


def _fresh(rng: Random, taken: Mapping[str, Any], prefix: str, digits: int) -> str:
    while (name := f"{prefix}{rng.randint(10 ** (digits - 1), 10**digits - 1)}") in taken:
        pass
    return name


def _phone(rng: Random) -> dict[str, Any]:
    permissions = {
        "messaging": {"sms": True, "storage": True, "phone": True, "network": False},
        "browser": {"sms": False, "storage": True, "phone": False, "network": True},
    }
    return {
        "phone_id": PHONE,
        "sim_card_status": "active",
        "sim_card_missing": False,
        "airplane_mode": False,
        "network_signal_strength": "excellent",
        "network_technology_connected": "5G",
        "network_connection_status": "connected",
        "battery_level": rng.randint(30, 95),
        "data_enabled": True,
        "roaming_enabled": False,
        "network_mode_preference": "4g_5g_preferred",
        "active_apn_settings": dict(DEFAULT_APN),
        "wifi_enabled": False,
        "wifi_connected": False,
        "wifi_ssid": None,
        "wifi_signal_strength": "none",
        "wifi_calling_enabled": False,
        "wifi_calling_mms_over_wifi": False,
        "data_saver_mode": False,
        "vpn_enabled_setting": False,
        "vpn_connected": False,
        "vpn_details": None,
        "app_statuses": {name: {"app_name": name, "permissions": granted} for name, granted in permissions.items()},
    }


def _around() -> dict[str, Any]:
    return {
        "phone_id": PHONE,
        "name": None,
        "phone_number": None,
        "is_abroad": False,
        "roaming_allowed": False,
        "signal_strength": dict(_SIGNALS),
        "mobile_data_usage_exceeded": False,
        "line_active": True,
        "payment_request": None,
    }
