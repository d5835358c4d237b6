"""``worldloom log``, ``show``, ``replay`` and ``costs``: look at what is recorded."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from domain.errors import SettingError
from events.conversation import ConversationEnded
from events.forks import MARK
from events.log import Log
from projections.costs import read_costs
from projections.folder import RunFolder
from projections.runs import RunView, read_run
from projections.state import conversations, diff, history, world_at
from worldloom.costs import costs_of, costs_table
from worldloom.show import before_and_after, render
from worldloom.summary import failures

console = Console(highlight=False, soft_wrap=True)

Out = Annotated[Path, typer.Option("--out", help="Folder of the run.")]
Conversation = Annotated[str, typer.Argument(help="Name of the conversation, such as retail/000007, or its number.")]


def log(
    conversation: Annotated[str | None, typer.Argument(help="A conversation, for its events; without it, all conversations.")] = None,
    out: Out = Path("out"),
    limit: Annotated[int, typer.Option("--limit", min=1, help="Lines at most.")] = 50,
) -> None:
    """List the conversations of a run and what failed in them, or the events of one of them."""
    store = RunFolder.find(out).open_log()
    if conversation is None:
        view = read_run(store)
        _list_conversations(view, limit)
        for line in failures(view, out):
            console.print(line, markup=False, soft_wrap=True)
        return
    table = Table("event", "what", "agent", "gist", "link", box=None)
    for record in history(store, find(store, conversation)):
        fields = record.event.model_dump(mode="json", exclude_defaults=True)
        agent = fields.pop("agent", "")
        gist = Text(orjson.dumps(fields).decode(), overflow="ellipsis", no_wrap=True)
        table.add_row(str(record.position), record.event.TOPIC, agent, gist, record.link.hex()[:10])
    Console(highlight=False).print(table)


def _list_conversations(run: RunView, limit: int) -> None:
    ends = dict.fromkeys(run.scheduled, ("open", ""))
    for stream, end in run.finished.items():
        ends[stream] = ("accepted" if end.accepted else "not accepted", ", ".join(end.findings) or f"{end.events} events")
    for stream, broken in run.abandoned.items():
        ends[stream] = ("abandoned", f"{broken.fault}: {broken.reason}")
    table = Table("conversation", "came out", "how")
    for stream, (state, how) in list(ends.items())[:limit]:
        table.add_row(stream, state, Text(how))
    console.print(table)
    if len(ends) > limit:
        console.print(f"... and {len(ends) - limit} more; --limit shows more")


def show(
    conversation: Conversation, out: Out = Path("out"), full: Annotated[bool, typer.Option("--full", help="Cut nothing short.")] = False
) -> None:
    """Show a conversation as people read it, with what each tool call changed."""
    store = RunFolder.find(out).open_log()
    stream = find(store, conversation)
    for part in render(store, stream, full=full):
        console.print(part)
    last = None
    for record in history(store, stream):
        last = record.event
    if not isinstance(last, ConversationEnded):
        console.print(_unended(store, stream), style="red", markup=False)


def _unended(store: Log, stream: str) -> str:
    """Why a conversation has no end."""
    abandoned = read_run(store).abandoned.get(stream)
    if abandoned is None:
        return "it has not ended; the same generate command goes on with it"
    return f"abandoned, fault of the {abandoned.fault}: {abandoned.reason}"


def replay(
    conversation: Conversation,
    at: Annotated[int | None, typer.Option("--at", min=0, help="Turn of the user, 0 for the start; without it, the end.")] = None,
    event: Annotated[int | None, typer.Option("--event", min=0, help="Event, instead of a turn.")] = None,
    whole: Annotated[bool, typer.Option("--state", help="The whole state as JSON, instead of what differs from the start.")] = False,
    out: Out = Path("out"),
) -> None:
    """Rebuild the world at any turn from the log alone; prints the difference from the start, or the state."""
    if at is not None and event is not None:
        raise SettingError("--at and --event name two places; leave one of them out")
    store = RunFolder.find(out).open_log()
    stream = find(store, conversation)
    world = world_at(store, stream, event=event, turn=at)
    if whole:
        console.print(orjson.dumps(world.document(), option=orjson.OPT_INDENT_2).decode(), markup=False)
        return
    table = Table("row", "field", "before", "after", title=f"{stream}: world {world.digest[:16]}")
    for change in diff(world_at(store, stream, event=0), world):
        table.add_row(f"{change.table}.{change.key}", change.field or "(row)", *map(Text, before_and_after(change)))
    console.print(table if table.row_count else f"{stream}: nothing has changed; world {world.digest[:16]}")


def find(store: Log, name: str) -> str:
    """The stream that a person means.

    Raises:
        SettingError: There is none, or more than one.
    """
    streams = conversations(store)
    if name in streams:
        return name
    number, mark, fork = name.partition(MARK)
    fitting = [stream for stream in streams if number.isdigit() and _is_meant(stream, int(number), mark + fork)]
    if len(fitting) == 1:
        return fitting[0]
    abandoned = read_run(store).abandoned.get(name)
    if abandoned is not None:
        raise SettingError(f"{store.place}: {name} was abandoned before it began ({abandoned.fault}): {abandoned.reason}")
    some = ", ".join(streams[:3]) + (" ..." if len(streams) > 3 else "")
    raise SettingError(f"{store.place}: there is no conversation {name!r}; there are {len(streams)}: {some or 'none'}")


def _is_meant(stream: str, number: int, fork: str) -> bool:
    """Whether a conversation has a number, and its fork's name begins so: ``7~3f`` for ``retail/000007~3fa9c21b``."""
    own, mark, rest = stream.rpartition("/")[2].partition(MARK)
    return own.isdigit() and int(own) == number and (bool(fork) == bool(mark)) and (mark + rest).startswith(fork)


def costs(out: Out = Path("out"), as_json: Annotated[bool, typer.Option("--json", help="By conversation, as JSON.")] = False) -> None:
    """What the models of a run took: tokens and money, by agent and model, and for each accepted conversation."""
    folder = RunFolder.find(out)
    found = read_costs(folder.open_log())
    if as_json:
        told = {stream: {"nano_usd": bill.nano_usd, "replies": bill.replies} for stream, bill in found.by_conversation.items()}
        console.print(orjson.dumps({"nano_usd": found.total.nano_usd, "conversations": told}).decode(), markup=False)
        return
    console.print(costs_table(found))
    for line in costs_of(folder, found):
        console.print(line)
