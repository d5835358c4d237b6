"""Sourcing: a model is asked where arguments come from that are found nowhere, and must quote what it names.

Only what looking up leaves is asked about. What the model says counts where its quote stands in an event that the agent had seen by
then, other than its own words; and it is marked as the model's.
"""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict

from actors import llm
from actors.gateway.cache import REPLIES, ReplyCache
from actors.gateway.form import Form
from actors.gateway.gateway import Gateway
from actors.gateway.settings import Reach, Role
from actors.mind import BudgetSpent, MindBroke, MindLost
from actors.prompting import render
from domain.errors import SettingError
from domain.provenance.known import Source
from domain.provenance.origins import BY_MODEL, Origin
from domain.provenance.reading import escaped
from domain.values import legible
from events.base import Event
from events.forks import whole
from events.log import Recorded
from events.subagents import SubagentStarted
from events.tools import ToolAnswered, ToolFaulted, ToolRefused
from projections.contents import Contents
from projections.origins import Loose
from projections.transcript import json_text
from projections.views import view_lines

SOURCE = "source"
"""The role."""
_LEAST = 2
"""Characters of a quote; what is shorter stands everywhere."""


class Named(BaseModel):
    """What a model says of one argument."""

    model_config = ConfigDict(extra="forbid")

    line: int | None
    """Number of the line from which the value follows; null for none."""
    quote: str = ""
    """Its words, letter by letter."""
    how: str = ""
    """In a few words."""


class Sourcer:
    """Asks one model.

    Args:
        model: As LiteLLM names it.
        folder: Of the run; replies that were paid for are kept there.
        role: How the model is asked.

    Raises:
        SettingError: There is no such model.
    """

    def __init__(self, model: str, folder: Path, reach: Reach, role: Role) -> None:
        if model.partition("/")[0] in ("offline", "flawed", "recorded"):
            raise SettingError(f"model {model!r} cannot look for sources; name one that a provider serves, or leave it out")
        llm.check_model(model)
        self.model, self._repairs = model, role.repairs
        self._gateway = Gateway(reach, ReplyCache(folder / REPLIES / SOURCE / "0.sqlite"))
        self._form = Form(self._gateway, model, SOURCE, role, Named.model_validate)
        self.failed: list[str] = []
        """Why nothing was said of an argument, where the model could not be asked or read."""

    async def source(self, contents: Contents, loose: Sequence[Loose]) -> list[Origin]:
        """The origins of arguments, as the model sees them; those of which it knows nothing as they were."""
        return list(await asyncio.gather(*(self._one(contents, one) for one in loose)))

    async def _one(self, contents: Contents, loose: Loose) -> Origin:
        records = list(whole(contents.store, loose.conversation))
        lines = dict(view_lines(contents, records, loose.agent, loose.position - 1))
        rejected: list[str] = []
        for _ in range(self._repairs + 1):
            try:
                filled = await self._form.fill(source_prompt(loose, lines, rejected), loose.conversation)
            except BudgetSpent as error:
                self.failed.append(str(error))
                return loose.origin
            except (MindLost, MindBroke) as error:
                self.failed.append(f"{loose.conversation} [{loose.position}] {loose.origin.path}: {error}")
                return loose.origin
            if filled.value is not None and filled.value.line is None:
                return loose.origin
            wrong = filled.reasons if filled.value is None else _objections(filled.value, lines)
            if filled.value is not None and not wrong:
                return self._marked(loose.origin, filled.value, records)
            rejected += wrong
        self.failed.append(f"{loose.conversation} [{loose.position}] {loose.origin.path}: {rejected[-1]}")
        return loose.origin

    def _marked(self, origin: Origin, named: Named, records: Sequence[Recorded]) -> Origin:
        assert named.line is not None
        source = source_of(named.line, records[named.line - 1].event if named.line else None, named.quote)
        return origin._replace(kind=BY_MODEL, sources=(source,), rule=f"{self.model}: {' '.join(named.how.split())}")

    async def close(self) -> None:
        """Give back connections and files."""
        await self._gateway.close()


def source_of(position: int, event: Event | None, quote: str) -> Source:
    """Where a quote stands, as looking up would have named it."""
    match event:
        case None:
            return Source("instructions", position, "")
        case ToolAnswered(observation=observation):
            return Source("observation", position, _pointer(observation, quote) or "")
        case ToolRefused(reason=text) | ToolFaulted(reason=text):
            kind = "observation"
        case SubagentStarted(request=text):
            kind = "request"
        case _:
            kind, text = "user", getattr(event, "content", "")
    first = text.find(quote)
    return Source(kind, position, f"{first}:{first + len(quote)}" if first >= 0 else "")


def _pointer(value: Any, quote: str, path: str = "") -> str | None:
    """JSON pointer of the deepest part of an observation that holds a quote; None for one that does not."""
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, part in parts:
        found = _pointer(part, quote, f"{path}/{escaped(key)}")
        if found is not None:
            return found
    return path if quote in (value if isinstance(value, str) else json_text(value)) else None


def _objections(named: Named, lines: dict[int, str]) -> tuple[str, ...]:
    """What is wrong with the evidence."""
    if named.line not in lines:
        return (f"line: there is no line {named.line}; name one of those in brackets, or null",)
    if len(named.quote) < _LEAST or named.quote not in lines[named.line]:
        return (f"quote: line {named.line} does not hold {named.quote!r}; quote its words letter by letter",)
    return ()


def source_prompt(loose: Loose, lines: dict[int, str], rejected: Sequence[str] = ()) -> str:
    """All that a model is shown to find where an argument comes from."""
    return render(
        "source",
        lines=[(position, _safe(text)) for position, text in lines.items()],
        call=_line({"tool": loose.tool, "event": loose.position}),
        argument=_line({"path": loose.origin.path, "value": loose.origin.value}),
        schema=orjson.dumps(Named.model_json_schema()).decode(),
        rejected=rejected,
    )


def _safe(text: str) -> str:
    """A text that cannot end the data in which it stands."""
    return text.replace("</data", "<\\/data")


def _line(value: object) -> str:
    return _safe(orjson.dumps(legible(value)).decode())
