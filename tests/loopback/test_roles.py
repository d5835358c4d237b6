"""Simulated tools and judges that models play, behind a provider that lies and misbehaves: what is wrong is recorded and mended."""

import re
import shutil
from collections import Counter
from importlib.util import find_spec

import orjson
import pytest

from actors.gateway.cache import paid_nano
from actors.judges import JUDGES_REPLIES
from actors.judging import ATTEMPTS
from domain.simulated import TOOLS
from events.conversation import ModelReplied
from events.judgement import Judged, JudgementRejected
from events.tools import ProposalRejected, ToolFaulted
from projections.costs import JUDGE, read_costs
from projections.folder import RunFolder
from projections.runs import read_run
from tests.loopback.mischief import ALWAYS, TRANSPORT
from tests.loopback.roles import THOUGHT
from tests.loopback.running import MODEL, command, generate, loopback, models_file, rows

pytestmark = [pytest.mark.skipif(find_spec("litellm") is None, reason="models need litellm"), pytest.mark.xdist_group("roles")]

COUNT = 6
PRICE = {"input": 1.0, "output": 10.0}
SIMULATED = (
    "cancel_pending_order,find_user_id_by_email,find_user_id_by_name_zip,get_order_details,get_product_details,get_user_details,"
    "modify_user_address"
)
RUN = ("retail", "-n", COUNT, "--seed", 3, "--simulate", SIMULATED)
OTHER = "hosted_vllm/strict"
PASSING = {"429": 0.05, "500": 0.05, "cut": 0.05, "hang": 0.01, "drip": 0.02}
ROLES = {"tools": {"temperature": 0}, "judge": {"temperature": 0, "more": {"response_format": {"type": "json_object"}}}}


@pytest.fixture(scope="module")
def server():
    """For all tests of this file."""
    with loopback("retail", count=COUNT, seed=3, hang_s=60, simulate=SIMULATED) as running:
        yield running


@pytest.fixture(scope="module")
def models(server, tmp_path_factory):
    """What ``--models`` names; one file for runs and judges."""
    return models_file(tmp_path_factory.mktemp("models") / "models.yaml", server, ROLES, price=PRICE, timeout_s=12)


@pytest.fixture
def patient(server, tmp_path):
    """The same where nothing hangs: however slow a machine is, no answer is given up."""
    return models_file(tmp_path / "patient.yaml", server, ROLES, price=PRICE)


@pytest.fixture(scope="module")
def played(server, models, tmp_path_factory):
    """A run in which one provider plays the assistant and the tools, badly; and what it says of that."""
    out = tmp_path_factory.mktemp("played") / "out"
    server.misbehave({**PASSING, "lie": 0.2, "broken": 0.15, "empty": 0.05, "huge": 0.02})
    generate(*RUN, "--assistant", MODEL, "--tools", MODEL, "--models", models, "--out", out)
    return out, server.report()


@pytest.fixture(scope="module")
def judged(server, models, played, tmp_path_factory):
    """The same run, judged by rules and by two models; what the provider says, and what the command said."""
    out = shutil.copytree(played[0], tmp_path_factory.mktemp("judged") / "out")
    server.forget()
    server.judging(out)
    server.misbehave({**PASSING, "no-evidence": 0.3, "broken": 0.3, "empty": 0.1})
    code, told = command("judge", out, *committee(MODEL, OTHER, "offline/judge"), "--models", models)
    assert code == 0, told
    return out, server.report(), told


@pytest.fixture
def run(server, played, tmp_path):
    """A copy of the run, to be judged."""
    server.forget()
    server.misbehave({})
    server.judging(tmp_path / "run")
    return shutil.copytree(played[0], tmp_path / "run")


def committee(*models):
    """As words of the command."""
    return [word for model in models for word in ("--judge", model)]


def log(out):
    """Of a run."""
    return RunFolder.find(out).open_log()


def recorded(out, *kinds):
    """(stream, record) of all events of some kinds."""
    store = log(out)
    return [(stream, record) for stream in store.streams() for record in store.read(stream) if isinstance(record.event, kinds)]


def nano(served, agents):
    """What answers cost by the price in the models file."""
    return sum(round(PRICE["input"] * 1000 * asked + PRICE["output"] * 1000 * told) for _, agent, asked, told in served if agent in agents)


def misdeeds(report, agent):
    """(conversation, kind) of what an agent's model did wrong that reached us as a reply."""
    return Counter((stream, kind) for stream, who, kind in report["done"] if who == agent and kind not in TRANSPORT)


def test_lies_of_a_model_become_no_facts(played, tmp_path):
    """Each is recorded with a reason and mended: agents see what the rules of the simulator would have shown them."""
    out, report = played
    rejected = recorded(out, ProposalRejected)

    assert Counter(stream for stream, _ in rejected) == Counter(stream for stream, _ in misdeeds(report, TOOLS).elements())
    assert {kind for _, kind in misdeeds(report, TOOLS)} >= {"lie", "broken"}
    assert all(record.event.objections and record.event.model == MODEL for _, record in rejected)
    assert not [record for _, record in recorded(out, ToolFaulted) if record.event.kind == "simulation"]
    generate(*RUN, "--out", tmp_path / "offline")
    assert nameless(rows(out)) == nameless(rows(tmp_path / "offline"))


def nameless(found):
    """Rows without the ids of calls."""
    id_of_a_call = re.compile(r'"(tool_call_)?id":"[^"]*"')
    return {key: id_of_a_call.sub("", orjson.dumps(row).decode()) for key, row in found.items()}


def test_what_a_simulator_took_and_thought_is_recorded(played):
    """Request, usage, cost, incidents and reasoning beside each proposal, and replies in the cache of the run."""
    out, report = played
    replies = [record for _, record in recorded(out, ModelReplied) if record.event.agent == TOOLS]

    assert len(replies) == sum(agent == TOOLS for _, agent, *_ in report["served"])
    assert all(record.event.request and record.event.usage and record.circumstances["cost_usd"] > 0 for record in replies)
    assert THOUGHT in {record.event.reasoning for record in replies}
    incidents = Counter(kind for record in replies for kind in record.circumstances.get("incidents", ()))
    assert incidents == Counter(TRANSPORT[kind] for _, agent, kind in report["done"] if agent == TOOLS and TRANSPORT.get(kind))


def test_a_simulator_is_shown_data_and_rules(played):
    """The call, the rows that it names, the tables and the form; all that others wrote stands in blocks that it cannot end."""
    _, report = played
    prompt = next(messages[0]["content"] for key, (messages, _) in report["prompts"].items() if key.endswith(" tools"))

    assert prompt.count("<data>\n") == prompt.count("</data>\n")
    for words in ("# The call", '"observation"', "`orders`: key `order_id`", "refers to"):
        assert words in prompt
    assert len(prompt) < 40_000


def test_a_recording_of_simulated_tools_asks_nobody(played, server, tmp_path):
    """Rejected proposals and all: equal digest and data set, and no call."""
    out, _ = played
    before = server.report()["served"]
    words = [word for role in ("--assistant", "--tools") for word in (role, f"recorded/{out}")]

    generate(*RUN, *words, "--out", tmp_path / "again")

    assert read_run(log(tmp_path / "again")).closed.digest == read_run(log(out)).closed.digest
    assert (tmp_path / "again" / "dataset" / "sft.parquet").read_bytes() == (out / "dataset" / "sft.parquet").read_bytes()
    assert server.report()["served"] == before
    assert read_costs(log(tmp_path / "again")).total.unpriced == 0


def test_judges_are_mended_and_recorded(judged, worldloom):
    """Each judgement in the end names evidence that exists; what was wrong before is recorded with what it took."""
    out, report, told = judged
    rejected = recorded(out, JudgementRejected)

    assert Counter(record.event.judge for _, record in recorded(out, Judged)) == dict.fromkeys((MODEL, OTHER, "offline/judge"), COUNT)
    assert Counter(stream.removeprefix("judged/") for stream, _ in rejected) == Counter(s for s, _ in misdeeds(report, JUDGE).elements())
    assert {kind for _, kind in misdeeds(report, JUDGE)} >= {"no-evidence", "broken"}
    reasons = " ".join(reason for _, record in rejected for reason in record.event.reasons)
    assert "999999 does not exist" in reasons
    assert "not one JSON object" in reasons
    assert "were sent back with the reason" in told
    assert "on the way:" in told
    assert report["forms"] == [JUDGE]
    assert {record.event.reasoning for _, record in recorded(out, Judged)} == {THOUGHT, None}
    assert worldloom("verify", out).code == 0


def test_judges_who_have_judged_are_not_asked_again(judged, server, models, worldloom):
    """The same command asks for nothing; with --again it is not the cache that answers."""
    out, report, _ = judged
    words = ("judge", out, *committee(MODEL, OTHER, "offline/judge"), "--models", models)

    server.misbehave({})
    assert worldloom(*words).code == 0
    assert server.report()["served"] == report["served"]


def test_every_cent_is_accounted_for(played, judged, worldloom):
    """By conversation, by role and in all: what the provider served, by the price in the models file, in billionths of a dollar."""
    out, served = judged[0], [*played[1]["served"], *judged[1]["served"]]
    costs = read_costs(log(out))
    by_role = Counter()
    for payer, bill in costs.by_payer.items():
        by_role[payer.agent] += bill.nano_usd

    assert {role: paid for role, paid in by_role.items() if paid} == {role: nano(served, {role}) for role in ("assistant", TOOLS, JUDGE)}
    assert costs.total.nano_usd == sum(bill.nano_usd for bill in costs.by_conversation.values()) == nano(served, by_role)
    assert paid_nano(out / "replies") == nano(served, {"assistant", TOOLS})
    assert paid_nano(out / JUDGES_REPLIES) == nano(served, {JUDGE})
    told = orjson.loads(worldloom("costs", "--out", out, "--json").out)
    assert told["nano_usd"] == costs.total.nano_usd
    shown = worldloom("costs", "--out", out).out
    assert f"retail {TOOLS}" in shown
    assert f"retail {JUDGE}" in shown
    assert f"${costs.total.usd:,.2f}, ${costs.total.usd / costs.accepted:,.4f} for each accepted conversation" in shown
    assert "besides" not in shown


def test_a_judge_that_is_never_usable_leaves_all_unjudged(server, patient, run, worldloom):
    """However often it is asked; the summary says so, the exit code too, and a later attempt asks anew."""
    server.misbehave({"broken": ALWAYS})
    words = ("judge", run, "--judge", MODEL, "--models", patient)

    told = worldloom(*words)

    assert told.code == 1
    assert f"{COUNT} of {COUNT} conversations are judged by nobody" in told.out
    assert told.out.count("not judged: retail/") == COUNT
    assert f"by {MODEL}: the answer is not one JSON object" in told.out
    assert len(recorded(run, JudgementRejected)) == ATTEMPTS * COUNT == len(server.report()["served"])
    server.forget()
    server.misbehave({})
    assert worldloom(*words).code == 0
    assert len(server.report()["served"]) == COUNT


def test_money_for_judging_runs_out_and_comes_again(server, run, tmp_path, worldloom):
    """What the run cost does not count; nothing is paid for twice."""
    models = models_file(tmp_path / "models.yaml", server, price=PRICE, concurrency=1)
    words = ("judge", run, "--judge", MODEL, "--models", models)

    told = worldloom(*words, "--max-cost", 1e-9)

    assert told.code == 1
    assert "stopped: all of" in told.out
    assert len(recorded(run, Judged)) == 1
    assert worldloom(*words, "--max-cost", 100).code == 0
    assert len(server.report()["served"]) == COUNT
    assert worldloom(*words, "--again").code == 0
    assert len(server.report()["served"]) == 2 * COUNT, "who is asked again was not asked"


def test_a_judge_that_cannot_be_reached_is_asked_later(server, patient, run, tmp_path, worldloom):
    """Nothing is recorded of it, and the same command goes on."""
    server.misbehave({"500": ALWAYS})
    impatient = models_file(tmp_path / "models.yaml", server, price=PRICE, patience_s=0.2)

    told = worldloom("judge", run, "--judge", MODEL, "--models", impatient)

    assert told.code == 1
    assert told.out.count("could not be reached") == COUNT
    assert not recorded(run, Judged, JudgementRejected)
    server.forget()
    server.misbehave({})
    assert worldloom("judge", run, "--judge", MODEL, "--models", patient).code == 0


def test_a_wrong_judge_or_price_is_one_line(server, run, tmp_path, worldloom):
    """With what would do."""
    free = models_file(tmp_path / "free.yaml", server)
    worldloom("judge", run, "--judge", "nobody/knows").fails_with("'nobody/knows'", "offline/judge")
    worldloom("judge", run, "--judge", "recorded/out").fails_with("'recorded/out'", "offline/judge")
    worldloom("judge", run, "--judge", MODEL, "--models", free, "--max-cost", 1).fails_with("price", "--max-cost")
