"""What the first tau-bench does otherwise than tau2-bench, in every domain: tools that check no types, and say less."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.errors import Refusal
from domain.schema import Schema
from domain.tools import Tool, Toolset, tool
from domain.transaction import Transaction

UNKNOWN = "Unknown action {tool}"
"""What a call of a tool shows that there is not."""
Show = Callable[[Any], Any]
Say = Callable[[str], str]


@tool
def think(world: Transaction, thought: str) -> str:  # noqa: ARG001
    """
    Note a thought; nothing is looked up and nothing changes.

    Args:
        thought: Whatever helps.
    """
    return ""


def lowered(reason: str) -> str:
    """A refusal as the first tau-bench words it: the same, and no capital at its beginning."""
    return reason[:1].lower() + reason[1:]


@dataclass(frozen=True)
class Spoken:
    """A tool whose answers and refusals are put otherwise, and whose arguments are only counted."""

    tool: Tool
    show: Show
    say: Say

    @property
    def name(self) -> str:
        """The tool's."""
        return self.tool.name

    @property
    def writes(self) -> bool:
        """The tool's."""
        return self.tool.writes

    @property
    def spec(self) -> dict[str, Any]:
        """The tool's."""
        return self.tool.spec

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Look at the names alone: whatever type a value has, the tool must make do with it.

        Raises:
            Refusal: ``invalid-arguments``.
        """
        parameters = self.spec["function"]["parameters"]
        for name in arguments:
            if name not in parameters["properties"]:
                raise Refusal("invalid-arguments", f"{self.name} got an unexpected argument '{name}'")
        missing = [name for name in parameters.get("required", ()) if name not in arguments]
        if missing:
            raise Refusal("invalid-arguments", f"{self.name} needs {', '.join(map(repr, missing))}")

    def run(self, world: Transaction, arguments: Mapping[str, Any]) -> Any:
        """Run the tool, and put what comes of it otherwise."""
        try:
            return self.show(self.tool.run(world, arguments))
        except Refusal as refusal:
            raise Refusal(refusal.code, self.say(refusal.reason)) from None


def spoken(tools: Iterable[Tool], show: Show, say: Say = lowered) -> Toolset:
    """Tools that all put their answers otherwise in the same way; of two with one name the later one counts."""
    return Toolset({each.name: Spoken(each, show, say) for each in tools}.values())


def unchecked(schema: Schema) -> Schema:
    """The same tables and keys, and nothing that must hold of them: what that implementation lets through has to pass here."""
    tables = {
        name: replace(table, columns={column: {} for column in table.columns}, optional=frozenset(table.columns), references={})
        for name, table in schema.tables.items()
    }
    return Schema(tables)
