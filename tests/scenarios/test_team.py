"""A setting's agents are what scenario.yaml declares, and what contradicts itself is named by file and key."""

from typing import Any

import pytest

from domain.errors import SettingError
from scenarios.load import load
from scenarios.team import AgentFile, Team, UserFile
from tests.parcels import TOOLSET

OWN = {"summary": "Looks.", "prompt": "You look."}


def built(tools: list[str], subagents: dict[str, Any], deepest: int = 3) -> Any:
    files = {name: AgentFile.model_validate({**OWN, **file}) for name, file in subagents.items()}
    return Team(TOOLSET, deepest, "scenario.yaml").assistant("A desk.", "Be kind.", tools, files)


def test_agents_are_nested_as_declared() -> None:
    """Each agent is offered its own tools and, as tools with one parameter, its own sub-agents."""
    team = built(
        ["find_return"],
        {"clerk": {"tools": ["open_return"], "subagents": {"porter": {**OWN, "tools": ["forget"], "limits": {"tool_calls": 2}}}}},
    )

    assert [(path, list(agent.toolset)) for path, agent in team.walk()] == [
        ("assistant", ["find_return", "clerk"]),
        ("assistant/clerk", ["open_return", "porter"]),
        ("assistant/clerk/porter", ["forget"]),
    ]
    assert team.at("assistant/clerk#2/porter").most_calls == 2
    assert {tool: ability.via for tool, ability in team.abilities.items()} == {
        "find_return": None,
        "open_return": "clerk",
        "forget": "clerk",
    }
    clerk = team.toolset.specs[1]["function"]
    assert (clerk["name"], clerk["description"], clerk["parameters"]["required"]) == ("clerk", "Looks.", ["request"])


@pytest.mark.parametrize(
    ("subagents", "error"),
    [
        ({"clerk": {"tools": ["nope"]}}, r"scenario.yaml: subagents.clerk.tools: 'nope' is not there; there are find_return"),
        ({"clerk": {"tools": ["find_return"]}}, r"subagents.clerk.tools: 'find_return' belongs to assistant already"),
        ({"a": {"tools": ["forget"]}, "b": {"tools": ["forget"]}}, r"subagents.b.tools: 'forget' belongs to a already"),
        ({"forget": {"tools": ["sneak"]}}, r"subagents.forget: 'forget' is a tool already"),
        ({"Clerk/1": {"tools": ["sneak"]}}, r"subagents.Clerk/1: 'Clerk/1' is no name for an agent"),
        ({"clerk": {}}, r"subagents.clerk: an agent needs tools or sub-agents"),
        ({"a": {"subagents": {"b": {**OWN, "tools": ["forget"]}}}}, r"subagents.a.subagents: work may be handed on 1 times only"),
    ],
)
def test_contradictions_are_named(subagents: dict[str, Any], error: str) -> None:
    """File, key, what was found, and what would do."""
    with pytest.raises(SettingError, match=error):
        built(["find_return"], subagents, 1)


def test_a_user_has_tools_that_nobody_else_has() -> None:
    """What the user is given the assistant cannot have, and the other way round; cues make errands."""
    team = Team(TOOLSET, 3, "scenario.yaml")
    assistant = team.assistant("A desk.", "Be kind.", ["find_return"], {})
    file = UserFile(summary="You hold the parcel.", tools=["forget"], asked={"forget": "forget it"})
    user = team.user(file)

    assert (list(assistant.toolset), list(user.toolset), user.name) == (["find_return"], ["forget"], "user")
    assert [(errand.tool, errand.cues) for errand in team.errands(file, user)] == [("forget", "forget it")]
    with pytest.raises(SettingError, match=r"scenario.yaml: user.tools: 'forget' belongs to user already"):
        team.user(file)


@pytest.mark.parametrize(
    ("file", "error"),
    [
        ({"tools": ["find_return"]}, r"user.tools: 'find_return' belongs to assistant already"),
        ({"tools": ["nope"]}, r"user.tools: 'nope' is not there"),
        ({"tools": ["forget"], "asked": {"find_return": "find"}}, r"user.asked: 'find_return' is not there; there are forget"),
        ({"tools": ["forget"], "asked": {"forget": "(forget"}}, r"user.asked.forget: '\(forget' is no regular expression"),
        ({"tools": ["forget"], "asked": {"forget": "(?P<what>it)"}}, r"user.asked.forget: 'what' is no parameter"),
    ],
)
def test_contradictions_of_the_user_are_named(file: dict[str, Any], error: str) -> None:
    """File, key, what was found, and what would do."""
    team = Team(TOOLSET, 3, "scenario.yaml")
    team.assistant("A desk.", "Be kind.", ["find_return"], {})
    made = UserFile(summary="You.", **file)
    with pytest.raises(SettingError, match=error):
        team.errands(made, team.user(made))


def test_supply_chain_is_a_hierarchy() -> None:
    """A control tower over four agents, one of which hands on further; together they have all tools, each one once."""
    setting = load("supply_chain")
    agents = dict(setting.assistant.walk())

    assert list(agents) == [
        "assistant",
        "assistant/inventory",
        "assistant/logistics",
        "assistant/logistics/customs",
        "assistant/procurement",
        "assistant/billing",
    ]
    assert sorted(setting.toolset) == sorted(name for agent in agents.values() for name in agent.tools)
    assert list(agents["assistant/logistics/customs"].tools) == ["get_hold", "submit_document", "request_release"]
    assert setting.assistant.prompt == setting.policy.prose
    assert all(agent.prompt and agent.summary.endswith(".") for agent in agents.values())


def test_one_agent_where_none_are_declared() -> None:
    """A setting without sub-agents has an assistant with all tools."""
    setting = load("retail")

    assert setting.team is None
    assert [path for path, _ in setting.assistant.walk()] == ["assistant"]
    assert list(setting.assistant.toolset) == list(setting.toolset)
