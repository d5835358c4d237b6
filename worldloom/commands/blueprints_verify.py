"""``worldloom blueprints verify``: whether blueprints lead where they say, stage by stage."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from actors.authoring import AUTHOR, COMMITTEE, ROUNDS, Authors, check_models, make_authors
from actors.gateway.settings import ModelsFile, Reach, read_models_file
from actors.plan import data_digest, prepare, why_elsewhere
from actors.verifying import Verified, again, verify
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.verifying.ground import Ground
from domain.errors import SettingError
from domain.temporal import TemporalRule
from events.blueprints import BlueprintAccepted, BlueprintRejected, Reason
from events.digests import content_digest
from projections.blueprints.drawn import Outcome, accepted_in, outcomes_in, stream_of
from projections.blueprints.files import FILE, file_of, read_lines, world_seed_of, write_blueprints
from projections.blueprints.yields import Yield
from projections.errors import FolderError
from projections.folder import RunFolder
from scenarios.load import load, names
from worldloom.bar import watching
from worldloom.blueprints import yield_table
from worldloom.commands.history import read_rules

console = Console(highlight=False)
_REJECTED = 1
_MOST_SHOWN = 20
"""Reasons that are printed."""
Lines = Mapping[int, Blueprint | Reason]
"""Line of a file -> what it holds."""
Tried = Mapping[int, Sequence[Verified]]
"""Line of a file -> what the rounds of its blueprint came to."""


def verify_blueprints(
    path: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="Blueprints, as `worldloom blueprints draw` makes them.")],
    world_seed: Annotated[int | None, typer.Option("--world-seed", min=0, help="Of their worlds; as their folder says.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data in which they begin instead.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="Model that writes each instruction anew, and mends it.")] = None,
    committee: Annotated[list[str] | None, typer.Option("--committee", help="Model that votes on them; may be repeated.")] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often an instruction is written at the most.")] = ROUNDS,
    models: Annotated[Path | None, typer.Option("--models", help="YAML file: how models are reached, and how they are asked.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="US dollars for all models.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for those that pass, and for why others do not.")] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="YAML file of temporal rules; docs/history.md says how.")] = None,
) -> None:
    """Verify blueprints: format, execution, policy, solvability, necessity, uniqueness, and with models a committee.

    Exit code 1 where one is rejected.
    """
    if committee and not author:
        raise SettingError("--committee votes on what an author writes; name one with --author")
    if author and out is None:
        raise SettingError("--author writes instructions anew, and each round is recorded; name a folder for that with --out")
    if author:
        check_models(author, committee or ())
    given = read_models_file(models) if models else ModelsFile()
    seed = world_seed_of(path) if world_seed is None else world_seed
    lines = dict(read_lines(path))
    temporal = read_rules(rules) if rules else ()
    grounds = _grounds(lines, seed, data, temporal)
    told = {"verified": content_digest(file_of(path).read_bytes()), "world_seed": seed, "data": data_digest(data) if data else None}
    told["rules"] = [rule.model_dump(mode="json") for rule in temporal]
    if author:
        asked = {role: given.roles[role].model_dump(mode="json") for role in (AUTHOR, COMMITTEE) if role in given.roles}
        told |= {"author": author, "committee": committee or [], "rounds": rounds, "roles": asked}
    folder = RunFolder.start(out, told) if out else None
    if author and out:
        reach = Reach(providers=given.providers, most_usd=max_cost)
        authors = make_authors(author, committee or (), out, reach, given.roles, rounds)
        tried: Tried = dict(zip(grounds, asyncio.run(_write(authors, list(grounds.values()))), strict=True))
    else:
        with watching(console, "verifying", len(grounds)) as watch:
            tried = {number: [verify(ground)] for number, ground in grounds.items() if watch(1) is None}
    tried = _distinct(tried)
    passed = _tell(file_of(path), _outcomes(lines, tried), f"a blueprint of another world {why_elsewhere(seed, data)}")
    if folder is not None:
        _keep(folder, lines, tried)
    if passed < len(lines):
        raise typer.Exit(_REJECTED)


def _grounds(lines: Lines, seed: int, data: Path | None, rules: tuple[TemporalRule, ...]) -> dict[int, Ground]:
    """What is verified: all blueprints of settings that there are."""
    found = {number: one for number, one in lines.items() if isinstance(one, Blueprint) and one.setting in names()}
    places = {name: prepare(load(name), seed, data) for name in dict.fromkeys(one.setting for one in found.values())}
    return {number: Ground(one, places[one.setting].setting, places[one.setting].base, rules) for number, one in found.items()}


def _distinct(tried: Tried) -> Tried:
    """Of those that pass and are alike, the first does."""
    known: set[str] = set()
    found: dict[int, Sequence[Verified]] = {}
    for number, rounds in tried.items():
        *before, last = rounds
        skeleton = content_digest(last.blueprint.skeleton) if last.stage is None else ""
        found[number] = [*before, again(last.blueprint)] if skeleton in known else rounds
        known |= {skeleton} - {""}
    return found


def _outcomes(lines: Lines, tried: Tried, put: Callable[[bytes], str] = content_digest) -> dict[int, list[Outcome]]:
    """What became of each line, as events that count from the first line on; of those that are no blueprint, too."""
    found: dict[int, list[Outcome]] = {}
    for number, one in lines.items():
        if isinstance(one, Reason):
            found[number] = [BlueprintRejected(name="", blueprint="", drawn=number - 1, stage="format", reasons=(one,))]
        else:
            found[number] = [each.event(number - 1, times, put) for times, each in enumerate(tried.get(number) or [_strange(one)])]
    return found


def _strange(blueprint: Blueprint) -> Verified:
    sentence = f"There is no setting {blueprint.setting!r}; there are {', '.join(names())}."
    return Verified(blueprint, "format", (Reason(code="other-setting", place="setting", sentence=sentence),))


def _tell(file: Path, outcomes: Mapping[int, Sequence[Outcome]], elsewhere: str) -> int:
    """Print how many pass and why others do not; how many pass.

    Args:
        elsewhere: What is told once where some begin in another world.
    """
    found = Yield.of(event for events in outcomes.values() for event in events)
    passed = found.accepted(reflected=True)
    console.print(yield_table(file.name, found))
    console.print(f"{passed} of {len(outcomes)} blueprints pass")
    told: dict[str, list[int]] = {}
    for number, events in outcomes.items():
        last = events[-1]
        if isinstance(last, BlueprintAccepted):
            continue
        for reason in last.reasons:
            told.setdefault(f"{last.stage}: {reason.code} at {reason.place}: {reason.sentence}", []).append(number)
    for line, numbers in list(told.items())[:_MOST_SHOWN]:
        alike = f" ({len(numbers)} lines alike)" if numbers[1:] else ""
        console.print(f"{file}:{numbers[0]}: {line}{alike}", markup=False, soft_wrap=True)
    if len(told) > _MOST_SHOWN:
        console.print(f"and {len(told) - _MOST_SHOWN} more reasons")
    if found.reasons["format", "other-world"]:
        console.print(elsewhere, markup=False, soft_wrap=True)
    return passed


def _keep(folder: RunFolder, lines: Lines, tried: Tried) -> None:
    """Write those that pass, and of all blueprints how they came out: as a folder that was drawn.

    Raises:
        FolderError: It holds other outcomes of the same blueprints.
    """
    with closing(folder.write_log()) as log:
        streams: dict[str, list[Outcome]] = {}
        for number, events in _outcomes(lines, tried, log.put).items():
            one = lines[number]
            if isinstance(one, Blueprint):
                streams.setdefault(one.setting, []).extend(events)
        for setting, found in streams.items():
            before = list(outcomes_in(log, setting))
            if before and before != found:
                raise FolderError(f"{folder.path} has other outcomes of the same blueprints, of another version; choose another --out")
            if not before:
                log.append(stream_of(setting), found, log.head(stream_of(setting)))
        write_blueprints(accepted_in(log, list(streams)), folder.path / FILE)
    console.print(f"those that pass in {folder.path / FILE}", soft_wrap=True)


async def _write(authors: Authors, grounds: Sequence[Ground]) -> list[list[Verified]]:
    try:
        return list(await asyncio.gather(*map(authors.write, grounds)))
    finally:
        await authors.close()
