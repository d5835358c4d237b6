"""Acceptance: whether a conversation held from a blueprint is one to learn from (APIGen-MT, AgentScaler's three filters).

Beyond what every verdict asks (the state that the gold path leads to, and what the user must be told), the conversation
must be valid, and where the gold path only reads, so that no state can tell, its look-ups must be the gold ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from domain.blueprints.goldpath import is_telling
from domain.conversation import Conversation
from domain.errors import Refusal
from domain.goal import Action, Assertion, Goal
from domain.team import kind_of
from domain.tools import Tool, Toolset
from domain.transaction import Transaction
from domain.validity import at_fault, invalid
from domain.values import canonical, plain
from domain.verdict import RECOVERED, SLIPPED, Verdict, judge, party_at_fault
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, Party, UserSpoke
from events.digests import content_digest
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

Lookup = tuple[str, bytes]
"""Tool, and its arguments in canonical form, with those left out that say what goes without saying."""
MISSING, BESIDES = "not-looked-up", "looked-up-besides"


def accept(
    conversation: Conversation,
    goal: Goal,
    start: World,
    gold: World,
    toolset: Toolset,
    assertions: Mapping[str, Assertion] = MappingProxyType({}),
) -> Verdict:
    """The verdict on a conversation that was held from a blueprint.

    Args:
        goal: The blueprint's, as the user wanted it in the end.
        start: The world in which the conversation began.
        gold: The world as the goal's actions leave it.
        toolset: All tools of all agents.
        assertions: The setting's, by which the goal's checks are made.
    """
    verdict = judge(conversation, goal, gold, assertions)
    wrong = invalid(conversation.history)
    looked = list(_inexact(conversation, goal, start, toolset))
    failing = [finding for finding in verdict.findings if finding.partition(":")[0] not in (RECOVERED, SLIPPED)]
    labels = [finding for finding in verdict.findings if finding not in failing]
    labels += [f"{RECOVERED}:refused:{code}" for code in _put_right(conversation.history)]
    if not (wrong or looked):
        return verdict._replace(findings=(*failing, *labels))
    fault: Party | None = verdict.fault or ("user" if wrong and at_fault(wrong[0]) == "user" else party_at_fault(conversation))
    return Verdict(False, (*failing, *wrong, *looked, *labels), fault)


def course(history: Iterable[Event]) -> str:
    """Digest of what was said, called and shown; equal where a conversation says another one again."""
    seen: list[Any] = []
    for event in history:
        match event:
            case UserSpoke() | AssistantSpoke():
                seen.append([event.agent, event.content])
            case ToolCalled():
                seen.append([event.agent, event.tool, event.arguments])
            case ToolAnswered():
                seen.append(event.observation)
            case ToolRefused() | ToolFaulted():
                seen.append(event.reason)
    return content_digest(canonical(seen))


def reads_only(actions: Iterable[Action], toolset: Toolset) -> bool:
    """Whether a gold path has look-ups, and nothing that could change the world."""
    tools = [toolset.get(action.tool) for action in actions]
    return bool(tools) and all(tool is not None and not tool.writes for tool in tools)


def gold_lookups(actions: Iterable[Action], start: World, toolset: Toolset, *, seed: int = 0, now: str = "") -> dict[Lookup, bytes | None]:
    """The look-ups of a gold path that only reads, and what each shows: its calls that are answered and depend on the world."""
    found: dict[Lookup, bytes | None] = {}
    for action in actions:
        transaction = Transaction(start, seed=seed, now=now)
        try:
            shown = plain(toolset[action.tool].run(transaction, action.arguments))  # what of a row is shown is read only now
        except Refusal:
            continue
        if transaction.reads:
            found[_lookup(toolset[action.tool], action.arguments)] = _shown(shown)
    return found


def lookups(history: Iterable[Event], toolset: Toolset) -> dict[Lookup, bytes | None]:
    """The look-ups that were made in a conversation by whomever, and what each showed: each once, since none changes what another shows."""
    calls: dict[str, ToolCalled] = {}
    found: dict[Lookup, bytes | None] = {}
    for event in history:
        if isinstance(event, ToolCalled):
            calls[event.call_id] = event
        elif isinstance(event, ToolAnswered) and event.reads and not event.changes and event.call_id in calls:
            called = calls[event.call_id]
            tool = toolset.get(called.tool)
            if tool is not None:
                found[_lookup(tool, called.arguments)] = _shown(event.observation)
    return found


def _inexact(conversation: Conversation, goal: Goal, start: World, toolset: Toolset) -> Iterator[str]:
    """Where the gold path only reads: which of its look-ups were not made, and which were made besides."""
    if goal.checks or not reads_only(goal.actions, toolset):
        return
    begun = conversation.started
    now, seed = (begun.clock, begun.seed) if begun else ("", 0)
    gold, made = gold_lookups(goal.actions, start, toolset, seed=seed, now=now), lookups(conversation.history, toolset)
    yield from (f"{MISSING}:{tool}" for tool, arguments in _beyond(gold, made))
    yield from (f"{BESIDES}:{tool}" for tool, arguments in _beyond(made, gold))


def _beyond(some: Mapping[Lookup, bytes | None], others: Mapping[Lookup, bytes | None]) -> Iterator[Lookup]:
    """Look-ups that are not among others, nor show what one of them shows: a customer found by name is found by email too."""
    shown = set(others.values()) - {None}
    return (one for one, told in some.items() if one not in others and told not in shown)


def _shown(observation: Any) -> bytes | None:
    """What can stand for another look-up that shows it; a number or a yes cannot."""
    return canonical(observation) if is_telling(observation) else None


def _lookup(tool: Tool, arguments: Mapping[str, Any]) -> Lookup:
    shapes = tool.spec["function"]["parameters"].get("properties", {})
    usual = {name: canonical(shape["default"]) for name, shape in shapes.items() if "default" in shape}
    return tool.name, canonical({name: value for name, value in arguments.items() if usual.get(name) != canonical(value)})


def _put_right(history: Iterable[Event]) -> list[str]:
    """Codes of refusals after which the same agent made the call otherwise, and was answered."""
    calls: dict[str, ToolCalled] = {}
    refused: dict[tuple[str, str], str] = {}
    found: dict[str, None] = {}
    for event in history:
        match event:
            case ToolCalled():
                calls[event.call_id] = event
            case ToolRefused(code=code) if event.call_id in calls:
                refused[_who(calls[event.call_id])] = code
            case ToolAnswered() if event.call_id in calls and _who(calls[event.call_id]) in refused:
                found[refused.pop(_who(calls[event.call_id]))] = None
    return list(found)


def _who(called: ToolCalled) -> tuple[str, str]:
    return kind_of(called.agent), called.tool
