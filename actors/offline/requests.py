"""What the offline assistant keeps in mind: requests, what was told about each, and what tools answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from domain.errors import SettingError
from domain.skill import (
    Ask,
    LookupFaulted,
    LookupRefused,
    Pause,
    Record,
    Script,
    Skill,
    Slot,
    Step,
    Tell,
    Use,
)
from events.tools import ToolAnswered, ToolFaulted, ToolRefused

_ASKED_TOO_OFTEN = 4
_FAULTS = 3
"""A tool that breaks so often in a row on the same call is left alone."""
_SAID_CHARS = 4000
"""Of what the user said about a request the latest part is kept, so that a step's cost has a bound."""


@dataclass
class Request:
    """One thing that the user wants."""

    skill: Skill
    slots: dict[str, Any] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    said: str = ""
    confirmed: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    asked: dict[str, int] = field(default_factory=dict)
    acted: bool = False

    def hear(self, text: str) -> None:
        """Keep what was said about it."""
        self.said = f"{self.said}\n{text}"[-_SAID_CHARS:] if self.said else text


@dataclass(frozen=True)
class Thought:
    """What a script asks for next, and what came out of it besides."""

    step: Step
    user: Any = None
    """What ``authenticate`` returned; None where it has not yet."""
    failed: bool = False
    """Settled by something that went wrong, not by the script."""
    rejected: bool = False
    """Who the user says they are was refused."""


@dataclass
class Desk:
    """All that is on record in one conversation.

    Args:
        slots: The setting's.
        authenticate: The setting's; None where anybody may ask.
        own: Names of slots that belong to a single request; the others are the user's identity.
    """

    slots: Mapping[str, Slot]
    authenticate: Callable[[Script], Any] | None
    own: frozenset[str]
    identity: dict[str, Any] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    user: Any = None
    answers: dict[tuple[str, bytes], Any] = field(default_factory=dict)
    current: Request | None = None
    queue: list[Request] = field(default_factory=list)
    failures: int = 0
    """Requests that something outside of their script has settled."""
    _open: dict[str, Use] = field(default_factory=dict)
    _faults: dict[tuple[str, bytes], int] = field(default_factory=dict)

    @property
    def authenticated(self) -> bool:
        """Whether it is known who the user is."""
        return self.authenticate is None or self.user is not None

    def fill(self, request: Request | None, text: str, asked: str | None = None) -> set[str]:
        """Note the slots that a text tells, and return their names."""
        found = set()
        wanted = request.skill.slots if request else ()
        for name, slot in self.slots.items():
            if name != asked and (slot.when_asked or (name not in wanted and (self.authenticated or name in self.own))):
                continue
            value = slot.find(text, asked=name == asked)
            if value is None:
                continue
            found.add(name)
            if name in self.own and request is not None:
                request.slots[name] = value
                request.unknown.discard(name)
            else:
                self.identity[name] = value
                self.unknown.discard(name)
        return found

    def know(self) -> dict[str, Any]:
        """All slots that hold for the current request."""
        return {**self.identity, **(self.current.slots if self.current else {})}

    def forget(self, slot: str) -> None:
        """Drop what was told for a slot."""
        self.identity.pop(slot, None)
        if self.current is not None:
            self.current.slots.pop(slot, None)

    def lack(self, slot: str) -> None:
        """Note that the user does not know a slot."""
        (self.current.unknown if self.current is not None and slot in self.own else self.unknown).add(slot)

    def called(self, call_id: str, use: Use) -> None:
        """Note a call whose outcome is to come."""
        self._open[call_id] = use

    def came_out(self, event: ToolAnswered | ToolRefused | ToolFaulted) -> None:
        """File the outcome of a call; the first faults are not filed, so that the script asks again."""
        use = self._open.pop(event.call_id, None)
        if use is None:
            return
        if isinstance(event, ToolAnswered):
            self.answers[use.key] = event.observation
        elif isinstance(event, ToolRefused):
            self.answers[use.key] = LookupRefused(use.tool, event.code, event.reason)
        else:
            self._faults[use.key] = self._faults.get(use.key, 0) + 1
            if self._faults[use.key] == _FAULTS:
                self.answers[use.key] = LookupFaulted(use.tool, event.reason)
        if use.acts and self.current is not None:
            self.current.acted = True

    def broke(self, use: Use) -> bool:
        """Whether a call that is wanted has just failed."""
        return use.key in self._faults and use.key not in self.answers

    def settle(self) -> None:
        """The current request is done: forget its slots, and after an act all that was looked up before it."""
        if self.current is not None and self.current.acted:
            self.answers.clear()
        else:
            self.answers = {key: answer for key, answer in self.answers.items() if not isinstance(answer, LookupRefused | LookupFaulted)}
        self._faults.clear()
        self.current = self.queue.pop(0) if self.queue else None

    def think(self, request: Request) -> Thought:
        """Run the request's script, after the one that finds out who the user is, up to what it lacks.

        Raises:
            SettingError: The script came to its end without settling the request.
        """
        record = Record(
            slots={**self.identity, **request.slots},
            unknown=self.unknown | request.unknown,
            said=request.said,
            answers=self.answers,
            confirmed=request.confirmed,
            denied=request.denied,
            user=self.user,
        )
        script = Script(record)
        try:
            if self.authenticate is not None and record.user is None:
                record.user = self.authenticate(script)
                record.user = True if record.user is None else record.user
            request.skill.script(script)
        except Pause as pause:
            return _within_reason(Thought(pause.step, record.user), request, record)
        except LookupRefused as refused:
            step = Tell("refused", {"reason": refused.reason}, declined=True)
            return Thought(step, record.user, failed=True, rejected=record.user is None)
        except LookupFaulted:
            return Thought(Tell("faulted", {}, declined=True), record.user, failed=True)
        raise SettingError(f"the script of skill {request.skill.name!r} came to its end without telling or declining anything")


def _within_reason(thought: Thought, request: Request, record: Record) -> Thought:
    """Nobody is asked for ever, nor for what they have said they do not know."""
    step = thought.step
    if not isinstance(step, Ask):
        return thought
    if step.slot in record.unknown or request.asked.get(step.slot, 0) >= _ASKED_TOO_OFTEN:
        return replace(thought, step=Tell("without", {"slot": step.slot}, declined=True), failed=True)
    return thought


def hands_over(skills: Mapping[str, Skill]) -> Skill:
    """The setting's own way to hand over, or the one that needs no tool."""

    def script(s: Script) -> Any:
        s.hand_over("handover")

    return skills.get("hand_over") or Skill("hand_over", r"(?!)", script)
