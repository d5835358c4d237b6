"""Forks: any conversation goes on otherwise from any event, and its parent does not notice."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from actors.forking import Forks, another_seed
from actors.minds import MindMaker, minds_here
from actors.plan import RunSettings
from domain.errors import SettingError
from events.base import Event
from events.conversation import ConversationForked, ModelReplied, UserSpoke
from events.digests import content_digest
from events.errors import CorruptLog
from events.forks import whole
from events.log import Recorded, WritableLog
from events.run import ConversationFinished
from events.store import EventStore
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted
from projections.branches import compare, tree
from projections.contents import Contents
from projections.dataset import write_dataset
from projections.errors import NoSuchPlace
from projections.folder import RunFolder
from projections.state import conversations, state_at, world_at
from projections.verify import verify
from scenarios.load import load
from tests.actors.fragile import BEGUN, Fragile, Killed, counting, nth
from tests.actors.held import INLINE, begin, hold, inline

SETTINGS = RunSettings(settings=("retail", "supply_chain"), count=6, seed=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that was held to its end."""
    run = begin(tmp_path_factory.mktemp("forks") / "run", SETTINGS, INLINE)
    log = run.write_log()
    hold(SETTINGS, log, inline(SETTINGS, log)).close()
    write_dataset(log, run.dataset)
    log.close()
    return run


@pytest.fixture
def log(folder: RunFolder) -> WritableLog:
    """The run's log; what tests fork stays in it."""
    return folder.write_log()


@cache
def loaded() -> dict[str, Any]:
    """The run's settings."""
    return {name: load(name) for name in SETTINGS.settings}


def forks_of(log: WritableLog) -> Forks:
    """Forks of the run, at no time of day."""
    return Forks(SETTINGS, loaded(), log, clock=lambda: 0.0)


def go_on(log: WritableLog, names: Sequence[str], minds: MindMaker = minds_here) -> list[ConversationFinished]:
    """Hold forks to their ends."""

    async def held() -> list[ConversationFinished]:
        return [end async for end in forks_of(log).go_on(names, minds)]

    return asyncio.run(held())


def events_of(log: WritableLog, stream: str) -> list[Event]:
    """What happened in a conversation, without the marks of forks."""
    return [record.event for record in whole(log, stream) if not isinstance(record.event, ConversationForked)]


def position(records: Sequence[Recorded], kind: type[Event], number: int = 0, agent: str | None = None) -> int:
    """Where the event of a kind stands, counted among those of an agent."""
    found = [one.position for one in records if isinstance(one.event, kind) and agent in (None, getattr(one.event, "agent", None))]
    return found[number]


def test_nobody_is_asked_for_what_is_shared(log: WritableLog, tmp_path: Path) -> None:
    """As many replies are asked for as the fork has of its own, and its stream holds no others."""
    records = list(whole(log, "supply_chain/000003"))
    at = records[len(records) * 2 // 3].position
    fork = forks_of(log).fork("supply_chain/000003", at, amends={"seed": 99})

    go_on(log, [fork], counting(minds_here, tmp_path / "asked"))

    own = [record.event for record in log.read(fork)]
    asked = [line for line in (tmp_path / "asked").read_text().splitlines() if not line.endswith(BEGUN)]
    assert len(asked) == sum(isinstance(event, ModelReplied) for event in own) > 0
    assert len(own) < len(records)


def test_a_fork_costs_the_same_however_long_its_parent_is(log: WritableLog) -> None:
    """Making one looks at a bounded number of events and writes one."""

    class Looks:
        """The log, counting events that are looked at."""

        def __init__(self) -> None:
            self.seen = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(log, name)

        def rows(self, *arguments: Any) -> Any:
            rows = log.rows(*arguments)
            self.seen += len(rows)
            return rows

        def read(self, stream: str) -> Any:
            for record in log.read(stream):
                self.seen += 1
                yield record

    lengths = {name: len(log.rows(name)) for name in conversations(log) if "~" not in name}
    short, long = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
    costs = []
    for name in (short, long):
        looks: Any = Looks()
        fork = Forks(SETTINGS, loaded(), looks).fork(name, lengths[name] - 2, amends={"seed": 1})
        costs.append(looks.seen)
        assert len(log.rows(fork)) == 1

    assert lengths[long] > 2 * lengths[short]
    assert max(costs) <= 2 * min(costs)


@pytest.mark.parametrize(
    ("kind", "edit", "check"),
    [
        (UserSpoke, {"content": "Never mind, I was mistaken."}, lambda event: event.content == "Never mind, I was mistaken."),
        (ToolCalled, {"arguments": {}}, lambda event: event.arguments == {}),
        (ToolAnswered, {"observation": "nothing found"}, lambda event: event.observation == "nothing found"),
        (ToolAnswered, {"event": "tool-faulted", "kind": "timeout", "reason": "Too slow."}, lambda event: isinstance(event, ToolFaulted)),
    ],
)
def test_one_event_is_written_otherwise(log: WritableLog, kind: type[Event], edit: Mapping[str, JsonValue], check: Any) -> None:
    """What was said, a call, its outcome, or that it had one; then the conversation goes on to an end, and all of it verifies."""
    records = list(whole(log, "retail/000002"))
    at = position(records, kind, 1)

    fork = forks_of(log).fork("retail/000002", at, edit)
    end = go_on(log, [fork])[0]

    found = compare(log, "retail/000002", fork)
    assert found.shared < at
    edited = [record.event for record in found.other]
    first = edited[0]
    assert not isinstance(first, ModelReplied) or first.model == "edit"
    assert check(edited[isinstance(first, ModelReplied)])
    assert end.events == len(list(log.read(fork)))


def test_an_edited_effect_is_an_effect(log: WritableLog) -> None:
    """A tool's answer with other changes changes the world so, and its digest is recorded with it."""
    records = list(whole(log, "supply_chain/000001"))
    at = next(one.position for one in records if isinstance(one.event, ToolAnswered) and one.event.changes)
    answered = records[at - 1].event
    assert isinstance(answered, ToolAnswered)

    fork = forks_of(log).fork("supply_chain/000001", at, {"changes": []})

    assert world_at(log, fork).digest == world_at(log, "supply_chain/000001", event=at - 1).digest
    assert world_at(log, "supply_chain/000001", event=at).digest != world_at(log, fork).digest


@pytest.mark.parametrize(
    ("at", "edit", "says"),
    [
        (9999, None, "has no event 9999; it has 1 to"),
        (1, {"content": "Hello"}, "fork at 1 or later"),
        (3, {"contents": "Hello"}, "has no 'contents' that could be edited; there is content"),
        (3, {"content": 3}, "content is to be 3, which is no str"),
        (2, {"model": "x"}, "a model-replied.v1 cannot be edited"),
    ],
)
def test_what_cannot_be_forked_or_edited_is_said(log: WritableLog, at: int, edit: Any, says: str) -> None:
    """And nothing is recorded."""
    streams = log.streams()

    with pytest.raises((NoSuchPlace, SettingError), match=says):
        forks_of(log).fork("retail/000000", at, edit)

    assert log.streams() == streams


def test_an_end_cannot_be_gone_on_from(log: WritableLog) -> None:
    """But from the message before it one can."""
    length = len(list(whole(log, "retail/000000")))

    with pytest.raises(SettingError, match=f"has ended with event {length}"):
        forks_of(log).fork("retail/000000", length)

    assert go_on(log, [forks_of(log).fork("retail/000000", length - 1)])


def test_a_subagents_answer_is_edited_where_it_was_said(log: WritableLog) -> None:
    """Its parent observes what it says then."""
    records = list(whole(log, "supply_chain/000001"))
    begun = position(records, SubagentStarted)
    path = records[begun - 1].event.agent
    said = next(one.position for one in records if one.event.TOPIC == "assistant-spoke.v1" and one.event.agent == path)

    with pytest.raises(SettingError, match="was answered by a sub-agent"):
        forks_of(log).fork("supply_chain/000001", said + 2, {"observation": "Nothing."})
    fork = forks_of(log).fork("supply_chain/000001", said, {"content": "I found nothing."})

    last = events_of(log, fork)[-1]
    assert isinstance(last, ToolAnswered)
    assert last.observation == "I found nothing."


def test_a_fork_that_was_stopped_goes_on(log: WritableLog, folder: RunFolder) -> None:
    """Whoever is killed at an append goes on from there with the same command, to the same end."""
    fork = forks_of(log).fork("supply_chain/000005", 20, amends={"seed": 3})
    with pytest.raises(Killed):
        go_on(Fragile(log, nth(4, "after")), [fork])  # type: ignore[arg-type]
    stopped = len(log.rows(fork))

    again = forks_of(log).fork("supply_chain/000005", 20, amends={"seed": 3})
    end = go_on(log, [again])[0]
    other = EventStore(folder.path / "other.sqlite")

    assert again == fork
    assert 1 < stopped < end.events
    assert go_on(log, [fork])[0] == end
    other.close()


def test_a_broken_parent_is_found(log: WritableLog, tmp_path: Path) -> None:
    """A fork of what is not there any more, or was changed since, is damage and no conversation."""
    fork = forks_of(log).fork("retail/000004", 9)
    copy = EventStore(tmp_path / "copy.sqlite")
    copy.insert(log.rows(fork), {})

    with pytest.raises(CorruptLog, match="shares 9 events of retail/000004, which has 0"):
        list(whole(copy, fork))
    copy.append("retail/000004", [UserSpoke(agent="user", content="Hello")] * 9, copy.head("retail/000004"))
    with pytest.raises(CorruptLog, match="event 9 of retail/000004 is not the one that it was forked at"):
        list(whole(copy, fork))
    copy.close()


def test_branches_are_a_tree_and_verify(log: WritableLog, folder: RunFolder) -> None:
    """Forks stand under what they were forked from, with how they came out; forks on fork's shared past are their parent's."""
    forks = forks_of(log)
    one = forks.fork("retail/000004", 5, amends={"seed": 1})
    go_on(log, [one])
    two = forks.fork(one, 12, amends={"seed": 2})
    three = forks.fork(one, 4, amends={"seed": 3})
    go_on(log, [two, three])

    found = tree(log, "retail/000004")

    children = {branch.stream: branch for branch in found.branches}
    assert {one, three} <= children.keys()
    assert [branch.stream for branch in children[one].branches] == [two]
    assert children[one].end is not None
    assert verify(folder, log).problems == []


def test_models_and_policy_hold_from_there_on(log: WritableLog) -> None:
    """A fork is played by whom it names, and told the policy that it names; before, all is as it was."""
    prose = "Do nothing at all."
    at = 10
    amends: dict[str, JsonValue] = {
        "models": {**SETTINGS.models, "assistant": "flawed/phantom-success"},
        "policy": log.put(prose.encode()),
        "limits": {"turns": 4},
    }
    forks = forks_of(log)
    fork = forks.fork("retail/000002", at, amends=amends)
    planned = forks.planned(fork)
    go_on(log, [fork])

    state = state_at(log, fork)
    assert state.started is not None
    assert state.started.models["assistant"] == "flawed/phantom-success"
    assert state.turns <= 4
    assert Contents(log).text(state.started.policy) == prose
    assert planned.place.setting.policy.prose == prose
    replied = [one.event for one in log.read(fork) if isinstance(one.event, ModelReplied) and one.event.agent == "assistant"]
    assert {event.model for event in replied} == {"flawed/phantom-success"}
    assert content_digest(prose.encode()) == amends["policy"]


def test_seeds_of_continuations_differ() -> None:
    """The first is the parent's own."""
    assert len({another_seed(5, number) for number in range(50)}) == 50
    assert another_seed(5, 0) == 5
