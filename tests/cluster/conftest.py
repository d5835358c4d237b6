"""What the tests on a cluster share."""

import pytest

from tests.worldloom.command import Command


@pytest.fixture
def worldloom(monkeypatch, capsys):
    """The command, run in this process."""
    return Command(monkeypatch, capsys)
