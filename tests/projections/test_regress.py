"""Regression: every seeded edit of a tool is named at each call that it changes, and nothing else is."""

from dataclasses import replace
from typing import Any

import pytest

from actors.plan import RunSettings
from domain.errors import Refusal
from domain.setting import Setting
from domain.tools import Toolset
from events.log import WritableLog
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolCalled, ToolFaulted, ToolLagged, ToolRefused
from projections.contents import Contents
from projections.regress import INJECTED, LAGGED, SUBAGENTS, regress
from projections.state import conversations
from scenarios.load import load
from tests.projections.planted import Bug, hold, with_bugs

pytestmark = pytest.mark.xdist_group("regress")
RUN = RunSettings(
    settings=("retail", "supply_chain"), count=16, seed=2, faults={"timeout": 0.05, "garbage": 0.03, "partial": 0.03, "stale": 0.2}
)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> WritableLog:
    """A run over both settings, with tools that fail now and then."""
    return hold(tmp_path_factory.mktemp("regress"), RUN)


def outcomes(log: WritableLog) -> dict[tuple[str, int], tuple[str, Any]]:
    """(conversation, position) -> tool and outcome, of every outcome that code gave."""
    found = {}
    for stream in conversations(log):
        tools: dict[str, str] = {}
        others: set[str] = set()
        for record in log.read(stream):
            match record.event:
                case ToolCalled():
                    tools[record.event.call_id] = record.event.tool
                case ToolLagged() | SubagentStarted():
                    others.add(record.event.call_id)
                case ToolFaulted(kind="timeout" | "garbage" | "partial"):
                    pass
                case ToolAnswered() | ToolRefused() | ToolFaulted() if record.event.call_id not in others:
                    found[stream, record.position] = tools[record.event.call_id], record.event
    return found


def test_unedited_tools_do_as_they_did(log: WritableLog) -> None:
    """No divergence; what no code gave is counted by its reason."""
    found = regress(Contents(log), conversations(log), load)

    assert found.divergences == []
    assert found.compared.total() == len(outcomes(log)) > 60
    assert {INJECTED, SUBAGENTS, LAGGED} <= set(found.skipped)


def _more(_: Any, shown: Any) -> Any:
    return {**shown, "note": "new"}


def _touches(world: Any, shown: Any) -> Any:
    for change in world.changes:
        if change.field == "status":
            world.update(change.table, change.key, status=change.before)
    return shown


def _refuses(_: Any, __: Any) -> Any:
    raise Refusal("closed", "It is closed.")


def _breaks(_: Any, __: Any) -> Any:
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("tool", "bug", "what"),
    [
        ("get_order_details", _more, "observation /note"),
        ("get_order", _more, "observation /note"),
        ("cancel_pending_order", _touches, "change orders."),
        ("track_shipment", _refuses, "outcome"),
        ("find_user_id_by_email", _breaks, "outcome"),
    ],
)
def test_every_divergence_of_an_edit_is_named(log: WritableLog, tool: str, bug: Bug, what: str) -> None:
    """By conversation, event, tool and first difference; calls that never reached the tool come out as they did."""
    expected = {place for place, (name, event) in outcomes(log).items() if name == tool and isinstance(event, ToolAnswered)}

    def today(name: str) -> Setting:
        return with_bugs(load(name), {tool: bug} if tool in load(name).toolset else {})

    found = regress(Contents(log), conversations(log), today)

    assert expected
    assert {(each.conversation, each.position) for each in found.divergences} == expected
    assert {each.tool for each in found.divergences} == {tool}
    assert all(each.what.startswith(what) for each in found.divergences)


def test_a_tool_that_is_gone_is_a_divergence(log: WritableLog) -> None:
    """As an unknown tool would be refused."""

    def today(name: str) -> Setting:
        setting = load(name)
        tools = Toolset(tool for tool in setting.toolset.values() if tool.name != "get_order_details")
        return replace(setting, toolset=tools)

    found = regress(Contents(log), conversations(log), today)

    assert found.divergences
    assert all("unknown-tool" in each.today for each in found.divergences)
    assert {each.tool for each in found.divergences} == {"get_order_details"}


def test_a_stricter_rule_is_a_divergence(log: WritableLog) -> None:
    """Today's policy guards as well."""

    def today(name: str) -> Setting:
        setting = load(name)
        rules = tuple(replace(rule, allows=lambda *_: False) if rule.id == "confirm-first" else rule for rule in setting.policy.rules)
        return replace(setting, policy=replace(setting.policy, rules=rules))

    found = regress(Contents(log), conversations(log), today)

    assert found.divergences
    assert all(str(each.today).startswith("refused (policy:confirm-first)") for each in found.divergences)


def test_code_that_is_simulated_today_is_skipped(log: WritableLog) -> None:
    """No model is asked."""
    from scenarios.simulation import simulate

    def today(name: str) -> Setting:
        setting = load(name)
        if name != "retail":
            return setting
        from projections.state import world_at

        return simulate(setting, ["get_order_details"], world_at(log, "retail/000000", event=0))

    found = regress(Contents(log), conversations(log), today)

    assert found.divergences == []
    assert found.skipped["simulated"] > 0
