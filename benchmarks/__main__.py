"""``python -m benchmarks``: every figure in one run, as one table; ``python -m benchmarks turns scale`` some of them."""

import os
import platform
import sqlite3
import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Finding

PARTS = ("append", "postgres", "replay", "world", "conversations", "turns", "growth", "scale", "forks", "origins", "tools", "gateway")


def main() -> None:
    """Measure all promises, or those whose names are given."""
    console = Console()
    findings: list[Finding] = []
    for name in sys.argv[1:] or PARTS:
        part = import_module(f"benchmarks.{name}")  # here and not above: processes that are started import what stands there
        with TemporaryDirectory(prefix="worldloom-bench-") as folder, console.status(f"measuring: {name}"):
            findings += part.measure(Path(folder))
    table = Table("what", "figure", "beside", "ratio", "target", "met", title="Worldloom, medians of interleaved rounds")
    for finding in findings:
        table.add_row(*finding[:5], "[green]yes" if finding.met else "[red]no")
    console.print(table)
    load = "/".join(f"{share:.1f}" for share in os.getloadavg())
    console.print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {os.cpu_count()} cores, load {load}, {platform.machine()}"
    )


if __name__ == "__main__":
    main()
