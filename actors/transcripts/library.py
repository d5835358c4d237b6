"""The data beside transcripts: databases that their calls are run again on, tasks and policies that they name."""

import json
from collections.abc import Mapping
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from actors.transcripts.packed import unpacked
from actors.transcripts.transcript import Task, TranscriptError
from domain.errors import SettingError
from domain.setting import Dialect, Setting
from domain.world import Base

_DATABASE, _TASKS, _POLICIES = "db.json", "tasks.jsonl.zst", "policies.jsonl.zst"


class Library:
    """
    A data folder.

    ``db/BENCHMARK_DOMAIN[_COMMIT].json.zst`` are databases by version; a folder with ``db.json`` has one, and so may
    ``BENCHMARK/DOMAIN`` beside it. ``tasks.jsonl.zst`` and ``policies.jsonl.zst`` are what rows name by reference.

    Args:
        folder: None where there is none; then nothing can be run again.
        beside: Where rows stand: what they name is looked up there, where the folder has it not.
    """

    def __init__(self, folder: Path | None, beside: Path | None = None) -> None:
        self.folder, self._beside = folder, beside
        self._bases: dict[str, Base] = {}
        if folder is not None and not folder.is_dir():
            raise SettingError(f"{folder}: there is no such folder; --data names one with db.json, or with databases in db/")

    @cached_property
    def digest(self) -> str | None:
        """Of all files that count; None without a folder."""
        if self.folder is None:
            return None
        whole = blake2b(digest_size=32)
        own = (path for path in self.folder.iterdir() if path.name.startswith(("db", "user_db", "tasks", "pol")))
        named = (path for path in map(self._named, (_TASKS, _POLICIES)) if path is not None)
        for path in sorted({*self._databases.values(), *own, *named, *self.folder.parent.glob("tau[12]/*/*db.json")}):
            if path.is_file():
                whole.update(path.name.encode() + b"\n" + path.read_bytes())
        return whole.hexdigest()

    @cached_property
    def tasks(self) -> Mapping[str, Mapping[str, Any]]:
        """Rows of ``tasks.jsonl.zst`` by ``task_ref``."""
        return {str(row.get("task_ref")): row for row in self._rows(_TASKS)}

    @cached_property
    def policies(self) -> Mapping[str, str]:
        """Texts by ``policy_ref``."""
        return {str(row.get("policy_ref")): str(row.get("text", "")) for row in self._rows(_POLICIES)}

    @cached_property
    def _databases(self) -> dict[str, Path]:
        folder = self.folder / "db" if self.folder is not None else None
        return (
            {path.name.partition(".")[0]: path for path in sorted(folder.glob("*.json*"))} if folder is not None and folder.is_dir() else {}
        )

    def database(self, benchmark: str, domain: str, engine: str) -> str | None:
        """Name of the database that a version of a benchmark ran on; None where it is not here."""
        if self.folder is None:
            return None
        commit = engine.rpartition("@")[2]
        names = [f"{benchmark}_{domain}_{commit}", f"{benchmark}_{domain}"]
        any_version = sorted(name for name in self._databases if name.startswith(f"{benchmark}_{domain}_"))[:1]
        found = next((name for name in [*names, *any_version] if name in self._databases), None)
        own = (_DATABASE, f"../{benchmark}/{domain}/{_DATABASE}")
        return found or next((name for name in own if (self.folder / name).is_file()), None)

    def base(self, setting: Setting, dialect: Dialect, name: str, benchmark: str) -> Base:
        """
        A database as the base of worlds; each made once.

        Raises:
            SettingError: It does not fit the setting.
            TranscriptError: It cannot be read.
        """
        key = f"{setting.name}/{benchmark}/{name}"
        if key not in self._bases:
            path = self._databases.get(name)
            assert self.folder is not None
            if path is None and benchmark == "tau2" and setting.data is not None:
                tables = setting.data.read((self.folder / name).parent)
            else:
                tables = self._tables(dialect, path or self.folder / name)
            self._bases[key] = Base(tables, dialect.schema.sets)
        return self._bases[key]

    def _tables(self, dialect: Dialect, path: Path) -> Any:
        content = _json(path)
        try:
            return dialect.tables({"agent": content})
        except (KeyError, TypeError, AttributeError) as error:
            raise SettingError(f"{path}: this is no database of the setting's ({type(error).__name__}: {error})") from error

    def _rows(self, name: str) -> list[Mapping[str, Any]]:
        path = self._named(name)
        return [] if path is None else [json.loads(line) for line in unpacked(path).split(b"\n") if line.strip()]

    def _named(self, name: str) -> Path | None:
        """A file in the folder, or else beside the rows."""
        return next((folder / name for folder in (self.folder, self._beside) if folder is not None and (folder / name).is_file()), None)


def _json(path: Path) -> Any:
    try:
        return json.loads(unpacked(path))
    except ValueError as error:
        raise TranscriptError(f"{path}: not JSON ({error})") from error


def task_of(row: Mapping[str, Any], engine: str) -> Task:
    """A row of ``tasks.jsonl.zst`` as a task; its state at the start as that version of the benchmark makes it."""
    gold = row.get("gold") or {}
    versions = [each for name, each in gold.items() if name.partition("@")[0] == engine.partition("@")[0]]
    version: Mapping[str, Any] = gold.get(engine) or next(iter(versions), {})
    initial_state = row.get("initial_state")
    return Task(
        id=str(row.get("task_id", "")),
        instruction=instruction(row.get("user")),
        actions=row.get("gold_actions") or (),
        outputs=[str(output) for output in row.get("outputs") or ()],
        criterion=[str(part) for part in row.get("reward_basis") or ()],
        initial=version.get("initial_db_diff") or [],
        ends=version.get("gold_db_diff"),
        begins={name: value for name, value in initial_state.items() if value} if isinstance(initial_state, Mapping) else {},
        checks=row.get("env_assertions") or (),
    )


def instruction(user: Any) -> str:
    """What a user was told, in prose: a text, or the parts of an object one after another."""
    if isinstance(user, str):
        return user.strip()
    if not isinstance(user, Mapping):
        return ""
    inner = user.get("instructions", user)
    if isinstance(inner, str):
        return inner.strip()
    return "\n".join(str(inner[part]).strip() for part in inner if inner[part] and part != "domain")
