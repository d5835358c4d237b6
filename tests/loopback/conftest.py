"""What the tests of models share."""

import pytest

from tests.worldloom.command import Command


@pytest.fixture
def worldloom(monkeypatch, capsys):
    """The command, run in this process."""
    return Command(monkeypatch, capsys)


@pytest.fixture(autouse=True, scope="module")
def short_pauses():
    """Tries follow each other soon: how long the pauses are decides nothing that is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("actors.gateway.gateway._FIRST_PAUSE_S", 0.02)
        yield
