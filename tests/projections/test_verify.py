"""Verify: a sound run has no problem, and whatever is changed is found and named."""

import shutil
import sqlite3
from pathlib import Path
from random import Random

import pytest

from events.digests import streams_digest
from events.errors import EventsError
from events.run import ConversationFinished, ConversationScheduled, RunFinished, RunStarted
from events.store import EventStore
from events.tools import ToolAnswered
from projections.errors import FolderError
from projections.folder import RunFolder
from projections.runs import read_run
from projections.verify import Report, verify
from tests.projections.recorded import SETTINGS, begin, hold, make_run


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("run") / "out", 2)


@pytest.fixture
def run(sound: RunFolder, tmp_path: Path) -> RunFolder:
    """A copy that may be damaged."""
    shutil.copytree(sound.path, tmp_path / "out")
    return RunFolder.find(tmp_path / "out")


def check(run: RunFolder) -> Report:
    store = run.open_log()
    try:
        return verify(run, store)
    finally:
        store.close()


def change(run: RunFolder, statement: str, *values: object) -> None:
    with sqlite3.connect(run.log) as connection:
        connection.execute(statement, values)
    connection.close()


def flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


def test_sound_run_has_no_problem(run: RunFolder) -> None:
    """All is derived again and found equal; the counts say how much was checked."""
    report = check(run)

    assert report.problems == []
    assert report.finished
    assert report.counts["conversations"] == 2
    assert report.counts["worlds"] == 4
    assert report.counts["rows"] == 2
    assert report.counts["files"] == 4
    assert report.counts["events"] == 2 * 26 + 6
    assert report.counts["contents"] == 8


def test_any_byte_of_any_event_is_found(run: RunFolder) -> None:
    """One flipped bit anywhere in a stored event, fact or circumstances or seal, is found at that event or at its stream."""
    with sqlite3.connect(run.log) as connection:
        rows = connection.execute("SELECT originator_id, originator_version, state FROM events").fetchall()
    connection.close()
    rng = Random(3)
    for stream, position, state in rows:
        at = rng.randrange(len(state))
        change(run, "UPDATE events SET state = ? WHERE originator_id = ? AND originator_version = ?", flipped(state, at), stream, position)
        store = run.open_log()
        with pytest.raises(EventsError, match=f"event {position} of {stream}"):
            list(store.read(stream))
        store.close()
        change(run, "UPDATE events SET state = ? WHERE originator_id = ? AND originator_version = ?", state, stream, position)

    assert check(run).problems == []


def test_changed_event_is_reported_and_the_rest_still_checked(run: RunFolder) -> None:
    """A problem names event and remedy; the other conversation is still replayed."""
    change(run, "UPDATE events SET state = replace(state, 'Done', 'Fine') WHERE originator_id = 'parcels/000000'")

    report = check(run)

    assert any("of parcels/000000" in str(problem) and "restore the log" in str(problem) for problem in report.problems)
    assert report.counts["worlds"] == 2


def test_any_byte_of_any_content_is_found(run: RunFolder) -> None:
    """One flipped bit in a content, or in the digest that names it."""
    with sqlite3.connect(run.log) as connection:
        contents = connection.execute("SELECT digest, body FROM content").fetchall()
    connection.close()
    rng = Random(4)
    for digest, body in contents:
        change(run, "UPDATE content SET body = ? WHERE digest = ?", flipped(body, rng.randrange(len(body))), digest)
        assert any(f"content {digest[:12]}" in str(problem) for problem in check(run).problems)
        change(run, "UPDATE content SET body = ? WHERE digest = ?", body, digest)
    change(run, "UPDATE content SET digest = ? WHERE digest = ?", "f" + contents[0][0][1:], contents[0][0])
    assert check(run).problems


def test_any_byte_of_any_data_file_is_found(run: RunFolder) -> None:
    """One flipped bit in Parquet, JSON lines, card or manifest; the problem names the file."""
    rng = Random(5)
    for path in (*sorted(run.dataset.iterdir()), run.manifest):
        body = path.read_bytes()
        for at in rng.sample(range(len(body)), 12):
            path.write_bytes(flipped(body, at))
            problems = check_quietly(run)
            assert any(path.name in problem or path == run.manifest for problem in problems), (path.name, at)
        path.write_bytes(body)
    assert check(run).problems == []


def check_quietly(run: RunFolder) -> list[str]:
    try:
        store = run.open_log()
    except (FolderError, EventsError) as error:  # the manifest says where the log is
        return [str(error)]
    try:
        return [str(problem) for problem in verify(RunFolder(run.path), store).problems]
    finally:
        store.close()


@pytest.mark.parametrize("where", ["originator_id = 'parcels/000001' AND originator_version = 26", "originator_id = 'parcels/000001'"])
def test_missing_events_are_found(run: RunFolder, where: str) -> None:
    """A stream that lost its end, or all of it, does not fit what the run recorded."""
    change(run, f"DELETE FROM events WHERE {where}")

    assert any("parcels/000001" in str(problem) for problem in check(run).problems)


def test_changed_row_is_named_with_its_fields(run: RunFolder) -> None:
    """A row that is valid, but not what the log gives, is named by number, conversation and field."""
    path = run.dataset / "sft.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Shall I cancel it?", b"Shall I refund it?", 1))

    (problem,) = check(run).problems

    assert problem.place.endswith("sft.jsonl: row 1")
    assert "parcels/000000: messages differ" in problem.what
    assert "worldloom export" in problem.remedy


def test_missing_and_superfluous_rows_are_named(run: RunFolder) -> None:
    """Rows that were cut off or added are told apart."""
    path = run.dataset / "sft.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)

    path.write_bytes(lines[0])
    assert "parcels/000001 is missing" in check(run).problems[0].what
    path.write_bytes(b"".join([*lines, lines[1]]))
    assert "parcels/000001 is not in the log" in check(run).problems[0].what
    (run.dataset / "sft.parquet").unlink()
    assert any("sft.parquet: is missing" in str(problem) for problem in check(run).problems)


def test_wrong_world_digest_is_found(tmp_path: Path) -> None:
    """A log that is sealed well, but records a world that its changes do not lead to."""
    folder, store, head = unfinished(tmp_path)
    about = {"agent": "assistant", "call_id": "c1"}
    store.append("parcels/000000", [ToolAnswered(**about, observation=1, changes=(), world="0" * 64)], head)

    problems = [str(problem) for problem in verify(folder, store).problems]
    store.close()

    assert any("the replayed world is" in problem for problem in problems)
    assert any("no such call waits" in problem for problem in problems)


def test_run_that_records_another_end_is_found(tmp_path: Path) -> None:
    """The run's own record of a conversation must fit its stream, and its end must fit its conversations."""
    folder, store, _ = unfinished(tmp_path)
    ended = ConversationFinished(stream="parcels/000000", events=1, digest="0" * 64, accepted=True)
    closed = RunFinished(conversations=2, accepted=1, digest="0" * 64)
    store.append("run", [ended, closed], store.head("run"))

    problems = [str(problem) for problem in verify(folder, store).problems]
    store.close()

    assert any("its digest is" in problem for problem in problems)
    assert any("the conversations' digest is" in problem for problem in problems)
    assert any("its end says 2 conversations" in problem for problem in problems)


def test_interrupted_run_is_sound_and_says_so(tmp_path: Path) -> None:
    """What a killed process leaves is no problem; it is only not finished."""
    folder, store, _ = unfinished(tmp_path)

    report = verify(folder, store)
    store.close()

    assert report.problems == []
    assert not report.finished


def test_a_run_that_went_on_and_was_interrupted_is_sound(run: RunFolder) -> None:
    """A conversation that was abandoned, and is finished now, is not in the data set yet; at the run's next end it has to be."""
    store, stream = run.write_log(), "parcels/000002"
    hold(store, stream, begin(store, 2))
    head = store.append("run", [ConversationScheduled(stream=stream)], store.head("run"))
    last = store.head(stream)
    head = store.append("run", [ConversationFinished(stream=stream, events=last.position, digest=last.digest, accepted=True)], head)
    report = check(run)
    assert report.problems == []
    assert not report.finished

    heads = {end.stream: end.digest for end in read_run(store).finished.values()}
    store.append("run", [RunFinished(conversations=3, accepted=2, digest=streams_digest(heads))], head)
    assert {problem.remedy.split()[2] for problem in check(run).problems} == {"export"}
    store.close()


def test_truncated_file_is_one_problem_or_more_and_no_crash(run: RunFolder) -> None:
    """Half of a log file is an error that names the file."""
    body = run.log.read_bytes()
    run.log.write_bytes(body[: len(body) // 2])

    try:
        problems = [str(problem) for problem in check(run).problems]
    except EventsError as error:
        problems = [str(error)]
    assert any("0.sqlite" in problem or "parcels" in problem for problem in problems)


def test_folder_of_another_run_is_refused(run: RunFolder, tmp_path: Path) -> None:
    """The same settings go on in a folder; other settings, or a folder of something else, do not."""
    assert RunFolder.start(run.path, SETTINGS) == run
    with pytest.raises(FolderError, match=r"belongs to another run \(seed is 5 there and 6 here\)"):
        RunFolder.start(run.path, {**SETTINGS, "seed": 6})
    with pytest.raises(FolderError, match=r"weights.a is set only here, weights.b .* and 1 more differ"):
        RunFolder.start(run.path, {**SETTINGS, "weights": dict.fromkeys("abcd", 2)})
    with pytest.raises(FolderError, match="not the folder of a run"):
        RunFolder.find(tmp_path)
    with pytest.raises(FolderError, match="there is no such folder"):
        RunFolder.find(tmp_path / "nowhere")
    with pytest.raises(FolderError, match="is not the folder of a run; choose another --out"):
        RunFolder.start(tmp_path, SETTINGS)
    run.manifest.write_text("{")
    with pytest.raises(FolderError, match="damaged"):
        RunFolder.find(run.path)


def test_start_that_was_killed_starts_again(tmp_path: Path) -> None:
    """Whatever the first start got done, the same start makes the folder whole."""
    (tmp_path / ".manifest.json.tmp").write_bytes(b"{")
    run = RunFolder.start(tmp_path, SETTINGS)
    run.log.parent.rmdir()

    assert RunFolder.start(tmp_path, SETTINGS).log.parent.is_dir()
    assert run.settings() == SETTINGS


def unfinished(path: Path):
    """A run whose only conversation has just begun."""
    folder = RunFolder.start(path / "out", SETTINGS)
    store = EventStore(folder.log)
    started = RunStarted(run="run-test", settings=SETTINGS)
    store.append("run", [started, ConversationScheduled(stream="parcels/000000")], store.head("run"))
    head = store.append("parcels/000000", [begin(store, 0)], store.head("parcels/000000"))
    return folder, store, head
