"""Tools without code: those that ``scenario.yaml`` specifies, and tools with code that a run switches to simulated."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

from domain.agents import Agent
from domain.checks import check
from domain.convention import ByConvention, nothing
from domain.directory import texts
from domain.errors import SettingError
from domain.inference import closed, infer_schema
from domain.schema import Schema
from domain.setting import Setting
from domain.simulated import Asked, Proposal, SimulatedTool
from domain.tools import CodeTool, Tool, Toolset
from domain.transaction import Transaction
from domain.values import plain
from domain.world import World

ALL = "all"
_EXAMPLES = 24
"""Rows of a table for which a tool is asked, to learn what it shows."""
_ENOUGH = 8
_TABLES = 3
"""Tables whose rows are tried: those that have most of a tool's parameters."""


class SimulatedFile(BaseModel):
    """One tool of ``simulated:`` in ``scenario.yaml``; ``domain/simulated.py`` says what the fields mean."""

    model_config = ConfigDict(extra="forbid")

    description: str
    parameters: dict[str, Any] = {}
    """Name -> JSON schema; what has a ``default`` may be left out."""
    output: dict[str, Any] | None = None
    examples: list[Any] = []
    """Of what it shows; they stand in for ``output``."""
    writes: bool = False
    own: list[str] = []

    @model_validator(mode="after")
    def _tells_its_output(self) -> "SimulatedFile":
        if self.output is None and not self.examples:
            raise ValueError("say what it shows: output, a JSON schema, or examples")
        return self

    def tool(self, name: str, schema: Schema) -> SimulatedTool:
        """The tool."""
        required = [field for field, shape in self.parameters.items() if "default" not in shape]
        parameters = {"type": "object", "properties": self.parameters, "required": required, "additionalProperties": False}
        function = {"name": name, "description": " ".join(self.description.split()), "parameters": parameters}
        output = self.output if self.output is not None else closed(infer_schema(self.examples))
        spec = {"type": "function", "function": function}
        reference = ByConvention(name, self.writes, spec, output, schema)
        return SimulatedTool(spec, output, self.writes, reference, frozenset(self.own))


def simulate(setting: Setting, names: Sequence[str], world: World) -> Setting:
    """The setting with some of its tools simulated; what their code showed of the world is what they are to show.

    Args:
        names: Tools, of this setting or of others; ``all`` for all.
        world: In which conversations begin.
    """
    wanted = {
        name: tool for name, tool in setting.toolset.items() if (ALL in names or name in names) and not isinstance(tool, SimulatedTool)
    }
    if not wanted:
        return setting
    switched = {name: _switched(tool, setting, world) for name, tool in wanted.items()}
    tools = Toolset({**setting.toolset, **switched}.values())
    user = _with(setting.user, switched) if setting.user else None
    return replace(setting, toolset=tools, team=_with(setting.assistant, switched), user=user)


def check_simulated(settings: Sequence[Setting], names: Sequence[str]) -> None:
    """Make sure that every name is a tool of one of the settings.

    Raises:
        SettingError: One is not.
    """
    known = {name for setting in settings for name in setting.toolset}
    for name in names:
        if name not in known and name != ALL:
            raise SettingError(f"--simulate {name}: no setting has this tool; there are {', '.join(sorted(known))}, or all")


def is_simulated(setting: Setting) -> bool:
    """Whether any of its tools is."""
    return any(isinstance(tool, SimulatedTool) for tool in setting.toolset.values())


def _with(agent: Agent, tools: Mapping[str, Tool]) -> Agent:
    own = Toolset(tools.get(name, tool) for name, tool in agent.tools.items())
    return replace(agent, tools=own, subagents={name: _with(below, tools) for name, below in agent.subagents.items()})


def _switched(tool: Tool, setting: Setting, world: World) -> SimulatedTool:
    """A tool with code as a simulated one, whose output is known by examples."""
    shown = _examples(tool, setting, world)
    bare = SimulatedTool(tool.spec, {}, tool.writes, tool)
    own: dict[str, None] = {}
    for arguments, proposal in shown:
        asked = Asked(bare, "", "", arguments, world, setting.schema, setting.clock)
        for objection in check(proposal, asked).objections:
            own[objection.place.rpartition(".")[2]] = None
    output = closed(infer_schema([proposal.observation for _, proposal in shown])) or _declared(tool)
    return SimulatedTool(tool.spec, output, tool.writes, tool, frozenset(own))


def _declared(tool: Tool) -> dict[str, Any]:
    return tool.output if isinstance(tool, CodeTool) else {}


def _examples(tool: Tool, setting: Setting, world: World) -> list[tuple[dict[str, Any], Proposal]]:
    """Calls for rows all over a table, as far as the tool answers them; of the first table that leads to enough of them."""
    found: list[tuple[dict[str, Any], Proposal]] = []
    for calls in _calls(tool, setting.schema, world):
        found += (example for arguments in calls if (example := _example(tool, arguments, setting, world)) is not None)
        if len(found) >= _ENOUGH:
            break
    return found


def _example(tool: Tool, arguments: dict[str, Any], setting: Setting, world: World) -> tuple[dict[str, Any], Proposal] | None:
    transaction = Transaction(world, now=setting.clock)
    try:
        tool.check(arguments)
        return arguments, Proposal(plain(tool.run(transaction, arguments)), transaction.changes)
    except Exception:  # a call that was guessed may go wrong in any way
        return None


def _calls(tool: Tool, schema: Schema, world: World) -> Iterator[list[dict[str, Any]]]:
    """Arguments taken from the rows of one table after the other: those first that have most of the tool's parameters."""
    parameters = tool.spec["function"]["parameters"].get("properties", {})
    if not parameters:
        yield [{}]
        return
    covered = {name: _covered(world, name, set(parameters)) for name in schema.tables}
    said = [name for name in schema.tables if name.removesuffix("s") in tool.name]
    for table in sorted(schema.tables, key=lambda name: (-covered[name], name not in said))[:_TABLES]:
        key = schema.tables[table].key
        yield [_arguments(parameters, row, row[key]) for row in _spread(world, table)]


def _arguments(parameters: Mapping[str, Any], row: Mapping[str, Any], key: str) -> dict[str, Any]:
    leaves = dict(reversed([(field, text) for field, text in texts(row) if field]))
    return {name: row.get(name, leaves.get(name, _guess(shape, key))) for name, shape in parameters.items()}


def _covered(world: World, table: str, fields: set[str]) -> int:
    row = next(_spread(world, table), {})
    return len(fields & {*row, *(field for field, _ in texts(row))})


def _guess(shape: Mapping[str, Any], key: str) -> Any:
    """A value for a parameter of which no row says anything: one of a number, the row's key as a text."""
    value = nothing(shape)
    return 1 if value == 0 and value is not False else key if value == "-" else value


def _spread(world: World, table: str) -> Iterator[Mapping[str, Any]]:
    rows = list(world.rows(table))
    return (row for _, row in islice(rows[:: max(1, len(rows) // _EXAMPLES)], _EXAMPLES))
