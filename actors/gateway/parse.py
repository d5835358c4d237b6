"""From a reply as it came to what the agent wants, or to why it cannot be acted on."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from actors.gateway.calls import MOST_CHARACTERS, Answer
from actors.mind import Reply, Say, Unusable, UseTools
from domain.conversation import Wanted
from domain.errors import Refusal
from domain.tools import Tool

_KEPT = 16_000
"""Characters of an unusable reply that are recorded."""


class Understood(NamedTuple):
    """What a reply comes to.

    Args:
        reasons: A code and a sentence each; none where all is well.
        reply: What it says all the same, where events can hold it; the tools will refuse what does not fit.
    """

    reasons: tuple[str, ...]
    reply: Reply


def understand(answer: Answer, tools: Mapping[str, Tool]) -> Understood:
    """Read an agent's reply."""
    wrong = unreadable(answer)
    if wrong is not None:
        return _unusable(answer, [wrong])
    if not answer.calls:
        return Understood((), Say(answer.content, answer.reasoning))
    hard: list[str] = []
    twice = sorted(id for id, times in Counter(call.id for call in answer.calls).items() if times > 1)
    soft = [f"duplicate-call-id: {id!r} is the id of more than one call" for id in twice]
    wanted: list[Wanted] = []
    for number, call in enumerate(answer.calls, 1):
        where = f"call {number} ({call.name})"
        arguments = _arguments(call.arguments)
        if not isinstance(arguments, dict) or not call.name:
            hard.append(f"invalid-json: {where}: the arguments are not a JSON object")
            continue
        wanted.append(Wanted(call.name, arguments, call.id or None))
        soft += _misfit(where, call.name, arguments, tools)
    if hard:
        return _unusable(answer, hard + soft)
    return Understood(tuple(soft), UseTools(tuple(wanted), answer.content or None, answer.reasoning))


def unreadable(answer: Answer) -> str | None:
    """Why nothing can be made of a reply, whatever was asked; None where that is not so."""
    if answer.is_cut:
        return f"too-long: it has {answer.characters} characters, and {MOST_CHARACTERS} are the most"
    if answer.finish == "length":
        return "cut-off: it ended at the limit of tokens, in the middle; be shorter"
    if not answer.calls and not answer.content.strip():
        return "empty: there is neither text nor a tool call"
    return None


def unusable(answer: Answer, reasons: tuple[str, ...], *, final: bool = False) -> Unusable:
    """A reply as it is recorded where it cannot be acted on."""
    if answer.calls:
        calls = [call.model_dump() for call in answer.calls]
        raw = orjson.dumps({"content": answer.content, "tool_calls": calls}).decode()
    else:
        raw = answer.content
    return Unusable(raw[:_KEPT], answer.characters, reasons, final)


def _unusable(answer: Answer, reasons: list[str]) -> Understood:
    return Understood(tuple(reasons), unusable(answer, tuple(reasons), final=True))


def _arguments(text: str) -> Any:
    if not text.strip():
        return {}
    try:
        return json.loads(text)  # integers of any size
    except (ValueError, RecursionError):
        return None


def _misfit(where: str, name: str, arguments: dict[str, Any], tools: Mapping[str, Tool]) -> list[str]:
    tool = tools.get(name)
    if tool is None:
        return [f"unknown-tool: {where}: there is no such tool; there are {', '.join(tools) or 'none'}"]
    try:
        tool.check(arguments)
    except Refusal as refusal:
        return [f"invalid-arguments: {where}: {refusal}"]
    return []
