"""Whether what a tool shows agrees with the world: every row that it mentions, every identifier, and whom it is about."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from domain.directory import Names, names_something, texts
from domain.schema import Schema, Table
from domain.simulated import Asked
from domain.values import canonical
from domain.world import World
from events.tools import Objection

_LONGEST = 80
"""Characters of a value that an objection quotes."""


class Mention(NamedTuple):
    """A row that a part of an observation is about."""

    place: str
    table: str
    key: str
    row: Mapping[str, Any]
    top: bool
    """Whether that part is the observation itself."""


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; 25 equals 25.0."""
    return one == other and canonical(one) == canonical(other)


class Agreement:
    """Compares one observation with a world.

    Args:
        asked: The call.
        after: The world as it would stand after it.
        own: Fields of the observation that mean something else than the rows' fields of that name.
    """

    def __init__(self, asked: Asked, after: World, own: frozenset[str] = frozenset()) -> None:
        self.objections: list[Objection] = []
        self.mentions: list[Mention] = []
        self._asked, self._after, self._own = asked, after, own
        self._schema: Schema = asked.schema
        self._names = Names(after, asked.schema)
        self._told = [text for _, text in texts(dict(asked.arguments))]

    def see(self, observation: Any) -> None:
        """Compare all of it."""
        if isinstance(observation, str):
            self._answer(observation)
        self._walk(observation, "", {name: value for name, value in self._asked.arguments.items() if isinstance(value, str)}, "")
        self.identifiers(observation)
        for mention in self.mentions:
            self._about(mention)

    def identifiers(self, shown: Any) -> None:
        """Object to what exists nowhere."""
        invented: dict[str, str] = {}
        for field, text in texts(shown):
            if (names_something(field) or field in self._names.base.keys) and not self._known(text):
                invented.setdefault(text, field)
            for token in self._names.base.named(text):
                if not self._known(token):
                    invented.setdefault(token, field)
        for text, field in invented.items():
            self._object("unknown-identifier", field, f"{_short(text)} exists nowhere, and this call does not create it")

    def _known(self, text: str) -> bool:
        return not text or self._names.knows(text) or any(text in told for told in self._told)

    def _walk(self, value: Any, place: str, context: Mapping[str, str], field: str) -> None:
        if isinstance(value, Mapping):
            here = {**context, **{name: item for name, item in value.items() if isinstance(item, str)}}
            self._part(value, place, here)
            for name, item in value.items():
                self._walk(item, f"{place}.{name}" if place else name, here, name)
        elif isinstance(value, (list, tuple)):
            for number, item in enumerate(value):
                self._walk(item, f"{place}[{number}]", context, field)
                if isinstance(item, str) and field:
                    self._listed(item, f"{place}[{number}]")

    def _part(self, part: Mapping[str, Any], place: str, context: Mapping[str, str]) -> None:
        named = list(self._named(part, place))
        asked = [mention for mention in named if mention.top and self._asked.arguments.get(self._table(mention).key) == mention.key]
        subjects = asked or [mention for mention in named if not any(self._points(other, mention) for other in named)]
        others = [mention for mention in named if mention not in subjects]
        implied = list(self._implied(part, place, context, {mention.table for mention in named}))
        self.mentions += [*subjects, *implied]
        for field, shown in part.items():
            if field not in self._own:
                self._field(field, shown, place, (subjects, others, implied))
        self._identified(part, place)
        self._mapped(part, place)

    def _field(self, field: str, shown: Any, place: str, rows: tuple[list[Mention], ...]) -> None:
        """A field is as the row has it that has the most to say: that which was asked for, one that it points to, one that is implied."""
        for mentions in rows:
            holders = [mention for mention in mentions if field in mention.row]
            if holders:
                if not any(agrees(shown, mention.row[field]) for mention in holders):
                    self._contradicts(field, shown, holders[0], place)
                return
        at = f"{place}.{field}" if place else field
        beside = [found for mentions in rows for mention in mentions for found in self._beside(mention, field)]
        if beside:
            if not any(agrees(shown, true) for _, true in beside):
                self._object("contradicts-world", at, f"{beside[0][0]} is {_short(beside[0][1])}, not {_short(shown)}")
        elif not place and field in self._asked.arguments:
            told = self._asked.arguments[field]
            if told is not None and not _alike(shown, told) and not agrees(shown, told):
                self._object("wrong-subject", at, f"the call says {_short(told)}, not {_short(shown)}")

    def _beside(self, mention: Mention, field: str) -> Iterator[tuple[str, Any]]:
        """(place, value) for a field that names a row to which another points: ``site_city``, or for ``site`` any text of it."""
        table = self._table(mention)
        for path, target in [*table.references.items(), (table.key, mention.table)]:
            stem = path.removesuffix("_id")
            row = self._after.row(target, str(mention.row.get(path))) if stem != path else None
            if row is None:
                continue
            name = field.removeprefix(f"{stem}_")
            if name != field and name in row:
                yield f"{target}.{mention.row[path]}.{name}", row[name]
            elif field == stem:
                yield from ((f"{target}.{mention.row[path]}", text) for text in row.values() if isinstance(text, str))

    def _named(self, part: Mapping[str, Any], place: str) -> Iterator[Mention]:
        """Rows whose keys stand in an object."""
        for name, table in self._schema.tables.items():
            key = part.get(table.key)
            row = self._after.row(name, key) if isinstance(key, str) else None
            if row is not None:
                yield Mention(place, name, str(key), row, not place)

    def _implied(self, part: Mapping[str, Any], place: str, context: Mapping[str, str], named: set[str]) -> Iterator[Mention]:
        """Rows that an object is about without their keys: those that point to two things named here, and no other row does."""
        for name, table in self._schema.tables.items():
            points = [path for path in table.references if path in table.columns]
            if name in named or len(points) < 2 or not any(path in part for path in points) or not all(path in context for path in points):
                continue
            found = [
                (key, row)
                for key, row in self._after.where(name, points[0], context[points[0]])
                if all(row.get(field) == value for field, value in context.items() if field in points)
            ]
            told = [(key, row) for key, row in found if all(_alike(row[name], text) for name, text in context.items() if name in row)]
            if len(told or found) == 1:
                key, row = (told or found)[0]
                yield Mention(place, name, key, row, top=False)

    def _identified(self, part: Mapping[str, Any], place: str) -> None:
        """A part of a row that has an identifier is as some row has it."""
        for field, identifier in part.items():
            if not isinstance(identifier, str) or not names_something(field) or field in self._names.base.keys:
                continue
            known = self._names.entities(field, identifier)
            shown = {name: value for name, value in part.items() if name not in self._own}
            if known and not any(agrees(shown, entity) for entity in known):
                at = f"{place}.{field}" if place else field
                self._object("contradicts-world", at, f"{_short(identifier)} is not as shown: {_short(known[0])}")

    def _mapped(self, part: Mapping[str, Any], place: str) -> None:
        """Where most of an object leads from a text of a row to its key, such as from names to numbers, all of it does."""
        for name in self._schema.tables:
            rows = {field: self._after.row(name, value) for field, value in part.items() if isinstance(value, str)}
            right = {field for field, row in rows.items() if row is not None and field in row.values()}
            if len(right) > 1 and len(right) * 2 >= len(part):
                for field in sorted(part.keys() - right):
                    at = f"{place}.{field}" if place else field
                    self._object("contradicts-world", at, f"{_short(part[field])} is no key of {name} for it")

    def _listed(self, text: str, place: str) -> None:
        for name in self._schema.tables:
            row = self._after.row(name, text)
            if row is not None:
                self.mentions.append(Mention(place, name, text, row, top=False))

    def _answer(self, text: str) -> None:
        """A text that is a row's key answers the question only where the row fits what was asked."""
        for name in self._schema.tables:
            row = self._after.row(name, text)
            if row is None or self._asked.tool.writes:
                continue
            for argument, value in self._asked.arguments.items():
                leaves = [leaf for field, leaf in texts(row) if field == argument]
                if leaves and isinstance(value, str) and not any(_alike(leaf, value) for leaf in leaves):
                    self._object("wrong-subject", "", f"{text} has {argument} {_short(leaves[0])}, not {_short(value)}")

    def _about(self, mention: Mention) -> None:
        """A row is shown for the sake of what was asked for."""
        key = self._table(mention).key
        for argument, value in self._asked.arguments.items():
            if not isinstance(value, str) or argument in self._own:
                continue
            if argument == key:
                wrong = mention.top and mention.key != value and self._after.row(mention.table, value) is not None
            else:
                has = mention.row.get(argument)
                bound = argument in self._names.base.keys or not self._asked.tool.writes
                wrong = bound and isinstance(has, str) and not _alike(has, value)
            if wrong:
                about = f"{mention.table}.{mention.key} has {argument} {_short(mention.row.get(argument))}"
                self._object("wrong-subject", mention.place, f"{about}, but {_short(value)} was asked for")

    def _points(self, one: Mention, other: Mention) -> bool:
        """Whether a row points to another, which is then mentioned for its sake."""
        return one.table != other.table and one.row.get(self._table(other).key) == other.key

    def _table(self, mention: Mention) -> Table:
        return self._schema.tables[mention.table]

    def _contradicts(self, field: str, shown: Any, mention: Mention, place: str) -> None:
        true = f"{mention.table}.{mention.key}.{field} is {_short(mention.row[field])}, not {_short(shown)}"
        self._object("contradicts-world", f"{place}.{field}" if place else field, true)

    def _object(self, code: str, place: str, reason: str) -> None:
        self.objections.append(Objection(code=code, place=f"observation{'.' if place else ''}{place}", reason=reason))


def agrees(shown: Any, true: Any) -> bool:
    """Whether a value says nothing else than a row's: fields may be left out or added, items of lists may not."""
    if isinstance(shown, Mapping) and isinstance(true, Mapping):
        return all(agrees(item, true[name]) for name, item in shown.items() if name in true)
    if isinstance(shown, (list, tuple)) and isinstance(true, (list, tuple)):
        return len(shown) == len(true) and all(agrees(one, other) for one, other in zip(shown, true, strict=True))
    return same(shown, true)


def related(schema: Schema, tables: Iterable[str]) -> set[str]:
    """Tables, those that they point to, and those that point to them."""
    wanted = set(tables)
    pairs = [(name, target) for name, table in schema.tables.items() for target in table.references.values()]
    return wanted | {one for one, other in pairs if other in wanted} | {other for one, other in pairs if one in wanted}


def _alike(one: Any, other: Any) -> bool:
    return str(one).strip().casefold() == str(other).strip().casefold()


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
