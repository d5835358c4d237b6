"""What can go wrong in single conversations of a run."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any

import pytest

from actors import host, minds
from actors.minds import make_mind
from actors.plan import RunSettings
from domain.tools import CodeTool
from events.run import ConversationFinished
from projections.runs import RunView

SETTINGS = RunSettings(settings=("supply_chain", "retail"), count=12, seed=5)
USER_BREAKS, TOOL_BREAKS, ASSISTANT_BREAKS, CHILD_BREAKS, JUDGE_BREAKS, CHILD_LOST = 1, 2, 3, 4, 7, 8
"""Indices of the conversations; the sub-agents of CHILD_BREAKS and CHILD_LOST are called billing or logistics."""
TOOL = "verify_contact"


def seed_of(index: int) -> int:
    """A conversation's seed, as the planner draws it."""
    return int.from_bytes(blake2b(f"{SETTINGS.seed}/{index}".encode(), digest_size=6).digest())


def fail(error: Exception) -> Callable[..., Any]:
    """A function that raises."""

    def failing(*_: Any) -> Any:
        raise error

    return failing


def troubled_mind(path: str, model: str, setting: Any, goal: Any, persona: Any, seed: int, *more: Any) -> Any:
    """A mind, or one that breaks or cannot be reached."""
    mind: Any = make_mind(path, model, setting, goal, persona, seed, *more)
    if (path, seed) == ("user", seed_of(USER_BREAKS)):
        mind.reply = fail(ZeroDivisionError("no patience left"))
    if (path, seed) == ("assistant", seed_of(ASSISTANT_BREAKS)):
        mind.observe = fail(KeyError("ears"))
    if path.startswith("assistant/") and seed == seed_of(CHILD_BREAKS):
        mind.reply = fail(RuntimeError("out of ink"))
    if path.startswith("assistant/") and seed == seed_of(CHILD_LOST):
        mind.reply = fail(ConnectionError("nobody answers"))
    return mind


def cause(patch: pytest.MonkeyPatch) -> None:
    """Let it go wrong in this process."""
    run = CodeTool.run

    def broken_run(tool: CodeTool, world: Any, arguments: Any) -> Any:
        if tool.name == TOOL and world._seed == seed_of(TOOL_BREAKS):
            raise RuntimeError("the line is dead")
        return run(tool, world, arguments)

    judge = host.judge

    def broken_judge(held: Any, *about: Any) -> Any:
        if held.started.seed == seed_of(JUDGE_BREAKS):
            raise TypeError("lost count")
        return judge(held, *about)

    patch.setattr(CodeTool, "run", broken_run)
    patch.setattr(host, "judge", broken_judge)
    patch.setattr(minds, "make_mind", troubled_mind)


def digests(view: RunView, *but: int) -> dict[str, str]:
    """Digest of each finished conversation, but for some."""
    return {stream: end.digest for stream, end in view.finished.items() if stream not in {SETTINGS.stream(index) for index in but}}


def end_of(view: RunView, index: int) -> ConversationFinished:
    """How a conversation came out."""
    return view.finished[SETTINGS.stream(index)]
