"""Several files as one log: what is written by one host is read and gone on with by another."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from events.digests import stream_head
from events.errors import ConcurrencyError, CorruptLog, StoreUnavailable
from events.shards import ShardedLog
from events.store import EventStore
from tests.events.samples import SAMPLES

ROOT = Path(__file__).parents[2]


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [tmp_path / f"{number}.sqlite" for number in range(3)]


def test_new_streams_go_to_the_own_file_and_old_ones_stay(paths: list[Path]) -> None:
    """A host that takes over a stream writes it where it began; content stands in the file of the event that names it."""
    one, other = ShardedLog(paths, own=0), ShardedLog(paths, own=2)
    head = one.append("a", SAMPLES[:2], stream_head("a"))
    other.append("b", SAMPLES[:2], stream_head("b"))
    digest = other.put(b"named in a")
    other.append("a", SAMPLES[2:4], other.head("a"))

    assert other.head("a").position == 4
    assert [EventStore(path).streams() for path in paths] == [["a"], [], ["b"]]
    assert [EventStore(path).contents() for path in paths] == [[digest], [], []]
    assert one.streams() == other.streams() == ["a", "b"]
    assert one.get(digest) == b"named in a"
    with pytest.raises(ConcurrencyError):
        one.append("a", SAMPLES[4:5], head)


def test_a_stream_that_another_host_began_is_not_begun_again(paths: list[Path]) -> None:
    """The key of one file cannot see another file, so the log looks."""
    one, other = ShardedLog(paths, own=0), ShardedLog(paths, own=1)
    one.append("a", SAMPLES[:2], stream_head("a"))

    with pytest.raises(ConcurrencyError):
        other.append("a", SAMPLES[:1], stream_head("a"))
    assert EventStore(paths[1]).streams() == []


def test_a_stream_in_two_files_is_named(paths: list[Path]) -> None:
    """Whoever did that, it is not one history."""
    for path in paths[1:]:
        EventStore(path).append("a", SAMPLES[:1], stream_head("a"))
    log = ShardedLog(paths)

    with pytest.raises(CorruptLog, match=r"1\.sqlite and in .*2\.sqlite"):
        log.streams()
    with pytest.raises(CorruptLog, match="stream a is in"):
        log.read("a")


def test_a_file_that_is_gone_is_named(paths: list[Path]) -> None:
    """The manifest lists it, so a reader does not take the rest for the whole."""
    ShardedLog(paths).close()
    paths[1].unlink()

    with pytest.raises(StoreUnavailable, match=r"1\.sqlite"):
        ShardedLog(paths, must_exist=True)


def test_content_follows_its_event_when_a_file_fails(paths: list[Path]) -> None:
    """Content of a failed append is written with the next one, in whichever file that is."""
    log = ShardedLog(paths, own=0)
    log.append("a", SAMPLES[:1], stream_head("a"))
    digest = log.put(b"late")
    with pytest.raises(ConcurrencyError):
        log.append("a", SAMPLES[:1], stream_head("a"))
    other = ShardedLog(paths, own=1)
    other.append("b", SAMPLES[:1], stream_head("b"))

    log.append("b", SAMPLES[1:2], log.head("b"))

    assert digest in EventStore(paths[1]).contents()


def test_two_hosts_that_begin_the_same_streams_at_once_begin_each_once(paths: list[Path]) -> None:
    """A host that was given up may still be at work when another takes its conversations: one of the two begins, the other is told."""
    code = """
import sys
from pathlib import Path
from events.digests import stream_head
from events.errors import ConcurrencyError
from events.shards import ShardedLog
from tests.events.samples import SAMPLES
log = ShardedLog([Path(path) for path in sys.argv[2:]], own=int(sys.argv[1]))
begun = 0
print("ready", flush=True)
sys.stdin.readline()
for number in range(500):
    try:
        log.append(f"s/{number}", SAMPLES[:1], stream_head(f"s/{number}"))
        begun += 1
    except ConcurrencyError:
        log.forget(f"s/{number}")
print(begun)
"""
    ShardedLog(paths).close()
    pipes: Any = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    line = [sys.executable, "-c", code]
    hosts = [subprocess.Popen([*line, own, *map(str, paths)], cwd=ROOT, text=True, **pipes) for own in ("1", "2")]
    for host in hosts:
        assert host.stdout.readline() == "ready\n"
    for host in hosts:
        host.stdin.write("go\n")
        host.stdin.flush()
    begun = [host.communicate(timeout=60)[0] for host in hosts]

    assert sum(map(int, begun)) == 500
    assert len(ShardedLog(paths).streams()) == 500  # raises where a stream is in two files
