"""``worldloom repair``: conversations that went wrong, rewound to before the first bad event and tried again."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from actors.forking import Forks
from actors.minds import check_models, minds_for
from actors.plan import RunSettings
from actors.repairing import Rewound, failed_of, rewind, sound
from domain.agents import ASSISTANT, USER
from domain.blame import KINDS_OF_BLAME
from events.log import Log
from events.run import ConversationFinished
from projections.branches import finished_forks
from projections.contents import Contents
from projections.folder import RunFolder
from projections.records.files import replacing
from projections.records.repairs import Pair, Preference, distinct, json_line, preference, recoveries
from projections.runs import read_run
from scenarios.load import load
from worldloom.bar import watching
from worldloom.commands.inspect import Out, find
from worldloom.held import run_settings
from worldloom.models import Chosen, choose

console = Console(highlight=False)
REPAIR, RECOVERIES, PREFERENCES = "repair", "recoveries.jsonl", "preferences.jsonl"
_GOLD = "gold-faulted"


class Tried(NamedTuple):
    """A conversation that was not accepted, and how its forks came out."""

    failed: ConversationFinished
    rewound: Rewound | None
    ends: tuple[ConversationFinished, ...]

    @property
    def kind(self) -> str:
        """Of its first bad event."""
        return self.rewound.blame.kind if self.rewound else _GOLD

    @property
    def pairs(self) -> list[Pair]:
        """It, with each fork that was accepted."""
        return [Pair(self.failed, self.rewound.blame, end) for end in self.ends if end.accepted] if self.rewound else []


def repair(
    conversations: Annotated[
        list[str] | None, typer.Argument(metavar="[CONVERSATION]...", help="Which; without any, all that were not accepted.")
    ] = None,
    out: Out = Path("out"),
    tries: Annotated[int, typer.Option("-k", "--tries", min=1, help="Continuations of each by each model, with seeds of their own.")] = 3,
    assistants: Annotated[
        list[str] | None, typer.Option("--assistant", metavar="MODEL", help="Model that goes on as the assistant; may be repeated.")
    ] = None,
    models: Annotated[Path | None, typer.Option("--models", help="YAML file: how models are reached.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="US dollars for the whole run.")] = None,
) -> None:
    """Rewind conversations that failed to before their first bad event, try again, and keep what is accepted as training data."""
    folder = RunFolder.find(out)
    settings = run_settings(folder)
    chosen = [_chosen(settings, model, models, max_cost) for model in assistants or [sound(settings.models[ASSISTANT])]]
    log = folder.write_log()
    try:
        ends = {**read_run(log).finished, **(finished_forks(log) if conversations else {})}
        failed = failed_of(ends, [find(log, name) for name in conversations or ()])
        forks = Forks(settings, {name: load(name) for name in settings.settings}, log)
        tried = asyncio.run(_try(forks, log, failed, tries, assistants or (), settings, chosen, folder.path))
        pairs = _write(log, tried, folder.path / REPAIR)
    finally:
        log.close()
    _print(tried, pairs, folder.path)


def _chosen(settings: RunSettings, assistant: str, file: Path | None, most_usd: float | None) -> Chosen:
    others = [f"{role}={model}" for role, model in settings.models.items() if role not in (USER, ASSISTANT)]
    chosen = choose(settings.models[USER], assistant, others, file, [], most_usd, 1)
    check_models({role: name for role, name in chosen.models.items() if chosen.reach.recording(role) is None})
    return chosen


async def _try(
    forks: Forks,
    log: Log,
    failed: Sequence[ConversationFinished],
    tries: int,
    assistants: Sequence[str],
    settings: RunSettings,
    chosen: Sequence[Chosen],
    folder: Path,
) -> list[Tried]:
    casts = []
    for one in chosen:
        now = settings.model_copy(update={"models": one.models, "roles": {**settings.roles, **one.roles}})
        casts.append(minds_for(now, one.reach, folder))
    tried = []
    with watching(console, "repairing", len(failed), least=1) as watch:
        for end in failed:
            rewound = rewind(forks, log, end, tries, assistants)
            made = rewound.forks if rewound else ()
            came_out: list[ConversationFinished] = []
            for number, cast in enumerate(casts):
                came_out += [end async for end in forks.go_on(made[number * tries : (number + 1) * tries], cast.agents, cast.tools)]
            tried.append(Tried(end, rewound, tuple(came_out)))
            watch(1)
    return tried


def _write(log: Log, tried: Sequence[Tried], folder: Path) -> list[Preference]:
    """Both files, whole or not at all; returns the pairs."""
    contents = Contents(log)
    folder.mkdir(exist_ok=True)
    pairs: list[Preference] = []
    with replacing(folder / RECOVERIES) as file:
        for one in tried:
            for pair in one.pairs:
                file.writelines(map(json_line, recoveries(contents, pair)))
            pairs += distinct([found for pair in one.pairs if (found := preference(contents, pair)) is not None])
    with replacing(folder / PREFERENCES) as file:
        file.writelines(map(json_line, pairs))
    return pairs


def _print(tried: Sequence[Tried], pairs: Sequence[Preference], out: Path) -> None:
    if not tried:
        console.print(f"{out} holds no conversation that was not accepted, so there is nothing to repair")
        return
    held, repaired, forks, accepted = (Counter[str]() for _ in range(4))
    for one in tried:
        held[one.kind] += 1
        repaired[one.kind] += bool(one.pairs)
        forks[one.kind] += len(one.ends)
        accepted[one.kind] += len(one.pairs)
    kinds = [kind for kind in (*KINDS_OF_BLAME, _GOLD) if held[kind]]
    of_kind = Counter(pair.bad for pair in pairs)
    table = Table("first bad event", "conversations", "repaired", "share", "continuations accepted", "preference pairs")
    for kind in kinds:
        share = f"{repaired[kind] / held[kind]:.0%}"
        table.add_row(kind, str(held[kind]), str(repaired[kind]), share, f"{accepted[kind]} of {forks[kind]}", str(of_kind[kind]))
    every = (str(held.total()), str(repaired.total()), f"{repaired.total() / held.total():.0%}")
    table.add_row("all", *every, f"{accepted.total()} of {forks.total()}", str(len(pairs)), style="bold")
    console.print(table)
    console.print(f"{out / REPAIR / RECOVERIES}, {out / REPAIR / PREFERENCES}", soft_wrap=True)
    best = next((one for one in tried if one.pairs), None)
    if best is not None:
        console.print(f"look next: worldloom diff {best.failed.stream} {best.pairs[0].repaired.stream} --out {out}", soft_wrap=True)
