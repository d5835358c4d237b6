"""What offline agents say to each other: short sentences with the facts as JSON at the end.

A request is the sentence that describes a tool, and its arguments; an answer says how it went, and what was seen::

    Please find out: what each warehouse has of a product. {"product_id":"HX-204"}
    Here is what I found: {"product_id":"HX-204","name":"hydraulic hose", ...}
    The answer is no: {"code":"unknown-product","reason":"There is no product HX-204."}

Both are understood from their text alone: who asks and who answers share no other knowledge than this module.
"""

from collections.abc import Mapping
from random import Random
from typing import Any

import orjson

from domain.agents import Agent
from domain.values import compact
from events.tools import ToolAnswered, ToolFaulted, ToolRefused

Outcome = ToolAnswered | ToolRefused | ToolFaulted

_ASK = {
    False: ("Please find out", "I need to know", "Please look this up"),
    True: ("Please do this, it is confirmed", "The contact has agreed to this", "Please carry this out now"),
}
_FOUND = {
    False: ("Here is what I found", "This is what the records show", "The answer"),
    True: ("That is done", "It has been carried out", "Done as asked"),
}
_REFUSED = ("The answer is no", "That was refused", "This cannot be done")
_FAILED = ("That failed", "Something broke on the way", "I could not finish")
_KINDS: dict[str, type[Outcome]] = {
    **dict.fromkeys((*_FOUND[False], *_FOUND[True]), ToolAnswered),
    **dict.fromkeys(_REFUSED, ToolRefused),
    **dict.fromkeys(_FAILED, ToolFaulted),
}


def ask(agent: Agent, tool: str, arguments: Mapping[str, Any], rng: Random) -> str:
    """The request with which an agent hands on what a tool below it does."""
    ability = agent.abilities[tool]
    facts = f" {compact(dict(arguments))}" if arguments else ""
    return f"{_one(_ASK[ability.writes], rng)}: {_small(ability.sentence)}.{facts}"


def understood(agent: Agent, request: str) -> tuple[str, dict[str, Any]] | None:
    """What an agent is asked for: a tool that it has, itself or below it, and the arguments; None where it cannot tell."""
    words, facts = _split(request)
    said = words.lower()
    sentence = said.partition(": ")[2].strip().removesuffix(".")
    if sentence not in agent.described:  # in other words than ours: the longest sentence that stands in them
        sentence = max((sentence for sentence in agent.described if sentence in said), key=len, default="")
    return (agent.described[sentence], facts) if sentence and isinstance(facts, dict) else None


def answer(outcome: Outcome, rng: Random, *, acted: bool) -> str:
    """How an agent tells whoever asked it what came of the request."""
    match outcome:
        case ToolAnswered(observation=observation):
            return f"{_one(_FOUND[acted], rng)}: {compact(observation)}"
        case ToolRefused(code=code, reason=reason):
            return f"{_one(_REFUSED, rng)}: {compact({'code': code, 'reason': reason})}"
        case ToolFaulted(kind=kind, reason=reason):
            return f"{_one(_FAILED, rng)}: {compact({'kind': kind, 'reason': reason})}"


def puzzled(rng: Random) -> str:
    """The answer to a request that makes no sense."""
    facts = {"code": "not-understood", "reason": "It is not clear what is wanted, or it is none of this agent's work."}
    return f"{_one(_REFUSED, rng)}: {compact(facts)}"


def outcome(answered: Outcome) -> Outcome:
    """What an agent's answer says came of the request: as if whoever asked had called the tool.

    An answer that does not say how it went, or holds no facts, counts as a fault.
    """
    if not isinstance(answered, ToolAnswered):
        return answered
    about = {"agent": answered.agent, "call_id": answered.call_id}
    lead, _, rest = str(answered.observation).partition(": ")
    kind = _KINDS.get(lead)
    try:
        facts = orjson.loads(rest)
        if kind is ToolAnswered:
            return ToolAnswered(**about, observation=facts)
        if kind is not None:
            return kind(**about, **facts)
    except (ValueError, TypeError):  # pydantic's errors are ValueErrors as well
        pass
    return ToolFaulted(**about, kind="answer", reason="The agent's answer cannot be made out.")


def _split(request: str) -> tuple[str, Any]:
    """A request's words, and the JSON object at its end; empty where there is none."""
    place = request.find("{")
    while place >= 0:
        try:
            return request[:place], orjson.loads(request[place:])
        except ValueError:
            place = request.find("{", place + 1)
    return request, {}


def _one(ways: tuple[str, ...], rng: Random) -> str:
    return ways[int(rng.random() * len(ways))]


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
