"""Simulated tools in whole conversations: lies never become facts, and a killed conversation goes on as if nothing had happened."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from actors.conversation import ConversationActor, visible
from actors.plan import RunSettings, prepare
from benchmarks.lying import WAYS, LyingTools, TruthfulTools, lie, truth
from benchmarks.tools import Calls, hold, plans
from domain.checks import check
from domain.faults import KINDS, Faults
from domain.outcome import Environment
from domain.policy import Policy
from domain.simulated import Asked, Earlier, Proposal, SimulatedTool
from domain.tools import Toolset
from events.conversation import ModelReplied
from events.store import EventStore
from events.tools import Objection, ProposalRejected, ToolAnswered, ToolCalled, ToolFaulted, ToolRefused
from projections.records.sft import by_agent
from scenarios.load import load
from tests.actors.fragile import Fragile, Killed, When
from tests.actors.scripted import BASE, RULE, SCHEMA, cancel_return, find_return, lose_return, minds, started
from tests.actors.test_conversation import STREAM

SETTINGS = ("retail", "supply_chain")
SIMULATED = Toolset(SimulatedTool(tool.spec, {}, tool.writes, tool) for tool in (find_return, cancel_return))
ENVIRONMENT = Environment.of(Toolset([*SIMULATED.values(), lose_return]), Policy("Be kind.", (RULE,)), SCHEMA)


class Stubborn(TruthfulTools):
    """Lies at first about every call, about R-2 for ever; counts how often it was asked."""

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        true = await super().propose(asked, objections)
        if len(objections) < 1 or asked.arguments["return_id"] == "R-2":
            return Proposal({"id": asked.arguments["return_id"], "status": "lost"})
        return true


def talk(store: EventStore, tools: TruthfulTools, faults: dict[str, float] | None = None) -> Any:
    """The scripted conversation, with simulated tools."""
    who = minds()
    environment = replace(ENVIRONMENT, faults=Faults(faults or {}))
    actor = ConversationActor(STREAM, store, started(), BASE, environment, lambda path, _: who[path], lambda: 0.0, tools=tools)
    return asyncio.run(actor.run())


def dying(store: EventStore, at: int, when: When) -> Any:
    """A log whose so many-th append kills."""
    numbers = count(1)
    return Fragile(store, lambda *_: when if next(numbers) == at else None)


def test_rejected_proposals_are_recorded_and_nobody_sees_them(tmp_path: Path) -> None:
    """What was lied about is asked again, then faults; no agent's records hold a word of it."""
    store = EventStore(tmp_path / "log.sqlite")
    state = talk(store, Stubborn())

    rejected = [event for event in state.history if isinstance(event, ProposalRejected)]
    assert rejected
    assert all(not visible(event, agent) for event in rejected for agent in ("user", "assistant"))
    assert [event.kind for event in state.history if isinstance(event, ToolFaulted)].count("simulation") == 2
    assert state.world.row("returns", "R-1")["status"] == "cancelled"
    assert state.world.row("returns", "R-2")["status"] == "collected"
    for agent, records in by_agent(list(store.read(STREAM))).items():
        assert agent == "tools" or not any(isinstance(record.event, ProposalRejected) for record in records)


@pytest.mark.parametrize("before", [True, False])
def test_killed_at_any_append_it_ends_the_same(tmp_path: Path, before: bool) -> None:
    """Equal digests, and no proposal that is recorded is asked for again."""
    faults = {"timeout": 0.2, "stale": 0.2}
    whole = EventStore(tmp_path / "whole.sqlite")
    talk(whole, Stubborn(), faults)
    digest = whole.head(STREAM).digest
    asked = sum(isinstance(record.event, ModelReplied) and record.event.agent == "tools" for record in whole.read(STREAM))
    for at in range(1, 100):
        path = tmp_path / f"{at}.sqlite"
        first, second = Stubborn(), Stubborn()
        try:
            talk(dying(EventStore(path), at, "before" if before else "after"), first, faults)
        except Killed:
            store = EventStore(path)
            talk(store, second, faults)
            assert store.head(STREAM).digest == digest
            assert len(first.asked) + len(second.asked) <= asked + 1
        else:
            break
    assert at > 20


def test_replay_asks_nobody(tmp_path: Path) -> None:
    """A finished conversation with simulated tools is left alone."""
    path = tmp_path / "log.sqlite"
    state = talk(EventStore(path), Stubborn())
    again = Stubborn()

    assert talk(EventStore(path), again).world.digest == state.world.digest
    assert not again.asked


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> list[Asked]:
    """Every call of some conversations in both settings, as simulated tools are asked for it."""
    settings = RunSettings(settings=SETTINGS, count=60, seed=1)
    places = {name: prepare(load(name), settings.seed, None, ("all",)) for name in SETTINGS}
    return Calls(settings, places, tmp_path_factory.mktemp("calls") / "log.sqlite").asked


@pytest.mark.slow
@pytest.mark.parametrize("part", range(2))
def test_no_lie_becomes_a_fact(calls: list[Asked], part: int) -> None:
    """Of 10,000 proposals half are corrupted, in sixteen ways: none of these passes, and 99 % of the others do."""
    seen: set[str] = set()
    sound = passed = 0
    for number in range(part * 5000, part * 5000 + 5000):
        asked = calls[number // 2 % len(calls)]
        true = truth(asked)
        if number % 3:
            asked = replace(asked, earlier=(Earlier("c0", true.observation, true.denial is not None, ()),))
        if number % 2:
            found = lie(true, asked, Random(number))
            assert found is not None
            assert check(found[1], asked).objections, (found[0], asked.tool.name, asked.arguments)
            seen.add(found[0])
        else:
            sound, passed = sound + 1, passed + (not check(true, asked).objections)
    assert seen == set(WAYS)
    assert passed >= 0.99 * sound


@pytest.mark.slow
def test_lies_hurt_only_without_the_checks(tmp_path: Path) -> None:
    """With the checks every answer is what the tool's code says on the same world; without them, lies are answers."""
    settings = RunSettings(settings=SETTINGS, count=16, seed=2)
    places = {name: prepare(load(name), settings.seed, None, ("all",)) for name in SETTINGS}
    wrong = {True: 0, False: 0}
    for checked in wrong:
        store = EventStore(tmp_path / f"{checked}.sqlite")
        for planned in plans(settings, places, store):
            mind = LyingTools(0.2, planned.started.seed)
            try:
                hold(planned, store, mind, checked=checked)
            except Exception:
                assert not checked
            asked = {one.call_id: one for one in mind.asked}
            for record in store.read(planned.stream):
                event = record.event
                if isinstance(event, ToolAnswered) and event.call_id in asked:
                    wrong[checked] += truth(asked[event.call_id]).observation != event.observation
    assert wrong[True] == 0
    assert wrong[False] > 5


def test_true_proposals_leave_the_very_conversation_that_code_leaves(tmp_path: Path) -> None:
    """Who plays the tools makes no difference to what is said, observed and changed, as long as it is true."""
    settings = RunSettings(settings=SETTINGS, count=8, seed=3)
    told = []
    for simulated in ((), ("all",)):
        store = EventStore(tmp_path / f"{len(simulated)}.sqlite")
        places = {name: prepare(load(name), settings.seed, None, simulated) for name in SETTINGS}
        states = [hold(planned, store, TruthfulTools()).state for planned in plans(settings, places, store)]
        told.append([[_gist(event) for event in state.history if not isinstance(event, ModelReplied)] for state in states])

    assert told[0] == told[1]


def _gist(event: Any) -> Any:
    """An event without what only code tells: what it read."""
    return event.model_copy(update={"reads": ()}) if isinstance(event, ToolAnswered) else event


def test_conversations_cope_with_faults(tmp_path: Path) -> None:
    """With one call in eight failing, calls are made again, nothing is done twice, and most goals are still reached."""
    settings = RunSettings(settings=SETTINGS, count=30, seed=5)
    places = {name: prepare(load(name), settings.seed, None) for name in SETTINGS}
    store = EventStore(tmp_path / "log.sqlite")
    failed = ended = 0
    for planned in plans(settings, places, store):
        state = hold(planned, store, None, faults=Faults(dict.fromkeys(KINDS, 0.025))).state
        outcomes = [event.call_id for event in state.history if isinstance(event, ToolAnswered | ToolRefused | ToolFaulted)]
        assert sorted(outcomes) == sorted(event.call_id for event in state.history if isinstance(event, ToolCalled))
        failed += sum(isinstance(event, ToolFaulted) for event in state.history)
        ended += state.ended is not None and state.ended.reason == "user-done"
    assert failed > 10
    assert ended >= 27
