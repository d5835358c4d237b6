"""A gold path as it comes out: call after call on a world, each with what it read, showed and changed."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from domain.errors import Refusal
from domain.goal import Action
from domain.setting import Setting
from domain.transaction import Transaction
from domain.values import canonical, plain
from domain.world import World
from events.tools import Change


class GoldStep(NamedTuple):
    """How a call came out."""

    action: Action
    writes: bool
    shown: Any = None
    """What it shows, as JSON; None where it was not answered."""
    refused: str | None = None
    """Code of the refusal; ``broken:KeyError`` where the tool itself failed."""
    reads: tuple[tuple[str, str, str], ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def outcome(self) -> bytes:
        """Equal for calls that come out alike, to whoever made them and to the world."""
        return canonical([self.refused, self.shown, bool(self.changes)])


def gone(world: World, actions: Iterable[Action], setting: Setting) -> tuple[list[GoldStep], World]:
    """
    Each call of a path, and the world that it leaves.

    Rules of the policy do not stand in its way; a call that is refused or breaks changes nothing, and the next one is made.
    """
    steps = []
    for number, action in enumerate(actions):
        tool = setting.toolset.get(action.tool)
        if tool is None:
            steps.append(GoldStep(action, writes=False, refused="unknown-tool"))
            continue
        transaction = Transaction(world, position=number, now=setting.clock)
        try:
            shown = plain(tool.run(transaction, action.arguments))
        except Refusal as refusal:
            steps.append(GoldStep(action, tool.writes, refused=refusal.code, reads=transaction.reads))
        except Exception as error:  # a tool may break in any way
            steps.append(GoldStep(action, tool.writes, refused=f"broken:{type(error).__name__}"))
        else:
            steps.append(GoldStep(action, tool.writes, shown, None, transaction.reads, transaction.changes))
            world = world.with_changes(transaction.changes)
    return steps, world


def is_telling(shown: Any) -> bool:
    """Whether a call shows enough that another one which shows the same can stand for it: a text, or anything in rows and lists."""
    return isinstance(shown, str | dict | list) and bool(shown)
