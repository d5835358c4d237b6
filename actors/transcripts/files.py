"""Files of transcripts, whatever their format: plain, gzip or zstd; one JSON value, or one a line."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from actors.transcripts import published, tau
from actors.transcripts.library import Library
from actors.transcripts.packed import unpacked
from actors.transcripts.transcript import Transcript, TranscriptError
from domain.values import legible

_KNOWN = "a list of OpenAI messages, a line each, results of tau-bench or tau2-bench, or rows of data/trajectories"


def read_transcripts(path: Path, library: Library) -> Iterator[Transcript]:
    """
    The transcripts of a file.

    Args:
        library: Where rows look up the tasks and policies that they only name.

    Raises:
        TranscriptError: The file is missing, cut short, or is not of a known format; the text names its place.
    """
    for place, value in _values(path):
        if tau.is_tau2(value):
            yield from tau.tau2(value, place)
        elif isinstance(value, list) and value and all(map(tau.is_tau, value)):
            yield from tau.tau1(value, place)
        elif tau.is_tau(value):
            yield from tau.tau1([value], place)
        elif isinstance(value, Mapping) and isinstance(value.get("messages"), list):
            yield published.row(value, place, library) if "benchmark" in value else published.openai(value, place)
        elif isinstance(value, list) and any(isinstance(message, Mapping) and "role" in message for message in value):
            yield published.openai({"messages": value}, place)
        elif isinstance(value, list) and value and all(isinstance(each, Mapping) and "messages" in each for each in value):
            yield from (published.openai(each, f"{place}[{number}]") for number, each in enumerate(value))
        else:
            raise TranscriptError(f"{place}: this is no transcript ({_seen(value)}); what can be read is {_KNOWN}")


def count_transcripts(path: Path, library: Library) -> int:
    """How many there are; raises as reading does."""
    return sum(1 for _ in read_transcripts(path, library))


def _values(path: Path) -> Iterator[tuple[str, Any]]:
    """(place, value) of the one JSON value that a file holds, or of each line; what JSON or UTF-8 cannot hold is text in it."""
    body = unpacked(path)
    lines = [(number, line) for number, line in enumerate(body.split(b"\n"), 1) if line.strip()]
    if not lines:
        raise TranscriptError(f"{path}: the file is empty; what can be read is {_KNOWN}")
    if len(lines) > 1:
        try:
            whole = legible(json.loads(body))
        except (ValueError, RecursionError):
            whole = None
        if whole is not None:
            yield path.name, whole
            return
    for number, line in lines:
        try:
            value = legible(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise TranscriptError(f"{path}:{number}: not JSON ({error}); what can be read is {_KNOWN}") from error
        yield f"{path.name}:{number}" if len(lines) > 1 else path.name, value


def _seen(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"an object with {', '.join(map(str, list(value)[:6])) or 'nothing in it'}"
    return f"a list of {len(value)}" if isinstance(value, list) else f"a {type(value).__name__}"
