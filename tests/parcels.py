"""A small world of parcel returns, with a tool for every way in which a call can come out."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from domain.agents import USER
from domain.conversation import CallTools, Command, Conversation, RunTool, Speak, Wanted, decide, replay
from domain.errors import Refusal
from domain.outcome import Environment
from domain.policy import Memory, Policy, Rule
from domain.schema import Invariant, Schema, Table
from domain.tools import Toolset, tool
from domain.transaction import Transaction
from domain.world import Base, World
from events.base import Event
from events.conversation import ConversationStarted

TABLES: dict[str, dict[str, dict[str, Any]]] = {
    "customers": {
        "C-1": {"customer_id": "C-1", "name": "Ada", "address": {"city": "Ghent", "zip": "9000"}},
        "C-2": {"customer_id": "C-2", "name": "Böll", "address": None},
    },
    "returns": {
        "R-1": {"return_id": "R-1", "customer_id": "C-1", "status": "open", "amount": 25, "tags": ["fragile", "gift"]},
        "R-2": {"return_id": "R-2", "customer_id": "C-1", "status": "collected", "amount": 9.5, "tags": []},
        "R-3": {"return_id": "R-3", "customer_id": "C-2", "status": "open", "amount": 0, "tags": ["gift"], "note": None},
    },
}

SCHEMA = Schema(
    {
        "customers": Table("customer_id", {"customer_id": {"type": "string"}, "name": {"type": "string"}, "address": {}}),
        "returns": Table(
            "return_id",
            {
                "return_id": {"type": "string"},
                "customer_id": {"type": "string"},
                "status": {"enum": ["open", "collected", "cancelled"]},
                "amount": {"type": "number"},
                "tags": {"type": "array", "items": {"type": "string"}},
                "note": {},
            },
            optional=frozenset({"note"}),
            references={"customer_id": "customers"},
            sets=frozenset({"tags"}),
        ),
    },
    (Invariant("not-negative", "returns", "An amount is never negative.", lambda row, _: row["amount"] >= 0),),
)


@tool
def find_return(world: Transaction, return_id: str) -> Any:
    """Look a return up.

    Args:
        return_id: As printed on the label, e.g. ``R-1``.
    """
    return world.get("returns", return_id)


@tool(writes=True)
def open_return(world: Transaction, customer_id: str, amount: float, note: str | None = None) -> dict[str, str]:
    """Register a return.

    Args:
        customer_id: Whose it is; faults where there is no such customer.
        amount: What is paid back; faults below 0.
        note: Anything.
    """
    return_id = world.fresh_id("returns", "R-", digits=3)
    world.insert(
        "returns",
        return_id,
        {"return_id": return_id, "customer_id": customer_id, "status": "open", "amount": amount, "tags": [], "note": note},
    )
    return {"return_id": return_id}


@tool(writes=True)
def change_return(world: Transaction, return_id: str, amount: float | None = None, tags: list[str] | None = None) -> str:
    """Change a return that is open.

    Args:
        return_id: Which.
        amount: What is paid back; faults below 0.
        tags: All tags, in any order.
    """
    row = world.get("returns", return_id)
    if row["status"] != "open":
        raise Refusal("not-open", f"Return {return_id} is {row['status']}.")
    if amount is not None:
        world.update("returns", return_id, amount=amount)
    if tags is not None:
        world.update("returns", return_id, tags=tags)
    return "changed"


@tool(writes=True)
def cancel_return(world: Transaction, return_id: str) -> dict[str, str]:
    """Cancel a return; policy wants the user's consent.

    Args:
        return_id: Which.
    """
    world.get("returns", return_id)
    world.update("returns", return_id, status="cancelled")
    return {"status": "cancelled"}


@tool(writes=True)
def forget(world: Transaction, table: str, key: str) -> str:
    """Delete a row; faults while others point to it.

    Args:
        table: Of which table.
        key: Which row.
    """
    world.delete(table, key)
    return "forgotten"


@tool(writes=True)
def half_way(world: Transaction, return_id: str, then: str) -> str:
    """Write, and then fail.

    Args:
        return_id: What to write to.
        then: How to fail: refuse, raise, schema.
    """
    world.update("returns", return_id, amount=1_000_000)
    if then == "refuse":
        raise Refusal("changed-my-mind", "No.")
    if then == "schema":
        world.update("returns", return_id, status="lost")
        return "never seen"
    raise RuntimeError("broken")


@tool
def sneak(world: Transaction, return_id: str) -> str:
    """Write without having declared it.

    Args:
        return_id: What to write to.
    """
    world.update("returns", return_id, amount=1_000_000)
    return "never seen"


TOOLSET = Toolset([find_return, open_return, change_return, cancel_return, forget, half_way, sneak])
POLICY = Policy(
    "Cancel only after the user has said yes.",
    (Rule("consent", "The user has not agreed.", lambda memory, _call, _world: memory.confirmed, frozenset({"cancel_return"})),),
)
ENVIRONMENT = Environment.of(TOOLSET, POLICY, SCHEMA)
STARTED = ConversationStarted(
    run="run-1",
    setting="parcels",
    index=0,
    seed=7,
    world="w",
    scenario="s",
    policy="p",
    toolset="t",
    persona="u",
    goal="g",
    models={"user": "offline/user", "assistant": "offline/assistant"},
    clock="2025-01-01T00:00:00+00:00",
)


def base(tables: Mapping[str, Mapping[str, Mapping[str, Any]]] = TABLES) -> Base:
    """The parcel world's base."""
    return Base(tables, SCHEMA.sets)


def begun(world: World | None = None) -> Conversation:
    """A conversation that has just started."""
    return replay(Conversation(world or World(base())), [STARTED])


def hold(state: Conversation, commands: Sequence[Command], environment: Environment = ENVIRONMENT) -> list[tuple[Event, Conversation]]:
    """Each event that the commands lead to, with the state after it; every call is run as soon as it is made."""
    memory = Memory()
    held: list[tuple[Event, Conversation]] = []
    for command in commands:
        for step in (command, *([RunTool()] * len(command.calls) if isinstance(command, CallTools) else [])):
            for event in decide(state, step, environment, memory):
                state = replay(state, [event])
                memory.observe(event)
                held.append((event, state))
    return held


def call(name: str, **arguments: Any) -> CallTools:
    """The assistant asks for one tool."""
    return CallTools("assistant", [Wanted(name, arguments)])


def say(content: str) -> Speak:
    """The user's turn."""
    return Speak(USER, content)


def shuffled(value: Any, rng: Random, sets: bool = False) -> Any:
    """The same content in another order: rows, fields, items of sets, whole numbers as floats."""
    if isinstance(value, dict):
        items = list(value.items())
        rng.shuffle(items)
        return {key: shuffled(item, rng, sets=key == "tags") for key, item in items}
    if isinstance(value, list):
        items = [shuffled(item, rng) for item in value]
        if sets:
            rng.shuffle(items)
        return items
    return float(value) if type(value) is int and rng.random() < 0.5 else value
