"""Hosts killed at every append of a conversation, before and after the commit, by SIGKILL."""

import time
from pathlib import Path

import orjson
import pytest

pytest.importorskip("ray", reason="Ray is not installed: pip install 'worldloom[cluster]'")

from actors.placement import Placement
from actors.plan import RunSettings
from tests.actors.fragile import Fragile, check_once
from tests.actors.held import INLINE, begin, hold, hold_on_ray, inline, result
from tests.actors.test_inline import SETTINGS as ONE
from tests.chaos.conftest import STRIDE
from tests.chaos.hosts import ASKED, DEATHS, HOSTS, DoomedHost, copied


def appends(folder: Path) -> list[int]:
    """How many events the conversation has before each of its appends."""
    found: list[int] = []
    run = begin(folder, ONE, INLINE)
    log = Fragile(run.write_log(), lambda stream, position: found.append(position) if stream == ONE.stream(0) else None)
    hold(ONE, log, inline(ONE, log))
    log.close()
    return found


def undisturbed(folder: Path, settings: RunSettings):
    """The same copies of the conversation, in this process."""
    run = begin(folder, settings, INLINE)
    log = run.write_log()
    crew = inline(settings, log)
    copied(crew._host)
    hold(settings, log, crew)
    log.close()
    return result(run)


@pytest.mark.parametrize("placement", [Placement("shared", 2, 3), Placement("dedicated", 2, 1)], ids=lambda placed: placed.kind)
def test_killed_at_any_append_a_host_loses_nothing(tmp_path, placement, address, say):
    """Equal digest, equal data set, one outcome a call, and of each mind at most the one reply in flight asked again."""
    began = time.monotonic()
    positions = appends(tmp_path / "one")
    deaths = [(position, when) for when in ("before", "after") for position in positions][::STRIDE]
    settings = ONE.model_copy(update={"count": len(deaths)})
    (tmp_path / DEATHS).write_bytes(orjson.dumps({settings.stream(index): death for index, death in enumerate(deaths)}))
    run = begin(tmp_path / "run", settings, placement, address())

    hold_on_ray(run, settings, placement, DoomedHost)

    lives = []
    once = 1 if placement.kind == "dedicated" else None  # nothing else was at work where a host died
    assert result(run, lambda log: lives.append(check_once(log, tmp_path / ASKED, once))) == undisturbed(tmp_path / "whole", settings)
    died = len(list(tmp_path.glob("*.died")))
    hosts = len((tmp_path / HOSTS).read_text().splitlines())
    assert died == len(deaths)
    assert hosts == placement.workers + died
    assert min(lives[0].values()) >= 2
    say(f"{placement.kind}: killed {died} times at {len(positions)} appends, {hosts} hosts, {time.monotonic() - began:.0f} s")
