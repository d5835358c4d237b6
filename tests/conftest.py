"""What tests of several folders share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL server; tests that need one are skipped, with the reason, where none can be run."""
    try:
        from tests.postgres_server import NoServer, Server
    except ImportError as error:
        pytest.skip(f"no PostgreSQL driver: {error}")
    try:
        server = Server()
    except NoServer as error:
        pytest.skip(str(error))
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """For each new run, the address of its log; None where that is in the run's own files."""
    return request.getfixturevalue("postgres").url if request.param == "postgres" else lambda: None
