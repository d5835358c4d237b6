"""How tasks of tau2-bench begin that are not at hand: their names list what is wrong, and other tasks say what that means.

A name is ``[KIND]TROUBLE|TROUBLE[PERSONA:NAME]``. What a trouble puts wrong is what all tasks with it have in common, but
for what all tasks do; a task does these things in the order of its name.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from domain.values import canonical

_NAME = re.compile(r"\[\w+\](?P<troubles>[^\[\]]+)(\[.*\])?")
_ACTIONS = "initialization_actions"


class Beginnings:
    """
    Initial states by name of the task.

    Args:
        tasks: Those that are at hand, by id.
    """

    def __init__(self, tasks: Mapping[str, Mapping[str, Any]]) -> None:
        self._tasks = tasks

    def initial(self, task: str) -> Mapping[str, Any] | None:
        """The ``initial_state`` of a task; None where its name holds a trouble that no task at hand has."""
        if task in self._tasks:
            return self._tasks[task].get("initial_state") or {}
        always, puts = self._learned
        troubles = _troubles(task)
        if not troubles or not all(trouble in puts for trouble in troubles):
            return None
        return {_ACTIONS: [*always, *(action for trouble in troubles for action in puts[trouble])]}

    @cached_property
    def _learned(self) -> tuple[list[Any], dict[str, list[Any]]]:
        """What all tasks do, and what a trouble puts wrong, each in the order of the tasks."""
        shared: dict[str, dict[bytes, Any]] = {}
        always: dict[bytes, Any] | None = None
        for name, task in self._tasks.items():
            done = _done(task)
            always = _both(always, done)
            for trouble in _troubles(name):
                shared[trouble] = _both(shared.get(trouble), done)
        always = always or {}
        puts = {trouble: [action for key, action in done.items() if key not in always] for trouble, done in shared.items()}
        return list(always.values()), puts


def _troubles(name: str) -> Sequence[str]:
    found = _NAME.fullmatch(name)
    return found["troubles"].split("|") if found else ()


def _done(task: Mapping[str, Any]) -> dict[bytes, Any]:
    return {canonical(action): action for action in (task.get("initial_state") or {}).get(_ACTIONS) or ()}


def _both(one: dict[bytes, Any] | None, other: dict[bytes, Any]) -> dict[bytes, Any]:
    return other if one is None else {key: action for key, action in one.items() if key in other}
