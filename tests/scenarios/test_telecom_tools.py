"""The tools of the desk and of the phone: what they show, what they change on the other side, what they refuse."""

from typing import Any

import pytest

from scenarios.telecom import faults, network
from scenarios.telecom.tables import MODES, PHONE
from tests.scenarios.telecom_desk import BILL_ID, CUSTOMER, CUSTOMER_ID, IDS, LINE_ID, call, done, phone, refusal, shown

SUSPENDED = (faults.suspend_for_overdue_bill, {**IDS, "new_bill_id": BILL_ID, "contract_ended": False})
OFF_LINE = (faults.set_roaming, {**IDS, "allowed": False})
ABROAD = (faults.set_user_location, {"abroad": True})


def test_customer_is_found_by_number_id_and_name() -> None:
    """Three ways lead to the same record; a name takes its date of birth."""
    world = phone()
    found = shown(world, "get_customer_by_phone", phone_number=CUSTOMER["phone_number"])
    assert found == shown(world, "get_customer_by_id", customer_id=CUSTOMER_ID) == shown(world, "get_details_by_id", id=CUSTOMER_ID)
    named = {"full_name": CUSTOMER["full_name"].upper(), "dob": CUSTOMER["date_of_birth"]}
    assert found in shown(world, "get_customer_by_name", **named)
    assert shown(world, "get_customer_by_name", **{**named, "dob": "1900-01-01"}) == []


@pytest.mark.parametrize(
    ("tool", "arguments", "reason"),
    [
        ("get_customer_by_phone", {"phone_number": "1"}, "Customer with phone number 1 not found"),
        ("get_customer_by_id", {"customer_id": "C1"}, "Customer with ID C1 not found"),
        ("get_details_by_id", {"id": "L1"}, "Line with ID L1 not found"),
        ("get_details_by_id", {"id": "X1"}, "Unknown ID format or type: X1"),
        ("resume_line", IDS, "Line must be suspended to resume"),
        ("resume_line", {**IDS, "line_id": "L1"}, f"Line L1 not found for customer {CUSTOMER_ID}"),
        ("refuel_data", {**IDS, "gb_amount": 0}, "Refuel amount must be positive"),
        ("send_payment_request", {"customer_id": CUSTOMER_ID, "bill_id": "B1"}, f"Bill B1 not found for customer {CUSTOMER_ID}"),
        ("get_data_usage", {"customer_id": "C1", "line_id": LINE_ID}, "Customer with ID C1 not found"),
    ],
)
def test_what_is_not_there_is_refused_by_name(tool: str, arguments: dict[str, Any], reason: str) -> None:
    """The reason names what was looked for, and nothing changes."""
    assert refusal(phone(), tool, **arguments) == reason


def test_bill_is_paid_from_both_sides() -> None:
    """The desk asks, the phone shows the request, the user pays, and the bill is settled; then the line comes back after a restart."""
    world = phone(SUSPENDED)
    assert shown(world, "check_payment_request") == "No payment request has been made."
    assert shown(world, "make_payment") == "You do not have a payment request."

    asked = done(world, ("send_payment_request", {"customer_id": CUSTOMER_ID, "bill_id": BILL_ID}))
    assert BILL_ID in shown(asked, "check_payment_request")
    assert "already awaiting" in refusal(asked, "send_payment_request", customer_id=CUSTOMER_ID, bill_id=BILL_ID)

    paid = done(asked, "make_payment")
    assert shown(paid, "get_details_by_id", id=BILL_ID)["status"] == "Paid"
    assert shown(paid, "check_payment_request") == "No payment request has been made."

    resumed = done(paid, ("resume_line", IDS))
    assert "No Signal" in shown(resumed, "check_status_bar")
    assert "Excellent" in shown(done(resumed, "reboot_device"), "check_status_bar")


def test_suspended_line_has_no_service() -> None:
    """Suspending cuts the line off as soon as the phone looks for a network."""
    world = done(phone(), ("suspend_line", {**IDS, "reason": "asked for"}), "reboot_device")
    assert "No Signal" in shown(world, "check_status_bar")
    assert refusal(world, "refuel_data", **IDS, gb_amount=1) == "Line must be active to refuel data"
    assert refusal(world, "suspend_line", **IDS, reason="again") == "Line must be active to suspend"


def test_data_that_is_used_up_comes_back_with_more() -> None:
    """Adding data costs the plan's price on the draft bill, and mobile data gets through again."""
    usage = shown(phone(), "get_data_usage", **IDS)
    world = phone((faults.set_data_usage, {**IDS, "data_used_gb": float(usage["data_limit_gb"]) + 0.3}))
    assert shown(world, "run_speed_test") == "Speed test failed: No Connection."

    event, after = call(world, "refuel_data", **IDS, gb_amount=1.5)
    assert "Excellent" in shown(after, "run_speed_test")
    draft = next(bill for bill in shown(after, "get_bills_for_customer", customer_id=CUSTOMER_ID) if bill["status"] == "Draft")
    assert draft["total_due"] == float(event.observation["charge"]) > 0  # type: ignore[attr-defined]


def test_bill_is_begun_where_there_is_no_draft() -> None:
    """What was added appears on a bill for the month after."""
    world = phone()
    drafts = [key for key, row in world.rows("bills") if row["status"] == "Draft" and row["customer_id"] == CUSTOMER_ID]
    asked = done(world, *(("send_payment_request", {"customer_id": CUSTOMER_ID, "bill_id": key}) for key in drafts))
    bills = shown(done(asked, ("refuel_data", {**IDS, "gb_amount": 1})), "get_bills_for_customer", customer_id=CUSTOMER_ID)
    begun = next(bill for bill in bills if bill["status"] == "Draft")
    assert begun["period_start"] == "2025-03-01"
    assert begun["line_items"][0]["amount"] == begun["total_due"]


def test_abroad_data_needs_roaming_on_both_sides() -> None:
    """The line must allow it and the phone must have it on."""
    world = phone(ABROAD, OFF_LINE)
    phone_on, line_on = "toggle_roaming", ("enable_roaming", IDS)
    cases: list[tuple[list[Any], bool]] = [([], False), ([phone_on], False), ([line_on], False), ([phone_on, line_on], True)]
    for calls, works in cases:
        assert ("Excellent" in shown(done(world, *calls), "run_speed_test")) is works, calls
    assert shown(phone(ABROAD, (faults.set_roaming, {**IDS, "allowed": True})), "enable_roaming", **IDS) == "Roaming was already enabled"
    assert shown(world, "disable_roaming", **IDS) == "Roaming was already disabled"


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        (faults.turn_airplane_mode_on, ["toggle_airplane_mode"]),
        (faults.unseat_sim_card, ["reseat_sim_card"]),
        (faults.break_apn_settings, ["reset_apn_settings", "reboot_device"]),
        (faults.turn_data_off, ["toggle_data"]),
        (faults.turn_data_saver_mode_on, ["toggle_data_saver_mode"]),
        (faults.break_vpn, ["disconnect_vpn"]),
        ((faults.set_network_mode, {"mode": "3g_only"}), [("set_network_mode_preference", {"mode": "4g_5g_preferred"})]),
        (faults.break_apn_settings, [("set_apn_settings", {"apn_settings": {}})]),
    ],
)
def test_every_fault_of_the_phone_has_a_cure(fault: Any, cure: list[Any]) -> None:
    """With the fault mobile data is off or slow; after the cure it is excellent."""
    world = phone(fault)
    assert "Excellent" not in shown(world, "run_speed_test")
    assert "Excellent" in shown(done(world, *cure), "run_speed_test")


@pytest.mark.parametrize(
    ("fault", "cure"),
    [
        (faults.break_apn_mms_setting, ["reset_apn_settings", "reboot_device"]),
        ((faults.set_wifi_calling, {"enabled": True, "mms_over_wifi": True}), ["toggle_wifi_calling"]),
        ((faults.set_network_mode, {"mode": "2g_only"}), [("set_network_mode_preference", {"mode": "4g_only"})]),
        *(
            ((faults.remove_app_permission, {**app}), [("grant_app_permission", app)])
            for app in ({"app_name": "messaging", "permission": name} for name in ("sms", "storage"))
        ),
    ],
)
def test_every_fault_of_picture_messages_has_a_cure(fault: Any, cure: list[Any]) -> None:
    """With the fault no picture message leaves the phone; after the cure one does."""
    world = phone(fault)
    assert "cannot" in shown(world, "can_send_mms")
    assert "cannot" not in shown(done(world, *cure), "can_send_mms")


def test_sim_that_is_locked_stays_locked() -> None:
    """Neither a restart nor taking it out helps."""
    world = phone((faults.lock_sim_card, {"mode": "puk"}))
    assert shown(world, "check_sim_status") == "The SIM card is locked with a PUK code."
    assert "No Signal" in shown(done(world, "reseat_sim_card", "reboot_device"), "check_status_bar")


def test_network_mode_decides_what_is_found() -> None:
    """Each mode finds its network; one that is no mode changes nothing."""
    bars = [shown(done(phone(), ("set_network_mode_preference", {"mode": mode})), "check_status_bar") for mode in MODES]
    assert [bar.split(" | ")[1] for bar in bars] == ["5G", "4G", "3G", "2G"]
    assert "not a valid option" in shown(phone(), "set_network_mode_preference", mode="6g")


def test_settings_for_the_network_are_checked() -> None:
    """A name or kind that does not fit is refused by name."""
    for settings, name in (({"apn_name": "nonsense"}, "apn_name"), ({"colour": 1}, "colour"), ({"mms_port": "80"}, "mms_port")):
        assert name in refusal(phone(), "set_apn_settings", apn_settings=settings)


def test_wifi_is_lost_in_airplane_mode() -> None:
    """The status bar and the Wi-Fi status agree."""
    world = done(phone(), "toggle_wifi")
    assert "📡 Enabled" in shown(world, "check_status_bar")
    assert shown(world, "check_wifi_status") == "Wi-Fi is ON, but not connected to any network."
    assert shown(done(world, "toggle_airplane_mode"), "check_network_status").endswith("Wi-Fi Connected: No")


def test_apps_and_vpn_tell_how_they_stand() -> None:
    """Unknown apps are named as such; a VPN that is connected is not connected again."""
    world = phone()
    assert shown(world, "check_installed_apps").endswith("messaging, browser")
    assert shown(world, "check_app_status", app_name="browser").endswith("   - storage\n   - network")
    for tool in ("check_app_status", "check_app_permissions"):
        assert "not found" in shown(world, tool, app_name="camera")
    assert shown(world, "grant_app_permission", app_name="camera", permission="sms").startswith("Error. App 'camera' not found")
    assert "not tracked" in shown(world, "grant_app_permission", app_name="browser", permission="gps")
    connected = done(world, "connect_vpn")
    assert shown(connected, "connect_vpn").startswith("VPN is already connected.")
    assert "VPN Connected" in shown(connected, "check_status_bar")
    assert shown(world, "disconnect_vpn").startswith("No active VPN connection")


def test_speeds_have_names() -> None:
    """Each grade begins where the one below ends."""
    assert [network.grade(mbps)[0] for mbps in (0.0, 1.0, 5.0, 25.0, 100.0)] == ["Very Poor", "Poor", "Fair", "Good", "Excellent"]
    around, own = phone().row("surroundings", PHONE), phone(faults.turn_data_off).row("phones", PHONE)
    assert around is not None
    assert own is not None
    assert network.speed(own, around) is None
