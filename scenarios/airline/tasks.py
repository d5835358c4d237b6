"""From tau2-bench's tasks to goals."""

from collections.abc import Mapping
from typing import Any

from domain.goal import Goal
from domain.world import World


def goal_of(task: Mapping[str, Any], world: World) -> Goal:
    """One task as a goal."""
    raise NotImplementedError
