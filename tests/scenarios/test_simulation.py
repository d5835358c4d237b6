"""Settings with simulated tools: specified in scenario.yaml, or switched from code."""

from random import Random

import pytest
from pydantic import ValidationError

from domain.errors import SettingError
from domain.simulated import SimulatedTool
from domain.world import World
from scenarios.load import load
from scenarios.simulation import SimulatedFile, check_simulated, is_simulated, simulate
from tests.parcels import SCHEMA


@pytest.fixture(scope="module")
def setting():
    return load("supply_chain")


@pytest.fixture(scope="module")
def switched(setting):
    return simulate(setting, ["all"], World(setting.base(setting.draw_world(Random(1)))))


def test_a_switched_tool_is_offered_as_before(setting, switched):
    """Agents are told the very same: specifications, tool lists and their digests do not change."""
    assert [(path, agent.toolset_digest) for path, agent in switched.assistant.walk()] == [
        (path, agent.toolset_digest) for path, agent in setting.assistant.walk()
    ]
    assert all(isinstance(tool, SimulatedTool) for tool in switched.toolset.values())
    assert not is_simulated(setting)


def test_output_is_known_by_examples(switched):
    """What code showed of the world says which fields there are, and which of them mean something of their own."""
    shown = switched.toolset["get_invoice"]

    assert {"invoice_id", "balance_cents"} <= set(shown.output["required"])
    assert not shown.output_validator.is_valid({"invoice_id": "INV-1"})
    assert switched.toolset["quote_expedite"].own == {"eta"}
    assert not switched.toolset["track_shipment"].own


def test_only_what_is_named_is_switched(setting):
    """Other tools keep their code; where none is named, the setting stays as it is."""
    world = World(setting.base(setting.draw_world(Random(1))))
    one = simulate(setting, ["get_hold", "of_another_setting"], world)

    assert [name for name, tool in one.toolset.items() if isinstance(tool, SimulatedTool)] == ["get_hold"]
    assert isinstance(one.assistant.at("assistant/logistics/customs").toolset["get_hold"], SimulatedTool)
    assert simulate(setting, ["of_another_setting"], world) is setting
    with pytest.raises(SettingError, match="teleport"):
        check_simulated([setting], ["teleport"])


def test_a_tool_of_scenario_yaml():
    """A specification is enough; parameters with a default may be left out, examples stand in for an output schema."""
    file = SimulatedFile(
        description="Tell how  long a return takes.",
        parameters={"return_id": {"type": "string"}, "express": {"type": "boolean", "default": False}},
        examples=[{"return_id": "R-1", "days": 3}],
    )
    tool = file.tool("return_time", SCHEMA)

    function = tool.spec["function"]
    assert (function["description"], function["parameters"]["required"]) == ("Tell how long a return takes.", ["return_id"])
    assert not tool.writes
    assert not tool.output_validator.is_valid({"return_id": "R-1"})
    with pytest.raises(ValidationError, match="say what it shows"):
        SimulatedFile(description="Nothing.")
