"""What tools without code do by convention, and what their output schemas are where nobody wrote one."""

from typing import Any

import pytest

from domain.convention import by_convention
from domain.goal import Action, Goal, gold_world
from domain.inference import closed, infer_schema
from domain.simulated import Asked
from domain.tools import Toolset
from domain.world import World
from tests.domain.test_simulated import OPEN, simulated
from tests.parcels import SCHEMA, base

TEXT = {"type": "string"}
NOW = "2025-01-01T00:00:00+00:00"


def does(tool_name: str, output: dict[str, Any] | None = None, /, *, writes: bool = False, **arguments: Any) -> Any:
    """What a tool of that name proposes: its observation and changes, or the code of its refusal."""
    tool = simulated(tool_name, writes=writes, output=output, **{argument: {} for argument in arguments})
    proposal = by_convention(Asked(tool, "assistant", "c1", arguments, World(base()), SCHEMA, NOW))
    return proposal.denial.code if proposal.denial else (proposal.observation, proposal.changes)


def test_a_row_is_shown() -> None:
    """The one whose key an argument names; with an output schema, its fields and those of rows that it points to."""
    assert does("find_return", return_id="R-2")[0]["amount"] == 9.5
    fields = {"type": "object", "properties": {"status": TEXT, "customer_name": TEXT, "rank": {"type": "integer"}}}
    assert does("find_return", fields, return_id="R-1")[0] == {"status": "open", "customer_name": "Ada", "rank": 0}
    assert does("find_return", return_id="R-7") == "not-found"


def test_rows_are_listed() -> None:
    """Those of the table that the tool's name names, which have what the arguments say."""
    item = {"type": "object", "properties": {"return_id": TEXT}}
    listed = does("list_returns", {"type": "array", "items": item}, customer_id="C-1")[0]
    assert listed == [{"return_id": "R-1"}, {"return_id": "R-2"}]


def test_a_key_is_found_by_what_the_row_says() -> None:
    """A tool named for a key field, whose output is a text, answers with the key."""
    assert does("find_customer_id_by_name", TEXT, name="ada")[0] == "C-1"
    assert does("find_customer_id_by_name", TEXT, name="Eve") == "not-found"


def test_a_verb_leads_to_a_status() -> None:
    """Cancelling sets what is called cancelled; what is so already is refused."""
    _, changes = does("cancel_return", writes=True, return_id="R-1")
    assert [(change.field, change.after) for change in changes] == [("status", "cancelled")]
    assert does("collect_return", writes=True, return_id="R-2") == "no-change"


def test_arguments_set_fields() -> None:
    """An argument that is called like a field of the row becomes it."""
    observation, changes = does("change_return", writes=True, return_id="R-1", amount=7)
    assert observation["amount"] == 7
    assert [(change.field, change.before, change.after) for change in changes] == [("amount", 25, 7)]


def test_what_breaks_the_world_is_declined() -> None:
    """Conventions know nothing of invariants; what would break one is not proposed."""
    assert does("change_return", writes=True, return_id="R-1", amount=-7) == "not-possible"


def test_gold_paths_and_conversations_agree() -> None:
    """A new row has the same key wherever it is made: the gold world is the world that the conversation leaves."""
    arguments = {"customer_id": "C-2", "amount": 3}
    proposal = by_convention(Asked(OPEN, "assistant", "c1", arguments, World(base()), SCHEMA, NOW))
    goal = Goal(id="g", instruction="", actions=(Action(tool="open_return", arguments=arguments),))

    assert proposal.denial is None
    gold = gold_world(World(base()), goal, Toolset([OPEN]), seed=5, now=NOW)
    assert gold.digest == World(base()).with_changes(proposal.changes).digest
    assert proposal.changes[0].after["customer_id"] == "C-2"  # type: ignore[index, call-overload]


@pytest.mark.parametrize(
    ("examples", "fits", "does_not"),
    [
        ([{"a": 1, "b": "x"}, {"a": 2.5, "b": None}], {"a": 3, "b": None}, {"a": 3}),
        ([{"a": 1}, {"a": 1, "b": 2}], {"a": 1}, {"b": 2}),
        ([{"1001": {"price": 3}}, {"2002": {"price": 4}}], {"3003": {"price": 5}}, {"3003": {"price": "5"}}),
        ([["x"], []], ["y"], [1]),
        (["C-1"], "C-2", 7),
    ],
)
def test_schemas_are_inferred(examples: list[Any], fits: Any, does_not: Any) -> None:
    """All examples fit, and so does what is like them; what is not does not."""
    tool = simulated("find", output=closed(infer_schema(examples)))

    assert all(tool.output_validator.is_valid(example) for example in [*examples, fits])
    assert not tool.output_validator.is_valid(does_not)
    assert not tool.output_validator.is_valid(None)
