"""Recordings of another implementation: ``gold_replay`` lines (whole tasks) and ``probes`` lines (single calls)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from actors.packed import DAMAGED, opened
from domain.errors import DomainError

T = TypeVar("T", bound=BaseModel)
Patch = tuple[dict[str, JsonValue], ...]


class RecordingError(DomainError):
    """A file of recordings cannot be read; the text names file and line."""


class Call(BaseModel):
    """One call and, where it was recorded, what came of it."""

    model_config = ConfigDict(frozen=True)

    name: str
    arguments: dict[str, JsonValue]
    requestor: str = "assistant"


class Step(Call):
    """A call with its outcome."""

    content: str
    error: bool
    changed: tuple[str, ...] | None = None
    """Tables, as ``root.table``; None where it was not recorded."""
    patch: Patch | None = None
    """RFC 6902, from the state before to the state after."""


class EnvAssertion(BaseModel):
    """Something that was asked of the state in which a task ended."""

    model_config = ConfigDict(frozen=True)

    func_name: str
    arguments: dict[str, JsonValue] = {}
    assert_value: bool = True
    met: bool
    """Whether the answer was ``assert_value``."""


class GoldReplay(BaseModel):
    """A task's gold steps, from its initial state to its final one."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    initial_patch: Patch = ()
    steps: tuple[Step, ...]
    final_patch: Patch | None = None
    env_assertions: tuple[EnvAssertion, ...] | None = None


class Probe(Step):
    """One call in the state after some of a task's gold steps."""

    task_id: str
    after_gold_steps: int
    kind: str
    arg: str | None = None
    repeat_index: int = 0
    """Of kind ``repeat``: so many gold calls are repeated before this one."""


class Line(NamedTuple):
    """A recording and where it stands."""

    place: str
    recording: GoldReplay | Probe


class Gold(NamedTuple):
    """How a task begins, and its gold calls."""

    initial_patch: Patch | None
    """None where no recording says it."""
    calls: tuple[Call | None, ...]
    """None is a step of which nothing is known."""


def read_recordings(path: Path) -> Iterator[Line]:
    """The recordings of a file, plain or gzip.

    Raises:
        RecordingError: The file is missing, cut short, or a line is not a recording.
    """
    for place, record in read_lines(path):
        if "steps" in record:
            yield Line(place, _parse(GoldReplay, record, place))
        elif "kind" in record:
            yield Line(place, _parse(Probe, record, place))
        else:
            raise RecordingError(f"{place}: neither a gold replay (no field 'steps') nor a probe (no field 'kind')")


def read_gold(folder: Path) -> dict[str, Gold]:
    """Gold calls of the tasks of a data folder: as ``gold_replay.jsonl`` has them, else as ``tasks.jsonl`` has, or their ``.gz``.

    Raises:
        RecordingError: A file is damaged.
    """
    golds: dict[str, Gold] = {}
    for path in present(folder, "tasks.jsonl"):
        golds.update(_gold_of_task(task, place) for place, task in read_lines(path))
    for path in present(folder, "gold_replay.jsonl"):
        replays = (line.recording for line in read_recordings(path))
        golds.update((replay.task_id, gold_of(replay)) for replay in replays if isinstance(replay, GoldReplay))
    return golds


def present(folder: Path, name: str) -> list[Path]:
    """A file of a folder, plain or with ``.gz`` to its name; none where there is none."""
    return [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()][:1]


def gold_of(replay: GoldReplay) -> Gold:
    """A recorded task without its outcomes."""
    return Gold(replay.initial_patch, replay.steps)


def read_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(place, object) of each line that is not blank; plain, gzip or zstd.

    Raises:
        RecordingError: The file is missing, cut short, or a line is not a JSON object.
    """
    number = 0
    try:
        with opened(path) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield f"{path}:{number}", _object(line, f"{path}:{number}")
    except FileNotFoundError:
        raise RecordingError(f"{path}: there is no such file; name files of recordings, plain or packed") from None
    except DAMAGED as error:
        raise RecordingError(f"{path}: cannot be read after line {number} ({error}); get the file again") from error


def _object(line: bytes, place: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError as error:
        raise RecordingError(f"{place}: not JSON ({error}); each line must be one JSON object") from error
    if not isinstance(record, dict):
        raise RecordingError(f"{place}: a JSON object is expected, not {type(record).__name__}")
    return record


def _gold_of_task(task: dict[str, Any], place: str) -> tuple[str, Gold]:
    criteria = task.get("evaluation_criteria") or {}
    actions = (criteria.get("actions") if isinstance(criteria, dict) else None) or []
    if "id" not in task or not isinstance(actions, list):
        raise RecordingError(f"{place}: not a task: it needs 'id' and a list at evaluation_criteria.actions")
    return str(task["id"]), Gold(None, tuple(_parse(Call, action, place) for action in actions))


def _parse(kind: type[T], record: Any, place: str) -> T:
    try:
        return kind.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise RecordingError(f"{place}: {where}: {first['msg']}") from error
