"""Origins over whole conversations: all that honest agents use comes from somewhere, and what is put in its place does not."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from actors.plan import RunSettings
from domain.agents import ASSISTANT
from domain.provenance.origins import UNGROUNDED, CallOrigins, Origins
from domain.provenance.reading import is_telling, normal
from events.conversation import ConversationStarted
from events.log import Log, Recorded
from events.subagents import SubagentStarted
from events.tools import ToolCalled, ToolRefused
from projections.contents import Contents
from projections.origins import coverage
from projections.state import conversations, history
from projections.transcript import agent_prompt, system_prompt
from tests.actors.held import INLINE, begin, hold, inline
from worldloom.cli import app

SETTINGS = RunSettings(settings=("retail", "supply_chain"), count=30, seed=12)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """A run of honest agents."""
    run = begin(tmp_path_factory.mktemp("origins") / "run", SETTINGS, INLINE)
    log = run.write_log()
    hold(SETTINGS, log, inline(SETTINGS, log)).close()
    return log


class Before(NamedTuple):
    """A call, and what was known when it was made."""

    origins: Origins
    record: Recorded
    called: ToolCalled
    found: CallOrigins
    seen: str
    """All that was said and shown so far, whoever saw it."""


def calls(log: Log, stream: str) -> Iterator[Before]:
    """Each call of a conversation, as it is about to be made."""
    contents, records = Contents(log), history(log, stream)
    started = records[0].event
    assert isinstance(started, ConversationStarted)
    origins = Origins(started.clock)
    origins.brief(ASSISTANT, system_prompt(contents, started), contents.json(started.toolset))
    seen = ""
    for record in records:
        event = record.event
        if isinstance(event, SubagentStarted):
            origins.brief(event.agent, agent_prompt(contents, started, event), contents.json(event.toolset))
        if isinstance(event, ToolCalled):
            yield Before(origins, record, event, origins.of(record.position, event), seen)
        origins.observe(record.position, event)
        seen += normal(event.to_json().decode()) + "\n"


def codes(before: Before) -> Iterator[tuple[str, str]]:
    """(name, value) of arguments that are one code."""
    for name, value in before.called.arguments.items():
        if isinstance(value, str) and is_telling(value) and " " not in value:
            yield name, value


@cache
def _like(value: str, number: int) -> str:
    """Another code of the same shape."""
    rng = Random(f"{value}/{number}")
    return "".join(rng.choice("0123456789") if char.isdigit() else char for char in value)


def test_all_that_honest_agents_use_comes_from_somewhere(log: Log) -> None:
    """No false alarm, and every leaf has an origin."""
    found = coverage(Contents(log), conversations(log))

    assert found.loose == []
    assert found.grounded == 1.0
    assert found.leaves.total() > 250
    assert found.conversations == SETTINGS.count


def test_what_is_put_in_their_place_does_not(log: Log) -> None:
    """Codes of the same shape that nobody named, invented days, amounts that are off by a little: in any argument of any call."""
    rng = Random(3)
    tried: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for stream in conversations(log):
        for before in calls(log, stream):
            spoiled: list[tuple[str, dict[str, Any]]] = []
            for name, value in codes(before):
                spoiled.append(("swapped code", {name: _like(value, rng.randrange(100))}))
                spoiled.append(("invented day", {name: f"2031-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"}))
                spoiled.append(("near miss", {name: round(rng.uniform(1, 900), 2) + 0.003}))
            for kind, change in spoiled:
                if str(next(iter(change.values()))).casefold() in before.seen:
                    continue
                called = before.called.model_copy(update={"arguments": {**before.called.arguments, **change}})
                name = next(iter(change))
                origin = next(one for one in before.origins.of(before.record.position, called).origins if one.path == f"/{name}")
                tried[kind] += 1
                caught[kind] += origin.kind == UNGROUNDED

    assert sum(tried.values()) > 500
    assert {kind: caught[kind] / number for kind, number in tried.items() if caught[kind] < 0.99 * number} == {}


def test_looking_an_invented_value_up_does_not_ground_it(log: Log) -> None:
    """Not in the call after one that was refused with its words."""
    tried = 0
    for stream in conversations(log):
        for before in calls(log, stream):
            for name, value in codes(before):
                made_up = _like(value, 7)
                if made_up.casefold() in before.seen or tried > 60:
                    continue
                tried += 1
                called = before.called.model_copy(update={"call_id": f"x{tried}", "arguments": {name: made_up}})
                before.origins.observe(before.record.position, called)
                no = ToolRefused(agent=called.agent, call_id=called.call_id, code="unknown", reason=f"There is no {made_up}.")
                before.origins.observe(before.record.position, no)
                again = before.origins.of(before.record.position, called)
                assert [origin.kind for origin in again.origins] == [UNGROUNDED]
    assert tried > 60


def test_the_command_shows_a_run_and_a_conversation(log: Log) -> None:
    """Shares by kind, and each argument with its place."""
    out = str(Path(log.place).parent.parent)
    whole = CliRunner().invoke(app, ["origins", "--out", out], env={"COLUMNS": "200"})
    one = CliRunner().invoke(app, ["origins", "retail/000000", "--out", out, "--json"], env={"COLUMNS": "200"})

    assert "come from somewhere" in whole.output
    assert '"kind":"user"' in one.output
