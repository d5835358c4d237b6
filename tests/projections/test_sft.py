"""Training records: what a row holds, that rows round-trip, and that the usual libraries read them."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.conversation import CallTools, Speak, Wanted
from projections.errors import RecordError
from projections.records.files import JSONL, PARQUET, SCHEMA, read_jsonl, read_parquet, write
from projections.records.sft import Example, examples
from projections.transcript import Function, Message, ToolCall
from tests.domain.strategies import commands, json_values, texts
from tests.parcels import TOOLSET
from tests.projections.recorded import TALK, asked, make_run, said

calls = st.builds(
    lambda name, call_id, arguments: ToolCall(id=call_id, function=Function(name=name, arguments=arguments)),
    texts,
    texts,
    st.dictionaries(texts, json_values, max_size=3).map(json.dumps),
)
messages = st.builds(
    Message,
    role=st.sampled_from(["system", "user", "assistant", "tool"]),
    content=texts,
    reasoning_content=st.none() | texts,
    tool_calls=st.none() | st.lists(calls, min_size=1, max_size=2).map(tuple),
    tool_call_id=st.none() | texts,
    name=st.none() | texts,
    train=st.booleans(),
)
number = st.integers(0, 2**48)
rows = st.builds(
    Example,
    messages=st.lists(messages, max_size=4).map(tuple),
    seed=number,
    first_event=number,
    last_event=number,
    accepted=st.booleans(),
    findings=st.lists(texts, max_size=2).map(tuple),
    parts=st.lists(texts, max_size=2).map(tuple),
    **{
        name: texts
        for name in Example.model_fields
        if name not in ("messages", "seed", "first_event", "last_event", "accepted", "findings", "parts")
    },
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory):
    return make_run(tmp_path_factory.mktemp("run") / "out")


def first(run) -> Example:
    return next(read_parquet(run.dataset / PARQUET))


def test_row_resolves_to_its_events(run) -> None:
    """Lineage names stream, events, digests, and what made the row."""
    store = run.open_log()
    row = first(run)
    head = store.head(row.conversation)
    store.close()

    assert (row.conversation, row.run, row.setting, row.goal, row.seed) == ("parcels/000000", "run-test", "parcels", "goal-0", 1)
    assert (row.agent, row.model, row.projection) == ("assistant", "offline/assistant", "sft.v3")
    assert row.stream_digest == head.digest
    assert row.first_event == 1
    assert row.last_event < head.position
    assert json.loads(row.tools) == TOOLSET.specs
    assert [row.accepted for row in read_parquet(run.dataset / PARQUET)] == [True, False, True]


def test_trailing_turns_that_the_agent_did_not_write_are_dropped(run) -> None:
    """A row ends with a message that is trained on; the system prompt comes first."""
    row = first(run)

    assert row.messages[-1].content == "Done."
    assert row.messages[-1].train
    assert row.messages[0].role == "system"
    assert "Thanks!" not in [message.content for message in row.messages]


def test_conversation_without_a_word_of_the_agent_gives_no_row(tmp_path: Path) -> None:
    """Where the assistant never came to speak, there is nothing to learn."""
    run = make_run(tmp_path / "out", commands=[said("user", "Hello?")])

    assert list(read_parquet(run.dataset / PARQUET)) == []
    assert pq.read_table(run.dataset / PARQUET).schema.names == list(Example.model_fields)


@given(st.lists(rows, max_size=5))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_records_round_trip(tmp_path_factory: pytest.TempPathFactory, drawn: list[Example]) -> None:
    """What is written to either file is read back as it was, and equal rows give equal bytes."""
    folder = tmp_path_factory.mktemp("data")

    assert write(drawn, folder) == len(drawn)
    before = [(folder / name).read_bytes() for name in (PARQUET, JSONL)]
    write(drawn, folder)

    assert list(read_parquet(folder / PARQUET)) == drawn
    assert list(read_jsonl(folder / JSONL)) == drawn
    assert [(folder / name).read_bytes() for name in (PARQUET, JSONL)] == before


@given(commands)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_conversation_round_trips(tmp_path_factory: pytest.TempPathFactory, drawn: list[CallTools | Speak]) -> None:
    """Whatever is said and called, the rows read back are those that the log gives."""
    run = make_run(tmp_path_factory.mktemp("run") / "out", 1, [*drawn, said("assistant", "Bye.")])
    store = run.open_log()
    derived = list(examples(store))
    store.close()

    assert list(read_parquet(run.dataset / PARQUET)) == list(read_jsonl(run.dataset / JSONL)) == derived


def test_equal_runs_give_equal_bytes(run, tmp_path: Path) -> None:
    """The data set depends on the run and on nothing else."""
    other = make_run(tmp_path / "elsewhere")

    for path in sorted(run.dataset.iterdir()):
        assert path.read_bytes() == (other.dataset / path.name).read_bytes()


def test_schema_is_the_model(run) -> None:
    """Columns are the fields of Example, in their order; more rows than a group stay in groups of 500."""
    row = first(run)
    many = run.path / "many"
    write((row for _ in range(1001)), many)

    assert SCHEMA.names == list(Example.model_fields)
    with pq.ParquetFile(many / PARQUET) as file:
        assert [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)] == [500, 500, 1]


def test_failing_source_leaves_what_was_there(run, tmp_path: Path) -> None:
    """Files are replaced whole or not at all."""
    row = first(run)
    write([row], tmp_path)

    def breaks():
        yield row
        raise RuntimeError("the log ends here")

    with pytest.raises(RuntimeError, match="ends here"):
        write(breaks(), tmp_path)

    assert list(read_parquet(tmp_path / PARQUET)) == list(read_jsonl(tmp_path / JSONL)) == [row]
    assert sorted(path.name for path in tmp_path.iterdir()) == [JSONL, PARQUET]


def test_damaged_row_is_named(run, tmp_path: Path) -> None:
    """A row that is no example is named by file, line and field."""
    path = tmp_path / JSONL
    path.write_bytes((run.dataset / JSONL).read_bytes().replace(b'"seed":2', b'"seed":"x"'))

    with pytest.raises(RecordError, match=r"sft.jsonl: line 2: seed: .*worldloom export"):
        list(read_jsonl(path))


def test_datasets_reads_all_forms(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``datasets`` loads Parquet, JSON lines and the folder by its card, and no null argument appears."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    expected = list(read_parquet(run.dataset / PARQUET))
    cache = str(tmp_path / "cache")

    parquet = datasets.load_dataset("parquet", data_files=str(run.dataset / PARQUET), cache_dir=cache)["train"]
    lines = datasets.load_dataset("json", data_files=str(run.dataset / JSONL), cache_dir=cache)["train"]
    folder = datasets.load_dataset(str(run.dataset), "sft", cache_dir=cache)["train"]

    for loaded in (parquet, lines, folder):
        assert [Example.model_validate(row) for row in loaded] == expected


def test_card_is_read_by_the_hub_library(run) -> None:
    """The card's header says what the data set is and where its files lie."""
    hub = pytest.importorskip("huggingface_hub")

    data = hub.DatasetCard.load(run.dataset / "README.md").data

    assert data.task_categories == ["text-generation"]
    assert data.size_categories == ["n<1K"]
    assert data.to_dict()["configs"][0]["data_files"] == [{"split": "train", "path": PARQUET}]


def test_accepted_only_leaves_the_others_out(run) -> None:
    """A filter on the verdict, before anything is written."""
    store = run.open_log()

    names = [example.conversation for example in examples(store, accepted_only=True)]
    store.close()

    assert names == ["parcels/000000", "parcels/000002"]


def test_unknown_tool_is_still_a_row(tmp_path: Path) -> None:
    """Refused and unknown calls are what the agent did; they are in the row with what it was told."""
    run = make_run(tmp_path / "out", 1, [*TALK[:3], asked(Wanted("no_such_tool", {})), said("assistant", "Sorry.")])

    row = first(run)

    assert row.messages[-2].content == "Error: There is no tool 'no_such_tool'."
