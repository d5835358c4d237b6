"""What was recorded is read back, or the damage is named; nothing that was acknowledged is lost."""

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

from events.conversation import UserSpoke
from events.digests import next_link, pack, stream_head, streams_digest
from events.errors import ConcurrencyError, CorruptLog, EventsError, NewerLog, StoreUnavailable
from events.store import EventStore, Recorded
from tests.events.samples import SAMPLES

STREAM = "parcels/000000"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[EventStore]:
    store = EventStore(path)
    yield store
    store.close()


def fill(store: EventStore, stream: str = STREAM) -> list[Recorded]:
    """Every kind of event, in appends of three, and two contents."""
    store.put(b"policy")
    store.put(b"world")
    head = stream_head(stream)
    for first in range(0, len(SAMPLES), 3):
        head = store.append(stream, SAMPLES[first : first + 3], head, {"at": 1.5 + first})
    return list(store.read(stream))


def rewrite(path: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(statement, values)
    connection.close()


def test_what_is_written_is_read(store: EventStore, path: Path) -> None:
    """Events come back in order with their circumstances, by this store and by the next one."""
    records = fill(store)
    again = EventStore(path, must_exist=True)

    assert [record.event for record in records] == SAMPLES
    assert [record.position for record in records] == list(range(1, len(SAMPLES) + 1))
    assert records[3].circumstances == {"at": 4.5}
    assert records[4].circumstances == {}
    assert list(again.read(STREAM)) == records
    assert again.head(STREAM) == store.head(STREAM) == (len(SAMPLES), records[-1].link)
    assert again.streams() == [STREAM]
    assert [note[1:] for note in again.notifications()] == [(STREAM, r.position, r.event.TOPIC) for r in records]
    assert sorted(map(again.get, again.contents())) == [b"policy", b"world"]
    again.check_file()


def test_time_and_cost_are_not_hashed(store: EventStore) -> None:
    """Two streams of one name that differ in circumstances only have equal links; another name has others."""
    events = SAMPLES[:3]
    head = store.append(STREAM, events, stream_head(STREAM), {"at": 1})
    other = EventStore(store.path.with_name("other.sqlite"))

    assert other.append(STREAM, events, stream_head(STREAM), {"at": 2, "latency_s": 3}) == head
    assert other.append("else", events, stream_head("else"), {"at": 1}) != head
    assert streams_digest({"a": "1", "b": "2"}) == streams_digest({"b": "2", "a": "1"}) != streams_digest({"a": "2", "b": "1"})


@pytest.mark.parametrize("column", ["state", "topic", "originator_id"])
def test_any_changed_byte_is_detected(store: EventStore, path: Path, column: str) -> None:
    """Each byte of each stored event - fact, circumstances, seal, topic, stream name - changed, one at a time."""
    records = fill(store)
    tampering = sqlite3.connect(path, isolation_level=None)
    rng = random.Random(1)
    tried = 0
    for record in records:
        place = (STREAM, record.position)
        stored: bytes = tampering.execute(
            f"SELECT CAST({column} AS BLOB) FROM events WHERE originator_id = ? AND originator_version = ?", place
        ).fetchone()[0]
        for index in range(len(stored)):
            damaged = bytearray(stored)
            damaged[index] ^= rng.randrange(1, 256)
            value = "?" if column == "state" else "CAST(? AS TEXT)"
            tampering.execute("BEGIN")
            tampering.execute(
                f"UPDATE events SET {column} = {value} WHERE originator_id = ? AND originator_version = ?", (bytes(damaged), *place)
            )
            tampering.execute("COMMIT")
            with pytest.raises(EventsError) as caught:
                for stream in store.streams():
                    for _ in store.read(stream):
                        pass
            assert "\n" not in str(caught.value)
            tampering.execute("BEGIN")  # one transaction: each row on its own would take most of the test's time
            tampering.execute("DELETE FROM events")
            tampering.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", _rows(records))
            tampering.execute("COMMIT")
            tried += 1
    tampering.close()
    assert list(store.read(STREAM)) == records
    assert tried > 100


def _rows(records: list[Recorded]) -> list[tuple[str, int, str, bytes]]:
    notes = [b'{"at":%s}' % str(record.circumstances["at"]).encode() if record.circumstances else b"" for record in records]
    return [(r.stream, r.position, r.event.TOPIC, pack(r.link, r.event.to_json(), note)) for r, note in zip(records, notes, strict=True)]


def test_moved_missing_and_swapped_events_are_detected(store: EventStore, path: Path) -> None:
    """Position belongs to the record: a gap, a swap, or an event of another stream is found at its place."""
    records = fill(store)
    rows = _rows(records)
    for damage in (
        [*rows[:4], *rows[5:]],
        rows[1:],
        [rows[0], (*rows[2][:1], 2, *rows[2][2:]), (*rows[1][:1], 3, *rows[1][2:]), *rows[3:]],
        [(STREAM, row[1] + 1, *row[2:]) for row in rows],
        [("other", *row[1:]) for row in rows],
        [*rows[:-1], (STREAM, len(rows), rows[-1][2], None)],
        [*rows[:-1], (STREAM, len(rows), rows[-1][2], b"")],
        [*rows[:-1], (STREAM, len(rows), rows[-1][2], "text")],
        [*rows[:-1], (STREAM, len(rows), b"\xff", rows[-1][3])],
    ):
        with sqlite3.connect(path) as connection:
            connection.execute("DELETE FROM events")
            connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", damage)
        with pytest.raises(CorruptLog, match=r"^event \d+ of .*restore the log from a copy$"):
            list(store.read(damage[0][0]))  # type: ignore[arg-type]


def test_any_changed_byte_of_content_is_detected(store: EventStore, path: Path) -> None:
    """Content is checked against its name; content that is gone is named."""
    fill(store)
    digest = store.put(b"policy")
    for index in range(6):
        damaged = bytearray(b"policy")
        damaged[index] ^= 1 + index
        rewrite(path, "UPDATE content SET body = ? WHERE digest = ?", bytes(damaged), digest)
        with pytest.raises(CorruptLog, match="was changed"):
            store.get(digest)
    rewrite(path, "DELETE FROM content")
    with pytest.raises(CorruptLog, match="is missing"):
        store.get(digest)


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
                broken.check_file()
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
        store.check_file()
        for stream in store.streams():
            for _ in store.read(stream):
                pass
    finally:
        store.close()


def test_a_missing_log_says_where_one_comes_from(path: Path) -> None:
    """Reading does not make an empty log."""
    with pytest.raises(StoreUnavailable, match="worldloom generate"):
        EventStore(path, must_exist=True)
    assert not path.exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(StoreUnavailable, match="nowhere"):
        EventStore(tmp_path / "nowhere" / "log.sqlite")


def test_a_newer_log_says_so(store: EventStore, path: Path) -> None:
    """An event of a later version, sealed as it should be, asks for an upgrade."""
    head = store.append(STREAM, SAMPLES[:2], stream_head(STREAM))
    link = next_link(head.link, "user-spoke.v9", b"{}")
    rewrite(path, "INSERT INTO events VALUES (?, ?, ?, ?)", STREAM, 3, "user-spoke.v9", pack(link, b"{}", b""))

    with pytest.raises(NewerLog, match=r"user-spoke\.v9.*upgrade"):
        list(store.read(STREAM))


def test_two_writers_of_one_stream(path: Path) -> None:
    """Of two stores on one file only the first to append goes on; the other is told, reads again and may."""
    one, other = EventStore(path), EventStore(path)
    head = one.append(STREAM, SAMPLES[:2], stream_head(STREAM))
    assert other.head(STREAM) == head
    one.append(STREAM, SAMPLES[2:4], head)

    with pytest.raises(ConcurrencyError, match=r"log\.sqlite|has 4 events"):
        other.append(STREAM, [SAMPLES[5]], head)
    with pytest.raises(ConcurrencyError):
        other.append(STREAM, SAMPLES[:1], stream_head(STREAM))

    after = other.append(STREAM, [SAMPLES[5]], other.head(STREAM))
    assert [r.event for r in one.read(STREAM)] == [*SAMPLES[:4], SAMPLES[5]]
    assert after.position == 5


def test_an_append_leaves_no_gap(store: EventStore) -> None:
    """A head that the stream does not have - too far, or of another stream - is refused."""
    head = store.append(STREAM, SAMPLES[:2], stream_head(STREAM))

    for wrong in (head._replace(position=7), head._replace(link=bytes(32)), stream_head("else"), stream_head(STREAM)):
        with pytest.raises(ConcurrencyError):
            store.append(STREAM, SAMPLES[2:3], wrong)
    with pytest.raises(ConcurrencyError):
        store.append("new", SAMPLES[:1], head)
    assert len(list(store.read(STREAM))) == 2
    assert store.streams() == [STREAM]


def test_content_of_a_failed_append_is_not_lost(store: EventStore) -> None:
    """Content that waits for its event is written with the next append that succeeds."""
    head = store.append(STREAM, SAMPLES[:1], stream_head(STREAM))
    digest = store.put(b"late")
    with pytest.raises(ConcurrencyError):
        store.append(STREAM, SAMPLES[:1], stream_head(STREAM))
    assert store.get(digest) == b"late"
    assert digest not in store.contents()

    store.append(STREAM, SAMPLES[1:2], head)

    assert digest in store.contents()


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
    store.check_file()


def test_a_killed_process_loses_nothing_that_was_acknowledged(path: Path) -> None:
    """SIGKILL in the middle of writing: every append that returned is there, whole, and the log goes on."""
    script = """
        import os, sys
        from pathlib import Path
        from events.digests import stream_head
        from events.store import EventStore
        from tests.events.samples import SAMPLES

        store, head = EventStore(Path(sys.argv[1])), stream_head("c")
        for _ in range(20):
            head = store.append("c", SAMPLES[:3], head)
        print(head.position, flush=True)
        os.kill(os.getpid(), 9)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script), str(path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "60", done.stderr

    store = EventStore(path, must_exist=True)
    assert store.append("c", SAMPLES[:1], store.head("c")).position == 61


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


def test_forgetting_a_head_costs_a_read_and_no_more(store: EventStore) -> None:
    """What was forgotten is read again when it is asked for."""
    head = store.append(STREAM, SAMPLES[:2], stream_head(STREAM))
    store.forget(STREAM)

    assert store.head(STREAM) == head
    assert store.append(STREAM, [UserSpoke(agent="user", content="x")], head).position == 3
