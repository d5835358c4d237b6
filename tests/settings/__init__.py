"""Settings for tests, in folders as ``scenarios/`` has them."""

from pathlib import Path

import pytest

import scenarios
from scenarios import load as loader

HERE = Path(__file__).parent


def add_to(patch: pytest.MonkeyPatch) -> None:
    """Let them be found."""
    patch.setattr(loader, "HERE", HERE)
    patch.setattr(scenarios, "__path__", [*scenarios.__path__, str(HERE)])
