"""``python -m benchmarks``: every figure in one run, as one table; exit code 1 where a target is missed."""

import os
import platform
import sqlite3
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks import append, conversations, gateway, postgres, replay, world
from benchmarks.measure import Finding


def main() -> None:
    """Measure all promises, or those whose names are given."""
    console = Console()
    parts = {"append": append, "postgres": postgres, "replay": replay, "world": world, "conversations": conversations, "gateway": gateway}
    findings: list[Finding] = []
    for name in sys.argv[1:] or parts:
        with TemporaryDirectory(prefix="worldloom-bench-") as folder, console.status(f"measuring: {name}"):
            findings += parts[name].measure(Path(folder))
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
