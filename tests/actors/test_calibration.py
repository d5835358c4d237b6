"""Each kind of flaw lowers its own axis most, as the offline judge sees it."""

import asyncio

import pytest

from actors.calibration import LOG, Study
from actors.flawed.kinds import KINDS
from actors.judges import make_judges
from actors.plan import prepare
from domain.judgement import AXES
from projections.calibration import axis_report, drops
from scenarios.load import load

NAMES = [axis.name for axis in AXES]


@pytest.mark.slow
def test_each_kind_lowers_its_own_axis_most(tmp_path):
    """Over both settings, by at least two points, and each axis tells flawed from sound; going on with it changes nothing."""
    places = {name: prepare(load(name), 2, None) for name in ("retail", "supply_chain")}

    def study():
        made = Study(places, 12, 2, tmp_path / "calibration", make_judges(["offline/judge", "offline/strict"], tmp_path).judges)

        async def hold():
            return [kind async for kind in made.hold()]

        assert asyncio.run(hold()) == ["clean", *KINDS]
        return made.labelled(), {axis: made.agreement(axis) for axis in NAMES}

    labelled, agreement = study()

    assert list(labelled) == ["offline/judge", "offline/strict", "committee", LOG]
    for kind, (axis, *_) in KINDS.items():
        lower = drops(labelled["offline/judge"], kind, NAMES)
        assert lower, kind
        assert max(lower, key=lower.get) == axis, (kind, lower)
        assert lower[axis] >= 2
    for axis in NAMES:
        assert axis_report(labelled["offline/judge"], axis).auroc > 0.8
        assert 0 < agreement[axis] <= 1
    assert study() == (labelled, agreement)
