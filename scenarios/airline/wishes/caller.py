"""The user while their wishes are drawn: what they have, and the world as the wishes so far leave it."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from domain.goal import Action, Task
from domain.transaction import Transaction
from domain.world import World
from scenarios.airline import choice, terms, words
from scenarios.airline.lookups import search_direct_flight, search_onestop_flight
from scenarios.airline.tables import departure_id
from scenarios.airline.tools import TOOLS

Row = Mapping[str, Any]
_BY_NAME = {tool.name: tool for tool in TOOLS}
_ID_FORGOTTEN = 0.2


class Wish(NamedTuple):
    """What a user wants, with what the desk should do for it and say."""

    tasks: tuple[Task, ...]
    sentence: str
    """For the instruction."""
    actions: tuple[Action, ...] = ()
    outputs: tuple[str, ...] = ()
    last: bool = False
    """The conversation goes to a person with it."""


class Caller:
    """One user; every wish takes a reservation of its own and is carried out, so that none gets in another's way.

    Args:
        who: Their id; anybody where it is None.
        about: Ids of reservations that are taken first.
        close: Whether wishes may be about the same reservation, and are so where they can.
    """

    def __init__(
        self, world: World, rng: Random, who: str | None = None, about: frozenset[str] = frozenset(), *, close: bool = False
    ) -> None:
        self.world, self.rng, self._about, self._close = world, rng, about, close
        self.user_id: str = rng.choice([key for key, row in world.rows("users") if row["reservations"] and who in (None, key)])
        self._free = [self.reservation(name) for name in self.user["reservations"]]

    @property
    def user(self) -> Row:
        """Their profile as it stands."""
        return self.world.row("users", self.user_id) or {}

    @property
    def methods(self) -> Mapping[str, Row]:
        """Their payment methods as they stand."""
        found: Mapping[str, Row] = self.user["payment_methods"]
        return found

    def reservation(self, name: str) -> Row:
        """A reservation as it stands."""
        return self.world.row("reservations", name) or {}

    def statuses(self, reservation: Row) -> list[str]:
        """How its flights stand."""
        keys = [departure_id(flight["flight_number"], flight["date"]) for flight in reservation["flights"]]
        return [row["status"] for key in keys if (row := self.world.row("departures", key)) is not None]

    def flown(self, reservation: Row) -> bool:
        """Whether any of its flights has left."""
        return any(status in terms.FLOWN for status in self.statuses(reservation))

    def take(self, fits: Callable[[Row], bool]) -> Row | None:
        """A reservation of a kind that no wish has taken yet."""
        free = [row for row in map(self._now, self._free) if row["status"] is None] if self._close else self._free
        fitting = [row for row in free if fits(row)]
        if not fitting:
            return None
        taken = self.rng.choice([row for row in fitting if row["reservation_id"] in self._about] or fitting)
        if self._close:
            self._about |= {taken["reservation_id"]}
        else:
            self._free.remove(taken)
        return taken

    def _now(self, row: Row) -> Row:
        return self.reservation(row["reservation_id"])

    def known(self, reservation: Row) -> dict[str, str]:
        """What they know of a reservation: its id, or now and then only where it goes, if that says which it is."""
        ends = (reservation["origin"], reservation["destination"])
        mine = [self.reservation(name) for name in self.user["reservations"]]
        alike = [row for row in mine if (row["origin"], row["destination"]) == ends and row["status"] is None]
        if len(alike) == 1 and alike[0]["reservation_id"] == reservation["reservation_id"] and self.rng.random() < _ID_FORGOTTEN:
            return {"route": self.say_route(*ends)}
        return {"reservation_id": reservation["reservation_id"]}

    def say_route(self, origin: str, destination: str) -> str:
        """From city to city."""
        cities = {code: row["city"] for code, row in self.world.rows("airports")}
        return f"{cities[origin]} to {cities[destination]}"

    def act(self, tool: str, **arguments: Any) -> Action:
        """Carry a call out, so that the next wish is drawn in the world that it leaves."""
        transaction = Transaction(self.world, now=terms.NOW)
        _BY_NAME[tool].run(transaction, arguments)
        self.world = self.world.with_changes(transaction.changes)
        return Action(tool=tool, arguments=arguments)

    def search(self, origin: str, destination: str, date: str, cabin: str, people: int) -> list[choice.Option]:
        """What the desk would find to book."""
        route = {"origin": origin, "destination": destination, "date": date}
        direct = search_direct_flight.run(Transaction(self.world), route)
        found = choice.options_of(direct, [], date, cabin, people)
        return found or choice.options_of([], search_onestop_flight.run(Transaction(self.world), route), date, cabin, people)

    def payer(self, amount: int) -> str | None:
        """A gift card or credit card that can pay an amount."""
        able = [
            name
            for name, method in self.methods.items()
            if method["source"] == "credit_card" or (method["source"] == "gift_card" and method["amount"] >= amount)
        ]
        return self.rng.choice(able) if able else None

    def name(self, method_id: str) -> str:
        """What they call a payment method."""
        return words.name_payment(method_id, self.methods)


def single(skill: str, known: Mapping[str, str], sentence: str, action: Action | None, outputs: Sequence[str] = ()) -> Wish:
    """A wish for one thing, with its call if there is one."""
    return Wish((Task(skill=skill, known=dict(known)),), sentence, (action,) if action else (), tuple(outputs))


def denied(skill: str, known: Mapping[str, str], sentence: str) -> Wish:
    """A wish for something that must not be done."""
    return single(skill, known, f"{sentence} The desk will not do it.", None)
