"""What the world looks like: the company's records, and the one phone that the user of a conversation holds.

The company knows nothing of the phone, and the phone shows nothing of the records; ``syncing.py`` keeps in step what the
network tells it.
"""

from collections.abc import Mapping
from typing import Any

from domain.schema import Invariant, Schema, Table
from domain.values import FrozenDict
from domain.world import World

PHONE = "own"
"""Key of the user's phone, and of what is around it."""
ACCOUNT_TABLES = {"plans": "plan_id", "customers": "customer_id", "lines": "line_id", "bills": "bill_id", "devices": "device_id"}
"""Table -> key, in the order in which recordings write them."""
SIGNALS = ("none", "poor", "fair", "good", "excellent")
TECHNOLOGIES = ("none", "2G", "3G", "4G", "5G")
MODES = ("4g_5g_preferred", "4g_only", "3g_only", "2g_only")
MMSC_URL = "http://mms.carrier.com/mms/wapenc"
DEFAULT_APN: Mapping[str, Any] = {
    "apn_name": "internet",
    "reset_at_reboot": False,
    "mms_apn": "mms",
    "mmsc_url": MMSC_URL,
    "mms_proxy": None,
    "mms_port": None,
}

_TEXT: Mapping[str, Any] = {"type": "string"}
_MAYBE: Mapping[str, Any] = {"type": ["string", "null"]}
_TEXTS: Mapping[str, Any] = {"type": "array", "items": _TEXT}
_YES_NO: Mapping[str, Any] = {"type": "boolean"}
_AMOUNT: Mapping[str, Any] = {"type": "number", "minimum": 0}
_SIGNAL: Mapping[str, Any] = {"enum": list(SIGNALS)}


def _object(**fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def _list(**fields: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "array", "items": _object(**fields)}


_APN = _object(
    apn_name=_TEXT, reset_at_reboot=_YES_NO, mms_apn=_MAYBE, mmsc_url=_MAYBE, mms_proxy=_MAYBE, mms_port={"type": ["integer", "null"]}
)
_PERMISSIONS = _object(**dict.fromkeys(("sms", "storage", "phone", "network"), _YES_NO))
_VPN = {**_object(server_address=_TEXT, protocol=_TEXT, server_performance={"enum": list(SIGNALS[1:])}), "type": ["object", "null"]}
_REQUEST = {**_object(bill_id=_TEXT, amount_due=_AMOUNT, paid=_YES_NO), "type": ["object", "null"]}


def _adds_up(bill: FrozenDict, _world: World) -> bool:
    return bool(abs(sum(item["amount"] for item in bill["line_items"]) - bill["total_due"]) < 0.005)


_BILL_STATUSES = ["Draft", "Issued", "Paid", "Overdue", "Awaiting Payment", "Disputed"]
SCHEMA = Schema(
    tables={
        "plans": Table(
            key="plan_id",
            columns={
                "plan_id": _TEXT,
                "name": _TEXT,
                "data_limit_gb": _AMOUNT,
                "price_per_month": _AMOUNT,
                "data_refueling_price_per_gb": _AMOUNT,
            },
        ),
        "customers": Table(
            key="customer_id",
            columns={
                "customer_id": _TEXT,
                "full_name": _TEXT,
                "date_of_birth": _TEXT,
                "email": _TEXT,
                "phone_number": _TEXT,
                "address": _object(street=_TEXT, city=_TEXT, state=_TEXT, zip_code=_TEXT),
                "account_status": {"enum": ["Active", "Suspended", "Pending Verification", "Closed"]},
                "payment_methods": _list(method_type=_TEXT, account_number_last_4=_TEXT, expiration_date=_TEXT),
                "line_ids": _TEXTS,
                "bill_ids": _TEXTS,
                "created_at": _TEXT,
                "last_extension_date": _MAYBE,
                "goodwill_credit_used_this_year": _AMOUNT,
            },
            references={"line_ids[]": "lines", "bill_ids[]": "bills"},
        ),
        "lines": Table(
            key="line_id",
            columns={
                "line_id": _TEXT,
                "phone_number": _TEXT,
                "status": {"enum": ["Active", "Suspended", "Pending Activation", "Closed"]},
                "plan_id": _TEXT,
                "device_id": _MAYBE,
                "data_used_gb": _AMOUNT,
                "data_refueling_gb": _AMOUNT,
                "roaming_enabled": _YES_NO,
                "contract_end_date": _MAYBE,
                "last_plan_change_date": _MAYBE,
                "last_sim_replacement_date": _MAYBE,
                "suspension_start_date": _MAYBE,
            },
            references={"plan_id": "plans", "device_id": "devices"},
        ),
        "bills": Table(
            key="bill_id",
            columns={
                "bill_id": _TEXT,
                "customer_id": _TEXT,
                "period_start": _TEXT,
                "period_end": _TEXT,
                "issue_date": _TEXT,
                "total_due": _AMOUNT,
                "due_date": _TEXT,
                "line_items": _list(description=_TEXT, amount={"type": "number"}, date=_TEXT, item_type=_TEXT),
                "status": {"enum": _BILL_STATUSES},
            },
            references={"customer_id": "customers"},
        ),
        "devices": Table(
            key="device_id",
            columns={
                "device_id": _TEXT,
                "device_type": {"enum": ["phone", "tablet", "router", "watch", "other"]},
                "model": _TEXT,
                "imei": _MAYBE,
                "is_esim_capable": _YES_NO,
                "activated": _YES_NO,
                "activation_date": _MAYBE,
                "last_esim_transfer_date": _MAYBE,
            },
        ),
        "phones": Table(
            key="phone_id",
            columns={
                "phone_id": _TEXT,
                "sim_card_status": {"enum": ["active", "locked_pin", "locked_puk"]},
                "sim_card_missing": _YES_NO,
                "airplane_mode": _YES_NO,
                "network_signal_strength": _SIGNAL,
                "network_technology_connected": {"enum": list(TECHNOLOGIES)},
                "network_connection_status": {"enum": ["connected", "searching", "no_service", "emergency_only"]},
                "battery_level": {"type": "integer", "minimum": 0, "maximum": 100},
                "data_enabled": _YES_NO,
                "roaming_enabled": _YES_NO,
                "network_mode_preference": {"enum": list(MODES)},
                "active_apn_settings": _APN,
                "wifi_enabled": _YES_NO,
                "wifi_connected": _YES_NO,
                "wifi_ssid": _MAYBE,
                "wifi_signal_strength": _SIGNAL,
                "wifi_calling_enabled": _YES_NO,
                "wifi_calling_mms_over_wifi": _YES_NO,
                "data_saver_mode": _YES_NO,
                "vpn_enabled_setting": _YES_NO,
                "vpn_connected": _YES_NO,
                "vpn_details": _VPN,
                "app_statuses": {"type": "object", "additionalProperties": _object(app_name=_TEXT, permissions=_PERMISSIONS)},
            },
        ),
        "surroundings": Table(
            key="phone_id",
            columns={
                "phone_id": _TEXT,
                "name": _MAYBE,
                "phone_number": _MAYBE,
                "is_abroad": _YES_NO,
                "roaming_allowed": _YES_NO,
                "signal_strength": {"type": "object", "additionalProperties": _SIGNAL},
                "mobile_data_usage_exceeded": _YES_NO,
                "line_active": _YES_NO,
                "payment_request": _REQUEST,
            },
            references={"phone_id": "phones"},
        ),
    },
    invariants=(Invariant("adds-up", "bills", "A bill's total is the sum of its items.", _adds_up),),
)
