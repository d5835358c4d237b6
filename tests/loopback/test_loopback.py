"""Conversations with a provider that misbehaves: none is lost, every incident is in the log, and the data set is a calm run's."""

import json
import os
from importlib.util import find_spec

import pytest

from events.conversation import MoodShifted
from projections.folder import RunFolder
from projections.runs import read_run
from tests.loopback.mischief import CALM, MALFORMED, TRANSPORT, WILD
from tests.loopback.running import MODEL, generate, logged, loopback, misdeeds, models_file, rows

pytestmark = [pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm"), pytest.mark.xdist_group("loopback")]

COUNT = int(os.environ.get("WORLDLOOM_LOOPBACK", "8"))
SETTINGS = ("retail", "supply_chain")
LARGE = COUNT >= 100
HANG_S = 300.0
TIMEOUT_S = 30 if LARGE else 8
"""Long enough that a busy machine is never taken for a provider that hangs."""
SLOW = ("hang", "drip-too-slow")
"""What costs its whole time-out whenever it is met."""
RATES = WILD if LARGE else {kind: rate * (5 if kind in SLOW else 8) for kind, rate in WILD.items()}
"""High enough for each kind to be met in a few conversations, too."""


def hold(out, models, *more):
    """A run in which a model plays everybody."""
    generate(*SETTINGS, "-n", COUNT, "--seed", 3, "--out", out, "--user", MODEL, "--assistant", MODEL, "--models", models, *more)


@pytest.fixture(scope="module")
def server():
    """For all tests of this file."""
    with loopback(*SETTINGS, count=COUNT, seed=3, hang_s=HANG_S) as running:
        yield running


@pytest.fixture(scope="module")
def calm(server, tmp_path_factory):
    """A run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("calm")
    hold(folder / "out", models_file(folder / "models.yaml", server))
    return folder / "out", server.report()


@pytest.fixture(scope="module")
def clean(calm):
    """Rows of a run that nothing disturbs."""
    return rows(calm[0])


def test_nothing_is_lost_to_a_provider_that_misbehaves(server, clean, tmp_path):
    """All conversations finish, the log's list of incidents is the server's own, and the data set is the clean run's."""
    server.forget()
    server.misbehave(RATES)
    hold(tmp_path / "out", models_file(tmp_path / "models.yaml", server, timeout_s=TIMEOUT_S, concurrency=32))
    server.misbehave(CALM)

    run = read_run(RunFolder.find(tmp_path / "out").open_log())
    done = server.report()["done"]
    print(f"{COUNT} conversations, {sum(server.report()['questions'].values())} replies, {len(done)} misdeeds")
    assert run.abandoned == {}
    assert len(run.finished) == COUNT
    assert logged(tmp_path / "out") == misdeeds(server)
    assert rows(tmp_path / "out") == clean
    assert {kind for _, _, kind in done} == {*TRANSPORT, *MALFORMED}
    assert set(server.report()["questions"].values()) == {1}, "a reply that had come was asked for again"


def test_a_model_is_shown_what_the_data_set_shows(calm):
    """The longest prompt of each agent is the beginning of its row, system prompt included."""
    out, report = calm
    found = rows(out)
    assert len(report["prompts"]) == len(found) + COUNT  # users have no rows
    for (conversation, agent), (messages, tools, _) in found.items():
        prompt, offered = report["prompts"][f"{conversation} {agent}"]
        assert plain(offered or []) == plain(json.loads(tools))
        for shown, message in zip(prompt, messages, strict=False):
            assert {**shown, "tool_calls": shown.get("tool_calls")} == {
                name: message.get(name)
                for name in ("role", "content", "tool_calls", *(["tool_call_id"] if "tool_call_id" in shown else []))
            }
        assert len(prompt) == len(messages) - 1


def test_a_played_run_is_an_offline_run(calm, tmp_path):
    """The wire adds and loses nothing: but for the names of calls and models, the data set is that of the rules themselves."""
    generate(*SETTINGS, "-n", COUNT, "--seed", 3, "--out", tmp_path / "offline")

    played, offline = nameless_rows(rows(calm[0])), nameless_rows(rows(tmp_path / "offline"))
    assert played.keys() == offline.keys()
    assert {conversation for (conversation, agent), row in played.items() if row != offline[conversation, agent]} <= moved(
        tmp_path / "offline"
    )


def moved(out):
    """Conversations whose user's mood moved: the server knows its users by their messages alone, and so cannot have felt it."""
    store = RunFolder.find(out).open_log()
    return {stream for stream in store.streams() for record in store.read(stream) if isinstance(record.event, MoodShifted)}


def nameless_rows(found):
    """Rows without the ids of calls."""
    return {key: (nameless(messages), tools, accepted) for key, (messages, tools, accepted) in found.items()}


def plain(specs):
    """Tool specifications without what LiteLLM takes out for this provider."""
    if isinstance(specs, dict):
        return {name: plain(value) for name, value in specs.items() if name != "additionalProperties"}
    return [plain(spec) for spec in specs] if isinstance(specs, list) else specs


def nameless(messages):
    """Messages without the ids of calls."""
    return [
        {
            **message,
            "tool_call_id": None,
            "tool_calls": [call["function"] for call in message.get("tool_calls") or ()],
        }
        for message in messages
    ]
