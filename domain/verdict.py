"""Verdict: whether a conversation did what its goal asks, and by which findings it did not.

Mechanical: the state that it left must be the state that the goal's actions lead to, whatever the path, and the
user must have been told what the goal wants said (APIGen-MT, section on trajectory collection). A goal with checks of
its own is judged by them instead of that state: where the user acts on the world too, many states will do.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from domain.agents import ASSISTANT
from domain.conversation import SUBAGENT, Conversation
from domain.faults import KINDS
from domain.goal import Action, Assertion, Goal, told, unmet
from domain.simulated import SIMULATION
from domain.slips import misled
from domain.team import kind_of
from domain.values import canonical
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, Party, UserSlipped
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

_MOST_NAMED = 5
GOOD_ENDS = frozenset({"user-done"})


RECOVERED = "recovered"
"""Finding that speaks for a conversation: ``recovered:timeout``, a call that had failed so was made again and answered."""


SLIPPED = "slipped"
"""Finding that speaks neither for nor against it: ``slipped:wrong``, the user was wrong about something."""


class Verdict(NamedTuple):
    """Accepted or not; findings are codes with a place, such as ``state-differs:orders.#W1.status``."""

    accepted: bool
    findings: tuple[str, ...]
    fault: Party | None = None
    """Whose fault it is that it is not accepted."""


def judge(conversation: Conversation, goal: Goal, gold: World, assertions: Mapping[str, Assertion] = MappingProxyType({})) -> Verdict:
    """Compare what a conversation did with what its goal asks.

    Args:
        goal: What the user wanted in the end.
        gold: The world as the goal's actions leave it, over the same base; it counts where the goal has no checks.
        assertions: The setting's, by which the goal's checks are made.

    Raises:
        SettingError: A check is none that the setting knows.
    """
    findings: list[str] = []
    if conversation.ended is None:
        findings.append("not-ended")
    elif conversation.ended.reason not in GOOD_ENDS:
        findings.append(_how(conversation.ended))
    if goal.checks:
        findings += [f"not-met:{check.name}" for check in unmet(goal.checks, conversation.world, assertions)]
    else:
        findings += differing_state(conversation.world, gold)
    findings += [f"not-called:{action.tool}" for action in _uncalled(goal.calls, conversation.history)]
    if goal.outputs:
        said = "\n".join(event.content for event in conversation.history if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT)
        findings += [f"not-told:{output}" for output in told(goal.outputs, said)]
    beside = [f"{RECOVERED}:{kind}" for kind in _recovered(conversation)]
    beside += [f"{SLIPPED}:{event.kind}" for event in conversation.history if isinstance(event, UserSlipped)]
    return Verdict(not findings, (*findings, *beside), party_at_fault(conversation) if findings else None)


def _uncalled(wanted: Iterable[Action], history: Iterable[Event]) -> Iterator[Action]:
    """Those of the calls that were never made, or never answered."""
    wanted = tuple(wanted)
    if not wanted:
        return
    answered = {event.call_id for event in history if isinstance(event, ToolAnswered)}
    made = [event for event in history if isinstance(event, ToolCalled) and event.call_id in answered]
    for action in wanted:
        needed = {name: canonical(value) for name, value in action.arguments.items()}
        fitting = (call for call in made if call.tool == action.tool)
        if not any(needed.items() <= {name: canonical(value) for name, value in call.arguments.items()}.items() for call in fitting):
            yield action


def _how(ended: ConversationEnded) -> str:
    """Such as ``ended:turn-limit``, or with what broke ``ended:model-fault:KeyError``."""
    kind = [ended.detail.partition(":")[0]] if isinstance(ended.detail, str) else []
    return ":".join(["ended", ended.reason, *kind])


def party_at_fault(conversation: Conversation) -> Party:
    """Who kept the goal from being reached.

    Whoever the end names, else a tool that was broken to the last, else a user who told something wrong to the last, else the assistant.
    """
    if conversation.ended is not None and conversation.ended.fault is not None:
        return conversation.ended.fault
    if _is_a_tool_broken(conversation.history):
        return "tool"
    return "user" if misled(conversation.history) else "assistant"


def _is_a_tool_broken(history: Iterable[Event]) -> bool:
    tools: dict[str, str] = {}
    last: dict[str, bool] = {}
    for event in history:
        if isinstance(event, ToolCalled):
            tools[event.call_id] = event.tool
        elif isinstance(event, ToolAnswered | ToolRefused | ToolFaulted):
            last[tools[event.call_id]] = isinstance(event, ToolFaulted) and event.kind != SUBAGENT
    return any(last.values())


def _recovered(conversation: Conversation) -> list[str]:
    """Kinds of fault after which the same call was answered."""
    if not any(isinstance(event, ToolFaulted) for event in conversation.history):
        return []
    calls = {event.call_id: event for event in conversation.history if isinstance(event, ToolCalled)}
    failed: dict[tuple[str, str, bytes], str] = {}
    found: dict[str, None] = {}
    for event in conversation.history:
        if isinstance(event, ToolFaulted | ToolAnswered) and event.call_id in calls:
            call = calls[event.call_id]
            what = (kind_of(call.agent), call.tool, canonical(call.arguments))
            if isinstance(event, ToolAnswered):
                found.update(dict.fromkeys([failed.pop(what)] if what in failed else []))
            elif event.kind in (*KINDS, SIMULATION):
                failed[what] = event.kind
    return list(found)


def differing_state(world: World, gold: World) -> list[str]:
    """Findings that say where a world is not the gold one."""
    if world.digest == gold.digest:
        return []
    return [f"state-differs:{place}" for place in differences(world, gold)[:_MOST_NAMED]]


def differences(one: World, other: World) -> list[str]:
    """``table.key.field`` of what differs between two worlds."""
    if one.base is other.base:
        places = {(table, key): None for world in (one, other) for table, key, _, _ in world.changed()}
    else:
        places = {(table, key): None for world in (one, other) for table in world.tables() for key, _ in world.rows(table)}
    found = []
    for table, key in places:
        left, right = one.row(table, key), other.row(table, key)
        if left is None or right is None:
            found += [f"{table}.{key}"] if left is not right else []
        else:
            fields = dict.fromkeys([*left, *right])
            found += [f"{table}.{key}.{field}" for field in fields if left.get(field) != right.get(field)]
    return found
