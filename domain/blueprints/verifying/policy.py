"""Policy: the setting's rules, on the executed path; those too that its calls break only together (APIGen-MT, section 3.1)."""

from collections.abc import Iterator

from domain.blueprints.verifying.execution import failing, standing_in_the_way
from domain.blueprints.verifying.ground import Ground, Trace, TraceStep, at, called, stopped
from domain.policy import Call, Memory, Rule
from domain.temporal import TemporalRule, violations
from domain.values import compact
from domain.walking import number_of
from domain.world import World
from events.blueprints import Reason
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolRefused

_OfCall = ToolCalled | ToolAnswered | ToolRefused | ToolFaulted


def policy(ground: Ground) -> list[Reason]:
    """What the gold path breaks: rules, and its own earlier calls."""
    found = []
    for number, rule in broken(ground, ground.trace):
        others = _without_which_it_holds(ground, number, rule)
        found.append(_pair(ground, others[0], number, rule.sentence) if others else _breach(ground, number, rule))
    for step in failing(ground):
        for other in standing_in_the_way(ground, step.number)[:1]:
            pair = _pair(ground, other, step.number, getattr(step.outcome, "reason", ""))
            found += [pair] if pair.place not in [reason.place for reason in found] else []
    return found


def broken(ground: Ground, trace: Trace) -> Iterator[tuple[int, Rule | TemporalRule]]:
    """(number of the action, rule) of every breach on a path."""
    memory, numbers = Memory(), iter(trace.steps)
    for event in trace.events:
        memory.observe(event)
        if isinstance(event, ToolCalled):
            step = next(numbers)
            call = Call(event.agent, event.tool, event.arguments, ground.writes(step.action))
            yield from ((step.number, rule) for rule in ground.setting.policy.rules if _breaks(rule, memory, call, step.before))
    yield from _over_time(ground, trace)


def _over_time(ground: Ground, trace: Trace) -> Iterator[tuple[int, TemporalRule]]:
    """Breaches of temporal rules by calls and their outcomes; what is said on a path is nobody's yet."""
    rules = {rule.id: rule for rule in ground.rules}
    for rule, position in violations(ground.rules, enumerate(trace.events, 1)) if rules else ():
        event = trace.events[position - 1]
        if isinstance(event, _OfCall):
            yield number_of(event.call_id), rules[rule]


def guarding(ground: Ground) -> tuple[str, ...]:
    """Ids of the rules that have a say in a call of the path."""
    calls = [Call(event.agent, event.tool, event.arguments, ground.writes(step.action)) for event, step in _calls(ground.trace)]
    return tuple(rule.id for rule in ground.setting.policy.rules if any(rule.guards(call) for call in calls))


def _calls(trace: Trace) -> Iterator[tuple[ToolCalled, TraceStep]]:
    return zip(called(trace), trace.steps, strict=True)


def _breaks(rule: Rule, memory: Memory, call: Call, world: World) -> bool:
    """Whether a call breaks a rule; one that cannot tell, because the call names what is not there, leaves it to others."""
    try:
        return rule.guards(call) and not rule.allows(memory, call, world)
    except Exception:  # a rule may break in any way where arguments are not what it expects; execution names those
        return False


def _without_which_it_holds(ground: Ground, number: int, rule: Rule | TemporalRule) -> list[int]:
    """Earlier calls that change something, without each of which a call does not break a rule."""
    actions = ground.goal.actions[: number + 1]
    earlier = [other for other in range(number) if ground.writes(actions[other])]
    return [other for other in earlier if (number, rule.id) not in broken_ids(ground, ground.go(actions, but=(other,)))]


def broken_ids(ground: Ground, trace: Trace) -> set[tuple[int, str]]:
    """(number of the action, id of the rule) of every breach on a path."""
    return {(number, rule.id) for number, rule in broken(ground, trace)}


def _breach(ground: Ground, number: int, rule: Rule | TemporalRule) -> Reason:
    action = ground.goal.actions[number]
    sentence = f"{action.tool} with {compact(action.arguments)} breaks a rule: {stopped(rule.sentence)} Plan what the rule allows."
    return Reason(code=f"policy:{rule.id}", place=at(number), sentence=sentence)


def _pair(ground: Ground, first: int, second: int, why: str) -> Reason:
    tools = ground.goal.actions[first].tool, ground.goal.actions[second].tool
    sentence = f"After {tools[0]} (action {first}) there can be no {tools[1]} (action {second}): {stopped(why)} Plan one of them."
    return Reason(code="contradictory-pair", place=at(second), sentence=sentence)
