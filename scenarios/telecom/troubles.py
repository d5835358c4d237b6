"""Things that can be wrong with a phone or its line, each with what puts it right."""

from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

from domain.goal import Action
from scenarios.telecom import faults

Fields = Mapping[str, Any]
Wrong = tuple[tuple[Any, dict[str, Any]], ...]


class Trouble(NamedTuple):
    """What is wrong, and the calls that put it right."""

    wrong: Wrong
    cure: tuple[Action, ...]


class Line(NamedTuple):
    """The line that it is about."""

    customer_id: str
    line_id: str
    limit_gb: float
    amount: float
    """Gigabytes that the user would have added."""
    bill_id: str
    """For a bill that is yet to be made."""

    @property
    def ids(self) -> dict[str, Any]:
        """As tools name it."""
        return {"customer_id": self.customer_id, "line_id": self.line_id}


def act(tool: str, **arguments: Any) -> Action:
    """One call."""
    return Action(tool=tool, arguments=arguments)


_RESET = (act("reset_apn_settings"), act("reboot_device"))


def _fixed(put: Any, *cure: Action, **arguments: Any) -> Trouble:
    return Trouble(((put, arguments),), cure)


AIRPLANE = _fixed(faults.turn_airplane_mode_on, act("toggle_airplane_mode"))
SIM_OUT = _fixed(faults.unseat_sim_card, act("reseat_sim_card"))
WRONG_APN = _fixed(faults.break_apn_settings, *_RESET)
DATA_OFF = _fixed(faults.turn_data_off, act("toggle_data"))
DATA_SAVER = _fixed(faults.turn_data_saver_mode_on, act("toggle_data_saver_mode"))
SLOW_VPN = _fixed(faults.break_vpn, act("disconnect_vpn"))
NO_MMSC = _fixed(faults.break_apn_mms_setting, *_RESET)
WIFI_CALLING = _fixed(faults.set_wifi_calling, act("toggle_wifi_calling"), enabled=True, mms_over_wifi=True)


def old_network(mode: str) -> Trouble:
    """The phone keeps to a slow network."""
    return _fixed(faults.set_network_mode, act("set_network_mode_preference", mode="4g_5g_preferred"), mode=mode)


def not_permitted(permission: str) -> Trouble:
    """The messaging app may not do what it needs to."""
    about = {"app_name": "messaging", "permission": permission}
    return _fixed(faults.remove_app_permission, act("grant_app_permission", **about), **about)


def abroad(line: Line, rng: Random) -> Trouble:
    """The user is abroad, and roaming is off on the phone, on the line, or on both."""
    phone_off, line_off = rng.choice(((True, False), (False, True), (True, True)))
    wrong: Wrong = (
        (faults.set_user_location, {"abroad": True}),
        (faults.turn_roaming_off if phone_off else faults.turn_roaming_on, {}),
        (faults.set_roaming, {**line.ids, "allowed": not line_off}),
    )
    cure = (*((act("enable_roaming", **line.ids),) if line_off else ()), *((act("toggle_roaming"),) if phone_off else ()))
    return Trouble(wrong, cure)


def used_up(line: Line, rng: Random) -> Trouble:
    """More data was used than the plan has."""
    used = round(line.limit_gb + rng.uniform(0.1, 0.4), 1)
    return _fixed(faults.set_data_usage, act("refuel_data", **line.ids, gb_amount=line.amount), **line.ids, data_used_gb=used)


def overdue(line: Line) -> Trouble:
    """A bill is overdue."""
    cure = (act("send_payment_request", customer_id=line.customer_id, bill_id=line.bill_id), act("make_payment"))
    return _fixed(faults.overdue_bill, *cure, **line.ids, new_bill_id=line.bill_id)


def suspended(line: Line, *, contract_ended: bool) -> Trouble:
    """The line is suspended for it."""
    about = {**line.ids, "new_bill_id": line.bill_id, "contract_ended": contract_ended}
    return _fixed(faults.suspend_for_overdue_bill, *overdue(line).cure, act("resume_line", **line.ids), act("reboot_device"), **about)


def drawn(rng: Random, offered: list[Trouble], most: int) -> list[Trouble]:
    """One to ``most`` of them, in their order."""
    number = rng.randint(1, min(most, len(offered)))
    places = sorted(rng.sample(range(len(offered)), number))
    return [offered[place] for place in places]
