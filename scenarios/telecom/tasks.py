"""From tau2-bench's tasks to goals: what is wrong as they begin, what must hold in the end, and what the user knows."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from domain.errors import Refusal, SettingError, WorldError
from domain.goal import Action, Check, Goal, Task
from domain.world import World
from events.tools import Change
from scenarios.tau2 import instruction_of
from scenarios.telecom import faults
from scenarios.telecom.handling import search

NOW = "2025-02-25T12:08:00-05:00"
"""When these tasks play."""
_BEGINNINGS: Mapping[str, tuple[Callable[..., None], dict[str, Any]]] = {
    "set_user_info": (faults.set_user_info, {}),
    "set_user_location": (faults.set_user_location, {}),
    "turn_airplane_mode_on": (faults.turn_airplane_mode_on, {}),
    "turn_data_off": (faults.turn_data_off, {}),
    "turn_roaming_on": (faults.turn_roaming_on, {}),
    "turn_roaming_off": (faults.turn_roaming_off, {}),
    "turn_data_saver_mode_on": (faults.turn_data_saver_mode_on, {}),
    "unseat_sim_card": (faults.unseat_sim_card, {}),
    "lock_sim_card": (faults.lock_sim_card, {}),
    "break_apn_settings": (faults.break_apn_settings, {}),
    "break_apn_mms_setting": (faults.break_apn_mms_setting, {}),
    "break_vpn": (faults.break_vpn, {}),
    "remove_app_permission": (faults.remove_app_permission, {}),
    "set_network_mode_preference": (faults.set_network_mode, {}),
    "set_wifi_calling": (faults.set_wifi_calling, {}),
    "simulate_network_search": (search, {}),
    "enable_roaming": (faults.set_roaming, {"allowed": True}),
    "disable_roaming": (faults.set_roaming, {"allowed": False}),
    "set_data_usage": (faults.set_data_usage, {}),
    "suspend_line_for_overdue_bill": (faults.suspend_for_overdue_bill, {}),
}
"""Name in a task's initial state -> what does it."""
_SKILLS = {
    "assert_can_send_mms": "mms",
    "assert_internet_speed": "mobile_data",
    "assert_mobile_data_status": "mobile_data",
    "assert_service_status": "no_service",
    "assert_no_overdue_bill": "pay_bill",
    "assert_data_refueling_amount": "refuel",
}
"""What is checked -> what the user asks for; the first that is checked counts."""
_NUMBER = re.compile(r"\b\d{3}-\d{3}-\d{4}\b")
_NAME = re.compile(r"\bYou are ([A-Z][\w'-]+ [A-Z][\w'-]+)")
_FREE = frozenset({"summary"})
"""Arguments in which a text stands that each says in their own words."""


def goal_of(task: Mapping[str, Any], world: World) -> Goal:
    """
    One task as a goal.

    Args:
        task: As in the file, already checked for its shape and its tools' names.
        world: In which the task begins, before its initial state is made.

    Raises:
        SettingError: The task begins or is judged in a way that this setting does not know.
    """
    where = f"task {task['id']!r}"
    criteria = task["evaluation_criteria"]
    actions = tuple(Action(tool=call["name"], arguments=call["arguments"]) for call in criteria.get("actions") or ())
    instruction = instruction_of(task)
    number, name = _NUMBER.search(instruction), _NAME.search(instruction)
    checks = tuple(_check(check, where) for check in criteria.get("env_assertions") or ())
    known = {"place": _place(instruction), **_amount(instruction)}
    return Goal(
        id=f"tau2-{task['id']}",
        instruction=instruction,
        identity={**({"phone_number": number[0]} if number else {}), **({"name": name[1]} if name else {})},
        tasks=(Task(skill=_skill(checks), known=known),),
        actions=actions,
        setup=_setup(task.get("initial_state") or {}, world, where),
        checks=checks,
        calls=tuple(map(_needed, actions)) if "ACTION" in (criteria.get("reward_basis") or ()) else (),
    )


def begun(world: World, initial: Mapping[str, Any]) -> World:
    """
    The world that a task begins in.

    Args:
        initial: Its ``initial_state``.

    Raises:
        SettingError: It begins in a way that this setting does not know.
    """
    other = [part for part in initial if part != "initialization_actions" and initial[part]]
    if other:
        raise SettingError(f"a task begins with {', '.join(other)}; this setting knows initialization_actions alone")
    return world.with_changes(_setup(initial, world, "a task"))


def _setup(initial: Mapping[str, Any], world: World, where: str) -> tuple[Change, ...]:
    wrong = []
    for action in initial.get("initialization_actions") or ():
        name, arguments = str(action.get("func_name")), action.get("arguments") or {}
        if name not in _BEGINNINGS:
            raise SettingError(f"{where} begins with {name!r}; this setting knows {', '.join(_BEGINNINGS)}")
        put, more = _BEGINNINGS[name]
        wrong.append((put, {**arguments, **more}))
    try:
        return faults.prepared(world, NOW, wrong)
    except (Refusal, WorldError, TypeError, KeyError) as error:
        raise SettingError(f"{where}: its initial state cannot be made: {error}") from error


def _check(check: Any, where: str) -> Check:
    try:
        return Check(name=check["func_name"], arguments=check.get("arguments") or {}, expected=check.get("assert_value", True))
    except (KeyError, TypeError, ValueError) as error:
        raise SettingError(f"{where}: env_assertions: {check!r} needs func_name, arguments and assert_value") from error


def _needed(action: Action) -> Action:
    return Action(tool=action.tool, arguments={name: value for name, value in action.arguments.items() if name not in _FREE})


def _skill(checks: Sequence[Check]) -> str:
    wanted = {check.name for check in checks}
    return next((skill for name, skill in _SKILLS.items() if name in wanted), "hand_over")


def _place(instruction: str) -> str:
    return "abroad" if re.search(r"\bcurrently abroad\b", instruction) else "at home"


def _amount(instruction: str) -> dict[str, str]:
    found = re.search(r"\brefuel (\d+(?:\.\d+)?) GB", instruction)
    return {"amount": f"{float(found[1]):g} GB"} if found else {}
