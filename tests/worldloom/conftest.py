"""What the tests of the command share."""

import pytest

from tests.worldloom.command import Command


@pytest.fixture
def worldloom(monkeypatch, capsys):
    """The command, run in this process."""
    return Command(monkeypatch, capsys)


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A finished run of a few conversations over both settings; only to be read, or to be copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        out = tmp_path_factory.mktemp("run") / "out"
        patch.setattr("sys.argv", ["worldloom", "generate", "retail", "supply_chain", "-n", "6", "--seed", "3", "--out", str(out)])
        from worldloom.cli import main

        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 0
    return out
