"""Committee: several opinions on whether an instruction and what its gold path changes say the same (APIGen-MT, section 3.1).

Each member votes on four items, yes or no, and an item needs the votes of more than half of all members. It fails closed: a vote
that cannot be read is no yes, on any item.
"""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict, Field

from events.blueprints import Reason

ITEMS: Mapping[str, str] = {
    "correctness": "Every change follows from what the instruction asks for, with the values that it gives.",
    "completeness": "All that the instruction asks for is among the changes and the expected outputs, and nothing of it is left open.",
    "satisfaction": "A user who was given this instruction would be content with these changes and outputs, and with no others.",
    "creativity": "The instruction reads like a person with a purpose, and not like a list of calls or of fields.",
}
"""Item -> when it holds."""
_MOST_TOLD = 3


class Item(BaseModel):
    """A vote on one item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    holds: bool
    reason: str = Field(min_length=1)


class Vote(BaseModel):
    """All that one member thinks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    correctness: Item
    completeness: Item
    satisfaction: Item
    creativity: Item


def against(votes: Sequence[Vote | None]) -> list[Reason]:
    """Items that have no majority, each with what was said against it.

    Args:
        votes: One of each member; None where it cannot be read.
    """
    read = [vote for vote in votes if vote is not None]
    found = []
    for item, asks in ITEMS.items():
        opinions = [getattr(vote, item) for vote in read]
        if 2 * sum(opinion.holds for opinion in opinions) > len(votes):
            continue
        told = list(dict.fromkeys(opinion.reason for opinion in opinions if not opinion.holds))[:_MOST_TOLD]
        lost = [f"{len(votes) - len(read)} of {len(votes)} votes could not be read"] if len(read) < len(votes) else []
        sentence = f"No majority holds that: {asks} {' '.join([*told, *lost])}".strip()
        found.append(Reason(code=item if told or not lost else "unreadable", place="instruction", sentence=sentence))
    return found
