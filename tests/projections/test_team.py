"""Sub-agents in what is read off a log: a record for each agent, a transcript from each view, and a check of who answers whom."""

import asyncio
from collections import Counter
from itertools import pairwise
from pathlib import Path

import orjson
import pytest

from actors.inline import hold_inline
from actors.plan import RunSettings, prepare
from actors.run import Ledger
from events.base import Event
from events.conversation import AssistantSpoke, UserSpoke
from events.store import EventStore
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled
from projections.contents import Contents
from projections.folder import RunFolder
from projections.records.sft import by_agent, examples, examples_of
from projections.runs import read_run
from projections.transcript import transcript
from projections.verify import Report, verify
from scenarios.load import load
from tests.projections.recorded_team import CLERK, PORTER, STREAM, TOP, make

SETTING = load("supply_chain")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    """A finished run over the supply chain and, in between, the shop, whose assistant works alone."""
    store = EventStore(tmp_path_factory.mktemp("run") / "0.sqlite")
    places = {name: prepare(load(name), 4, None) for name in ("supply_chain", "retail")}
    ledger = Ledger(RunSettings(settings=tuple(places), count=40, seed=4), store)
    asyncio.run(hold_inline(ledger, places, store))
    yield store
    store.close()


def checked(folder: RunFolder) -> Report:
    store = folder.open_log()
    try:
        return verify(folder, store)
    finally:
        store.close()


def test_every_authored_event_is_trained_on_once(store: EventStore) -> None:
    """What models wrote for assistant and sub-agents is in exactly one record; what the user's model wrote is in none."""
    contents, run = Contents(store), read_run(store)
    agents = Counter[int]()
    for stream, finished in run.finished.items():
        records = list(store.read(stream))
        authored = [record.position for record in records if isinstance(record.event, AssistantSpoke | ToolCalled)]
        lines = [line for agent, own in by_agent(records).items() for line in transcript(own, agent) if line.message.train]
        trained = Counter(position for line in lines for position in range(line.first, line.last + 1))
        assert sorted(trained.elements()) == authored

        rows = list(examples_of(contents, records, finished))
        kept = [message for row in rows for message in row.messages if message.train]
        assert kept == [line.message for line in lines]
        said = {record.event.content for record in records if isinstance(record.event, UserSpoke)}
        assert not said & {message.content for message in kept}
        agents[len(rows)] += 1
    assert agents[1] >= 20  # the shop
    assert max(agents) > 4


def test_a_subagents_record_is_its_own_view(store: EventStore) -> None:
    """Its prompt, its tools, the request as the user's message, what it did, and where that stands in the log."""
    rows = list(examples(store))
    begun = {
        (record.stream, record.event.agent): record
        for stream in read_run(store).finished
        for record in store.read(stream)
        if isinstance(record.event, SubagentStarted)
    }
    below = [row for row in rows if row.agent != "assistant"]
    assert len(below) == len(begun)
    for row in below:
        record, agent = begun[row.conversation, row.agent], SETTING.assistant.at(row.agent)
        started = record.event
        assert isinstance(started, SubagentStarted)
        system, user, *rest = row.messages
        assert (system.role, user.role, user.content) == ("system", "user", started.request)
        assert system.content == f"{agent.prompt}\n\nIt is {SETTING.clock}."
        assert orjson.loads(row.tools) == agent.toolset.specs
        assert (row.parent_call, row.first_event, row.model) == (started.call_id, record.position, "offline/assistant")
        assert row.first_event < row.last_event
        assert [message.role for message in rest] == ["assistant", "tool", "assistant"]
        assert rest[-1].train
    top = [row for row in rows if row.agent == "assistant"]
    assert {row.parent_call for row in top} == {""}
    offered = {tool["function"]["name"] for row in top if row.setting == "supply_chain" for tool in orjson.loads(row.tools)}
    assert offered == set(SETTING.assistant.toolset)


def test_rows_are_ordered_by_conversation_and_beginning(store: EventStore) -> None:
    """Sorted by conversation; in each the assistant first, then sub-agents as they were put to work."""
    places = [(row.conversation, row.first_event) for row in examples(store)]
    assert places == sorted(places)


def test_agents_at_work_at_once_and_further_down(store: EventStore) -> None:
    """The run has conversations in which two agents work at the same time, and some in which logistics asks customs."""
    paths = [row.agent for row in examples(store)]
    assert any(path.count("/") == 2 for path in paths)
    together = 0
    for stream in read_run(store).finished:
        history = [record.event for record in store.read(stream)]
        together += any(isinstance(one, SubagentStarted) and isinstance(other, SubagentStarted) for one, other in pairwise(history))
    assert together


def test_each_view_of_a_delegation(tmp_path: Path) -> None:
    """The parent's step is one message with two calls, answered by texts; a child that wrote nothing has no record."""
    log = make(tmp_path / "out").open_log()
    views = {agent: [line.message for line in transcript(log.read(STREAM), agent)] for agent in (TOP, CLERK, PORTER)}
    log.close()

    assert [message.role for message in views[TOP]] == ["user", "assistant", "tool", "tool", "assistant"]
    assert [call.id for call in views[TOP][1].tool_calls or ()] == ["c1", "c2"]
    assert [(message.tool_call_id, message.name) for message in views[TOP][2:4]] == [("c2", "clerk"), ("c1", "clerk")]
    assert [(message.role, message.content) for message in views[CLERK]] == [
        ("user", "Find R-1."),
        ("assistant", ""),
        ("tool", '{"status":"open"}'),
        ("assistant", "R-1 is open."),
    ]
    assert [message.role for message in views[PORTER]] == ["user"]


def test_sound_delegations_have_no_problem(tmp_path: Path) -> None:
    """Sub-agents are counted, and nothing is found."""
    report = checked(make(tmp_path / "out"))

    assert report.problems == []
    assert report.counts["sub-agents"] == 2


def _told(request: str = "Find R-1.", call_id: str = "c1", agent: str = CLERK, prompt: str = "0" * 64) -> Event:
    return SubagentStarted(agent=agent, call_id=call_id, request=request, prompt=prompt, toolset="0" * 64, model="m")


@pytest.mark.parametrize(
    ("index", "event", "what"),
    [
        (5, _told(request="Find R-9."), "event 7 of parcels/000000: assistant/clerk is not told what 'c1' asks for"),
        (5, _told(call_id="c7"), "event 7 of parcels/000000: assistant/clerk is put to work, but 'c7' is no call of its parent's"),
        (5, _told(agent="assistant/cook"), "event 7 of parcels/000000: assistant/cook is put to work, but 'c1' is no call of"),
        (
            10,
            ToolAnswered(agent="assistant/cook", call_id="c3", observation=1),
            "event 12 of parcels/000000: assistant/cook is not at",
        ),
    ],
)
def test_delegations_that_do_not_fit_are_named(tmp_path: Path, index: int, event: Event, what: str) -> None:
    """Who was put to work without a call, on another request, or acts without having been put to work."""
    problems = [str(problem) for problem in checked(make(tmp_path / "out", [(index, event)])).problems]

    assert any(what in problem for problem in problems), problems


def test_missing_prompt_is_named(tmp_path: Path) -> None:
    """What a sub-agent was told has to be in the log's contents."""
    problems = [str(problem) for problem in checked(make(tmp_path / "out", [(5, _told())])).problems]

    assert any("content 000000000000 is missing" in problem for problem in problems), problems
