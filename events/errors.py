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
