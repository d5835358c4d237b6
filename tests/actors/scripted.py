"""A tiny place and minds that follow a script, to test what is around them."""

from collections.abc import Sequence

from actors.mind import Reply, Say, UseTools
from domain.conversation import Wanted
from domain.errors import Refusal
from domain.outcome import Environment
from domain.policy import Policy, Rule
from domain.schema import Schema, Table
from domain.tools import Toolset, tool
from domain.transaction import Transaction
from domain.world import Base
from events.base import Event
from events.conversation import AssistantSpoke, ConversationStarted, Limits, Usage, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

BASE = Base({"returns": {"R-1": {"id": "R-1", "status": "open"}, "R-2": {"id": "R-2", "status": "collected"}}})
SCHEMA = Schema({"returns": Table("id", {"id": {"type": "string"}, "status": {"enum": ["open", "collected", "cancelled"]}})})


@tool(writes=True)
def cancel_return(world: Transaction, return_id: str) -> dict[str, str]:
    """Cancel a return that has not been collected yet.

    Args:
        return_id: As printed on the label, such as R-1.
    """
    parcel = world.get("returns", return_id)
    if parcel["status"] != "open":
        raise Refusal("not-open", f"Return {return_id} is {parcel['status']}, so it cannot be cancelled.")
    world.update("returns", return_id, status="cancelled")
    return {"status": "cancelled"}


@tool
def find_return(world: Transaction, return_id: str) -> dict[str, str]:
    """Look a return up.

    Args:
        return_id: As printed on the label, such as R-1.
    """
    return dict(world.get("returns", return_id))


@tool(writes=True)
def lose_return(world: Transaction, return_id: str) -> None:
    """Break after writing.

    Args:
        return_id: As printed on the label, such as R-1.
    """
    world.update("returns", return_id, status="cancelled")
    raise RuntimeError("the label printer is on fire")


RULE = Rule("ask-first", "The customer must agree first.", lambda memory, _call, _world: memory.confirmed)
ENVIRONMENT = Environment.of(Toolset([find_return, cancel_return, lose_return]), Policy("Be kind.", (RULE,)), SCHEMA)

SPEECH = (UserSpoke, AssistantSpoke)


class Scripted:
    """Says its lines in order; which comes next it reads off what it has said so far."""

    def __init__(self, agent: str, lines: Sequence[Reply]) -> None:
        self.agent, self.lines, self.model = agent, lines, f"scripted/{agent}"
        self.asked = 0
        self._said = 0
        self._in_step = False

    request: str | None = None
    usage: Usage | None = None
    cost_usd: float | None = None

    def observe(self, event: Event) -> None:
        own = getattr(event, "agent", None) == self.agent
        if own and isinstance(event, SPEECH):
            self._said += 1
        elif own and isinstance(event, ToolCalled):
            self._said += not self._in_step
            self._in_step = True
            return
        elif isinstance(event, ToolAnswered | ToolRefused | ToolFaulted):
            self._in_step = False

    async def reply(self) -> Reply:
        self.asked += 1
        return self.lines[self._said]


def call(tool: str, *ids: str) -> UseTools:
    """Ask for a tool, once for each return."""
    return UseTools(tuple(Wanted(tool, {"return_id": name}) for name in ids), reasoning="I have to.")


USER_LINES = (Say("Cancel R-1 and R-2, please."), Say("Yes, go ahead."), Say("Thanks!", done="user-done"))
ASSISTANT_LINES = (
    call("cancel_return", "R-1"),
    call("find_return", "R-1", "R-2", "R-9"),
    Say("Shall I cancel both?"),
    call("cancel_return", "R-1", "R-2"),
    call("lose_return", "R-2"),
    call("no_such_tool", "R-2"),
    Say("R-1 is cancelled, R-2 was collected already."),
)


def minds(user: Sequence[Reply] = USER_LINES, assistant: Sequence[Reply] = ASSISTANT_LINES) -> dict[str, Scripted]:
    """The two that talk."""
    return {"user": Scripted("user", user), "assistant": Scripted("assistant", assistant)}


def started(limits: Limits | None = None) -> ConversationStarted:
    """The first event."""
    named = dict.fromkeys(("world", "scenario", "policy", "toolset", "persona", "goal"), "0" * 64)
    return ConversationStarted(
        run="run-1", setting="parcels", index=0, seed=7, models={}, clock="2025-03-01T09:00:00+00:00", limits=limits or Limits(), **named
    )
