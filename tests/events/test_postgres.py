"""A server that goes away: nothing is lost, nothing is doubled, and nobody waits for ever."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

psycopg = pytest.importorskip("psycopg", reason="no PostgreSQL driver")

from events.conversation import UserSpoke  # noqa: E402
from events.digests import stream_head  # noqa: E402
from events.errors import ConcurrencyError, StoreUnavailable  # noqa: E402
from events.open import open_log  # noqa: E402
from events.postgres import PostgresLog  # noqa: E402
from tests.events.places import STREAM  # noqa: E402
from tests.events.samples import SAMPLES  # noqa: E402
from tests.postgres_server import Server  # noqa: E402

ROOT = Path(__file__).parents[2]


@pytest.fixture
def url(postgres: Server) -> Iterator[str]:
    """A schema of its own; the server runs afterwards, whatever the test did to it."""
    yield postgres.url()
    if not postgres.runs:
        postgres.start()


def said(number: int) -> UserSpoke:
    return UserSpoke(agent="user", content=str(number))


def cut(postgres: Server) -> int:
    """Terminate all other connections."""
    with postgres.connect() as connection:
        rows = connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'worldloom'").fetchall()
    return len(rows)


def test_a_cut_connection_is_made_again(postgres: Server, url: str) -> None:
    """Reads and appends after the cut go on as if nothing had been."""
    log = open_log(url)
    digest = log.put(b"policy")
    head = log.append(STREAM, SAMPLES[:3], stream_head(STREAM))
    assert cut(postgres) >= 1
    assert [record.event for record in log.read(STREAM)] == SAMPLES[:3]
    cut(postgres)
    head = log.append(STREAM, SAMPLES[3:6], head)
    cut(postgres)
    assert log.get(digest) == b"policy"
    cut(postgres)
    log.put(b"more")
    log.append(STREAM, SAMPLES[6:], head)

    assert [record.event for record in log.read(STREAM)] == SAMPLES
    log.close()


def test_cuts_at_any_moment_lose_and_double_nothing(postgres: Server, url: str) -> None:
    """A writer goes on while its connection is terminated again and again, in the middle of appends too."""
    log = open_log(url)
    stop = threading.Event()
    cuts = number = cut_at = 0

    def keep_cutting() -> None:
        nonlocal cuts, cut_at
        while not stop.wait(0.013):
            if number > cut_at:  # a writer that is never let through may give up, on a busy machine
                cut_at = number
                cuts += cut(postgres)

    thread = threading.Thread(target=keep_cutting)
    thread.start()
    try:
        head = stream_head(STREAM)
        for number in range(300):
            log.put(b"content %d" % number)
            head = log.append(STREAM, [said(number), said(number)], head)
    finally:
        stop.set()
        thread.join()

    assert cuts > 5
    assert [record.event for record in log.read(STREAM)] == [said(number // 2) for number in range(600)]
    assert len(log.contents()) == 300
    log.close()


@pytest.mark.parametrize("committed", [True, False])
def test_an_append_whose_answer_was_lost_is_written_once(
    postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch, committed: bool
) -> None:
    """The connection dies between the statement and its answer; whether it was committed is looked up."""
    log: Any = open_log(url)
    head = log.append(STREAM, SAMPLES[:3], stream_head(STREAM), {"at": 1})
    recorder = log._recorder
    insert, calls = recorder.insert_events, []

    def fail_once(rows: Any, **content: Any) -> None:
        calls.append(rows)
        if len(calls) == 1:
            if committed:
                insert(rows, **content)
            cut(postgres)
            recorder.query("SELECT 1")  # finds out
        insert(rows, **content)

    monkeypatch.setattr(recorder, "insert_events", fail_once)
    head = log.append(STREAM, SAMPLES[3:6], head, {"at": 2})

    assert len(calls) == (1 if committed else 2)
    assert head.position == 6
    assert [record.event for record in open_log(url).read(STREAM)] == SAMPLES[:6]


def test_somebody_elses_append_is_not_taken_for_ours(postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection dies, and meanwhile another writer appends the same facts at another time: they are not ours."""
    log: Any = open_log(url)
    other = open_log(url)
    head = log.append(STREAM, SAMPLES[:3], stream_head(STREAM), {"at": 1})
    recorder = log._recorder
    insert = recorder.insert_events

    def fail_once(*_: Any, **__: Any) -> None:
        monkeypatch.setattr(recorder, "insert_events", insert)
        cut(postgres)
        other.append(STREAM, SAMPLES[3:6], other.head(STREAM), {"at": 3})
        recorder.query("SELECT 1")

    monkeypatch.setattr(recorder, "insert_events", fail_once)
    with pytest.raises(ConcurrencyError):
        log.append(STREAM, SAMPLES[3:6], head, {"at": 2})
    assert log.head(STREAM).position == 6


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_restarted_server_loses_and_doubles_nothing(postgres: Server, url: str, how: signal.Signals) -> None:
    """The server is stopped, or crashes, in mid-run and comes back: the writers wait, and go on."""
    code = """
import sys, time
from events.conversation import UserSpoke
from events.digests import stream_head
from events.open import open_log
log, me = open_log(sys.argv[1]), sys.argv[2]
head = stream_head(me)
for number in range(400):
    head = log.append(me, [UserSpoke(agent="user", content=str(number))] * 2, head, {"at": number})
    if number == 20:  # all go on together, so that none is done before the server stops
        print("going", flush=True)
        sys.stdin.readline()
    time.sleep(0.002)
print(head.position)
"""
    pipes: Any = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    writers = [subprocess.Popen([sys.executable, "-c", code, url, f"w/{name}"], cwd=ROOT, text=True, **pipes) for name in range(3)]
    for writer in writers:
        assert writer.stdout.readline() == "going\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    postgres.stop(how)
    time.sleep(0.3)
    assert all(writer.poll() is None for writer in writers)
    postgres.start()
    ends = [writer.communicate(timeout=60) for writer in writers]

    assert [end[0].strip() for end in ends] == ["800"] * 3, ends
    log = open_log(url)
    for name in range(3):
        assert [record.event for record in log.read(f"w/{name}")] == [said(number // 2) for number in range(800)]
    log.close()


def test_a_server_that_stays_away_is_named_and_the_log_goes_on_later(postgres: Server, url: str) -> None:
    """After its patience an append fails in one line; when the server is back, the same log goes on."""
    log = PostgresLog(url, patience_s=0.5)
    head = log.append(STREAM, SAMPLES[:3], stream_head(STREAM))
    digest = log.put(b"late")
    postgres.stop()
    started = time.monotonic()
    with pytest.raises(StoreUnavailable, match="same command") as caught:
        log.append(STREAM, SAMPLES[3:6], head)
    assert time.monotonic() - started < 5
    assert "\n" not in str(caught.value)
    with pytest.raises(StoreUnavailable, match="see that the server runs"):
        open_log(url)
    postgres.start()

    log.append(STREAM, SAMPLES[3:6], log.head(STREAM))

    assert [record.event for record in log.read(STREAM)] == SAMPLES[:6]
    assert log.get(digest) == b"late"
    assert digest in log.contents()
    log.close()


@pytest.mark.slow
def test_who_follows_the_order_of_writing_misses_nothing(url: str) -> None:
    """Six writers, and a reader that only ever asks for what comes after the last that it saw."""
    log: Any = open_log(url)
    code = """
import sys
from events.conversation import UserSpoke
from events.digests import stream_head
from events.open import open_log
log, me = open_log(sys.argv[1]), sys.argv[2]
head = stream_head(me)
for number in range(200):
    if number % 10 == 0:
        log.put(b"%d" % number)
    head = log.append(me, [UserSpoke(agent="user", content=str(number))] * (number % 3 + 1), head)
"""
    writers = [subprocess.Popen([sys.executable, "-c", code, url, f"w/{name}"], cwd=ROOT) for name in range(6)]
    seen: list[tuple[int, str, int, str]] = []
    going = True
    while going:
        going = any(writer.poll() is None for writer in writers)
        while notes := log.notifications(seen[-1][0] + 1 if seen else 1, limit=100):
            seen += notes
    assert [writer.returncode for writer in writers] == [0] * 6

    whole = {(stream, row.position) for stream in log.streams() for row in log.rows(stream)}
    assert len(whole) == 6 * 399
    assert len(seen) == len(whole)
    assert {note[1:3] for note in seen} == whole
    log.close()


def test_two_runs_in_two_schemas_do_not_meet(postgres: Server) -> None:
    """A schema is a run."""
    one, other = open_log(postgres.url("one run")), open_log(postgres.url('an"other'))
    one.append(STREAM, SAMPLES[:1], stream_head(STREAM))

    assert other.streams() == []
    assert other.append(STREAM, SAMPLES[:2], stream_head(STREAM)).position == 2
    assert one.head(STREAM).position == 1


@pytest.mark.parametrize("address", ["postgresql://me:hunter2@host/db", "postgresql://me@host/db?password=hunter2"])
def test_a_password_in_the_address_is_refused(address: str) -> None:
    """It would stand in the manifest; the message does not repeat it."""
    with pytest.raises(StoreUnavailable, match="PGPASSWORD") as caught:
        open_log(address)
    assert "hunter2" not in str(caught.value)


def test_no_server_is_one_line() -> None:
    """A wrong address does not cost half a minute."""
    started = time.monotonic()
    with pytest.raises(StoreUnavailable, match="nowhere") as caught:
        open_log("postgresql://me@/db?host=/nowhere")
    assert time.monotonic() - started < 3
    assert "\n" not in str(caught.value)
