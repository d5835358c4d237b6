"""What kinds of goals share: one contact's view of the world, and a wish of theirs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

from domain.errors import Refusal
from domain.goal import Action, Task
from domain.transaction import Transaction
from domain.values import FrozenDict
from domain.world import World
from scenarios.supply_chain.catalogue import TODAY
from scenarios.supply_chain.tools import TOOLS

_TOOLS = {tool.name: tool for tool in TOOLS}


@dataclass(frozen=True)
class Wish:
    """One thing that a contact wants.

    Args:
        skill: Of the assistant, that serves it.
        known: Slots as the contact would say them.
        prose: For a model that plays the contact: continues "you want to".
        actions: (tool, arguments) in their order; none where nothing may change.
        outputs: What must be told.
        about: Identifiers that no other wish of the conversation may touch.
    """

    skill: str
    known: Mapping[str, str]
    prose: str
    actions: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    outputs: tuple[str, ...] = ()
    about: frozenset[str] = frozenset()

    @property
    def task(self) -> Task:
        """As goals state it."""
        return Task(skill=self.skill, known=dict(self.known))

    @property
    def gold(self) -> list[Action]:
        """As goals state them."""
        return [Action(tool=tool, arguments=dict(arguments)) for tool, arguments in self.actions]


@dataclass
class Desk:
    """The world as one contact may wish something in it.

    Args:
        world: As earlier wishes of the contact leave it.
        contact: Who wishes.
        rng: Chance.
        taken: Identifiers that earlier wishes are about.
        first: Identifiers of records that are picked before others, and those that name them.
        close: Whether wishes may be about the same records, and are so where they can.
    """

    world: World
    contact: FrozenDict
    rng: Random
    taken: set[str] = field(default_factory=set)
    first: frozenset[str] = frozenset()
    close: bool = False

    def __post_init__(self) -> None:
        self._start = self.world

    @property
    def company(self) -> FrozenDict:
        """The contact's."""
        return self.row("companies", self.contact["company_id"])

    def row(self, table: str, key: str) -> FrozenDict:
        """A row that is known to be there."""
        row = self.world.row(table, key)
        if row is None:
            raise KeyError(f"{table}.{key}")
        return row

    def pick(self, rows: Iterator[FrozenDict] | list[FrozenDict], key: str) -> FrozenDict | None:
        """One of the rows that no earlier wish is about or makes, or None."""
        left = [row for row in rows if self.close or row[key] not in self.taken]
        near = [row for row in left if row[key] in self.first] or [row for row in left if not self.first.isdisjoint(_named(row))]
        picked = self.rng.choice(near or left) if left else None
        if picked is None or self._begins_with(picked[key]):
            return picked
        return self.pick([row for row in left if self._begins_with(row[key])], key)

    def _begins_with(self, key: str) -> bool:
        """Whether the conversation begins with a row, so that its contact can know of it."""
        return any(self._start.row(table, key) is not None for table in self._start.tables())

    def approach(self, wish: Wish) -> None:
        """Let the next wish be about the records of this one, or about what these belong to."""
        rows = [row for table in _RECORDS for key in wish.about if (row := self.world.row(table, key)) is not None]
        self.first |= wish.about | {name for row in rows for name in _named(row) if any(self.world.row(table, name) for table in _RECORDS)}

    def own(self, table: str, *statuses: str) -> list[FrozenDict]:
        """Rows of the contact's company in some status, or in any."""
        rows = (row for _, row in self.world.where(table, "company_id", self.contact["company_id"]))
        return [row for row in rows if not statuses or row["status"] in statuses]

    def order_known(self, order: FrozenDict) -> dict[str, str]:
        """How the contact names an order: by number, or now and then by the one product that tells it apart."""
        if self.rng.random() < 0.15:
            pending = self.own("orders", "open", "ready", "booked", "shipped")
            for line in order["lines"]:
                sharing = [row for row in pending if any(item["product_id"] == line["product_id"] for item in row["lines"])]
                if sharing == [order]:
                    return {"product": self.product(line["product_id"])}
        return {"order_id": order["order_id"]}

    def product(self, product_id: str) -> str:
        """How the contact names a product: by number or by name."""
        return product_id if self.rng.random() < 0.5 else str(self.row("products", product_id)["name"])

    def say_date(self, iso: str) -> str:
        """A date as people write it."""
        day = date.fromisoformat(iso)
        return self.rng.choice([iso, f"{day.day} {day:%B}", f"{day:%B} {day.day}"])


_RECORDS = ("orders", "shipments", "invoices", "purchase_orders", "customs_holds")


def _named(row: FrozenDict) -> set[str]:
    """The texts in a row, and those in its lists."""
    found = {value for value in row.values() if isinstance(value, str)}
    lists = [item for value in row.values() if isinstance(value, list | tuple) for item in value]
    found |= {item for item in lists if isinstance(item, str)}
    return found | {value for item in lists if isinstance(item, dict) for value in item.values() if isinstance(value, str)}


Kind = Callable[[Desk], Wish | None]


def carry_out(world: World, wish: Wish) -> tuple[World, list[Any]] | None:
    """The world after a wish, and what its actions answer; None where one of them is refused."""
    answers = []
    for tool, arguments in wish.actions:
        transaction = Transaction(world, now=f"{TODAY}T09:00:00+00:00")
        try:
            answers.append(_TOOLS[tool].run(transaction, arguments))
        except Refusal:
            return None
        world = world.with_changes(transaction.changes)
    return world, answers
