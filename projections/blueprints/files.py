"""Blueprints as files: JSON Lines, one blueprint a line; a folder holds them in ``blueprints.jsonl``."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson
from pydantic import ValidationError

from domain.blueprints.blueprint import FORMAT, Blueprint
from domain.provenance.reading import leaves
from domain.values import plain
from events.blueprints import Reason
from projections.errors import RecordError
from projections.folder import RunFolder
from projections.records.files import replacing

FILE = "blueprints.jsonl"
_HINT = "name a file or folder that `worldloom blueprints draw`, `verify` or `recombine` made"


def file_of(path: Path) -> Path:
    """The file that a path means: itself, or the one in a folder."""
    return path / FILE if path.is_dir() else path


def read_blueprints(path: Path) -> list[Blueprint]:
    """
    The blueprints of a file or folder, in their order.

    Raises:
        RecordError: It cannot be read, a line is no blueprint, or there is none.
    """
    found = []
    for number, one in read_lines(path):
        if isinstance(one, Reason):
            raise RecordError(f"{file_of(path)}:{number} is no blueprint ({one.place}): {one.sentence}")
        found.append(one)
    return found


def read_lines(path: Path) -> list[tuple[int, Blueprint | Reason]]:
    """
    Each line of a file or folder that is not empty, by its number from 1: its blueprint, or why it is none.

    Raises:
        RecordError: It cannot be read, or has no such line.
    """
    file = file_of(path)
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise RecordError(f"{file} cannot be read ({error.strerror}); {_HINT}") from error
    found = [(number, _read(line)) for number, line in enumerate(lines, start=1) if line.strip()]
    if not found:
        raise RecordError(f"{file} is empty and holds no blueprint; {_HINT}")
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


def _read(line: bytes) -> Blueprint | Reason:
    try:
        found = Blueprint.model_validate_json(line)
        return next(_unwritable(line), found)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the whole"
        return Reason(code="malformed", place=place, sentence=f"{first['msg']}; a line is one blueprint of format {FORMAT}.")


def _unwritable(line: bytes) -> Iterator[Reason]:
    """Numbers that can be read, and in no log be kept."""
    for path, value in leaves(json.loads(line)):
        try:
            plain(value)
        except ValueError as error:
            place = path.strip("/").replace("/", ".")
            yield Reason(code="malformed", place=place, sentence=f"{error}; a number is finite and has 64 bits at the most.")
