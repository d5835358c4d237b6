"""``worldloom fork``, ``branches`` and ``diff``: conversations that go on otherwise, and how they differ."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from actors.forking import Forks, another_seed
from actors.minds import check_models, minds_for
from actors.plan import RunSettings
from domain.agents import ASSISTANT, USER
from domain.errors import SettingError
from events.log import Recorded, WritableLog
from events.run import ConversationFinished
from projections.branches import Branch, compare, forked_of, tree
from projections.folder import RunFolder
from scenarios.load import load
from worldloom.commands.inspect import Conversation, Out, find
from worldloom.held import run_settings
from worldloom.models import Chosen, check_agents, choose
from worldloom.show import before_and_after

console = Console(highlight=False)
_MOST_EVENTS = 12


def fork(
    conversation: Conversation,
    at: Annotated[int, typer.Option("--at", min=1, help="The last event that is kept; with --edit, the event that is edited.")],
    out: Out = Path("out"),
    edit: Annotated[str | None, typer.Option("--edit", help='JSON, such as {"content": "No, cancel it."}.')] = None,
    policy: Annotated[Path | None, typer.Option("--policy", help="File with another policy, as the assistant is told it.")] = None,
    tries: Annotated[int, typer.Option("-k", "--tries", min=1, help="Continuations, each with a seed of its own.")] = 1,
    user: Annotated[str | None, typer.Option("--user", help="Model that plays the user from here on.")] = None,
    assistant: Annotated[str | None, typer.Option("--assistant", help="Model that plays the assistant from here on.")] = None,
    model: Annotated[
        list[str] | None, typer.Option("--model", metavar="AGENT=MODEL", help="Model of a sub-agent; may be repeated.")
    ] = None,
    models: Annotated[Path | None, typer.Option("--models", help="YAML file: how models are reached.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="US dollars for the whole run.")] = None,
) -> None:
    """Go on otherwise from an event: what was before is shared, and no model is asked for it."""
    folder = RunFolder.find(out)
    settings = run_settings(folder)
    loaded = {name: load(name) for name in settings.settings}
    played = {**settings.models, USER: user or settings.models[USER], ASSISTANT: assistant or settings.models[ASSISTANT]}
    others = [f"{role}={name}" for role, name in played.items() if role not in (USER, ASSISTANT)]
    chosen = choose(played[USER], played[ASSISTANT], [*others, *(model or [])], models, [], max_cost, 1)
    check_agents([*chosen.models, *chosen.roles], loaded)
    check_models({role: name for role, name in chosen.models.items() if chosen.reach.recording(role) is None})
    log = folder.write_log()
    try:
        stream = find(log, conversation)
        forks = Forks(settings, loaded, log)
        amends = _amends(log, settings, chosen, policy)
        seed = forks.planned(stream).started.seed
        made = [forks.fork(stream, at, _edit(edit), {**amends, **_seed(seed, number)}) for number in range(tries)]
        now = settings.model_copy(update={"models": chosen.models, "roles": {**settings.roles, **chosen.roles}})
        ends = asyncio.run(_held(forks, made, now, chosen, folder.path))
        _print(log, stream, made, ends, out)
    finally:
        log.close()


async def _held(forks: Forks, made: Sequence[str], now: RunSettings, chosen: Chosen, folder: Path) -> dict[str, ConversationFinished]:
    cast = minds_for(now, chosen.reach, folder)
    return {end.stream: end async for end in forks.go_on(made, cast.agents, cast.tools)}


def _amends(log: WritableLog, settings: RunSettings, chosen: Chosen, policy: Path | None) -> dict[str, Any]:
    amends: dict[str, Any] = {}
    if chosen.models != settings.models:
        amends["models"] = chosen.models
    if policy is not None:
        try:
            amends["policy"] = log.put(policy.read_text("utf-8").encode())
        except UnicodeDecodeError as error:
            raise SettingError(f"{policy} is no text ({error}); name a file in UTF-8") from error
    return amends


def _seed(seed: int, number: int) -> dict[str, Any]:
    return {"seed": another_seed(seed, number)} if number else {}


def _edit(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        edit = orjson.loads(text)
    except ValueError as error:
        raise SettingError(f"--edit {text!r} is not JSON ({error})") from error
    if not isinstance(edit, dict):
        raise SettingError(f'--edit {text!r} is no object; write {{"FIELD": VALUE}}')
    return edit


def _print(log: WritableLog, parent: str, made: Sequence[str], ends: Mapping[str, ConversationFinished], out: Path) -> None:
    table = Table("fork", "shares", "came out", "events of its own", "world, against the parent's")
    for name in made:
        forked, end = forked_of(log, name), ends.get(name)
        shares = f"{forked.position} events" if forked else ""
        if end is None:
            table.add_row(name, shares, "stopped; the same command goes on", "", "")
            continue
        changed = len(compare(log, parent, name).changes)
        differs = f"{changed} fields differ" if changed else "the same"
        table.add_row(name, shares, _outcome(end), str(end.events - 1), differs)
    console.print(table)
    console.print(f"look next: worldloom diff {parent} {made[0]} --out {out}", soft_wrap=True)


def _outcome(end: ConversationFinished) -> str:
    return "accepted" if end.accepted else ", ".join(end.findings)


def branches(conversation: Conversation, out: Out = Path("out")) -> None:
    """Show what was forked from a conversation, as a tree."""
    log = RunFolder.find(out).open_log()
    console.print(_tree(tree(log, find(log, conversation))))


def _tree(branch: Branch) -> Tree:
    how = _outcome(branch.end) if branch.end else "not ended"
    label = Text(f"{branch.stream}  {how}")
    if branch.forked is not None:
        edited = f", event {branch.forked.edits} edited" if branch.forked.edits else ""
        amended = "".join(f", {name} amended" for name in branch.forked.amends)
        label.append(f"  (after event {branch.forked.position}{edited}{amended})", style="dim")
    shown = Tree(label)
    for below in branch.branches:
        shown.add(_tree(below))
    return shown


def diff(one: Conversation, other: Conversation, out: Out = Path("out")) -> None:
    """Compare two branches: the events that only one of them has, and how their worlds differ at the end."""
    log = RunFolder.find(out).open_log()
    left, right = find(log, one), find(log, other)
    found = compare(log, left, right)
    console.print(f"{found.shared} events are the same; then {left} has {len(found.one)} of its own, {right} {len(found.other)}")
    table = Table(left, right, show_lines=True)
    for number in range(min(max(len(found.one), len(found.other)), _MOST_EVENTS)):
        table.add_row(*(_gist(side[number]) if number < len(side) else "" for side in (found.one, found.other)))
    console.print(table)
    worlds = Table("row", "field", left, right, title="worlds at the end")
    for change in found.changes:
        worlds.add_row(f"{change.table}.{change.key}", change.field or "(row)", *map(Text, before_and_after(change)))
    console.print(worlds if worlds.row_count else "their worlds are the same at the end")


def _gist(record: Recorded) -> Text:
    fields = record.event.model_dump(mode="json", exclude_defaults=True)
    return Text(f"{record.position} {record.event.TOPIC} {orjson.dumps(fields).decode()}"[:400])
