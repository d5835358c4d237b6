"""All that the projections raise; each text is one line for the person at the terminal.

ProjectionError
├── FolderError     a run folder is not one, or belongs to another run
├── RecordError     a stream or a row cannot be read as what it says it is
└── NoSuchPlace     a conversation, turn or event that the log does not have
"""

from domain.errors import DomainError


class ProjectionError(DomainError):
    """Base of what this package raises."""


class FolderError(ProjectionError):
    """A run folder is not one, or belongs to another run."""


class RecordError(ProjectionError):
    """A stream or a row cannot be read as what it says it is."""


class NoSuchPlace(ProjectionError):
    """A conversation, turn or event that the log does not have."""
