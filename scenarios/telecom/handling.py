"""Tools of the user that change something: settings, switches, the SIM card, a restart, and paying."""

from collections.abc import Mapping
from typing import Any

from domain.errors import Refusal
from domain.tools import tool
from domain.transaction import Transaction
from scenarios.telecom import network
from scenarios.telecom.display import around, on_off, phone
from scenarios.telecom.syncing import sync
from scenarios.telecom.tables import DEFAULT_APN, MODES, PHONE

_APN_NAMES = ("internet", "broken")
_VPN: Mapping[str, Any] = {"server_address": "192.168.1.1", "protocol": "OpenVPN", "server_performance": "excellent"}


def search(world: Transaction) -> None:
    """Let the phone look for a network."""
    world.update("phones", PHONE, **network.found(phone(world), around(world)))


def _with_status(world: Transaction, text: str) -> str:
    """What the phone answers, and its status bar below."""
    return f"{text}\n{network.status_bar(phone(world))}"


def _toggle(world: Transaction, field: str, name: str) -> str:
    after = not phone(world)[field]
    world.update("phones", PHONE, **{field: after})
    return f"{name} is now {on_off(after)}."


@tool(writes=True)
def set_network_mode_preference(world: Transaction, mode: str) -> str:
    """
    Choose which kinds of mobile network the phone prefers.

    Args:
        mode: One of ``4g_5g_preferred``, ``4g_only``, ``3g_only``, ``2g_only``.
    """
    if mode not in MODES:
        return _with_status(world, f"Failed to set network mode: '{mode}' is not a valid option. Please use one of: {', '.join(MODES)}")
    world.update("phones", PHONE, network_mode_preference=mode)
    search(world)
    return _with_status(world, f"Preferred Network Mode set to: {mode}")


@tool(writes=True)
def toggle_airplane_mode(world: Transaction) -> str:
    """Switch airplane mode on or off. While it is on, the phone is connected to nothing."""
    text = _toggle(world, "airplane_mode", "Airplane Mode")
    if phone(world)["airplane_mode"]:
        world.update("phones", PHONE, wifi_connected=False, wifi_ssid=None, wifi_signal_strength="none")
    search(world)
    return _with_status(world, text)


@tool(writes=True)
def reseat_sim_card(world: Transaction) -> str:
    """Take the SIM card out and put it back in."""
    world.update("phones", PHONE, sim_card_missing=False)
    search(world)
    return _with_status(world, "SIM card re-seated successfully.")


@tool(writes=True)
def toggle_data(world: Transaction) -> str:
    """Switch mobile data on or off."""
    text = _toggle(world, "data_enabled", "Mobile Data")
    search(world)
    return _with_status(world, text)


@tool(writes=True)
def toggle_roaming(world: Transaction) -> str:
    """Switch data roaming on or off: whether the phone may use mobile data abroad."""
    text = _toggle(world, "roaming_enabled", "Data Roaming")
    search(world)
    return _with_status(world, text)


@tool(writes=True)
def toggle_data_saver_mode(world: Transaction) -> str:
    """Switch Data Saver on or off."""
    return _with_status(world, _toggle(world, "data_saver_mode", "Data Saver Mode"))


@tool(writes=True)
def set_apn_settings(world: Transaction, apn_settings: dict[str, Any]) -> str:
    """
    Set the technical settings for mobile data and picture messages.

    Args:
        apn_settings: ``apn_name``, ``mmsc_url``, ``mms_apn``, ``mms_proxy``, ``mms_port``, ``reset_at_reboot``; defaults for the rest.
    """
    settings = {**DEFAULT_APN, **apn_settings}
    _check_apn(settings)
    world.update("phones", PHONE, active_apn_settings=settings)
    search(world)
    return _with_status(world, f"APN settings set to: {settings['apn_name']}")


def _check_apn(settings: Mapping[str, Any]) -> None:
    texts = (str, type(None))
    kinds: dict[str, Any] = dict.fromkeys(("mms_apn", "mmsc_url", "mms_proxy"), texts) | {
        "reset_at_reboot": bool,
        "mms_port": (int, type(None)),
    }
    for name, value in settings.items():
        if name not in DEFAULT_APN:
            raise Refusal("invalid-arguments", f"apn_settings: there is no setting {name}; there are {', '.join(DEFAULT_APN)}")
        if name == "apn_name":
            fits = value in _APN_NAMES
        else:
            fits = isinstance(value, kinds[name]) and (name != "mms_port" or not isinstance(value, bool))
        if not fits:
            raise Refusal("invalid-arguments", f"apn_settings: {name} cannot be {value!r}")


@tool(writes=True)
def reset_apn_settings(world: Transaction) -> str:
    """Have the technical settings for mobile data put back to what they were when the phone was delivered, at the next restart."""
    world.update("phones", PHONE, active_apn_settings={**phone(world)["active_apn_settings"], "reset_at_reboot": True})
    search(world)
    return _with_status(world, "APN settings will reset at reboot.")


@tool(writes=True)
def toggle_wifi(world: Transaction) -> str:
    """Switch Wi-Fi on or off."""
    text = _toggle(world, "wifi_enabled", "Wi-Fi")
    if not phone(world)["wifi_enabled"]:
        world.update("phones", PHONE, wifi_connected=False, wifi_ssid=None, wifi_signal_strength="none")
    return _with_status(world, text)


@tool(writes=True)
def toggle_wifi_calling(world: Transaction) -> str:
    """Switch Wi-Fi Calling on or off: whether calls go over Wi-Fi where they can."""
    return _with_status(world, _toggle(world, "wifi_calling_enabled", "Wi-Fi Calling"))


@tool(writes=True)
def connect_vpn(world: Transaction) -> str:
    """Connect to the VPN."""
    if phone(world)["vpn_connected"]:
        return _with_status(world, "VPN is already connected.")
    world.update("phones", PHONE, vpn_connected=True, vpn_details=_VPN)
    return _with_status(world, "VPN connected successfully.")


@tool(writes=True)
def disconnect_vpn(world: Transaction) -> str:
    """Disconnect from the VPN."""
    if not phone(world)["vpn_connected"]:
        return _with_status(world, "No active VPN connection to disconnect.")
    world.update("phones", PHONE, vpn_connected=False, vpn_details=None)
    return _with_status(world, "VPN disconnected successfully.")


@tool(writes=True)
def grant_app_permission(world: Transaction, app_name: str, permission: str) -> str:
    """
    Allow an app to use something.

    Args:
        app_name: In small letters, e.g. ``messaging``.
        permission: In small letters, e.g. ``storage``.
    """
    apps = phone(world)["app_statuses"]
    if app_name not in apps:
        return _with_status(world, f"Error. App '{app_name}' not found. Cannot grant permission.")
    permissions = apps[app_name]["permissions"]
    if permission.lower() not in permissions:
        tracked = f"available permissions: {list(permissions)}"
        return _with_status(world, f"Error. Permission '{permission}' not tracked for app '{app_name}', {tracked}")
    app = {**apps[app_name], "permissions": {**permissions, permission.lower(): True}}
    world.update("phones", PHONE, app_statuses={**apps, app_name: app})
    return _with_status(world, f"Success. Permission '{permission}' granted to app '{app_name}'.")


@tool(writes=True)
def reboot_device(world: Transaction) -> str:
    """Restart the phone; it looks for a network anew, and settings that wait for a restart take effect."""
    text = "Restarting network services..."
    if phone(world)["active_apn_settings"]["reset_at_reboot"]:
        world.update("phones", PHONE, active_apn_settings=DEFAULT_APN)
        text = f"Resetting APN settings...\n{text}"
    search(world)
    return _with_status(world, text)


@tool(writes=True)
def make_payment(world: Transaction) -> str:
    """Pay the bill that the company has asked you to pay."""
    request = around(world)["payment_request"]
    if request is None:
        return "You do not have a payment request."
    world.update("surroundings", PHONE, payment_request={**request, "paid": True})
    sync(world)
    return f"Payment of {request['amount_due']} USD has been made for bill {request['bill_id']}."
