"""``worldloom view``: who knew what, and when."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.text import Text

from domain.agents import ASSISTANT
from projections.contents import Contents
from projections.folder import RunFolder
from projections.state import history
from projections.transcript import Message
from projections.views import view
from worldloom.commands.inspect import Conversation, Out, find
from worldloom.show import cut

console = Console(highlight=False, soft_wrap=True)
_LONGEST = 400
_STYLES = {"system": "dim", "user": "bold cyan", "assistant": "bold green", "tool": "magenta"}


def show_view(
    conversation: Conversation,
    agent: Annotated[str, typer.Option("--agent", help="Path of the agent: user, assistant, assistant/billing ...")] = ASSISTANT,
    event: Annotated[int | None, typer.Option("--event", min=0, help="After so many events; without it, at the end.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Cut nothing short.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON for each message.")] = False,
    out: Out = Path("out"),
) -> None:
    """Show what an agent had been told and shown at an event, as its prompt would hold it, and nothing else."""
    log = RunFolder.find(out).open_log()
    for message in view(Contents(log), history(log, find(log, conversation)), agent, event):
        if as_json:
            print(orjson.dumps(message.model_dump(exclude_none=True, exclude={"train"})).decode())
        else:
            console.print(_line(message, 0 if full else _LONGEST))


def _line(message: Message, longest: int) -> Text:
    calls = "".join(f" -> {call.function.name}({call.function.arguments})" for call in message.tool_calls or ())
    return Text.assemble((f"{message.role}: ", _STYLES[message.role]), cut(message.content, longest), (calls, "magenta"))
