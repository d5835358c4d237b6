"""Rivals: other rows that fit all that a text says of the one that a call names, where the text does not name it by its id."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.blueprints.verifying.ground import Ground
from domain.blueprints.verifying.terms import known_from
from domain.goal import Action
from domain.provenance.known import Known
from domain.provenance.reading import figure, is_telling, leaves, normal, numbers, tokens
from domain.values import is_number
from domain.world import World

Card = Mapping[str, Any]


class Rival(NamedTuple):
    """Another reading of a text."""

    parameter: str
    value: str
    instead: str
    actions: tuple[Action, ...]
    """The path with the other row in its place."""


def rivals(ground: Ground, number: int) -> Iterator[Rival]:
    """Other rows for each id of a call that its user does not name."""
    action = ground.goal.actions[number]
    told = known_from(ground.told, ground.setting.clock)
    world = ground.trace.steps[number].before
    for path, value in leaves(action.arguments):
        if not isinstance(value, str) or told.find(value) is not None or _is_implied(ground, world, action, value, told):
            continue
        parameter = path.split("/")[1]
        found = _beside(ground, world, action, value)
        if found is None:
            continue
        mine, others = found
        said = _words(told, {value: mine, **others}, _named_beside(ground, world, action, value))
        wanted = said & _said(mine)
        for instead, other in others.items():
            if wanted <= _said(other):
                swapped = tuple(_instead(one, _swaps(ground, world, action, value, instead, said)) for one in ground.goal.actions)
                yield Rival(parameter, value, instead, swapped)


def _beside(ground: Ground, world: World, action: Action, value: str) -> tuple[Card, dict[str, Card]] | None:
    """A row, or a part of one, that a value is the id of, and those beside it: of the same owner, list or mapping."""
    for table, shape in ground.setting.schema.tables.items():
        row = world.row(table, value)
        if row is not None:
            owners = [name for name in shape.references if name != shape.key and isinstance(row.get(name), str)]
            kin = world.where(table, owners[0], row[owners[0]]) if owners else ()
            return row, {key: other for key, other in kin if key != value and all(other.get(name) == row[name] for name in owners)}
    groups = [group for named in _rows_of(ground, world, action) for group in _groups(named) if value in group]
    if not groups:
        return None
    telling = max(groups, key=lambda group: len(_said(group[value])))  # a means of payment rather than what was paid with it
    return telling[value], {key: other for key, other in telling.items() if key != value}


def _is_implied(ground: Ground, world: World, action: Action, value: str, told: Known) -> bool:
    """Whether a row's id stands in another row that the call names as the user does, such as a flight in its reservation."""
    tables = ground.setting.schema.tables
    if not any(world.row(table, value) for table in tables):
        return False
    named = [other for other in _strings(action.arguments) if other != value and told.find(other) is not None]
    rows = (row for other in named for table in tables if (row := world.row(table, other)) is not None)
    return any(leaf == value for row in rows for _, leaf in leaves(row))


def _rows_of(ground: Ground, world: World, action: Action) -> list[Card]:
    """The rows that a call names, and those that they point to, near ones first."""
    found: dict[tuple[str, str], Card] = {}
    names = [leaf for _, leaf in leaves(action.arguments) if isinstance(leaf, str)]
    for _ in range(2):
        rows = [
            ((table, name), row) for name in names for table in ground.setting.schema.tables if (row := world.row(table, name)) is not None
        ]
        found |= {place: row for place, row in rows if place not in found}
        names = [leaf for _, row in rows for path, leaf in leaves(row) if isinstance(leaf, str) and path.endswith("id")]
    return list(found.values())


def _groups(value: Any) -> Iterator[dict[str, Card]]:
    """Id -> entry, of each list or mapping of entries inside a row."""
    if isinstance(value, Mapping):
        if value and all(isinstance(item, Mapping) for item in value.values()):
            yield dict(value)
        for item in value.values():
            yield from _groups(item)
    elif isinstance(value, list | tuple):
        entries = [entry for entry in value if isinstance(entry, Mapping)]
        names = [name for name in (entries[0] if entries else ()) if name.endswith("id")]
        for name in names:
            yield {str(entry[name]): entry for entry in entries if name in entry}


def _said(card: Card) -> set[str]:
    """The words and amounts of a row."""
    texts = [leaf for _, leaf in leaves(card) if isinstance(leaf, str)]
    amounts = {figure(leaf) for _, leaf in leaves(card) if is_number(leaf)}
    return amounts.union(*(tokens(normal(text.replace("_", " "))) for text in texts))


def _words(told: Known, cards: Mapping[str, Card], beside: set[str]) -> set[str]:
    """Those words of rows that were said, or that stand in what the call names beside them."""
    return {word for card in cards.values() for word in _said(card) if word in beside or _is_told(word, told)}


def _is_told(word: str, told: Known) -> bool:
    return told.token(word) is not None or (is_telling(word) and any(told.number(number) is not None for number in numbers(word)))


def _named_beside(ground: Ground, world: World, action: Action, value: str) -> set[str]:
    """Words of the entries that other arguments of the call name, such as of the item that is given for another."""
    found: set[str] = set()
    for _, other in leaves({name: given for name, given in action.arguments.items() if value not in _strings(given)}):
        beside = _beside(ground, world, action, other) if isinstance(other, str) else None
        if beside is not None and all(not isinstance(entry, Mapping | list) or name == "options" for name, entry in beside[0].items()):
            found |= _said(beside[0])
    return found


def _strings(value: Any) -> list[str]:
    return [leaf for _, leaf in leaves(value) if isinstance(leaf, str)]


def _swaps(ground: Ground, world: World, action: Action, value: str, instead: str, said: set[str]) -> dict[str, str]:
    """The other row's id for the one, and for each part of the one that the call names the part of the other that fits as well."""
    swaps = {value: instead}
    one, other = _row(ground, world, value), _row(ground, world, instead)
    for part in _strings(action.arguments):
        mine = next((group[part] for group in _groups(one) if part in group), None)
        theirs = {key: card for group in _groups(other) for key, card in group.items()}
        if mine is None or part in theirs:
            continue
        fitting = [key for key, card in theirs.items() if said & _said(mine) <= _said(card)]
        swaps |= {part: fitting[0]} if fitting else {}
    return swaps


def _row(ground: Ground, world: World, key: str) -> Card:
    """The row of a key, in whichever table; empty where there is none."""
    return next((row for table in ground.setting.schema.tables if (row := world.row(table, key))), {})


def _instead(action: Action, swaps: Mapping[str, str]) -> Action:
    return Action(tool=action.tool, arguments={name: _swapped(value, swaps) for name, value in action.arguments.items()})


def _swapped(value: Any, swaps: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _swapped(item, swaps) for name, item in value.items()}
    if isinstance(value, list):
        return [_swapped(item, swaps) for item in value]
    return swaps.get(value, value) if isinstance(value, str) else value
