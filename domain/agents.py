"""Agents: who works in a setting, what each may use, and who hands work to whom.

A sub-agent is offered to its parent as a tool with one parameter, the request. It sees that request and what its
own tools show it, and nothing else; the parent sees its answer, and nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from domain.errors import Refusal, SettingError
from domain.tools import Tool, Toolset
from domain.transaction import Transaction
from events.digests import content_digest

ASSISTANT = "assistant"
"""Path of the agent that serves the user."""
USER = "user"
"""Path of the user, who may have tools of their own."""
_REQUEST = "What is to be done or found out, with every value that is needed for it: the agent knows nothing else."


class Ability(NamedTuple):
    """One thing that an agent can do, or have done."""

    sentence: str
    """What the tool is for: the first sentence of its description."""
    writes: bool
    via: str | None
    """Sub-agent that does it; None where the agent has the tool itself."""


@dataclass(frozen=True)
class Agent:
    """One kind of agent.

    Args:
        name: Also the name of the tool by which its parent reaches it.
        summary: What it is for, in a sentence; what its parent is told of it.
        prompt: What it is told before anything else.
        tools: Its own tools.
        subagents: Agents that it may hand work to.
        most_calls: Tool calls that it may make for one request; None for as many as the conversation allows.
    """

    name: str
    summary: str
    prompt: str
    tools: Toolset
    subagents: Mapping[str, "Agent"] = field(default_factory=dict)
    most_calls: int | None = None

    @cached_property
    def toolset(self) -> Toolset:
        """All that it is offered: its tools, then its sub-agents."""
        return Toolset([*self.tools.values(), *(Delegate(agent.name, agent.summary) for agent in self.subagents.values())])

    @cached_property
    def toolset_digest(self) -> str:
        """Digest of its tool list, as it is offered it."""
        return content_digest(orjson.dumps(self.toolset.specs))

    @cached_property
    def prompt_digest(self) -> str:
        """Digest of its prompt."""
        return content_digest(self.prompt.encode())

    @cached_property
    def abilities(self) -> Mapping[str, "Ability"]:
        """Tool -> what it can do with it: of its own tools, and of those of all agents below it."""
        own = {tool.name: Ability(_first_sentence(tool), tool.writes, None) for tool in self.tools.values()}
        below = {tool: ability._replace(via=name) for name, agent in self.subagents.items() for tool, ability in agent.abilities.items()}
        return {**own, **below}

    @cached_property
    def described(self) -> Mapping[str, str]:
        """The sentence of each ability, in small letters -> its tool."""
        return {ability.sentence.lower(): tool for tool, ability in self.abilities.items()}

    def at(self, path: str) -> "Agent":
        """The agent that plays a path below this one.

        Raises:
            SettingError: There is none.
        """
        agent = self
        for step in path.split("/")[1:]:
            name = step.partition("#")[0]
            if name not in agent.subagents:
                raise SettingError(f"{path}: {agent.name} has no sub-agent {name!r}; it has {', '.join(agent.subagents) or 'none'}")
            agent = agent.subagents[name]
        return agent

    def walk(self, path: str = ASSISTANT) -> Iterator[tuple[str, "Agent"]]:
        """(path, agent) of this agent and all below it."""
        yield path, self
        for name, agent in self.subagents.items():
            yield from agent.walk(f"{path}/{name}")


NO_TOOLS = Agent(USER, "", "", Toolset([]))
"""A user who can only speak."""


@dataclass(frozen=True)
class Delegate:
    """A sub-agent as its parent's tool."""

    name: str
    summary: str
    writes: bool = False

    @cached_property
    def spec(self) -> dict[str, Any]:
        """One parameter: the request."""
        request = {"type": "string", "minLength": 1, "description": _REQUEST}
        parameters = {"type": "object", "properties": {"request": request}, "required": ["request"], "additionalProperties": False}
        return {"type": "function", "function": {"name": self.name, "description": self.summary, "parameters": parameters}}

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Check that there is a request, and nothing else.

        Raises:
            Refusal: ``invalid-arguments``.
        """
        request = arguments.get("request")
        if set(arguments) != {"request"} or not isinstance(request, str) or not request:
            raise Refusal("invalid-arguments", f"{self.name}: takes one argument, 'request', a text that says what is to be done.")

    def run(self, world: Transaction, arguments: Mapping[str, Any]) -> Any:  # noqa: ARG002
        """Never called: the conversation puts the agent to work instead."""
        raise SettingError(f"sub-agent {self.name!r} cannot be run as a function")


def _first_sentence(tool: Tool) -> str:
    description = " ".join(str(tool.spec["function"]["description"]).split())
    return description.partition(". ")[0].removesuffix(".")


def parent_of(path: str) -> str:
    """Path of the agent that an agent answers to."""
    return path.rpartition("/")[0]


def depth_of(path: str) -> int:
    """How far below the agent that serves the user."""
    return path.count("/")
