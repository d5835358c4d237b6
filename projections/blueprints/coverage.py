"""Coverage: what of a setting its blueprints lead through, by their gold paths gone on the world that they begin in."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.goldpath import GoldStep, gone
from domain.blueprints.toolgraph import Answered, Pair, pairs
from domain.setting import Setting
from domain.world import World


class Share(NamedTuple):
    """How much of something is covered."""

    what: str
    seen: Counter[str]
    """Each thing, and how many blueprints lead through it."""
    of: frozenset[str] | None
    """All that there is; None where nobody can say."""

    @property
    def covered(self) -> int:
        """Of what there is, or of whatever was seen."""
        return len(self.seen) if self.of is None else len(self.seen.keys() & self.of)

    @property
    def missing(self) -> list[str]:
        """What no blueprint leads through, sorted."""
        return sorted((self.of or frozenset()) - self.seen.keys())


@dataclass
class Coverage:
    """
    A fold over the blueprints of one setting.

    Args:
        feasible: Pairs of the tool graph: of tools of which one can feed the other; None where it is not known.
        names: Keys of the world's rows, by which it is seen what feeds what.
    """

    setting: Setting
    world: World
    feasible: Collection[Pair] | None = None
    names: frozenset[str] = frozenset()
    blueprints: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    _tools: Counter[str] = field(default_factory=Counter)
    _pairs: Counter[str] = field(default_factory=Counter)
    _policies: Counter[str] = field(default_factory=Counter)
    _transitions: Counter[str] = field(default_factory=Counter)
    _read: Counter[str] = field(default_factory=Counter)
    _written: Counter[str] = field(default_factory=Counter)
    _errors: Counter[str] = field(default_factory=Counter)

    def add(self, blueprint: Blueprint) -> None:
        """Take in one blueprint; whatever it leads through counts once."""
        self.blueprints += 1
        self.shapes[blueprint.shape] += 1
        steps, _ = gone(self.world.with_changes(blueprint.goal.setup), blueprint.goal.actions, self.setting)
        walked = [Answered(step.action.tool, step.action.arguments, step.shown, step.writes) for step in steps]
        self._tools.update({step.tool for step in walked})
        self._pairs.update(map(_named, pairs(walked, self.names)))
        self._policies.update({*blueprint.policies})
        self._transitions.update({*self._moves(steps)})
        self._read.update({table for step in steps for table, _, _ in step.reads})
        self._written.update({change.table for step in steps for change in step.changes})
        self._errors.update({step.refused for step in steps if step.refused})

    def shares(self) -> list[Share]:
        """Tools, pairs, policies, transitions, tables and errors."""
        tables = frozenset(self.setting.schema.tables)
        pairs = None if self.feasible is None else frozenset(map(_named, self.feasible))
        return [
            Share("tools", self._tools, frozenset(self.setting.toolset)),
            Share("tool pairs", self._pairs, pairs),
            Share("policies", self._policies, frozenset(rule.id for rule in self.setting.policy.rules)),
            Share("tables read", self._read, tables),
            Share("tables written", self._written, tables),
            Share("transitions", self._transitions, None),
            Share("error kinds", self._errors, None),
        ]

    def _moves(self, steps: Iterable[GoldStep]) -> Iterable[str]:
        """``orders.status: pending -> cancelled`` of fields that have few values, by their schema."""
        for change in (change for step in steps for change in step.changes):
            if change.field is None:
                yield f"{change.table}: {'new row' if change.before is None else 'row gone'}"
                continue
            table = self.setting.schema.tables.get(change.table)
            if table is not None and _is_choice(table.columns.get(change.field, {})):
                yield f"{change.table}.{change.field}: {change.before} -> {change.after}"


def _is_choice(shape: Any) -> bool:
    return "enum" in shape or shape.get("type") == "boolean"


def _named(pair: Pair) -> str:
    return " -> ".join(pair)
