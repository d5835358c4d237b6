"""Simulated tools that a model plays: what it is shown of a call and of the world, and what is made of its answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from actors.gateway.form import Form
from actors.gateway.gateway import Gateway
from actors.gateway.settings import Role
from actors.mind import MindBroke
from actors.prompting import render
from domain.agreement import related
from domain.simulated import TOOLS, Asked, Proposal
from domain.values import clean_text
from domain.vicinity import named_tables, vicinity
from events.conversation import Usage
from events.tools import Objection

_KEPT = 16_000
"""Characters of an answer that was no proposal."""


class ModelTools:
    """Plays the simulated tools of one conversation.

    Args:
        model: As LiteLLM names it.
        role: How it is asked.
        conversation: Stream of the log.
    """

    def __init__(self, gateway: Gateway, model: str, role: Role, conversation: str) -> None:
        self._form = Form(gateway, model, TOOLS, role, Proposal.of_document)
        self._conversation = conversation
        self.model = model
        self.request: str | None = None
        self.usage: Usage | None = None
        self.cost_usd: float | None = None
        self.reasoning: str | None = None
        self.beside: Mapping[str, Any] = {}

    async def propose(self, asked: Asked, objections: Sequence[Sequence[Objection]]) -> Proposal:
        """See ``ToolMind.propose``; where the provider declines the prompt, that is a proposal which cannot be."""
        try:
            value, reasons, answer, took = await self._form.fill(tools_prompt(asked, objections), self._conversation)
        except MindBroke as error:
            self.request = self.usage = self.cost_usd = self.reasoning = None
            self.beside = {}
            return Proposal("", malformed=clean_text(str(error)))
        self.model, self.request, self.usage, self.cost_usd, self.beside = took.model, took.request, took.usage, took.cost_usd, took.beside
        self.reasoning = answer.reasoning
        return value or Proposal(clean_text(answer.content[:_KEPT]), malformed=clean_text("; ".join(reasons)))


def tools_prompt(asked: Asked, objections: Sequence[Sequence[Objection]] = ()) -> str:
    """All that a model is shown to play one call of a tool."""
    near = vicinity(asked)
    shapes = asked.schema.tables
    mattering = related(asked.schema, [*named_tables(asked), *(row.table for row in near.rows)])
    tables = [
        {
            "name": name,
            "key": shapes[name].key,
            "columns": _json(shapes[name].columns),
            "optional": ", ".join(sorted(shapes[name].optional)),
            "references": ", ".join(f"{target} by {path}" for path, target in shapes[name].references.items()),
        }
        for name in shapes
        if name in mattering
    ]
    return render(
        "tools",
        asked=asked,
        tool=asked.tool,
        specification=_json(asked.tool.spec["function"]),
        output=_json(asked.tool.output) if asked.tool.output else "(anything)",
        tables=tables,
        invariants=[invariant.sentence for invariant in asked.schema.invariants if invariant.table in mattering],
        rows=[_data([row.table, row.key, row.row]) for row in near.rows],
        left_out=near.left_out,
        call_id=_data(asked.call_id),
        arguments=_data(asked.arguments),
        earlier=[_data([one.call_id, None if one.refused else one.observation, len(one.changes)]) for one in asked.earlier],
        objections=[_data([one.code, one.place, one.reason]) for given in objections for one in given],
    )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _data(value: Any) -> str:
    """JSON on one line that cannot end the data in which it stands."""
    return _json(value).replace("<", "\\u003c")
