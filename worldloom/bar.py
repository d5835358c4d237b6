"""How far long work is, as a bar that goes away when it is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

_WORTH_A_BAR = 1000
"""What takes a second or two."""


@contextmanager
def watching(console: Console, what: str, total: int, least: int = _WORTH_A_BAR) -> Iterator[Callable[[int], None]]:
    """A function that is told of so many more done.

    Args:
        least: How many are worth a bar; fewer where each takes long.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=total < least) as progress:
        task = progress.add_task(what, total=total)
        yield lambda more: progress.update(task, advance=more)
