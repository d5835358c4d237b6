"""From the agents that ``scenario.yaml`` declares to a team: every tool belongs to exactly one of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.agents import ASSISTANT, USER, Agent
from domain.errand import Errand
from domain.errors import SettingError
from domain.tools import Tool, Toolset

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class AgentLimits(BaseModel):
    """Where a sub-agent is stopped, for one request."""

    model_config = ConfigDict(extra="forbid")

    tool_calls: int = Field(gt=0)


class AgentFile(BaseModel):
    """One sub-agent of ``scenario.yaml``; ``domain/agents.py`` says what the fields mean."""

    model_config = ConfigDict(extra="forbid")

    summary: str
    prompt: str
    tools: list[str] = []
    subagents: dict[str, "AgentFile"] = {}
    limits: AgentLimits | None = None


class CueFile(BaseModel):
    """Words by which the user hears that a tool of theirs is asked for; ``domain/errand.py`` says what the fields mean."""

    model_config = ConfigDict(extra="forbid")

    cues: str
    arguments: dict[str, Any] = {}


class UserFile(BaseModel):
    """``user:`` of ``scenario.yaml``: what the user can do without the assistant."""

    model_config = ConfigDict(extra="forbid")

    summary: str
    """Told to a model that plays the user."""
    tools: list[str] = Field(min_length=1)
    asked: dict[str, str | list[CueFile]] = {}
    """Tool -> by which words the offline user is asked for it; one that is not here they never use."""


class Team:
    """Builds the agents of one setting.

    Args:
        tools: All that the setting has, by name.
        deepest: How often work may be handed on.
        where: The file, for errors.
    """

    def __init__(self, tools: Mapping[str, Tool], deepest: int, where: str) -> None:
        self._tools, self._deepest, self._where = tools, deepest, where
        self._owners: dict[str, str] = {}

    def assistant(self, summary: str, prompt: str, tools: Sequence[str], subagents: Mapping[str, AgentFile]) -> Agent:
        """The agent that serves the user, and below it all who work for it.

        Raises:
            SettingError: A tool is missing or belongs to two agents, a name is not one, or work is handed on too deep.
        """
        own = Toolset(self._take(tools, ASSISTANT, "tools").values())
        return Agent(ASSISTANT, summary, prompt, own, self._below(subagents, "subagents", 1))

    def user(self, file: UserFile) -> Agent:
        """The user with tools of their own.

        Raises:
            SettingError: A tool is missing or belongs to another agent.
        """
        own = Toolset(self._take(file.tools, USER, "user.tools").values())
        return Agent(USER, " ".join(file.summary.split()), "", own)

    def errands(self, file: UserFile, user: Agent) -> tuple[Errand, ...]:
        """How the offline user hears what they are asked to do.

        Raises:
            SettingError: A tool is not the user's, cues are no pattern, or an argument is none of the tool's.
        """
        where = f"{self._where}: user.asked"
        pick(list(file.asked), user.tools, where)
        lists = {name: [CueFile(cues=cues)] if isinstance(cues, str) else cues for name, cues in file.asked.items()}
        errands = [Errand(name, cue.cues, cue.arguments) for name, cues in lists.items() for cue in cues]
        for errand in errands:
            parameters = user.tools[errand.tool].spec["function"]["parameters"].get("properties", {})
            try:
                named = [*errand.pattern.groupindex, *errand.arguments]
            except re.error as error:
                raise SettingError(f"{where}.{errand.tool}: {errand.cues!r} is no regular expression: {error}") from error
            for name in named:
                if name not in parameters:
                    raise SettingError(f"{where}.{errand.tool}: {name!r} is no parameter; there are {', '.join(parameters) or 'none'}")
        return tuple(errands)

    def _below(self, files: Mapping[str, AgentFile], key: str, depth: int) -> dict[str, Agent]:
        if files and depth > self._deepest:
            raise SettingError(f"{self._where}: {key}: work may be handed on {self._deepest} times only; raise limits.depth or nest less")
        return {name: self._agent(name, file, f"{key}.{name}", depth) for name, file in files.items()}

    def _agent(self, name: str, file: AgentFile, key: str, depth: int) -> Agent:
        if not _NAME.fullmatch(name):
            raise SettingError(f"{self._where}: {key}: {name!r} is no name for an agent; small letters, digits and _ make one")
        if name in self._tools:
            raise SettingError(f"{self._where}: {key}: {name!r} is a tool already; its parent could not tell them apart")
        own = Toolset(self._take(file.tools, name, f"{key}.tools").values())
        below = self._below(file.subagents, f"{key}.subagents", depth + 1)
        if not own and not below:
            raise SettingError(f"{self._where}: {key}: an agent needs tools or sub-agents")
        most = file.limits.tool_calls if file.limits else None
        return Agent(name, " ".join(file.summary.split()), file.prompt.strip(), own, below, most)

    def _take(self, wanted: Sequence[str], agent: str, key: str) -> dict[str, Tool]:
        picked: dict[str, Tool] = pick(wanted, self._tools, f"{self._where}: {key}")
        for tool in picked:
            if tool in self._owners:
                raise SettingError(f"{self._where}: {key}: {tool!r} belongs to {self._owners[tool]} already; give it to one of them")
            self._owners[tool] = agent
        return picked


def pick(wanted: Sequence[str], offered: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Those of what is offered that a file names.

    Raises:
        SettingError: One of them is not there.
    """
    for item in wanted:
        if item not in offered:
            raise SettingError(f"{where}: {item!r} is not there; there are {', '.join(offered) or 'none'}")
    return {item: offered[item] for item in wanted}
