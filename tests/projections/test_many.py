"""Work on many conversations: other processes help, and nothing shows it."""

from pathlib import Path

import pytest

from events.store import EventStore
from projections import many
from projections.dataset import write_dataset
from projections.verify import verify
from tests.projections.recorded import make_run


@pytest.fixture
def helped(monkeypatch) -> None:
    """Other processes help, however few conversations there are."""
    monkeypatch.setattr(many, "_WORTH", 1)
    monkeypatch.setattr(many, "_PIECE", 2)
    monkeypatch.setattr(many.os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("helped")
def test_data_set_is_the_same_whoever_helped(tmp_path: Path) -> None:
    """Rows written by several processes are, byte for byte, those that one wrote."""
    run = make_run(tmp_path / "out", 7)
    seen: list[int] = []

    rows = write_dataset(run.open_log(), tmp_path / "anew", source=run.path, watch=seen.append)

    assert rows == 7
    assert seen == [2, 2, 2, 1]
    for path in run.dataset.iterdir():
        assert (tmp_path / "anew" / path.name).read_bytes() == path.read_bytes()
    assert verify(run, run.open_log()).problems == []


@pytest.mark.usefixtures("helped")
def test_what_others_find_is_reported(tmp_path: Path) -> None:
    """A changed event is found in another process, and named by its place as ever; the others are checked all the same."""
    run = make_run(tmp_path / "out", 5)
    store = EventStore(run.log)
    stream = sorted(name for name in store.streams() if name != "run")[3]
    store.close()
    import sqlite3

    with sqlite3.connect(run.log) as database:
        table = next(name for (name,) in database.execute("select name from sqlite_master where type = 'table'") if "event" in name)
        columns = [row[1] for row in database.execute(f"pragma table_info({table})")]
        where = f"{columns[0]} = ? and {columns[1]} = 2"
        changed = database.execute(f"update {table} set state = replace(state, 'e', 'a') where {where}", (stream,)).rowcount
    assert changed == 1

    report = verify(run, run.open_log())

    assert any(stream in problem.place or stream in problem.what for problem in report.problems)
    assert report.counts["conversations"] == 5
