"""Tools of the user in hosts of their own: the same bytes as in one process."""

from typing import Any

import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

import ray

from actors.cluster import HostActor, connect
from actors.placement import Placement
from tests import settings as test_settings
from tests.actors.held import begin, held_inline, hold_on_ray, result
from tests.actors.test_own_tools import SETTINGS

pytestmark = pytest.mark.xdist_group("ray")  # one cluster at a time


class HostOfTests(HostActor):
    """Knows the settings of the tests as well."""

    def __init__(self, order: Any) -> None:
        test_settings.add_to(pytest.MonkeyPatch())
        super().__init__(order)


def test_placement_changes_no_byte(tmp_path, monkeypatch):
    """Two hosts give what one process gives."""
    test_settings.add_to(monkeypatch)
    connect(None)
    try:
        placement = Placement("shared", 2, 5)
        run = begin(tmp_path / "shared", SETTINGS, placement)
        hold_on_ray(run, SETTINGS, placement, HostOfTests)
        assert result(run) == held_inline(tmp_path / "inline", SETTINGS)
    finally:
        ray.shutdown()
