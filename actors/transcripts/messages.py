"""From messages as they were found to steps: who spoke, who called what, and what came of it. Nothing in here fails."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from domain.agents import ASSISTANT, USER
from domain.values import clean_text, legible
from events.imports import Oddity

_THINK = re.compile(r"</?think(ing)?>")
_OFFERS_HELP = re.compile(r"how (can|may) I (help|assist) you", re.IGNORECASE)
_CALL_IN_TEXT = re.compile(
    r'<tool_call>|"(name|action|recipient_name)"\s*:\s*"(?!respond")[\w.]+".*"(arguments|parameters|kwargs)"\s*:', re.DOTALL
)
_NO_USER = "The tool has finished running. Please continue your reasoning."
_UNPARSED = "unparsed"
"""Name under which arguments are kept that are no object."""
_RAW = "__raw__"
"""Name under which the rows of ``data/trajectories`` keep them."""


@dataclass(frozen=True)
class Result:
    """What a tool message says."""

    message: int
    text: str
    at: float | None = None


@dataclass
class Called:
    """One call, with its result where there is one."""

    call_id: str
    """Unique in the conversation."""
    tool: str
    arguments: dict[str, Any]
    is_bad: bool = False
    """Whether the arguments are no JSON object."""
    result: Result | None = None


@dataclass
class Step:
    """One message: words, calls, or something that fits nowhere."""

    message: int
    agent: str
    content: str | None = None
    reasoning: str | None = None
    calls: list[Called] = field(default_factory=list)
    at: float | None = None
    aside: str = ""
    """Code of what does not fit; ``content`` is then the raw message."""


class Reading:
    """The steps of one transcript, and what is odd in it.

    Args:
        messages: OpenAI style, whatever is in them.
        inferred: Place of a result whose call is missing -> (tool, arguments).
    """

    def __init__(self, messages: Sequence[Any], inferred: Mapping[int, tuple[str, Mapping[str, Any]]] = MappingProxyType({})) -> None:
        self.steps: list[Step] = []
        self.oddities: list[Oddity] = []
        self.system = ""
        """Texts of system messages at the beginning."""
        self._open: list[tuple[str, Called]] = []
        """Calls without a result yet, each with its id as it was found."""
        self._ids: set[str] = set()
        self._inferred = inferred
        for number, message in _flat(messages):
            self._take(number, message)
        for step in self.steps:
            self._note_if(any(call.result is None for call in step.calls), "call-without-result", step.message)

    @property
    def codes(self) -> list[str]:
        """Each code once, in order of appearance."""
        return list(dict.fromkeys(oddity.code for oddity in self.oddities))

    def _take(self, number: int, message: Any) -> None:
        role = message.get("role") if isinstance(message, Mapping) else None
        if role == "system" and not self.steps and isinstance(message.get("content"), str):
            self.system = "\n\n".join(part for part in (self.system, clean_text(message["content"])) if part)
        elif role == "tool":
            if number in self._inferred:
                self._infer(number, message)
            self._take_result(number, message)
        elif role in (USER, ASSISTANT):
            self._take_words(number, role, message)
        else:
            self._set_aside(number, message, "no-message" if role is None else "unknown-role")

    def _take_words(self, number: int, agent: str, message: Mapping[str, Any]) -> None:
        content, calls = self._text(number, message.get("content")), self._calls(number, message.get("tool_calls"))
        self._look_at(number, agent, content, calls)
        if not calls and not content:
            self._note_if(True, "empty-message", number)
        thought = message.get("thought") or message.get("reasoning_content") or message.get("reasoning")
        reasoning = clean_text(thought) if isinstance(thought, str) and thought else None
        spoken = content if content or not calls else None
        self.steps.append(Step(number, agent, spoken, reasoning, calls, _time(message)))

    def _look_at(self, number: int, agent: str, content: str, calls: Sequence[Called]) -> None:
        """What is known to go wrong in texts; they are kept as they are."""
        spoken = [step for step in self.steps if not step.aside]
        last = spoken[-1] if spoken else None
        self._note_if(bool(_THINK.search(content)), "leaked-think", number)
        self._note_if(content.lstrip()[:1] in ("{", "[") and _is_json(content), "json-wrapper", number)
        self._note_if(not calls and agent == ASSISTANT and bool(_CALL_IN_TEXT.search(content)), "call-in-text", number)
        self._note_if(agent == USER and bool(_OFFERS_HELP.search(content)), "swapped-role", number)
        self._note_if(agent == USER and content.strip() == _NO_USER, "user-did-not-write", number)
        follows = last is not None and last.agent == agent and not last.calls and not calls
        self._note_if(follows, f"{agent}-twice", number)

    def _calls(self, number: int, found: Any) -> list[Called]:
        calls: list[Called] = []
        for raw in found if isinstance(found, list) else []:
            function = raw.get("function") if isinstance(raw, Mapping) and isinstance(raw.get("function"), Mapping) else raw
            if not isinstance(function, Mapping):
                self._set_aside(number, raw, "no-call")
                continue
            arguments = _arguments(function.get("arguments", function.get("kwargs")))
            self._note_if(arguments is None, "bad-arguments", number)
            kept = {_UNPARSED: legible(function.get("arguments"))} if arguments is None else legible(arguments)
            name = clean_text(str(function.get("name") or ""))
            self._note_if(not name, "call-without-name", number)
            given = raw.get("id")
            call = Called(self._fresh(number, given), name, kept, arguments is None)
            self._open.append((str(given), call))
            calls.append(call)
        return calls

    def _infer(self, number: int, result: Mapping[str, Any]) -> None:
        """The call that must have led to a result, by whoever had asked for it."""
        tool, arguments = self._inferred[number]
        self._note_if(True, "inferred-call", number)
        given = result.get("tool_call_id")
        call = Called(self._fresh(number, given), clean_text(tool), legible(dict(arguments)))
        self._open.append((str(given), call))
        self.steps.append(Step(number, ASSISTANT if result.get("requestor") == ASSISTANT else USER, calls=[call]))

    def _fresh(self, number: int, given: Any) -> str:
        self._note_if(not given, "call-without-id", number)
        call_id = clean_text(str(given)) if given else f"c{len(self._ids) + 1}"
        self._note_if(call_id in self._ids, "duplicate-id", number)
        while call_id in self._ids:
            call_id += "'"
        self._ids.add(call_id)
        return call_id

    def _take_result(self, number: int, message: Mapping[str, Any]) -> None:
        """A result belongs to the oldest open call of its id; without one, to the oldest open call of its tool."""
        given = message.get("tool_call_id", message.get("id"))
        place = next((place for place, (name, _) in enumerate(self._open) if given and name == str(given)), None)
        if place is None and not given:
            self._note_if(True, "result-without-id", number)
            tool = message.get("name")
            place = next((place for place, (_, call) in enumerate(self._open) if call.tool == tool or tool is None), None)
        if place is None:
            self._set_aside(number, message, "result-without-call")
            return
        _, call = self._open.pop(place)
        call.result = Result(number, self._text(number, message.get("content")), _time(message))

    def _text(self, number: int, content: Any) -> str:
        if content is None or isinstance(content, str):
            return clean_text(content or "")
        if isinstance(content, list):  # parts, as multi-modal models have them
            parts = [part.get("text") if isinstance(part, Mapping) else part for part in content]
            if all(isinstance(part, str) for part in parts):
                return clean_text("".join(map(str, parts)))
        self._note_if(True, "content-no-text", number)
        return _dumped(content)

    def _set_aside(self, number: int, message: Any, code: str) -> None:
        self._note_if(True, code, number)
        self.steps.append(Step(number, "", _dumped(message), aside=code))

    def _note_if(self, odd: bool, code: str, number: int) -> None:
        if odd:
            self.oddities.append(Oddity(code=code, message=number))


def _flat(messages: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Messages with their places; tau2-bench puts the results of several calls into one."""
    for number, message in enumerate(messages):
        inner = message.get("tool_messages") if isinstance(message, Mapping) else None
        for each in inner if isinstance(inner, list) else (message,):
            yield number, each


def _arguments(found: Any) -> dict[str, Any] | None:
    if isinstance(found, str):
        try:
            found = json.loads(found or "{}")
        except (ValueError, RecursionError):
            return None
    if isinstance(found, Mapping):
        return None if set(found) == {_RAW} else dict(found)
    return {} if found is None else None


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except (ValueError, RecursionError):
        return False


def _dumped(value: Any) -> str:
    try:
        return clean_text(json.dumps(legible(value), ensure_ascii=False))
    except (ValueError, TypeError, RecursionError):
        return clean_text(repr(value)[:2000])


def _time(message: Mapping[str, Any]) -> float | None:
    """Seconds since 1970, where the message says when; a time without a zone is taken as UTC."""
    found = message.get("ts") or message.get("timestamp")
    try:
        when = datetime.fromisoformat(found) if isinstance(found, str) else None
        if when is not None:
            when = when if when.tzinfo else when.replace(tzinfo=UTC)
            return round(when.timestamp(), 3)
        return round(float(found), 3) if isinstance(found, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None
