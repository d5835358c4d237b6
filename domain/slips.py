"""Slips: users who change their mind or are wrong, at configured rates; and what a user wanted in the end.

A slip comes from the conversation's seed and its goal alone, and there is one at most. Where it shows, it is recorded
as ``UserSlipped``, and from then on it is known to the verdict and to judges.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from domain.goal import Goal
from domain.rates import check_rates, kind_at
from events.base import Event
from events.conversation import UserSlipped, UserSpoke

DROPPED, SWITCHED, WRONG, STUBBORN = "dropped", "switched", "wrong", "stubborn"
KINDS = (DROPPED, SWITCHED, WRONG, STUBBORN)
"""``dropped``: asked to confirm, they no longer want it; ``switched``: they go on to their next matter instead;
``wrong``: a code or name is told wrong, until it is found to be; ``stubborn``: told wrong to the end."""
_DIGITS = 3
"""A code has so many digits at least."""


class Slip(NamedTuple):
    """What goes wrong in one conversation."""

    kind: str
    task: int | None
    """Which task it is about; None for who the user is."""
    slot: str = ""
    meant: str = ""
    said: str = ""
    """In place of what is meant."""

    @property
    def misleads(self) -> bool:
        """Whether it is a value that is told wrong."""
        return self.kind in (WRONG, STUBBORN)

    def event(self, agent: str, goal: Goal) -> UserSlipped:
        """As it is recorded."""
        about = {"agent": agent, "kind": self.kind, "task": self.task}
        if self.misleads or self.task is None:
            return UserSlipped(**about, slot=self.slot, meant=self.meant, said=self.said)
        before = sum(share.actions for share in goal.shares[: self.task])
        share = goal.shares[self.task]
        others = {output for number, other in enumerate(goal.shares) if number != self.task for output in other.outputs}
        untold = tuple(output for output in share.outputs if output not in others)
        return UserSlipped(**about, dropped=tuple(range(before, before + share.actions)), untold=untold)


@dataclass(frozen=True)
class Slips:
    """How often users slip: kind -> share of the conversations whose goal allows for it."""

    rates: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """
        Check kinds and rates.

        Raises:
            SettingError: There is no such kind, or a rate is not one.
        """
        check_rates("user slips", self.rates, KINDS)

    def draw(self, seed: int, goal: Goal) -> Slip | None:
        """The slip of a conversation; None for most."""
        if not self.rates:
            return None
        rng = Random(f"{seed}/slip")
        kind = kind_at(self.rates, KINDS, rng.random())
        if kind is None:
            return None
        found = _misleading(kind, goal, rng) if kind in (WRONG, STUBBORN) else _dropping(kind, goal)
        return found[int(rng.random() * len(found))] if found else None


NO_SLIPS = Slips()


def _dropping(kind: str, goal: Goal) -> list[Slip]:
    last = len(goal.tasks) - (kind == SWITCHED)
    return [Slip(kind, task) for task, share in enumerate(goal.shares[:last]) if share.actions]


def _misleading(kind: str, goal: Goal, rng: Random) -> list[Slip]:
    found = [(None, slot, value) for slot, value in goal.identity.items()]
    known = [(number, slot, value) for number, task in enumerate(goal.tasks) for slot, value in task.known.items() if slot.endswith("_id")]
    slips = []
    for task, slot, value in (*found, *known):
        said = garbled(value, rng)
        if said != value:
            slips.append(Slip(kind, task, slot, value, said))
    return slips


def garbled(value: str, rng: Random) -> str:
    """A value as it is misremembered: a digit is another one, or in a name two neighbouring letters have changed places."""
    digits = [place for place, char in enumerate(value) if char.isdigit()]
    if len(digits) >= _DIGITS:
        place = digits[1 + int(rng.random() * (len(digits) - 1))]
        other = (int(value[place]) + 1 + int(rng.random() * 9)) % 10
        return f"{value[:place]}{other}{value[place + 1 :]}"
    pairs = [place for place in range(1, len(value) - 1) if value[place : place + 2].islower() and value[place] != value[place + 1]]
    pairs = [place for place in pairs if value[place : place + 2].isalpha()]
    if not pairs:
        return value
    place = pairs[int(rng.random() * len(pairs))]
    return f"{value[:place]}{value[place + 1]}{value[place]}{value[place + 2 :]}"


def wanted(goal: Goal, history: Iterable[Event]) -> Goal:
    """What the user wanted in the end."""
    for event in history:
        if isinstance(event, UserSlipped) and (event.dropped or event.untold):
            actions = tuple(action for number, action in enumerate(goal.actions) if number not in event.dropped)
            outputs = tuple(output for output in goal.outputs if output not in event.untold)
            goal = goal.model_copy(update={"actions": actions, "outputs": outputs})
    return goal


def misled(history: Iterable[Event]) -> bool:
    """Whether the user told something wrong, and never put it right."""
    slip: UserSlipped | None = None
    for event in history:
        if isinstance(event, UserSlipped) and event.meant:
            slip = event
        elif isinstance(event, UserSpoke) and slip is not None and slip.meant in event.content:
            slip = None
    return slip is not None


def in_words(event: UserSlipped) -> str:
    """A slip in a sentence."""
    if event.kind == DROPPED:
        return "Asked to confirm, they changed their mind and no longer wanted it."
    if event.kind == SWITCHED:
        return "Asked to confirm, they no longer wanted it, and went on to something else."
    return f"They said {event.said} where {event.meant} is right ({event.slot.replace('_', ' ')})."
