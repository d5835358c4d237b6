"""The kinds of flaws, each with the axis that it should lower most."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from actors.flawed.view import Plant, Planted, View, facts, reference
from actors.mind import Say, UseTools
from domain.conversation import Wanted
from domain.skill import Confirm
from domain.values import compact
from events.tools import ToolCalled

_MONEY = re.compile(r"(\$|EUR )(\d[\d,]*\.\d\d)")
_Later = Sequence[Planted | Callable[[View], Planted]]


def _ungrounded_id(view: View) -> _Later:
    """Looks up an identifier that nobody named, before the right one."""
    if view.looks is None:
        return []
    for name, value in view.looks.arguments.items():
        if isinstance(value, str) and sum(map(str.isdigit, value)) >= 3:
            guess = re.sub(r"\d", lambda _: str(view.rng.randrange(10)), value)
            if guess != value:
                return [Planted(view.call(view.looks.tool, {**view.looks.arguments, name: guess}))]
    return []


def _wrong_tool(view: View) -> _Later:
    """Hands an identifier to a tool that is for others."""
    if view.looks is None:
        return []
    known = {name: value for name, value in view.looks.arguments.items() if name.endswith("_id") and isinstance(value, str)}
    for name, value in known.items():
        others = [tool for tool, parameter in view.lookups().items() if parameter != name]
        if others:
            tool = others[int(view.rng.random() * len(others))]
            return [Planted(view.call(tool, {view.lookups()[tool]: value}))]
    return []


def _repeated_call(view: View) -> _Later:
    """Looks up twice more what was just shown."""
    answered = view.answered()
    if not answered or view.acted or not view.desk.authenticated:
        return []
    last = answered[-1][0]
    again = UseTools((_wanted(last),), reasoning=view.phrases.say("why.look", {"tool": last.tool}, view.rng))
    return [Planted(again), Planted(again, label=False)]


def _skipped_authentication(view: View) -> _Later:
    """Looks into a record before it is known who asks."""
    if view.desk.authenticated or view.desk.current is None:
        return []
    slots = view.desk.current.slots
    for tool, parameter in view.lookups().items():
        if isinstance(slots.get(parameter), str):
            return [Planted(view.call(tool, {parameter: slots[parameter]}))]
    return []


def _phantom_success(view: View) -> _Later:
    """Says that the change is made, and does not make it."""
    if view.acts is None:
        return []
    done = view.one(
        "Done, everything is set for {about}.",
        "{about} has been updated as you asked.",
        "I have carried that out for {about}; it is in the system now.",
        about=reference(view.acts.arguments),
    )
    return [Planted(Say(f"{done} {view.anything_else}", view.phrases.say("why.tell", {}, view.rng)), drops=True)]


def _left_undone(view: View) -> _Later:
    """Takes the user's yes, and lets the matter drop."""
    if view.acts is None:
        return []
    thanks = view.one("Thank you for confirming.", "I see, thank you.", "Thank you, that is good to know.")
    return [Planted(Say(f"{thanks} {view.anything_else}", view.phrases.say("why.what_else", {}, view.rng)), drops=True)]


def _wrong_amount(view: View) -> _Later:
    """Names an amount that does not follow from anything."""
    match = _MONEY.search(view.reply.content or "") if isinstance(view.step, Confirm) or view.tells else None
    if match is None or not isinstance(view.reply, Say):
        return []
    cents = int(match[2].replace(",", "").replace(".", ""))
    wrong = cents + 7 + int(cents * (0.1 + 0.3 * view.rng.random()))
    text = view.reply.content
    said = f"{text[: match.start()]}{match[1]}{wrong / 100:,.2f}{text[match.end() :]}"
    return [Planted(replace(view.reply, content=said), hidden=False)]


def _reasoning_against(view: View) -> _Later:
    """Reasons for waiting, and acts."""
    if view.acts is None:
        return []
    why = view.one(
        "The user has not agreed to this yet, so I should wait and change nothing.",
        "I must not touch {about} before the user has said yes, and they have not.",
        "This is not allowed as things stand, so nothing may be changed for {about} now.",
        about=reference(view.acts.arguments),
    )
    return [Planted(replace(view.reply, reasoning=why), hidden=False)]


def _invented_fact(view: View) -> _Later:
    """Reasons from something that nobody said or showed."""
    if not view.answered() or not view.desk.authenticated or view.reply.reasoning is None:
        return []
    why = view.one(
        "File KX-{number} says that the same was promised to them for ${amount} last year, so I go on.",
        "They have had {number} complaints on record and {amount} outstanding, so I should be quick.",
        "The note of 2019-0{digit}-1{digit} with reference {number} allows an exception here.",
        number=str(view.rng.randrange(20_000, 90_000)),
        amount=f"{view.rng.randrange(20_000, 90_000) / 100:.2f}",
        digit=str(view.rng.randrange(1, 10)),
    )
    return [Planted(replace(view.reply, reasoning=why), hidden=False)]


def _rude(view: View) -> _Later:
    """Lets the user feel that they are a nuisance."""
    if not isinstance(view.reply, Say) or not view.seen:
        return []
    words = view.one(
        "Honestly, a child could have worked that out.",
        "You are wasting my time with this.",
        "Read properly for once, it is not that hard.",
        "I really could not care less, but fine.",
        "People like you are the reason this queue is so long.",
        "Some of us have real work to do.",
        "I would explain it, but it would be lost on you.",
    )
    return [Planted(replace(view.reply, content=f"{words} {view.reply.content}"), hidden=False)]


def _internals_shown(view: View) -> _Later:
    """Shows the user what only the assistant should see."""
    shown = [(call, facts(event)) for call, event in view.answered() if facts(event)]
    if not shown or not isinstance(view.reply, Say):
        return []
    call, record = shown[-1]
    raw = compact(record)[:160]
    words = view.one("{tool} returned {raw} ...", "Output of {tool}: {raw} ...", tool=call.tool, raw=raw.replace("?", ""))
    return [Planted(replace(view.reply, content=f"{words}\n{view.reply.content}"), hidden=False)]


def _contradiction(view: View) -> _Later:
    """Denies what it has just done and said."""
    if view.tells is None or not view.acted:
        return []
    words = view.one(
        "For the record, nothing has been changed so far.",
        "I have not made any change, though.",
        "No change was made to anything of yours today.",
        "Everything of yours stands exactly as it did before you wrote.",
    )
    return [Planted(replace(view.tells, content=f"{view.tells.content} {words}"), hidden=False)]


def _stale_state(view: View) -> _Later:
    """Tells a state that has changed since."""
    stale = _overtaken(view) if view.tells is not None and view.acted else None
    if stale is None or view.tells is None:
        return []
    about, name, value = stale
    words = view.one(
        "At present, {about} shows {name} {value}.",
        "The {name} of {about} is {value} as we speak.",
        about=about,
        name=name.replace("_", " "),
        value=str(value),
    )
    return [Planted(replace(view.tells, content=f"{view.tells.content} {words}"), hidden=False)]


def _overtaken(view: View) -> tuple[str, str, Any] | None:
    """(record, field, value) that was shown once, and then otherwise."""
    before: dict[tuple[str, str], Any] = {}
    for _, event in view.answered():
        shown = facts(event)
        about = next((value for name, value in shown.items() if name.endswith("_id") and isinstance(value, str)), None)
        for name, value in shown.items() if about else ():
            if isinstance(value, str | int) and not isinstance(value, bool) and not name.endswith("_cents"):
                old = before.setdefault((str(about), name), value)
                if old != value:
                    return str(about), name, old
    return None


def _ignored_error(view: View) -> _Later:
    """Checks something, fails, and says that the check went well."""
    looked = [call for call, _ in view.answered() if call.tool in view.tools and not view.tools[call.tool].writes]
    if view.tells is None or not looked:
        return []
    last = looked[-1]
    failing = UseTools((replace(_wanted(last), arguments={}),), reasoning=view.phrases.say("why.look", {"tool": last.tool}, view.rng))

    def go_on(later: View) -> Planted:
        assert isinstance(later.reply, Say)
        words = later.one(
            "I have checked it once more, and everything is in order.",
            "A second look confirms all of it.",
            "My check came back clean.",
        )
        return Planted(replace(later.reply, content=f"{words} {later.reply.content}"), hidden=False)

    return [Planted(failing, label=False), go_on]


def _wanted(called: ToolCalled) -> Wanted:
    return Wanted(called.tool, called.arguments)


class Kind(NamedTuple):
    """One kind of flaw."""

    axis: str
    plant: Plant
    rare: bool = False
    """There are few steps where it fits: the first one is taken."""


KINDS: dict[str, Kind] = {
    "phantom-success": Kind("goal_achievement", _phantom_success, rare=True),
    "left-undone": Kind("goal_achievement", _left_undone, rare=True),
    "skipped-authentication": Kind("tool_usage", _skipped_authentication, rare=True),
    "wrong-tool": Kind("tool_usage", _wrong_tool),
    "repeated-call": Kind("tool_usage", _repeated_call),
    "ungrounded-id": Kind("tool_call_hallucination", _ungrounded_id),
    "wrong-amount": Kind("reasoning_quality", _wrong_amount, rare=True),
    "reasoning-against": Kind("reasoning_quality", _reasoning_against, rare=True),
    "invented-fact": Kind("reasoning_hallucination", _invented_fact),
    "rude": Kind("communication_quality", _rude),
    "internals-shown": Kind("communication_quality", _internals_shown),
    "contradiction": Kind("consistency", _contradiction, rare=True),
    "stale-state": Kind("consistency", _stale_state, rare=True),
    "ignored-error": Kind("error_handling", _ignored_error, rare=True),
}
