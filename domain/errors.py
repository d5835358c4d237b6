"""All that the domain raises.

DomainError
├── Refusal             a tool's well-founded no; becomes ToolRefused, a fact and not an error
├── WorldError          a change that the world cannot take; a tool's bug, becomes ToolFaulted
│   ├── SchemaError     a row does not fit its table
│   ├── KeyError_       a row's key field differs from its key, or the key is taken or missing
│   ├── ReferenceError_ a foreign key points nowhere
│   └── InvariantError  a declared invariant would not hold
├── GoldFault       a goal's own action breaks its tool; the conversation cannot be judged by it
├── SettingError        a setting, goal or task contradicts itself; stops the run at once
└── OutOfOrder          a command that the conversation's state does not allow; a bug of the actor
"""


class DomainError(Exception):
    """Base of all that this package raises; its text is one line for the person at the terminal."""


class Refusal(DomainError):
    """A tool's well-founded no.

    Args:
        code: For machines, such as ``not-open``.
        reason: What the agent is told, in a full sentence.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class WorldError(DomainError):
    """A change that the world cannot take."""

    kind = "world"


class SchemaError(WorldError):
    """A row does not fit its table."""

    kind = "schema"


class KeyError_(WorldError):
    """A row's key field differs from its key, or the key is taken or missing."""

    kind = "key"


class ReferenceError_(WorldError):
    """A foreign key points nowhere."""

    kind = "reference"


class InvariantError(WorldError):
    """A declared invariant would not hold."""

    kind = "invariant"


class GoldFault(DomainError):
    """A goal's own action breaks its tool.

    Args:
        tool: Which.
    """

    def __init__(self, tool: str, reason: str) -> None:
        super().__init__(f"{tool}: {reason}")
        self.tool = tool


class SettingError(DomainError):
    """A setting, goal or task contradicts itself."""


class OutOfOrder(DomainError):
    """A command that the conversation's state does not allow."""
