"""``worldloom repair`` and ``worldloom slice``."""

import orjson
import pytest
from datasets import load_dataset

from tests.worldloom.command import Command

pytestmark = pytest.mark.xdist_group("repair")
WORDS = ("generate", "retail", "-n", 6, "--seed", 5, "--assistant", "flawed/phantom-success")


@pytest.fixture(scope="module")
def claims(tmp_path_factory):
    """A run whose assistant claims what it did not do."""
    out = tmp_path_factory.mktemp("claims") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        patch.setattr("sys.argv", ["worldloom", *map(str, WORDS), "--out", str(out)])
        from worldloom.cli import main

        with pytest.raises(SystemExit):
            main()
    return out


def files(out):
    """What repair leaves."""
    return {path.name: path.read_bytes() for path in (out / "repair").iterdir()}


def test_what_failed_becomes_training_data(worldloom: Command, claims, tmp_path) -> None:
    """A table by kind of first bad event, recoveries, and pairs that the usual loader reads; the same command leaves the same bytes."""
    done = worldloom("repair", "--out", claims, "-k", 2)
    made = files(claims)

    assert done.code == 0, done.err
    assert "omitted" in done.out
    assert "worldloom diff" in done.out
    recoveries = [orjson.loads(line) for line in made["recoveries.jsonl"].splitlines()]
    assert recoveries
    assert all(row["accepted"] and row["bad_findings"] and row["repairs"] in row["conversation"] for row in recoveries)
    pairs = load_dataset("json", data_files=str(claims / "repair" / "preferences.jsonl"), split="train", cache_dir=str(tmp_path))
    assert {"prompt", "chosen", "rejected", "tools", "conversation", "fork", "event"} <= set(pairs.column_names)
    assert all(pair["chosen"][0]["role"] == "assistant" for pair in pairs)
    assert worldloom("repair", "--out", claims, "-k", 2).code == 0
    assert files(claims) == made
    assert worldloom("verify", claims).code == 0


def test_only_what_failed_can_be_repaired(worldloom: Command, made) -> None:
    """And a run without failures says so."""
    worldloom("repair", "retail/000000", "--out", made).fails_with("retail/000000 was accepted, so there is nothing to repair")
    worldloom("repair", "--assistant", "offline/nobody", "--out", made).fails_with("offline/nobody")

    assert "nothing to repair" in worldloom("repair", "--out", made).out


def test_a_run_is_sliced(worldloom: Command, made) -> None:
    """As a table, or line by line; a row for each agent of each conversation."""
    table = worldloom("slice", "--out", made)
    told = worldloom("slice", "retail/000000", "supply_chain/000001", "--out", made, "--json")

    assert table.code == 0, table.err
    assert "each slice was run again" in table.out
    lines = [orjson.loads(line) for line in told.out.splitlines()]
    assert [line["conversation"] for line in lines] == ["retail/000000", "supply_chain/000001"]
    rows = [orjson.loads(line) for line in (made / "slices" / "slices.jsonl").read_bytes().splitlines()]
    for line in lines:
        assert len(line["events"]) == line["events_after"] <= line["events_before"]
        dropped = [position for unit in line["dropped"] for position in unit["events"]]
        assert sorted([*dropped, *line["events"]]) == list(range(1, line["events_before"] + 1))
        own = [row for row in rows if row["conversation"] == line["conversation"] and row["agent"] == "assistant"]
        assert [row["events"] for row in own] == [line["events"]]
