"""Plain transcripts in files: JSON Lines, plain or zstd, with OpenAI-style messages; read a line at a time."""

from collections.abc import Iterator, Mapping
from io import BufferedReader
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from projections.audit import Audited, Call, Checked, Finding, Turn, audit_turns, audited
from projections.errors import RecordError

_ENDINGS = (".jsonl", ".jsonl.zst")
_POLICIES = "policies"
_BESIDE = (_POLICIES, "tasks", "claims_labelled")


def is_trajectories(path: Path) -> bool:
    """Whether a path is a file of transcripts, or a folder that holds some."""
    return path.name.endswith(_ENDINGS) if path.is_file() else bool(path.is_dir() and files_of(path))


def files_of(path: Path) -> list[Path]:
    """The files of transcripts at a path, sorted."""
    if path.is_file():
        return [path]
    found = [file for file in sorted(path.iterdir()) if file.name.endswith(_ENDINGS)]
    return [file for file in found if file.name.split(".")[0] not in _BESIDE]


def rows_of(file: Path) -> Iterator[tuple[str, Any]]:
    """
    (place, row) of each line.

    Raises:
        RecordError: The file cannot be read, or a line is not a JSON object.
    """
    try:
        with pa.input_stream(str(file), compression="zstd" if file.suffix == ".zst" else None) as stream:
            for number, line in enumerate(BufferedReader(stream), start=1):
                if line.strip():
                    yield f"{file}:{number}", orjson.loads(line)
    except (OSError, pa.ArrowException) as error:
        raise RecordError(f"{file} cannot be read ({' '.join(str(error).split())}); name a file of JSON Lines, plain or zstd") from error
    except ValueError as error:
        raise RecordError(f"{file} has a line that is not JSON ({error}); restore it from a copy") from error


def policies_of(path: Path) -> dict[str, str]:
    """Reference -> text of the policies beside a file of transcripts; none where there are none."""
    folder = path if path.is_dir() else path.parent
    found = [folder / (_POLICIES + ending) for ending in _ENDINGS if (folder / (_POLICIES + ending)).is_file()]
    return {row["policy_ref"]: row["text"] for file in found for _, row in rows_of(file)}


def audit_row(row: Mapping[str, Any], policies: Mapping[str, str]) -> tuple[list[Checked], list[Finding]]:
    """
    One transcript.

    Raises:
        RecordError: It is none.
    """
    try:
        system = str(row.get("policy") or row.get("system") or policies.get(row.get("policy_ref") or "", ""))
        listed = row.get("tools")
        tools = {spec["function"]["name"]: spec["function"] for spec in listed} if listed else None
        turns = list(_turns(row["messages"]))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise RecordError(
            f"transcript {row.get('key', '?')!r} cannot be read ({error!r}); it needs messages with role and content"
        ) from error
    before = [turn.content for turn in turns if turn.role == "system"]
    return audit_turns(turns, "\n".join([*before, system]), tools)


def audit_file_row(place: str, row: Any, policies: Mapping[str, str]) -> Audited:
    """One transcript of a file; what cannot be read is noted, not raised."""
    if not isinstance(row, dict):
        return Audited(failed=[f"{place}: is no JSON object"])
    try:
        return audited(str(row.get("key") or place), [audit_row(row, policies)])
    except RecordError as error:
        return Audited(failed=[f"{place}: {error}"])


def _turns(messages: list[Mapping[str, Any]]) -> Iterator[Turn]:
    """What the assistant saw and wrote: not the calls that a user makes, nor what they show."""
    for index, message in enumerate(messages):
        if message.get("requestor") == "user":
            continue
        content = message.get("content")
        text = content if isinstance(content, str) else "" if content is None else orjson.dumps(content).decode()
        calls = tuple(_calls(message, index)) if message["role"] == "assistant" else ()
        yield Turn(message["role"], text, index, calls, str(message.get("tool_call_id") or ""), bool(message.get("error")))


def _calls(message: Mapping[str, Any], index: int) -> Iterator[Call]:
    for number, call in enumerate(message.get("tool_calls") or ()):
        if call.get("requestor") == "user":
            continue
        function = call.get("function") or call
        arguments = function.get("arguments") or {}
        if isinstance(arguments, str):
            arguments = orjson.loads(arguments)
        yield Call(str(call.get("id") or f"{index}.{number}"), str(function["name"]), arguments if isinstance(arguments, dict) else {})
