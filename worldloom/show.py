"""A conversation as people read it: who said what, what was called, and what each call changed."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.text import Text

from domain.agents import USER, depth_of
from domain.blueprints.blueprint import goal_in
from domain.judgement import overall
from domain.slips import in_words
from events.base import Event
from events.conversation import (
    AssistantSpoke,
    ConversationEnded,
    ConversationForked,
    ConversationStarted,
    MoodShifted,
    UserSlipped,
    UserSpoke,
)
from events.imports import MessageSetAside, ToolDiverged, ToolWasLive, TranscriptImported
from events.judgement import FlawPlanted
from events.log import Log
from events.subagents import SubagentFinished, SubagentStarted, ToolConflicted
from events.tools import Change, ProposalRejected, ToolAnswered, ToolCalled, ToolFaulted, ToolLagged, ToolRefused
from projections.contents import Contents
from projections.judged import judgements, stream_of
from projections.state import history
from projections.transcript import json_text, observation_text
from projections.turns import beginnings

_INDENT = "    "
_DEEPER = 6
"""Columns by which a sub-agent stands further right than whoever asked it."""
_BEST = 10
_LONGEST = 400
"""Characters of an observation or a changed value that are shown unless all is asked for."""


def render(store: Log, stream: str, *, full: bool = False) -> Iterator[RenderableType]:
    """One thing to print per event that people care about.

    Args:
        store: The log.
        stream: Name of the conversation.
        full: Cut nothing short.

    Raises:
        NoSuchPlace: The log has no such conversation.
        CorruptLog: The log is damaged.
    """
    longest = 0 if full else _LONGEST
    contents = Contents(store)
    records = history(store, stream)
    begins = beginnings(records)
    for record in records:
        event = record.event
        if isinstance(event, ConversationStarted):
            yield _opening(contents, stream, event)
        elif record.position in begins:
            yield Rule(f"turn {begins.index(record.position) + 1}", align="left", style="dim")
        body = _body(event, longest)
        depth = depth_of(getattr(event, "agent", ""))
        if body is not None:
            yield from _indented(body, _DEEPER * depth) if depth else (body,)
    yield from _judgements(store, stream)


def _judgements(store: Log, stream: str) -> Iterator[RenderableType]:
    """What judges thought, quietly; nothing where none was asked."""
    judged = judgements(store.read(stream_of(stream)))
    if judged:
        yield Rule(f"judged: {overall(event.axes for event in judged.values()):.2f} overall", align="left", style="dim")
    for judge, event in judged.items():
        given = sorted(event.axes, key=lambda score: score.score)
        marks = ", ".join(f"{score.axis} {score.score}" for score in given)
        yield Text(f"{judge}: {marks}", style="dim")
        for score in given:
            if score.score < _BEST:
                events = ", ".join(map(str, score.evidence))
                yield Text(f"{_INDENT}{score.axis} {score.score}: {score.reason} (events {events})", style="dim")


def _opening(contents: Contents, stream: str, started: ConversationStarted) -> RenderableType:
    goal = goal_in(contents.json(started.goal))
    models = ", ".join(f"{role} is {model}" for role, model in started.models.items())
    facts = Text(f"{stream}  {started.setting}, seed {started.seed}, {models}", style="bold")
    return Group(facts, Text(f"goal {goal.get('id', '')}: {goal.get('instruction', '')}", style="dim"))


def _body(event: Event, longest: int) -> RenderableType | None:
    match event:
        case UserSpoke():
            return _spoken(event.agent, event.content, "bold cyan")
        case AssistantSpoke():
            return Group(*_thought(event.reasoning), _spoken(event.agent, event.content, "bold green"))
        case ToolCalled():
            return Group(*_thought(event.reasoning), *_beside(event), _called(event))
        case ToolAnswered():
            changes = (_change(change, longest) for change in event.changes)
            return Group(_line(f"{_INDENT}<- ", observation_text(event), "", longest), *changes)
        case ToolRefused():
            return _line(f"{_INDENT}<- refused ({event.code}): ", event.reason, "yellow", longest)
        case ToolFaulted():
            return _line(f"{_INDENT}<- fault ({event.kind}): ", event.reason, "red", longest)
        case ProposalRejected():
            why = "; ".join(f"{objection.code} at {objection.place}: {objection.reason}" for objection in event.objections)
            return _line(f"{_INDENT}   {event.model} proposed what cannot be for {event.call_id}: ", why, "dim yellow", longest)
        case ToolLagged():
            return Text(f"{_INDENT}   {event.call_id} is answered from before {event.unseen}", style="yellow")
        case ToolDiverged():
            return _line(f"{_INDENT}   run again, it differs ({event.cause}, {event.path}): ", event.recomputed, "yellow", longest)
        case ToolWasLive():
            return Text(f"{_INDENT}   not run again ({event.why}): as it was recorded", style="dim")
        case MessageSetAside():
            return _line(f"set aside ({event.code}): ", event.raw, "dim yellow", longest)
        case TranscriptImported():
            return _imported(event)
        case SubagentStarted():
            return _line(f"{event.agent} is asked: ", event.request, "bold blue", longest)
        case SubagentFinished():
            return Text(f"{event.agent} gives up: {event.reason}", style="red") if event.reason else None
        case ToolConflicted():
            place = ".".join(event.place)
            return Text(f"{_INDENT}   {event.call_id} is run again: {event.overtaken_by} has changed {place}", style="yellow")
        case MoodShifted():
            moved = ", ".join(f"{change.emotion} {change.before:.2f} -> {change.after:.2f}" for change in event.changes)
            return Text(f"({event.agent}, {event.cause.replace('-', ' ')}: {moved})", style="dim")
        case UserSlipped():
            return Text(f"({event.agent} slips, {event.kind}: {in_words(event)})", style="dim red")
        case FlawPlanted():
            return Text(f"planted: {event.kind}, against {event.axis}", style="dim red")
        case ConversationForked():
            return Rule(f"forked from {event.parent} after event {event.position}{_amends(event)}", align="left", style="bold magenta")
        case ConversationEnded():
            fault = f", fault of the {event.fault}" if event.fault else ""
            detail = [Text(event.detail, style="red")] if isinstance(event.detail, str) else []
            return Group(*detail, Rule(f"ended: {event.reason}{fault}", align="left", style="dim"))
    return None


def _imported(event: TranscriptImported) -> Text:
    reward = "no reward" if event.reward is None else f"reward {event.reward:g}"
    odd = ", ".join(dict.fromkeys(oddity.code for oddity in event.oddities))
    return Text(f"imported from {event.place}: {event.key}, published with {reward}{f'; odd: {odd}' if odd else ''}", style="dim")


def _amends(event: ConversationForked) -> str:
    edited = [f"event {event.edits} edited"] if event.edits else []
    return "".join(f", {what}" for what in (*edited, *(f"{name} amended" for name in event.amends)))


def _indented(body: RenderableType, columns: int) -> Iterator[RenderableType]:
    """Each line further right; by hand, since rich would cut what it indents at the terminal's edge."""
    for line in body.renderables if isinstance(body, Group) else (body,):
        yield Text.assemble(" " * columns, line) if isinstance(line, Text) else line


def before_and_after(change: Change) -> tuple[str, str]:
    """The two values of a change in words; ``(none)`` where the row, or its field, is not there."""
    whole = change.field is None
    values = (("before", change.before), ("after", change.after))
    before, after = ("(none)" if change.absent == side or (whole and value is None) else json_text(value) for side, value in values)
    return before, after


def _spoken(agent: str, content: str, style: str) -> Text:
    return Text.assemble((f"{agent}: ", style), content)


def _thought(reasoning: str | None) -> list[Text]:
    return [Text(f"({reasoning})", style="dim italic")] if reasoning else []


def _beside(event: ToolCalled) -> list[Text]:
    return [_spoken(event.agent, event.content, "bold cyan" if event.agent == USER else "bold green")] if event.content else []


def _called(event: ToolCalled) -> Text:
    arguments = ", ".join(f"{name}={json_text(value)}" for name, value in event.arguments.items())
    who = f"{USER} " if event.agent == USER else ""
    return Text.assemble((f"{_INDENT}{who}-> ", "magenta"), (event.tool, "bold magenta"), f"({arguments})", (f"  {event.call_id}", "dim"))


def _change(change: Change, longest: int) -> Text:
    place = ".".join(part for part in (change.table, change.key, change.field) if part)
    if change.field is None:
        added = change.before is None
        return _line(f"{_INDENT}   {'+' if added else '-'} {place}: ", json_text(change.after if added else change.before), "blue", longest)
    before, after = before_and_after(change)
    return Text(f"{_INDENT}   ~ {place}: {cut(before, longest)} -> {cut(after, longest)}", style="blue")


def _line(before: str, text: str, style: str, longest: int) -> Text:
    return Text.assemble((before, style or "magenta"), (cut(text, longest), style))


def cut(text: str, longest: int) -> str:
    """A text, or its beginning and how much is missing; 0 cuts nothing."""
    return text if not longest or len(text) <= longest else f"{text[:longest]} ... ({len(text) - longest} characters more)"
