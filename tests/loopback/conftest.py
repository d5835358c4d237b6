"""What the tests of models share."""

import pytest

from tests.worldloom.command import Command


@pytest.fixture
def worldloom(monkeypatch, capsys):
    """The command, run in this process."""
    return Command(monkeypatch, capsys)
