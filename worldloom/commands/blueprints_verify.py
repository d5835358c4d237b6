"""``worldloom blueprints verify``: whether blueprints lead where they say, stage by stage."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from actors.authoring import ROUNDS, Authors, check_models, make_authors
from actors.gateway.settings import ModelsFile, Reach, read_models_file
from actors.plan import prepare
from actors.rounds import record
from actors.verifying import Verified, verify
from domain.blueprint import FORMAT, Blueprint
from domain.errors import SettingError
from domain.verifying.ground import Ground
from events.blueprints import Reason
from events.digests import content_digest
from projections.blueprints.files import FILE, file_of, world_seed_of, write_blueprints
from projections.errors import RecordError
from projections.folder import RunFolder
from scenarios.load import load, names
from worldloom.bar import watching
from worldloom.commands.history import read_rules
from worldloom.yields import stages, yields

console = Console(highlight=False)
_REJECTED = 1
_MOST_SHOWN = 20
"""Reasons that are printed."""


def verify_blueprints(
    path: Annotated[Path, typer.Argument(metavar="FILE|DIR", help="What `worldloom blueprints draw` made.")],
    world_seed: Annotated[
        int | None, typer.Option("--world-seed", min=0, help="Of the worlds in which they begin; a folder of drawings knows its own.")
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of outside data in which they begin instead.")] = None,
    author: Annotated[str | None, typer.Option("--author", help="Model that writes each instruction anew, and mends it.")] = None,
    committee: Annotated[list[str] | None, typer.Option("--committee", help="Model that votes on them; may be repeated.")] = None,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often an instruction is written at the most.")] = ROUNDS,
    models: Annotated[Path | None, typer.Option("--models", help="YAML file: how models are reached, and how they are asked.")] = None,
    max_cost: Annotated[float | None, typer.Option("--max-cost", min=0, help="US dollars for all models.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for those that pass; with --author, and for the log of all rounds.")
    ] = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="YAML file of temporal rules; docs/history.md says how.")] = None,
) -> None:
    """Verify blueprints: format, execution, policy, solvability, necessity, uniqueness, and with models a committee.

    Exit code 1 where one is rejected.
    """
    if committee and not author:
        raise SettingError("--committee votes on what an author writes; name one with --author")
    if author and out is None:
        raise SettingError("--author writes instructions anew, and each round is recorded; name a folder for that with --out")
    blueprints, told = _read(path)
    seed = world_seed_of(path) if world_seed is None else world_seed
    places = {name: prepare(load(name), seed, data) for name in dict.fromkeys(one.setting for _, one in blueprints)}
    temporal = read_rules(rules) if rules else ()
    grounds = [Ground(one, places[one.setting].setting, places[one.setting].base, temporal) for _, one in blueprints]
    if author is None or out is None:
        with watching(console, "verifying", len(grounds)) as watch:
            found = [verify(ground) for ground in grounds if watch(1) is None]
    else:
        check_models(author, committee or ())
        asked = {"verified": content_digest(file_of(path).read_bytes()), "author": author, "committee": committee or [], "rounds": rounds}
        folder = RunFolder.start(out, {**asked, "world_seed": seed, "rules": [rule.model_dump(mode="json") for rule in temporal]})
        given = read_models_file(models) if models else ModelsFile()
        reach = Reach(providers=given.providers, most_usd=max_cost)
        authors = make_authors(author, committee or (), out, reach, given.roles, rounds)
        tried = asyncio.run(_write(authors, grounds))
        _record(folder, tried)
        found = [each[-1] for each in tried]
        console.print(yields(tried))
    console.print(stages(found))
    told += [f"{place}: {one.stage}: {_said(reason)}" for (place, _), one in zip(blueprints, found, strict=True) for reason in one.reasons]
    for line in told[:_MOST_SHOWN]:
        console.print(line, markup=False, soft_wrap=True)
    if len(told) > _MOST_SHOWN:
        console.print(f"and {len(told) - _MOST_SHOWN} more reasons")
    if out is not None:
        write_blueprints([one.blueprint for one in found if one.stage is None], out / FILE)
        console.print(f"those that pass in {out / FILE}", soft_wrap=True)
    if told:
        raise typer.Exit(_REJECTED)


def _read(path: Path) -> tuple[list[tuple[str, Blueprint]], list[str]]:
    """(place, blueprint) of each line of a file, and what is said of those that hold none.

    Raises:
        RecordError: It cannot be read, or holds nothing.
    """
    file, found, told = file_of(path), list[tuple[str, Blueprint]](), list[str]()
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise RecordError(f"{file} cannot be read ({error.strerror}); name what `worldloom blueprints draw` made") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            blueprint = Blueprint.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the whole"
            wrong = Reason(code="malformed", place=place, sentence=f"{first['msg']}; a line is one blueprint of format {FORMAT}.")
        else:
            if blueprint.setting in names():
                found.append((f"{file}:{number}", blueprint))
                continue
            sentence = f"There is no setting {blueprint.setting!r}; there are {', '.join(names())}."
            wrong = Reason(code="other-setting", place="setting", sentence=sentence)
        told.append(f"{file}:{number}: format: {_said(wrong)}")
    if not found and not told:
        raise RecordError(f"{file} holds no blueprint; name what `worldloom blueprints draw` made")
    return found, told


async def _write(authors: Authors, grounds: Sequence[Ground]) -> list[list[Verified]]:
    try:
        return list(await asyncio.gather(*map(authors.write, grounds)))
    finally:
        await authors.close()


def _record(folder: RunFolder, tried: Sequence[Sequence[Verified]]) -> None:
    log = folder.write_log()
    try:
        record(log, tried)
    finally:
        log.close()


def _said(reason: Reason) -> str:
    return f"{reason.code} at {reason.place}: {reason.sentence}"
