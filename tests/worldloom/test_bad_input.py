"""Bad input: one line that names the place and the remedy, exit code not 0, nothing recorded lost."""

import gzip
import json
import shutil
import sqlite3

import pytest

import scenarios
from scenarios import load as loader
from tests.worldloom.command import ROOT, start


@pytest.fixture
def copied(made, tmp_path):
    """A run of its own, to be spoilt."""
    shutil.copytree(made, tmp_path / "run")
    return tmp_path / "run"


def test_unknown_setting(worldloom, tmp_path):
    worldloom("generate", "retial", "--out", tmp_path / "out").fails_with("retial", "retail", "supply_chain")
    assert not (tmp_path / "out").exists()


def test_unknown_model(worldloom, tmp_path):
    worldloom("generate", "retail", "--assistant", "nobody/none", "--out", tmp_path / "out").fails_with("nobody/none", "offline/assistant")


def test_unknown_option_and_no_number(worldloom):
    worldloom("generate", "retail", "--nonsense").fails_with("--nonsense")
    worldloom("generate", "retail", "-n", "many").fails_with("--count", "integer")


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        ("scenario.yaml", "name:", "nmae:", ("scenario.yaml", "name")),
        ("scenario.yaml", "tools:", "tools: [", ("scenario.yaml",)),
        ("scenario.yaml", "- get_order_details", "- get_order_detials", ("scenario.yaml", "get_order_detials")),
        ("phrases.yaml", "ask.order_id:", "ask.order_id: 7\nspare:", ("phrases.yaml", "ask.order_id")),
        ("policy.md", None, None, ("policy.md", "missing")),
    ],
)
def test_broken_scenario(worldloom, tmp_path, monkeypatch, file, old, new, parts):
    """A broken folder stops the run before anything is made."""
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    monkeypatch.setattr(loader, "HERE", tmp_path / "scenarios")
    loader.load.cache_clear()
    path = tmp_path / "scenarios" / "retail" / file
    if old is None:
        path.unlink()
    else:
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))
    try:
        worldloom("generate", "retail", "--out", tmp_path / "out").fails_with(*parts)
    finally:
        loader.load.cache_clear()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "world", "parts"),
    [
        ("broken", "def draw_world(:", ("world.py", "SyntaxError")),
        ("hollow", "SCHEMA = {}", ("world.py", "draw_world", "docs/settings.md")),
    ],
)
def test_broken_module_of_a_scenario(worldloom, tmp_path, monkeypatch, name, world, parts):
    """A setting's Python is named where it does not load, or lacks what it has to offer."""
    folder = tmp_path / name
    shutil.copytree(ROOT / "scenarios" / "retail", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "world.py").write_text(f"{world}\n")
    (folder / "scenario.yaml").write_text((folder / "scenario.yaml").read_text().replace("retail", name, 1))
    shutil.copy(ROOT / "scenarios" / "phrases.yaml", tmp_path)
    monkeypatch.setattr(loader, "HERE", tmp_path)
    monkeypatch.setattr(scenarios, "__path__", [*scenarios.__path__, str(tmp_path)])
    worldloom("generate", name, "--out", tmp_path / "out").fails_with(*parts)
    assert not (tmp_path / "out").exists()


def test_no_data_folder(worldloom, tmp_path):
    worldloom("generate", "retail", "--data", tmp_path / "none", "--out", tmp_path / "out").fails_with("none", "--data")
    worldloom("generate", "supply_chain", "--data", tmp_path, "--out", tmp_path / "out").fails_with("supply_chain", "--data")
    (tmp_path / "data").mkdir()
    worldloom("generate", "retail", "--data", tmp_path / "data", "--out", tmp_path / "out").fails_with("db.json")
    (tmp_path / "data" / "db.json").write_text("{")
    worldloom("generate", "retail", "--data", tmp_path / "data", "--out", tmp_path / "out").fails_with("db.json")


def test_a_task_that_names_an_unknown_tool(worldloom, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "db.json").write_text(json.dumps({"users": {}, "orders": {}, "products": {}}))
    task = {"id": "t1", "user_scenario": {"instructions": {}}, "evaluation_criteria": {"actions": [{"name": "fly", "arguments": {}}]}}
    with gzip.open(data / "tasks.jsonl.gz", "wt") as file:
        file.write(json.dumps(task) + "\n")
    worldloom("generate", "retail", "--data", data, "--out", tmp_path / "out").fails_with("t1", "fly")


def test_a_folder_of_another_run(worldloom, copied):
    worldloom("generate", "retail", "-n", 6, "--seed", 4, "--out", copied).fails_with(str(copied), "another run", "seed")
    assert worldloom("verify", copied).code == 0


def test_a_folder_of_something_else(worldloom, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    worldloom("generate", "retail", "--out", tmp_path).fails_with(str(tmp_path), "another --out")
    worldloom("show", "retail/000000", "--out", tmp_path).fails_with(str(tmp_path))
    worldloom("verify", tmp_path / "nowhere").fails_with("nowhere")
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_no_such_conversation_or_turn(worldloom, made):
    worldloom("show", "retail/999999", "--out", made).fails_with("retail/999999")
    worldloom("replay", "retail/000000", "--at", 99, "--out", made).fails_with("99")
    worldloom("replay", "retail/000000", "--at", 1, "--event", 3, "--out", made).fails_with("--at", "--event")


def test_truncated_log(worldloom, copied):
    log = copied / "log" / "0.sqlite"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])
    for words in (("show", 0, "--out"), ("log", "--out"), ("generate", "retail", "supply_chain", "-n", 6, "--seed", 3, "--out")):
        worldloom(*words, copied).fails_with("0.sqlite", "restore")
    checked = worldloom("verify", copied)
    assert checked.code != 0
    assert "0.sqlite" in checked.out + checked.err
    assert "Traceback" not in checked.err


def test_tampered_log(worldloom, copied):
    with sqlite3.connect(copied / "log" / "0.sqlite") as log:
        log.execute("UPDATE events SET state = replace(state, 'a', 'b') WHERE originator_id = 'retail/000000' AND originator_version = 3")
    worldloom("show", "retail/000000", "--out", copied).fails_with("event 3 of retail/000000", "restore")
    checked = worldloom("verify", copied)
    assert checked.code != 0
    assert "event 3 of retail/000000" in checked.out
    assert worldloom("show", "supply_chain/000001", "--out", copied).code == 0


def test_a_conversation_without_its_end(worldloom, copied):
    """No links are broken; the run's stream knows better, so no data set is made of what is left."""
    with sqlite3.connect(copied / "log" / "0.sqlite") as log:
        log.execute("DELETE FROM events WHERE originator_id = 'retail/000000' AND originator_version > 9")
    worldloom("export", "--out", copied).fails_with("stream retail/000000", "9 events", "restore")
    worldloom("generate", "retail", "supply_chain", "-n", 6, "--seed", 3, "--out", copied).fails_with("retail/000000", "restore")


def test_newer_log(worldloom, copied):
    with sqlite3.connect(copied / "log" / "0.sqlite") as log:
        log.execute("UPDATE events SET topic = 'user-spoke.v9' WHERE originator_id = 'retail/000000' AND originator_version = 3")
    worldloom("show", "retail/000000", "--out", copied).fails_with("retail/000000")


def test_tampered_row(worldloom, copied):
    path = copied / "dataset" / "sft.jsonl"
    path.write_bytes(path.read_bytes().replace(b"retail", b"detail", 1))
    checked = worldloom("verify", copied)
    assert checked.code != 0
    assert "sft.jsonl" in checked.out


def test_full_disk(worldloom, tmp_path):
    """The file may not grow: one line, and what was recorded is there when there is room again."""
    words = ("generate", "supply_chain", "-n", 40, "--seed", 9, "--out", tmp_path / "out")

    def small_files():
        import resource
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))

    running = start(*words, preexec_fn=small_files)
    _, err = running.communicate(timeout=120)
    assert running.returncode != 0
    assert len(err.strip().splitlines()) == 1, err
    assert "run the same command again" in err

    assert worldloom(*words).code == 0
    assert worldloom("verify", tmp_path / "out").code == 0
