"""Simulated tools: a model proposes what a call shows and changes, and only what agrees with the world becomes a fact.

A simulated tool has a specification and no code. ``check`` compares a proposal with the world as it would stand after
it, with the call, and with what was answered before. What no row holds, such as a sum, is held to its first answer only.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jsonschema_rs
import orjson

from domain.errors import Refusal, WorldError
from domain.schema import Schema
from domain.tools import Tool
from domain.transaction import Transaction
from domain.values import clean_text, plain
from domain.world import World
from events.tools import Change, ProposalRejected

TOOLS = "tools"
"""The role that proposes."""
SIMULATION = "simulation"
"""Kind of the fault where no proposal could be true."""
ATTEMPTS = 3
"""Proposals for one call; after the last the call faults."""


@dataclass(frozen=True)
class Denial:
    """A proposal that the tool declines."""

    code: str
    reason: str


@dataclass(frozen=True)
class Proposal:
    """What a model proposes for a call: what it shows and changes, or that the tool declines."""

    observation: Any = None
    changes: Sequence[Change] = ()
    denial: Denial | None = None
    malformed: str | None = None
    """Why what the model wrote is no proposal at all; then the observation is what it wrote."""
    rejected: ProposalRejected | None = None
    """As a recording has it: it was turned down, and is again, for the same reasons."""

    @classmethod
    def of_text(cls, text: str) -> "Proposal":
        """What a model wrote: the JSON that ``document`` makes. Anything else is a malformed proposal, and no error."""
        try:
            return cls.of_document(orjson.loads(text))
        except ValueError as error:
            return cls(clean_text(text), malformed=" ".join(clean_text(str(error)).split()) or type(error).__name__)

    @classmethod
    def of_document(cls, document: Any) -> "Proposal":
        """What a JSON value says that ``document`` could have made.

        Raises:
            ValueError: It says something else; a ValidationError where the changes do.
        """
        if not isinstance(document, dict) or not {"observation", "refused"} & document.keys():
            raise ValueError("there is neither 'observation' nor 'refused'")
        listed = document.get("changes") or []
        if not isinstance(listed, list):
            raise ValueError(f"'changes' is a list, not {type(listed).__name__}")
        changes = tuple(Change.model_validate(change) for change in listed)
        if document.get("refused") is not None:
            return cls(None, changes, Denial(str(document["refused"]), str(document.get("reason", ""))))
        return cls(document.get("observation"), changes)

    def document(self) -> dict[str, Any]:
        """As one JSON value, for the record."""
        if self.denial is not None:
            return {"refused": self.denial.code, "reason": self.denial.reason}
        return {"observation": self.observation, "changes": [change.model_dump(exclude_defaults=True) for change in self.changes]}


@dataclass(frozen=True)
class Earlier:
    """A call of the same tool with the same arguments, and how it came out."""

    call_id: str
    observation: Any
    refused: bool
    changes: tuple[Change, ...]
    """All that was changed since."""


@dataclass(frozen=True)
class Asked:
    """All that a proposal may depend on: the call, the world as it stands, and what was answered before."""

    tool: "SimulatedTool"
    agent: str
    call_id: str
    arguments: Mapping[str, Any]
    world: World
    schema: Schema
    now: str
    """Time inside the world."""
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True)
class SimulatedTool:
    """A tool that is a specification.

    Args:
        spec: As models are told of it: OpenAI's ``{"type": "function", "function": {...}}``.
        output: JSON schema of what it shows.
        writes: Whether it may change the world.
        reference: What it should do: its code where there is any, else the conventions. Gold paths and recordings are run with it.
        own: Fields of what it shows that mean something else than the rows' fields of that name, such as a quote's ``eta``.
    """

    spec: dict[str, Any]
    output: Mapping[str, Any]
    writes: bool
    reference: Tool = field(repr=False)
    own: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """As models call it."""
        return str(self.spec["function"]["name"])

    @cached_property
    def _arguments(self) -> Any:
        return jsonschema_rs.validator_for(self.spec["function"]["parameters"])

    @cached_property
    def output_validator(self) -> Any:
        """Compiled from the output schema."""
        return jsonschema_rs.validator_for(dict(self.output))

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Check the arguments against the schema.

        Raises:
            Refusal: ``invalid-arguments``, naming the argument.
        """
        for error in self._arguments.iter_errors(arguments):
            where = ".".join(map(str, error.instance_path))
            raise Refusal("invalid-arguments", f"{self.name}: {where + ': ' if where else ''}{error.message}")

    def run(self, world: Transaction, arguments: Mapping[str, Any]) -> Any:
        """What it should do; in a conversation a model proposes it instead."""
        return self.reference.run(world, arguments)


class Unreadable(WorldError):
    """A proposal that no event could hold."""


def readable(proposal: Proposal) -> Proposal:
    """The proposal as plain JSON values.

    Raises:
        Unreadable: There is something in it that JSON cannot hold.
    """
    if proposal.malformed is not None:
        raise Unreadable(f"a proposal is JSON with observation and changes, or refused and reason: {proposal.malformed}")
    try:
        changes = tuple(
            Change.model_validate({**change.model_dump(), "before": plain(change.before), "after": plain(change.after)})
            for change in proposal.changes
        )
        return Proposal(plain(proposal.observation), changes, proposal.denial)
    except (ValueError, RecursionError, AttributeError, TypeError) as error:
        raise Unreadable(" ".join(str(error).split())) from error


def touched(changes: Iterable[Change]) -> set[tuple[str, str]]:
    """(table, key) of the rows that changes are about."""
    return {(change.table, change.key) for change in changes}
