"""Our packages have short names; say so clearly when another distribution's stand in front of them."""

from importlib import import_module
from pathlib import Path

from domain.errors import DomainError

_HOME = Path(__file__).resolve().parent.parent


def check_packages() -> None:
    """Make sure that ``events`` and the others are ours.

    Raises:
        DomainError: One is somebody else's.
    """
    for name in ("events", "domain", "scenarios", "actors", "projections"):
        found = Path(import_module(name).__file__ or "").resolve().parent
        if found.parent != _HOME:
            ours = _HOME / name
            raise DomainError(f"the package {name!r} is that of {found}, not of {ours}; run Worldloom in an environment of its own")
