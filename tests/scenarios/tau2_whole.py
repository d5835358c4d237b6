"""tau2-bench's data with the gold calls of all tasks: those that only the published tasks beside the trajectories have, too."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from actors.piecing import pieced_together
from actors.recordings import Gold, Probe, read_recordings
from tests.scenarios.telecom_desk import SHARED

TASKS = SHARED.parents[1] / "trajectories" / "tasks.jsonl.zst"
needs_tasks = pytest.mark.skipif(not TASKS.is_file(), reason=f"no {TASKS.relative_to(SHARED.parents[3])} beside the repository")


def whole(folder: Path, domain: str) -> Path:
    """A data folder in which no task of the domain's probes is missing.

    Args:
        folder: Where it is made.
    """
    source = SHARED.parent / domain
    with gzip.open(source / "tasks.jsonl.gz", "rt") as own:
        tasks = {task["id"]: task for task in map(json.loads, own)}
    quoted = pieced_together(line.recording for line in read_recordings(source / "probes.jsonl.gz") if isinstance(line.recording, Probe))
    with pa.input_stream(str(TASKS), compression="zstd") as published:
        rows = [json.loads(line) for line in published.read().splitlines()]
    for row in rows:
        if (row["benchmark"], row["domain"]) == ("tau2", domain) and _is(row, quoted.get(row["task_id"])):
            tasks.setdefault(row["task_id"], _task(row))
    folder.mkdir()
    for path in source.iterdir():
        if not path.name.startswith(("tasks", "gold_replay")):
            (folder / path.name).symlink_to(path)
    (folder / "tasks.jsonl").write_text("".join(json.dumps(task) + "\n" for task in tasks.values()))
    return folder


def _is(row: dict[str, Any], quoted: Gold | None) -> bool:
    """Whether it is the version of the task that the probes quote; there are several of some."""
    calls, made = quoted.calls if quoted else (), row["gold_actions"] or []
    same = (call is None or (call.name, call.arguments) == (one["name"], one["arguments"]) for call, one in zip(calls, made, strict=False))
    return quoted is not None and len(made) >= len(calls) and all(same)


def _task(row: dict[str, Any]) -> dict[str, Any]:
    criteria = {"actions": row["gold_actions"], "env_assertions": row["env_assertions"]}
    return {"id": row["task_id"], "user_scenario": row["user"], "initial_state": row["initial_state"], "evaluation_criteria": criteria}
