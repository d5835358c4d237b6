"""Skills: what the offline assistant can do for a user, written as scripts that read from top to bottom.

A script is run anew at every step of the assistant. What it asks of the record (a slot the user filled, a look-up
that was answered, a confirmation) is handed back at once if it is there; if not, the script pauses with the step
that would bring it. So a script holds no state, and a conversation can be picked up, replayed or forked anywhere::

    def cancel_order(s: Script) -> NoReturn:
        order = s.look("get_order_details", order_id=s.need("order_id"))
        if order["status"] != "pending":
            s.decline("cancel.not_pending", status=order["status"])
        s.confirm("cancel.confirm", order_id=order["order_id"])
        s.act("cancel_pending_order", order_id=order["order_id"], reason=s.need("reason"))
        s.tell("cancel.done", order_id=order["order_id"])

The setting's ``authenticate`` is a script too, which returns once the user is known; what it returns is ``s.user``
from then on. A look-up's answer stays as it is to the end of the request: what an act changed is in what the act
returned. A skill named ``hand_over``, where there is one, also serves users for whom too much has gone wrong.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NoReturn

from domain.errors import DomainError
from domain.persona.traits import Kind
from domain.values import canonical


@dataclass(frozen=True)
class Slot:
    """One thing a user can tell.

    Args:
        name: Such as ``order_id``.
        pattern: Regular expression that finds the value in what the user says: its first group that matched.
        cues: Regular expression that finds the question for it in what the assistant says.
        answer: A looser pattern, tried only when the assistant has just asked for it, and the other found nothing.
        clean: Turns what was matched into the value, or None where it is not one after all.
        when_asked: Heard only in the answer to a question for it: what a user looks up for a script at one point, and may again.
    """

    name: str
    pattern: str
    cues: str
    answer: str | None = None
    clean: Callable[[str], Any] = str.strip
    when_asked: bool = False

    def find(self, text: str, *, asked: bool = False) -> Any:
        """The value in a text (the last one said), or None."""
        found = self._last(self._pattern, text)
        if found is None and asked and self._answer is not None:
            found = self._last(self._answer, text)
        return found

    def all_in(self, text: str) -> list[Any]:
        """All values in a text, in the order of the text."""
        return [value for value in map(self._value, self._pattern.finditer(text)) if value is not None]

    def asked_in(self, text: str) -> bool:
        """Whether a text asks for it."""
        return self.asked_at(text) is not None

    def asked_at(self, text: str) -> int | None:
        """Where a text asks for it."""
        match = self._cues.search(text)
        return match.start() if match else None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(self.pattern, re.IGNORECASE)

    @cached_property
    def _answer(self) -> re.Pattern[str] | None:
        return re.compile(self.answer, re.IGNORECASE) if self.answer else None

    @cached_property
    def _cues(self) -> re.Pattern[str]:
        return re.compile(self.cues, re.IGNORECASE)

    def _last(self, pattern: re.Pattern[str], text: str) -> Any:
        found = None
        for match in pattern.finditer(text):
            value = self._value(match)
            found = found if value is None else value
        return found

    def _value(self, match: re.Match[str]) -> Any:
        return self.clean(next((group for group in match.groups() if group is not None), match.group()))


@dataclass(frozen=True)
class Skill:
    """One kind of request, and the script that serves it.

    Args:
        name: Also the key of its phrases: ``request.<name>`` for the user, and what the script names.
        cues: Regular expression that recognises the request in what a user says.
        script: See the module's docstring.
        slots: Names of the slots that belong to this request: they are forgotten when it is done.
        kind: What sort of matter it is to the user; it tells on how they feel.
    """

    name: str
    cues: str
    script: Callable[["Script"], NoReturn]
    slots: tuple[str, ...] = ()
    kind: Kind = "none"

    @cached_property
    def recogniser(self) -> re.Pattern[str]:
        """The cues, compiled."""
        return re.compile(self.cues, re.IGNORECASE)

    @cached_property
    def _lowered(self) -> re.Pattern[str] | None:
        """The cues in small letters, where that means the same: twice as fast on small letters as ignoring case."""
        return None if re.search(r"\\[A-Z]|\(\?[a-zA-Z-]", self.cues) else re.compile(self.cues.lower())

    def place(self, text: str, lowered: str) -> tuple[int, int] | None:
        """
        Where a text speaks of this request: start and end of the first cue.

        Args:
            lowered: The text in small letters.
        """
        fast = self._lowered if len(lowered) == len(text) else None
        match = fast.search(lowered) if fast is not None else self.recogniser.search(text)
        return match.span() if match else None


@dataclass(frozen=True)
class Ask:
    """Step: ask the user for a slot."""

    slot: str
    phrase: str
    values: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False
    """What was told before was wrong, and is forgotten."""


@dataclass(frozen=True)
class Use:
    """Step: call a tool, to look something up or, with ``acts``, to change something."""

    tool: str
    arguments: Mapping[str, Any]
    acts: bool = False

    @cached_property
    def key(self) -> tuple[str, bytes]:
        """Under which its answer is on record."""
        return self.tool, canonical(dict(self.arguments))


@dataclass(frozen=True)
class UseAll:
    """Step: look several things up, at once where different agents do it."""

    uses: tuple[Use, ...]


@dataclass(frozen=True)
class Confirm:
    """Step: say what is about to be done, and ask for a yes."""

    phrase: str
    values: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Under which a yes or no is on record: a yes to other values is not a yes to these."""
        return f"{self.phrase} {sorted(self.values.items())!r}"


@dataclass(frozen=True)
class Tell:
    """Step: say something that settles the request; with ``declined``, that it cannot be done and why."""

    phrase: str
    values: Mapping[str, Any]
    declined: bool = False


@dataclass(frozen=True)
class HandOver:
    """Step: nothing more can be done here; the conversation goes to a person, after the call if there is one."""

    phrase: str
    values: Mapping[str, Any]


Step = Ask | Use | UseAll | Confirm | Tell | HandOver


class Pause(Exception):
    """The script cannot go on without this step."""

    def __init__(self, step: Step) -> None:
        super().__init__(step)
        self.step = step


class LookupRefused(DomainError):
    """A look-up or act of the script was refused; a script may catch it and go another way."""

    def __init__(self, tool: str, code: str, reason: str) -> None:
        super().__init__(reason)
        self.tool, self.code, self.reason = tool, code, reason


class LookupFaulted(DomainError):
    """A tool broke, and broke again; not for scripts to catch: nothing is known about what they asked."""

    def __init__(self, tool: str, reason: str) -> None:
        super().__init__(reason)
        self.tool, self.reason = tool, reason


@dataclass
class Record:
    """What the assistant has on record for the request at hand. The assistant fills it, scripts only ask it."""

    slots: dict[str, Any] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    """Slots that the user was asked for and does not know."""
    said: str = ""
    """All that the user has said about this request."""
    answers: dict[tuple[str, bytes], Any] = field(default_factory=dict)
    """(tool, canonical arguments) -> observation, LookupRefused or LookupFaulted."""
    confirmed: set[str] = field(default_factory=set)
    """Phrases, or keys of Confirm steps, to which the user has said yes."""
    denied: set[str] = field(default_factory=set)
    user: Any = None
    """What the setting's ``authenticate`` returned."""


@dataclass(frozen=True)
class Script:
    """What a script talks to."""

    record: Record

    @property
    def said(self) -> str:
        """All that the user has said about this request."""
        return self.record.said

    @property
    def user(self) -> Any:
        """What ``authenticate`` returned; None while it has not."""
        return self.record.user

    def has(self, slot: str) -> bool:
        """Whether the user has told it."""
        return slot in self.record.slots

    def unknown(self, slot: str) -> bool:
        """Whether the user was asked for it and does not know; ``need`` then settles the request with a no."""
        return slot in self.record.unknown

    def need(self, slot: str, phrase: str | None = None, **values: Any) -> Any:
        """A slot's value; asks for it (``ask.<slot>``) where it is missing."""
        if slot not in self.record.slots:
            raise Pause(Ask(slot, phrase or f"ask.{slot}", values))
        return self.record.slots[slot]

    def ask_again(self, slot: str, phrase: str, **values: Any) -> NoReturn:
        """Forget a slot that turned out wrong, and ask for it with a phrase that says so."""
        raise Pause(Ask(slot, phrase, values, again=True))

    def look(self, tool: str, **arguments: Any) -> Any:
        """What a look-up shows.

        Raises:
            LookupRefused: The tool said no; left uncaught, the assistant passes the reason on to the user.
        """
        return self._answer(Use(tool, arguments))

    def look_all(self, *wanted: tuple[str, Mapping[str, Any]]) -> tuple[Any, ...]:
        """What several look-ups show, none of which needs another's answer; each is (tool, arguments).

        Raises:
            LookupRefused: A tool said no; that of the first which did.
        """
        uses = tuple(Use(tool, arguments) for tool, arguments in wanted)
        missing = tuple(use for use in uses if use.key not in self.record.answers)
        if missing:
            raise Pause(missing[0] if len(missing) == 1 else UseAll(missing))
        return tuple(self._answer(use) for use in uses)

    def act(self, tool: str, **arguments: Any) -> Any:
        """Do what the user has confirmed, and return what the tool answers.

        Raises:
            LookupRefused: The tool or a policy rule said no; left uncaught, the assistant passes the reason on.
        """
        return self._answer(Use(tool, arguments, acts=True))

    def confirm(self, phrase: str, **values: Any) -> None:
        """Go on only after a yes; after a no the request is dropped (``confirm.dropped``)."""
        step = Confirm(phrase, values)
        if not self.record.denied.isdisjoint((phrase, step.key)):
            raise Pause(Tell("confirm.dropped", values, declined=True))
        if self.record.confirmed.isdisjoint((phrase, step.key)):
            raise Pause(step)

    def tell(self, phrase: str, **values: Any) -> NoReturn:
        """Settle the request."""
        raise Pause(Tell(phrase, values))

    def decline(self, phrase: str, **values: Any) -> NoReturn:
        """Settle the request with a no."""
        raise Pause(Tell(phrase, values, declined=True))

    def hand_over(self, phrase: str, **values: Any) -> NoReturn:
        """Give the conversation to a person."""
        raise Pause(HandOver(phrase, values))

    def _answer(self, use: Use) -> Any:
        key = use.key
        if key not in self.record.answers:
            raise Pause(use)
        answer = self.record.answers[key]
        if isinstance(answer, LookupRefused):  # a fresh one: raising the same again and again grows its traceback
            raise LookupRefused(answer.tool, answer.code, answer.reason)
        if isinstance(answer, LookupFaulted):
            raise LookupFaulted(answer.tool, answer.reason)
        return answer
