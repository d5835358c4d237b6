"""What users and desk say is understood by the other side, and what the desk asks for is done."""

from random import Random

import pytest

from actors.offline.errands import hear_errands
from actors.offline.hearing import hear_assistant
from domain.persona.sampling import draw_persona
from tests.scenarios.telecom_desk import SETTING

VALUES = {"phone_number": "555-201-4417", "place": "abroad", "amount": "1.5 GB", "name": "Greta Farrow"}
VALUES |= {"customer_id": "C2041", "dob": "1984-03-09", "why": "stolen", "app_name": "messaging"}
ABOUT = {"used": "3.2 GB", "limit": "3 GB", "bill_id": "B123456", "wrong": "555-000-0000", "app_name": "messaging"}
ERRANDS = {
    "bar": "check_status_bar",
    "bar_airplane": "toggle_airplane_mode",
    "bar_sim": "reseat_sim_card",
    "bar_resumed": "reboot_device",
    "bar_restarted": "reboot_device",
    "bar_data": "toggle_data",
    "bar_roaming": "toggle_roaming",
    "bar_saver": "toggle_data_saver_mode",
    "bar_mode": "set_network_mode_preference",
    "bar_vpn": "disconnect_vpn",
    "bar_wifi_calling": "toggle_wifi_calling",
    "sim": "check_sim_status",
    "apn": "check_apn_settings",
    "apn_reset": "reset_apn_settings",
    "payment_request": "check_payment_request",
    "payment": "make_payment",
    "roaming": "check_network_status",
    "mode": "check_network_mode_preference",
    "speed": "run_speed_test",
    "able": "can_send_mms",
    "able_now": "can_send_mms",
    "wifi_calling": "check_wifi_calling_status",
    "permissions": "check_app_permissions",
    "storage_granted": "grant_app_permission",
    "sms_granted": "grant_app_permission",
    "wifi": "check_wifi_status",
    "bar_wifi": "toggle_wifi",
    "vpn": "check_vpn_status",
    "bar_vpn_on": "connect_vpn",
    "saver": "check_data_restriction_status",
    "bar_saver_on": "toggle_data_saver_mode",
    "bar_apn": "set_apn_settings",
    "apps": "check_installed_apps",
    "app_status": "check_app_status",
}
QUESTIONS = {"amount": ["ask.amount", "ask.amount_used_up"], "phone_number": ["ask.phone_number", "authenticate.not_found"]}
ROUNDS = 200


def expansions(key: str, values: dict[str, str]) -> list[str]:
    """Many ways in which a phrase comes out, by all kinds of people."""
    rng = Random(key)
    return sorted({SETTING.phrases.say(key, values, rng, draw_persona(rng)) for _ in range(ROUNDS)})


@pytest.mark.parametrize("skill", SETTING.skills)
@pytest.mark.parametrize("known", [VALUES, {}], ids=["all known", "nothing known"])
def test_request_is_recognised_as_itself_and_nothing_else(skill: str, known: dict[str, str]) -> None:
    """Each way to ask for something matches the cues of its own skill and of no other."""
    for text in [*expansions(f"request.{skill}", known), *expansions(f"brief.{skill}", known)]:
        assert [name for name, other in SETTING.skills.items() if other.recogniser.search(text)] == [skill], text


@pytest.mark.parametrize("slot", ERRANDS)
def test_question_makes_the_user_do_one_thing(slot: str) -> None:
    """Each way to ask for what the phone shows is heard as one errand, with the right tool."""
    for text in expansions(f"ask.{slot}", ABOUT):
        asked = hear_errands(text, SETTING.errands, SETTING.user, VALUES)
        assert [wanted.tool for wanted in asked.wanted] == [ERRANDS[slot]], text
        assert not hear_assistant(text, SETTING.slots, VALUES).confirms, text


@pytest.mark.parametrize("slot", sorted(set(SETTING.slots) - set(ERRANDS)))
def test_question_for_what_the_user_knows_is_heard_and_answered(slot: str) -> None:
    """The user hears which detail is asked for, and the desk finds it in the answer."""
    for key in QUESTIONS.get(slot, [f"ask.{slot}"]):
        for text in expansions(key, ABOUT):
            assert hear_assistant(text, SETTING.slots, VALUES).asked == (slot,), text
            assert not hear_errands(text, SETTING.errands, SETTING.user, VALUES).wanted, text
    for text in expansions(f"tell.{slot}", VALUES):
        assert SETTING.slots[slot].find(text, asked=True) == SETTING.slots[slot].find(VALUES[slot], asked=True), text


@pytest.mark.parametrize("skill", SETTING.skills)
def test_requests_vary(skill: str) -> None:
    """There are many ways to ask for the same thing, and some that tell nothing yet."""
    ways = SETTING.phrases.alternatives(f"request.{skill}")
    assert len(ways) >= (6 if skill == "hand_over" else 20)
    assert any(not way.needs for way in ways)
