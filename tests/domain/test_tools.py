"""A tool is a function: its signature and docstring are all that models are told."""

from typing import Any, Literal

import pytest

from domain.errors import Refusal, SettingError
from domain.tools import Toolset, tool
from domain.transaction import Transaction
from domain.world import World
from tests.parcels import TOOLSET, find_return


@tool(writes=True)
def book(world: Transaction, slot: Literal["am", "pm"], items: list[str], count: int = 1, note: str | None = None) -> dict[str, Any]:  # noqa: ARG001
    """Book a collection.

    The courier rings twice.

    Args:
        slot: Half of the day.
        items: What is
            collected.
        count: How many parcels.
        note: For the courier.
    """
    return {"slot": slot, "items": items, "count": count, "note": note}


def test_schema_from_signature_and_docstring() -> None:
    """Types, defaults and choices come from the signature, words from the docstring; the world is not mentioned."""
    assert book.spec == {
        "type": "function",
        "function": {
            "name": "book",
            "description": "Book a collection.\n\nThe courier rings twice.",
            "parameters": {
                "type": "object",
                "properties": {
                    "slot": {"enum": ["am", "pm"], "type": "string", "description": "Half of the day."},
                    "items": {"type": "array", "items": {"type": "string"}, "description": "What is\ncollected."},
                    "count": {"type": "integer", "default": 1, "description": "How many parcels."},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "description": "For the courier."},
                },
                "required": ["slot", "items"],
                "additionalProperties": False,
            },
        },
    }
    assert (book.name, book.writes, find_return.writes) == ("book", True, False)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "slot"),
        ({"slot": "noon", "items": []}, "slot: "),
        ({"slot": "am", "items": "all"}, "items: "),
        ({"slot": "am", "items": [1]}, r"items\.0: "),
        ({"slot": "am", "items": [], "colour": "red"}, "colour"),
        ({"slot": "am", "items": [], "count": "2"}, "count: "),
        ({"slot": "am", "items": [], "count": 1.5}, "count: "),
    ],
)
def test_arguments_that_do_not_fit_are_refused(arguments: dict[str, Any], text: str) -> None:
    """The refusal names the argument."""
    with pytest.raises(Refusal, match=f"^book: .*{text}") as caught:
        book.check(arguments)
    assert caught.value.code == "invalid-arguments"


def test_arguments_that_fit_are_run() -> None:
    """Defaults are filled in."""
    book.check({"slot": "am", "items": ["a"]})

    assert book.run(Transaction(World.of()), {"slot": "am", "items": ["a"]}) == {"slot": "am", "items": ["a"], "count": 1, "note": None}


def test_an_undocumented_tool_is_no_tool() -> None:
    """A missing docstring, type or line under Args stops at once, by name."""

    @tool
    def silent(world: Transaction) -> None: ...

    @tool
    def untyped(world: Transaction, what) -> None:  # type: ignore[no-untyped-def]
        """Do.

        Args:
            what: This.
        """

    @tool
    def untold(world: Transaction, what: str) -> None:
        """Do."""

    with pytest.raises(SettingError, match="silent needs a docstring"):
        _ = silent.spec
    for broken in (untyped, untold):
        with pytest.raises(SettingError, match=f"{broken.name}: parameter 'what' needs a type and a line under Args"):
            _ = broken.spec


def test_a_toolset_has_one_tool_of_a_name() -> None:
    """Order is kept; a second tool of the same name is refused."""
    assert list(TOOLSET)[:2] == ["find_return", "open_return"]
    assert [spec["function"]["name"] for spec in TOOLSET.specs] == list(TOOLSET)
    with pytest.raises(SettingError, match="two tools called 'book'"):
        Toolset([book, book])
