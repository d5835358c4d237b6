"""All tools, in the order in which they are offered: those of the desk, then those of the user."""

from scenarios.tau2 import transfer_to_human_agents
from scenarios.telecom import account, display, handling

SERVICE_TOOLS = [
    account.get_customer_by_phone,
    account.get_customer_by_id,
    account.get_customer_by_name,
    account.get_details_by_id,
    account.suspend_line,
    account.resume_line,
    account.get_bills_for_customer,
    account.send_payment_request,
    account.get_data_usage,
    account.enable_roaming,
    account.disable_roaming,
    transfer_to_human_agents,
    account.refuel_data,
]
USER_TOOLS = [
    display.check_status_bar,
    display.check_network_status,
    display.check_network_mode_preference,
    handling.set_network_mode_preference,
    display.run_speed_test,
    handling.toggle_airplane_mode,
    display.check_sim_status,
    handling.reseat_sim_card,
    handling.toggle_data,
    handling.toggle_roaming,
    display.check_data_restriction_status,
    handling.toggle_data_saver_mode,
    display.check_apn_settings,
    handling.set_apn_settings,
    handling.reset_apn_settings,
    display.check_wifi_status,
    handling.toggle_wifi,
    display.check_wifi_calling_status,
    handling.toggle_wifi_calling,
    display.check_vpn_status,
    handling.connect_vpn,
    handling.disconnect_vpn,
    display.check_installed_apps,
    display.check_app_status,
    display.check_app_permissions,
    handling.grant_app_permission,
    display.can_send_mms,
    handling.reboot_device,
    display.check_payment_request,
    handling.make_payment,
]
TOOLS = [*SERVICE_TOOLS, *USER_TOOLS]
