"""What can be wrong with a log.

EventsError
├── ConcurrencyError    somebody else has written to the stream since it was read
├── CorruptLog          what is stored is not what was recorded
├── NewerLog            written by a version that knows more than this one
└── StoreUnavailable    the file or server cannot be opened, read or written (full disk, no permission ...)
"""


class EventsError(Exception):
    """Base of all that this package raises; its text is one line for the person at the terminal."""


class ConcurrencyError(EventsError):
    """Somebody else has written to the stream since it was read."""


class CorruptLog(EventsError):
    """What is stored is not what was recorded."""


class NewerLog(EventsError):
    """The log was written by a version that knows more than this one."""


class StoreUnavailable(EventsError):
    """The file or server cannot be opened, read or written."""


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
