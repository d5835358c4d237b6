"""What a tool without code does by convention: it shows the row that is asked for, and writes what its name says.

Everything follows from the specification, the arguments and the world, so that equal calls on equal worlds come out
equal, whoever makes them: in a conversation, on a gold path, or in a recording.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from domain.checks import check
from domain.directory import Names, names_something, texts
from domain.errors import Refusal
from domain.schema import Schema, Table
from domain.simulated import Asked, Denial, Proposal, SimulatedTool
from domain.transaction import Transaction
from domain.values import canonical, plain, thaw
from domain.world import World
from events.tools import Change

_NEW = frozenset({"create", "open", "add", "book", "issue", "register", "place", "make", "new", "request", "schedule"})
_CUT = 5
"""Letters by which a verb and a status are held to be the same word: cancel, cancelled."""
CANNOT = Denial("not-possible", "This cannot be done here.")


def by_convention(asked: Asked) -> Proposal:
    """What the conventions propose for a call; what they cannot do soundly, the tool declines."""
    try:
        proposal = _Convention(asked).proposal()
    except Refusal as refusal:
        return Proposal(denial=Denial(refusal.code, refusal.reason))
    return Proposal(denial=CANNOT) if check(proposal, asked).objections else proposal


@dataclass(frozen=True)
class ByConvention:
    """A tool that does what the conventions propose: the reference of a simulated tool that has no code."""

    name: str
    writes: bool
    spec: dict[str, Any]
    output: Mapping[str, Any]
    schema: Schema

    def check(self, arguments: Mapping[str, Any]) -> None:
        """See ``SimulatedTool.check``."""
        self._tool.check(arguments)

    def run(self, world: Transaction, arguments: Mapping[str, Any]) -> Any:
        """Write what is proposed, and show it."""
        proposal = by_convention(Asked(self._tool, "", "", arguments, world.before, self.schema, world.now))
        if proposal.denial is not None:
            raise Refusal(proposal.denial.code, proposal.denial.reason)
        for change in proposal.changes:
            if change.field is None:
                world.insert(change.table, change.key, change.after)  # type: ignore[arg-type]
            else:
                world.update(change.table, change.key, **{change.field: change.after})
        return proposal.observation

    @cached_property
    def _tool(self) -> SimulatedTool:
        return SimulatedTool(self.spec, self.output, self.writes, self)


class _Convention:
    def __init__(self, asked: Asked) -> None:
        self._asked, self._world, self._schema = asked, asked.world, asked.schema
        self._arguments = {name: value for name, value in asked.arguments.items() if value is not None}
        self._words = asked.tool.name.lower().split("_")
        self._keys = {table.key: name for name, table in asked.schema.tables.items()}

    def proposal(self) -> Proposal:
        """The row that is asked for, changed where the tool writes."""
        if not self._asked.tool.writes:
            return Proposal(plain(self._shown(self._output, self._world, self._subject())))
        table = self._table_named() or self._table_of_output()
        creates = self._words[0] in _NEW and self._schema.tables[table].key not in self._arguments
        return self._insert(table) if creates else self._update()

    @property
    def _output(self) -> Mapping[str, Any]:
        return self._asked.tool.output

    # what is asked for

    def _subject(self) -> tuple[str, str] | None:
        """(table, key) of the row that the first argument names which is a key."""
        for name, value in self._arguments.items():
            if name in self._keys and isinstance(value, str):
                if self._world.row(self._keys[name], value) is None:
                    raise Refusal("not-found", f"There is no {name.removesuffix('_id').replace('_', ' ')} {value}.")
                return self._keys[name], value
        return self._called()

    def _called(self) -> tuple[str, str] | None:
        """(table, key) of the row of the table in the tool's name that an argument names by its key or by one of its texts."""
        table = self._table_named()
        for value in self._arguments.values() if table else ():
            if table is not None and isinstance(value, str) and value.strip():
                wanted = value.strip().casefold()
                rows = ((key, row) for key, row in self._world.rows(table))
                found = next((key for key, row in rows if key.casefold() == wanted or wanted in _words_of(row)), None)
                if found is not None:
                    return table, found
        return None

    def _matching(self, table: str, *, least: int = 1) -> list[str]:
        """Keys of the rows that have what the arguments say, wherever in the row it stands."""
        wanted = {name: value for name, value in self._arguments.items() if isinstance(value, str)}
        found = []
        for key, row in self._world.rows(table):
            leaves: dict[str, list[str]] = {}
            for field, text in texts(row):
                leaves.setdefault(field, []).append(text.casefold())
            held = {name: value for name, value in wanted.items() if name in leaves}
            if len(held) >= least and all(value.strip().casefold() in leaves[name] for name, value in held.items()):
                found.append(key)
        return found

    def _table_named(self) -> str | None:
        """The table whose name, or its singular, stands in the tool's name; the longest."""
        said = self._asked.tool.name.lower()
        named = [name for name in self._schema.tables if name in said or _singular(name) in said]
        return max(named, key=len, default=None)

    def _table_of_output(self) -> str:
        item = self._output.get("items", self._output)
        fields = set(item.get("properties", ())) | set(self._arguments)
        return max(self._schema.tables, key=lambda name: len(fields & set(self._schema.tables[name].columns)))

    # what is shown

    def _shown(self, output: Mapping[str, Any], world: World, subject: tuple[str, str] | None) -> Any:
        kind = _kind(output)
        if kind == "array":
            return self._listed(output, world)
        if kind == "string":
            return self._identifier()
        if subject is None:
            part = self._part()
            if part is not None:
                return part
            if not output.get("properties") and not self._arguments:
                return self._named_rows(world)
            table = self._table_named() or self._table_of_output()
            keys = self._matching(table)
            if not keys:
                raise Refusal("not-found", "Nothing is known under what was given.")
            subject = table, keys[0]
        return self._projected(output, world, *subject)

    def _listed(self, output: Mapping[str, Any], world: World) -> list[Any]:
        table = self._table_named() or self._table_of_output()
        self._subject()
        wanted = [name for name, value in self._arguments.items() if isinstance(value, str)]
        keys = self._matching(table) if wanted else [key for key, _ in world.rows(table)]
        item = output.get("items", {})
        return [self._projected(item, world, table, key) for key in keys]

    def _identifier(self) -> str:
        for table in self._schema.tables.values():
            if table.key in self._asked.tool.name:
                keys = self._matching(self._keys[table.key])
                if keys:
                    return keys[0]
                raise Refusal("not-found", "Nobody is known under what was given.")
        return "Done."

    def _part(self) -> Any:
        """The part of a row that an argument identifies, such as a variant of a product."""
        names = Names(self._world, self._schema)
        for name, value in self._arguments.items():
            if isinstance(value, str) and names_something(name) and name not in self._keys:
                found = names.entities(name, value)
                if not found:
                    raise Refusal("not-found", f"There is no {name.removesuffix('_id')} {value}.")
                return min(found, key=len)
        return None

    def _named_rows(self, world: World) -> Any:
        table = self._schema.tables[self._table_named() or self._table_of_output()]
        rows = sorted((str(row.get("name", key)), key) for key, row in world.rows(self._keys[table.key]))
        return dict(rows)

    def _projected(self, output: Mapping[str, Any], world: World, table: str, key: str) -> Any:
        row: Mapping[str, Any] = world.row(table, key) or {}
        fields = output.get("properties")
        if not fields:
            return dict(row)
        return {name: self._field(name, schema, world, table, row) for name, schema in fields.items()}

    def _field(self, name: str, schema: Mapping[str, Any], world: World, table: str, row: Mapping[str, Any]) -> Any:
        """A field of the row, of a row that it points to (``site_city``), an argument, or what the schema takes for nothing."""
        if name in row:
            return self._fitted(row[name], schema, world)
        for path, target in self._schema.tables[table].references.items():
            other = world.row(target, str(row.get(path))) if path in row else None
            if other is None:
                continue
            stem = path.removesuffix("_id")
            if name.startswith(f"{stem}_") and name.removeprefix(f"{stem}_") in other:
                return other[name.removeprefix(f"{stem}_")]
            if name == stem:
                return other.get("name", other.get("city", row[path]))
        if name in self._arguments:
            return self._arguments[name]
        return self._means(name) or nothing(schema, shown=True)

    def _fitted(self, value: Any, schema: Mapping[str, Any], world: World) -> Any:
        """A part of a row with what its tool shows beside: of an order's line, the name of the product."""
        fields = schema.get("items", {}).get("properties")
        if not fields or not isinstance(value, list):
            return value
        return [{**item, **{name: self._beside(name, fields[name], item, world) for name in fields if name not in item}} for item in value]

    def _beside(self, name: str, schema: Mapping[str, Any], item: Mapping[str, Any], world: World) -> Any:
        rows = [world.row(self._keys[field], str(value)) for field, value in item.items() if field in self._keys]
        return next((row[name] for row in rows if row is not None and name in row), nothing(schema, shown=True))

    # what is written

    def _insert(self, table: str) -> Proposal:
        shape = self._schema.tables[table]
        context: dict[str, Any] = {}
        for name, value in self._arguments.items():
            if name in self._keys:
                named = self._world.row(self._keys[name], str(value))
                if named is None:
                    raise Refusal("not-found", f"There is no {name.removesuffix('_id').replace('_', ' ')} {value}.")
                context.update(named)
        context.update(self._arguments)
        key = self._fresh(table)
        drawn = {name: self._value(name, schema, context, shape) for name, schema in shape.columns.items()}
        row = {name: value for name, value in drawn.items() if name not in shape.optional or value is not None} | {shape.key: key}
        change = Change(table=table, key=key, after=plain(row))
        return Proposal(plain(self._shown(self._output, self._world.with_changes([change]), (table, key))), (change,))

    def _value(self, name: str, schema: Mapping[str, Any], context: Mapping[str, Any], shape: Table) -> Any:
        if name in context and name != shape.key:
            return thaw(context[name])
        return self._asked.now[:10] if name.endswith(("_on", "_at", "date", "eta")) and self._asked.now else nothing(schema)

    def _fresh(self, table: str) -> str:
        """A new key that looks like the table's others and follows from the call."""
        sample = next((key for key, _ in self._world.rows(table)), f"{_singular(table).upper()}-10000")
        prefix = re.sub(r"\d+$", "", sample)
        digits = max(len(sample) - len(prefix), 4)
        for number in range(1000):
            drawn = blake2b(canonical([table, self._arguments, number]), digest_size=8).digest()
            key = f"{prefix}{10 ** (digits - 1) + int.from_bytes(drawn) % (9 * 10 ** (digits - 1))}"
            if self._world.row(table, key) is None:
                return key
        raise Refusal("full", "No number is free.")

    def _update(self) -> Proposal:
        subject = self._subject()
        if subject is None:
            return Proposal(plain(self._shown(self._output, self._world, None)))
        table, key = subject
        row: Mapping[str, Any] = self._world.row(table, key) or {}
        fields = dict(self._updates(self._schema.tables[table], row))
        changes = [
            Change(table=table, key=key, field=name, before=plain(row[name]), after=plain(value))
            for name, value in fields.items()
            if row[name] != value
        ]
        if not changes:
            raise Refusal("no-change", f"{key} is so already.")
        return Proposal(plain(self._shown(self._output, self._world.with_changes(changes), subject)), tuple(changes))

    def _updates(self, shape: Table, row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Fields that arguments name, alone or inside; the status that the tool's name says."""
        for name, value in self._arguments.items():
            if name != shape.key and name in row:
                yield name, value
        for name, value in row.items():
            inside = {field: self._arguments[field] for field in value if field in self._arguments} if isinstance(value, Mapping) else {}
            if inside:
                yield name, {**value, **inside}
        for name, schema in shape.columns.items():
            states = [state for state in schema.get("enum", ()) if isinstance(state, str) and self._means(state)]
            if name in row and states:
                yield name, states[0]

    def _means(self, state: str) -> bool:
        """Whether the tool's verb leads to a status: cancel to ``cancelled``, request to ``release_requested``."""
        verb = self._words[0][:_CUT]
        return len(verb) > 3 and any(part.startswith(verb) for part in state.lower().split("_"))


def _words_of(row: Mapping[str, Any]) -> set[str]:
    return {value.casefold() for value in row.values() if isinstance(value, str)}


def nothing(schema: Mapping[str, Any], *, shown: bool = False) -> Any:
    """What a schema takes where nothing is known: null if it may be, else the first of a list, nought, a dash.

    Args:
        schema: JSON schema of one value.
        shown: Whether it is for an agent, who can do more with nought than with null.
    """
    options = schema.get("enum")
    if options:
        return options[0]
    kinds = [one.get("type") for one in schema.get("anyOf", ())] or schema.get("type", "null")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "null" in kinds and not shown:
        return None
    empty = {"string": "-", "integer": schema.get("minimum", 0), "number": schema.get("minimum", 0), "boolean": False, "array": []}
    return empty.get(str(kinds[0]), {})


def _kind(output: Mapping[str, Any]) -> str:
    kind = output.get("type", "object")
    return str(kind if isinstance(kind, str) else next((one for one in kind if one != "null"), "object"))


def _singular(name: str) -> str:
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name.removesuffix("s")
