"""What every store promises, whatever keeps it."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from events.conversation import UserSpoke
from events.digests import content_digest, next_link, pack, stream_head, streams_digest
from events.errors import ConcurrencyError, CorruptLog, NewerLog, StoreUnavailable
from events.log import WritableLog
from events.rows import pack_rows
from events.store import EventStore
from tests.events.places import STREAM, Place, fill, stored
from tests.events.samples import SAMPLES

ROOT = Path(__file__).parents[2]
INSERT = "INSERT INTO events (originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?)"


def run(place: Place, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python code in a process of its own, with ``log`` open."""
    script = f"""
import os, sys
from pathlib import Path
from events.digests import stream_head
from events.errors import ConcurrencyError
from events.open import open_log
from events.shards import ShardedLog
from tests.events.samples import SAMPLES
log = {place.code}
{textwrap.dedent(code)}
"""
    return subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_is_written_is_read(log: WritableLog, place: Place) -> None:
    """Events come back in order with their circumstances, by this log and by the next one."""
    records = fill(log)
    again = place.open(must_exist=True)

    assert [record.event for record in records] == SAMPLES
    assert [record.position for record in records] == list(range(1, len(SAMPLES) + 1))
    assert records[3].circumstances == {"at": 4.5}
    assert records[4].circumstances == {}
    assert list(again.read(STREAM)) == records
    assert again.rows(STREAM) == log.rows(STREAM)
    assert again.head(STREAM) == log.head(STREAM) == (len(SAMPLES), records[-1].link)
    assert again.head("else") == stream_head("else")
    assert list(again.read("else")) == []
    assert again.streams() == [STREAM]
    assert sorted(map(again.get, again.contents())) == [b"policy", b"world"]
    again.check()
    again.close()


def test_streams_are_sorted_by_code_point(log: WritableLog) -> None:
    """Whatever the server's language is."""
    names = ["a/1", "B/1", "ä/1", "a-1", "run", "Z"]
    for name in names:
        log.append(name, SAMPLES[:1], stream_head(name))

    assert log.streams() == sorted(names)


def test_rows_are_those_of_every_other_store(log: WritableLog, tmp_path: Path) -> None:
    """The same events are the same bytes, so digests can be compared between stores."""
    other = EventStore(tmp_path / "other.sqlite")

    assert fill(log) == fill(other)
    assert log.rows(STREAM) == other.rows(STREAM)
    other.close()


def test_time_and_cost_are_not_hashed(log: WritableLog) -> None:
    """Streams that differ in circumstances only have equal links; another name has others."""
    events = SAMPLES[:3]
    head = log.append(STREAM, events, stream_head(STREAM), {"at": 1})

    assert pack_rows(STREAM, stream_head(STREAM), events, b'{"at":2,"latency_s":3}')[1] == head
    assert log.append("else", events, stream_head("else"), {"at": 1}) != head
    assert streams_digest({"a": "1", "b": "2"}) == streams_digest({"b": "2", "a": "1"}) != streams_digest({"a": "2", "b": "1"})


def test_moved_missing_and_swapped_events_are_detected(log: WritableLog, place: Place) -> None:
    """Position belongs to the record: a gap, a swap, or an event of another stream is found at its place."""
    rows = stored(fill(log))
    for damage in (
        [*rows[:4], *rows[5:]],
        rows[1:],
        [rows[0], (*rows[2][:1], 2, *rows[2][2:]), (*rows[1][:1], 3, *rows[1][2:]), *rows[3:]],
        [(STREAM, row[1] + 1, *row[2:]) for row in rows],
        [("other", *row[1:]) for row in rows],
        [*rows[:-1], (STREAM, len(rows), rows[-1][2], b"")],
        [*rows[:-1], (STREAM, len(rows), "user-spoke.v1", rows[-1][3])],
    ):
        place.sql("DELETE FROM events")
        place.sql(INSERT, damage)
        with pytest.raises(CorruptLog, match=r"^event \d+ of .*restore the log from a copy$"):
            list(log.read(damage[0][0]))


def test_any_changed_byte_of_content_is_detected(log: WritableLog, place: Place) -> None:
    """Content is checked against its name; content that is gone is named."""
    fill(log)
    digest = content_digest(b"policy")
    for index in range(6):
        damaged = bytearray(b"policy")
        damaged[index] ^= 1 + index
        place.sql("UPDATE content SET body = ? WHERE digest = ?", [(bytes(damaged), digest)])
        with pytest.raises(CorruptLog, match=r"was changed|is missing"):
            log.get(digest)
    place.sql("DELETE FROM content")
    with pytest.raises(CorruptLog, match="is missing"):
        log.get(digest)


def test_a_missing_log_says_where_one_comes_from(place: Place) -> None:
    """Reading does not make an empty log."""
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="worldloom generate"):
            place.open(must_exist=True)


def test_a_newer_log_says_so(log: WritableLog, place: Place) -> None:
    """An event of a later version, sealed as it should be, asks for an upgrade."""
    head = log.append(STREAM, SAMPLES[:2], stream_head(STREAM))
    link = next_link(head.link, "user-spoke.v9", b"{}")
    place.sql(INSERT, [(STREAM, 3, "user-spoke.v9", pack(link, b"{}", b""))])

    with pytest.raises(NewerLog, match=r"user-spoke\.v9.*upgrade"):
        list(log.read(STREAM))


def test_two_writers_of_one_stream(place: Place) -> None:
    """Of two writers only the first to append goes on; the other is told, reads again and may."""
    one, other = place.open(), place.open()
    head = one.append(STREAM, SAMPLES[:2], stream_head(STREAM))
    assert other.head(STREAM) == head
    one.append(STREAM, SAMPLES[2:4], head)

    with pytest.raises(ConcurrencyError):
        other.append(STREAM, [SAMPLES[5]], head)
    with pytest.raises(ConcurrencyError):
        other.append(STREAM, SAMPLES[:1], stream_head(STREAM))

    after = other.append(STREAM, [SAMPLES[5]], other.head(STREAM))
    assert [r.event for r in one.read(STREAM)] == [*SAMPLES[:4], SAMPLES[5]]
    assert after.position == 5
    one.close()
    other.close()


def test_an_append_leaves_no_gap(log: WritableLog) -> None:
    """A head that the stream does not have - too far, or of another stream - is refused."""
    head = log.append(STREAM, SAMPLES[:2], stream_head(STREAM))

    for wrong in (head._replace(position=7), head._replace(link=bytes(32)), stream_head("else"), stream_head(STREAM)):
        with pytest.raises(ConcurrencyError):
            log.append(STREAM, SAMPLES[2:3], wrong)
    with pytest.raises(ConcurrencyError):
        log.append("new", SAMPLES[:1], head)
    assert len(list(log.read(STREAM))) == 2
    assert log.streams() == [STREAM]


def test_content_of_a_failed_append_is_not_lost(log: WritableLog) -> None:
    """Content that waits for its event is written with the next append that succeeds."""
    head = log.append(STREAM, SAMPLES[:1], stream_head(STREAM))
    digest = log.put(b"late")
    with pytest.raises(ConcurrencyError):
        log.append(STREAM, SAMPLES[:1], stream_head(STREAM))
    assert log.get(digest) == b"late"
    assert digest not in log.contents()

    log.append(STREAM, SAMPLES[1:2], head)

    assert digest in log.contents()


def test_empty_and_binary_content(log: WritableLog, place: Place) -> None:
    """Content is bytes, all of them."""
    bodies = [b"", bytes(range(256)), "Grüße\0🙂".encode()]
    digests = [log.put(body) for body in bodies]
    assert [log.get(digest) for digest in digests] == bodies
    log.append(STREAM, SAMPLES[:1], stream_head(STREAM))

    again = place.open(must_exist=True)

    assert [again.get(digest) for digest in digests] == bodies
    again.close()


def test_a_long_append_is_one(log: WritableLog) -> None:
    """An append of thousands of events is written whole, like one of two."""
    events = [UserSpoke(agent="user", content=f'{number} Grüße 🙂 \\ "quoted" {{}}, NULL') for number in range(3000)]

    assert log.append(STREAM, events, stream_head(STREAM)).position == 3000
    assert [record.event for record in log.read(STREAM)] == events


def test_forgetting_a_head_costs_a_read_and_no_more(log: WritableLog) -> None:
    """What was forgotten is read again when it is asked for."""
    head = log.append(STREAM, SAMPLES[:2], stream_head(STREAM))
    log.forget(STREAM)

    assert log.head(STREAM) == head
    assert log.append(STREAM, [UserSpoke(agent="user", content="x")], head).position == 3


def test_a_killed_process_loses_nothing_that_was_acknowledged(place: Place) -> None:
    """SIGKILL in the middle of writing: every append that returned is there, whole, and the log goes on."""
    done = run(
        place,
        """
        head = stream_head("c")
        for _ in range(20):
            head = log.append("c", SAMPLES[:3], head)
        print(head.position, flush=True)
        os.kill(os.getpid(), 9)
        """,
    )
    assert done.stdout.strip() == "60", done.stderr

    log = place.open(must_exist=True)
    assert log.append("c", SAMPLES[:1], log.head("c")).position == 61
    log.close()


@pytest.mark.slow
def test_eight_processes_lose_and_double_nothing(place: Place) -> None:
    """Eight writers: each a stream of its own with shared content, and all together one stream that they fight for."""
    code = f"""
import sys
from pathlib import Path
from events.conversation import UserSpoke
from events.digests import stream_head
from events.errors import ConcurrencyError
from events.open import open_log
from events.shards import ShardedLog
me = sys.argv[1]
log = {place.code}
head = stream_head(me)
for number in range(30):
    log.put(b"shared %d" % number)
    head = log.append(me, [UserSpoke(agent=me, content=str(n)) for n in range(number % 4 + 1)], head)
    while True:
        log.forget("ours")
        try:
            log.append("ours", [UserSpoke(agent=me, content=str(number))], log.head("ours"))
            break
        except ConcurrencyError:
            pass
print(head.position)
"""
    log = place.open()
    log.append("ours", SAMPLES[:1], stream_head("ours"))
    log.close()
    writers = [
        subprocess.Popen([sys.executable, "-c", code, f"w/{name}"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for name in range(8)
    ]
    ends = [writer.communicate(timeout=120) for writer in writers]
    assert [end[0].strip() for end in ends] == ["73"] * 8, ends

    log = place.open(must_exist=True)
    assert log.streams() == ["ours", *(f"w/{name}" for name in range(8))]
    for name in range(8):
        said = [record.event.content for record in log.read(f"w/{name}")]  # type: ignore[attr-defined]
        assert said == [str(n) for number in range(30) for n in range(number % 4 + 1)]
    ours = [(record.event.agent, int(record.event.content)) for record in log.read("ours") if record.position > 1]  # type: ignore[attr-defined]
    assert len(ours) == len(set(ours)) == 240
    assert all([n for who, n in ours if who == f"w/{name}"] == list(range(30)) for name in range(8))
    assert len(log.contents()) == 30
    log.close()
