"""The command ``worldloom``."""

import os
import sys

import typer
from rich.console import Console

from domain.errors import DomainError
from events.errors import EventsError
from worldloom.lazy import lazy
from worldloom.shadow import check_packages

COMMANDS = {
    "generate": "generate:generate",
    "settings": "generate:show_settings",
    "log": "inspect:log",
    "show": "inspect:show",
    "replay": "inspect:replay",
    "costs": "inspect:costs",
    "export": "check:export",
    "verify": "check:verify",
    "conform": "check:conform",
    "seal": "seal:seal",
    "judge": "judge:judge",
    "calibrate": "calibrate:calibrate",
    "audit": "audit:audit",
    "fork": "fork:fork",
    "branches": "fork:branches",
    "diff": "fork:diff",
    "origins": "origins:origins",
    "view": "view:show_view",
    "repair": "repair:repair",
    "slice": "slices:slice_",
    "import": "imports:import_",
    "rules": "history:rules",
    "regress": "history:regress",
    "recall": "history:recall",
}
BLUEPRINTS = {
    "draw": "blueprints_draw:draw",
    "verify": "blueprints_verify:verify_blueprints",
    "recombine": "blueprints_recombine:recombine",
    "show": "blueprints_show:show",
    "report": "blueprints_report:report",
}
app = typer.Typer(
    cls=lazy(COMMANDS),
    help="Multi-turn tool-calling conversations on a real, event-sourced state.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
blueprints = typer.Typer(
    cls=lazy(BLUEPRINTS), help="Plan conversations, verify the plans, and look at them.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(blueprints, name="blueprints")

FAILED, INTERRUPTED = 2, 130
_NOT_SO = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
"""What another name mends; the disk has no part in it."""


def main() -> None:
    """Run the command; what goes wrong is one line on standard error, and an exit code that is not 0."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        check_packages()
        code = app(standalone_mode=False) or 0  # typer hands exit codes back, that of Ctrl-C among them
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except Exception as error:
        if os.environ.get("WORLDLOOM_DEBUG"):
            raise
        line = _line(error)
        console.print(line if line.startswith("Usage:") else f"error: {line}", markup=False)  # alone, a group of commands shows its help
        sys.exit(FAILED)
    if code == INTERRUPTED:
        console.print("interrupted; what was recorded is kept, and the same command goes on from there", markup=False)
    sys.exit(code)


def _line(error: Exception) -> str:
    if hasattr(error, "format_message"):  # click's own errors
        return str(error.format_message())
    text = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, DomainError | EventsError):
        return text
    if isinstance(error, OSError):
        place, reason = f"{error.filename}: " if error.filename else "", error.strerror or text
        if isinstance(error, _NOT_SO):
            return f"{place}{reason}; name a file or folder that is there, and that you may use so"
        return f"{place}{reason}; free the disk or choose another folder, then run the same command again"
    return f"{type(error).__name__}: {text} (set WORLDLOOM_DEBUG=1 to see where)"


if __name__ == "__main__":
    main()
