"""Which files are logs, and what it means when SQLite complains about one."""

import sqlite3
from pathlib import Path

from events.errors import CorruptLog, EventsError, StoreUnavailable

_REMEDIES = (
    (
        ("malformed", "not a database", "UTF-8", "no such column", "no such table"),
        CorruptLog,
        "is damaged or truncated",
        "restore the log from a copy",
    ),
    (
        ("unable to open", "readonly", "read-only"),
        StoreUnavailable,
        "cannot be opened",
        "make the folder writable and run the same command again",
    ),
    (
        ("full", "disk I/O"),
        StoreUnavailable,
        "cannot grow",
        "nothing of this step was recorded, free the disk and run the same command again",
    ),
    (
        ("locked", "busy"),
        StoreUnavailable,
        "is in use",
        "nothing of this step was recorded, let the other process end and run the same command again",
    ),
)


def explain(place: object, error: BaseException) -> EventsError:
    """What a database's complaint means for the person at the terminal, with a remedy.

    Args:
        place: The file or server.
    """
    text = " ".join(str(error).split())
    for words, kind, finding, remedy in _REMEDIES:
        if any(word in text for word in words):
            return kind(f"{place} {finding} ({text}); {remedy}")
    return StoreUnavailable(f"{place}: {text}; nothing of this step was recorded, run the same command again")


def refuse_other_files(path: Path, *, must_exist: bool) -> None:
    """Look before anything is written: a file that is not ours stays as it is."""
    if not path.is_file():
        if must_exist:
            raise StoreUnavailable(f"{path}: there is no log here; name the folder that `worldloom generate --out` made")
        return
    tables = _tables(path)
    if not tables:  # nothing was written yet, or whoever began to was killed: there is nothing to lose
        if must_exist:
            raise CorruptLog(f"{path} is empty; restore the log from a copy")
    elif "events" not in tables:
        found = ", ".join(sorted(tables))
        raise CorruptLog(f"{path} is not a log of Worldloom (its tables: {found}); name another folder, or restore the log from a copy")


def _tables(path: Path) -> set[str]:
    if path.stat().st_size == 0:
        return set()
    connection = sqlite3.connect(path)
    try:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()
