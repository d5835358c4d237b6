"""Blueprints as files: JSON Lines, one blueprint a line; a folder holds them in ``blueprints.jsonl``."""

from collections.abc import Iterable
from pathlib import Path

import orjson
from pydantic import ValidationError

from domain.blueprint import FORMAT, Blueprint
from projections.errors import RecordError
from projections.folder import RunFolder
from projections.records.files import replacing

FILE = "blueprints.jsonl"


def file_of(path: Path) -> Path:
    """The file that a path means: itself, or the one in a folder."""
    return path / FILE if path.is_dir() else path


def read_blueprints(path: Path) -> list[Blueprint]:
    """
    The blueprints of a file or folder, in their order.

    Raises:
        RecordError: It cannot be read, a line is no blueprint, or there is none.
    """
    file, found = file_of(path), []
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise RecordError(f"{file} cannot be read ({error.strerror}); name what `worldloom blueprints draw` made") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            found.append(_blueprint(line, f"{file}:{number}"))
    if not found:
        raise RecordError(f"{file} holds no blueprint; name what `worldloom blueprints draw` made")
    return found


def world_seed_of(path: Path) -> int:
    """From which the worlds were drawn that blueprints begin in, as the folder says that they were made in; 0 where none does."""
    folder = file_of(path).parent
    if not RunFolder(folder).manifest.is_file():
        return 0
    said = RunFolder(folder).settings().get("world_seed", 0)
    return said if isinstance(said, int) else 0


def write_blueprints(blueprints: Iterable[Blueprint], file: Path) -> None:
    """Write a file of blueprints, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as out:
        for blueprint in blueprints:
            out.write(orjson.dumps(blueprint.model_dump(mode="json"), option=orjson.OPT_APPEND_NEWLINE))


def _blueprint(line: bytes, where: str) -> Blueprint:
    try:
        return Blueprint.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        raise RecordError(f"{where} is no blueprint ({place}: {first['msg']}); a line is one of format {FORMAT}") from error
