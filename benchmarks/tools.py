"""Simulated tools: what the checks let through, and what they are worth."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random

from actors.conversation import ConversationActor
from actors.mind import ToolMind
from actors.minds import minds_here
from actors.plan import Place, Planned, Planner, RunSettings, prepare
from benchmarks.lying import LyingTools, TruthfulTools, alter, lie, truth
from benchmarks.measure import Finding
from domain.agreement import same
from domain.checks import check
from domain.convention import by_convention
from domain.faults import Faults
from domain.goal import gold_world
from domain.simulated import Asked, Earlier, Proposal
from domain.verdict import judge
from events.base import Event
from events.store import EventStore
from events.tools import ToolAnswered, ToolFaulted
from scenarios.load import load

SETTINGS = ("retail", "supply_chain")
PROPOSALS = 10_000
CONVERSATIONS = 100
_LYING = 0.1
_FAULTS = {"timeout": 0.02, "rate-limit": 0.02, "garbage": 0.01, "partial": 0.02, "stale": 0.02}
_FAILING = 0.05
"""Share of the calls of any tool that fail by these rates; some that write fail besides, some that read are stale."""


def measure(folder: Path) -> Iterator[Finding]:
    """Proposals, sound and corrupted; contradictions with and without the checks; conversations with faults."""
    settings = RunSettings(
        settings=SETTINGS, count=CONVERSATIONS, seed=1, models={"user": "offline/user", "assistant": "offline/assistant"}
    )
    simulated = {name: prepare(load(name), settings.seed, None, ("all",)) for name in SETTINGS}
    calls = Calls(settings, simulated, folder / "calls.sqlite")
    yield from _proposals(calls)
    yield _altered(calls)
    yield from _ablation(settings, simulated, folder)
    yield _faulty(settings, folder)


class Calls:
    """All calls of a run's conversations, each as a simulated tool is asked for it."""

    def __init__(self, settings: RunSettings, places: dict[str, Place], path: Path) -> None:
        self.asked: list[Asked] = []
        for planned in plans(settings, places, store := EventStore(path)):
            mind = TruthfulTools()
            hold(planned, store, mind)
            self.asked += mind.asked
        store.close()


def plans(settings: RunSettings, places: dict[str, Place], store: EventStore) -> Iterator[Planned]:
    """All conversations of a run."""
    planner = Planner(settings, places, store)
    return (planner.plan(index) for index in range(settings.count))


def hold(
    planned: Planned, store: EventStore, tools: ToolMind | None, *, checked: bool = True, faults: Faults | None = None
) -> ConversationActor:
    """One conversation to its end."""
    environment = replace(planned.place.setting.environment, checked=checked, faults=faults or Faults())
    base, minds = planned.place.base, minds_here(planned)
    actor = ConversationActor(planned.stream, store, planned.started, base, environment, minds, lambda: 0.0, tools=tools)
    asyncio.run(actor.run())
    return actor


def _proposals(calls: Calls) -> Iterator[Finding]:
    seen: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    sound = passed = own = own_passed = 0
    for number in range(PROPOSALS):
        asked = calls.asked[number % len(calls.asked)]
        true = truth(asked)
        if number % 4 < 2:  # asked once more, with nothing changed
            asked = replace(asked, earlier=(Earlier("c0", true.observation, true.denial is not None, ()),))
        if number % 2:
            rng = Random(f"lie/{number}")
            found = lie(true, asked, rng)
            if found is not None:
                seen[found[0]] += 1
                missed[found[0]] += not check(found[1], asked).objections
            continue
        sound, passed = sound + 1, passed + (not check(true, asked).objections)
        asked = replace(asked, earlier=())
        own, own_passed = own + 1, own_passed + (not check(by_convention(asked), asked).objections)
    lies = sum(seen.values())
    yield Finding(
        "corrupted proposals that become facts",
        f"{sum(missed.values())} of {lies} in {len(seen)} ways",
        ", ".join(f"{way} {seen[way] - missed[way]}/{seen[way]}" for way in sorted(seen)),
        "",
        "0",
        not missed.total() and lies > PROPOSALS * 0.45 and len(seen) >= 12,
    )
    yield Finding(
        "sound proposals that pass: what the code does",
        f"{passed} of {sound}",
        "",
        f"{passed / sound:.2%}",
        ">= 99 %",
        passed >= 0.99 * sound,
    )
    yield Finding(
        "sound proposals that pass: by convention",
        f"{own_passed} of {own}",
        "",
        f"{own_passed / own:.2%}",
        ">= 99 %",
        own_passed >= 0.99 * own,
    )


def _altered(calls: Calls) -> Finding:
    """One leaf of a true observation, wherever it stands, is another."""
    altered = noticed = 0
    for number in range(PROPOSALS // 2):
        asked, rng = calls.asked[number % len(calls.asked)], Random(f"leaf/{number}")
        sound = truth(asked)
        wrong = alter(sound, rng)
        if wrong is not None:
            altered, noticed = altered + 1, noticed + bool(check(wrong, asked).objections)
    share = noticed / altered
    return Finding(
        "observations with one altered leaf that are noticed", f"{noticed} of {altered}", "", f"{share:.1%}", ">= 90 %", share >= 0.9
    )


def _ablation(settings: RunSettings, places: dict[str, Place], folder: Path) -> Iterator[Finding]:
    """What a tool's model that lies in one call of ten leads to; an answer contradicts where the code says otherwise on the same world."""
    for checked in (True, False):
        store = EventStore(folder / f"checked-{checked}.sqlite")
        wrong = hurt = lies = broken = 0
        for planned in plans(settings, places, store):
            mind = LyingTools(_LYING, planned.started.seed)
            try:
                hold(planned, store, mind, checked=checked)
            except Exception:  # an answer that no script can read ends the conversation
                broken += 1
            found = _contradictions([record.event for record in store.read(planned.stream)], mind)
            wrong, hurt, lies = wrong + found, hurt + bool(found), lies + len(mind.lies)
        store.close()
        rate = wrong / settings.count * 1000
        yield Finding(
            f"contradictions per 1,000 conversations, {'checked' if checked else 'unchecked'}",
            f"{rate:,.0f}",
            f"{lies} lies in {settings.count} conversations; {hurt} conversations hurt, {broken} broken off",
            "",
            "0" if checked else "> 0",
            (rate == 0) == checked,
        )


def _contradictions(history: Sequence[Event], mind: LyingTools) -> int:
    asked = {one.call_id: one for one in mind.asked}
    found = 0
    for event in history:
        if isinstance(event, ToolAnswered) and event.call_id in asked:
            true = truth(asked[event.call_id])
            found += not (true.denial is None and _equal(true, event))
    return found


def _equal(true: Proposal, event: ToolAnswered) -> bool:
    return same(true.observation, event.observation) and same(
        [change.model_dump() for change in true.changes], [change.model_dump() for change in event.changes]
    )


def _faulty(settings: RunSettings, folder: Path) -> Finding:
    places = {name: prepare(load(name), settings.seed, None) for name in SETTINGS}
    counted = partial(_held, settings, places)
    accepted, faults, recovered = counted(folder / "faulty.sqlite", Faults(_FAULTS))
    without, _, _ = counted(folder / "sound.sqlite", Faults())
    return Finding(
        f"conversations accepted, {_FAILING:.0%} of calls failing",
        f"{accepted} of {settings.count}",
        f"{without} without; {faults} faults in all, {recovered} conversations recovered from one",
        f"{accepted / settings.count:.1%}",
        ">= 90 %",
        accepted >= 0.9 * settings.count,
    )


def _held(settings: RunSettings, places: dict[str, Place], path: Path, faults: Faults) -> tuple[int, int, int]:
    """Conversations accepted, faults, conversations with a recovery."""
    store = EventStore(path)
    accepted = failed = recovered = 0
    for planned in plans(settings, places, store):
        state = hold(planned, store, None, faults=faults).state
        setting = planned.place.setting
        gold = gold_world(planned.world, planned.goal, setting.toolset, seed=planned.started.seed, now=setting.clock)
        verdict = judge(state, planned.goal, gold, setting.checks)
        accepted += verdict.accepted
        failed += sum(isinstance(event, ToolFaulted) for event in state.history)
        recovered += any(finding.startswith("recovered:") for finding in verdict.findings)
    store.close()
    return accepted, failed, recovered
