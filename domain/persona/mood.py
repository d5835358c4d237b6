"""Mood: how what happens moves the user's emotions. Decided where the user learns of it, when the assistant speaks to them.

An emotion moves by the table below; where people have little patience, bad news weighs more, and where they have much, less.
The published personas keep their emotions for the whole conversation; rules and figures here are ours.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from domain.agents import ASSISTANT
from domain.persona.traits import Persona, bucket
from domain.skill import Slot
from domain.speech import says_no, understood_nothing
from events.base import Event
from events.conversation import AssistantSpoke, MoodChange, MoodShifted, UserSpoke
from events.tools import ToolAnswered, ToolCalled, ToolFaulted

CAUSES: Mapping[str, Mapping[str, float]] = {
    "repeated-question": {"frustration": 0.15, "trust": -0.05, "stress": 0.05},
    "fault": {"frustration": 0.15, "anxiety": 0.10, "trust": -0.15},
    "refusal": {"frustration": 0.20, "trust": -0.10, "stress": 0.05},
    "success": {"frustration": -0.15, "anxiety": -0.15, "trust": 0.10, "confidence": 0.10, "stress": -0.10},
    "long-wait": {"frustration": 0.10, "stress": 0.10},
}
"""What happened -> emotion -> what is added; of several that happened at once the first counts."""
TEMPERS: Mapping[str, float] = {"low": 1.5, "medium": 1.0, "high": 0.6}
"""Bucket of patience -> how much bad news weighs."""
WAITS: Mapping[str, int] = {"low": 8, "medium": 12, "high": 20}
"""Bucket of patience -> tool calls between question and answer, a minute each, that are a long wait."""
_QUESTION = re.compile(r"[^.!?\n]*\?")


@dataclass(frozen=True)
class Mood:
    """What the user feels; a fold over MoodShifted.

    Args:
        slots: The setting's, to notice what is asked twice.
    """

    emotions: Mapping[str, float]
    patience: str
    slots: Mapping[str, Slot] = field(default_factory=dict)

    @classmethod
    def of(cls, persona: Persona, slots: Mapping[str, Slot]) -> "Mood":
        """The mood in which a conversation begins."""
        return cls(persona.emotions, bucket(persona["patience"]), slots)

    def evolve(self, event: MoodShifted) -> "Mood":
        """The mood after a shift."""
        return replace(self, emotions={**self.emotions, **{change.emotion: change.after for change in event.changes}})

    def shifts(self, history: Sequence[Event], content: str, agent: str) -> list[MoodShifted]:
        """
        What the assistant's next message does to the user: one event, or none where nothing moves.

        Args:
            history: All before the message.
            content: The message.
            agent: The user's path.
        """
        cause = self._cause(history, content)
        deltas = CAUSES.get(cause, {})
        temper = 1.0 if cause == "success" else TEMPERS[self.patience]
        moved = {emotion: round(min(max(self.emotions[emotion] + delta * temper, 0.0), 1.0), 3) for emotion, delta in deltas.items()}
        changes = [
            MoodChange(emotion=emotion, before=self.emotions[emotion], after=after)
            for emotion, after in moved.items()
            if after != self.emotions[emotion]
        ]
        return [MoodShifted(agent=agent, cause=cause, changes=tuple(changes))] if changes else []

    def _cause(self, history: Sequence[Event], content: str) -> str:
        since, before = _since_last_turn(history)
        asked = _asked(content, self.slots)
        if before is not None and asked and _asked(before, asked):
            return "repeated-question"
        outcomes = [event for event in since if isinstance(event, ToolAnswered | ToolFaulted)]
        if outcomes and isinstance(outcomes[-1], ToolFaulted):
            return "fault"
        if not asked and says_no(content) and not understood_nothing(content):
            return "refusal"
        if any(isinstance(event, ToolAnswered) and event.changes for event in outcomes):
            return "success"
        waited = sum(isinstance(event, ToolCalled) for event in since)
        return "long-wait" if waited >= WAITS[self.patience] else ""


def _asked(content: str, slots: Mapping[str, Slot]) -> dict[str, Slot]:
    """Those of the slots that a message asks for; what the user looks up each time is a new question each time."""
    questions = "\n".join(_QUESTION.findall(content))
    return {name: slot for name, slot in slots.items() if not slot.when_asked and slot.asked_in(questions)} if questions else {}


def _since_last_turn(history: Sequence[Event]) -> tuple[list[Event], str | None]:
    """The events since the user spoke, and what the assistant had said before that."""
    since: list[Event] = []
    turns = 0
    for position in range(len(history) - 1, -1, -1):
        event = history[position]
        if isinstance(event, AssistantSpoke) and event.agent == ASSISTANT and turns:
            return since[::-1], event.content
        if isinstance(event, UserSpoke):
            turns += 1
        elif not turns:
            since.append(event)
    return since[::-1], None
