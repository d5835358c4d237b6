"""``worldloom import``: transcripts become streams that all other commands read, and what does not agree is said."""

import json
from pathlib import Path
from random import Random

import orjson
import pyarrow as pa
import pytest

from events.imports import ToolDiverged, ToolWasLive, TranscriptImported
from events.run import ConversationFinished
from events.tools import ToolAnswered, ToolFaulted, ToolRefused
from projections.folder import RunFolder
from projections.runs import read_run
from projections.state import world_at
from projections.transcript import transcript
from tests.worldloom import transcripts as made

SHARED = Path(__file__).parents[3] / "shared" / "data" / "trajectories"
_SAMPLE = 60


@pytest.fixture
def data(tmp_path):
    return made.data(tmp_path / "data")


@pytest.fixture
def imported(worldloom, tmp_path, data):
    """Import a file; (the report, the log)."""

    def run(path, *words):
        out = tmp_path / "out"
        done = worldloom("import", path, "--setting", "retail", "--data", data, "--out", out, "--json", *words)
        assert done.code == 0, done.err
        return json.loads(done.out), RunFolder.find(out).open_log()

    return run


def events(log, stream, kind):
    return [record.event for record in log.read(stream) if isinstance(record.event, kind)]


def end(log, stream) -> ConversationFinished:
    return read_run(log).finished[stream]


FORMATS = {
    "openai": lambda path: made.openai(path, made.talk()),
    "tau-bench": lambda path: made.tau1(path, made.talk("tau1")),
    "tau2-bench": lambda path: made.tau2(path, made.talk()),
}


@pytest.mark.parametrize("shape", FORMATS)
def test_each_format_is_read_and_its_calls_run_again(imported, tmp_path, shape):
    """Both calls give what was recorded, the world holds their effect, and the messages are as they were."""
    report, log = imported(FORMATS[shape](tmp_path / "file.json"))

    assert (report["calls"], report["equal"], report["divergences"]) == (2, 2, [])
    assert events(log, "retail/000000", TranscriptImported)[0].shape == shape
    order = world_at(log, "retail/000000").row("orders", made.ORDER["order_id"])
    assert order["status"] == "cancelled"
    told = [line.message for line in transcript(log.read("retail/000000"))]
    assert [message.role for message in told] == ["user", "assistant", "tool", "assistant", "tool", "assistant", "user"]
    assert [message.content for message in told if message.role == "user"] == ["Please cancel my order.", "###STOP###"]
    recorded = made.talk("tau1" if shape == "tau-bench" else "tau2")[5]["content"]
    assert json.loads(told[4].content) == json.loads(recorded)


def test_verdict_stands_beside_the_published_reward(imported, tmp_path):
    """Ours is accepted as the state is the gold one; the version of the task that says so is recorded."""
    _, log = imported(FORMATS["tau2-bench"](tmp_path / "file.json"))

    about = events(log, "retail/000000", TranscriptImported)[0]
    assert (about.reward, about.criterion, about.termination) == (1.0, ("DB", "COMMUNICATE"), "user_stop")
    assert len(about.task_version) == 16
    assert end(log, "retail/000000").accepted


def test_all_commands_read_an_imported_run(imported, worldloom, tmp_path):
    """log, show, replay, verify, export and judge; a fork is declined in one line."""
    imported(made.tau2(tmp_path / "file.json", made.talk(), made.talk(_5="Error: Order not found")))
    out = tmp_path / "out"

    assert "retail/000000" in worldloom("log", "--out", out).out
    assert "imported from file.json[1]" in worldloom("show", "1", "--out", out).out
    assert "run again, it differs" in worldloom("show", "1", "--out", out).out
    assert "cancelled" in worldloom("replay", "0", "--out", out).out
    assert worldloom("export", "--out", out).code == 0
    assert worldloom("judge", out).code == 0
    done = worldloom("verify", out)
    assert done.code == 0, done.out
    for words in (("fork", "0", "--at", "1"), ("repair",), ("slice",)):
        worldloom(*words, "--out", out).fails_with("holds imported transcripts, which no models of ours held")


def test_a_difference_keeps_both(imported, tmp_path):
    """The transcript shows what was recorded, the world holds our effect, and the difference is an event before the outcome."""
    other = json.dumps({**json.loads(made.shown("tau2", "cancel_pending_order", made.CANCEL)), "status": "pending"})
    report, log = imported(made.tau2(tmp_path / "file.json", made.talk(_5=other)))

    assert [(each["cause"], each["path"]) for each in report["divergences"]] == [("value", "content /status")]
    assert json.loads(events(log, "retail/000000", ToolDiverged)[0].recomputed)["status"] == "cancelled"
    answered = events(log, "retail/000000", ToolAnswered)[-1]
    assert answered.observation["status"] == "pending"
    assert answered.changes
    assert world_at(log, "retail/000000").row("orders", made.ORDER["order_id"])["status"] == "cancelled"


def test_a_reward_beside_calls_that_were_never_executed_is_named(imported, tmp_path):
    """No result of the call that counts: a fault of its own kind, and the reward is not earned."""
    messages = made.talk()
    del messages[5]
    report, log = imported(made.tau2(tmp_path / "file.json", messages))

    assert report["never"] == {"cancel_pending_order": 1}
    assert report["unearned"] == ["retail/000000"]
    assert [event.kind for event in events(log, "retail/000000", ToolFaulted)] == ["never-executed"]
    findings = end(log, "retail/000000").findings
    assert "never-executed:cancel_pending_order" in findings
    assert "unearned-reward" in findings


def test_calls_of_unknown_tools_are_live(imported, tmp_path):
    """They are answered as recorded, without effect."""
    messages = made.talk()
    messages[2]["tool_calls"] = [made.called("c1", "goto_node", {"id": "START"})]
    report, log = imported(made.tau2(tmp_path / "file.json", messages))

    assert report["live"] == {"unknown-tool": 1}
    assert events(log, "retail/000000", ToolWasLive)[0].call_id == "c1"
    assert events(log, "retail/000000", ToolAnswered)[0].changes == ()


def test_a_tool_that_nobody_has_is_refused_as_the_benchmark_refuses_it(imported, tmp_path):
    """Where the transcript shows the benchmark's own words for it, the call is run again and equal."""
    messages = made.talk(_3="Error: Tool 'goto' not found.")
    messages[2]["tool_calls"] = [made.called("c1", "goto", {})]
    report, log = imported(made.tau2(tmp_path / "file.json", messages))

    assert (report["equal"], report["live"]) == (2, {})
    assert events(log, "retail/000000", ToolRefused)[0].reason == "Tool 'goto' not found."


def test_without_data_all_is_live(worldloom, tmp_path):
    """An unknown setting makes no verdict."""
    done = worldloom("import", FORMATS["tau2-bench"](tmp_path / "file.json"), "--out", tmp_path / "out", "--json")

    assert done.code == 0, done.err
    assert json.loads(done.out)["live"] == {"unknown-setting": 2}
    log = RunFolder.find(tmp_path / "out").open_log()
    assert end(log, "live/000000").findings == ("not-judged:live",)
    assert worldloom("verify", tmp_path / "out").code == 0


def test_where_assertions_are_the_criterion_the_state_makes_no_verdict(imported, tmp_path):
    """As in telecom: neither accepted nor unearned."""
    report, log = imported(made.tau2(tmp_path / "file.json", made.talk()[:5], basis=("ENV_ASSERTION",)))

    assert end(log, "retail/000000").findings[0] == "not-judged:ENV_ASSERTION"
    assert report["unearned"] == []


def test_both_sides_of_a_telecom_transcript_act_on_one_world(worldloom, tmp_path):
    """The task begins as its initial state says, the user's own calls are run again, and its assertions make the verdict."""
    path, data = made.telecom(tmp_path)

    done = worldloom("import", path, "--data", data, "--out", tmp_path / "out", "--json")

    assert done.code == 0, done.err
    report, log = json.loads(done.out), RunFolder.find(tmp_path / "out").open_log()
    assert (report["calls"], report["equal"], report["divergences"], report["unearned"]) == (6, 6, [], ["telecom/000001"])
    first, second = end(log, "telecom/000000"), end(log, "telecom/000001")
    assert first.accepted, first.findings
    assert "not-met:assert_mobile_data_status" in second.findings
    assert [(event.agent, event.code) for event in events(log, "telecom/000000", ToolRefused)] == [("assistant", "unknown-tool")]
    assert world_at(log, "telecom/000000").row("phones", "own")["data_enabled"]


ODD = {
    "leaked-think": {"role": "assistant", "content": "<think>What now"},
    "json-wrapper": {"role": "assistant", "content": '{"message": "Hello"}'},
    "call-in-text": {"role": "assistant", "content": '<tool_call>{"name": "get_order_details", "arguments": {}}</tool_call>'},
    "swapped-role": {"role": "user", "content": "How can I help you today?"},
    "user-did-not-write": {"role": "user", "content": "The tool has finished running. Please continue your reasoning."},
    "result-without-call": {"role": "tool", "tool_call_id": "c99", "content": "42"},
    "unknown-role": {"role": "narrator", "content": "It rains."},
    "no-message": "just a text",
    "empty-message": {"role": "assistant", "content": None},
    "content-no-text": {"role": "assistant", "content": {"a": 1}},
    "bad-arguments": {"role": "assistant", "tool_calls": [{"id": "x", "function": {"name": "think", "arguments": "{"}}]},
    "call-without-name": {"role": "assistant", "tool_calls": [{"id": "x", "function": {"arguments": "{}"}}]},
    "call-without-id": {"role": "assistant", "tool_calls": [{"function": {"name": "think", "arguments": "{}"}}]},
    "call-without-result": {"role": "assistant", "tool_calls": [made.called("x", "calculate", {"expression": "1"})]},
    "duplicate-id": {"role": "assistant", "tool_calls": [made.called("c2", "calculate", {"expression": "1"})]},
    "no-call": {"role": "assistant", "tool_calls": ["text"], "content": "x"},
}


@pytest.mark.parametrize("code", ODD)
def test_oddities_are_counted_and_their_text_is_kept(imported, worldloom, tmp_path, code):
    """Nothing crashes, and the log is sound."""
    report, log = imported(made.openai(tmp_path / "file.json", [*made.talk()[:6], ODD[code], *made.talk()[6:]]))

    assert report["oddities"].get(code), report["oddities"]
    whole = b"".join(record.event.to_json() for record in log.read("retail/000000")).decode()
    content = ODD[code].get("content") if isinstance(ODD[code], dict) else ODD[code]
    if isinstance(content, str):
        assert json.dumps(content, ensure_ascii=False)[1:-1] in whole.replace('\\\\\\"', '\\"')
    assert worldloom("verify", tmp_path / "out").code == 0


def test_any_messages_are_imported(imported, worldloom, tmp_path):
    """Parts of a transcript in any order, some of them broken, never stop an import."""
    rng = Random(7)
    parts = [*made.talk(), *ODD.values(), {}, {"role": "tool"}, {"role": "user", "content": 5}, {"role": "assistant", "tool_calls": {}}, 5]
    talks = [[rng.choice(parts) for _ in range(rng.randint(1, 25))] for _ in range(40)]
    path = tmp_path / "file.jsonl"
    path.write_text("\n".join(json.dumps({"messages": talk}) for talk in talks))

    report, _ = imported(path)

    assert report["conversations"] == len(talks)
    assert worldloom("verify", tmp_path / "out").code == 0


def test_one_that_cannot_be_taken_does_not_stop_the_others(worldloom, tmp_path, monkeypatch):
    """It is abandoned and named; the same command tries it again."""
    from actors.transcripts.importing import Importer

    whole = Importer.hold

    def hold(importer, stream, index, transcript):
        if index == 1:
            raise KeyError("surprise")
        return whole(importer, stream, index, transcript)

    monkeypatch.setattr(Importer, "hold", hold)
    words = ("import", made.tau2(tmp_path / "file.json", *(made.talk() for _ in range(3))), "--out", tmp_path / "out")

    assert "not imported: file.json[1]: KeyError: 'surprise'" in worldloom(*words).out
    monkeypatch.setattr(Importer, "hold", whole)
    assert "3 conversations imported" in worldloom(*words).out


def test_what_utf8_and_json_cannot_hold_is_kept_as_text(worldloom, tmp_path):
    """Lone surrogates, numbers that are none, and numbers of any size."""
    text = json.dumps({"messages": [*made.talk()[:2], {"role": "assistant", "content": "\ud83d"}], "reward": 1})
    (tmp_path / "file.json").write_text(text.replace('"reward": 1', '"reward": NaN, "tools": [1e999, 123456789012345678901234567890]'))

    assert "1 conversations imported" in worldloom("import", tmp_path / "file.json", "--out", tmp_path / "out").out
    assert worldloom("verify", tmp_path / "out").code == 0


def test_the_same_command_goes_on(imported, tmp_path):
    """A second time nothing is added; after a cut, what is there stays and the rest follows to the same digest."""
    path = made.tau2(tmp_path / "file.json", *(made.talk() for _ in range(3)))
    first, log = imported(path)
    digest = read_run(log).closed.digest
    again, log = imported(path)

    assert again == first
    assert len(list(log.read("run"))) == 1 + 3 + 3 + 1

    from actors.transcripts.files import read_transcripts
    from actors.transcripts.ground import Grounds
    from actors.transcripts.importing import Importer
    from actors.transcripts.library import Library
    from events.digests import stream_head
    from events.store import EventStore

    library = Library(tmp_path / "data")
    whole = EventStore(tmp_path / "out" / "log" / "0.sqlite")
    cut = EventStore(tmp_path / "cut.sqlite")
    started = [record.event for record in whole.read("retail/000000")][:2]
    cut.append("retail/000000", started, stream_head("retail/000000"), {"message": 0})
    transcripts = list(read_transcripts(path, library))
    made_again = Importer(read_run(log).started.run, Grounds(library, "retail"), cut).hold("retail/000000", 0, transcripts[0])
    assert made_again == end(log, "retail/000000")
    assert read_run(log).closed.digest == digest


def test_processes_give_the_same_digest(imported, tmp_path, monkeypatch):
    """One, or two with a file of the log each."""
    path = made.tau2(tmp_path / "file.json", *(made.talk() for _ in range(30)))
    _, log = imported(path, "--workers", 1)
    alone = read_run(log).closed.digest
    (tmp_path / "out").rename(tmp_path / "alone")
    monkeypatch.setattr("actors.transcripts.run._WORTH", 10)

    _, log = imported(path, "--workers", 2)

    assert read_run(log).closed.digest == alone
    assert len(RunFolder.find(tmp_path / "out").logs()) == 2


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("", ["file.json", "empty"]),
        ('{"a": 1}', ["file.json", "an object with a"]),
        ('{"messages": []}\n{"messages": [', ["file.json:2", "not JSON"]),
        ('{"simulations": [{"id": "x"}]}', ["simulations[0]"]),
        ("[1, 2]", ["a list of 2"]),
    ],
)
def test_a_file_that_is_not_one_is_named_with_its_place(worldloom, tmp_path, content, parts):
    """One line, and nothing is begun."""
    (tmp_path / "file.json").write_text(content)

    worldloom("import", tmp_path / "file.json", "--out", tmp_path / "out").fails_with(*parts)
    assert not (tmp_path / "out").exists()


def test_what_is_not_there_is_named(worldloom, tmp_path):
    """A file, a data folder, a setting."""
    path = FORMATS["openai"](tmp_path / "file.json")

    worldloom("import", tmp_path / "no.json").fails_with("no.json", "no such file")
    worldloom("import", path, "--data", tmp_path / "nowhere").fails_with("nowhere", "no such folder")
    worldloom("import", path, "--setting", "nothing").fails_with("there is no setting 'nothing'")


@pytest.mark.parametrize("name", ["tau1_retail", "tau1_airline", "tau2_retail", "tau2_airline", "tau2_telecom", "tau2_telecom_solo"])
def test_published_transcripts_agree_with_the_benchmarks_own_code(worldloom, tmp_path, name):
    """Wherever its own re-run gave what was recorded, ours does; and so do the verdicts on the state."""
    source = SHARED / f"{name}.jsonl.zst"
    if not source.is_file():
        pytest.skip(f"{source} is not there")
    lines = pa.input_stream(str(source), compression="zstd").read().splitlines()
    sample = tmp_path / f"{name}.jsonl"
    sample.write_bytes(b"\n".join(lines[:: max(1, len(lines) * 5 // _SAMPLE)]))

    done = worldloom("import", sample, "--data", SHARED, "--out", tmp_path / "out", "--json")

    assert done.code == 0, done.err
    report = orjson.loads(done.out)
    assert report["against"].get("differs/equal", 0) == 0, report["divergences"]
    assert report["disputed"] == []
    assert report["conversations"] == len(sample.read_bytes().splitlines())
