"""Tasks that a data folder lacks and its probes quote, from where they are published: a folder with them all, for as long as it is needed.

A folder that has only some of a benchmark's tasks may come with probes of the others. What these quote names the version of a
task, of which several may have been published.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from actors.piecing import pieced_together
from actors.recordings import Gold, Probe, RecordingError, present, read_lines

_TASKS = "tasks.jsonl"
_BESIDE = Path("trajectories") / "tasks.jsonl.zst"


def published_beside(folder: Path) -> Path | None:
    """``trajectories/tasks.jsonl.zst`` beside a folder of benchmarks, such as that of ``tau2/airline``; None where there is none."""
    path = folder.absolute().parent.parent / _BESIDE
    return path if path.is_file() else None


@contextmanager
def completed(folder: Path, tasks: Path | None, domain: str, probes: Iterable[Probe]) -> Iterator[Path]:
    """
    The folder, or one like it that has the tasks of all probes.

    Args:
        tasks: Rows of published tasks: ``domain``, ``task_id``, ``gold_actions``, ``user``, ``initial_state``, ``env_assertions``.
        domain: That the folder is of.

    Raises:
        RecordingError: A file of tasks is damaged.
    """
    own = {str(task.get("id")): task for path in present(folder, _TASKS) for _, task in read_lines(path)} if tasks else {}
    lacking = [probe for probe in probes if probe.task_id not in own]
    if tasks is None or not lacking:
        yield folder
        return
    found = dict(_quoted(tasks, domain, pieced_together(lacking)))
    with TemporaryDirectory(prefix="worldloom-conform-") as name:
        whole = Path(name)
        for path in folder.iterdir():
            if not path.name.startswith("tasks"):
                (whole / path.name).symlink_to(path.absolute())
        (whole / _TASKS).write_text("".join(json.dumps(task) + "\n" for task in {**found, **own}.values()), "utf-8")
        yield whole


def _quoted(tasks: Path, domain: str, quoted: Mapping[str, Gold]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The first version of each task that agrees with what its probes quote."""
    seen: set[str] = set()
    for place, row in read_lines(tasks):
        name = str(row.get("task_id"))
        if name in seen or name not in quoted or row.get("domain") != domain:
            continue
        try:
            if _agrees(row["gold_actions"] or [], quoted[name]):
                criteria = {"actions": row["gold_actions"], "env_assertions": row.get("env_assertions")}
                seen.add(name)
                yield (
                    name,
                    {
                        "id": name,
                        "user_scenario": row["user"],
                        "initial_state": row.get("initial_state"),
                        "evaluation_criteria": criteria,
                    },
                )
        except (KeyError, TypeError) as error:
            raise RecordingError(f"{place}: not a published task ({error!r}); it needs task_id, domain, gold_actions and user") from error


def _agrees(made: Sequence[Mapping[str, Any]], quoted: Gold) -> bool:
    both = zip(quoted.calls, made, strict=False)
    same = (call is None or (call.name, call.arguments) == (one["name"], one["arguments"]) for call, one in both)
    return len(made) >= len(quoted.calls) and all(same)
