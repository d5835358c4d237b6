"""One run, everywhere: workers, placements, stores, sealed or not."""

import time

import pytest

from actors.placement import Placement
from actors.plan import RunSettings
from projections.sealed.layout import open_folder
from projections.sealed.writing import seal
from tests.actors.held import INLINE, begin, held_inline, hold, hold_on_ray, inline, result

SETTINGS = RunSettings(settings=("supply_chain", "retail"), count=6, seed=158)
PLACEMENTS = [INLINE, *(Placement(kind, workers, 3) for kind in ("shared", "dedicated") for workers in (1, 2, 4))]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The run in one process, on files."""
    return held_inline(tmp_path_factory.mktemp("whole") / "run", SETTINGS)


@pytest.mark.parametrize("placement", PLACEMENTS, ids=lambda placed: f"{placed.kind}-{placed.workers}")
def test_all_give_the_same_bytes(tmp_path, whole, placement, address, say):
    """One digest of the log, one data set, from the log and from what it is sealed into."""
    began = time.monotonic()
    run = begin(tmp_path / "run", SETTINGS, placement, address())
    if placement == INLINE:
        log = run.write_log()
        hold(SETTINGS, log, inline(SETTINGS, log))
        log.close()
    else:
        hold_on_ray(run, SETTINGS, placement)
    assert result(run) == whole

    log = run.open_log()
    seal(log, open_folder(run.sealed, make=True))
    log.close()
    run.keep_log_in("sealed")
    assert result(run) == whole
    say(f"{placement.kind}, {placement.workers} workers: {whole[0][:16]}, {time.monotonic() - began:.0f} s")
