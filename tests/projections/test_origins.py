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

SETTINGS = RunSettings(settings=("retail", "supply_chain", "airline"), count=75, seed=12)
_LEAST = 20
"""From which on a number is an amount; those below stand everywhere."""


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


def spoiled(before: Before, rng: Random) -> Iterator[tuple[str, str, Any]]:
    """(kind, path, value) of what nobody named: codes of the same shape, days, amounts that are off by a little."""
    for name, value in codes(before):
        yield "swapped code", f"/{name}", _like(value, rng.randrange(100))
        yield "invented day", f"/{name}", f"2031-{rng.randrange(1, 13):02}-{rng.randrange(1, 29):02}"
    for origin in before.found.origins:
        value = origin.value
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= _LEAST:
            for off in (-13, -7, -3, -1, 1, 2, 5, 11):
                yield "near miss", origin.path, value + off if isinstance(value, int) else round(value + off * rng.uniform(0.01, 0.99), 2)


def with_value(arguments: Any, path: str, value: Any) -> Any:
    """The arguments with another value at a JSON pointer."""
    if not path:
        return value
    step, *rest = path[1:].split("/")
    below = "".join(f"/{part}" for part in rest)
    if isinstance(arguments, list | tuple):
        return [with_value(item, below, value) if str(place) == step else item for place, item in enumerate(arguments)]
    return {key: with_value(item, below, value) if key == step else item for key, item in arguments.items()}


def test_what_is_put_in_their_place_does_not(log: Log) -> None:
    """Whatever argument of whatever call it is put in."""
    rng = Random(3)
    tried: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    for stream in conversations(log):
        for before in calls(log, stream):
            for kind, path, value in spoiled(before, rng):
                known = before.origins.known(before.called.agent)
                if str(value).casefold() in before.seen or (kind == "near miss" and known.number(value) is not None):
                    continue
                called = before.called.model_copy(update={"arguments": with_value(before.called.arguments, path, value)})
                origin = next(one for one in before.origins.of(before.record.position, called).origins if one.path == path)
                tried[kind] += 1
                caught[kind] += origin.kind == UNGROUNDED

    assert min(tried.values()) > 100
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
