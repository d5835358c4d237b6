"""A host on Ray that has tools of the user."""

from typing import Any

import pytest

from actors.cluster import HostActor
from tests import settings


class HostOfTests(HostActor):
    """Knows the settings of the tests as well."""

    def __init__(self, order: Any) -> None:
        settings.add_to(pytest.MonkeyPatch())
        super().__init__(order)
