"""Forks of all settings, of forks, inside the work of sub-agents and amid users' own calls: shared up to there, and paid for once."""

import asyncio
import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from actors.forking import Forks
from actors.minds import minds_here
from actors.plan import RunSettings
from domain.agents import USER
from events.base import Event
from events.conversation import ConversationForked, ModelReplied
from events.forks import MARK, whole
from events.log import Log, WritableLog
from events.run import ConversationFinished
from events.tools import ToolAnswered, ToolCalled
from projections.state import conversations, world_at
from scenarios.load import load
from tests.actors.fragile import BEGUN, counting
from tests.actors.held import INLINE, begin, hold, inline

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("forks-anywhere")]
SETTINGS = RunSettings(settings=("retail", "airline", "telecom", "supply_chain"), count=12, seed=5)
FORKS = int(os.environ.get("WORLDLOOM_FORKS", "40"))
"""How many; a thousand take some minutes."""


def lived(log: Log, stream: str) -> list[Event]:
    """What happened in a conversation, without the marks of forks."""
    return [record.event for record in whole(log, stream) if not isinstance(record.event, ConversationForked)]


def place_of(event: Event) -> str:
    """What is special about where a fork is made."""
    agent = getattr(event, "agent", "")
    if isinstance(event, ToolCalled | ToolAnswered) and agent == USER:
        return "user's own tool"
    return "sub-agent" if "/" in agent else ""


def fork(log: WritableLog, forks: Forks, parent: str, at: int) -> tuple[str, int]:
    """A fork, and how many events it shares: its world there is the parent's."""
    name = forks.fork(parent, at)
    forked = next(iter(log.read(name))).event
    assert isinstance(forked, ConversationForked)
    shared = forked.position
    assert world_at(log, name, event=shared + 1).digest == world_at(log, parent, event=shared).digest
    return name, shared


def test_forks_anywhere_are_their_parent_up_to_there(tmp_path: Path) -> None:
    """The world is the parent's, whose bytes stay as they were; nobody is asked for what is shared, and a fork that changes nothing
    lives through the same again.
    """
    log = begin(tmp_path / "run", SETTINGS, INLINE).write_log()
    hold(SETTINGS, log, inline(SETTINGS, log))
    names = [name for name in conversations(log) if MARK not in name]
    before = {name: log.rows(name) for name in names}
    rng, forks = Random(7), Forks(SETTINGS, {name: load(name) for name in SETTINGS.settings}, log, clock=lambda: 0.0)
    minds, places, same = counting(minds_here, tmp_path / "asked"), Counter[str](), 0

    async def held(name: str) -> list[ConversationFinished]:
        return [end async for end in forks.go_on([name], minds)]

    for _ in range(FORKS):
        parent = rng.choice(names)
        records = list(whole(log, parent))
        at = rng.randrange(1, len(records))
        name, _ = fork(log, forks, parent, at)
        assert [end.stream for end in asyncio.run(held(name))] == [name]
        places.update([parent.partition("/")[0], place_of(records[at - 1].event), f"depth {name.count(MARK)}"])
        same += lived(log, name) == lived(log, parent)
        names.append(name)

    made = set(names) - set(before)
    assert {name: log.rows(name) for name in before} == before
    asked = Counter(line.split()[0] for line in (tmp_path / "asked").read_text().splitlines() if not line.endswith(BEGUN))
    assert asked == Counter({name: sum(isinstance(record.event, ModelReplied) for record in log.read(name)) for name in made})
    assert {*SETTINGS.settings, "sub-agent", "user's own tool", "depth 2"} <= set(places)
    assert same > FORKS * 0.8  # the others begin amid calls that were made at once: those not yet made are made anew
    print(f"{FORKS} forks, {len(made)} of them different; {dict(places)}; {same} live through the same again")
    log.close()


def test_several_are_held_at_a_time(tmp_path: Path) -> None:
    """In any number at once they come out the same, in the order in which they were asked for, one that is named twice only once held."""
    ends = []
    for capacity in (1, 4):
        log = begin(tmp_path / str(capacity), SETTINGS, INLINE).write_log()
        hold(SETTINGS, log, inline(SETTINGS, log))
        forks = Forks(SETTINGS, {name: load(name) for name in SETTINGS.settings}, log, clock=lambda: 0.0)
        made = [forks.fork(name, 5, amends={"seed": number}) for name in conversations(log) if MARK not in name for number in range(2)]
        asked = [*made, made[0]]

        async def held(forks: Forks = forks, asked: list[str] = asked, capacity: int = capacity) -> list[ConversationFinished]:
            return [end async for end in forks.go_on(asked, capacity=capacity)]

        ends.append(asyncio.run(held()))
        assert [end.stream for end in ends[-1]] == asked
        log.close()

    assert ends[0] == ends[1]
