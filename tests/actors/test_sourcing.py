"""Where a model's quote stands, named as looking up would name it."""

import pytest

from actors.sourcing import source_of
from domain.provenance.known import Source
from events.base import Event
from events.conversation import UserSpoke
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolRefused

ORDER = {"order": {"id": "R-1", "items": [{"name": "red mug", "price": 5}, {"name": "tea/pot", "price": 20}]}, "left~over": "mugs"}


def shown(observation: object) -> ToolAnswered:
    return ToolAnswered(agent="assistant", call_id="c1", observation=observation)


@pytest.mark.parametrize(
    ("event", "quote", "source"),
    [
        (None, "You help", Source("instructions", 4, "")),
        (UserSpoke(agent="user", content="I want the red mug"), "red mug", Source("user", 4, "11:18")),
        (SubagentStarted.model_construct(request="Find the mug"), "mug", Source("request", 4, "9:12")),
        (shown(ORDER), "tea/pot", Source("observation", 4, "/order/items/1/name")),
        (shown(ORDER), '"price":20', Source("observation", 4, "/order/items/1")),
        (shown(ORDER), "mugs", Source("observation", 4, "/left~0over")),
        (shown(ORDER), '"left~over"', Source("observation", 4, "")),
        (shown("Status: red mug"), "red mug", Source("observation", 4, "")),
        (ToolRefused(agent="assistant", call_id="c1", code="no", reason="no such mug"), "mug", Source("observation", 4, "8:11")),
        (ToolRefused(agent="assistant", call_id="c1", code="no", reason="no such mug"), "Error: no", Source("observation", 4, "")),
    ],
)
def test_a_quote_is_placed(event: Event | None, quote: str, source: Source) -> None:
    """An observation by JSON pointer to the least part that holds it, what was said by its characters."""
    assert source_of(4, event, quote) == source
