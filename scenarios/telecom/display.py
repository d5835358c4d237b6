"""Tools of the user that only look: what the phone shows."""

from collections.abc import Mapping
from typing import Any

from domain.tools import tool
from domain.transaction import Row, Transaction
from scenarios.telecom import network
from scenarios.telecom.tables import PHONE


def phone(world: Transaction) -> Row:
    """The user's phone."""
    return world.get("phones", PHONE)


def around(world: Transaction) -> Row:
    """What is around it."""
    return world.get("surroundings", PHONE)


def _yes(value: bool) -> str:
    return "Yes" if value else "No"


def on_off(value: bool) -> str:
    """As the phone writes it."""
    return "ON" if value else "OFF"


@tool
def check_status_bar(world: Transaction) -> str:
    """Look at the icons at the top of the screen: airplane mode, signal, network, mobile data, data saver, Wi-Fi, VPN, battery."""
    return network.status_bar(phone(world))


@tool
def check_network_status(world: Transaction) -> str:
    """Look up how the phone is connected: airplane mode, SIM card, mobile network, mobile data, data roaming and Wi-Fi."""
    own = phone(world)
    lines = {
        "Airplane Mode": on_off(own["airplane_mode"]),
        "SIM Card Status": "missing" if own["sim_card_missing"] else own["sim_card_status"],
        "Cellular Connection": own["network_connection_status"],
        "Cellular Signal": own["network_signal_strength"],
        "Cellular Network Type": own["network_technology_connected"],
        "Mobile Data Enabled": _yes(own["data_enabled"]),
        "Data Roaming Enabled": _yes(own["roaming_enabled"]),
        "Wi-Fi Radio": on_off(own["wifi_enabled"]),
        "Wi-Fi Connected": _yes(own["wifi_connected"]),
    }
    if own["wifi_connected"]:
        lines["Connected Wi-Fi Network"] = str(own["wifi_ssid"])
    return "\n".join(f"{name}: {value}" for name, value in lines.items())


@tool
def check_network_mode_preference(world: Transaction) -> str:
    """Look up which kinds of mobile network the phone prefers."""
    return f"Network Mode Preference: {phone(world)['network_mode_preference']}"


@tool
def run_speed_test(world: Transaction) -> str:
    """Measure how fast mobile data is, and what that is good for."""
    mbps = network.speed(phone(world), around(world))
    if mbps is None:
        return "Speed test failed: No Connection."
    name, about = network.grade(mbps)
    return f"Speed Test Result: {mbps:.2f} Mbps ({name}). {about}"


@tool
def check_sim_status(world: Transaction) -> str:
    """Look up whether the SIM card works, is missing, or is locked with a PIN or PUK code."""
    own = phone(world)
    if own["sim_card_missing"]:
        return "No SIM card detected in the phone."
    if own["sim_card_status"] == "active":
        return "Your SIM card is active and working."
    return f"The SIM card is locked with a {own['sim_card_status'].removeprefix('locked_').upper()} code."


@tool
def check_data_restriction_status(world: Transaction) -> str:
    """Look up whether Data Saver limits what the phone may send and receive."""
    return "Data Saver mode is ON (limits data usage)." if phone(world)["data_saver_mode"] else "Data Saver mode is OFF."


@tool
def check_apn_settings(world: Transaction) -> str:
    """Look up the technical settings for mobile data and picture messages: the APN and the MMSC address."""
    apn = phone(world)["active_apn_settings"]
    mmsc = apn["mmsc_url"] or "Not Set"
    note = "(These are technical settings, usually best left unchanged.)"
    return f"Current APN Name: {apn['apn_name']}\nMMSC URL (for picture messages): {mmsc}\n{note}"


@tool
def check_wifi_status(world: Transaction) -> str:
    """Look up whether Wi-Fi is on, to which network the phone is connected, and how well."""
    own = phone(world)
    if not own["wifi_enabled"]:
        return "Wi-Fi is turned OFF."
    if not own["wifi_connected"]:
        return "Wi-Fi is ON, but not connected to any network."
    return f"Wi-Fi is ON and connected to '{own['wifi_ssid']}'. Signal strength: {own['wifi_signal_strength']}."


@tool
def check_wifi_calling_status(world: Transaction) -> str:
    """Look up whether calls go over Wi-Fi where they can."""
    return f"Wi-Fi Calling is currently turned {on_off(phone(world)['wifi_calling_enabled'])}."


@tool
def check_vpn_status(world: Transaction) -> str:
    """Look up whether a VPN is connected, and its details."""
    own = phone(world)
    if own["vpn_connected"]:
        return f"VPN is ON and connected. Details: {_details(own['vpn_details'])}"
    if own["vpn_enabled_setting"]:
        return "VPN is turned ON, but not connected."
    return "VPN is turned OFF."


def _details(details: Mapping[str, Any] | None) -> str:
    """As the phone writes them; recordings hold us to the form."""
    if details is None:
        return "None"
    grade = details["server_performance"]
    shown = {"server_address": repr(details["server_address"]), "protocol": repr(details["protocol"])}
    shown["server_performance"] = f"<PerformanceLevel.{grade.upper()}: {grade!r}>"
    return "{" + ", ".join(f"{name!r}: {value}" for name, value in shown.items()) + "}"


@tool
def check_installed_apps(world: Transaction) -> str:
    """List the apps on the phone."""
    return f"The following apps are installed on the phone: {', '.join(phone(world)['app_statuses'])}"


@tool
def check_app_status(world: Transaction, app_name: str) -> str:
    """
    Look up what there is to know about an app.

    Args:
        app_name: In small letters, e.g. ``messaging``.
    """
    granted = _granted(world, app_name)
    if granted is None:
        return f"App '{app_name}' not found on this phone."
    listed = "".join(f"\n   - {permission}" for permission in granted) or " None"
    return f"Status for App: {app_name}\n - Permissions Granted:{listed}"


@tool
def check_app_permissions(world: Transaction, app_name: str) -> str:
    """
    Look up what an app is allowed to use.

    Args:
        app_name: In small letters, e.g. ``messaging``.
    """
    granted = _granted(world, app_name)
    if granted is None:
        return f"App '{app_name}' not found on this phone."
    if not granted:
        return f"App '{app_name}' currently has no permissions granted."
    return f"App '{app_name}' has permission for: {', '.join(granted)}."


def _granted(world: Transaction, app_name: str) -> list[str] | None:
    app = phone(world)["app_statuses"].get(app_name)
    return None if app is None else [name for name, given in app["permissions"].items() if given]


@tool
def can_send_mms(world: Transaction) -> str:
    """Try whether the messaging app can send picture messages."""
    able = network.can_send_mms(phone(world), around(world))
    return f"Your messaging app {'can' if able else 'cannot'} send MMS messages."


@tool
def check_payment_request(world: Transaction) -> str:
    """Look up whether the company has asked for a payment."""
    request = around(world)["payment_request"]
    if request is None:
        return "No payment request has been made."
    return f"You have a payment request for bill {request['bill_id']} of {request['amount_due']} USD."
