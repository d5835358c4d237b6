"""Who knew what, when: an agent's view holds what it was told and shown by then, and nothing else."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from actors.plan import RunSettings
from domain.agents import ASSISTANT, USER, parent_of
from events.log import Log, Recorded
from events.subagents import SubagentStarted
from events.tools import ToolAnswered
from projections.contents import Contents
from projections.errors import NoSuchPlace
from projections.state import conversations, history
from projections.views import agents, view
from tests.actors.held import INLINE, begin, hold, inline
from worldloom.cli import app

SETTINGS = RunSettings(settings=("supply_chain", "retail"), count=10, seed=21)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A run with sub-agents."""
    run = begin(tmp_path_factory.mktemp("views") / "run", SETTINGS, INLINE)
    log = run.write_log()
    hold(SETTINGS, log, inline(SETTINGS, log)).close()
    return log


def texts(log: Log, records: list[Recorded], agent: str, event: int | None = None) -> str:
    """All that a view holds."""
    return "\n".join(orjson.dumps(message.model_dump()).decode() for message in view(Contents(log), records, agent, event))


def with_canaries(records: list[Recorded]) -> list[Recorded]:
    """The conversation with a mark in everything that only one agent is shown."""
    marked = []
    for record in records:
        event = record.event
        if isinstance(event, ToolAnswered):
            event = event.model_copy(update={"observation": f"canary-{event.agent}-{record.position}."})
        elif isinstance(event, SubagentStarted):
            event = event.model_copy(update={"request": f"canary-{event.agent}-{record.position}."})
        marked.append(record._replace(event=event))
    return marked


def test_no_view_holds_what_its_agent_has_not_seen(log: Log) -> None:
    """Marks in each agent's observations and requests are in its own view from then on, and in no other, at no event."""
    met = 0
    for stream in conversations(log):
        records = with_canaries(history(log, stream))
        marks = {
            f"canary-{record.event.agent}-{record.position}.": (record.event.agent, record.position)
            for record in records
            if isinstance(record.event, ToolAnswered | SubagentStarted)
        }
        for agent in agents(records):
            for event in range(1, len(records) + 1):
                if agent not in agents(records[:event]):
                    continue
                held = texts(log, records, agent, event)
                for mark, (whose, since) in marks.items():
                    assert (mark in held) == (whose == agent and since <= event), f"{mark} in the view of {agent} at {event} of {stream}"
                    met += mark in held
    assert met > 100


def test_the_users_goal_is_nobody_elses(log: Log) -> None:
    """Neither what they want nor who they are is in anybody's view before they say it."""
    contents = Contents(log)
    for stream in conversations(log):
        records = history(log, stream)
        goal = contents.json(records[0].event.goal)
        opening = texts(log, records, ASSISTANT, 1)
        assert goal["instruction"] not in opening
        assert not [value for value in goal["identity"].values() if value in opening]


def test_a_subagent_is_nobody_before_it_begins(log: Log) -> None:
    """And its parent's view never holds its own calls."""
    stream = next(name for name in conversations(log) if name.startswith("supply_chain") and len(agents(history(log, name))) > 2)
    records = history(log, stream)
    path = agents(records)[2]
    begins = next(one.position for one in records if isinstance(one.event, SubagentStarted) and one.event.agent == path)

    with pytest.raises(NoSuchPlace, match=f"takes no part in {stream} up to event {begins - 1}; there are user, assistant"):
        view(Contents(log), records, path, begins - 1)

    assert view(Contents(log), records, path, begins)
    assert parent_of(path) in agents(records)
    assert next(message.role for message in view(Contents(log), records, USER)) == "assistant"


def test_the_command_shows_a_view(log: Log) -> None:
    """As people read it, and as JSON."""
    out = str(Path(log.place).parent.parent)
    text = CliRunner().invoke(app, ["view", "supply_chain/000000", "--event", "9", "--out", out])
    lines = CliRunner().invoke(app, ["view", "supply_chain/000000", "--agent", "user", "--json", "--out", out]).output.splitlines()

    assert text.output.startswith("system: ")
    assert {orjson.loads(line)["role"] for line in lines} == {"user", "assistant"}
