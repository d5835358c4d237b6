"""What tests of several folders share."""

from collections.abc import Iterator
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
