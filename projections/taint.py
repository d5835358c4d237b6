"""Taint: how what is bad spreads through one conversation, event by event; a fold over its events.

=========  ==============================================================================================================
``saw``    bad itself
``told``   hands on a number or identifier that its agent has from nowhere else, or is the answer of a sub-agent that saw such
``read``   its call read what a touched call had changed; of a refusal, of which no reads are recorded, may have read it
``after``  nothing of it shows, but an agent that had seen something touched asked for it
=========  ==============================================================================================================
"""

import re
from collections.abc import Collection, Mapping

from domain.agents import ASSISTANT, USER, parent_of
from domain.faults import KINDS
from domain.provenance.origins import UNGROUNDED, Origins
from domain.transaction import ANY
from events.base import Event
from events.conversation import AssistantSpoke, UserSpoke
from events.subagents import SubagentFinished, SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolLagged, ToolRefused
from projections.transcript import Outcome, observation_text

SAW, TOLD, READ, AFTER = "saw", "told", "read", "after"
UNREACHED = ("policy:", "invalid-arguments", "unknown-tool", "depth-limit")
"""Codes of refusals by others than the tool itself."""
_WORD = re.compile(r"[\w@.#/+$€-]*\d(?:[\w@.#/+$€-]*[\w])?")


class Taint:
    """What is touched.

    Args:
        known: What agents know from what is not touched; briefed by the caller, filled here.
        bad: Positions of the events that are bad themselves: of what was said, called, asked, or came out.
        mended: Position -> how a bad outcome should have come out, where that is known: what is right of it harms nobody.
    """

    def __init__(self, known: Origins, bad: Collection[int], mended: Mapping[int, Outcome] | None = None) -> None:
        self._known, self.bad, self._mended = known, bad, mended or {}
        self.how: dict[int, str] = {}
        """Position -> how the event there is touched; of what agents say or see."""
        self._seen: set[str] = set()
        """Agents that have seen something touched."""
        self._handed: dict[str, str] = {}
        """Calls that hand on what is touched -> how."""
        self._asked: dict[str, str] = {}
        """Sub-agent -> the call that it answers."""
        self._answers: dict[str, str | None] = {}
        """Call that a sub-agent answers -> how its answer is touched."""
        self._places: dict[tuple[str, str, str | None], str] = {}
        """What touched calls changed -> the last one that did."""
        self._unseen: dict[str, str] = {}
        """Call whose answer lagged -> the call that it does not show."""

    def observe(self, position: int, event: Event) -> None:
        """Take in the next event."""
        how = self._how(position, event, SAW if position in self.bad else None)
        if how is not None:
            self.how[position] = how

    def _how(self, position: int, event: Event, bad: str | None) -> str | None:
        match event:
            case UserSpoke():
                return self._heard(position, event, ASSISTANT, bad or (TOLD if USER in self._seen else None))
            case AssistantSpoke(agent=agent):
                self._answer(agent, bad)
                return self._heard(position, event, agent, bad)
            case SubagentFinished() if event.reason:
                self._answer(event.agent, bad)
            case ToolCalled():
                return self._called(position, event, bad)
            case SubagentStarted():
                return self._started(position, event, bad)
            case ToolLagged():
                self._unseen[event.call_id] = event.unseen
            case ToolAnswered() | ToolRefused() | ToolFaulted():
                return self._came_out(position, event, bad)
        return None

    def _heard(self, position: int, event: Event, agent: str, how: str | None, clean: Event | None = None) -> str | None:
        """What an agent hears it knows, where it is clean; of what is touched, the part that is clean all the same."""
        if how is not None:
            self._seen.add(agent)
        elif clean is None:
            clean = event
        if clean is not None:
            self._known.observe(position, clean)
        return how

    def _answer(self, agent: str, bad: str | None) -> None:
        """What a sub-agent answers is touched where it has seen such."""
        if agent in self._asked:
            self._answers[self._asked[agent]] = bad or (TOLD if agent in self._seen else None)

    def _called(self, position: int, event: ToolCalled, bad: str | None) -> str | None:
        """A call hands on what is touched where its agent has seen such, and has not all of its values from elsewhere."""
        how = bad
        if how is None and event.agent in self._seen:
            origins = self._known.of(position, event).origins
            how = TOLD if any(origin.kind == UNGROUNDED for origin in origins) else None
        if how is not None:
            self._handed[event.call_id] = how
        return self._heard(position, event, event.agent, how)

    def _started(self, position: int, event: SubagentStarted, bad: str | None) -> str | None:
        parent = parent_of(event.agent)
        self._asked[event.agent], self._answers[event.call_id] = event.call_id, None
        clean = event.model_copy(update={"request": self._clean(parent, event.request)})
        how = self._heard(position, event, event.agent, bad or self._handed.get(event.call_id), clean)
        return how or (AFTER if parent in self._seen else None)

    def _clean(self, agent: str, text: str) -> str:
        """A text without the numbers, identifiers and dates that an agent has from nothing clean."""
        return _WORD.sub(lambda word: word[0] if self._known.knows(agent, word[0]) else "", text)

    def _came_out(self, position: int, event: Outcome, bad: str | None) -> str | None:
        clean: Event | None = self._mended.get(position)
        mended = self._mended.get(position)
        if event.call_id in self._answers:
            how = bad or self._answers[event.call_id]
            if isinstance(event, ToolAnswered) and bad is None:
                answerer = next(agent for agent, call_id in self._asked.items() if call_id == event.call_id)
                clean = event.model_copy(update={"observation": self._clean(answerer, observation_text(event))}) if how else event
        else:
            how = bad or self._spread_to(event)
        if isinstance(event, ToolAnswered):
            self._write(event, touched=how is not None, mended=mended)
        return self._heard(position, event, event.agent, how, clean)

    def _spread_to(self, event: Outcome) -> str | None:
        """How the outcome of a tool's call is touched by what came before it."""
        if event.call_id in self._handed:
            return TOLD
        if isinstance(event, ToolAnswered):
            return READ if self._reads(event) else None
        reached = event.kind not in KINDS if isinstance(event, ToolFaulted) else not event.code.startswith(UNREACHED)
        return READ if reached and self._places else None

    def _reads(self, event: ToolAnswered) -> bool:
        unseen = self._unseen.get(event.call_id)
        places = [place for place, call_id in self._places.items() if call_id != unseen]
        return any(
            table == changed[0] and key in (ANY, changed[1]) and (changed[2] is None or field in (ANY, changed[2]))
            for table, key, field in event.reads
            for changed in places
        )

    def _write(self, event: ToolAnswered, *, touched: bool, mended: Outcome | None) -> None:
        """What a touched call changes is touched; what is overwritten as it should be is so no longer."""
        right = mended.changes if isinstance(mended, ToolAnswered) else ()
        for change in event.changes:
            place = (change.table, change.key, change.field)
            if touched and change not in right:
                self._places[place] = event.call_id
            elif change.field is None:
                self._places = {other: by for other, by in self._places.items() if other[:2] != place[:2]}
            else:
                self._places.pop(place, None)
        self._places |= {(change.table, change.key, change.field): event.call_id for change in right if change not in event.changes}
