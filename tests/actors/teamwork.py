"""A small team with minds that follow a script, to test what happens between agents."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from actors.conversation import ConversationActor, visible
from actors.mind import Reply, Say, UseTools
from domain.agents import Agent
from domain.conversation import Conversation, Wanted
from domain.outcome import Environment
from domain.policy import Policy
from domain.schema import Schema, Table
from domain.team import kind_of
from domain.tools import Toolset, tool
from domain.transaction import Transaction
from domain.world import Base
from events.base import Event
from events.conversation import Limits
from events.store import EventStore
from events.subagents import SubagentStarted
from tests.actors.scripted import Scripted, started

STREAM = "stalls/000000"
BASE = Base({"stalls": {name: {"id": name, "apples": 10, "note": f"{name}-secret"} for name in ("north", "south")}})
SCHEMA = Schema({"stalls": Table("id", {"id": {"type": "string"}, "apples": {"type": "integer"}, "note": {"type": "string"}})})


@tool(writes=True)
def sell(world: Transaction, stall: str, count: int) -> int:
    """Sell apples; what is left is the answer.

    Args:
        stall: Which stall.
        count: How many.
    """
    left = world.get("stalls", stall)["apples"] - count
    world.update("stalls", stall, apples=left)
    return int(left)


@tool
def read_note(world: Transaction, stall: str) -> str:
    """What is written on a stall.

    Args:
        stall: Which stall.
    """
    return str(world.get("stalls", stall)["note"])


@tool(writes=True)
def rename(world: Transaction, stall: str, note: str) -> str:
    """Write something on a stall.

    Args:
        stall: Which stall.
        note: What to write.
    """
    world.update("stalls", stall, note=note)
    return note


_EMPTY = Toolset([])
_DEEPEST = Agent("porter", "Carries.", "You carry.", Toolset([read_note]))
_DEEP = Agent("clerk", "Writes.", "You write.", Toolset([rename]), {"porter": _DEEPEST})
_SELLER = Agent("seller", "Sells.", "You sell.", Toolset([sell]), {"clerk": _DEEP}, most_calls=6)
TEAM = Agent("assistant", "A market.", "You lead.", _EMPTY, {"seller": _SELLER})
ENVIRONMENT = Environment(TEAM, Policy("Be kind."), SCHEMA)


class Late(Scripted):
    """Takes its time, or breaks."""

    def __init__(self, agent: str, lines: Sequence[Reply | Exception], delay_s: float) -> None:
        super().__init__(agent, lines)  # type: ignore[arg-type]
        self.delay_s = delay_s
        self.seen: list[Event] = []

    def observe(self, event: Event) -> None:
        self.seen.append(event)
        super().observe(event)

    async def reply(self) -> Reply:
        await asyncio.sleep(self.delay_s)
        line = await super().reply()
        if isinstance(line, Exception):
            raise line
        return line


Lines = Mapping[str, Sequence[Reply | Exception]]


@dataclass
class Cast:
    """Lines by path, or by path without numbers; makes minds and keeps them."""

    lines: Lines
    delays_s: Mapping[str, float] = field(default_factory=dict)
    minds: dict[str, list[Late]] = field(default_factory=dict)

    def __call__(self, path: str, begun: SubagentStarted | None) -> Late:
        assert (begun is None) == ("/" not in path)
        lines = self.lines.get(path) or self.lines[kind_of(path)]
        mind = Late(path, lines, self.delays_s.get(path, 0))
        self.minds.setdefault(path, []).append(mind)
        return mind

    def asked(self, path: str) -> int:
        """How often a path's mind was asked, over all its lives."""
        return sum(mind.asked for mind in self.minds.get(path, ()))


def ask(*requests: tuple[str, str]) -> UseTools:
    """Hand work on: (sub-agent, request) each."""
    return UseTools(tuple(Wanted(name, {"request": request}) for name, request in requests))


def use(name: str, **arguments: str | int) -> UseTools:
    """Call one tool."""
    return UseTools((Wanted(name, arguments),))


def talk(*lines: Reply) -> Lines:
    """What user and assistant do; the user says hello and then thanks."""
    return {"user": (Say("Hello."), Say("Thanks!", done="user-done")), "assistant": lines}


def hold(path: Path, cast: Cast, limits: Limits | None = None, store: EventStore | None = None) -> tuple[Conversation, list[Event], str]:
    """State, events and stream digest of a conversation held to its end, or gone on with."""
    store = store or EventStore(path / "log.sqlite")
    actor = ConversationActor(STREAM, store, started(limits), BASE, ENVIRONMENT, cast, clock=lambda: 0.0)
    state = asyncio.run(actor.run())
    return state, [record.event for record in store.read(STREAM)], store.head(STREAM).digest


def view(events: Sequence[Event], agent: str) -> list[Event]:
    """What an agent sees of a history."""
    return [event for event in events if visible(event, agent)]
