"""What can be found out with a setting's look-ups by whoever knows a few values: a search from one to the next."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

from domain.provenance.names import reference_names
from domain.provenance.reading import dates, leaves, normal, tokens
from domain.setting import Setting
from domain.tools import Tool
from domain.transaction import Transaction
from domain.values import plain
from domain.world import Base, World

_MOST_CALLS = 1000


def explored(setting: Setting, world: World, text: str, seen: Sequence[Any]) -> Iterator[Any]:
    """What look-ups show, each made with every value of the world that fits it and was told or shown before.

    Args:
        text: What was told.
        seen: Observations so far.
    """
    lookups = [tool for tool in setting.toolset.values() if not tool.writes and _needs(tool)]
    known: dict[str, None] = dict.fromkeys([*_told(setting, world, text), *(normal(value) for shown in seen for value in _texts(shown))])
    made: set[tuple[str, tuple[str, ...]]] = set()
    grown = True
    while grown and len(made) < _MOST_CALLS:
        grown = False
        for tool in lookups:
            fitting = [_fitting(setting, world, name, known) for name in _needs(tool)]
            for values in product(*fitting):
                if (tool.name, values) in made or len(made) >= _MOST_CALLS:
                    continue
                made.add((tool.name, values))
                shown = _looked_up(tool, world, dict(zip(_needs(tool), values, strict=True)), setting.clock)
                if shown is not None:
                    known |= dict.fromkeys(map(normal, _texts(shown)))
                    grown = True
                    yield shown


def _needs(tool: Tool) -> list[str]:
    """Names of the parameters that must be given."""
    return list(tool.spec["function"]["parameters"].get("required", ()))


def _told(setting: Setting, world: World, text: str) -> Iterator[str]:
    """The values of a text, codes that it calls by their names among them."""
    words = normal(text)
    yield from words.split()
    yield from tokens(words)
    yield from (day.isoformat() for day in dates(text, date.fromisoformat(setting.clock[:10]) if setting.clock else None))
    for code, names in reference_names(world.base).items():
        if any(normal(name) in words for name in names):
            yield normal(code)


def _fitting(setting: Setting, world: World, name: str, known: Mapping[str, None]) -> list[str]:
    """Values for a parameter among those that are known, as the world spells them: of the field of its name, or keys of rows."""
    tables = [table for table, kind in setting.schema.tables.items() if name in (kind.key, "id")]
    spelled = {**{normal(key): key for table in tables for key in world.base.tables.get(table, ())}, **_values(world.base, name)}
    return [spelled[value] for value in known if value in spelled]


@lru_cache(64)
def _values(base: Base, name: str) -> Mapping[str, str]:
    """All texts of fields of a name, at any depth; normalised -> as the world spells it."""
    found: dict[str, str] = {}
    for rows in base.tables.values():
        for row in rows.values():
            found |= {normal(leaf): leaf for path, leaf in leaves(row) if isinstance(leaf, str) and path.endswith(f"/{name}")}
    return found


def _looked_up(tool: Tool, world: World, arguments: Mapping[str, str], now: str) -> Any:
    try:
        tool.check(arguments)
        return plain(tool.run(Transaction(world, now=now), arguments))
    except Exception:  # whatever stands in the way of a look-up, it shows nothing
        return None


def _texts(value: Any) -> Iterator[str]:
    """Keys and texts of an observation."""
    for path, leaf in leaves(value):
        yield from (step for step in path.split("/") if step)
        if isinstance(leaf, str):
            yield leaf
