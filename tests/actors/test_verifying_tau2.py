"""tau2-bench's own tasks, read as blueprints: they pass format, execution and solvability, but for those whose gold calls are wrong."""

from pathlib import Path
from random import Random

import pytest

from actors.plan import prepare
from domain.blueprints.blueprint import Blueprint, Difficulty
from domain.blueprints.verifying.execution import execution
from domain.blueprints.verifying.format import malformed
from domain.blueprints.verifying.ground import Ground
from domain.blueprints.verifying.solvability import solvability
from domain.persona.sampling import draw_persona
from scenarios.load import load

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "tau2"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"no {SHARED.relative_to(SHARED.parents[2])} beside the repository")
FAULTY = {
    "tau2-3": ("unknown-id", "actions.1"),  # looks an order item up as if its id were a product's
    "tau2-4": ("unknown-id", "actions.1"),  # the same
    "tau2-64": ("refused:not-delivered", "actions.6"),  # exchanges an item of a pending order before it changes it
}


def objections(name: str, every: int) -> dict[str, tuple[str, str]]:
    """Task -> code and place of the first reason."""
    place = prepare(load(name), 0, SHARED / name)
    found = {}
    for goal in place.goals[::every]:
        blueprint = Blueprint(
            setting=name,
            world=place.world.digest,
            seed=0,
            shape="single",
            persona=draw_persona(Random(0)),
            goal=goal,
            difficulty=Difficulty(writes=0, evidence=0, hops=0),
        )
        ground = Ground(blueprint, place.setting, place.base)
        reasons = next(filter(None, (stage(ground) for stage in (malformed, execution, solvability))), [])
        found |= {goal.id: (reasons[0].code, reasons[0].place)} if reasons else {}
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("name", "every", "faulty"), [("retail", 1, FAULTY), ("airline", 1, {}), ("telecom", 40, {})])
def test_published_tasks_pass(name: str, every: int, faulty: dict[str, tuple[str, str]]) -> None:
    """All that are looked at, but for the faulty ones, each of which is stopped at the call that is wrong."""
    assert objections(name, every) == faulty
