"""The audit of runs and of transcripts: what is planted is found, what is clean is let be."""

import asyncio
from collections import Counter
from pathlib import Path

import orjson
import pyarrow as pa
import pytest

from actors.inline import hold_inline
from actors.plan import RunSettings, prepare
from actors.run import Ledger
from benchmarks.planted import KINDS, cases_in, measure
from domain.agents import ASSISTANT
from domain.claims.calls import from_origins
from projections.audit import Call, Turn, audit_log, audit_turns, audited, views
from projections.contents import Contents
from projections.folder import RunFolder
from projections.labels import Label, compare, label_of, places
from projections.trajectories import audit_file_row, audit_row, policies_of, rows_of
from scenarios.load import load

SHARED = Path(__file__).parents[3] / "shared" / "data" / "trajectories"
TOOLS = {"get_order": {}, "cancel_order": {}}


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    """A run of forty clean conversations in two settings."""
    settings = RunSettings(settings=("retail", "supply_chain"), count=40, seed=3)
    log = RunFolder.start(tmp_path_factory.mktemp("audit") / "run", settings.model_dump(mode="json")).write_log()
    asyncio.run(hold_inline(Ledger(settings, log), {name: prepare(load(name), 3, None) for name in settings.settings}, log))
    yield Contents(log)
    log.close()


def conversations(contents):
    return [name for name in contents.store.streams() if "/" in name]


def test_planted_flaws_are_found(contents):
    """Of sixteen kinds, one sentence at a time; and clean conversations are let be."""
    measured = measure(cases_in(contents, conversations(contents)), 160, seed=1)

    assert sum(measured.planted.values()) == 160
    assert len(measured.planted) >= 14, measured.planted
    assert measured.recall >= 0.97, measured.missed
    assert len(measured.false) <= 0.01 * measured.claims, measured.false
    assert set(measured.planted) <= set(KINDS)


def test_a_whole_run_is_audited(contents):
    """All conversations, each agent with its own view, each with a score."""
    names = conversations(contents)

    found = audit_log(contents, names, None)

    assert found.conversations == len(found.scores) == len(names) == 40
    assert sum(found.claims.values()) > 200
    assert sum(found.scores) / 40 > 9.8
    agents = {view.agent for name in names for view in views(contents, name)}
    assert ASSISTANT in agents
    assert any(agent.startswith("assistant/") for agent in agents)


def test_calls_and_effects_are_audited():
    """Unknown tools, identifiers that nobody gave, and effects that nobody was told of."""
    turns = [
        Turn("user", "Please see to it.", 1),
        Turn("assistant", "", 2, (Call("c1", "get_order", {"order_id": "#W777888"}), Call("c2", "find_weather", {}))),
        Turn("tool", '{"order_id": "#W777888", "status": "pending"}', 3, call_id="c1"),
        Turn("tool", "Error: unknown tool", 4, call_id="c2", error=True),
        Turn("assistant", "", 5, (Call("c3", "cancel_order", {"order_id": "#W777888"}),)),
        Turn("tool", '{"order_id": "#W777888", "status": "cancelled"}', 6, call_id="c3"),
        Turn("assistant", "Have a nice day.", 7),
    ]

    result = audited("talk", [audit_turns(turns, "", TOOLS)])

    assert [(finding.at, finding.code, finding.party) for finding in result.findings] == [
        (2, "unknown-tool", "assistant"),
        (2, "invented-argument", "assistant"),
        (5, "untold-effect", "assistant"),
    ]
    assert result.findings[1].text == "#W777888"
    assert result.scores == [4.0]


def test_origins_take_the_place_of_look_up():
    """Where the origin of each argument is known, those without one are the findings."""
    found = list(from_origins([("order_id", "#W1", True), ("reason", "made up", False)]))

    assert [(one.code, one.argument, one.value) for one in found] == [("invented-argument", "reason", "made up")]


def row(**changes):
    messages = [
        {"role": "user", "content": "What about W-1001?"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": {"name": "get", "arguments": '{"id": "W-1001"}'}}]},
        {"role": "tool", "content": '{"id": "W-1001", "price": 12.5}', "tool_call_id": "c1"},
        {"role": "assistant", "content": "W-1001 costs $12.50, and W-2002 costs $99.10."},
    ]
    return {"key": "talk/1", "messages": messages, **changes}


def test_a_transcript_is_audited_from_a_file(tmp_path):
    """Plain or zstd, with its policy beside it."""
    file = tmp_path / "talks.jsonl.zst"
    with pa.output_stream(str(file), compression="zstd") as stream:
        stream.write(orjson.dumps(row(policy_ref="p")) + b"\n")
    (tmp_path / "policies.jsonl").write_bytes(orjson.dumps({"policy_ref": "p", "text": "Be kind."}) + b"\n")

    ((where, read),) = rows_of(file)
    result = audit_file_row(where, read, policies_of(tmp_path))

    assert Counter(finding.code for finding in result.findings) == {"unknown-identifier": 1, "unknown-amount": 1}
    assert {finding.conversation for finding in result.findings} == {"talk/1"}
    assert {finding.at for finding in result.findings} == {3}


@pytest.mark.parametrize("broken", [{"messages": None}, {"messages": [{"content": "no role"}]}, {"messages": ["text"]}])
def test_what_is_no_transcript_is_named(broken):
    """One line, and the others go on."""
    (failed,) = audit_file_row("talks.jsonl:7", row(**broken), {}).failed

    assert failed.startswith("talks.jsonl:7: transcript 'talk/1' cannot be read")


def test_labels_are_scored():
    """Caught, missed, objected to wrongly, let be; unsure ones are left out."""
    found = {"talk/1": audit_row(row(), {})}
    labels = [
        Label("talk/1", 3, "W-2002 costs **$99.10**", "amount", "unsupported", ""),
        Label("talk/1", 3, "W-1001 costs $12.50", "amount", "supported", ""),
        Label("talk/1", 3, "W-1001", "identifier", "contradicted", "it is another"),
        Label("talk/1", 3, "costs", "status", "unsure", ""),
    ]

    scored = compare(labels, found)

    assert list(scored) == ["amount", "identifier", "all"]
    assert (scored["all"].caught, scored["all"].missed, scored["all"].false, scored["all"].sound) == (1, 1, 0, 1)
    assert scored["amount"].precision == scored["amount"].recall == 1
    assert [mistake.label.evidence for mistake in scored["all"].mistakes] == ["it is another"]


def test_a_label_is_found_whatever_its_markdown():
    """Stars and spaces do not count."""
    assert list(places("**New balance**: $7.23", "The\nNew  balance: **$7.23**.")) == [(4, 25)]


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "claims_labelled.jsonl.zst").is_file(), reason="needs ../shared")
def test_labelled_claims_of_real_conversations():
    """Most of what is labelled as bad is found, and hardly anything else."""
    labels = [label_of(each) for _, each in rows_of(SHARED / "claims_labelled.jsonl.zst")]
    keys, policies = {label.key for label in labels}, policies_of(SHARED)
    files = sorted(SHARED.glob("tau*.jsonl.zst"))
    found = {each["key"]: audit_row(each, policies) for file in files for _, each in rows_of(file) if each["key"] in keys}

    every = compare(labels, found)["all"]

    assert every.precision >= 0.9, every.mistakes
    assert every.recall >= 0.8, every.mistakes
