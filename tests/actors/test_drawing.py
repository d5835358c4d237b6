"""Blueprints that are drawn can be gone, mean something, and are the same wherever and however often they are drawn."""

from functools import cache
from random import Random

import pytest

from actors.drawing import drawer as drawer_module
from actors.drawing import drawings
from actors.drawing.drawer import Drawer, Drawn
from actors.drawing.drawings import Drawings
from actors.drawing.rehearsal import rehearse
from actors.drawing.samplers import SAMPLERS
from actors.drawing.survey import feasible
from actors.verifying import Verified
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.goldpath import gone
from domain.blueprints.toolgraph import pairs
from domain.blueprints.verifying.ground import Ground
from domain.blueprints.verifying.necessity import necessity
from domain.errors import SettingError
from domain.goal import gold_world
from domain.world import World
from events.blueprints import BlueprintAccepted, BlueprintRejected, Reason
from events.open import open_log
from projections.blueprints.drawn import accepted_in, outcomes_in, rejections_in
from projections.blueprints.graph import graphed
from scenarios.load import load
from tests.domain.blueprints.verifying.plans import codes

SETTINGS = ("retail", "airline", "telecom", "supply_chain")
NUMBERS = 12


@cache
def drawer(name: str) -> Drawer:
    """Of a setting, in its world of seed 0."""
    setting = load(name)
    return Drawer(setting, setting.base(setting.draw_world(Random(f"0/world/{name}"))), seed=3)


@cache
def drawn(name: str) -> list[Drawn]:
    """The first drawings of a setting."""
    return [one for one in map(drawer(name).draw, range(NUMBERS)) if one is not None]


def passes(blueprint: Blueprint) -> Verified:
    """Verification that lets everything pass."""
    return Verified(blueprint, None)


def world_of(name: str) -> World:
    """Where they begin."""
    return drawer(name).survey.world


@pytest.mark.parametrize("name", SETTINGS)
def test_every_call_of_a_path_is_answered_again(name: str) -> None:
    """In a clean world each call of the gold path is answered, and what the path changes is what was said."""
    for one in drawn(name):
        goal = one.blueprint.goal
        steps, _ = gone(world_of(name).with_changes(goal.setup), goal.actions, load(name))
        assert [step.refused for step in steps] == [None] * len(goal.actions)
        assert one.blueprint.world == world_of(name).digest


@pytest.mark.parametrize("name", SETTINGS)
def test_held_anew_it_reaches_its_goal_and_idleness_does_not(name: str) -> None:
    """What was drawn without a reason against it is reached when it is held anew, and missed by who does nothing."""
    setting, sound = load(name), [one.blueprint for one in drawn(name) if not one.reasons]
    assert len(sound) > NUMBERS // 2
    for blueprint in sound:
        again = rehearse(setting, world_of(name), blueprint.goal, blueprint.persona, blueprint.seed)
        assert again.verdict.accepted, again.verdict.findings
        assert "does-nothing" not in [code for code, _ in codes(necessity(Ground(blueprint, setting, world_of(name).base)))]


@pytest.mark.parametrize("name", SETTINGS)
def test_the_instruction_has_all_that_the_user_knows(name: str) -> None:
    """Every value that the user knows stands in the instruction, and no tool's name does."""
    for one in drawn(name):
        goal = one.blueprint.goal
        known = [*goal.identity.values(), *(value for task in goal.tasks for value in task.known.values())]
        assert [value for value in known if value not in goal.instruction] == []
        assert [tool for tool in load(name).toolset if "_" in tool and tool in goal.instruction] == []


@pytest.mark.parametrize("name", SETTINGS)
def test_a_number_gives_one_blueprint(name: str) -> None:
    """Drawn anew, by a drawer that has drawn nothing before, it is the same to the last byte; and its file gives it back."""
    one = drawn(name)[-1]
    setting = load(name)
    fresh = Drawer(setting, setting.base(setting.draw_world(Random(f"0/world/{name}"))), seed=3).draw(one.number)

    assert fresh is not None
    assert fresh.blueprint.model_dump_json() == one.blueprint.model_dump_json()
    assert type(one.blueprint).model_validate_json(one.blueprint.model_dump_json()) == one.blueprint


@pytest.mark.parametrize("name", SETTINGS)
def test_every_sampler_plans_something(name: str) -> None:
    """Asked alone, each sampler brings blueprints; those of rules lead to a rule, those of rows begin with rows that distract."""
    setting = load(name)
    base = setting.base(setting.draw_world(Random(f"0/world/{name}")))
    for sampler in SAMPLERS:
        alone = Drawer(setting, base, 1, {sampler: 1.0})
        found = [one for one in map(alone.draw, range(1, 6)) if one is not None]
        assert {one.sampler for one in found} == {sampler}
        if sampler == "policy":
            assert all(one.blueprint.shape == "policy" and one.blueprint.difficulty.hazards for one in found)
        if sampler == "data":
            assert any(one.blueprint.goal.setup and one.blueprint.difficulty.hazards for one in found)


@pytest.mark.parametrize("name", SETTINGS)
def test_both_sides_of_each_brink_can_be_drawn(name: str) -> None:
    """Each brink fits the world somewhere, and whoever stands there can want what it is about."""
    setting, wishes, world = load(name), load(name).wishes, world_of(name)
    assert wishes is not None
    for label, brink in wishes.brinks.items():
        tries = [brink(world, Random(f"{label}/{number}")) for number in range(20)]
        goals = [
            wishes.draw(world.with_changes(one.changes), Random(number), (one.kind,), one.who, one.about)
            for number, one in enumerate(tries)
            if one is not None
        ]
        assert any(goals), f"{name}: nobody stands at {label}"
        rules = {one.rule for one in tries if one is not None and one.rule is not None}
        assert rules <= {rule.id for rule in setting.policy.rules}


def test_what_is_feasible_does_not_depend_on_what_is_drawn() -> None:
    """The pairs are those of the setting; nearly all that is drawn leads through is among them, and more is."""
    setting, world, names = load("telecom"), world_of("telecom"), drawer("telecom").survey.names
    found = feasible(setting, world.base)
    graph = graphed(setting, world, [one.blueprint for one in drawn("telecom")], names, found)
    assert found == graph.feasible
    assert len(found) > len(graph.graph.pairs)
    assert len(graph.graph.pairs.keys() - found) <= 2


def test_close_wishes_lead_through_more_pairs(monkeypatch) -> None:
    """Of the goals that fit a walk, the one about the fewest things is drawn: as many drawings lead through more pairs of tools."""
    walks = Drawer(load("supply_chain"), world_of("supply_chain").base, 1, {"graph": 1.0})

    def covered(choices: int) -> int:
        monkeypatch.setattr(drawer_module, "_CHOICES", choices)
        some = [one for one in map(walks.draw, range(NUMBERS * 5)) if one is not None]
        return len({pair for one in some for pair in pairs(one.path, walks.survey.names)})

    assert covered(16) > covered(1)


def test_an_interrupted_drawing_goes_on(tmp_path) -> None:
    """Stopped after any event, the same drawing goes on to the same blueprints; none is there twice."""
    whole, parts = open_log(tmp_path / "whole.sqlite"), open_log(tmp_path / "parts.sqlite")
    events = list(Drawings(drawer("retail"), whole, passes).until(8))
    next(iter(Drawings(drawer("retail"), parts, passes).until(8)))
    rest = list(Drawings(drawer("retail"), parts, passes).until(8))

    assert list(outcomes_in(parts, "retail")) == events == [events[0], *rest]
    found = list(accepted_in(whole, ["retail"]))
    assert len({blueprint.skeleton for blueprint in found}) == len(found) == 8
    for blueprint in found:
        start = world_of("retail").with_changes(blueprint.goal.setup)
        gold_world(start, blueprint.goal, load("retail").toolset)


def test_what_verification_stops_is_kept_with_its_reasons(tmp_path) -> None:
    """A blueprint that a stage does not let pass is recorded as rejected there, and drawing goes on."""
    log = open_log(tmp_path / "log.sqlite")
    reason = Reason(code="too-long", place="actions", sentence="It is too long; draw on.")

    def short(one: Blueprint) -> Verified:
        return Verified(one, "policy", (reason,)) if len(one.goal.actions) > 5 else passes(one)

    events = list(Drawings(drawer("retail"), log, short).until(4))

    assert {type(event) for event in events} == {BlueprintAccepted, BlueprintRejected}
    assert "policy: too-long" in rejections_in(log, "retail")
    assert all(len(blueprint.goal.actions) <= 5 for blueprint in accepted_in(log, ["retail"]))


def test_a_world_that_gives_no_more_gives_no_more_the_second_time(tmp_path, monkeypatch) -> None:
    """Whoever goes on where drawing ended short, or was stopped on the way there, ends at the same drawing."""
    monkeypatch.setattr(drawings, "MOST_IN_VAIN", 3)
    log = open_log(tmp_path / "log.sqlite")
    reason = Reason(code="not-the-first", place="goal", sentence="It is not the first; draw on.")

    def first(one: Blueprint) -> Verified:
        return passes(one) if one == drawn("retail")[0].blueprint else Verified(one, "policy", (reason,))

    events = [next(Drawings(drawer("retail"), log, first).until(2)) for _ in range(2)]
    events += Drawings(drawer("retail"), log, first).until(2)
    head = log.head("blueprints/retail")

    assert [isinstance(event, BlueprintAccepted) for event in events] == [True, False, False, False]
    assert list(Drawings(drawer("retail"), log, first).until(2)) == []
    assert log.head("blueprints/retail") == head


def test_samplers_that_there_are_not_are_named() -> None:
    """An unknown sampler, or none with a weight, is an error that says which there are."""
    setting = load("retail")
    base = setting.base(setting.draw_world(Random(0)))
    with pytest.raises(SettingError, match="no sampler 'dice'"):
        Drawer(setting, base, 0, {"dice": 1.0})
    with pytest.raises(SettingError, match="one of them above it"):
        Drawer(setting, base, 0, {"graph": 0.0})
