"""A place of each kind for every test that asks for one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from events.log import WritableLog
from tests.events.places import KINDS, File, Files, Place, Schema


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Somewhere that keeps a log; nothing is there yet."""
    if request.param == "postgres":
        return Schema(request.getfixturevalue("postgres"))
    return {"sqlite": File, "shards": Files}[request.param](tmp_path)


@pytest.fixture
def log(place: Place) -> Iterator[WritableLog]:
    """A log there, open."""
    log = place.open()
    yield log
    log.close()
