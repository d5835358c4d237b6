"""What keeps a proposal of a simulated tool from becoming a fact.

| code | the proposal |
| --- | --- |
| ``unreadable`` | holds something that is no JSON |
| ``output-schema`` | shows something of another shape than the tool's output has |
| ``read-only`` | changes something, though the tool does not write |
| ``refused-with-effect`` | declines, and changes something all the same |
| ``denies-existing`` | says that something is not there which is |
| ``unknown-table`` | changes a table that there is not |
| ``false-before`` | says of a row that it changes what it was not |
| ``changes-nothing`` | changes a value into itself, or one field twice |
| ``row-schema``, ``row-key``, ``reference``, ``invariant`` | would leave a row that the world's schema does not allow |
| ``unrelated-change`` | changes a row that has nothing to do with the call |
| ``contradicts-world`` | shows a row other than it would be |
| ``wrong-subject`` | shows a row other than the one that was asked for |
| ``unknown-identifier`` | names what neither exists nor is created by this call |
| ``contradicts-earlier`` | answers otherwise than before, though nothing has changed since |
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.agreement import Agreement, related, same
from domain.directory import texts
from domain.errors import InvariantError, KeyError_, ReferenceError_, SchemaError, WorldError
from domain.schema import Schema, follow
from domain.simulated import Asked, Denial, Earlier, Proposal, Unreadable, readable, touched
from domain.transaction import ANY
from domain.world import World
from events.tools import Change, Objection

_WORLD_CODES: dict[type[WorldError], str] = {
    SchemaError: "row-schema",
    KeyError_: "row-key",
    ReferenceError_: "reference",
    InvariantError: "invariant",
}
_DENIES = re.compile(r"not[-_ ]?found|unknown|no[-_ ]such|missing|not[-_ ]?exist", re.IGNORECASE)

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")


class Examined(NamedTuple):
    """A proposal, what speaks against it, and what it depends on."""

    proposal: Proposal
    objections: tuple[Objection, ...]
    reads: tuple[tuple[str, str, str], ...] = ()
    """Rows that the observation mentions."""


def check(proposal: Proposal, asked: Asked) -> Examined:
    """What speaks against a proposal; nothing, where it may become a fact.

    Args:
        proposal: As the model gave it.
        asked: The call, and the world as it stands.
    """
    try:
        proposal = readable(proposal)
    except Unreadable as error:
        return Examined(proposal, (_objection("unreadable", "proposal", str(error)),))
    objections = list(_of_changes(proposal, asked))
    if proposal.denial is not None:
        return Examined(proposal, (*objections, *_of_denial(proposal.denial, proposal, asked)))
    after = asked.world
    if not objections and proposal.changes:
        after = asked.world.with_changes(proposal.changes)
        objections += [*_of_world(after, proposal, asked), *_of_subjects(after, proposal, asked)]
    shown = Agreement(asked, after, asked.tool.own)
    objections += _of_shape(proposal.observation, asked)
    shown.see(proposal.observation)
    objections += shown.objections
    tables = {mention.table for mention in shown.mentions}
    objections += _of_earlier(proposal, tables, asked)
    reads = dict.fromkeys((mention.table, mention.key, ANY) for mention in shown.mentions)
    return Examined(proposal, tuple(objections), tuple(reads))


def unchecked(proposal: Proposal, asked: Asked) -> Examined:
    """A proposal as it comes, if an event can hold it at all: what would be believed without the checks."""
    try:
        return Examined(readable(proposal), ())
    except Unreadable as error:
        return Examined(proposal, (_objection("unreadable", asked.call_id, str(error)),))


def _of_changes(proposal: Proposal, asked: Asked) -> Iterator[Objection]:
    if proposal.changes and not asked.tool.writes:
        yield _objection("read-only", "changes", f"{asked.tool.name} is not declared to write")
    seen: set[tuple[str, str, str | None]] = set()
    for change in proposal.changes:
        place = _place(change)
        if change.table not in asked.schema.tables:
            yield _objection("unknown-table", place, f"there are only {', '.join(asked.schema.tables)}")
            continue
        yield from _of_before(change, asked.world)
        one = (change.table, change.key, change.field)
        whole = (change.table, change.key, None)
        if one in seen or whole in seen or (change.field is None and any(other[:2] == one[:2] for other in seen)):
            yield _objection("changes-nothing", place, "it is changed twice by one call")
        elif change.absent is None and same(change.before, change.after):
            yield _objection("changes-nothing", place, "before and after are the same")
        seen.add(one)


def _of_before(change: Change, world: World) -> Iterator[Objection]:
    row = world.row(change.table, change.key)
    if change.field is None:
        true: Any = row
    elif row is None:
        yield _objection("false-before", _place(change), f"{change.table} has no row {change.key!r}")
        return
    elif (change.field not in row) != (change.absent == "before"):
        has = "has no such field" if change.field not in row else "has that field already"
        yield _objection("false-before", _place(change), f"the row {has}")
        return
    else:
        true = row.get(change.field)
    if not same(change.before, true):
        yield _objection("false-before", _place(change), f"before the call it is {str(true)[:80]!r}")


def _of_world(after: World, proposal: Proposal, asked: Asked) -> Iterator[Objection]:
    try:
        asked.schema.check(after, proposal.changes)
    except WorldError as error:
        yield _objection(_WORLD_CODES.get(type(error), "row-schema"), "changes", str(error))


def _of_subjects(after: World, proposal: Proposal, asked: Asked) -> Iterator[Objection]:
    """Each row that changes is named by the call, or tied to one that is."""
    told = {text for _, text in texts(dict(asked.arguments))}
    named = {name: found for name in told for table in asked.schema.tables if (found := asked.world.row(table, name)) is not None}
    tables = {table for name in named for table in asked.schema.tables if asked.world.row(table, name) is not None}
    reached = told | {text for found in named.values() for _, text in texts(found)}
    for table, key in sorted(touched(proposal.changes)):
        before = asked.world.row(table, key)
        row: Mapping[str, Any] = before or after.row(table, key) or {}
        points = set(_points(row, table, asked.schema))
        new = before is None
        joins = len(points) > 1 and points <= reached and table not in tables
        tied = key in reached or not points.isdisjoint(named) or joins or (new and not points)
        if named and not tied:
            yield _objection("unrelated-change", f"{table}.{key}", "the call names neither it nor anything that it belongs to")


def _points(row: Mapping[str, Any], table: str, schema: Schema) -> Iterator[str]:
    for path in schema.tables[table].references:
        yield from (str(value) for value in follow(row, path.split(".")) if value is not None)


def _of_shape(observation: Any, asked: Asked) -> Iterator[Objection]:
    for error in asked.tool.output_validator.iter_errors(observation):
        where = ".".join(["observation", *map(str, error.instance_path)])
        yield _objection("output-schema", where, error.message)


def _of_denial(denial: Denial, proposal: Proposal, asked: Asked) -> Iterator[Objection]:
    if not _CODE.fullmatch(denial.code):
        yield _objection("unreadable", "refused", f"{denial.code!r} is no code; small letters, digits and - make one")
    if proposal.changes:
        yield _objection("refused-with-effect", "changes", "a tool that declines changes nothing")
    shown = Agreement(asked, asked.world)
    shown.identifiers(denial.reason)
    yield from shown.objections
    if _DENIES.search(denial.code):
        keys = {shape.key: name for name, shape in asked.schema.tables.items()}
        about = {name: str(value) for name, value in asked.arguments.items() if name in keys and value is not None}
        if about and all(asked.world.row(keys[name], value) is not None for name, value in about.items()):
            yield _objection("denies-existing", "refused", f"{', '.join(about.values())} {'is' if len(about) == 1 else 'are'} there")
    yield from _of_earlier(proposal, set(), asked)


def _of_earlier(proposal: Proposal, tables: set[str], asked: Asked) -> Iterator[Objection]:
    """A tool that only reads answers as before while nothing has changed that it may have read."""
    if asked.tool.writes:
        return
    for earlier in asked.earlier:
        if not _holds_still(earlier, tables, asked):
            continue
        refuses = proposal.denial is not None
        if earlier.refused != refuses or not (refuses or same(earlier.observation, proposal.observation)):
            was = "refused" if earlier.refused else "answered otherwise"
            yield _objection(
                "contradicts-earlier", "observation", f"{earlier.call_id}, the same call, was {was}, and nothing has changed since"
            )
            return


def _holds_still(earlier: Earlier, tables: set[str], asked: Asked) -> bool:
    if not earlier.changes:
        return True
    before = Agreement(asked, asked.world)
    if not earlier.refused:
        before.see(earlier.observation)
    read = {*tables, *(mention.table for mention in before.mentions)}
    return bool(read) and related(asked.schema, read).isdisjoint(change.table for change in earlier.changes)


def _place(change: Change) -> str:
    return ".".join(part for part in (change.table, change.key, change.field) if part)


def _objection(code: str, place: str, reason: str) -> Objection:
    return Objection(code=code, place=place, reason=" ".join(reason.split())[:300])
