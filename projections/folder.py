"""The folder of a run: where its log and its data set lie.

::

    OUT/manifest.json       what made it: settings, logs
    OUT/log/0.sqlite        the run stream and one stream per conversation; or a file for each host process
    OUT/sealed/             the finished log as Parquet files, where it was sealed
    OUT/dataset/            sft.parquet, sft.jsonl, README.md

The manifest lists the logs: SQLite files, or one address of a PostgreSQL schema, or one folder or URI of a sealed log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from events.log import Log, WritableLog
from events.open import open_logs
from events.urls import is_postgres, refuse_secrets
from projections.errors import FolderError
from projections.sealed.reading import SealedLog

FORMAT = 1
"""Version of the layout."""
LOGS = ("log/0.sqlite",)
_UNFINISHED = ".manifest.json.tmp"
_MOST_TOLD = 3
"""Settings that are named where a folder has others."""
_LONGEST = 40
"""Characters of a setting that are shown."""
_HINT = "name the folder that `worldloom generate --out` made"


@dataclass(frozen=True)
class RunFolder:
    """Paths of one run."""

    path: Path

    @property
    def manifest(self) -> Path:
        """Settings of the run, and which logs hold it."""
        return self.path / "manifest.json"

    @property
    def log(self) -> Path:
        """The first SQLite file of the log; the only one, as long as one process writes it."""
        return self.path / "log" / "0.sqlite"

    @property
    def sealed(self) -> Path:
        """Where the log is sealed, unless another place is named."""
        return self.path / "sealed"

    @property
    def dataset(self) -> Path:
        """The data set; a folder that the usual libraries load."""
        return self.path / "dataset"

    @classmethod
    def start(cls, path: Path, settings: Mapping[str, Any], logs: Sequence[str] | None = None) -> "RunFolder":
        """Make the folder of a run, or find the one that the same settings made before.

        Args:
            logs: Where the log is kept: paths of SQLite files, relative to the folder, or one PostgreSQL address. A run that is there
                keeps the files that it has; more may be added, since another number of hosts may go on with it.

        Raises:
            FolderError: The folder belongs to another run, holds other things, or keeps its log elsewhere.
            StoreUnavailable: The address holds a password.
            OSError: It cannot be made.
        """
        folder = cls(path)
        for log in logs or ():
            refuse_secrets(log)
        if folder.manifest.is_file():
            other = _differences(folder.settings(), settings)
            if other:
                raise FolderError(f"{path} belongs to another run ({other}); use its settings to go on with it, or another --out")
            folder._add(logs or ())
        elif path.exists() and (not path.is_dir() or {entry.name for entry in path.iterdir()} - {_UNFINISHED}):
            raise FolderError(f"{path} is there already and is not the folder of a run; choose another --out")
        else:
            path.mkdir(parents=True, exist_ok=True)
            folder._write(settings, logs or LOGS)
        folder.log.parent.mkdir(exist_ok=True)
        return folder

    @classmethod
    def find(cls, path: Path) -> "RunFolder":
        """The folder of a run that was started.

        Raises:
            FolderError: It is not there, or is not the folder of a run.
        """
        folder = cls(path)
        if not path.is_dir():
            raise FolderError(f"{path}: there is no such folder; {_HINT}")
        if not folder.manifest.is_file():
            raise FolderError(f"{path} is not the folder of a run (it has no manifest.json); {_HINT}")
        folder.settings()
        return folder

    def settings(self) -> dict[str, Any]:
        """Settings of the run, from the manifest.

        Raises:
            FolderError: The manifest cannot be read, or is of a later version.
        """
        return self._manifest()[0]

    def logs(self) -> list[str]:
        """Where the log is kept, from the manifest; raises as ``settings`` does."""
        return self._manifest()[1]

    def addresses(self) -> list[str]:
        """The same as paths from where we are, or as addresses of servers."""
        return [log if "://" in log else str(self.path / log) for log in self.logs()]

    @property
    def is_sealed(self) -> bool:
        """Whether its log is read from Parquet files; it then takes nothing more."""
        return not (is_postgres(self.logs()[0]) or _is_file(self.logs()[0]))

    def keep_log_in(self, address: str) -> None:
        """Read from now on another log, which holds the same."""
        refuse_secrets(address)
        self._write(self.settings(), [address])

    def open_log(self) -> Log:
        """The log, to be read, whatever keeps it.

        Raises:
            EventsError: It is not there, or is damaged.
        """
        address = self.addresses()[0]
        if is_postgres(address) or _is_file(address):
            return open_logs(self.addresses(), must_exist=True)
        return SealedLog(address)

    def write_log(self, own: int = 0, *, durable: bool = False) -> WritableLog:
        """The log, to go on with; made where it is missing.

        Args:
            own: Which of several files takes new streams: each host has one of its own.

        Raises:
            FolderError: It is sealed.
            EventsError: It cannot be opened.
        """
        if self.is_sealed:
            raise self._is_sealed()
        return open_logs(self.addresses(), own=own, durable=durable)

    def _add(self, logs: Sequence[str]) -> None:
        known = self.logs()
        more = [log for log in logs if log not in known]
        if not more:
            return
        if not _is_file(known[0]) and not is_postgres(known[0]):
            raise self._is_sealed()
        if not all(map(_is_file, [*known, *more])):
            raise FolderError(f"{self.path} keeps its log in {known[0]}, not in {more[0]}; go on with it there, or choose another --out")
        self._write(self.settings(), [*known, *more])

    def _is_sealed(self) -> FolderError:
        return FolderError(f"{self.path} is sealed and takes no more; use `worldloom export`, or choose another --out for a new run")

    def _write(self, settings: Mapping[str, Any], logs: Sequence[str]) -> None:
        temporary = self.path / _UNFINISHED
        temporary.write_bytes(manifest_bytes(settings, logs))
        temporary.replace(self.manifest)

    def _manifest(self) -> tuple[dict[str, Any], list[str]]:
        try:
            manifest = orjson.loads(self.manifest.read_bytes())
            version, settings, logs = manifest["format"], manifest["settings"], manifest["logs"]
        except (ValueError, KeyError, TypeError) as error:
            raise FolderError(f"{self.manifest} is damaged ({error}); restore it from a copy, the log is not touched") from error
        if version != FORMAT or not isinstance(settings, dict):
            raise FolderError(f"{self.manifest} has format {version!r}, this version of Worldloom reads {FORMAT}; upgrade it")
        if not isinstance(logs, list) or not logs or not all(isinstance(log, str) for log in logs):
            raise FolderError(f"{self.manifest} is damaged (it lists no logs); restore it from a copy, the log is not touched")
        return settings, logs


def manifest_bytes(settings: Mapping[str, Any], logs: Sequence[str] = LOGS) -> bytes:
    """What ``manifest.json`` holds for a run of these settings and logs."""
    manifest = {"format": FORMAT, "settings": dict(settings), "logs": [*logs]}
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def shard_names(hosts: int) -> list[str]:
    """Files of a log that so many host processes write."""
    return [f"log/{number}.sqlite" for number in range(hosts)]


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> str:
    """``seed is 5 there and 6 here``: the first settings that differ, those that both have before others; empty where none does."""
    one, other = _flat(there), _flat(here)
    both = sorted(name for name in one.keys() & other if one[name] != other[name])
    told = [f"{name} is {_brief(one[name])} there and {_brief(other[name])} here" for name in both]
    told += [f"{name} is set only there" for name in sorted(one.keys() - other) if one[name] is not None]
    told += [f"{name} is set only here" for name in sorted(other.keys() - one) if other[name] is not None]
    return ", ".join(told[:_MOST_TOLD]) + (f", and {len(told) - _MOST_TOLD} more differ" if len(told) > _MOST_TOLD else "")


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """``weights.graph`` and the like, so that of many settings together only those are named that differ."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        found |= (
            {f"{name}.{part}": inner for part, inner in _flat(value).items()} if value and isinstance(value, Mapping) else {name: value}
        )
    return found


def _brief(value: Any) -> str:
    text = "none" if value is None else ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _is_file(log: str) -> bool:
    return log.endswith(".sqlite") and not is_postgres(log)
