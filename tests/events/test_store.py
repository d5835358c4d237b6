"""One SQLite file: what was recorded is read back, or the damage is named; what all stores promise is in test_logs.py."""

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from events.errors import CorruptLog, EventsError, StoreUnavailable
from events.store import EventStore
from tests.events.places import STREAM, fill, stored
from tests.events.samples import SAMPLES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[EventStore]:
    store = EventStore(path)
    yield store
    store.close()


def rewrite(path: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement, values)
    connection.close()


@pytest.mark.parametrize("column", ["state", "topic", "originator_id"])
def test_any_changed_byte_is_detected(store: EventStore, path: Path, column: str) -> None:
    """Each byte of each stored event - fact, circumstances, seal, topic, stream name - changed, one at a time."""
    names = [f"parcels/{number:03}-{number:03}" for number in range(len(SAMPLES) // 3 + 1)]  # one changed byte makes none of another
    records = [record for number, name in enumerate(names) for record in fill(store, name, SAMPLES[3 * number : 3 * number + 3])]
    tampering = sqlite3.connect(path, isolation_level=None)
    tampering.execute("PRAGMA synchronous = OFF")
    rng = random.Random(1)
    tried = 0
    for record in records:
        others = {*names} - {record.stream}
        (row,) = tampering.execute("SELECT rowid FROM events WHERE originator_id = ? AND originator_version = ?", record[:2]).fetchone()
        before: bytes = tampering.execute(f"SELECT CAST({column} AS BLOB) FROM events WHERE rowid = ?", (row,)).fetchone()[0]
        for index in range(len(before)):
            damaged = bytearray(before)
            damaged[index] ^= rng.randrange(1, 256)
            value = "?" if column == "state" else "CAST(? AS TEXT)"
            tampering.execute(f"UPDATE events SET {column} = {value} WHERE rowid = ?", (bytes(damaged), row))
            with pytest.raises(EventsError) as caught:
                for stream in [record.stream, *(stream for stream in store.streams() if stream not in others)]:
                    for _ in store.read(stream):
                        pass
            assert "\n" not in str(caught.value)
            tampering.execute(f"UPDATE events SET {column} = {value} WHERE rowid = ?", (before, row))
            tried += 1
    tampering.close()
    assert [record for stream in store.streams() for record in store.read(stream)] == records
    assert tried > 100


def test_values_of_another_type_are_detected(store: EventStore, path: Path) -> None:
    """SQLite stores whatever it is given: no state, a text, a topic that is none."""
    rows = stored(fill(store))
    for damage in (
        [*rows[:-1], (STREAM, len(rows), rows[-1][2], None)],
        [*rows[:-1], (STREAM, len(rows), rows[-1][2], "text")],
        [*rows[:-1], (STREAM, len(rows), b"\xff", rows[-1][3])],
    ):
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM events")
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", damage)
        with pytest.raises(CorruptLog, match=r"^event \d+ of .*restore the log from a copy$"):
            list(store.read(STREAM))


def test_a_changed_byte_of_the_file_never_goes_unseen(path: Path, tmp_path: Path) -> None:
    """One byte anywhere in the file: either everything reads as before, or an EventsError names the damage."""
    store = EventStore(path)
    records = fill(store)
    store.close()
    whole = path.read_bytes()
    rng = random.Random(2)
    found = 0
    for number in range(300):
        damaged = bytearray(whole)
        damaged[rng.randrange(len(whole))] ^= rng.randrange(1, 256)
        copy = tmp_path / f"copy-{number}.sqlite"
        copy.write_bytes(damaged)
        try:
            broken = EventStore(copy, must_exist=True)
            try:
                broken.check()
                read = [record for stream in broken.streams() for record in broken.read(stream)]
                bodies = sorted(map(broken.get, broken.contents()))
            finally:
                broken.close()
        except EventsError as error:
            found += 1
            assert "\n" not in str(error)
        else:
            assert read == records
            assert bodies == [b"policy", b"world"]
        copy.unlink()
    assert found > 50


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_a_truncated_file_is_named(path: Path, share: float) -> None:
    """A file that was cut off is not taken for a shorter log."""
    store = EventStore(path)
    fill(store)
    store.close()
    os.truncate(path, int(path.stat().st_size * share))

    with pytest.raises(CorruptLog, match=r"log\.sqlite.*restore the log from a copy$"):
        _read_all(path)


@pytest.mark.parametrize("content", [b"This is a text file, and no database.\n" * 100, b"\0" * 8192])
def test_another_file_is_not_a_log(path: Path, content: bytes) -> None:
    """A file that is no database is named, and stays as it is."""
    path.write_bytes(content)

    with pytest.raises(EventsError, match=r"log\.sqlite"):
        _read_all(path)
    assert path.read_bytes() == content


def test_a_file_whose_maker_was_killed_is_gone_on_with(tmp_path: Path) -> None:
    """An SQLite file without a table holds nothing: it becomes the log; who only reads is told that it is empty."""
    path = tmp_path / "log.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (x)")
    connection.execute("DROP TABLE t")
    connection.close()

    with pytest.raises(CorruptLog, match="is empty"):
        EventStore(path, must_exist=True)
    log = EventStore(path)

    assert log.streams() == []
    log.close()


def test_another_database_is_not_a_log(path: Path) -> None:
    """Somebody else's database is not written to."""
    rewrite(path, "CREATE TABLE recipes (name TEXT)")
    before = path.read_bytes()

    with pytest.raises(CorruptLog, match="not a log of Worldloom"):
        EventStore(path)
    assert path.read_bytes() == before


def _read_all(path: Path) -> None:
    store = EventStore(path, must_exist=True)
    try:
        store.check()
        for stream in store.streams():
            for _ in store.read(stream):
                pass
    finally:
        store.close()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(StoreUnavailable, match="nowhere"):
        EventStore(tmp_path / "nowhere" / "log.sqlite")


def test_a_full_disk_loses_nothing(path: Path) -> None:
    """Where the file may not grow, the append fails in one line, and what was acknowledged is there; later it goes on."""
    script = """
        import resource, signal, sys
        from pathlib import Path
        from events.conversation import UserSpoke
        from events.digests import stream_head
        from events.errors import StoreUnavailable
        from events.store import EventStore

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        store, head, text = EventStore(Path(sys.argv[1])), stream_head("c"), "x" * 5000
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            for number in range(10_000):
                digest = store.put(b"content %d" % number)
                head = store.append("c", [UserSpoke(agent="user", content=f"{number} {text}")], head)
        except StoreUnavailable as error:
            assert len(str(error).splitlines()) == 1, error
            print(error)
        assert 5 < head.position < 1000, head
        assert [r.event.content.split()[0] for r in store.read("c")] == [str(n) for n in range(head.position)]
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        head = store.append("c", [UserSpoke(agent="user", content="and on")], head)
        print(head.position, digest)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    error, last = done.stdout.splitlines()
    position, digest = last.split()

    store = EventStore(path, must_exist=True)
    assert str(path) in error
    assert "run the same command again" in error
    assert store.head("c").position == int(position)
    assert digest in store.contents()
    store.check()


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or (os.geteuid() == 0 and not shutil.which("setpriv")),
    reason="root ignores permissions, and setpriv is missing",
)
def test_a_read_only_folder(tmp_path: Path) -> None:
    """One line that names the file, and what to do."""
    folder = tmp_path / "sealed"
    folder.mkdir(mode=0o755)
    folder.chmod(0o555)
    for parent in [tmp_path, *tmp_path.parents[:3]]:
        parent.chmod(parent.stat().st_mode | 0o055)
    code = "import sys; from pathlib import Path; from events.store import EventStore; EventStore(Path(sys.argv[1]))"
    as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_user, sys.executable, "-c", code, str(folder / "log.sqlite")], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if "PermissionError" in done.stderr or "ModuleNotFoundError" in done.stderr or "Fatal Python error" in done.stderr:
        pytest.skip("another user cannot read this environment")

    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("events.errors.StoreUnavailable: ")
    assert "log.sqlite" in last
    assert "writable" in last
