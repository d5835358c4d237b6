"""``worldloom generate`` and ``worldloom settings``: the main job."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from actors.blueprints import Held, read_held
from actors.minds import check_models, is_ours
from actors.placement import Placement, crew_of
from actors.plan import RunSettings, data_digest, prepare
from actors.run import Crew, Ledger, Supervisor
from domain.agents import USER
from domain.blueprints.blueprint import Blueprint
from domain.errors import SettingError
from domain.faults import KINDS, Faults
from domain.persona.sampling import SAMPLERS, check_sampler
from domain.simulated import TOOLS
from domain.slips import KINDS as SLIPS
from domain.slips import Slips
from projections.blueprints.files import world_seed_of
from projections.costs import read_costs
from projections.dataset import write_dataset
from projections.folder import RunFolder
from projections.runs import RunView
from scenarios.load import load, names
from scenarios.simulation import check_simulated, is_simulated
from worldloom.bar import watching
from worldloom.costs import costs_of
from worldloom.models import check_agents, choose
from worldloom.numbers import numbers
from worldloom.progress import Meter, showing
from worldloom.summary import failures, settings_table

console = Console(highlight=False)
_NONE_HELD = 1
_COUNT = 20
"""Conversations of a run that is not told how many."""


def generate(
    settings: Annotated[
        list[str] | None, typer.Argument(metavar="SETTING...", help="One or more settings; conversations take turns.")
    ] = None,
    count: Annotated[int | None, typer.Option("-n", "--count", min=1, help="Conversations in all; 20.")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Decides every byte, with the other settings.")] = 0,
    out: Annotated[Path, typer.Option("--out", help="Folder of the run; the same command goes on in it.")] = Path("out"),
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data to run on, with its tasks as goals.")] = None,
    blueprints: Annotated[
        Path | None, typer.Option("--blueprints", metavar="FILE|DIR", help="Blueprints to hold, instead of goals that the settings draw.")
    ] = None,
    attempts: Annotated[int, typer.Option("--attempts", min=1, help="Conversations of each blueprint.")] = 1,
    world_seed: Annotated[int | None, typer.Option("--world-seed", min=0, help="Of the blueprints' worlds; as their folder says.")] = None,
    user: Annotated[str, typer.Option("--user", help="Model that plays the user.")] = "offline/user",
    assistant: Annotated[str, typer.Option("--assistant", help="Model that plays the assistant.")] = "offline/assistant",
    persona_sampler: Annotated[str, typer.Option("--persona-sampler", help=f"How users are drawn: {', '.join(SAMPLERS)}.")] = SAMPLERS[0],
    tools: Annotated[str, typer.Option("--tools", help="Model that plays simulated tools, where there are any.")] = "offline/tools",
    simulated: Annotated[str, typer.Option("--simulate", metavar="TOOL,...", help="Simulate tools that have code, or all.")] = "",
    faults: Annotated[str, typer.Option("--faults", metavar="KIND=RATE,...", help=f"Let tools fail: {', '.join(KINDS)}.")] = "",
    user_slips: Annotated[str, typer.Option("--user-slips", metavar="KIND=RATE,...", help=f"Let users slip: {', '.join(SLIPS)}.")] = "",
    model: Annotated[
        list[str] | None,
        typer.Option("--model", metavar="AGENT=MODEL", help="Model of a sub-agent, such as assistant/billing; may be repeated."),
    ] = None,
    models: Annotated[
        Path | None, typer.Option("--models", help="YAML file: how models are reached, and what they are asked with.")
    ] = None,
    fallback: Annotated[list[str] | None, typer.Option("--fallback", help="Model to ask where another is lost; may be repeated.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="US dollars for the whole run; more, and it goes on.")] = None,
    user_candidates: Annotated[int, typer.Option("--user-candidates", min=1, help="Replies of the user to choose from.")] = 1,
    placement: Annotated[str, typer.Option("--placement", help="inline, shared, dedicated, or auto.")] = "auto",
    workers: Annotated[int, typer.Option("--workers", min=0, help="Host processes; 0 is one for each core.")] = 0,
    capacity: Annotated[int, typer.Option("--capacity", min=1, help="Conversations that a host holds at a time.")] = 500,
    store: Annotated[str | None, typer.Option("--store", help="postgresql://user@host/database, instead of files.")] = None,
    ray_address: Annotated[str | None, typer.Option("--ray-address", help="A running Ray cluster; auto finds one here.")] = None,
) -> None:
    """Generate conversations, and the data set made of them; exit code 1 where not one could be held to its end."""
    held, grouped = _blueprints(blueprints, attempts, world_seed, settings or [], count)
    loaded = {name: load(name) for name in grouped or settings or []}
    check_sampler(persona_sampler)
    names_simulated = tuple(sorted({name.strip() for name in simulated.split(",") if name.strip()}))
    check_simulated(list(loaded.values()), names_simulated)
    others = list(model or [])
    if names_simulated or any(map(is_simulated, loaded.values())):
        others.append(f"{TOOLS}={tools}")
    chosen = choose(user, assistant, others, models, fallback or [], max_cost, user_candidates)
    check_agents([*chosen.models, *chosen.roles], loaded)
    check_models({role: name for role, name in chosen.models.items() if chosen.reach.recording(role) is None})
    run_settings = RunSettings(
        settings=tuple(loaded),
        count=held.conversations if held else count or _COUNT,
        seed=seed,
        models=chosen.models,
        roles=chosen.roles,
        data=data_digest(data) if data else None,
        persona_sampler=persona_sampler,
        simulate=names_simulated,
        faults=_rates("--faults", faults, Faults, KINDS),
        slips=_slips(user_slips, chosen.models[USER]),
        blueprints=held,
    )
    placed = Placement(placement, workers, capacity, ray_address).settled(run_settings.count)
    of_worlds = held.world_seed if held else seed
    places = {name: prepare(setting, of_worlds, data, names_simulated, grouped.get(name, ())) for name, setting in loaded.items()}
    folder = RunFolder.start(out, run_settings.model_dump(mode="json"), [store] if store else placed.logs())
    log = folder.write_log()
    try:
        ledger = Ledger(run_settings, log)
        if ledger.open():
            with crew_of(placed, run_settings, places, folder.path, log, data, chosen.reach, blueprints) as crew:
                _hold(ledger, crew)
        if not ledger.open():
            ledger.close()
        with watching(console, "writing the data set", len(ledger.view.finished)) as watch:
            rows = write_dataset(log, folder.dataset, ledger.view, source=folder.path, watch=watch)
    finally:
        log.close()
    _summarise(ledger.view, folder, rows)
    _tell_costs(ledger, folder)
    if not ledger.view.finished:
        raise typer.Exit(_NONE_HELD)


def _blueprints(
    path: Path | None, attempts: int, world_seed: int | None, settings: Sequence[str], count: int | None
) -> tuple[Held | None, dict[str, tuple[Blueprint, ...]]]:
    """What is to be held, and the blueprints by setting; nothing where the settings draw goals of their own.

    Raises:
        SettingError: Settings and blueprints are both given, or neither is.
        RecordError: The blueprints cannot be read.
    """
    if path is None:
        if not settings:
            raise SettingError(f"which settings? there are {', '.join(names())}; or name blueprints to hold with --blueprints")
        if attempts > 1:
            raise SettingError(f"--attempts {attempts} is for blueprints; name them with --blueprints, or leave it out")
        return None, {}
    if settings or count is not None:
        told = " ".join([*settings, *([f"-n {count}"] if count is not None else [])])
        raise SettingError(f"{told}: --blueprints {path} says which settings and how many conversations; leave it out")
    return read_held(path, attempts, world_seed_of(path) if world_seed is None else world_seed)


def _slips(text: str, user: str) -> dict[str, float]:
    """Rates of slips, which only rules know how to make.

    Raises:
        SettingError: As for ``_rates``, or a model plays the user.
    """
    rates = _rates("--user-slips", text, Slips, SLIPS)
    if rates and not is_ours(user):
        raise SettingError(f"--user-slips {text}: {user} cannot be made to slip; leave it out, or let offline/user play the user")
    return rates


def _rates(flag: str, text: str, check: Callable[[Mapping[str, float]], object], kinds: Sequence[str]) -> dict[str, float]:
    """``timeout=0.02,stale=0.01`` as rates by kind.

    Raises:
        SettingError: It is not written so, there is no such kind, or a rate is none.
    """
    rates = numbers(flag, text, f"{kinds[0]}=0.02")
    check(rates)
    return {kind: rates[kind] for kind in kinds if rates.get(kind)}


def _hold(ledger: Ledger, crew: Crew) -> None:
    again = ledger.view.again()
    before = [end for end in ledger.view.ends() if end.stream not in again]
    with showing(Meter(before, ledger.settings.count), console) as advance:

        async def hold() -> None:
            async for ends in Supervisor(ledger, crew).hold_all():
                advance(ends)

        asyncio.run(hold())


def _summarise(view: RunView, folder: RunFolder, rows: int) -> None:
    console.print(settings_table(view, folder.path))
    for line in failures(view, folder.path):
        console.print(line, markup=False, soft_wrap=True)
    digest = view.closed.digest[:16] if view.closed else "-"
    console.print(f"{rows} rows in {folder.dataset}; log digest {digest}", soft_wrap=True)
    first = min(view.finished, default=None)
    if first:
        console.print(f"look next: worldloom show {first} --out {folder.path}", soft_wrap=True)


def _tell_costs(ledger: Ledger, folder: RunFolder) -> None:
    """What was paid, where anything was; and whether the run stopped because of it."""
    if any(end.usage is not None for end in ledger.view.finished.values()):
        for line in costs_of(folder, read_costs(folder.open_log(), ledger.view)):
            console.print(line, soft_wrap=True)
    if ledger.open() and ledger.view.budget is not None:
        console.print(f"stopped: {ledger.view.budget.reason}; the same command with a higher --max-cost goes on", soft_wrap=True)


def show_settings() -> None:
    """List the settings there are."""
    table = Table("setting", "what it is", "tools", "rules", "skills", "own data")
    for name in names():
        setting = load(name)
        numbers = (len(setting.toolset), len(setting.policy.rules), len(setting.skills))
        table.add_row(name, setting.summary, *map(str, numbers), "--data" if setting.data else "")
    console.print(table)
