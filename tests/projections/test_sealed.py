"""A sealed log is the log: the same streams, rows, digests and data set, wherever it lies; damage is found."""

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from events.digests import stream_head
from events.errors import CorruptLog, EventsError, StoreUnavailable
from events.log import Log
from events.store import EventStore
from projections.dataset import write_dataset
from projections.errors import FolderError, RecordError
from projections.folder import RunFolder, shard_names
from projections.sealed import writing
from projections.sealed.layout import open_folder
from projections.sealed.reading import SealedLog
from projections.sealed.writing import seal
from projections.verify import verify
from tests.projections.recorded import SETTINGS, begin, make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return make_run(tmp_path_factory.mktemp("run") / "out", count=5)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files and row groups so small that streams go on from one to the next."""
    monkeypatch.setattr(writing, "SEGMENT_BYTES", 6000)
    monkeypatch.setattr(writing, "ROW_GROUP", 5)
    monkeypatch.setattr(writing, "_CONTENT_GROUP", 2)


def assert_same(one: Log, other: Log) -> None:
    assert one.streams() == other.streams()
    assert one.contents() == other.contents()
    for stream in one.streams():
        assert list(one.rows(stream)) == list(other.rows(stream))
        assert list(one.read(stream)) == list(other.read(stream))
        assert one.head(stream) == other.head(stream)
    assert [one.get(digest) for digest in one.contents()] == [other.get(digest) for digest in other.contents()]
    assert list(other.read("nobody")) == []
    assert other.head("nobody") == stream_head("nobody")
    with pytest.raises(CorruptLog, match="is missing"):
        other.get("0" * 64)


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_sealed_is_read(run: RunFolder, tmp_path: Path) -> None:
    """In one file."""
    done = seal(run.open_log(), open_folder(tmp_path / "sealed", make=True))
    log = SealedLog(tmp_path / "sealed")

    log.check()
    assert_same(run.open_log(), log)
    assert (done.streams, done.events) == (6, sum(len(log.rows(stream)) for stream in log.streams()))
    assert done.bytes == sum(map(len, bytes_in(tmp_path / "sealed").values()))


@pytest.mark.usefixtures("small")
def test_streams_that_go_on_in_the_next_file_are_read(run: RunFolder, tmp_path: Path) -> None:
    """In many files of many row groups."""
    seal(run.open_log(), open_folder(tmp_path / "sealed", make=True))
    log = SealedLog(tmp_path / "sealed")

    assert len(log.files) > 3
    assert_same(run.open_log(), log)


def test_equal_logs_are_sealed_to_equal_bytes_and_data_sets(run: RunFolder, tmp_path: Path) -> None:
    """Sealed twice, sealed from a sealed log, and the data set that is made of it."""
    for name in ("one", "two"):
        seal(run.open_log(), open_folder(tmp_path / name, make=True))
    seal(SealedLog(tmp_path / "one"), open_folder(tmp_path / "three", make=True))
    write_dataset(SealedLog(tmp_path / "one"), tmp_path / "dataset")

    assert bytes_in(tmp_path / "one") == bytes_in(tmp_path / "two") == bytes_in(tmp_path / "three")
    assert bytes_in(tmp_path / "dataset") == bytes_in(run.dataset)


def test_any_file_system_of_pyarrow_will_do(run: RunFolder, tmp_path: Path) -> None:
    """A URI, and a file system in memory such as a test of an object store uses."""
    memory: Any = pytest.importorskip("fsspec").filesystem("memory")
    memory.mkdirs("/runs/one", exist_ok=True)
    elsewhere = fs.SubTreeFileSystem("/runs/one", fs.PyFileSystem(fs.FSSpecHandler(memory)))
    seal(run.open_log(), elsewhere)
    seal(run.open_log(), open_folder(f"file://{tmp_path}/uri", make=True))

    assert_same(run.open_log(), SealedLog("memory:///runs/one", elsewhere))
    assert_same(run.open_log(), SealedLog(f"file://{tmp_path}/uri"))
    memory.rm("/runs", recursive=True)


def test_a_run_that_is_not_finished_is_not_sealed(tmp_path: Path) -> None:
    """Nothing is written."""
    from events.run import RunStarted

    store = EventStore(tmp_path / "0.sqlite")
    store.append("run", [RunStarted(run="run-test", settings=SETTINGS)], stream_head("run"))

    with pytest.raises(RecordError, match="not finished"):
        seal(store, open_folder(tmp_path / "sealed", make=True))
    assert bytes_in(tmp_path / "sealed") == {}


def test_a_log_that_is_not_what_the_run_recorded_is_not_sealed(run: RunFolder, tmp_path: Path) -> None:
    """A conversation that went on after its end was recorded; without segments.json nothing is taken for a log."""
    copy = tmp_path / "out"
    shutil.copytree(run.path, copy)
    store = EventStore(copy / "log" / "0.sqlite")
    store.append("parcels/000001", [begin(store, 1)], store.head("parcels/000001"))

    with pytest.raises(CorruptLog, match="worldloom verify"):
        seal(store, open_folder(tmp_path / "sealed", make=True))
    with pytest.raises(StoreUnavailable, match="no sealed log"):
        SealedLog(tmp_path / "sealed")


@pytest.mark.usefixtures("small")
def test_any_changed_byte_is_found(run: RunFolder, tmp_path: Path) -> None:
    """One byte anywhere in any file: the check names it, and reading gives the truth or an EventsError."""
    folder = tmp_path / "sealed"
    seal(run.open_log(), open_folder(folder, make=True))
    truth = {stream: list(run.open_log().read(stream)) for stream in run.open_log().streams()}
    rng = random.Random(3)
    files = sorted(folder.iterdir())
    for number in range(120):
        path = files[number % len(files)]
        whole = path.read_bytes()
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= rng.randrange(1, 256)
        path.write_bytes(damaged)
        with pytest.raises(EventsError) as caught:
            SealedLog(folder).check()
        assert "\n" not in str(caught.value)
        try:
            log = SealedLog(folder)
            for stream, records in truth.items():
                read = list(log.read(stream))
                assert read in (records, records[: len(read)])
        except EventsError as error:
            assert "\n" not in str(error)
        path.write_bytes(whole)


@pytest.mark.parametrize("how", ["gone", "empty", "short"])
def test_a_file_that_is_gone_or_short_is_named(run: RunFolder, tmp_path: Path, how: str) -> None:
    """In one line."""
    folder = tmp_path / "sealed"
    seal(run.open_log(), open_folder(folder, make=True))
    path = folder / "events-00000.parquet"
    path.unlink() if how == "gone" else path.write_bytes(path.read_bytes()[: 0 if how == "empty" else 500])
    log = SealedLog(folder)

    for look in (log.check, log.streams, lambda: list(log.read("run"))):
        with pytest.raises(EventsError, match="restore the log from a copy") as caught:
            look()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("address", ["s3://key:hunter2@bucket/run", "s3://bucket/run?secret_key=hunter2"])
def test_a_secret_in_the_address_is_refused(address: str) -> None:
    """It would stand in the manifest."""
    with pytest.raises(StoreUnavailable, match="holds a secret") as caught:
        open_folder(address)
    assert "hunter2" not in str(caught.value)


def test_an_address_of_an_unknown_kind_is_named() -> None:
    """With what would do."""
    with pytest.raises(StoreUnavailable, match="name a folder, or a URI"):
        open_folder("carrier-pigeon://roof/run")


@pytest.mark.parametrize("kind", ["shards", "postgres", "sealed"])
def test_verify_and_data_set_do_not_care_which_store(run: RunFolder, tmp_path: Path, kind: str, request: pytest.FixtureRequest) -> None:
    """The same run kept in three files, on a server, and sealed: verified, with the same data set bytes; damage is seen."""
    if kind == "postgres":
        folder = make_run(tmp_path / "out", 5, logs=[request.getfixturevalue("postgres").url()])
    elif kind == "shards":
        folder = make_run(tmp_path / "out", 5, logs=shard_names(3))
    else:
        shutil.copytree(run.path, tmp_path / "out")
        folder = RunFolder.find(tmp_path / "out")
        seal(folder.open_log(), open_folder(folder.sealed, make=True))
        folder.keep_log_in("sealed")
        shutil.rmtree(folder.log.parent)
        with pytest.raises(FolderError, match="is sealed"):
            folder.write_log()

    report = verify(folder, folder.open_log())

    assert [str(problem) for problem in report.problems] == []
    assert report.finished
    assert bytes_in(folder.dataset) == bytes_in(run.dataset)
    assert_same(run.open_log(), folder.open_log())


def test_another_number_of_hosts_goes_on_with_a_run(tmp_path: Path) -> None:
    """Files are added to the manifest, never taken away; a run does not move to a server by itself."""
    RunFolder.start(tmp_path / "out", SETTINGS, shard_names(2))

    assert RunFolder.start(tmp_path / "out", SETTINGS, shard_names(4)).logs() == shard_names(4)
    assert RunFolder.start(tmp_path / "out", SETTINGS, shard_names(1)).logs() == shard_names(4)
    assert RunFolder.start(tmp_path / "out", SETTINGS).logs() == shard_names(4)
    with pytest.raises(FolderError, match=r"keeps its log in log/0\.sqlite"):
        RunFolder.start(tmp_path / "out", SETTINGS, ["postgresql://me@host/db"])
    with pytest.raises(StoreUnavailable, match="PGPASSWORD"):
        RunFolder.start(tmp_path / "other", SETTINGS, ["postgresql://me:hunter2@host/db"])
    assert not (tmp_path / "other").exists()
