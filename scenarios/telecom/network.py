"""What a phone finds in the air and shows of it: a function of the phone and of what is around it.

Speeds are in Mbps. Those of 2G, 4G and 5G, the factors and the words are as recordings of tau2-bench have them; 3G they do not
show, and a speed in between is taken.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from scenarios.telecom.tables import SIGNALS

Fields = Mapping[str, Any]
NOTHING: Fields = {"network_signal_strength": "none", "network_technology_connected": "none", "network_connection_status": "no_service"}
_SEARCHED = {"4g_5g_preferred": ("5G", "4G"), "4g_only": ("4G",), "3g_only": ("3G",), "2g_only": ("2G",)}
_ICONS = dict(zip(SIGNALS, ("📵 No Signal", "📶¹ Poor", "📶² Fair", "📶³ Good", "📶⁴ Excellent"), strict=True))
_MBPS = {"2G": 0.25, "3G": 3.0, "4G": 55.0, "5G": 275.0}
_OF_SIGNAL = {"poor": 0.2, "fair": 0.5, "good": 0.8, "excellent": 1.0}
_OF_VPN = {"poor": 0.1, "fair": 0.5, "good": 0.8, "excellent": 1.0}
_DATA_SAVER = 0.2
_GRADES = (
    (100.0, "Excellent", "Connection is very fast."),
    (25.0, "Good", "Connection is good for most activities, including HD streaming."),
    (5.0, "Fair", "Connection is okay for web browsing and some standard definition streaming."),
    (1.0, "Poor", "Connection is slow. Web browsing is possible, streaming hardly."),
    (0.0, "Very Poor", "Connection is very slow. Basic web browsing might be difficult."),
)
"""Speed from which on -> what it is called, and what it will do."""


def found(phone: Fields, around: Fields) -> Fields:
    """The fields of a phone that a search for a network sets."""
    locked = phone["sim_card_missing"] or phone["sim_card_status"] != "active"
    if phone["airplane_mode"] or locked or phone["active_apn_settings"]["apn_name"] == "broken" or not around["line_active"]:
        return NOTHING
    for technology in _SEARCHED[phone["network_mode_preference"]]:
        signal = around["signal_strength"].get(technology, "none")
        if signal != "none":
            return {
                "network_signal_strength": signal,
                "network_technology_connected": technology,
                "network_connection_status": "connected",
            }
    return NOTHING


def status_bar(phone: Fields) -> str:
    """The icons in the status bar, as text."""
    return "Status Bar: " + " | ".join(_icons(phone))


def _icons(phone: Fields) -> Iterator[str]:
    if phone["airplane_mode"]:
        yield "✈️ Airplane Mode"
    else:
        technology = phone["network_technology_connected"]
        yield _ICONS[phone["network_signal_strength"]]
        if technology != "none":
            yield technology
        data = phone["data_enabled"] and technology != "none"
        yield "📱 Data Enabled" if data else "📵 Data Disabled"
        if data and phone["data_saver_mode"]:
            yield "🔽 Data Saver"
    if phone["wifi_connected"] and phone["wifi_ssid"]:
        yield f"📡 Connected to {phone['wifi_ssid']}"
    elif phone["wifi_enabled"]:
        yield "📡 Enabled"
    if phone["vpn_connected"]:
        yield "🔒 VPN Connected"
    yield f"🔋 {phone['battery_level']}%"


def data_works(phone: Fields, around: Fields) -> bool:
    """Whether mobile data gets through, however slowly."""
    connected = phone["network_connection_status"] == "connected" and phone["network_signal_strength"] != "none"
    allowed = not around["is_abroad"] or (phone["roaming_enabled"] and around["roaming_allowed"])
    return bool(connected and not phone["airplane_mode"] and phone["data_enabled"] and allowed and not around["mobile_data_usage_exceeded"])


def speed(phone: Fields, around: Fields) -> float | None:
    """Mbps of mobile data; None where there is no connection."""
    if not data_works(phone, around):
        return None
    mbps = _MBPS[phone["network_technology_connected"]] * _OF_SIGNAL[phone["network_signal_strength"]]
    if phone["data_saver_mode"]:
        mbps *= _DATA_SAVER
    if phone["vpn_connected"] and phone["vpn_details"] is not None:
        mbps *= _OF_VPN[phone["vpn_details"]["server_performance"]]
    return mbps


def grade(mbps: float) -> tuple[str, str]:
    """What a speed is called, and what it will do."""
    return next((name, about) for least, name, about in _GRADES if mbps >= least)


def can_send_mms(phone: Fields, around: Fields) -> bool:
    """Whether a picture message would leave the phone."""
    over_wifi = phone["wifi_calling_enabled"] and phone["wifi_calling_mms_over_wifi"]
    permissions = phone["app_statuses"].get("messaging", {}).get("permissions", {})
    permitted = permissions.get("sms") and permissions.get("storage")
    fast = phone["network_technology_connected"] != "2G"
    return bool(data_works(phone, around) and fast and not over_wifi and phone["active_apn_settings"]["mmsc_url"] and permitted)
