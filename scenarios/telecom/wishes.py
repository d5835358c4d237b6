"""What one customer can want: the troubles behind it, what must hold in the end, and what they know."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

from domain.goal import Action, Check, Task
from domain.world import World
from scenarios.telecom import faults, troubles
from scenarios.telecom.scripts import TODAY
from scenarios.telecom.troubles import Line, Trouble, Wrong, act

_HOPELESS = 0.2
"""Share of phones without service that nobody at the desk can help."""
_AMOUNTS = (0.5, 1.0, 1.5, 2.0)
_NO_MORE = "You are not willing to accept anything less."
_TRANSFER = act("transfer_to_human_agents")


class Wish(NamedTuple):
    """One purpose, as the parts of a goal."""

    sentence: str
    task: Task
    wrong: Wrong
    actions: tuple[Action, ...]
    checks: tuple[Check, ...]
    calls: tuple[Action, ...] = ()


def _check(name: str, **arguments: Any) -> Check:
    return Check(name=name, arguments=arguments)


def _refuelled(about: Line) -> Check:
    return _check("assert_data_refueling_amount", **about.ids, expected_amount=about.amount)


def _line(rng: Random, customer: Mapping[str, Any], line: Mapping[str, Any], world: World) -> Line:
    plan = world.row("plans", line["plan_id"])
    assert plan is not None
    while world.row("bills", bill_id := f"B{rng.randint(1000000, 9999999)}") is not None:
        pass
    return Line(customer["customer_id"], line["line_id"], plan["data_limit_gb"], rng.choice(_AMOUNTS), bill_id)


def _wrong(found: list[Trouble]) -> Wrong:
    return tuple(wrong for trouble in found for wrong in trouble.wrong)


def _cure(found: list[Trouble]) -> tuple[Action, ...]:
    return tuple(action for trouble in found for action in trouble.cure)


def _amount(line: Line) -> str:
    return f"{line.amount:g} GB"


def no_service(rng: Random, about: Line) -> Wish:
    """The phone shows no signal."""
    sentence = "Your phone has had no service for hours. You want a signal in the status bar again, and would pay a bill for it."
    task = Task(skill="no_service")
    if rng.random() < _HOPELESS:
        ended = rng.random() < 0.5
        trouble = troubles.suspended(about, contract_ended=True) if ended else Trouble(((faults.lock_sim_card, {"mode": "pin"}),), ())
        checks = [_check("assert_service_status", expected_status="no_service")]
        if ended:
            checks.append(_check("assert_line_status", line_id=about.line_id, expected_status="Suspended"))
        return Wish(sentence, task, trouble.wrong, (), tuple(checks), (_TRANSFER,))
    due = troubles.suspended(about, contract_ended=False)
    found = troubles.drawn(rng, [troubles.AIRPLANE, troubles.SIM_OUT, due, troubles.WRONG_APN], 2)
    checks = [_check("assert_service_status", expected_status="connected")]
    if due in found:
        checks.append(_check("assert_no_overdue_bill", overdue_bill_id=about.bill_id))
    return Wish(sentence, task, _wrong(found), _cure(found), tuple(checks))


def mobile_data(rng: Random, about: Line) -> Wish:
    """Mobile data does not work, or is slow."""
    away, full = troubles.abroad(about, rng), troubles.used_up(about, rng)
    offered = [
        troubles.AIRPLANE,
        troubles.DATA_OFF,
        away,
        full,
        troubles.DATA_SAVER,
        troubles.old_network(rng.choice(("2g_only", "3g_only"))),
        troubles.SLOW_VPN,
    ]
    found = troubles.drawn(rng, offered, 3)
    checks = [
        _check("assert_mobile_data_status", expected_status=True),
        _check("assert_internet_speed", expected_speed=200, expected_desc="excellent"),
    ]
    if full in found:
        checks.append(_refuelled(about))
    place, where = _place(away in found)
    sentence = f"Mobile data does not work on your phone, or is very slow. You want excellent speed. {_NO_MORE} {where} {_would_add(about)}"
    task = Task(skill="mobile_data", known={"place": place, "amount": _amount(about)})
    return Wish(sentence, task, _wrong(found), _cure(found), tuple(checks))


def mms(rng: Random, about: Line) -> Wish:
    """Picture messages cannot be sent."""
    away, full = troubles.abroad(about, rng), troubles.used_up(about, rng)
    basic = [troubles.AIRPLANE, troubles.DATA_OFF, away, full, troubles.old_network("2g_only")]
    own = [troubles.NO_MMSC, troubles.WIFI_CALLING, troubles.not_permitted("storage"), troubles.not_permitted("sms")]
    found = [*(troubles.drawn(rng, basic, 2) if rng.random() < 0.6 else []), *troubles.drawn(rng, own, 2)]
    place, where = _place(away in found)
    sentence = f"You cannot send picture messages (MMS) with your messaging app, and want to. {where} {_would_add(about)}"
    task = Task(skill="mms", known={"place": place, "amount": _amount(about)})
    return Wish(sentence, task, _wrong(found), _cure(found), (_check("assert_can_send_mms", expected_status=True),))


def _place(away: bool) -> tuple[str, str]:
    return ("abroad", "You are abroad at the moment.") if away else ("at home", "You are at home.")


def _would_add(about: Line) -> str:
    return f"You would have {_amount(about)} of data added if need be."


def refuel(rng: Random, about: Line) -> Wish:  # noqa: ARG001, all wishes are drawn alike
    """More data."""
    task = Task(skill="refuel", known={"amount": _amount(about)})
    actions = (act("refuel_data", **about.ids, gb_amount=about.amount),)
    return Wish(f"You want {_amount(about)} of data added to your line.", task, (), actions, (_refuelled(about),))


def pay_bill(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """A bill is overdue, and the customer knows it."""
    trouble = troubles.overdue(about)
    checks = (_check("assert_no_overdue_bill", overdue_bill_id=about.bill_id),)
    sentence = "You have been told that a bill of yours is overdue, and want to pay it."
    return Wish(sentence, Task(skill="pay_bill"), trouble.wrong, trouble.cure, checks)


def travel(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """A journey is ahead."""
    checks = (_check("assert_roaming_allowed", line_id=about.line_id),)
    wrong: Wrong = ((faults.set_roaming, {**about.ids, "allowed": False}),)
    sentence = "You are about to travel abroad, and want your line to work there."
    return Wish(sentence, Task(skill="travel"), wrong, (act("enable_roaming", **about.ids),), checks)


def _switched(skill: str, sentence: str, field: str, tool: str) -> Callable[[Random, Line], Wish]:
    def wish(rng: Random, about: Line) -> Wish:  # noqa: ARG001
        return Wish(sentence, Task(skill=skill), (), (act(tool),), (_check("assert_switched_on", field=field),))

    return wish


def apn(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """The APN has a wrong name."""
    cure = (act("set_apn_settings", apn_settings={"apn_name": "internet"}),)
    checks = (_check("assert_apn_name", expected_name="internet"),)
    sentence = "Somebody changed the APN name on your phone, and you want it put right."
    return Wish(sentence, Task(skill="apn"), ((faults.break_apn_settings, {}),), cure, checks)


def app_access(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """What an app may use."""
    app = rng.choice(("messaging", "browser"))
    sentence = f"You want to know which permissions the {app} app on your phone has."
    task = Task(skill="app_access", known={"app_name": app})
    return Wish(sentence, task, (), (), (), (act("check_app_status", app_name=app),))


def suspend(rng: Random, about: Line) -> Wish:
    """The line is not needed for a while."""
    why = rng.choice(("stolen", "lost phone", "long journey", "hospital", "hardly used"))
    checks = (_check("assert_line_status", line_id=about.line_id, expected_status="Suspended"),)
    actions = (act("suspend_line", **about.ids, reason=why),)
    return Wish(f"You want your line suspended ({why}).", Task(skill="suspend", known={"why": why}), (), actions, checks)


def stay_home(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """The journey is over."""
    checks = (Check(name="assert_roaming_allowed", arguments={"line_id": about.line_id}, expected=False),)
    wrong: Wrong = ((faults.set_roaming, {**about.ids, "allowed": True}),)
    sentence = "You are back from other countries, and no longer want your line to work there."
    return Wish(sentence, Task(skill="stay_home"), wrong, (act("disable_roaming", **about.ids),), checks)


def person(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """Talk to a person."""
    return Wish("You want to talk to a person, and nothing else.", Task(skill="hand_over"), (), (), (), (_TRANSFER,))


def too_much(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """More data at a time than is added."""
    task = Task(skill="refuel", known={"amount": f"{rng.choice((2.1, 2.5, 3, 5)):g} GB"})
    return Wish(f"You want {task.known['amount']} of data added to your line. The desk will not do it.", task, (), (), ())


def nothing_due(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """A bill that is not overdue."""
    return Wish("You believe that a bill of yours is overdue, and want to pay it. None is.", Task(skill="pay_bill"), (), (), ())


def last_day(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """The line is suspended for a bill, and its contract ends today."""
    return _ending(about, TODAY, troubles.suspended(about, contract_ended=False).cure, "connected")


def day_late(rng: Random, about: Line) -> Wish:  # noqa: ARG001
    """The line is suspended for a bill, and its contract ended yesterday."""
    before = (date.fromisoformat(TODAY) - timedelta(days=1)).isoformat()
    return _ending(about, before, (), "no_service")._replace(calls=(_TRANSFER,))


def _ending(about: Line, day: str, cure: tuple[Action, ...], status: str) -> Wish:
    wrong = (*troubles.suspended(about, contract_ended=False).wrong, (faults.set_contract_end, {"line_id": about.line_id, "day": day}))
    checks = [_check("assert_service_status", expected_status=status)]
    sentence = "Your phone has had no service for hours. You want a signal in the status bar again, and would pay a bill for it."
    return Wish(sentence, Task(skill="no_service"), wrong, cure, tuple(checks))


def draw_wish(kind: str, rng: Random, customer: Mapping[str, Any], line: Mapping[str, Any], world: World) -> Wish:
    """A wish of a kind, for one line of a customer."""
    return WISHES[kind](rng, _line(rng, customer, line, world))


_SWITCHES = {
    "wifi": _switched("wifi", "You want Wi-Fi on, on your phone.", "wifi_enabled", "toggle_wifi"),
    "vpn": _switched("vpn", "You want your phone connected to the VPN.", "vpn_connected", "connect_vpn"),
    "data_saver": _switched("data_saver", "You want Data Saver on, on your phone.", "data_saver_mode", "toggle_data_saver_mode"),
}
WISHES: Mapping[str, Callable[[Random, Line], Wish]] = {
    **{wish.__name__: wish for wish in (no_service, mobile_data, mms, refuel, pay_bill, travel)},
    **{wish.__name__: wish for wish in (apn, app_access, suspend, stay_home, person, too_much, nothing_due, last_day, day_late)},
    **_SWITCHES,
}
