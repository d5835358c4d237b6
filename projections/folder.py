"""The folder of a run: where its log and its data set lie.

::

    OUT/manifest.json       what made it: settings, logs
    OUT/log/0.sqlite        the run stream and one stream per conversation
    OUT/dataset/            sft.parquet, sft.jsonl, README.md
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from events.store import EventStore
from projections.errors import FolderError

FORMAT = 1
"""Version of the layout."""
_UNFINISHED = ".manifest.json.tmp"
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
        """The log; one file, as long as one process writes it."""
        return self.path / "log" / "0.sqlite"

    @property
    def dataset(self) -> Path:
        """The data set; a folder that the usual libraries load."""
        return self.path / "dataset"

    @classmethod
    def start(cls, path: Path, settings: Mapping[str, Any]) -> "RunFolder":
        """Make the folder of a run, or find the one that the same settings made before.

        Raises:
            FolderError: The folder belongs to another run, or holds other things.
            OSError: It cannot be made.
        """
        folder = cls(path)
        if folder.manifest.is_file():
            before = folder.settings()
            other = sorted(name for name in {*before, *settings} if before.get(name) != settings.get(name))
            if other:
                was = ", ".join(f"{name}={before.get(name)!r}" for name in other)
                raise FolderError(f"{path} belongs to another run (there {was}); use its settings to go on with it, or another --out")
        elif path.exists() and (not path.is_dir() or {entry.name for entry in path.iterdir()} - {_UNFINISHED}):
            raise FolderError(f"{path} is there already and is not the folder of a run; choose another --out")
        else:
            path.mkdir(parents=True, exist_ok=True)
            temporary = path / _UNFINISHED
            temporary.write_bytes(manifest_bytes(settings))
            temporary.replace(folder.manifest)
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
        try:
            manifest = orjson.loads(self.manifest.read_bytes())
            version, settings = manifest["format"], manifest["settings"]
        except (ValueError, KeyError, TypeError) as error:
            raise FolderError(f"{self.manifest} is damaged ({error}); restore it from a copy, the log is not touched") from error
        if version != FORMAT or not isinstance(settings, dict):
            raise FolderError(f"{self.manifest} has format {version!r}, this version of Worldloom reads {FORMAT}; upgrade it")
        return settings

    def open_log(self) -> EventStore:
        """The log, to be read.

        Raises:
            EventsError: It is not there, or is damaged.
        """
        return EventStore(self.log, must_exist=True)


def manifest_bytes(settings: Mapping[str, Any]) -> bytes:
    """What ``manifest.json`` holds for a run of these settings."""
    manifest = {"format": FORMAT, "settings": dict(settings), "logs": ["log/0.sqlite"]}
    return orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
