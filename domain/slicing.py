"""Slicing: the fewest events of a conversation that still lead to the same world and support the same claims.

What is left out together is a unit: a step of calls with all that came of it, sub-agents' work included, or a question of
the assistant's with its answer. Units are tried one by one, the last first, and stay out only where the rest still holds.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from domain.agents import ASSISTANT, Delegate
from domain.checks import check
from domain.conversation import Conversation, replay
from domain.outcome import Environment, asked_of, needs_proposal, outcome
from domain.policy import Call, Memory, agrees, declines
from domain.provenance.reading import normal, tokens
from domain.simulated import Denial, Proposal
from domain.values import canonical
from domain.world import World
from events.base import Event
from events.conversation import AssistantSpoke, ConversationEnded, ModelReplied, MoodShifted, ReplyRejected, UserSlipped, UserSpoke
from events.judgement import FlawPlanted
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

CALLS, EXCHANGE, REJECTED = "calls", "exchange", "rejected reply"
Outcome = ToolAnswered | ToolRefused | ToolFaulted
_MOST_PASSES = 5
_LEAST_WORD = 4
"""Letters of a word that may be news."""
_POLITE = """
afraid again also been certain check confirm could course didn doesn don down either exactly find fine from give good great hand have
hello help here idea just know like look maybe mean mind moment much need okay only perfect please really recall remember right sadly same
says sorry sounds still sure tell thank thanks that there this together unfortunately very want well what when where which will with
without wonder would yeah your yours
"""
_ASIDE = frozenset(_POLITE.split())
"""Words of assent, ignorance and politeness: an answer of these alone adds nothing."""

_OFFERS = re.compile(r"\bor\b", re.IGNORECASE)
"""In a question that offers a choice: to take up a word of it is an answer."""


class Unit(NamedTuple):
    """Events that are left out together."""

    kind: str
    positions: frozenset[int]
    """Counted from 1."""
    what: str
    """The tools, or the beginning of the question."""


class Slice(NamedTuple):
    """What is kept of a conversation."""

    kept: tuple[int, ...]
    """Positions, counted from 1."""
    dropped: tuple[Unit, ...]
    """In the order of the conversation."""
    before: int
    """Events of the whole conversation."""
    trials: int
    """How often what was left was verified."""


def smallest(events: Sequence[Event], holds: Callable[[AbstractSet[int]], bool]) -> Slice:
    """Leave out unit by unit, until none can be left out any more.

    Args:
        holds: Whether what is kept, by position, still does what the whole conversation did.
    """
    kept, out, trials = frozenset(range(1, len(events) + 1)), list[Unit](), 0
    found = list(units(events))
    for _ in range(_MOST_PASSES):
        before = len(out)
        for unit in reversed(found):
            if unit.positions <= kept:
                trials += 1
                if holds(kept - unit.positions):
                    kept -= unit.positions
                    out.append(unit)
        if len(out) == before:
            break
    return Slice(tuple(sorted(kept)), tuple(sorted(out, key=lambda unit: min(unit.positions))), len(events), trials)


# units


def units(events: Sequence[Event]) -> Iterator[Unit]:
    """All that may be left out, each step of calls after the calls that it may be left without."""
    for first, step in steps(events):
        calls = [event for event in events[step[0] - 1 : step[-1]] if isinstance(event, ToolCalled)]
        whole: set[int] = set(range(first, step[-1] + 1))
        for position, called in zip(step, calls, strict=True):
            one = {position, *_follows(events, called.call_id)}
            whole |= one
            if position != step[0]:
                yield Unit(CALLS, frozenset(one), called.tool)
        yield Unit(CALLS, frozenset(whole), ", ".join(called.tool for called in calls))
    yield from _exchanges(events)
    for position, event in enumerate(events, 1):
        if isinstance(event, ReplyRejected):
            yield Unit(REJECTED, frozenset([position]), event.model)


def steps(events: Sequence[Event]) -> Iterator[tuple[int, list[int]]]:
    """(where it begins, its calls) of each step of calls of the assistant's."""
    calls: list[int] = []
    for position, event in enumerate([*events, None], 1):
        if isinstance(event, ToolCalled) and event.agent == ASSISTANT:
            calls.append(position)
        elif calls:
            yield _begins(events, calls[0]), calls
            calls = []


def _begins(events: Sequence[Event], position: int) -> int:
    """Where the reply is recorded that led to an event."""
    while position > 1 and isinstance(events[position - 2], FlawPlanted | ModelReplied):
        position -= 1
    return position


def _follows(events: Sequence[Event], call_id: str) -> set[int]:
    """Positions of all that came of a call: its outcome, and the work of the sub-agents that it put to work."""
    calls, agents, found = {call_id}, set[str](), set[int]()
    for position, event in enumerate(events, 1):
        if isinstance(event, SubagentStarted) and event.call_id in calls:
            agents.add(event.agent)
        own = getattr(event, "agent", None) in agents
        if own and isinstance(event, ToolCalled):
            calls.add(event.call_id)
        if own or (getattr(event, "call_id", None) in calls and not isinstance(event, ToolCalled)):
            found |= set(range(_begins(events, position), position + 1))
    return found


def _exchanges(events: Sequence[Event]) -> Iterator[Unit]:
    asked: int | None = None
    for position, event in enumerate(events, 1):
        match event:
            case AssistantSpoke(agent=agent) if agent == ASSISTANT:
                asked = position if "?" in event.content else None
            case UserSpoke() if asked is not None:
                last = position < len(events) and isinstance(events[position], ConversationEnded)
                question = events[asked - 1]
                if not last and isinstance(question, AssistantSpoke):
                    yield Unit(EXCHANGE, frozenset(range(_begins(events, asked), position + 1)), question.content[:60])
                asked = None
            case ModelReplied() | MoodShifted() | ReplyRejected():
                continue
            case UserSlipped():
                continue
            case _:
                asked = None


# what may be left out at all


def may_go(events: Sequence[Event], kept: AbstractSet[int], dropped: AbstractSet[int]) -> bool:
    """Whether what was left out may be, by its place: no call that the next message answers from, and no answer that adds anything."""
    rest = [(position, event) for position, event in enumerate(events, 1) if position in kept]
    return _answers_stay(events, kept, dropped) and _news_stays(events, rest, dropped)


def _answers_stay(events: Sequence[Event], kept: AbstractSet[int], dropped: AbstractSet[int]) -> bool:
    """A message of the assistant's is said from the last outcome before it: that stays, or an equal one does."""
    equal: dict[tuple[str, bytes, bytes], list[int]] = {}
    calls: dict[str, ToolCalled] = {}
    last: int | None = None
    for position, event in enumerate(events, 1):
        if isinstance(event, ToolCalled) and event.agent == ASSISTANT:
            calls[event.call_id] = event
        elif isinstance(event, Outcome) and event.call_id in calls:
            equal.setdefault(_told(calls[event.call_id], event), []).append(position)
            last = position
        elif isinstance(event, AssistantSpoke) and event.agent == ASSISTANT:
            if last is not None and last in dropped and position in kept:
                answered = events[last - 1]
                assert isinstance(answered, Outcome)
                if not any(place in kept for place in equal[_told(calls[answered.call_id], answered)]):
                    return False
            last = None
    return True


def _told(called: ToolCalled, event: Outcome) -> tuple[str, bytes, bytes]:
    shown = event.observation if isinstance(event, ToolAnswered) else event.reason
    return called.tool, canonical(called.arguments), canonical([event.TOPIC, shown])


def _news_stays(events: Sequence[Event], rest: Sequence[tuple[int, Event]], dropped: AbstractSet[int]) -> bool:
    """An answer that is left out says nothing that was not said before, and is not the yes to a change that is kept."""
    heard = set(_ASIDE)
    question = ""
    for position, event in enumerate(events, 1):
        if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT:
            question = event.content
        elif isinstance(event, UserSpoke) and position not in dropped:
            heard |= _words(event.content)
        elif isinstance(event, UserSpoke):
            lacks = declines(event.content) and not _OFFERS.search(question)
            if _words(event.content) - heard - (_words(question) if lacks else set()):
                return False
            if agrees(event.content) and _acts_next(rest, position):
                return False
    return True


def _acts_next(rest: Sequence[tuple[int, Event]], after: int) -> bool:
    """Whether a change is made before anybody speaks to the assistant again."""
    for position, event in rest:
        if position > after:
            if isinstance(event, UserSpoke):
                return False
            if isinstance(event, ToolAnswered) and event.changes:
                return True
    return False


def _words(text: str) -> set[str]:
    """Words and values of a text that may be news: a value is, however short."""
    found = {part for token in tokens(normal(text)) for part in re.split(r"['.,]", token)}
    return {word for word in found if len(word) >= _LEAST_WORD or any(map(str.isdigit, word))}


# replay


class Rerun:
    """Runs the calls of a conversation again, with some of them left out, each at its own time in the world.

    Args:
        begun: The state before the first event.
        environment: With the faults of the run, which come again as they came.
    """

    def __init__(self, begun: Conversation, events: Sequence[Event], environment: Environment) -> None:
        self._events, self._environment = events, environment
        self._before: list[Conversation] = []
        for event in events:
            self._before.append(begun)
            begun = replay(begun, (event,))
        self._world = begun.world
        self._calls = {event.call_id: event for event in events if isinstance(event, ToolCalled)}
        self._broken = self._rules(frozenset(range(1, len(events) + 1)))

    def holds(self, kept: AbstractSet[int]) -> bool:
        """Whether each call that is kept comes out as it did, breaks no rule that it did not, and the world ends as it did."""
        world, memory = self._before[0].world, Memory()
        for position, event in enumerate(self._events, 1):
            if position not in kept:
                continue
            if isinstance(event, Outcome) and not self._comes_out(position, event, world, memory):
                return False
            world = world.evolve(event)
            memory.observe(event)
        return world.digest == self._world.digest and self._rules(kept) <= self._broken

    def _comes_out(self, position: int, event: Outcome, world: World, memory: Memory) -> bool:
        called, before = self._calls[event.call_id], self._before[position - 1]
        if isinstance(self._environment.at(called.agent).toolset.get(called.tool), Delegate):
            return True
        state = replace(before, world=world)
        if needs_proposal(state, called, self._environment, memory):
            denial = Denial(event.code, event.reason) if isinstance(event, ToolRefused) else None
            shown = Proposal(event.observation, event.changes) if isinstance(event, ToolAnswered) else Proposal(denial=denial)
            return isinstance(event, ToolFaulted) or not check(shown, asked_of(state, called, self._environment)).objections
        return _same(outcome(state, called, self._environment, memory), event)

    def _rules(self, kept: AbstractSet[int]) -> set[tuple[str, str]]:
        """(call, rule) of each rule that is broken by an answered call, where rules are not enforced."""
        started = self._before[-1].started
        if started is None or started.enforced:
            return set()
        world, memory, broken = self._before[0].world, Memory(), set[tuple[str, str]]()
        for position, event in enumerate(self._events, 1):
            if position in kept:
                if isinstance(event, ToolAnswered):
                    broken |= self._breaks(self._calls[event.call_id], world, memory)
                world = world.evolve(event)
                memory.observe(event)
        return broken

    def _breaks(self, called: ToolCalled, world: World, memory: Memory) -> set[tuple[str, str]]:
        tool = self._environment.at(called.agent).toolset.get(called.tool)
        if tool is None:
            return set()
        rule = self._environment.policy.broken_by(memory, Call(called.agent, called.tool, called.arguments, tool.writes), world)
        return {(called.call_id, rule.id)} if rule else set()


def _same(one: Event, other: Outcome) -> bool:
    fields: Mapping[type[Event], AbstractSet[str]] = {ToolAnswered: {"observation", "changes"}, ToolRefused: {"code", "reason"}}
    compared = fields.get(type(other), {"kind", "reason"})
    return type(one) is type(other) and all(getattr(one, name) == getattr(other, name) for name in compared)
