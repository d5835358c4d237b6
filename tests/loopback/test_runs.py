"""Whole runs of played conversations: killed, replayed, out of money, with candidates, with replies that cannot be mended."""

import json
import signal
import time
from importlib.util import find_spec

import orjson
import pytest

from actors.gateway.cache import paid_nano
from events.conversation import ConversationEnded, ModelReplied, ReplyRejected
from events.run import BudgetReached
from projections.costs import read_costs
from projections.folder import RunFolder
from projections.runs import read_run
from tests.loopback.roles import THOUGHT
from tests.loopback.running import MODEL, generate, loopback, models_file, rows
from tests.worldloom.command import start

pytestmark = [pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm"), pytest.mark.xdist_group("runs")]

COUNT = 6
PRICE = {"input": 1.0, "output": 10.0}


@pytest.fixture(scope="module")
def server():
    """For all tests of this file."""
    with loopback("supply_chain", count=COUNT, seed=4, hang_s=60) as running:
        yield running


@pytest.fixture
def words(server, tmp_path):
    """``generate`` with models, but for --out."""
    server.forget()
    server.misbehave({})
    models = models_file(tmp_path / "models.yaml", server, price=PRICE)
    return ("supply_chain", "-n", COUNT, "--seed", 4, "--user", MODEL, "--assistant", MODEL, "--models", models)


@pytest.fixture(scope="module")
def whole(server, tmp_path_factory):
    """An undisturbed run, only to be read."""
    folder = tmp_path_factory.mktemp("whole")
    server.forget()
    server.misbehave({})
    models = models_file(folder / "models.yaml", server, price=PRICE)
    generate("supply_chain", "-n", COUNT, "--seed", 4, "--user", MODEL, "--assistant", MODEL, "--models", models, "--out", folder / "out")
    return folder / "out"


def log(out):
    """Of a run."""
    return RunFolder.find(out).open_log()


def digest(out):
    """Of all its conversations."""
    return read_run(log(out)).closed.digest


def test_a_recording_reproduces_a_run_with_no_call(server, words, tmp_path):
    """Rejected replies, sub-agents and all: equal digest and equal data set, and nobody is asked."""
    server.misbehave({"empty": 0.1, "invalid-json": 0.1, "wrong-types": 0.1})
    generate(*words, "--out", tmp_path / "played")
    played = log(tmp_path / "played")
    events = [record.event for stream in played.streams() for record in played.read(stream)]
    assert any(isinstance(event, ReplyRejected) for event in events)
    assert {event.reasoning for event in events if isinstance(event, ModelReplied) and event.agent == "user"} == {THOUGHT}
    server.forget()

    recorded = f"recorded/{tmp_path / 'played'}"
    generate("supply_chain", "-n", COUNT, "--seed", 4, "--user", recorded, "--assistant", recorded, "--out", tmp_path / "again")

    assert digest(tmp_path / "again") == digest(tmp_path / "played")
    for path in (tmp_path / "played" / "dataset").iterdir():
        assert (tmp_path / "again" / "dataset" / path.name).read_bytes() == path.read_bytes()
    assert server.report()["questions"] == {}
    assert not (tmp_path / "again" / "replies").exists()


def test_a_killed_run_asks_for_nothing_twice(server, whole, words, tmp_path):
    """Killed in the middle, the same command ends as an undisturbed run does; only replies that had not arrived are asked for again."""
    server.forget()
    server.misbehave({"drip": 1.0})
    running = start("generate", *words, "--out", tmp_path / "killed")
    deadline = time.monotonic() + 120
    while sum(server.report()["questions"].values()) < 40 and time.monotonic() < deadline and running.poll() is None:
        time.sleep(0.1)
    running.send_signal(signal.SIGKILL)
    running.communicate(timeout=60)
    answered = sum(server.report()["questions"].values())
    kept = paid_replies(tmp_path / "killed")
    recorded = replies(tmp_path / "killed")
    assert 10 < recorded <= kept <= answered

    server.misbehave({})
    generate(*words, "--out", tmp_path / "killed")

    asked = server.report()["questions"]
    assert sum(times - 1 for times in asked.values()) <= answered - kept
    assert digest(tmp_path / "killed") == digest(whole)


def replies(out):
    """How many are in the log."""
    return sum(isinstance(record.event, ModelReplied) for stream in log(out).streams() for record in log(out).read(stream))


def paid_replies(out):
    """How many are kept."""
    import sqlite3

    return sum(sqlite3.connect(path).execute("SELECT count(*) FROM replies").fetchone()[0] for path in (out / "replies").glob("*.sqlite"))


def test_money_runs_out_and_comes_again(whole, words, tmp_path, capsys):
    """The run stops cleanly and says why; with more it goes on to the same end; the sums are exact."""
    all_of_it = read_costs(log(whole))
    bills = all_of_it.by_conversation.values()
    assert all_of_it.total.nano_usd == sum(bill.nano_usd for bill in bills) == paid_nano(whole / "replies")
    finished = read_run(log(whole)).finished
    assert round(sum(end.cost_usd for end in finished.values()) * 1e9) == all_of_it.total.nano_usd
    half = all_of_it.total.usd / 2
    capsys.readouterr()

    generate(*words, "--out", tmp_path / "half", "--max-cost", half)

    told = capsys.readouterr().out
    assert "stopped: all of" in told
    assert "--max-cost" in told
    run = read_run(log(tmp_path / "half"))
    assert run.closed is None
    assert any(isinstance(record.event, BudgetReached) for record in log(tmp_path / "half").read("run"))
    spent = paid_nano(tmp_path / "half" / "replies") / 1e9
    assert half <= spent < all_of_it.total.usd

    generate(*words, "--out", tmp_path / "half", "--max-cost", all_of_it.total.usd * 2)

    assert digest(tmp_path / "half") == digest(whole)
    assert read_costs(log(tmp_path / "half")).total.nano_usd == all_of_it.total.nano_usd
    assert f"${all_of_it.total.usd:,.2f}" in capsys.readouterr().out


def test_costs_can_be_listed(whole, worldloom):
    """By agent and model; as JSON the parts sum to the whole."""
    listed = worldloom("costs", "--out", whole)
    assert listed.code == 0
    assert MODEL in listed.out
    assert "assistant/" in listed.out
    told = orjson.loads(worldloom("costs", "--out", whole, "--json").out)
    assert told["nano_usd"] == sum(one["nano_usd"] for one in told["conversations"].values()) > 0


def test_a_user_may_write_several_messages_and_send_the_best(whole, words, tmp_path):
    """With equal candidates the run is the same, and each is paid for."""
    generate(*words, "--out", tmp_path / "two", "--user-candidates", 2)

    assert rows(tmp_path / "two").keys() == rows(whole).keys()
    assert all(row[0] == rows(whole)[key][0] for key, row in rows(tmp_path / "two").items())
    users = {
        path: [bill.prompt_tokens for payer, bill in read_costs(log(path)).by_payer.items() if payer.agent == "user"]
        for path in (whole, tmp_path / "two")
    }
    assert users[tmp_path / "two"] == [2 * tokens for tokens in users[whole]]


def test_what_cannot_be_mended_ends_the_conversation(server, words, tmp_path):
    """A model that replies with nothing, however often it is asked, is at fault; what it said is recorded."""
    server.misbehave({"empty": 1.0})
    models = models_file(tmp_path / "stubborn.yaml", server, roles={"assistant": {"repairs": 0}})
    generate(*words[:-1], models, "--out", tmp_path / "out")

    for stream, end in read_run(log(tmp_path / "out")).finished.items():
        events = [record.event for record in log(tmp_path / "out").read(stream)]
        assert isinstance(events[-1], ConversationEnded)
        assert (events[-1].reason, events[-1].fault) == ("unusable-reply", "assistant")
        assert events[-2].raw == ""
        assert "empty" in json.dumps(events[-1].detail)
        assert not end.accepted
